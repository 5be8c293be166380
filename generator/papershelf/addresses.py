"""Which addresses a shelf has, and which of them a change would let vanish."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from papershelf.model import Catalogue, Paper, ReadingList, Tag, Topic
from papershelf.places import list_path, paper_path, tag_path, topic_path

Kind = Literal["paper", "topic", "tag", "list", "page"]
Pages = Mapping[str, str]
"""The pages that people wrote: by address, a digest of each."""

MARKDOWN = re.compile(r"\.(?:md|markdown|mdown|mkdn|mkd)$")
INDEXES = (
    *(f"{name}/index.md" for name in ("topics", "tags", "lists", "papers", "map")),
    *("new.md", "find.md", "mine.md", "duplicates.md"),
)


@dataclass(frozen=True)
class Vanished:
    """An address that leads nowhere any more, and the paper to which it should, where one is known."""

    address: str
    kind: Kind
    id: str
    successor: str | None = None


def address(path: str) -> str:
    """The address that a page has in the site: `a/b.md` is `/a/b/`, and `a/index.md` is `/a/`."""
    stem = MARKDOWN.sub("", path)
    name = stem.rsplit("/", 1)[-1]
    return f"/{stem.removesuffix(name)}" if name in ("index", "README") else f"/{stem}/"


def addresses(shelf: Catalogue) -> dict[str, tuple[Kind, str, str]]:
    """The address of every page of a catalogue, with its kind, its id, and the id of what it shows or leads to.

    Page numbers of listings are left out: they come and go, and fall back to the first page.
    """
    found: dict[str, tuple[Kind, str, str]] = {address(path): ("page", path, path) for path in INDEXES}
    entries: tuple[tuple[Kind, Callable[[str], str], Iterable[Paper | Topic | Tag | ReadingList]], ...] = (
        ("topic", topic_path, shelf.topics),
        ("tag", tag_path, shelf.tags),
        ("list", list_path, shelf.lists),
        ("paper", paper_path, shelf.papers),
    )
    for kind, path, group in entries:
        # What was removed has a page that says so.
        for entry in (*group, *(gone for gone in shelf.removed if gone.kind == kind)):
            aliases = () if isinstance(entry, ReadingList) else entry.aliases
            found |= {address(path(name)): (kind, name, entry.id) for name in (entry.id, *aliases)}
    return found


def vanished(
    before: tuple[Catalogue, Pages], after: tuple[Catalogue, Pages], heirs: Mapping[str, str]
) -> Iterator[Vanished]:
    """Every address of before that has neither a page nor a redirect now; `heirs`: which paper took whose place."""
    (shelf, pages), (new_shelf, new_pages) = before, after
    there = addresses(new_shelf).keys() | new_pages.keys()
    was: dict[str, tuple[Kind, str, str]] = {place: ("page", place, place) for place in pages}
    for place, (kind, name, owner) in sorted((was | addresses(shelf)).items()):
        if place not in there:
            heir = heirs.get(owner, owner) if kind == "paper" else None
            yield Vanished(place, kind, name, heir if heir in new_shelf.paper else None)
