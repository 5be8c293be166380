"""The pages that list papers: those of a topic, a tag or a list, and the index of all titles, many a page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from papershelf import cite, views
from papershelf.cache import Results
from papershelf.entries import Entries
from papershelf.feeds import feed_path
from papershelf.layout import Layout
from papershelf.model import Catalogue, Paper
from papershelf.page import Page, Plan
from papershelf.places import LARGE, OF_A_TAG, PER_PAGE, TITLES_PER_PAGE, WHOLE, Slice, sliced, way_up
from papershelf.text import plain
from papershelf.todo import Todo, todo

WAITING = 500
"""How many of the things that wait for a curator the "to file" page shows."""


@dataclass(frozen=True)
class Letter:
    """A letter of the index of titles: how it is shown, its anchor, and the page on which it begins."""

    shown: str
    anchor: str
    path: str


class Listings:
    """Makes the pages that list a catalogue's papers."""

    def __init__(self, catalogue: Catalogue, layout: Layout, entries: Entries, *, folder: str, feeds: bool) -> None:
        """Take what they are made with; `folder` is the data's as it is shown, `feeds` whether the site has any."""
        self._catalogue, self._layout, self._entries = catalogue, layout, entries
        self._folder, self._feeds = folder, feeds

    def of(self, papers: Sequence[Paper], path: str, edit: str, name: str, text: str, kind: str) -> Iterator[Plan]:
        """The pages of what has a name and holds these papers: `kind` is topic, tag or list."""
        large = len(self._catalogue.papers) > LARGE
        listed = papers[:OF_A_TAG] if large and kind == "tag" else papers
        for part in sliced(listed, path, PER_PAGE, PER_PAGE if large else WHOLE):
            more = part.number == part.of and len(listed) < len(papers)
            make = partial(self._slice, part, edit, name, text, kind, len(papers), more=more)
            yield Plan(part.path, edit, make, (part, edit, name, text, len(papers), more))

    def _slice(self, part: Slice, edit: str, name: str, text: str, kind: str, count: int, *, more: bool) -> Page:
        up = way_up(part.path)
        anchor = posixpath.basename(part.paths[0]).removesuffix(".md")
        items = [] if part.titles_only else [self._entries.entry(paper, up) for paper in part.papers]
        body = self._layout.render(
            "listing.md.jinja", part.path, name=name, text=text, kind=kind, count=count, anchor=anchor, part=part,
            items=items, more=more,
            feed=feed_path(part.path) if self._feeds and part.number == 1 else None,
            taken_along=cite.offered(part.path, count) if count and part.number == 1 else (),
        )  # fmt: skip
        title = name if part.number == 1 else f"{name}, page {part.number}"
        hide = ("toc",) if kind == "topic" else ("navigation", "toc")
        return Page(part.path, title, plain(text or name), body, edit, hide=hide, found=part.number == 1)

    def titles(self, results: Results) -> Iterator[Plan]:
        """The pages of all papers by title; `results` may know their order."""
        groups = views.letters(self._catalogue, results)
        initial = {paper.id: letter for letter, group in groups.items() for paper in group}
        ordered = [paper for group in groups.values() for paper in group]
        parts = list(sliced(ordered, "papers/index.md", TITLES_PER_PAGE))
        letters: dict[str, Letter] = {}
        for part in parts:
            for paper in part.papers:
                letter = initial[paper.id]
                letters.setdefault(letter, _letter(letter, part.path))
        for part in parts:
            groups_here: dict[Letter, list[Paper]] = {}
            for paper in part.papers:
                groups_here.setdefault(letters[initial[paper.id]], []).append(paper)
            known = tuple(letters.values()), len(ordered)
            make = partial(self._titles, part, tuple(groups_here.items()), *known)
            # On the first one stands what waits for a curator, which may be anything.
            yield Plan(part.path, None, make, (part, *known) if part.number > 1 else (self._catalogue,))

    def _titles(
        self, part: Slice, groups: Sequence[tuple[Letter, Sequence[Paper]]], letters: Sequence[Letter], count: int
    ) -> Page:
        waiting = todo(self._catalogue) if part.number == 1 else ()
        body = self._layout.render(
            "papers.md.jinja", part.path, part=part, letters=letters, groups=groups, count=count,
            waiting=[self._waiting(item) for item in waiting[:WAITING]], more=max(0, len(waiting) - WAITING),
            taken_along=cite.offered(part.path, count) if count and part.number == 1 else (),
        )  # fmt: skip
        title = "All papers" if part.number == 1 else f"All papers, page {part.number}"
        text = f"All {count} papers of this shelf by title, and those that wait for a curator"
        return Page(part.path, title, text, body, found=part.number == 1)

    def _waiting(self, item: Todo) -> dict[str, Any]:
        return {
            "source": f"{self._folder}/{item.source}",
            "papers": [self._catalogue.paper[name] for name in item.papers],
            "what": item.what,
            "command": item.command,
            "write": item.write,
            "joint": item.joint,
        }


def _letter(letter: str, path: str) -> Letter:
    """A letter of the index; `#` stands for digits and signs."""
    return Letter("0–9", "letter-0", path) if letter == "#" else Letter(letter, f"letter-{letter.lower()}", path)
