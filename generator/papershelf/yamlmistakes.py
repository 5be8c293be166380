"""What a YAML error means to somebody who has never seen YAML: where it really is, what stands there, what to do.

libyaml says where it stopped, often lines behind the slip, in the words of its grammar. Here the slip is told.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import yaml

from papershelf.problems import quoted

# What a text without quotes can't begin with.
_SPECIAL = "@`%*&!|>[]{},?-:"

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONFLICT = re.compile(r"^<{7}(?= |$)", re.MULTILINE)
_ODD_SPACE = re.compile(r"[ ]*(?:- )?(?:[\w-]+:)?[ ]*([\u00a0\u2000-\u200a\u202f\u3000])")
_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*[^:]*?:(?=\s|$)")
_BEFORE_VALUE = re.compile(r"[ \t]*(?:-[ \t]+)*(?:[\w<][^:#]*:[ \t]+)?")
_GLUED = re.compile(r"([\w-]+):(?=[^\s:/])")
_EQUALS = re.compile(r"([\w-]+)\s*=\s*(?=\S)")
_TYPOGRAPHIC = re.compile(r"[“”„«»]([^“”„«»\"]*)[“”„«»]")
_BLOCK = re.compile(r"([|>][-+]?)[ \t]+(?=[^\s#])")
_OPENING = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


class Place(NamedTuple):
    """A line and a column, counted from 0."""

    line: int
    column: int


@dataclass(frozen=True)
class Mistake:
    """Where it is, and what is to be said about it."""

    place: Place
    found: str
    expected: str = ""
    advice: str = ""


@dataclass(frozen=True)
class _Case:
    """What libyaml said about a text: where it stopped and why, and what it was at since when."""

    text: str
    place: Place
    index: int
    since: Place
    why: str
    at_what: str

    @cached_property
    def lines(self) -> list[str]:
        return _LINE_END.split(self.text)

    def line(self, number: int) -> str:
        """A line; empty behind the last one."""
        return self.lines[number] if number < len(self.lines) else ""

    def rest(self, place: Place) -> str:
        """What stands from a place to the end of its line."""
        return self.line(place.line)[place.column :].strip()

    def above(self) -> int | None:
        """The number of the nearest line above that holds something."""
        return next((number for number in range(self.place.line - 1, -1, -1) if self.lines[number].strip()), None)

    @cached_property
    def tokens(self) -> list[yaml.Token]:
        """The tokens before the place, as far as they can be told."""
        found: list[yaml.Token] = []
        try:
            # Cut off there: libyaml looks ahead, and would stop at the mistake before it tells what stands before it.
            for token in yaml.scan(self.text[: self.index], Loader=yaml.CBaseLoader):
                if not isinstance(token, (yaml.BlockEndToken, yaml.StreamEndToken)):
                    found.append(token)
        except yaml.YAMLError:
            pass
        return found


def explain(error: yaml.MarkedYAMLError, text: str) -> Mistake:
    """The mistake behind a YAML error."""
    mark = error.problem_mark or error.context_mark
    since = error.context_mark or mark
    why = error.problem or "for no given reason"
    if mark is None or since is None:
        return Mistake(Place(0, 0), f"can't be read as YAML ({why})")
    case = _Case(text, _place(mark), mark.index, _place(since), why, error.context or "")
    for rule in _RULES:
        if mistake := rule(case):
            return mistake
    return Mistake(case.place, f"{quoted(case.rest(case.place))} can't be read as YAML ({why})")


def begins_with_special(place: Place, value: str) -> Mistake:
    """The mistake of a text without quotes that begins with what YAML keeps for itself."""
    if block := _BLOCK.match(value):
        found = f"{quoted(value[block.end() :])} stands on the line of {quoted(block[1])}"
        return Mistake(place, found, "", "Begin it on the next line, indented by two spaces.")
    found = f"{quoted(value)} begins with {quoted(value[0])}, which has a meaning of its own in YAML"
    return Mistake(place, found, "", _in_quotes(value))


def cut_short(place: Place, line: str) -> Mistake:
    """The mistake of a text that YAML ends at a `#`, as if a remark began there."""
    if line.startswith("#"):
        found = f"{quoted(line)} is no text, as # begins a remark"
        return Mistake(place, found, "", f"Take the # away, or put{_in_quotes(line).removeprefix('Put')}")
    return Mistake(place, f"{quoted(line)} would end before its #, which begins a remark", "", _in_quotes(line))


def lone_backslash(place: Place, name: str) -> Mistake:
    """The mistake of a TeX command in double quotes whose backslash isn't doubled."""
    found = f"{quoted(name)} in double quotes, where a backslash has a meaning of its own"
    return Mistake(place, found, "", f'Write two backslashes: "\\{name}".')


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line, mark.column)


def _in_quotes(value: str) -> str:
    if typographic := _TYPOGRAPHIC.fullmatch(value):
        value = typographic[1]  # which were meant for YAML's own
    shown = f": {json.dumps(value, ensure_ascii=False)}" if len(value) <= 60 else ""
    return f"Put it in double quotes{shown}."


# One kind of mistake each


def _conflict(case: _Case) -> Mistake | None:
    found = _CONFLICT.search(case.text)
    if not found:
        return None
    advice = 'Keep what is right, and remove the lines that begin with "<<<<<<<", "=======" and ">>>>>>>".'
    place = Place(len(_LINE_END.findall(case.text[: found.start()])), 0)
    return Mistake(place, "two versions of these lines, which Git could not merge", "", advice)


def _tab(case: _Case) -> Mistake | None:
    line = case.line(case.place.line)
    if "\t" not in line or not ("tab" in case.why or line[case.place.column : case.place.column + 1] == "\t"):
        return None
    place = Place(case.place.line, line.index("\t"))
    return Mistake(place, "a tab, where YAML takes only spaces", "", "Use spaces instead.")


def _escape(case: _Case) -> Mistake | None:
    if "escape" not in case.why and "hexdecimal" not in case.why:
        return None
    line = case.line(case.place.line)
    column = max(line.rfind("\\", 0, case.place.column + 1), 0)
    name = re.match(r"\\?\w*", line[column:])
    return lone_backslash(Place(case.place.line, column), name[0] if name else "")


def _open_quote(case: _Case) -> Mistake | None:
    return _unclosed(case, case.since) if "quoted scalar" in case.at_what else None


def _unclosed(case: _Case, place: Place) -> Mistake:
    found = f"the quotation mark before {quoted(case.rest(place)[1:])} isn't closed"
    return Mistake(place, found, "", "Close it on the same line.")


def _behind_quote(case: _Case) -> Mistake | None:
    """Something stands behind a closing quotation mark: the text goes on, or the mark should stand lines before."""
    last = case.tokens[-1] if case.tokens else None
    if not isinstance(last, yaml.ScalarToken) or last.style not in ("'", '"'):
        return None
    begin, end = _place(last.start_mark), _place(last.end_mark)
    if end.line != case.place.line or not case.rest(end):
        return None
    if begin.line != end.line:
        return _unclosed(case, begin)
    found = f"{quoted(case.rest(end))} stands behind the closing quotation mark"
    return Mistake(end, found, "", 'Put the whole text in double quotes, with \\" for each quotation mark inside.')


def _special(case: _Case) -> Mistake | None:
    """A value without quotes begins with what has a meaning of its own."""
    place = case.since if case.since.line == case.place.line else case.place
    line = case.line(place.line)
    before = _BEFORE_VALUE.match(line)
    place = Place(place.line, before.end() if before else 0)
    value = case.rest(place)
    if not value.startswith(tuple(_SPECIAL)) or place > case.place or "another document" in case.why:
        return None
    if value[0] in "[{" and not (case.tokens and isinstance(case.tokens[-1], _CLOSING)):
        return None  # a list that isn't closed
    if value[0] == "-" and place.column == len(line) - len(line.lstrip()):
        return None  # an item of a list, in a place where none can be
    if value[0] in ":?" and not line[: place.column].strip():
        return _no_key(place, value)
    return begins_with_special(place, value)


def _directive(case: _Case) -> Mistake | None:
    """A line that begins with a percent sign, which libyaml takes and then misses what has to follow it."""
    if "<document start>" not in case.why:
        return None
    number = next((number for number in range(case.place.line) if case.line(number).startswith("%")), None)
    return None if number is None else begins_with_special(Place(number, 0), case.line(number).strip())


def _colon(case: _Case) -> Mistake | None:
    if "mapping values" not in case.why:
        return None
    line = case.line(case.place.line)
    key = _KEY.match(line)
    if key and key.end() - 1 < case.place.column:
        before = _BEFORE_VALUE.match(line)
        place = Place(case.place.line, before.end() if before else 0)
        found = f"{quoted(case.rest(place))} has a colon and no quotes"
        return Mistake(place, found, "", _in_quotes(case.rest(place)))
    above = case.above()
    if above is not None and (mistake := _without_key(case, above)):
        return mistake
    place = Place(case.place.line, len(line) - len(line.lstrip()))
    found = f"{quoted(line)} begins further in than the line above"
    return Mistake(place, found, "", "Begin both in the same column.")


def _no_colon(case: _Case) -> Mistake | None:
    return _without_key(case, case.since.line) if "could not find expected ':'" in case.why else None


def _without_key(case: _Case, number: int) -> Mistake | None:
    """The mistake of a line that has no key, as its colon or the space behind it is missing."""
    line = case.line(number)
    place = Place(number, len(line) - len(line.lstrip()))
    content = case.rest(place)
    if glued := _GLUED.match(content):
        found = f"{quoted(content)} has no space after the colon"
        return Mistake(place, found, "", f"Write {quoted(glued[0] + ' ' + content[glued.end() :])}.")
    if equals := _EQUALS.match(content):
        found = f"{quoted(content)} has an equals sign where a colon belongs"
        return Mistake(place, found, "", f"Write {quoted(equals[1] + ': ' + content[equals.end() :])}.")
    if dashed := re.match(r"-(?=[^\s-])", content):
        found = f"{quoted(content)} has no space after the dash"
        return Mistake(place, found, "", f"Write {quoted('- ' + content[dashed.end() :].lstrip('#'))}.")
    if number and re.match(rf" {{{place.column}}}- ", case.line(number - 1)) and not _KEY.match(line):
        found = f"{quoted(content)} has no dash, as the line above has"
        return Mistake(place, found, "", f"Write {quoted('- ' + content)}.")
    if _KEY.match(line) or content.startswith("- "):
        return None
    return _no_key(place, content)


def _no_key(place: Place, content: str) -> Mistake:
    advice = "Give it a key, or indent it if it belongs to the text above."
    return Mistake(place, f"{quoted(content)} has no key", '"key: value"', advice)


def _open_bracket(case: _Case) -> Mistake | None:
    if "flow" not in case.at_what:
        return None
    opened: list[Place] = []
    for token in case.tokens:
        if isinstance(token, _OPENING):
            opened.append(_place(token.start_mark))
        elif isinstance(token, _CLOSING) and opened:
            opened.pop()
    if not opened:
        return None
    value = case.rest(opened[-1])
    if remark := re.search(r"(?:^[\[{]|[\s,])(#.*)", value):
        found = f"the bracket of {quoted(value)} isn't closed before {quoted(remark[1])}, as # begins a remark"
        return Mistake(opened[-1], found, "", "Take the # away, or put what begins with it in double quotes.")
    closing = "]" if value.startswith("[") else "}"
    advice = f'Close it with "{closing}", or put a text that begins with it in double quotes.'
    return Mistake(opened[-1], f"the bracket of {quoted(value)} isn't closed", "", advice)


def _second_document(case: _Case) -> Mistake | None:
    if "another document" not in case.why:
        return None
    found = f"{quoted(case.rest(case.place))} begins a second document"
    return Mistake(case.place, found, "one in each file", "Remove this line.")


def _out_of_column(case: _Case) -> Mistake | None:
    if "expected key" not in case.why and "'-' indicator" not in case.why:
        return None
    found = f"{quoted(case.rest(case.place))} doesn't fit what stands above"
    if case.place.column == case.since.column:
        return Mistake(case.place, found, 'another "- …"' if "'-'" in case.why else 'another "key: value"')
    return Mistake(case.place, found, "", "Begin it in the same column as the lines it belongs to.")


def _odd_space(case: _Case) -> Mistake | None:
    """The mistake of a space from a web page, which looks like one and is none to YAML."""
    for number in range(case.place.line + 1):
        if found := _ODD_SPACE.match(case.line(number)):
            what = f"a no-break space (U+{ord(found[1]):04X}), which looks like a space and is none here"
            return Mistake(Place(number, found.start(1)), what, "", "Put an ordinary space in its place.")
    return None


_RULES = (
    _conflict, _odd_space, _tab, _escape, _open_quote, _behind_quote, _special, _directive, _colon, _no_colon,
    _open_bracket, _second_document, _out_of_column,
)  # fmt: skip
