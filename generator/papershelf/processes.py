"""Work spread over processes, where a machine has several processors and lets a process be forked."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from tempfile import TemporaryFile
from typing import IO, Generic, TypeVar

from papershelf.progress import counted

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


def beside(make: Callable[[], Result]) -> Callable[[], Result]:
    """Begin to make something in a process of its own, and return what waits for it.

    Where none can be started, it is made then; and so is what that process can't make, so that an error is seen.
    """
    if not _can_fork() or (os.cpu_count() or 1) == 1:
        return make

    def made(_: Iterable[None]) -> Result:
        os.nice(10)  # it takes the time that no other process can use
        return make()

    running = _Running(made, ())

    def end() -> Result:
        try:
            return running.result()
        finally:
            running.stop()

    return end


def _can_fork() -> bool:
    """Whether the system can, and no other thread has locks that a fork would copy."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def spread(function: Callable[[Iterable[Item]], Result], parts: Sequence[Sequence[Item]], what: str) -> list[Result]:
    """What a function makes of each part: of the first here, of the others in processes of their own.

    What another process can't do is done here, so that an error is raised where it is seen. `what` is being done is
    told on a terminal, with how far this process is.
    """
    first, *others = parts
    shown = counted(first, what, sum(map(len, parts)), len(parts))
    running = [_Running(function, part) for part in others]
    try:
        return [function(shown), *(other.result() for other in running)]
    finally:
        shown.close()
        for other in running:
            other.stop()


class _Running(Generic[Item, Result]):
    """A part that another process works on.

    What it makes goes through a file: so the process ends when it is done, and gives its memory back, whenever somebody
    takes the result; and neither side holds that as bytes, too.
    """

    def __init__(self, function: Callable[[Iterable[Item]], Result], part: Sequence[Item]) -> None:
        self._function, self._part = function, part
        self._file = TemporaryFile()  # noqa: SIM115 - it is closed by `stop`
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_leave, args=(self._file, function, part), daemon=True)
        self._process.start()

    def result(self) -> Result:
        self._process.join()
        if self._process.exitcode:
            return self._function(self._part)
        self._file.seek(0)
        return pickle.load(self._file)  # type: ignore[no-any-return]  # noqa: S301 - it is our own

    def stop(self) -> None:
        self._file.close()
        self._process.terminate()
        self._process.join()


def _leave(file: IO[bytes], function: Callable[[Iterable[Item]], Result], part: Sequence[Item]) -> None:
    pickle.dump(function(part), file, pickle.HIGHEST_PROTOCOL)
    file.flush()
