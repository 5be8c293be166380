"""What a capture holds, and the account of its lines that every format gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["header", "title", "abstract", "blank", "residue"]

# Of the 328 captured and 9,868 corpus papers, titles have 6 to 185 characters and abstracts 165 to 1,923. Between
# these bounds a line is an abstract if it ends as a sentence does.
SHORTEST_ABSTRACT = 150
LONGEST_TITLE = 240


@dataclass(frozen=True)
class Line:
    """What one line of a capture is."""

    number: int
    kind: Kind
    text: str


@dataclass(frozen=True)
class Fault:
    """A line that doesn't fit, or a place where one is missing."""

    line: int
    message: str


@dataclass(frozen=True)
class Entry:
    """A paper as the capture prints it."""

    position: int
    title: str
    abstract: str
    line: int


@dataclass(frozen=True)
class Listing:
    """A capture, read: what its header says, its papers, and the account of its lines."""

    format: str
    title: str
    source: str | None
    date: str | None
    entries: tuple[Entry, ...]
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]

    @property
    def account(self) -> dict[Kind, int]:
        """How many lines there are of each kind; together they are all lines of the capture.

        A line on which the header and the first title are glued together counts as header and as title.
        """
        counts = Counter(line.kind for line in self.lines)
        kinds: tuple[Kind, ...] = ("header", "title", "abstract", "blank", "residue")
        return {kind: counts[kind] for kind in kinds}


def is_abstract(line: str) -> bool:
    """Whether a line has the shape of an abstract rather than of a title."""
    return len(line) > LONGEST_TITLE or (len(line) >= SHORTEST_ABSTRACT and line.rstrip().endswith((".", "!", "?")))


class Account:
    """Collects the account of a capture's lines and the papers they make, line by line."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lines: list[Line] = []
        self.faults: list[Fault] = []
        self.entries: list[Entry] = []
        self._title: Line | None = None

    def add(self, number: int, kind: Kind, text: str) -> None:
        """Account for a line."""
        self.lines.append(Line(number, kind, text))

    def fault(self, number: int, message: str) -> None:
        """Note what is wrong at a line."""
        self.faults.append(Fault(number, message))

    def header(self, lines: Sequence[str], patterns: Sequence[str]) -> tuple[int, list[str]]:
        """Match the header's lines one after another; each that is missing is a fault.

        Returns the number of lines that were used, and each pattern's first group (empty where it is missing).
        """
        at, groups = 0, []
        for pattern in patterns:
            match = re.fullmatch(pattern, lines[at]) if at < len(lines) else None
            groups.append((match[1] if match.re.groups else "") if match else "")
            if match:
                self.add(at + 1, "header" if lines[at] else "blank", lines[at])
                at += 1
            else:
                shown = re.sub(r"\(.*\)|[\\^$]", "…", pattern)
                self.fault(
                    at + 1,
                    f'the header\'s line "{shown}" is missing here' if pattern else "a blank line is missing here",
                )
        return at, groups

    def body(self, number: int, text: str) -> None:
        """Account for a line of the list itself: titles and abstracts take turns."""
        if not text.strip():
            self.add(number, "blank", text)
        elif is_abstract(text):
            self._abstract(number, text)
        else:
            self._drop_title()
            self._title = Line(number, "title", text)

    def _abstract(self, number: int, text: str) -> None:
        if self._title is None:
            self.add(number, "residue", text)
            self.fault(number, "an abstract without a title before it: a line may be missing here")
            return
        self.lines += [self._title, Line(number, "abstract", text)]
        self.entries.append(Entry(len(self.entries) + 1, self._title.text.strip(), text.strip(), self._title.number))
        self._title = None

    def _drop_title(self) -> None:
        if self._title is not None:
            self.add(self._title.number, "residue", self._title.text)
            self.fault(self._title.number, "a title without an abstract after it: a line may be missing here")
            self._title = None

    def listing(self, form: str, title: str, source: str | None, date: str | None) -> Listing:
        """The listing that was read."""
        self._drop_title()
        lines = tuple(sorted(self.lines, key=lambda line: line.number))
        faults = tuple(sorted(self.faults, key=lambda fault: fault.line))
        return Listing(form, title, source, date, tuple(self.entries), lines, faults)
