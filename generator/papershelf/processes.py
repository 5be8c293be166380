"""Work spread over processes, where a machine has several processors and lets a process be forked."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import sys
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import accumulate, chain, pairwise
from multiprocessing.connection import Connection
from tempfile import TemporaryFile
from typing import IO, Any, Generic, TypeVar, cast

from papershelf.progress import counted

NICE = 10
"""By how much what is done beside comes behind what is waited for: it takes the time that nothing else can use."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def runs(work: Sequence[Item], worth: int, weight: Callable[[Item], int] = lambda _: 1) -> list[Sequence[Item]]:
    """The work in runs of about one weight, one for each process that is worth starting: pieces of weight `worth` are.

    One run where the system can't fork, and beside other threads, whose locks a fork would copy.
    """
    weights = list(accumulate(map(weight, work), initial=0))
    count = max(1, min(os.cpu_count() or 1, weights[-1] // worth)) if _can_fork() else 1
    if count == 1:
        return [work]
    # What weighs nothing is work, too: the last run goes to the end.
    middles = (bisect_left(weights, weights[-1] * part // count) for part in range(1, count))
    return [work[start:end] for start, end in pairwise((0, *middles, len(work)))]


def spread(function: Callable[[Iterable[Item]], Result], parts: Sequence[Sequence[Item]], what: str) -> list[Result]:
    """What a function makes of each part: of the first here, of the others in processes of their own.

    What another process can't do is done here, so that an error is raised where it is seen. `what` is being done is
    told on a terminal, with how far this process is.
    """
    first, *others = parts
    shown = counted(first, what, sum(map(len, parts)), len(parts))
    running = [_Running(partial(function, part)) for part in others]
    try:
        return [function(shown), *(other.result() for other in running)]
    finally:
        shown.close()
        for other in running:
            other.stop()


def beside(make: Callable[[], Result]) -> Callable[[], Result]:
    """Begin to make something in a process of its own, and return what waits for the result.

    Where none can be started, it is made then; and so is what that process can't make, so that an error is seen.
    """
    if not _can_help():
        return make
    running = _Running(make, NICE)

    def end() -> Result:
        try:
            return running.result()
        finally:
            running.stop()

    return end


class Helper:
    """A process that makes something beside this one, of what it is handed; where none can be started, there is none.

    It is to be begun while this process is small. A later one would be a copy of a large one and come to hold as much:
    what either of the two touches is there twice from then on, and Python touches what it looks at.
    """

    def __init__(self) -> None:
        """Begin the process, which waits."""
        self._running: _Running[Any] | None = None
        if _can_help():
            self._handed = TemporaryFile()  # noqa: SIM115 - it is closed by `stop`
            asked, self._ask = multiprocessing.Pipe(duplex=False)
            self._running = _Running(partial(_asked, asked, self._ask, self._handed), NICE)
            asked.close()

    def begin(self, function: Callable[[Iterable[Item]], object], items: Iterable[Item]) -> None:
        """Hand over what is to be made of what; the items go one at a time, so that neither side holds them all.

        Where there is no room for them on the disk, nothing is begun.
        """
        if self._running:
            try:
                for value in chain([function], items):
                    pickle.dump(value, self._handed, pickle.HIGHEST_PROTOCOL)
                self._handed.flush()
                self._ask.send_bytes(b"begin")
            except OSError:
                self.stop()

    def made(self, otherwise: Callable[[], Result]) -> Result:
        """What became of it; what that process couldn't make is made here, so that an error is seen."""
        if not self._running:
            return otherwise()
        try:
            return cast("Result", self._running.result(otherwise))
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process, of which nothing is wanted any more."""
        if self._running:
            self._running.stop()
            self._running = None
            self._ask.close()
            with suppress(OSError):  # what wasn't written yet, where there is no room for it
                self._handed.close()


def _asked(asked: Connection, ask: Connection, handed: IO[bytes]) -> object:
    """Wait until something is handed over, and make that; end if that can't come any more."""
    ask.close()
    try:
        asked.recv_bytes()
    except EOFError:
        sys.exit(1)
    handed.seek(0)
    function, items = pickle.load(handed), _loaded(handed)  # noqa: S301 - it is our own
    return function(items)


def _loaded(file: IO[bytes]) -> Iterator[object]:
    """What was written into a file, one thing after another."""
    with suppress(EOFError):
        while True:
            yield pickle.load(file)  # noqa: S301 - it is our own


def _can_help() -> bool:
    return _can_fork() and (os.cpu_count() or 1) > 1


def _can_fork() -> bool:
    """Whether the system can, and no other thread has locks that a fork would copy."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


class _Running(Generic[Result]):
    """Another process that makes something; the nicer, the more it leaves to others.

    What it makes goes through a file: so the process ends when it is done, and gives its memory back, whenever somebody
    takes the result; and neither side holds that as bytes, too.
    """

    def __init__(self, make: Callable[[], Result], nice: int = 0) -> None:
        self._make = make
        self._file = TemporaryFile()  # noqa: SIM115 - it is closed by `stop`
        _trim()
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_leave, args=(self._file, make, nice), daemon=True)
        self._process.start()

    def result(self, otherwise: Callable[[], Result] | None = None) -> Result:
        """What it made; what it couldn't make is made here, as there or in another way."""
        self._process.join()
        if self._process.exitcode:
            return (otherwise or self._make)()
        self._file.seek(0)
        return cast("Result", pickle.load(self._file))  # noqa: S301 - it is our own

    def stop(self) -> None:
        """End it, whether it is done or not."""
        self._file.close()
        self._process.terminate()
        self._process.join()


def _leave(file: IO[bytes], make: Callable[[], object], nice: int) -> None:
    os.nice(nice)
    pickle.dump(make(), file, pickle.HIGHEST_PROTOCOL)
    file.flush()


def _trim() -> None:
    """Give freed memory back to the system, where it can be asked to: a process begins as a copy of all there is."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
