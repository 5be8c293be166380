"""One YAML file to text with places, text to YAML, and edits of single spans. Knows nothing of papers.

Everything is read as text (YAML itself guesses: `2005.14170` is a number to it, `NO` is false), and types are given
in one other place, `load`. Lines and columns are worked out only for a file that has a problem.
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from papershelf.problems import Problem, ProblemsError, quoted

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Key: TypeAlias = "str | int"

MAX_DEPTH = 20
WIDTH = 118

# What could nest deeper than MAX_DEPTH: many brackets, or a line that is indented far or opens many blocks at once.
# Ordinary files have none of these, so the costlier count over events is rarely made.
_DEEP_LINE = re.compile(r"^(?: {40}|[ \t]*(?:[-?:][ \t]+){8})", re.MULTILINE)
# Words that YAML 1.2 (or 1.1, which editors still speak) would turn into something that isn't text.
_TYPED = re.compile(
    r"(?i)(?:true|false|yes|no|on|off|y|n|null|~|[-+]?[.\d][\d_.,:eExXoO+-]*|[-+]?\.(?:inf|nan)|0[xo].*)"
)
_PLAIN = re.compile(r"[A-Za-z0-9][^\s#:,\[\]{}&*!|>'\"%@`\\]*(?::[^\s#:,\[\]{}&*!|>'\"%@`\\]+)*")


class _Refusal(yaml.MarkedYAMLError):
    """What this reader refuses though YAML allows it."""


class _TextLoader(yaml.CBaseLoader):
    """All scalars as text; a key that is no text or is given twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        result: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _Refusal(problem="a key that is not a plain word", problem_mark=key_node.start_mark)
            key = key_node.value
            if key in result:
                raise _Refusal(problem=f"the key {quoted(key)} is given twice", problem_mark=key_node.start_mark)
            result[key] = self.construct_object(value_node, deep=deep)
        return result


@dataclass(frozen=True)
class Document:
    """A YAML file as text values, which can say where each of them stands."""

    path: str
    text: str
    value: Value

    def place(self, keys: Sequence[Key] = (), *, of_key: bool = False) -> tuple[int, int]:
        """Line and column, counted from 1, of the value under these keys; the nearest one that exists.

        With `of_key`, of the last key itself instead of its value.
        """
        node, mark = self._root, self._root.start_mark if self._root else None
        for number, key in enumerate(keys):
            found = next((pair for pair in _children(node) if pair[0] == key), None)
            if found is None:
                break
            key_node, node = found[1], found[2]
            mark = key_node.start_mark if of_key and number == len(keys) - 1 else node.start_mark
        return (mark.line + 1, mark.column + 1) if mark else (1, 1)

    def line_of(self, item: int) -> int:
        """The line on which an item of a list at the top begins."""
        return self.place((item,))[0]

    def problem(
        self, keys: Sequence[Key], found: str, expected: str = "", advice: str = "", *, of_key: bool = False
    ) -> Problem:
        """A problem with the value under these keys."""
        return Problem(self.path, *self.place(keys, of_key=of_key), found, expected, advice)

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=yaml.CBaseLoader)


def read(path: Path, shown: str) -> Document:
    """Read a file; `shown` is how its path is given in problems.

    Raises ProblemsError for a file that can't be read as text or isn't YAML of modest depth with unique keys.
    """
    return parse(read_text(path, shown), shown)


def read_text(path: Path, shown: str) -> str:
    """The text of a UTF-8 file, its line ends as they are; raises ProblemsError where it is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _stop(shown, (1, 1), f"can't be read: {error.strerror}") from None
    if content.startswith(b"\xef\xbb\xbf"):
        raise _stop(shown, (1, 1), "begins with a byte-order mark", "plain UTF-8", "Save it as UTF-8 without BOM.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise _stop(shown, (line, column), "isn't UTF-8 text", advice="Save it as UTF-8.") from None


def parse(text: str, shown: str) -> Document:
    """The same as `read` for a text that is at hand."""
    try:
        _refuse_deep(text)
        value = yaml.load(text, Loader=_TextLoader)  # noqa: S506 (it makes text, lists and mappings only)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found, advice = _in_plain_words(error, text, place)
        raise _stop(shown, place, found, advice=advice) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise _stop(shown, place, "holds a character that YAML doesn't allow", advice="Delete it.") from None
    return Document(shown, text, "" if value is None else value)


def _stop(shown: str, place: tuple[int, int], found: str, expected: str = "", advice: str = "") -> ProblemsError:
    return ProblemsError([Problem(shown, *place, found, expected, advice)])


def _refuse_deep(text: str) -> None:
    """Count the depth over events before anything is built: libyaml crashes the process on deep nesting."""
    if text.count("[") + text.count("{") <= MAX_DEPTH and not _DEEP_LINE.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _Refusal(None, None, f"is nested more than {MAX_DEPTH} deep", event.start_mark)  # type: ignore[arg-type] # libyaml's marks
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _in_plain_words(error: yaml.MarkedYAMLError, text: str, place: tuple[int, int]) -> tuple[str, str]:
    """What a YAML error means to somebody who has never seen YAML, and what to do."""
    problem = error.problem or "isn't YAML"
    line = text.split("\n")[place[0] - 1] if place[0] <= text.count("\n") + 1 else ""
    if isinstance(error, _Refusal):
        return problem, "Keep one of the two." if "twice" in problem else ""
    if "\t" in line and ("cannot start any token" in problem or "tab" in problem):
        return "a tab, where YAML takes only spaces", "Replace it by spaces."
    if "mapping values are not allowed" in problem:
        return "a colon inside a text that has no quotes", 'Put the whole text in double quotes: title: "One: two".'
    if "undefined alias" in problem:
        return "a text that begins with *", "Put the text in double quotes."
    if "cannot start any token" in problem:
        return f"a text that begins with {quoted(line.lstrip()[:1] or ' ')}", "Put the text in double quotes."
    if "unexpected end of stream" in problem or "while scanning a quoted scalar" in (error.context or ""):
        return "a quotation mark that isn't closed", "Close it on the same line."
    if "expected <block end>" in problem or "could not find expected ':'" in problem:
        advice = 'Each line is "key: value"; the lines of one block begin in one column.'
        return "a line that doesn't fit the ones above", advice
    return f"isn't YAML: {problem}", ""


def _children(node: yaml.Node | None) -> Iterator[tuple[Key, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            yield key_node.value, key_node, value_node
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield number, item, item


# Writing


def scalar(text: str) -> str:
    """A text on one line, in quotes wherever anything could read it as something else."""
    if _PLAIN.fullmatch(text) and not _TYPED.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def emit(fields: Mapping[str, object], folded: frozenset[str] = frozenset(), indent: str = "") -> str:
    """A mapping of texts, whole numbers, lists and mappings as YAML; the keys in `folded` as folded blocks.

    What is empty is left out. Read back, the result is the same texts.
    """
    lines: list[str] = []
    for key, value in fields.items():
        if value in (None, "", (), [], {}):
            continue
        lines += _field(key, value, folded, indent)
    return "".join(line + "\n" for line in lines)


def _field(key: str, value: object, folded: frozenset[str], indent: str) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{indent}{key}:", emit(value, folded, indent + "  ").rstrip("\n")]
    if isinstance(value, (list, tuple)):
        return [f"{indent}{key}:", *(line for item in value for line in item_lines(item, folded, indent + "  "))]
    if key in folded and _foldable(str(value)):
        return [f"{indent}{key}: >-", *_fold(str(value), indent + "  ")]
    return [f"{indent}{key}: {_one(value)}"]


def item_lines(item: object, folded: frozenset[str] = frozenset(), indent: str = "  ") -> list[str]:
    """The lines of one item of a list."""
    if isinstance(item, Mapping):
        lines = emit(item, folded, indent + "  ").rstrip("\n").split("\n")
        return [f"{indent}- {lines[0].lstrip(' ')}", *lines[1:]]
    return [f"{indent}- {_one(item)}"]


def _one(value: object) -> str:
    return str(value) if isinstance(value, int) else scalar(str(value))


def _foldable(text: str) -> bool:
    return bool(text) and text == text.strip(" ") and not re.search(r"[\n\r\t\x85\u2028\u2029]", text)


def _fold(text: str, indent: str) -> list[str]:
    # A folded line break stands for one space, so lines break only at single spaces.
    words = re.split(r"(?<! ) (?! )", text)
    protected = " ".join(word.replace(" ", "\0") for word in words)
    lines = textwrap.wrap(protected, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return [indent + line.replace("\0", " ") for line in lines]


# Editing


def append_item(text: str, key: str, item: object, before: Sequence[str] = ()) -> str:
    """The text of a file with one more item in the list under a top-level key; every other byte stays.

    Where the key is missing it is added, before the first of the keys in `before` that exists, else at the end.
    """
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    pairs = {pair[0]: (pair[1], pair[2]) for pair in _children(root)}
    newline = "\r\n" if "\r\n" in text else "\n"
    node = pairs[key][1] if key in pairs else None
    if isinstance(node, yaml.SequenceNode) and node.value:
        return _append_to(text, node, item, newline)
    block = newline.join([f"{key}:", *item_lines(item)]) + newline
    if key in pairs:
        start, end = pairs[key][0].start_mark.index, pairs[key][1].end_mark.index
        return text[:start] + block.rstrip("\r\n") + text[end:]
    following = next((pairs[name][0] for name in before if name in pairs), None)
    at = following.start_mark.index if following else len(text)
    lead = "" if at == 0 or text[at - 1] == "\n" else newline
    return text[:at] + lead + block + text[at:]


def _append_to(text: str, sequence: yaml.SequenceNode, item: object, newline: str) -> str:
    if sequence.flow_style:
        at = sequence.end_mark.index - 1
        while text[at - 1] in " \t\r\n,":
            at -= 1
        return text[:at] + ", " + _flow(item) + text[at:]
    at = _end_of_content(text, sequence)
    lines = item_lines(item, indent=" " * sequence.start_mark.column)
    return text[:at] + newline + newline.join(lines) + text[at:]


def _end_of_content(text: str, node: yaml.Node) -> int:
    """The end of the last line that a block holds content on: its own end mark lies behind comments and blank lines."""
    while not isinstance(node, yaml.ScalarNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    at = len(text[: node.end_mark.index].rstrip())
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def _flow(item: object) -> str:
    if isinstance(item, Mapping):
        return "{" + ", ".join(f"{key}: {_one(value)}" for key, value in item.items() if value is not None) + "}"
    return _one(item)


def write(path: Path, text: str | bytes) -> None:
    """Write a file whole or not at all: a temporary file beside it, whose name begins with a dot, is renamed."""
    content = text.encode("utf-8") if isinstance(text, str) else text
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
