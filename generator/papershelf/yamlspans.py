"""Where things stand in the text of a YAML file, to the character, and the text with and without them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import yaml

from papershelf.problems import ProblemsError
from papershelf.yamlfile import Key, children, parse, scalar

Span: TypeAlias = "tuple[int, int]"

_GAP = re.compile(r"#[^\r\n]*|,")


class EditError(Exception):
    """The text is written in a way that no edit knows: somebody has to change it by hand."""


def composed(text: str) -> yaml.Node | None:
    """The nodes of a text, of which each knows its place."""
    try:
        return parse(text, "").root
    except ProblemsError:
        raise EditError from None


def node_at(node: yaml.Node | None, keys: Sequence[Key]) -> yaml.Node | None:
    """The node under these keys, if there is one."""
    for key in keys:
        node = next((value for name, _, value in children(node) if name == key), None)
    return node


def key_node(root: yaml.Node | None, keys: Sequence[Key]) -> yaml.Node:
    """The node of the last key itself."""
    return next(key for name, key, _ in children(node_at(root, keys[:-1])) if name == keys[-1])


def line_ending(text: str) -> str:
    """What a line of the file ends with."""
    return "\r\n" if "\r\n" in text else "\n"


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Behind the line feed that ends a line."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def end_of_content(text: str, node: yaml.Node) -> int:
    """The end of the last line that a block holds content on: its own end mark lies behind comments and blank lines."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    at = len(text[: node.end_mark.index].rstrip())
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _above_comments(text: str, at: int) -> int:
    """The beginning of the comment lines right above a line, which belong to it."""
    while at:
        line = _line_start(text, at - 1)
        if not text[line:at].lstrip(" ").startswith("#"):
            break
        at = line
    return at


# Blocks


def lines_of_item(text: str, node: yaml.Node, number: int) -> Span:
    """The lines of an item, from its dash on."""
    item, column = node.value[number], node.start_mark.column
    start = _line_start(text, item.start_mark.index)
    while start and not re.match(rf" {{{column}}}-(?:\s|$)", text[start : start + column + 2]):
        start = _line_start(text, start - 1)
    return start, line_end(text, end_of_content(text, item))


def lines_of_field(text: str, outer: yaml.Node, key: str) -> Span:
    """The lines of a field; the first field of an item begins behind its dash, and ends where the next one begins."""
    pairs = outer.value
    number = next(number for number, pair in enumerate(pairs) if pair[0].value == key)
    name, value = pairs[number]
    start = _line_start(text, name.start_mark.index)
    if text[start : name.start_mark.index].strip(" "):
        if number + 1 == len(pairs):
            raise EditError
        return name.start_mark.index, pairs[number + 1][0].start_mark.index
    content = value if value.end_mark.index > name.end_mark.index else name
    return start, line_end(text, end_of_content(text, content))


def place_of_field(text: str, outer: yaml.Node, key: str, before: Sequence[str], *, whole: bool) -> Span:
    """The lines that a field is written over, or an empty span where it is to stand; `whole`: in the file itself."""
    names = {name.value: name.start_mark.index for name, _ in outer.value}
    if key in names:
        return lines_of_field(text, outer, key)
    for name in before:
        if name in names and not text[_line_start(text, names[name]) : names[name]].strip(" "):
            at = _above_comments(text, _line_start(text, names[name]))
            return at, at
    # At the end of the file, or before a line that ends the document.
    at = outer.end_mark.index if whole else line_end(text, end_of_content(text, outer))
    return at, at


def with_lines(text: str, at: int, lines: str) -> str:
    """The text with whole lines at the beginning of a line, or at its very end."""
    newline = line_ending(text)
    lead = "" if at == 0 or text[at - 1] == "\n" else newline
    return text[:at] + lead + re.sub(r"\r?\n", newline, lines) + text[at:]


# Entries of a file that is a list


def entry_spans(text: str, root: yaml.Node | None) -> list[Span]:
    """The lines of each entry, with the comments right above it, and those below it that are indented as it is."""
    if not isinstance(root, yaml.SequenceNode) or root.flow_style:
        raise EditError
    spans: list[Span] = []
    for number in range(len(root.value)):
        start, end = lines_of_item(text, root, number)
        above = _above_comments(text, start)
        # What stands at the top of the file is about the file.
        start = start if above == 0 else max(above, spans[-1][1] if spans else 0)
        while comment := re.compile(r" +#[^\n]*(?:\n|$)").match(text, end):
            end = comment.end()
        spans.append((start, end))
    return spans


def without_entry(text: str, root: yaml.Node, number: int) -> str:
    """Without one entry, and without one of the two gaps around it."""
    blocks = entry_spans(text, root)
    start, end = blocks[number]
    if number + 1 < len(blocks):
        blank = re.compile(r"(?:[ \t]*\r?\n)*").match(text, end)
        return text[:start] + text[blank.end() if blank else end :]
    return re.sub(r"(\n)(?:[ \t]*\r?\n)+$", r"\1", text[:start]) + text[end:]


# Brackets


def inserted_in_brackets(text: str, node: yaml.Node, number: int, item: str) -> str:
    """Right behind an item: a comment may stand before the closing bracket."""
    if not node.value:
        return text[: node.start_mark.index + 1] + item + text[node.start_mark.index + 1 :]
    last = node.value[number]
    at = (last[1] if isinstance(last, tuple) else last).end_mark.index
    return f"{text[:at]}, {item}{text[at:]}"


def without_in_brackets(text: str, spans: Sequence[Span], number: int, closing: int) -> str:
    """Without one item, its comma, and its line if it stands there alone."""
    start, end = spans[number]
    following = spans[number + 1][0] if number + 1 < len(spans) else closing
    behind = _comma(text, end, following)
    if behind is None and number:
        ahead = _comma(text, spans[number - 1][1], start)
        if ahead is not None and not text[ahead + 1 : start].strip(" "):
            return text[:ahead] + text[end:]
    end = end if behind is None else behind + 1
    line, rest = _line_start(text, start), text[end : line_end(text, end)]
    alone = not text[line:start].strip(" ")
    if alone and (not rest.strip() or rest.lstrip(" ").startswith("#")):
        return text[:line] + text[line_end(text, end) :]
    if not rest.strip():
        return text[:start].rstrip(" ") + text[end:]
    return text[:start] + text[end + len(rest) - len(rest.lstrip(" ")) :]


def _comma(text: str, start: int, end: int) -> int | None:
    """Where the comma between two items is; one in a comment is none."""
    return next((found.start() for found in _GAP.finditer(text, start, end) if found[0] == ","), None)


def flow(value: object) -> str:
    """A value on one line, as in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items() if item is not None) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value) if isinstance(value, int) else scalar(str(value))
