"""One mapping of texts to the typed values of a kind of the model, and what is wrong with the others.

What is right only in the light of other files (a tag that exists, a position that is free) is for `checks`.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from papershelf.identity import RANGES, SHAPES, nearest_id, why_not_an_id
from papershelf.model import Field, Paper, stored_fields
from papershelf.paperlinks import recognised
from papershelf.problems import Problem, nearest, quoted
from papershelf.text import clean
from papershelf.yamlfile import Document, Key, Value

KeyPath: TypeAlias = "tuple[Key, ...]"

REFERENCES = frozenset({"topic", "tag", "paper", "list"})
WRITE_OR_REMOVE = "Write it, or remove the line."

_PLAIN = frozenset({str, int, datetime.date})
_FROM_ONE = range(1, 10**9)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_LIST = 300
_SAFE_ITEM = re.compile(r"[^\W_][\w .'’-]*")
# As BibTeX has names: `Lee, Ann and Kim, Bob`.
_SURNAME_FIRST = re.compile(r"(\S+), ([^,]+)")
# What people call a key before they have seen the format, by the key that they mean.
_CALLED_OTHERWISE = {
    "code": "github gitlab repo repository implementation",
    "paper": "url link pdf address",
    "project": "website homepage page site web demo",
    "data": "dataset datasets",
    "tags": "keyword keywords label labels",
    "topics": "category categories subject subjects section area",
    "venue": "journal conference booktitle proceedings",
    "year": "date published",
    "summary": "description tldr",
    "note": "comment comments remark",
    "arxiv": "eprint",
    "title": "name",
    "description": "meaning definition",
}
_MEANT = {word: key for key, words in _CALLED_OTHERWISE.items() for word in words.split()}


def whole(document: Document, value: Value, at: KeyPath, kind: type, problems: list[Problem], **known: int) -> Any:
    """An object of a kind from one entry of a list, or None where it has a problem: it isn't judged any further."""
    before = len(problems)
    made = values(document, value, at, kind, problems)
    return kind(**made, **known) if len(problems) == before else None


def values(document: Document, value: Value, at: KeyPath, kind: type, problems: list[Problem]) -> dict[str, Any]:
    """The typed values of one mapping, by attribute, without those that have a problem."""
    fields = stored_fields(kind)
    if not isinstance(value, dict) or (not value and at):
        problems.append(_no_mapping(document, value, at, fields))
        return {}
    made: dict[str, Any] = {}
    meant: set[str | None] = set()
    for key, item in value.items():
        known = fields.get(key)
        if known is None:
            meant.add(_MEANT.get(key.lower()) or nearest(key, fields))
            problems.append(_unknown_key(document, key, at, fields))
        elif (one := _value(document, item, (*at, key), known, problems)) is not None:
            made[known.attribute] = one
    for known in fields.values():
        if known.required and known.key not in value and known.key not in meant:
            problems.append(document.problem(at, f"{quoted(known.key)} is missing", _meaning(known)))
    return made


def _value(document: Document, value: Value, at: KeyPath, known: Field, problems: list[Problem]) -> Any:
    if not known.many:
        return _one(document, value, at, known, problems)
    if not isinstance(value, list) or not value:
        advice = WRITE_OR_REMOVE if not value else _as_list(value, known)
        problems.append(document.problem(at, f"{_name(at)} is {what(value)}", "a list" if value else "", advice))
        return None
    items = (_one(document, item, (*at, number), known, problems) for number, item in enumerate(value))
    return tuple(item for item in items if item is not None)


def _one(document: Document, value: Value, at: KeyPath, known: Field, problems: list[Problem]) -> Any:
    if known.type not in _PLAIN:
        if known.many:
            return whole(document, value, at, known.type, problems)
        made = values(document, value, at, known.type, problems)
        return known.type(**made) if made else None
    if not isinstance(value, str):
        problems.append(document.problem(at, f"{_name(at)} is {what(value)}", _expected(known), _as_text(value, known)))
        return None
    text = " ".join(value.split())
    if not text:
        expected = _meaning(known) if known.required else ""
        advice = "" if known.required else WRITE_OR_REMOVE
        problems.append(document.problem(at, f"{_name(at)} is empty", expected, advice))
        return None
    if clean(value)[1]:
        problems.append(document.problem(at, f"{_name(at)} holds {_unseen(value)}", advice="Delete it."))
        return None
    typed = _typed(text, known)
    if typed is None:
        found = f"{_name(at)} is {quoted(text)}"
        problems.append(document.problem(at, found, _expected(known, text), _better(text, known)))
    return typed


def _typed(text: str, known: Field) -> str | int | datetime.date | None:
    """A text in the type and form of its field, or None where it has another form."""
    if known.type is int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
        return number if number in RANGES.get(known.key, _FROM_ONE) else None
    if known.type is datetime.date:
        try:
            return datetime.date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            return None
    if known.form in REFERENCES:
        # Whether there is such a topic, tag, list or paper, `checks` says. Thousands of papers name the same ones.
        return sys.intern(text)
    shape = SHAPES.get(known.form)
    fits = not shape or (shape.fits(text) and not (known.form == "id" and why_not_an_id(text)))
    return text if fits else None


# Words


def _name(at: KeyPath) -> str:
    """A value as it is called in a message."""
    if not at:
        return "the file"
    if isinstance(at[-1], str):
        return quoted(at[-1])
    return f"an entry of {quoted(at[-2])}" if len(at) > 1 else "the entry"


def what(value: Value) -> str:
    """What a value is, as it is called in a message."""
    if not value:
        return "empty"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, list):
        return f"a list that begins with {quoted(value[0])}" if isinstance(value[0], str) else "a list"
    key, first = next(iter(value.items()))
    if isinstance(first, str):
        return f"{quoted(f'{key}: {first}')}, a key with a value"
    return f"{quoted(f'{key}:')} with lines below"


def _expected(known: Field, text: str = "") -> str:
    """What a field may hold."""
    if known.type is int:
        years = RANGES.get(known.key)
        return f"a year from {years.start} to {years.stop - 1}" if years else "a whole number from 1"
    if known.type is datetime.date:
        return 'a day such as "2026-08-12"'
    if known.form in REFERENCES:
        return "an id"
    shape = SHAPES.get(known.form)
    return (why_not_an_id(text) if known.form == "id" and text else None) or (shape.expected if shape else "a text")


def _meaning(known: Field) -> str:
    return known.doc[0].lower() + known.doc[1:].rstrip(".")


def _as_list(value: Value, known: Field) -> str:
    """How what isn't a list becomes one."""
    if known.type not in _PLAIN:
        return f'Begin each entry with "- {next(iter(stored_fields(known.type)))}:".'
    if isinstance(value, str) and value.startswith("-"):
        return "Put a space after each dash."
    if known.key == "authors" and isinstance(value, str) and re.search(r"\bet al\b|\band others\b", value):
        return "Name all of them, or remove the line."
    if isinstance(value, str) and " - " in value:
        return 'Begin each entry with "- ", the first one too.'
    if isinstance(value, str):
        items = _authors(value) if known.key == "authors" else re.split(r"\s*[,;]\s*", value.strip(" ,;"))
        if all(map(_SAFE_ITEM.fullmatch, items)) and len(value) <= _LONGEST_LIST:
            return f"Write [{', '.join(items)}]."
    return 'Begin each entry with "- ".'


def _authors(text: str) -> list[str]:
    """The names in a line of authors."""
    people = re.split(r"\s*;\s*|,?\s+(?:and|&)\s+", text.strip(" ,;"))
    turned = [_SURNAME_FIRST.fullmatch(name) for name in people]
    if len(people) > 1 and all(turned):
        return [f"{name[2]} {name[1]}" for name in turned if name]
    return [name for part in people for name in re.split(r"\s*,\s*", part)]


def _as_text(value: Value, known: Field) -> str:
    """How what isn't a text becomes one."""
    if known.form == "url" and isinstance(value, list):
        return "Write one address, behind the colon."
    if known.form not in ("text", "prose") or known.type is not str:
        return ""
    if isinstance(value, list):
        return 'Put a text that begins with "[" or "-" in double quotes.'
    return "Put a text that holds a colon in double quotes."


def _better(text: str, known: Field) -> str:
    """What was probably meant instead of a text of another form."""
    better: str | None = None
    if known.form == "id":
        better = nearest_id(text)
    elif known.key == "year":
        years = re.findall(r"(?<!\d)[12]\d{3}(?!\d)", text)
        better = years[0] if len(years) == 1 and int(years[0]) in RANGES["year"] else None
    elif known.form == "url":
        inside = re.fullmatch(r"(?:\[.*\]\(|<)(https?://[^\s()<>]+)[)>]", text)  # as Markdown has it
        better = inside[1] if inside else None
        better = better or (f"https://{text}" if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?:/\S*)?", text) else None)
    elif shape := SHAPES.get(known.form):
        better = shape.within(text)
    return f"Write {quoted(better)}." if better else ""


def _unseen(text: str) -> str:
    kept = clean(text)[0]
    letter = next(letter for number, letter in enumerate(text) if kept[number : number + 1] != letter)
    return f"the character U+{ord(letter):04X}, which can't be seen"


def _no_mapping(document: Document, value: Value, at: KeyPath, fields: Mapping[str, Field]) -> Problem:
    example = quoted(f"{next(iter(fields))}: …")
    advice = "Put a space after the colon." if isinstance(value, str) and re.match(r"[\w-]+:[^\s/]", value) else ""
    if not value and at and isinstance(at[-1], str):
        return document.problem(at, f"{_name(at)} is empty", "", WRITE_OR_REMOVE)
    advice = advice or _below(value, at)
    lines = "indented lines" if at and isinstance(at[-1], str) else "lines"
    return document.problem(at, f"{_name(at)} is {what(value)}", f"{lines} such as {example}", advice)


def _below(value: Value, at: KeyPath) -> str:
    """Where an address belongs that stands by itself in the place of keys with addresses."""
    address = value[0] if isinstance(value, list) and value else value
    known = recognised(address) if at[-1:] == ("links",) and isinstance(address, str) else None
    if known is None:
        return ""
    key, text = ("paper", known[1]) if known[0] == "other" else known
    where = "Below it, indented" if key in ("paper", "code", "data") else f"Instead of {quoted(at[-1])}"
    return f"{where}, write {key}: {quoted(text, len(text))}."


def _unknown_key(document: Document, key: str, at: KeyPath, fields: Mapping[str, Field]) -> Problem:
    found, place = f"unknown key {quoted(key)}", (*at, key)
    if called := _called(key, fields):
        return document.problem(place, found, "", called, of_key=True)
    if match := nearest(key, fields):
        return document.problem(place, found, "", f'Did you mean "{match}"?', of_key=True)
    for outer in fields.values():
        if outer.type not in _PLAIN and not outer.many and key in stored_fields(outer.type):
            return document.problem(place, found, "", f'It belongs below "{outer.key}:", indented.', of_key=True)
    if at and key in stored_fields(Paper):
        return document.problem(place, found, _one_of(fields), "It belongs at the beginning of a line.", of_key=True)
    return document.problem(place, found, _one_of(fields), "Remove it.", of_key=True)


def _called(key: str, fields: Mapping[str, Field]) -> str:
    """What a key is called here that people call otherwise, and where it belongs."""
    name = _MEANT.get(key.lower(), "")
    if name in fields:
        return f'It is called "{name}" here.'
    for outer in fields.values():
        if outer.type not in _PLAIN and not outer.many and name in stored_fields(outer.type):
            return f'It is called "{name}" here, and belongs below "{outer.key}:", indented.'
    return ""


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"
