"""Papers' files and the tables in the canonical order and form; comments stay at what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from papershelf.comments import Path, carried
from papershelf.importing import FOLDED, as_fields, paper_text
from papershelf.journal import Change
from papershelf.load import REMOVED, TABLES, Data, Loaded, load
from papershelf.mentions import paper_named
from papershelf.model import Paper, ReadingList, Removed, Tag, Topic
from papershelf.problems import ProblemsError
from papershelf.yamlfile import item_lines, parse, read_text

SORTED = ("tags.yml", REMOVED)

Entry: TypeAlias = "ReadingList | Topic | Tag | Removed"


def formatted(data: Data, ids: Sequence[str] = ()) -> tuple[Change, int]:
    """What changes when the files of these papers, or all files, take the canonical form; and how many were looked at.

    Raises ProblemsError for files that can't be read whole: what isn't understood can't be written again.
    """
    loaded = load(data)
    papers = [paper_named(name, loaded.catalogue) for name in dict.fromkeys(ids)] or loaded.catalogue.papers
    tables = [name for name, _ in TABLES if not ids and (data.root / name).is_file()]
    sources = [*tables, *(paper.source for paper in papers)]
    shown = {data.shown, *(f"{data.shown}/{source}" for source in sources)}
    if problems := [problem for problem in loaded.problems if problem.path in shown]:
        raise ProblemsError(problems)
    old = {source: read_text(data.root / source, f"{data.shown}/{source}") for source in sources}
    new = {name: formatted_table(name, old[name], loaded) for name in tables}
    new |= {paper.source: formatted_paper(paper, old[paper.source]) for paper in papers}
    changed = {source: text for source, text in new.items() if text != old[source]}
    return Change(changed, {source: old[source] for source in changed}), len(sources)


def formatted_paper(paper: Paper, text: str) -> str:
    """The text of a paper's file in canonical form, with the comments of the text it has now."""
    canonical = paper_text(paper)
    return _checked(carried(text, canonical), canonical)


def formatted_table(name: str, text: str, loaded: Loaded) -> str:
    """The text of a table in canonical form, sorted by id where the order means nothing."""
    shelf = loaded.catalogue
    tables: dict[str, Sequence[Entry]] = {
        "lists.yml": shelf.lists, "topics.yml": shelf.topics, "tags.yml": shelf.tags, REMOVED: shelf.removed
    }  # fmt: skip
    if not (entries := tables[name]):
        return text
    order = sorted(range(len(entries)), key=lambda number: entries[number].id if name in SORTED else "")
    gap = "\n" if name == "lists.yml" else "\n\n"
    lines = ("\n".join(item_lines(as_fields(entries[number]), FOLDED | {"reason"}, "")) for number in order)
    canonical = gap.join(lines) + "\n"

    def moved(path: Path) -> Path:
        return (order.index(int(path[0])), *path[1:]) if path else path

    return _checked(carried(text, canonical, moved), canonical)


def _checked(text: str, canonical: str) -> str:
    """The text, if a comment changes nothing in it: anything else is our own mistake."""
    if text != canonical and parse(text, "the new text").value != parse(canonical, "the new text").value:
        raise AssertionError("a comment became a part of the text")
    return text
