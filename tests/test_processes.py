"""Work in several processes: all of it is done, once, and errors are seen where they can be told.

Each case runs in a Python of its own: beside the threads of a test run, no process is started.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from papershelf.cache import Results
from papershelf.processes import beside, runs, spread


def each_piece_of_work_is_in_one_run() -> None:
    ones, zeros = [1], [0]
    for weights in (ones * 10, zeros * 4 + ones * 9 + zeros * 5, [50, 1, 1, 0], [1, 1, 50], zeros * 2, [], [9]):
        work = list(enumerate(weights))
        parts = runs(work, 2, lambda piece: piece[1])
        assert [piece for part in parts for piece in part] == work, weights
        assert len(parts) == max(1, min(3, sum(weights) // 2)), weights


def work_is_spread_over_processes() -> None:
    done = spread(lambda part: (os.getpid(), sum(part)), runs(range(9), 3), "Adding")
    assert [total for _, total in done] == [0 + 1 + 2, 3 + 4 + 5, 6 + 7 + 8]
    assert len({process for process, _ in done}) == 3


def what_another_process_cant_do_is_done_here() -> None:
    here = os.getpid()

    def only_here(_: object) -> int:
        if os.getpid() != here:
            os._exit(1)
        return here

    assert spread(only_here, runs(range(9), 3), "Trying") == [here] * 3
    assert beside(lambda: only_here(None))() == here


def what_is_begun_is_made_elsewhere_and_once() -> None:
    results = Results()
    results.begin("process", b"key", os.getpid)
    process = results.get("process", b"key", never)
    assert process != os.getpid()
    assert results.get("process", b"key", never) == process
    assert results.knows("process", b"key")
    assert not results.knows("process", b"another")
    results.begin("process", b"key", never)  # it is known


def what_was_begun_of_something_else_is_made_anew() -> None:
    results = Results()
    results.begin("process", b"before", os.getpid)
    assert results.get("process", b"key", os.getpid) == os.getpid()


def what_nobody_waits_for_keeps_no_process_alive() -> None:
    beside(threading.Event().wait)


def beside_other_threads_all_is_made_here() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert runs(range(9), 3) == [range(9)]
        assert beside(os.getpid)() == os.getpid()
    finally:
        end.set()
        thread.join()


def an_error_of_another_process_is_raised_here() -> None:
    wait = beside(never)
    with pytest.raises(AssertionError, match="made twice"):
        wait()


def never() -> int:
    raise AssertionError("made twice")


CASES: tuple[Callable[[], None], ...] = (
    each_piece_of_work_is_in_one_run,
    work_is_spread_over_processes,
    what_another_process_cant_do_is_done_here,
    what_is_begun_is_made_elsewhere_and_once,
    what_was_begun_of_something_else_is_made_anew,
    what_nobody_waits_for_keeps_no_process_alive,
    beside_other_threads_all_is_made_here,
    an_error_of_another_process_is_raised_here,
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts no process as a copy of another")
@pytest.mark.parametrize("case", [case.__name__ for case in CASES])
def test_processes(case: str) -> None:
    done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    os.cpu_count = lambda: 3
    {case.__name__: case for case in CASES}[sys.argv[1]]()
