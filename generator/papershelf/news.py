"""What came onto the shelf, and when: by the days that the papers' files name, and by nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from itertools import islice

from papershelf.model import Catalogue, Paper

NEWEST = 50
"""How many papers a feed, a mail and the page of what is new show at most."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def newest(papers: Iterable[Paper], most: int = NEWEST) -> tuple[Paper, ...]:
    """The first of these papers, which are in the shelf's order: newest first. Without a day, none is new."""
    return tuple(islice((paper for paper in papers if paper.added), most))


def first_day(shelf: Catalogue) -> datetime.date | None:
    """The day the shelf began: the earliest one that any paper names. What came that day is no news."""
    return min((paper.added for paper in shelf.papers if paper.added), default=None)


def news(
    shelf: Catalogue,
    since: datetime.date,
    until: datetime.date | None = None,
    *,
    topics: Collection[str] = (),
    tags: Collection[str] = (),
) -> tuple[Paper, ...]:
    """The papers that came on the day `since` or later, and before `until`, newest first.

    With topics or tags, those alone that have one of them. What the shelf began with is left out.
    """
    began, end = first_day(shelf), until or datetime.date.max
    return newest(
        (
            paper
            for paper in shelf.papers
            if paper.added and since <= paper.added < end and paper.added != began
            if not (topics or tags) or {*paper.topics} & {*topics} or {*paper.tags} & {*tags}
        ),
        len(shelf.papers),
    )


def in_words(day: datetime.date) -> str:
    """A day as people write it: 2 January 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
