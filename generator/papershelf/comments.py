"""The comments of a YAML text, carried to another text that says the same in another order and form.

YAML's parser drops comments. Here they are found between the scalars, tied to the key or the item they stand at, and
put there again: one above stays above, one beside stays beside, one below the last item of a list stays below it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import yaml

from papershelf.yamlfile import Key

Path: TypeAlias = "tuple[Key, ...]"
Where = Literal["header", "above", "beside", "below", "end"]

_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)
_EMPTY_LINE = re.compile(r"^[ \t]*\r?\n", re.MULTILINE)


def carried(text: str, target: str, moved: Callable[[Path], Path] = lambda path: path) -> str:
    """The target with the comments of the text; `moved` tells where what stood at a path stands in the target."""
    if "#" not in text:
        return target
    lines, entries = target.splitlines(), _entries(target)
    places = {entry.path: number for number, entry in enumerate(entries)}
    inserted: defaultdict[int, list[str]] = defaultdict(list)
    header: list[str] = []
    end: list[str] = []
    for comment in _Source(text).comments():
        number = places.get(moved(comment.at))
        if number is None:
            (header if comment.where == "header" else end).append(comment.text)
        elif comment.where == "beside":
            lines[entries[number].line] += f" {comment.text}"
        else:
            at = _line_below(entries, number, lines) if comment.where == "below" else None
            entry = entries[number]
            column = entry.column if at is None else entry.column + 2
            inserted[entry.line if at is None else at].append(" " * column + comment.text)
    body = [part for number, line in enumerate(lines) for part in (*inserted[number], line)]
    gap = [""] if header else []
    return "".join(f"{line}\n" for line in (*header, *gap, *body, *inserted[len(lines)], *end))


def _line_below(entries: list[_Entry], number: int, lines: list[str]) -> int | None:
    """The line below an entry and all in it, or None where a comment would be taken for its text there."""
    path, column = entries[number].path, entries[number].column
    inner = number
    while inner + 1 < len(entries) and entries[inner + 1].path[: len(path)] == path:
        inner += 1
    if _is_block(entries[inner].value) and column >= entries[inner].column:
        return None
    line = entries[inner + 1].line if inner + 1 < len(entries) else len(lines)
    while not lines[line - 1].strip():
        line -= 1
    return line


@dataclass(frozen=True)
class _Entry:
    """A key with its value, or an item of a list."""

    path: Path
    start: int
    key_end: int
    line: int
    column: int
    value: yaml.Node


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")


def _entries(text: str) -> list[_Entry]:
    """Every key and item, in the order of the text."""
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    return list(_below((), root)) if root else []


def _below(path: Path, node: yaml.Node) -> Iterator[_Entry]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            mark = key.start_mark
            yield _Entry((*path, key.value), mark.index, key.end_mark.index, mark.line, mark.column, value)
            yield from _below((*path, key.value), value)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            # In a block, an item begins with its dash.
            mark, column = item.start_mark, (item if node.flow_style else node).start_mark.column
            yield _Entry((*path, number), mark.index, mark.index, mark.line, column, item)
            yield from _below((*path, number), item)


@dataclass(frozen=True)
class _Comment:
    text: str
    where: Where
    at: Path = ()


class _Source:
    """A text with comments, and what in it they can stand at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._entries = _entries(text)
        self._columns = {entry.path: entry.column for entry in self._entries}
        self._spans: list[tuple[int, int]] = []  # from where to where the scalars go
        self._ends: list[tuple[int, Path]] = []  # where something ends that a comment can stand beside
        self._openings: list[tuple[int, int, Path]] = []  # the rest of the lines that open blocks of text
        for entry in self._entries:
            if entry.key_end > entry.start:
                self._spans.append((entry.start, entry.key_end))
                self._ends.append((entry.key_end, entry.path))
            self._take(entry)

    def _take(self, entry: _Entry) -> None:
        start, end = entry.value.start_mark.index, entry.value.end_mark.index
        if _is_block(entry.value):
            content = self._text.find("\n", start) + 1 or end
            self._openings.append((start, content, entry.path))
            self._spans.append((start, end))
        elif isinstance(entry.value, yaml.ScalarNode):
            self._spans.append((start, end))
            self._ends.append((end, entry.path))
        elif isinstance(entry.value, yaml.CollectionNode) and entry.value.flow_style:
            self._ends.append((end, entry.path))

    def comments(self) -> Iterator[_Comment]:
        """The comments in the order of the text, each with where it belongs."""
        found: list[tuple[int, str, Path | None]] = [
            (at, text, path) for start, end, path in self._openings for at, text in self._in(start, end)
        ]
        at = 0
        for start, end in [*sorted(self._spans), (len(self._text),) * 2]:
            found += [(place, text, self._beside(place)) for place, text in self._in(at, start)]
            at = max(at, end)
        for place, text, beside in sorted(found, key=lambda one: one[0]):
            yield (
                self._at_line(place, text) if beside is None else _Comment(text, "beside" if beside else "end", beside)
            )

    def _in(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        for found in _COMMENT.finditer(self._text, start, end):
            yield found.start(), found[0].rstrip()

    def _beside(self, at: int) -> Path | None:
        """What ends last on the line of a comment, if anything does."""
        ends = [(end, -len(path), path) for end, path in self._ends if end <= at and "\n" not in self._text[end:at]]
        return max(ends)[2] if ends else None

    def _at_line(self, at: int, text: str) -> _Comment:
        """Where a comment belongs that has a line for itself: to what follows, unless it is indented more."""
        line = self._text[self._text.rfind("\n", 0, at) + 1 : at + 1]
        column = len(line) - len(line.lstrip())
        following = next((entry for entry in self._entries if entry.start >= at), None)
        before = [entry for entry in self._entries if entry.start < at]
        if following and not before and _EMPTY_LINE.search(self._text, at, following.start):
            return _Comment(text, "header")
        if following and (column <= following.column or not before):
            return _Comment(text, "above", following.path)
        path = before[-1].path if before else ()
        while path and self._columns[path] >= column:
            path = path[:-1]
        return _Comment(text, "below" if path else "end", path)
