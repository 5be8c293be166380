"""A BibTeX file to papers. What TeX writes with commands and braces becomes readable text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from papershelf.identity import RANGES
from papershelf.model import Paper
from papershelf.paperlinks import recognised, with_links
from papershelf.problems import Problem, ProblemsError
from papershelf.text import clean, plain

if TYPE_CHECKING:
    from pybtex.database import Entry, Person

# What stands where a venue should, and says only that the paper is on arXiv.
_NO_VENUE = re.compile(r"(?i)\b(?:arxiv|corr)\b")
_ACCENT = re.compile(r"\{\\[^{}$%]*(?:\{[^{}$%]*\})?[^{}$%]*\}")


def papers(text: str, shown: str) -> tuple[Paper, ...]:
    """The papers of a BibTeX file, without ids; raises ProblemsError where it is none, or an entry has no title."""
    # Loaded when it is asked for: nothing else needs it.
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        entries = parse_string(text, "bibtex").entries
    except PybtexError as error:
        line = getattr(error, "lineno", None) or 1
        what = re.sub(r"^syntax error in line \d+: ", "", str(error))
        advice = "Close the brace or quotation mark that is open." if "premature end" in what else "Mend the file."
        raise ProblemsError([Problem(shown, line, 1, what, advice=advice)]) from None
    if not entries:
        raise ProblemsError([Problem(shown, 1, 1, "no entry was found", "BibTeX, such as @misc{key, title={…}}")])
    untitled = [Problem(shown, 1, 1, f'the entry "{key}" has no title') for key, entry in entries.items() if not
                _readable(entry.fields.get("title", ""))]  # fmt: skip
    if untitled:
        raise ProblemsError(untitled)
    return tuple(map(_paper, entries.values()))


def _paper(entry: Entry) -> Paper:
    fields = {name.lower(): value for name, value in entry.fields.items()}
    year = re.fullmatch(r"\d{4}", fields.get("year", fields.get("date", ""))[:4])
    venue = _readable(fields.get("booktitle") or fields.get("journal") or fields.get("journaltitle") or "")
    paper = Paper(
        id="",
        title=_readable(fields["title"]),
        authors=_authors(entry.persons.get("author", [])),
        year=int(year[0]) if year and int(year[0]) in RANGES["year"] else None,
        venue=None if _NO_VENUE.search(venue) else venue or None,
        abstract=_readable(fields.get("abstract", "")) or None,
    )
    return with_links(paper, _links(fields))


def _links(fields: dict[str, str]) -> Iterator[str]:
    """What leads to the paper; an address is of use only where no number gives one."""
    prefix = fields.get("archiveprefix", fields.get("eprinttype", "arxiv"))
    eprint = f"arXiv:{fields.get('eprint')}" if prefix.lower() == "arxiv" else ""
    doi = fields.get("doi", "").replace("\\", "")
    inside = re.search(r"(?<=arXiv:)[\w./-]+", fields.get("journal", ""))
    numbers = (eprint, f"arXiv:{inside[0]}" if inside else "", doi if "/" in doi else "")
    known = {found: number for number in numbers if (found := recognised(number))}
    url = fields.get("url", "").replace("\\", "")
    if (found := recognised(url)) and not known:
        known[found] = url
    yield from known.values()


def _authors(persons: list[Person]) -> tuple[str, ...]:
    """The names in reading order; nothing where the list isn't complete."""
    names = []
    for person in persons:
        parts = (person.first_names, person.middle_names, person.prelast_names, person.last_names)
        name = " ".join(_readable(word) for words in parts for word in words)
        lineage = " ".join(map(_readable, person.lineage_names))
        names.append(f"{name}, {lineage}" if lineage else name)
    return () if "others" in names else tuple(name for name in names if name)


def _readable(text: str) -> str:
    from pybtex.richtext import Text

    text = _ACCENT.sub(lambda found: str(Text.from_latex(found[0])), text)
    return " ".join(re.sub(r"(?<!\\)[{}]", "", clean(plain(text))[0]).split())
