"""How far long work is: how long the stages of a build took in the log, and a line on a terminal while one lasts.

The line is ours because the well-kept bars (click's, which is there anyway, and others) stay behind when they are done,
show at once also what takes no time, and know nothing of the log that is written between two of their states.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

log = logging.getLogger("mkdocs.plugins.papershelf")

Item = TypeVar("Item")

SILENT = 0.5
"""Seconds that work may take without a word."""
EVERY = 0.2
"""Seconds from one state of the line to the next: often enough to see it live, seldom enough to read it."""
LATELY = 50
"""States of the line from which it is told how long still."""


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Tell in the log, where it is verbose, how many seconds a stage took."""
    start = time.perf_counter()
    yield
    log.debug("stage %s: %.3f s", name, time.perf_counter() - start)


def counted(items: Iterable[Item], what: str, total: int, processes: int = 1) -> Generator[Item, None, None]:
    """Hand items on, and tell somebody at a terminal what is done with them, how far it is and how long still.

    `total` is how many there are. Where several processes share them, these are the items of this one: as each has
    about as many, the others are taken to be as far.
    """
    terminal = _terminal()
    if terminal is None:
        yield from items
        return
    line, pace = _Line(terminal), _Pace(total)
    due = time.monotonic() + SILENT
    try:
        for count, item in enumerate(items):
            # Asked before each item, as some take seconds: it costs a tenth of a microsecond.
            if (now := time.monotonic()) >= due:
                done = min(count * processes, total)
                line.show(f"{what}  {done:,} of {total:,}{pace.left(done, now)}")
                due = now + EVERY
            yield item
    finally:
        line.end()


def mixed(items: Sequence[Item], strides: int = 100) -> list[Item]:
    """The same items, some from everywhere all the way: where the first ones take longest, nobody can tell how long."""
    return [item for start in range(strides) for item in items[start::strides]]


def _terminal() -> TextIO | None:
    """Where somebody reads along: a terminal that can go back in a line, and no machine that keeps a log."""
    quiet = os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    # Without any standard error, Python has None for it.
    return sys.stderr if sys.stderr and sys.stderr.isatty() and not quiet else None


class _Pace:
    """How fast work went in the last few seconds: the first items often take much longer than those to come."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._states: deque[tuple[int, float]] = deque(maxlen=LATELY)

    def left(self, done: int, now: float) -> str:
        """How long it will take still, as far as that can be told."""
        self._states.append((done, now))
        before, then = self._states[0]
        if now - then < 1 or done == before:
            return ""
        seconds = math.ceil((self._total - done) * (now - then) / (done - before))
        return f", some {seconds} s left" if seconds < 90 else f", some {round(seconds / 60)} min left"


class _Line(logging.Filter):
    """A line that is written over by its next state, and gone before the log writes one of its own."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__()
        self._terminal = terminal
        self._length = 0
        self._handlers: list[logging.Handler] = []

    def show(self, text: str) -> None:
        if not self._handlers:
            self._handlers = list(_handlers())
            for handler in self._handlers:
                handler.addFilter(self)
        text = text[: _columns(self._terminal) - 1]  # a line that breaks can't be written over
        self._write(f"\r{text:{self._length}}")
        self._length = len(text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let each record pass, and make room for it."""
        self._clear()
        return True

    def end(self) -> None:
        for handler in self._handlers:
            handler.removeFilter(self)
        self._clear()

    def _clear(self) -> None:
        if self._length:
            self._write(f"\r{'':{self._length}}\r")
            self._length = 0

    def _write(self, text: str) -> None:
        self._terminal.write(text)
        self._terminal.flush()


def _handlers() -> Iterator[logging.Handler]:
    """What writes our log, and that of the program that we are a part of."""
    logger: logging.Logger | None = log
    while logger:
        yield from logger.handlers
        logger = logger.parent


def _columns(terminal: TextIO) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or 80
    except OSError:
        return 80
