"""A capture into `data/`: find what is already on the shelf, say what would change, write it.

Written are, in this order, the capture, its entry in lists.yml, and the papers one by one, each file whole or not at
all: stopped anywhere, `data/` still loads, and importing again does the rest. Nothing that a curator wrote is touched;
an existing paper's file gains an appearance and keeps every other byte.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from papershelf.captures import Listing, parse
from papershelf.duplicates import Index
from papershelf.identity import folder, new_id, title_key, why_not_an_id
from papershelf.load import CAPTURES, PAPERS, REMOVED, Data
from papershelf.model import Appearance, Catalogue, Match, Paper, ReadingList, Removed, stored_fields
from papershelf.problems import Problem, ProblemsError, quoted
from papershelf.progress import counted
from papershelf.text import clean
from papershelf.yamledit import append_item
from papershelf.yamlfile import emit, item_lines, read_text, write

FOLDED = frozenset({"summary", "note", "abstract", "description", "why"})


@dataclass(frozen=True)
class Plan:
    """What an import would do."""

    list: ReadingList
    capture: bytes
    listing: Listing
    new_list: bool
    new: tuple[Paper, ...]
    merged: tuple[tuple[Paper, Appearance], ...]
    removed: tuple[tuple[int, Removed, Appearance], ...]
    """What was taken off the shelf and stands in this list too: the number in removed.yml, the entry, the place."""
    known: int
    likely: tuple[Match, ...]
    dropped: int


def plan(capture: Path, list_id: str, catalogue: Catalogue, data: Data, today: datetime.date) -> Plan:
    """Read a capture and find what is new in it.

    Raises ProblemsError for a capture that isn't UTF-8 text, has no papers, or differs from the one known by this id.
    """
    if expected := why_not_an_id(list_id):
        raise _refused(capture, f"{quoted(list_id)} can't be a list's id", expected, "Name one with --as ID.")
    text, dropped = clean(read_text(capture, str(capture)))
    content = capture.read_bytes()
    listing = parse(text)
    if not listing.entries:
        advice = "A paper's title stands on a line, and its whole abstract on another one below."
        raise _refused(capture, "no papers were found in it", "a capture of a listing in a known layout", advice)
    entry = ReadingList(
        id=list_id, title=listing.title, source=listing.source, date=listing.date,
        papers=len(listing.entries), sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    known = catalogue.list.get(list_id)
    kept = data.root / CAPTURES / f"{list_id}.txt"
    if (known and known.sha256 != entry.sha256) or (kept.is_file() and kept.read_bytes() != content):
        found = f"it isn't the text that is known as {quoted(list_id)}"
        raise _refused(capture, found, "the same bytes", "Another text is another list: name it with --as ID.")
    twin = next((other for other in catalogue.lists if other.sha256 == entry.sha256 and other.id != list_id), None)
    if twin:
        raise _refused(capture, f"this text is known as {quoted(twin.id)}", "each listing once", f"Use --as {twin.id}.")
    new, merged, removed, likely = _sorted_out(listing, list_id, catalogue, today)
    placed = len(listing.entries) - len(new) - len(merged) - len(removed)
    return Plan(known or entry, content, listing, known is None, new, merged, removed, placed, likely, dropped)


def _refused(capture: Path, found: str, expected: str, advice: str = "") -> ProblemsError:
    return ProblemsError([Problem(str(capture), 1, 1, found, expected, advice)])


def _sorted_out(
    listing: Listing, list_id: str, catalogue: Catalogue, today: datetime.date
) -> tuple[
    tuple[Paper, ...],
    tuple[tuple[Paper, Appearance], ...],
    tuple[tuple[int, Removed, Appearance], ...],
    tuple[Match, ...],
]:
    """The listing's papers that are new, those that are on the shelf already, or were, and those that might be."""
    entries: tuple[Paper | Removed, ...] = (*catalogue.papers, *catalogue.removed)
    placed = {(place.list, place.position) for entry in entries for place in entry.appearances}
    taken = {name for entry in entries for name in (entry.id, *entry.aliases)}
    gone = {
        title_key(entry.title) or entry.title: (number, entry)
        for number, entry in enumerate(catalogue.removed)
        if entry.kind == "paper"
    }
    shelf = dict(catalogue.paper)
    index = Index(catalogue.papers)
    new: dict[str, Paper] = {}
    merged: list[tuple[Paper, Appearance]] = []
    removed: list[tuple[int, Removed, Appearance]] = []
    likely: list[Match] = []
    for entry in counted(listing.entries, "Looking for papers on the shelf", len(listing.entries)):
        if (list_id, entry.position) in placed:
            continue
        candidate = Paper(id=new_id(entry.title, taken=taken), title=entry.title, abstract=entry.abstract, added=today)
        matches = index.matches(candidate)
        same = next((match for match in matches if match.verdict == "same"), None)
        twin = (new.get(other := _other(same, candidate.id)) or shelf[other]) if same else None
        place = Appearance(list_id, entry.position, entry.title if twin and twin.title != entry.title else None)
        if twin is None and (was := gone.get(title_key(entry.title) or entry.title)):
            removed.append((*was, Appearance(list_id, entry.position)))
        elif twin is None:
            new[candidate.id] = replace(candidate, appearances=(place,))
            taken.add(candidate.id)
            index.add(candidate)
            likely += matches
        elif twin.id in new:
            new[twin.id] = replace(twin, appearances=(*twin.appearances, place))
        else:
            merged.append((twin, place))
    return tuple(new.values()), tuple(merged), tuple(removed), tuple(likely)


def _other(match: Match, paper_id: str) -> str:
    return match.second if match.first == paper_id else match.first


def apply(plan: Plan, data: Data) -> Iterator[Path]:
    """Write what the plan says; yields each file after it was written."""
    capture = data.root / CAPTURES / f"{plan.list.id}.txt"
    if not capture.exists():
        write(capture, plan.capture)
        yield capture
    if plan.new_list:
        yield _add_list(plan.list, data)
    for paper in plan.new:
        path = data.root / PAPERS / folder(paper.id) / f"{paper.id}.yml"
        write(path, paper_text(paper))
        yield path
    for paper, place in plan.merged:
        path = data.root / paper.source
        text = read_text(path, data.show(path))
        write(path, append_item(text, "appearances", as_fields(place), before=("abstract",)))
        yield path
    for number, _, place in plan.removed:
        path = data.root / REMOVED
        write(path, append_item(read_text(path, data.show(path)), (number, "appearances"), as_fields(place)))
        yield path


def _add_list(entry: ReadingList, data: Data) -> Path:
    path = data.root / "lists.yml"
    text = read_text(path, data.show(path)) if path.exists() else ""
    gap = "" if not text or text.endswith("\n") else "\n"
    write(path, text + gap + "\n".join(item_lines(as_fields(entry), indent="")) + "\n")
    return path


def paper_text(paper: Paper) -> str:
    """The text of a paper's file, in the canonical order and form."""
    return emit(as_fields(paper), FOLDED)


def as_fields(fact: object) -> dict[str, object]:
    """The stored fields of a fact, by key, without those that say nothing."""
    fields: dict[str, object] = {}
    for field in stored_fields(type(fact)).values():  # type: ignore[arg-type] # a class
        value = getattr(fact, field.attribute)
        if isinstance(value, tuple):
            value = [item if isinstance(item, str) else as_fields(item) for item in value]
        elif isinstance(value, datetime.date):
            value = value.isoformat()
        elif value is not None and not isinstance(value, (str, int)):
            value = as_fields(value)
        if value not in (None, [], {}):
            fields[field.key] = value
    return fields
