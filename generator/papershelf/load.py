"""`data/` to a catalogue: the one place where text becomes types.

Every problem of every file is collected. What is good in a file that has problems is kept, so that `checks` can say
in the same run what is wrong with the rest; a catalogue that comes with problems is never shown to readers. What is
right only in the light of other files (a tag that exists, a position that is free) is for `checks`.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from papershelf.identity import SHAPES, why_not_an_id
from papershelf.model import Catalogue, Field, Paper, ReadingList, Tag, Topic, in_order, stored_fields
from papershelf.problems import Problem, ProblemsError, did_you_mean, quoted
from papershelf.yamlfile import Document, Key, Value, read

KeyPath: TypeAlias = "tuple[Key, ...]"

PAPERS = "papers"
CAPTURES = "captures"
SCHEMA = "schema"
REFERENCES = frozenset({"topic", "tag", "paper", "list"})
NAMES = {"url": "address", "arxiv": "arXiv number", "acl": "ACL Anthology id", "doi": "DOI", "language": "language tag"}
TABLES: tuple[tuple[str, type], ...] = (("lists.yml", ReadingList), ("topics.yml", Topic), ("tags.yml", Tag))


@dataclass(frozen=True)
class Data:
    """The folder that holds a shelf's data, and how paths below it are shown."""

    root: Path
    shown: str = "data"

    def show(self, path: Path) -> str:
        """A path below the folder, as it is given in problems."""
        return f"{self.shown}/{path.relative_to(self.root).as_posix()}"

    def problem(self, source: str, keys: Sequence[Key], found: str, expected: str = "", advice: str = "") -> Problem:
        """A problem with a value in a file that could be loaded; its place is looked up now, as nobody kept it."""
        document = read(self.root / source, f"{self.shown}/{source}")
        return document.problem(keys, found, expected, advice)


@dataclass(frozen=True)
class Loaded:
    """What could be loaded, and what was wrong with the rest."""

    catalogue: Catalogue
    problems: tuple[Problem, ...]


def load(data: Data) -> Loaded:
    """Load everything below `data/`; a folder that isn't there is one problem."""
    if not data.root.is_dir():
        what = f"there is no folder {quoted(data.shown)} here"
        return Loaded(
            Catalogue(), (Problem(data.shown, 1, 1, what, "a shelf's data", "Run this in the shelf's folder."),)
        )
    problems: list[Problem] = []
    lists = _table(data, "lists.yml", ReadingList, problems)
    topics = _table(data, "topics.yml", Topic, problems)
    tags = _table(data, "tags.yml", Tag, problems)
    papers = [load_paper(path, data, problems) for path in _files(data, problems)]
    return Loaded(Catalogue(in_order(tuple(papers), lists), topics, tags, lists), tuple(problems))


def load_paper(path: Path, data: Data, problems: list[Problem]) -> Paper:
    """A paper from its file; of what is wrong in it, problems, and the paper without that."""
    shown, source = data.show(path), path.relative_to(data.root).as_posix()
    if expected := why_not_an_id(path.stem):
        found = f"the file's name is the paper's id, and {quoted(path.stem)} can't be one"
        problems.append(Problem(shown, 1, 1, found, expected, "Rename the file."))
    try:
        document = read(path, shown)
    except ProblemsError as error:
        problems += error.problems
        return Paper(id=path.stem, title=path.stem, source=source)
    values = _values(document, document.value, (), Paper, problems)
    return Paper(**{"title": path.stem, **values}, id=path.stem, source=source)


def _table(data: Data, name: str, kind: type, problems: list[Problem]) -> tuple[Any, ...]:
    """The entries of a file that holds a list of one kind."""
    path = data.root / name
    if not path.exists():
        return ()
    try:
        document = read(path, data.show(path))
    except ProblemsError as error:
        problems += error.problems
        return ()
    if document.value == "":
        return ()
    if not isinstance(document.value, list):
        problems.append(document.problem((), "is no list", 'one entry after another, each beginning with "- id:"'))
        return ()
    entries = []
    for number, value in enumerate(document.value):
        entry = _made(document, value, (number,), kind, problems, line=document.line_of(number))
        if entry is not None:
            entries.append(entry)
    return tuple(entries)


# Files


def _files(data: Data, problems: list[Problem]) -> Iterator[Path]:
    """The papers' files, in order; anything else in `data/` that nobody would ever read is a problem."""
    known = {name for name, _ in TABLES} | {PAPERS, CAPTURES, SCHEMA}
    for entry in _entries(data.root, data, problems):
        if entry.name not in known:
            found = f"{quoted(entry.name)} is nothing that belongs here"
            advice = did_you_mean(entry.name, known, f"Papers go to {data.shown}/{PAPERS}/<letter>/<id>.yml.")
            problems.append(Problem(data.show(Path(entry)), 1, 1, found, ", ".join(sorted(known)), advice))
    papers = data.root / PAPERS
    folders = [papers]
    for folder in folders:
        for entry in _entries(folder, data, problems) if folder.is_dir() else ():
            if entry.is_dir():
                folders.append(Path(entry))
            elif entry.name.endswith(".yml"):
                yield Path(entry)
            else:
                found = f"{quoted(entry.name)} would be passed over"
                problems.append(
                    Problem(data.show(Path(entry)), 1, 1, found, 'a name that ends with ".yml"', "Rename it.")
                )


def _entries(folder: Path, data: Data, problems: list[Problem]) -> list[os.DirEntry[str]]:
    """What a folder holds, by name, without what editors and tools leave; a link out of `data/` is a problem."""
    with os.scandir(folder) as scan:
        entries = sorted(
            (e for e in scan if not e.name.startswith(".") and not e.name.endswith("~")), key=lambda e: e.name
        )
    kept = []
    for entry in entries:
        if entry.is_symlink() and not Path(entry).resolve().is_relative_to(data.root.resolve()):
            found = f"{quoted(entry.name)} is a link out of {data.shown}/"
            problems.append(Problem(data.show(Path(entry)), 1, 1, found, "a file", "Put the file itself here."))
        else:
            kept.append(entry)
    return kept


# Types


def _made(document: Document, value: Value, at: KeyPath, kind: type, problems: list[Problem], **known: int) -> Any:
    """An object of a kind from one mapping, or None where something it can't be without is missing."""
    values = _values(document, value, at, kind, problems)
    complete = all(field.attribute in values for field in stored_fields(kind).values() if field.required)
    return kind(**values, **known) if complete else None


def _values(document: Document, value: Value, at: KeyPath, kind: type, problems: list[Problem]) -> dict[str, Any]:
    """The typed values of one mapping, by attribute, without those that have a problem."""
    fields = stored_fields(kind)
    if not isinstance(value, dict):
        problems.append(document.problem(at, f"{quoted(value)} is {_what(value)}", f"lines such as {_example(fields)}"))
        return {}
    values = {}
    for key, item in value.items():
        field = fields.get(key)
        if field is None:
            found, advice = f"unknown key {quoted(key)}", did_you_mean(key, fields, "Remove it.")
            problems.append(document.problem((*at, key), found, f"one of {', '.join(fields)}", advice, of_key=True))
        elif (made := _value(document, item, (*at, key), field, problems)) is not None:
            values[field.attribute] = made
    for field in fields.values():
        if field.required and field.key not in value:
            problems.append(document.problem(at, f"{quoted(field.key)} is missing", advice=field.doc))
    return values


def _value(document: Document, value: Value, at: KeyPath, field: Field, problems: list[Problem]) -> Any:
    if not field.many:
        return _one(document, value, at, field, problems)
    if not isinstance(value, list):
        found = f"{quoted(field.key)} is {_what(value)}"
        advice = f"Write [{value}]." if isinstance(value, str) and value else ""
        problems.append(document.problem(at, found, "a list", advice))
        return None
    items = (_one(document, item, (*at, number), field, problems) for number, item in enumerate(value))
    return tuple(item for item in items if item is not None)


def _one(document: Document, value: Value, at: KeyPath, field: Field, problems: list[Problem]) -> Any:
    if field.type not in (str, int, datetime.date):
        return _made(document, value, at, field.type, problems)
    if not isinstance(value, str):
        problems.append(document.problem(at, f"{quoted(field.key)} is {_what(value)}", "a text"))
        return None
    text = " ".join(value.split())
    if not text:
        advice = "Write it, or remove the line." if not field.required else field.doc
        problems.append(document.problem(at, f"{quoted(field.key)} is empty", advice=advice))
        return None
    if field.type is str:
        return _text(document, text, at, field, problems)
    return _number_or_date(document, text, at, field, problems)


def _text(document: Document, text: str, at: KeyPath, field: Field, problems: list[Problem]) -> str | None:
    # What names a topic, tag, list or paper is judged by `checks`, which knows what there is to name.
    shape = SHAPES.get(field.form) if field.form not in REFERENCES else None
    if field.form == "id" and (expected := why_not_an_id(text)):
        problems.append(document.problem(at, f"{quoted(text)} can't be an id", expected))
    elif shape and not shape.fits(text):
        problems.append(
            document.problem(at, f"{quoted(text)} is no {NAMES.get(field.form, field.form)}", shape.expected)
        )
    else:
        return text
    return None


def _number_or_date(document: Document, text: str, at: KeyPath, field: Field, problems: list[Problem]) -> Any:
    try:
        if field.type is int:
            if text.isascii() and text.isdigit() and 0 < int(text) < 10**9:
                return int(text)
            problems.append(document.problem(at, f"{quoted(text)} is no number", "a whole number from 1"))
            return None
        return datetime.date.fromisoformat(text)
    except ValueError:
        problems.append(document.problem(at, f"{quoted(text)} is no date", 'a day such as "2026-08-12"'))
        return None


def _what(value: Value) -> str:
    if isinstance(value, str):
        return "a text" if value else "empty"
    return "a list" if isinstance(value, list) else "a mapping"


def _example(fields: dict[str, Field]) -> str:
    return quoted(f"{next(iter(fields))}: …")
