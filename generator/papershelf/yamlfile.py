"""One YAML file to text with places, and text to YAML. Knows nothing of papers; `yamledit` edits.

Everything is read as text (YAML itself guesses: `2005.14170` is a number to it, `NO` is false), and types are given
in one other place, `values`. Lines and columns are worked out only for a file that has a problem.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from papershelf.problems import Problem, ProblemsError, quoted
from papershelf.yamlmistakes import Mistake, Place, begins_with_special, cut_short, explain, lone_backslash

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
Key: TypeAlias = "str | int"

START = Place(0, 0)

MAX_LENGTH = 1_000_000
MAX_DEPTH = 20
WIDTH = 118

# What could nest deeper than MAX_DEPTH: many brackets, or a line that is indented far or opens many blocks at once.
# Ordinary files have none of these, so the costlier count over events is rarely made.
_DEEP_LINE = re.compile(r"^(?: {40}|[ \t]*(?:[-?:][ \t]+){8})", re.MULTILINE)
# libyaml takes these for line ends, editors don't.
_LINE_ENDS_TO_YAML = ("\x85", "\u2028", "\u2029")
_NOTHING = frozenset({"~", "null", "Null", "NULL"})
# In double quotes these are control characters to YAML; before a letter, a TeX command was meant.
_TEX_COMMAND = re.compile(r"(?<!\\)(?:\\\\)*(\\[abefnrtv][A-Za-z]+)")
# To YAML all behind a space and `#` is a remark; one that people mean has a space behind the sign.
_CUT = re.compile(r"[ \t]+#(?=[^\s#])")
# With nothing between a dash and it, even one with a space is what was meant to be there.
_CUT_ITEM = re.compile(r"[ \t]+#+[ \t]*[^\s#]")
# Words that YAML 1.2 (or 1.1, which editors still speak) would turn into something that isn't text.
_TYPED = re.compile(
    r"(?i)(?:true|false|yes|no|on|off|y|n|null|~|[-+]?[.\d][\d_.,:eExXoO+-]*|[-+]?\.(?:inf|nan)|0[bxo].*)"
)
_PLAIN = re.compile(r"[A-Za-z0-9][^\s#:,\[\]{}&*!|>'\"%@`\\]*(?::[^\s#:,\[\]{}&*!|>'\"%@`\\]+)*")
# What no YAML file may hold as it is, or what is taken for the end of a line.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Document:
    """A YAML file as text values, which can say where each of them stands.

    `problems` are those that leave the rest of the file readable, such as a key that is given twice.
    """

    path: str
    value: Value
    problems: tuple[Problem, ...] = ()
    root: yaml.Node | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)

    def place(self, keys: Sequence[Key] = (), *, of_key: bool = False) -> tuple[int, int]:
        """Line and column, counted from 1, of the value under these keys; the nearest one that exists.

        With `of_key`, of the last key itself instead of its value.
        """
        node, mark = self.root, self.root.start_mark if self.root else None
        for number, key in enumerate(keys):
            found = next((pair for pair in children(node) if pair[0] == key), None)
            if found is None:
                break
            key_node, node = found[1], found[2]
            mark = key_node.start_mark if of_key and number == len(keys) - 1 else node.start_mark
        return (mark.line + 1, mark.column + 1) if mark else (1, 1)

    def problem(
        self, keys: Sequence[Key], found: str, expected: str = "", advice: str = "", *, of_key: bool = False
    ) -> Problem:
        """A problem with the value under these keys."""
        return Problem(self.path, *self.place(keys, of_key=of_key), found, expected, advice)


def read(path: Path, shown: str) -> Document:
    """Read a file; `shown` is how its path is given in problems.

    Raises ProblemsError for a file that can't be read as text or isn't YAML of modest size and depth.
    """
    return parse(read_text(path, shown), shown)


def read_text(path: Path, shown: str) -> str:
    """The text of a UTF-8 file, its line ends as they are; raises ProblemsError where it is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _stop(shown, f"the file can't be read: {error.strerror}") from None
    if content.startswith(b"\xef\xbb\xbf"):
        raise _stop(shown, "the file begins with a byte-order mark", "none", "Save it as UTF-8 without BOM.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _stop(shown, "the file is UTF-16 text", "UTF-8", "Save it as UTF-8.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place_in(content[: error.start].decode("utf-8"), error.start)
        found = f"the byte {content[error.start]:02X} isn't UTF-8 text"
        raise _stop(shown, found, "", "Save the file as UTF-8.", place) from None


def parse(text: str, shown: str) -> Document:
    """The same as `read` for a text that is at hand."""
    if len(text) > MAX_LENGTH:
        found = f"the file holds {len(text) / 1e6:.1f} million characters"
        raise _stop(shown, found, f"at most {MAX_LENGTH / 1e6:.0f} million", "Take out what doesn't belong here.")
    for letter in _LINE_ENDS_TO_YAML:
        if letter in text:
            raise _unseen(shown, text, text.index(letter))
    try:
        _refuse_deep(text)
        root = yaml.compose(text, Loader=_Loader)
    except _TooDeepError as error:
        found, advice = f"this is nested more than {MAX_DEPTH} deep", "Remove the brackets, dashes or spaces before it."
        raise _stop(shown, found, "", advice, error.place) from None
    except yaml.MarkedYAMLError as error:
        raise ProblemsError([_problem(shown, explain(error, text))]) from None
    except yaml.reader.ReaderError as error:
        # libyaml counts bytes.
        raise _unseen(shown, text, len(text.encode()[: error.position].decode(errors="ignore"))) from None
    reading = _Reading(text)
    value = reading.value(root) if root else ""
    problems = tuple(_problem(shown, mistake) for mistake in reading.mistakes)
    if reading.unread:
        raise ProblemsError(problems)
    return Document(shown, value, problems, root, text)


class _Loader(yaml.CBaseLoader):
    def resolve(self, kind: type[yaml.Node], value: str, implicit: object) -> str:
        """No tag: nobody asks for it, and working it out takes a fifth of the time."""
        return ""


class _TooDeepError(Exception):
    def __init__(self, mark: yaml.Mark) -> None:
        self.place = Place(mark.line, mark.column)


class _Reading:
    """Nodes to values, all scalars as text; collects what this reader refuses though YAML allows it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.mistakes: list[Mistake] = []
        self.unread = False
        self._may_have_properties = "&" in text or "!" in text
        self._may_have_commands = "\\" in text
        self._may_be_cut = " #" in text

    def value(self, node: yaml.Node) -> Value:
        """The value of a node."""
        if self._may_have_properties and self.text[node.start_mark.index : node.start_mark.index + 1] in ("&", "!"):
            # An anchor, a tag; an alias gives the node of its anchor once more. None is followed: a few lines of
            # aliases to aliases are millions of values.
            self.unread = True
            self._refuse(_property(node, self._line_from(node)))
            return ""
        if isinstance(node, yaml.ScalarNode):
            return self._text(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        return self._mapping(node)

    def _text(self, node: yaml.ScalarNode) -> str:
        if self._may_have_commands and node.style == '"':
            source = self.text[node.start_mark.index : node.end_mark.index]
            if command := _TEX_COMMAND.search(source):
                line, column = _place_in(self.text, node.start_mark.index + command.start(1))
                self._refuse(lone_backslash(Place(line, column), command[1]))
                return source
        if self._may_be_cut and not node.style and self._is_cut(node):
            self._refuse(cut_short(_place(node), self._line_from(node)))
            return self._line_from(node)
        return "" if node.value in _NOTHING and not node.style else str(node.value)

    def _is_cut(self, node: yaml.ScalarNode) -> bool:
        is_bare_item = not node.value and self.text[: node.start_mark.index].rstrip(" \t").endswith("-")
        return bool((_CUT_ITEM if is_bare_item else _CUT).match(self.text, node.end_mark.index))

    def _mapping(self, node: yaml.Node) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            self.value(key_node)  # refuses what isn't used here
            key = key_node.value
            if not isinstance(key, str):
                found = f"{quoted(self._line_from(key_node))} can't be a key"
                self._refuse(Mistake(_place(key_node), found, 'a word with a colon, such as "title:"'))
            elif key in result:
                first = next(pair[0] for pair in node.value if pair[0].value == key)
                found = f"the key {quoted(key)} is given twice, first on line {first.start_mark.line + 1}"
                self._refuse(Mistake(_place(key_node), found, "", "Keep one of the two."))
            else:
                result[key] = self.value(value_node)
        return result

    def _refuse(self, mistake: Mistake) -> None:
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def _line_from(self, node: yaml.Node) -> str:
        return re.split(r"[\r\n]", self.text[node.start_mark.index :], maxsplit=1)[0].strip()


def _property(node: yaml.Node, value: str) -> Mistake:
    """The mistake of an anchor or a tag, which may be a text that lacks its quotes."""
    if isinstance(node, yaml.ScalarNode):
        return begins_with_special(_place(node), value)
    found = f"{quoted(value)} begins with {quoted(value[0])}, which isn't used here"
    return Mistake(_place(node), found, "", f"Remove {quoted(value.split()[0])}, and write out what it stands for.")


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line, node.start_mark.column)


def _place_in(text: str, index: int) -> Place:
    """The line and column of a character, counted from 0."""
    before = text[:index]
    return Place(before.count("\n"), len(before) - before.rfind("\n") - 1)


def _stop(shown: str, found: str, expected: str = "", advice: str = "", place: Place = START) -> ProblemsError:
    return ProblemsError([_problem(shown, Mistake(place, found, expected, advice))])


def _problem(shown: str, mistake: Mistake) -> Problem:
    line, column = mistake.place
    return Problem(shown, line + 1, column + 1, mistake.found, mistake.expected, mistake.advice)


def _unseen(shown: str, text: str, index: int) -> ProblemsError:
    """The problem of a character that shows nothing."""
    if text.count("\0") > len(text) // 4:
        return _stop(shown, "the file is UTF-16 text", "UTF-8", "Save it as UTF-8.")
    advice = "Put a space in its place." if text[index] in _LINE_ENDS_TO_YAML else "Delete it."
    return _stop(
        shown, f"the character U+{ord(text[index]):04X}, which can't be seen", "", advice, _place_in(text, index)
    )


def _refuse_deep(text: str) -> None:
    """Count the depth over events before anything is built: libyaml crashes the process on deep nesting."""
    if text.count("[") + text.count("{") <= MAX_DEPTH and not _DEEP_LINE.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _TooDeepError(event.start_mark)  # type: ignore[arg-type] # libyaml sets it
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def children(node: yaml.Node | None) -> Iterator[tuple[Key, yaml.Node, yaml.Node]]:
    """What a list or a mapping holds: the number or the key, its node, and the node of the value."""
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            yield key_node.value, key_node, value_node
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield number, item, item


# Writing


def scalar(text: str) -> str:
    """A text on one line, in quotes wherever anything could read it as something else."""
    if _PLAIN.fullmatch(text) and not _TYPED.fullmatch(text) and not _UNWRITABLE.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_UNWRITABLE.sub(_number, escaped)}"'


def _number(letter: re.Match[str]) -> str:
    """A character by its number, as YAML reads it in double quotes."""
    code = ord(letter[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def emit(fields: Mapping[str, object], folded: frozenset[str] = frozenset(), indent: str = "") -> str:
    """A mapping of texts, whole numbers, lists and mappings as YAML; the keys in `folded` as folded blocks.

    What is empty is left out. Read back, the result is the same texts.
    """
    return "".join(f"{line}\n" for line in _fields(fields, folded, indent))


def _fields(fields: Mapping[str, object], folded: frozenset[str], indent: str) -> Iterator[str]:
    for key, value in fields.items():
        if value in (None, ""):
            continue
        if isinstance(value, Mapping):
            if lines := list(_fields(value, folded, indent + "  ")):
                yield from [f"{indent}{key}:", *lines]
        elif isinstance(value, (list, tuple)):
            if value:
                yield f"{indent}{key}:"
            for item in value:
                yield from item_lines(item, folded, indent + "  ")
        elif key in folded and _foldable(str(value)):
            yield from [f"{indent}{key}: >-", *_fold(str(value), indent + "  ")]
        else:
            yield f"{indent}{key}: {_one(value)}"


def item_lines(item: object, folded: frozenset[str] = frozenset(), indent: str = "  ") -> list[str]:
    """The lines of one item of a list."""
    if isinstance(item, Mapping):
        lines = list(_fields(item, folded, indent + "  ")) or ["{}"]
        return [f"{indent}- {lines[0].lstrip(' ')}", *lines[1:]]
    return [f"{indent}- {_one(item)}"]


def _one(value: object) -> str:
    return str(value) if isinstance(value, int) else scalar(str(value))


def _foldable(text: str) -> bool:
    return text == text.strip(" ") and not _UNWRITABLE.search(text)


def _fold(text: str, indent: str) -> list[str]:
    # A folded line break stands for one space, so lines break only at single spaces.
    words = re.split(r"(?<! ) (?! )", text)
    lines = [indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return lines


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
