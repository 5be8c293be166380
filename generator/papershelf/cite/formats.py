"""A paper's facts to an entry in each format, and entries to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from papershelf.cite.facts import Facts, facts
from papershelf.cite.names import is_group, parted
from papershelf.cite.tex import tex
from papershelf.model import Paper


@dataclass(frozen=True)
class Format:
    """A citation format: what it is called, how its files end, an entry of it, and what stands around entries."""

    name: str
    ending: str
    entry: Callable[[Facts], str]
    before: str = ""
    between: str = "\n\n"
    after: str = "\n"

    def file(self, entries: Iterable[str]) -> str:
        """A file of entries."""
        return f"{self.before}{self.between.join(entries)}{self.after}"


def bibtex(paper: Paper) -> str:
    """One entry; its key is the paper's id, which is unique and never changes."""
    return _bibtex(facts(paper))


def _bibtex(known: Facts) -> str:
    kind, where = ("article", "journal") if known.journal else ("inproceedings", "booktitle")
    fields = {
        "title": f"{{{tex(known.title)}}}",
        "author": " and ".join(map(_author, known.authors)),
        "year": known.year,
        where: tex(known.venue),
        "eprint": known.arxiv,
        "archivePrefix": "arXiv" if known.arxiv else "",
        "doi": _verbatim(known.doi),
        "url": _verbatim(known.url),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{kind if known.venue else 'misc'}{{" + ",\n".join([known.id, *lines]) + "\n}"


@lru_cache(maxsize=2**14)
def _author(name: str) -> str:
    """A name in its own order, as BibTeX parts it; in braces, where it mustn't."""
    return f"{{{tex(name)}}}" if is_group(name) else tex(name)


def _verbatim(address: str) -> str:
    """An address as BibTeX takes it, letter by letter but for what would end it."""
    return "".join(quote(sign) if sign in "\\{} " else sign for sign in address)


def _ris(known: Facts) -> str:
    lines = [
        ("TY", "GEN" if not known.venue else "JOUR" if known.journal else "CPAPER"),
        ("ID", known.id),
        ("TI", known.title),
        *(("AU", ", ".join(parted(name) or [name.replace(",", "")])) for name in known.authors),
        ("PY", known.year),
        ("T2", known.venue),
        ("AN", known.arxiv and f"arXiv:{known.arxiv}"),
        ("DO", known.doi),
        ("LA", known.language),
        ("UR", known.url),
    ]
    return "\n".join([f"{tag}  - {value}" for tag, value in lines if value] + ["ER  - "])


def _csl(known: Facts) -> str:
    kind = "article" if not known.venue else "article-journal" if known.journal else "paper-conference"
    fields = {
        "id": known.id,
        "type": kind,
        "title": known.title,
        "author": [_csl_name(name) for name in known.authors],
        "issued": {"date-parts": [[int(known.year)]]} if known.year else None,
        "container-title": known.venue,
        "publisher": "arXiv" if known.arxiv and not known.venue else "",
        "number": known.arxiv and f"arXiv:{known.arxiv}",
        "DOI": known.doi,
        "language": known.language,
        "URL": known.url,
    }
    return "{\n" + ",\n".join(f'  "{name}": {_json(value)}' for name, value in fields.items() if value) + "\n}"


def _csl_name(name: str) -> dict[str, str]:
    parts = parted(name)
    return {"family": parts[0], "given": parts[1]} if parts else {"literal": name}


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""JSON as a browser writes it."""


FORMATS = (
    Format("BibTeX", "bib", _bibtex),
    Format("RIS", "ris", _ris),
    Format("CSL-JSON", "csl.json", _csl, before="[\n", between=",\n", after="\n]\n"),
)
