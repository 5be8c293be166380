"""The texts that a build made and the next one may need: a file beside what was found out, which is read as it is used.

Nothing in it is trusted for its name: who asks for a text says which one it was, by its digest. So builds may share the
file, it may be deleted at any time, and a broken one counts as none.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from papershelf.cache import FOLDER

FILE = FOLDER / "texts.db"

AT_ONCE = 500
"""How many texts are written together."""
_PATIENCE = 10.0
"""Seconds after which texts aren't kept, because another process goes on writing its own."""


def told(text: bytes) -> bytes:
    """What tells a text from any other: a digest that processors make themselves, as a hundred megabytes need one."""
    return sha256(text).digest()[:16]


class Store:
    """The texts in a file; none without one. Each process that takes part has a way of its own to it."""

    def __init__(self, file: Path | None = None) -> None:
        """Take the file; nothing is read or written yet."""
        self._file = file
        self._ways: dict[int, sqlite3.Connection | None] = {}
        self._waiting: dict[str, bytes] = {}

    def get(self, name: str, known: bytes) -> bytes | None:
        """The text of this name, if it is the one that has this digest."""
        found = self._asked("SELECT text FROM texts WHERE name = ?", (name,))
        return found[0][0] if found and told(found[0][0]) == known else None

    def put(self, name: str, text: bytes) -> None:
        """Keep a text, once `flush` was called or many wait."""
        self._waiting[name] = text
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits; where that can't be done, the next build takes longer."""
        if self._waiting:
            self._changed("INSERT OR REPLACE INTO texts VALUES (?, ?)", self._waiting.items())
            self._waiting.clear()

    def keep(self, names: set[str]) -> None:
        """Forget all other texts."""
        there = self._asked("SELECT name FROM texts")
        if gone := [row for row in there if row[0] not in names]:
            self._changed("DELETE FROM texts WHERE name = ?", gone)

    def _asked(self, question: str, values: tuple[str, ...] = ()) -> list[Any]:
        way = self._way()
        try:
            return way.execute(question, values).fetchall() if way else []
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _changed(self, order: str, rows: Iterable[tuple[Any, ...]]) -> None:
        way = self._way()
        try:
            if way:
                with way:
                    way.execute("BEGIN IMMEDIATE")
                    way.executemany(order, rows)
        except sqlite3.Error as error:
            self._give_up(error)

    def _way(self) -> sqlite3.Connection | None:
        """This process's connection, as none may be taken along into another; none where the file can't be used."""
        process = os.getpid()
        if process not in self._ways and self._file:
            try:
                self._ways[process] = _opened(self._file)
            except (OSError, sqlite3.Error) as error:
                self._ways[process] = None
                self._give_up(error)
        return self._ways.get(process)

    def _give_up(self, error: Exception) -> None:
        """Remove a file that is none of SQLite's, or broken; leave one that another process holds."""
        broken = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        if broken and self._file:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
            self._ways[os.getpid()] = None


def _opened(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    way = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
    # Large pages, because texts are long; and nothing is lost with a text that a failing machine leaves behind.
    way.execute("PRAGMA page_size = 65536")
    way.execute("PRAGMA synchronous = OFF")
    way.execute("CREATE TABLE IF NOT EXISTS texts (name TEXT PRIMARY KEY, text BLOB NOT NULL)")
    return way
