"""Edits of single spans in the text of a YAML file: every other byte stays, comments too.

A place in the file is a path of keys and numbers. Each edit is proved: what it made is read again, and has to be what
was read before with that one difference, so that a text in a form that isn't known here is refused and never spoiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import yaml

from papershelf.problems import ProblemsError
from papershelf.yamlfile import Key, Value, emit, item_lines, parse
from papershelf.yamlspans import (
    EditError,
    composed,
    end_of_content,
    entry_spans,
    flow,
    inserted_in_brackets,
    key_node,
    line_ending,
    lines_of_field,
    lines_of_item,
    node_at,
    place_of_field,
    with_lines,
    without_entry,
    without_in_brackets,
)

Keys: TypeAlias = "str | Sequence[Key]"


def replace_scalar(text: str, keys: Keys, value: str | int) -> str:
    """The text with another value in place of a text or number; what stands behind it on the line stays."""
    keys = _path(keys)
    node = node_at(composed(text), keys)
    if not isinstance(node, yaml.ScalarNode):
        raise EditError
    end = node.end_mark.index
    if node.style in ("|", ">"):
        end = node.start_mark.index + len(text[node.start_mark.index : end].rstrip())
    lead = " " if text[node.start_mark.index - 1 : node.start_mark.index] == ":" else ""
    after = text[: node.start_mark.index] + lead + flow(value) + text[end:]
    return _proved(text, after, keys, lambda _: str(value))


def append_item(text: str, keys: Keys, item: object, before: Sequence[str] = (), *, behind: int | None = None) -> str:
    """The text with one more item in a list: behind the one with the number `behind`, else at the end.

    Where there is no such list it is added, before the first of the keys in `before` that exists, else at the end.
    """
    keys = _path(keys)
    root = composed(text)
    node = node_at(root, keys)
    if node is None:
        return set_field(text, keys, [item], before)
    number = len(node.value) - 1 if behind is None else behind
    if not isinstance(node, yaml.SequenceNode):
        # Nothing stands behind the key, or a word for nothing.
        key = key_node(root, keys)
        at = text.index(":", key.end_mark.index) + 1
        end = node.end_mark.index if node.value else at
        after = f"{text[:at]} [{flow(item)}]{text[end:]}"
        number = -1
    elif node.flow_style:
        after = inserted_in_brackets(text, node, number, flow(item))
    else:
        at = end_of_content(text, node.value[number])
        lines = item_lines(item, indent=" " * node.start_mark.column)
        after = text[:at] + "".join(line_ending(text) + line for line in lines) + text[at:]
    return _proved(text, after, keys, lambda old: _inserted(old, number + 1, item))


def remove_item(text: str, keys: Keys, number: int) -> str:
    """The text without one item of a list; a list that would be empty goes with its key.

    An entry of a file that is a list itself goes with the comments right above it and the blank lines that part it.
    """
    keys = _path(keys)
    node = node_at(composed(text), keys)
    if not isinstance(node, yaml.SequenceNode) or number >= len(node.value):
        raise EditError
    if len(node.value) == 1 and keys:
        return remove_field(text, keys)
    if node.flow_style:
        spans = [(item.start_mark.index, item.end_mark.index) for item in node.value]
        after = without_in_brackets(text, spans, number, node.end_mark.index - 1)
    elif keys:
        start, end = lines_of_item(text, node, number)
        after = text[:start] + text[end:]
    else:
        after = without_entry(text, node, number)
    return _proved(text, after, (*keys, number), lambda _: None)


def set_field(
    text: str, keys: Keys, value: object, before: Sequence[str] = (), folded: frozenset[str] = frozenset()
) -> str:
    """The text with a value under a key, in place of what stood there.

    Where the key is missing it is added, before the first of the keys in `before` that exists, else at the end. The
    keys in `folded` are written as folded blocks.
    """
    keys = _path(keys)
    root = composed(text)
    old, key = node_at(root, keys), str(keys[-1])
    outer = node_at(root, keys[:-1])
    if isinstance(old, yaml.ScalarNode) and isinstance(value, (str, int)) and key not in folded:
        return replace_scalar(text, keys, value)
    if outer is None and not keys[:-1]:
        after = with_lines(text, len(text), emit({key: value}, folded))
    elif not isinstance(outer, yaml.MappingNode):
        raise EditError
    elif outer.flow_style:
        if old is not None:
            after = text[: old.start_mark.index] + flow(value) + text[old.end_mark.index :]
        else:
            after = inserted_in_brackets(text, outer, len(outer.value) - 1, f"{key}: {flow(value)}")
    else:
        lines = emit({key: value}, folded, " " * outer.start_mark.column)
        start, end = place_of_field(text, outer, key, before, whole=not keys[:-1])
        after = with_lines(text[:start] + text[end:], start, lines)
    return _proved(text, after, keys, lambda _: _as_read(value))


def remove_field(text: str, keys: Keys) -> str:
    """The text without a key and what stands under it; what would be empty without it goes too."""
    keys = _path(keys)
    root = composed(text)
    outer, key = node_at(root, keys[:-1]), keys[-1]
    if not isinstance(outer, yaml.MappingNode) or node_at(root, keys) is None:
        raise EditError
    if len(outer.value) == 1 and keys[:-1]:
        *rest, last = keys[:-1]
        return remove_item(text, rest, last) if isinstance(last, int) else remove_field(text, keys[:-1])
    if outer.flow_style:
        spans = [(name.start_mark.index, value.end_mark.index) for name, value in outer.value]
        number = next(number for number, pair in enumerate(outer.value) if pair[0].value == key)
        after = without_in_brackets(text, spans, number, outer.end_mark.index - 1)
    else:
        start, end = lines_of_field(text, outer, str(key))
        after = text[:start] + text[end:]
    return _proved(text, after, keys, lambda _: None)


def insert_entry(text: str, number: int, entry: Mapping[str, object], folded: frozenset[str] = frozenset()) -> str:
    """The text of a file that is a list, with an entry that has this number then, and a blank line around it."""
    root = composed(text)
    newline = line_ending(text)
    first, *others = emit(entry, folded, "  ").splitlines()
    lines = "".join(line + newline for line in [f"- {first.lstrip()}", *others])
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        after = with_lines(text, len(text), lines)
        return _proved(text, after, (), lambda _: [_as_read(entry)])
    blocks = entry_spans(text, root)
    if number < len(blocks):
        at = blocks[number][0]
        after = text[:at] + lines + newline + text[at:]
    else:
        at = blocks[-1][1]
        after = with_lines(text, at, newline + lines)
    return _proved(text, after, (), lambda old: _inserted(old, number, entry))


def move_entry(text: str, number: int, to: int) -> str:
    """The text of a file that is a list, with one entry at another number, together with the comments above it."""
    root = composed(text)
    if number == to:
        return text
    if not text.endswith("\n"):
        return move_entry(text + line_ending(text), number, to).removesuffix(line_ending(text))
    blocks = entry_spans(text, root)
    order = [place for place in range(len(blocks)) if place != number]
    order.insert(to, number)
    # What stands between the entries stays between them.
    ends = [start for start, _ in blocks[1:]] + [len(text)]
    between = [text[blocks[place][1] : end] for place, end in enumerate(ends)]
    moved = (text[slice(*blocks[taken])] + gap for taken, gap in zip(order, between, strict=True))
    after = text[: blocks[0][0]] + "".join(moved)
    return _proved(text, after, (), lambda old: [old[place] for place in order] if isinstance(old, list) else None)


def _path(keys: Keys) -> tuple[Key, ...]:
    return (keys,) if isinstance(keys, str) else tuple(keys)


# Proof


def _proved(before: str, after: str, keys: Sequence[Key], change: Callable[[Value], Value | None]) -> str:
    """The text that an edit made, if it reads as what was read before with this one change."""
    try:
        old, new = (parse(text, "") for text in (before, after))
    except ProblemsError:
        raise EditError from None
    if new.problems or new.value != (_changed(old.value, keys, change) or ""):
        raise EditError
    return after


def _changed(value: Value, keys: Sequence[Key], change: Callable[[Value], Value | None]) -> Value | None:
    """A value with the one under these keys changed; what is None, or empty without it, is taken out."""
    if not keys:
        return change(value)
    key = keys[0]
    if isinstance(value, list) and isinstance(key, int):
        inner = _changed(value[key], keys[1:], change)
        return [*value[:key], *([inner] if inner else []), *value[key + 1 :]]
    fields = value if isinstance(value, dict) else {}
    inner = _changed(fields.get(str(key), ""), keys[1:], change)
    if inner:
        return {**fields, str(key): inner}
    return {name: item for name, item in fields.items() if name != key}


def _inserted(old: Value, number: int, item: object) -> Value:
    items = old or []
    if not isinstance(items, list):
        raise EditError
    return [*items[:number], _as_read(item), *items[number:]]


def _as_read(value: object) -> Value:
    """A value as it is read once it was written: texts alone, without what is empty."""
    if isinstance(value, Mapping):
        return {key: _as_read(item) for key, item in value.items() if item not in (None, "", [], {}, ())}
    if isinstance(value, (list, tuple)):
        return [_as_read(item) for item in value]
    return str(value)
