"""`data/` to a catalogue.

Every problem of every file is collected. What is good in a file that has problems is kept, so that `checks` can say
in the same run what is wrong with the rest; a catalogue that comes with problems is never shown to readers.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from papershelf.cache import Results, Stamp, digest, stamp
from papershelf.identity import why_not_an_id
from papershelf.model import Catalogue, Paper, ReadingList, Removed, Tag, Topic, in_order
from papershelf.problems import Problem, ProblemsError, quoted
from papershelf.processes import runs, spread
from papershelf.values import values, what, whole
from papershelf.yamlfile import Document, Key, Value, read

PAPERS = "papers"
CAPTURES = "captures"
SCHEMA = "schema"
REMOVED = "removed.yml"
TABLES: tuple[tuple[str, type], ...] = (
    ("lists.yml", ReadingList),
    ("topics.yml", Topic),
    ("tags.yml", Tag),
    (REMOVED, Removed),
)

OUT = "Move it out of the way."

WORTH_A_PROCESS = 1500
"""Files that are read sooner by another process than by this one."""

_ENDINGS = {PAPERS: ".yml", CAPTURES: ".txt", SCHEMA: ".json"}
_NAMES = sorted([*_ENDINGS, *(name for name, _ in TABLES)])


Known = dict[str, tuple[Stamp, bytes, Paper]]
"""By the path of its file below the folder: a paper, and the stamp and the digest of the file that was read."""

SETTLED = 100_000_000
"""Nanoseconds after which a file that is changed again surely has another time."""


@dataclass(frozen=True)
class Data:
    """The folder that holds a shelf's data, and how paths below it are shown."""

    root: Path
    shown: str = "data"
    known: Known = field(default_factory=dict, compare=False, repr=False)
    """Papers that were loaded before and aren't read again while their files are the same."""
    results: Results = field(default_factory=Results, compare=False, repr=False)
    """What was found before, and isn't looked for again while nothing changed of what it was found in."""

    def show(self, path: Path) -> str:
        """A path below the folder, as it is given in problems."""
        return f"{self.shown}/{path.relative_to(self.root).as_posix()}"

    def problem(self, source: str, keys: Sequence[Key], found: str, expected: str = "", advice: str = "") -> Problem:
        """A problem with a value in a file that could be loaded; its place is looked up now, as nobody kept it."""
        return self.document(source).problem(keys, found, expected, advice)

    def document(self, source: str) -> Document:
        """A file below the folder; raises ProblemsError where it can't be read."""
        return read(self.root / source, f"{self.shown}/{source}")

    def missing(self) -> Problem | None:
        """The problem that there is no such folder, if there is none."""
        if self.root.is_dir():
            return None
        advice = "Run this in the shelf's folder, or name the data's folder."
        return Problem(self.shown, 1, 1, f"there is no folder {quoted(self.shown)} here", "a shelf's data", advice)


@dataclass(frozen=True)
class Loaded:
    """What could be loaded, and what was wrong with the rest."""

    catalogue: Catalogue
    problems: tuple[Problem, ...] = ()
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By table, the ids of entries that have problems of their own, which the catalogue doesn't hold."""
    unread: frozenset[str] = frozenset()
    """Tables that aren't there, or have entries of which not even the id could be read."""

    def may_hold(self, table: str, name: str) -> bool:
        """Whether a name that the catalogue doesn't know may stand where a table couldn't be read."""
        return table in self.unread or name in self.left_out.get(table, ())


def load(data: Data) -> Loaded:
    """Load everything below `data/`; a folder that isn't there is one problem."""
    if missing := data.missing():
        return Loaded(Catalogue(), (missing,))
    problems: list[Problem] = []
    tables = {name: _table(data, name, kind, problems) for name, kind in TABLES}
    papers = _all_papers(data, tuple(_papers(data, problems)), problems)
    lists, topics, tags, removed = (tuple(table.entries) for table in tables.values())
    return Loaded(
        Catalogue(in_order(papers, lists), topics, tags, lists, removed),
        tuple(problems),
        {name: frozenset(table.left_out) for name, table in tables.items()},
        frozenset(name for name, table in tables.items() if table.unread),
    )


def _all_papers(data: Data, sources: Sequence[str], problems: list[Problem]) -> tuple[Paper, ...]:
    """The papers of these files, of which those that are known aren't read."""
    stamps = {source: stamp(f"{data.root}/{source}") for source in sources}
    entries = ((source, data.known.get(source)) for source in sources)
    known = {source: entry for source, entry in entries if entry and _is_same(data, source, stamps[source], *entry)}
    unread = [source for source in sources if source not in known]
    papers = {source: paper for source, (_, _, paper) in known.items()}
    digests = {source: found for source, (_, found, _) in known.items()}
    for loaded in spread(partial(_loaded, data), runs(unread, WORTH_A_PROCESS), "Reading papers"):
        for source, (paper, content, found) in loaded.items():
            papers[source], digests[source] = paper, content
            problems += found
            if found or stamp(f"{data.root}/{source}") != stamps[source]:
                stamps[source] = None  # to be read again: it is being mended
    now = time.time_ns()
    settled = {source: at for source, at in stamps.items() if at and now - at[0] > SETTLED}
    data.known.clear()
    data.known.update({source: (at, digests[source], papers[source]) for source, at in settled.items()})
    return tuple(papers[source] for source in sources)


def _loaded(data: Data, sources: Iterable[str]) -> dict[str, tuple[Paper, bytes, list[Problem]]]:
    loaded = {}
    for source in sources:
        problems: list[Problem] = []
        loaded[source] = (*load_paper(source, data, problems), problems)
    return loaded


def _is_same(data: Data, source: str, now: Stamp | None, at: Stamp, content: bytes, _: Paper) -> bool:
    """Whether a file is the one that was read; a clone has other times, and the same content."""
    return now == at or _digest(f"{data.root}/{source}") == content


def _digest(path: str) -> bytes:
    """What tells a file's content from any other; of a file that can't be read, nothing."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return digest(file.read())
    except OSError:
        return b""


def load_paper(source: str, data: Data, problems: list[Problem]) -> tuple[Paper, bytes]:
    """A paper from its file, given by its path below `data/`; of what is wrong in it, problems, and the rest.

    With the digest of the file's content; of a file that can't be read, there is none.
    """
    paper_id = source.rsplit("/", 1)[-1].removesuffix(_ENDINGS[PAPERS])
    try:
        document = data.document(source)
    except ProblemsError as error:
        problems += error.problems
        return Paper(id=paper_id, title=paper_id, source=source), b""
    problems += document.problems
    known = values(document, document.value, (), Paper, problems)
    paper = Paper(**{"title": paper_id, **known}, id=paper_id, source=source)
    return paper, digest(document.text.encode())


@dataclass
class _Table:
    """What a file that holds a list of one kind gave."""

    entries: list[Any] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    unread: bool = False


def _table(data: Data, name: str, kind: type, problems: list[Problem]) -> _Table:
    path = data.root / name
    if path.is_symlink() or not path.is_file():
        return _Table(unread=True)
    try:
        document = data.document(name)
    except ProblemsError as error:
        problems += error.problems
        return _Table(unread=True)
    problems += document.problems
    if document.value in ("", []):
        return _Table()
    if not isinstance(document.value, list):
        found, expected = f"the file is {what(document.value)}", 'one entry after another, each beginning with "- id:"'
        problems.append(document.problem((), found, expected))
        return _Table(unread=True)
    table = _Table()
    for number, value in enumerate(document.value):
        _add_entry(table, document, value, number, kind, problems)
    return table


def _add_entry(
    table: _Table, document: Document, value: Value, number: int, kind: type, problems: list[Problem]
) -> None:
    entry = whole(document, value, (number,), kind, problems, line=document.place((number,))[0])
    entry_id = value.get("id") if isinstance(value, dict) else None
    if entry is not None:
        table.entries.append(entry)
    elif isinstance(entry_id, str) and not why_not_an_id(entry_id):
        table.left_out.add(entry_id)
    else:
        table.unread = True


# Files


def _papers(data: Data, problems: list[Problem]) -> Iterator[str]:
    """The paths of the papers' files, in order; whatever else in `data/` nobody would ever read is a problem."""
    for entry in _entries(data, "", problems):
        if entry.name not in _NAMES:
            problems.append(_stray(data, entry.name))
        elif entry.is_dir() != (entry.name in _ENDINGS):
            is_now, expected = ("folder", "file") if entry.is_dir() else ("file", "folder")
            found = f"{quoted(entry.name)} is a {is_now}"
            problems.append(_file_problem(data, entry.name, found, f"a {expected}", OUT))
        elif entry.name == PAPERS:
            continue
        elif entry.is_dir():
            list(_files(data, entry.name, problems))
    yield from _files(data, PAPERS, problems)


def _files(data: Data, folder: str, problems: list[Problem]) -> Iterator[str]:
    """The files of one of the folders that have the ending they need; papers may stand in folders of their own."""
    ending = _ENDINGS[folder]
    folders = [folder] if (data.root / folder).is_dir() and not (data.root / folder).is_symlink() else []
    for parent in folders:
        for entry in _entries(data, parent, problems):
            source = f"{parent}/{entry.name}"
            if entry.is_dir():
                if folder == PAPERS and not entry.name.endswith(ending):
                    folders.append(source)
                else:
                    found = f"{quoted(entry.name)} is a folder"
                    problems.append(_file_problem(data, source, found, f'a file that ends with "{ending}"', OUT))
            elif entry.name.endswith(ending):
                yield source
            else:
                problems.append(_wrong_ending(data, source, ending))


def _entries(data: Data, folder: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    """What a folder holds, by name, without what editors and tools leave; a link, a pipe and the like are problems."""
    try:
        with os.scandir(data.root / folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(_file_problem(data, folder, f"the folder can't be read: {error.strerror}"))
        return []
    kept = []
    for entry in entries:
        if entry.name.startswith(".") or entry.name.endswith("~"):
            continue
        source = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
            kept.append(entry)
        elif entry.is_symlink():
            found, advice = f"{quoted(entry.name)} is a link", "Put what it leads to in its place."
            problems.append(_file_problem(data, source, found, "a file or a folder", advice))
        else:
            found = f"{quoted(entry.name)} is neither a file nor a folder"
            problems.append(_file_problem(data, source, found, advice="Remove it."))
    return kept


def _file_problem(data: Data, source: str, found: str, expected: str = "", advice: str = "") -> Problem:
    return Problem(f"{data.shown}/{source}".rstrip("/"), 1, 1, found, expected, advice)


def _stray(data: Data, name: str) -> Problem:
    expected = ", ".join(_NAMES)
    where = f"Papers go to {data.shown}/{PAPERS}/<letter>/<id>.yml."
    otherwise = where if name.endswith(".yml") else f"Move it out of {data.shown}/."
    # Any two names with an ending are alike; and a text for people isn't meant to be one of these.
    stem, _, ending = name.lower().partition(".")
    names = {known.partition(".")[0]: known for known in _NAMES}
    meant = get_close_matches(stem, names, n=1, cutoff=0.75) if ending != "md" else []
    advice = f'Did you mean "{names[meant[0]]}"?' if meant else otherwise
    return _file_problem(data, name, f"{quoted(name)} doesn't belong here", expected, advice)


def _wrong_ending(data: Data, source: str, ending: str) -> Problem:
    name = source.rsplit("/", 1)[-1]
    renamed = re.fullmatch(r"(.+?)\.(?:yml|yaml|txt|json)(?:\.txt)?", name, re.IGNORECASE)
    folder = f"{data.shown}/{source.split('/', 1)[0]}/"
    advice = f'Rename it to "{renamed[1]}{ending}".' if renamed else f"Move it out of {folder}."
    return _file_problem(
        data, source, f"{quoted(name)} would be passed over", f'a name that ends with "{ending}"', advice
    )
