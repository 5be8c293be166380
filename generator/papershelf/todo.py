"""What waits for a curator, each with the command or the line in its file that settles it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from papershelf.checks import Unfinished, unfinished
from papershelf.load import CAPTURES
from papershelf.model import Catalogue, Paper, ReadingList, Tag, Topic
from papershelf.problems import quoted

SUMMARY = "summary: one sentence in your own words"
LINK = "arxiv:, acl: or doi:, else paper: below links:"


@dataclass(frozen=True)
class Todo:
    """Something that waits: in which file, about which papers, what, and what settles it: a command, a line, both."""

    source: str
    papers: tuple[str, ...]
    what: str
    command: str = ""
    write: str = ""
    joint: Literal["and", "or"] = "and"

    @property
    def settle(self) -> str:
        """What settles it, in words."""
        return f", {self.joint} ".join(filter(None, (self.command, self.write and f"write {self.write}")))


def todo(catalogue: Catalogue, shown: str = "data") -> tuple[Todo, ...]:
    """Everything that waits for a curator, in the order of the shelf: what is unfinished, and papers without a link."""
    found = [_settled(item, catalogue, shown) for item in unfinished(catalogue)]
    return (*found, *_without_link(catalogue))


def _settled(item: Unfinished, catalogue: Catalogue, shown: str) -> Todo:
    """Something unfinished with what settles it."""
    if len(item.papers) > 1:
        older, newer = sorted(item.papers, key=lambda name: _age(catalogue.paper[name]))
        command, write = f"papershelf merge {newer} into {older}", f"relations: [{{distinct: {older}, why: …}}]"
        return Todo(catalogue.paper[newer].source, (older, newer), item.what, command, write, "or")
    if item.papers:
        paper = catalogue.paper[item.papers[0]]
        command = "" if paper.topics and paper.tags else f"papershelf suggest {paper.id} --write"
        return Todo(item.source, item.papers, item.what, command, "" if paper.summary else SUMMARY)
    if item.source == "lists.yml":
        command = f"papershelf import {shown}/{CAPTURES}/{_about(item, catalogue.lists)}.txt"
    elif item.source == "topics.yml":
        command = f"papershelf topic remove {_about(item, catalogue.topics)}"
    else:
        command = f"papershelf tag remove {_about(item, catalogue.tags)}"
    return Todo(item.source, item.papers, item.what, command)


def _about(item: Unfinished, entries: tuple[ReadingList | Topic | Tag, ...]) -> str:
    """The id of the entry that something unfinished is about, which names it."""
    return next(entry.id for entry in entries if quoted(entry.id) in item.what)


def _age(paper: Paper) -> tuple[datetime.date, str]:
    return paper.added or datetime.date.max, paper.id


def _without_link(catalogue: Catalogue) -> Iterator[Todo]:
    for paper in catalogue.papers:
        if not paper.url:
            yield Todo(paper.source, (paper.id,), "no link yet", write=LINK)
