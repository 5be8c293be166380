"""Work in several processes: all of it is done, once, and errors are seen where they can be told.

Each case runs in a Python of its own: beside the threads of a test run, no process is started.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

import pytest

if os.name == "posix":
    import resource

from papershelf.cache import Results
from papershelf.processes import Helper, beside, runs, spread


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


def a_process_that_is_done_ends_before_its_result_is_taken() -> None:
    wait = beside(lambda: "x" * 10**6)
    until(lambda: not multiprocessing.active_children())
    assert wait() == "x" * 10**6


def what_a_helper_begins_is_made_elsewhere_and_once() -> None:
    results = Results()
    results.begin("process", b"key", Helper(), summed, range(9))
    process, total = results.get("process", b"key", never)
    assert process != os.getpid()
    assert total == sum(range(9))
    assert results.get("process", b"key", never) == (process, total)
    assert results.knows("process", b"key")
    assert not results.knows("process", b"another")
    assert not multiprocessing.active_children()


def a_helper_is_sent_away_where_the_result_is_known() -> None:
    results = Results()
    results.kept["process"] = b"key", "known"
    results.begin("process", b"key", Helper(), never, range(9))
    assert not multiprocessing.active_children()
    assert results.get("process", b"key", never) == "known"


def what_was_begun_of_something_else_is_made_anew() -> None:
    results = Results()
    results.begin("process", b"before", Helper(), summed, range(9))
    assert results.get("process", b"key", os.getpid) == os.getpid()


def what_a_helper_cant_make_is_made_here() -> None:
    for failing in (never, gone):
        helper = Helper()
        helper.begin(failing, range(9))
        assert helper.made(os.getpid) == os.getpid()


def what_there_is_no_room_for_is_made_here() -> None:
    helper = Helper()
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    helper.begin(summed, range(9000))
    assert not multiprocessing.active_children()
    assert helper.made(os.getpid) == os.getpid()


def a_helper_needs_none_of_what_came_after_it() -> None:
    helper = Helper()
    large = ["x" * 100 for _ in range(10**5)]
    helper.begin(resident, large)
    assert helper.made(os.getpid) < resident(large)


def a_helper_ends_with_the_process_that_began_it() -> None:
    Helper()
    os.kill(os.getpid(), signal.SIGKILL)


def what_nobody_waits_for_keeps_no_process_alive() -> None:
    beside(threading.Event().wait)
    Helper().begin(forever, range(9))
    Helper()


def beside_other_threads_all_is_made_here() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert runs(range(9), 3) == [range(9)]
        assert beside(os.getpid)() == os.getpid()
        helper = Helper()
        helper.begin(never, range(9))
        assert helper.made(os.getpid) == os.getpid()
    finally:
        end.set()
        thread.join()


def an_error_of_another_process_is_raised_here() -> None:
    wait = beside(never)
    with pytest.raises(AssertionError, match="made twice"):
        wait()


def never(_: object = None) -> int:
    raise AssertionError("made twice")


def gone(_: object) -> int:
    os._exit(1)


def forever(_: object) -> None:
    threading.Event().wait()


def summed(numbers: Iterable[int]) -> tuple[int, int]:
    return os.getpid(), sum(numbers)


def resident(items: Iterable[str]) -> int:
    """The most memory that this process ever had, once it has seen all items."""
    deque(items, maxlen=0)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


CASES: tuple[Callable[[], None], ...] = (
    each_piece_of_work_is_in_one_run,
    work_is_spread_over_processes,
    what_another_process_cant_do_is_done_here,
    a_process_that_is_done_ends_before_its_result_is_taken,
    what_a_helper_begins_is_made_elsewhere_and_once,
    a_helper_is_sent_away_where_the_result_is_known,
    what_was_begun_of_something_else_is_made_anew,
    what_a_helper_cant_make_is_made_here,
    what_there_is_no_room_for_is_made_here,
    a_helper_needs_none_of_what_came_after_it,
    what_nobody_waits_for_keeps_no_process_alive,
    beside_other_threads_all_is_made_here,
    an_error_of_another_process_is_raised_here,
)


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts no process as a copy of another")


@needs_fork
@pytest.mark.parametrize("case", [case.__name__ for case in CASES])
def test_processes(case: str) -> None:
    done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@needs_fork
def test_a_helper_ends_with_the_process_that_began_it() -> None:
    # What is printed comes to its end when nobody is left who could print: not before the helper is gone.
    case = a_helper_ends_with_the_process_that_began_it.__name__
    done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not done.stderr


if __name__ == "__main__":
    os.cpu_count = lambda: 3
    {case.__name__: case for case in (*CASES, a_helper_ends_with_the_process_that_began_it)}[sys.argv[1]]()
