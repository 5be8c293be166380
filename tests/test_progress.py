"""What somebody at a terminal sees of long work, on a real one: a line while it lasts, and nothing of it afterwards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from papershelf.progress import counted, mixed

Run = Callable[..., subprocess.CompletedProcess[str]]

AT_ONCE = """
from papershelf import progress
progress.SILENT = progress.EVERY = 0
"""
"""Makes work long that is done in no time."""

WORK = """
import logging, sys, time
from papershelf.progress import counted
logging.getLogger("mkdocs").addHandler(logging.StreamHandler())
for number in counted(range(12_000), "Trying things", 12_000):
    if number == 9_000:
        logging.getLogger("mkdocs.anything").warning("Short.")
    if not number % 100 and "slowly" in sys.argv:
        time.sleep(0.02)
print("Done.")
"""

COMMAND = f"""{AT_ONCE}
import runpy, sys
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def terminal(code: str, cwd: Path, *arguments: str, columns: int = 80, **variables: str) -> str:
    """Run Python code in a terminal; all that was written to it."""
    import fcntl  # a terminal of its own, which only Unix has
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "COLUMNS")}
    environment |= {"TERM": "xterm", "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", **variables}
    command = [sys.executable, "-c", code, *arguments]
    running = subprocess.Popen(command, cwd=cwd, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how Linux says that nobody is at the other end any more
            piece = b""
        if not piece:
            break
        written += piece
    os.close(ours)
    assert running.wait() == 0, written.decode()
    return written.decode()


def screen(written: str) -> str:
    """What is left to read of it: what stands after a carriage return is written over what stood there before."""
    lines = []
    for line in written.replace("\r\n", "\n").split("\n"):
        shown = ""
        for text in line.split("\r"):
            shown = text + shown[len(text) :]
        lines.append(shown.rstrip())
    return "\n".join(lines)


def states(written: str) -> list[str]:
    """The states of the line, one after another."""
    return re.findall(r"\r([A-Z][^\r\n]*? of [^\r\n]*?) *(?=[\r\n]|$)", written)


def test_long_work_is_told_on_a_line_that_is_gone_afterwards(tmp_path: Path) -> None:
    written = terminal(WORK, tmp_path, "slowly")
    seen = states(written)
    assert 3 <= len(seen) <= 20
    assert all(re.fullmatch(r"Trying things  \d{1,2},\d{3} of 12,000(, some \d s left)?", state) for state in seen)
    assert any("left" in state for state in seen)
    counts = [int(re.sub(r"\D", "", state.split(" of ")[0])) for state in seen]
    assert counts == sorted(counts)
    assert "Trying" in written[written.index("Short.") :]
    assert screen(written) == "Short.\nDone.\n"


def test_what_is_quick_is_not_worth_a_word(tmp_path: Path) -> None:
    assert terminal(WORK, tmp_path) == "Short.\r\nDone.\r\n"


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"CI": "true"}])
def test_a_log_and_a_terminal_that_cannot_go_back_get_nothing(tmp_path: Path, variables: dict[str, str]) -> None:
    assert terminal(AT_ONCE + WORK, tmp_path, **variables) == "Short.\r\nDone.\r\n"


@pytest.mark.parametrize("target", ["subprocess.PIPE", "None, preexec_fn=lambda: os.close(2)"])
def test_nothing_is_told_where_the_standard_error_is_no_terminal(tmp_path: Path, target: str) -> None:
    code = f"""
        import os, subprocess, sys
        subprocess.run([sys.executable, "-c", {AT_ONCE + WORK!r}], stderr={target}, check=True)
    """
    assert terminal(textwrap.dedent(code), tmp_path) == "Done.\r\n"


def test_the_line_is_cut_where_it_would_break(tmp_path: Path) -> None:
    seen = states(terminal(AT_ONCE + WORK, tmp_path, columns=27))
    assert max(map(len, seen)) == 26


def test_an_error_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    code = """
        from papershelf.processes import spread
        def fail(items):
            for item in items:
                if item == 5:
                    raise ValueError("Five.")
        try:
            spread(fail, [range(10)], "Trying")
        except ValueError as error:
            print(error)
    """
    written = terminal(AT_ONCE + textwrap.dedent(code), tmp_path)
    assert states(written)[-1] == "Trying  5 of 10"
    assert screen(written) == "Five.\n"


def test_one_of_several_processes_tells_of_all(tmp_path: Path) -> None:
    code = """
        from papershelf.processes import spread
        print(spread(sum, [range(10), range(10, 21), range(21, 31)], "Adding"))
    """
    written = terminal(AT_ONCE + textwrap.dedent(code), tmp_path)
    assert states(written) == [f"Adding  {count} of 31" for count in range(0, 30, 3)]
    assert screen(written) == "[45, 165, 255]\n"


def test_asking_for_addresses_tells_how_far_it_is(tmp_path: Path) -> None:
    code = """
        import datetime, pathlib
        from papershelf.asking import Answer
        from papershelf.links import Address, check
        listed = [Address(f"http://{name}.example/", ()) for name in "abc"]
        check(listed, lambda url: Answer(200), pathlib.Path("links.json"), datetime.date(2026, 1, 2))
    """
    written = terminal(AT_ONCE + textwrap.dedent(code), tmp_path)
    assert states(written) == [f"Asking for addresses  {count} of 3" for count in range(3)]
    assert screen(written) == ""


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("papershelf check", ["Reading papers", "Looking through abstracts"]),
        ("papershelf write out", ["Relating papers", "Making pages", "Writing pages"]),
        ("papershelf import --allow-residue new.txt", ["Looking for papers on the shelf", "Writing files"]),
        ("papershelf diff HEAD", ["Reading files from Git", "Reading papers"]),
        ("mkdocs build", ["Reading papers", "Planning pages", "Writing pages"]),
    ],
)
def test_each_long_command_says_what_it_does_and_leaves_no_trace(
    toy: Path, run: Run, command: str, told: list[str]
) -> None:
    (toy / "new.txt").write_text("Of Things\n" + "An abstract of it, which is long. " * 20, encoding="utf-8")
    git(toy, "init")
    git(toy, "add", ".")
    git(toy, "-c", "user.name=a", "-c", "user.email=a@a.example", "commit", "-m", "one")
    piped = run(*command.split(), cwd=toy)
    assert piped.returncode == 0, piped.stdout
    git(toy, "clean", "-fdqx")
    git(toy, "checkout", ".")
    written = terminal(COMMAND, toy, *command.split(), columns=120)
    assert set(told) <= {state.split("  ")[0] for state in states(written)}
    assert without_times(screen(written)) == without_times(piped.stdout)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def without_times(text: str) -> str:
    return re.sub(r"in \d+\.\d+ seconds", "in no time", text)


def test_items_are_handed_on_as_they_are() -> None:
    assert list(counted(iter("abc"), "Reading", 3)) == ["a", "b", "c"]
    assert mixed("abcdefg", 3) == list("adgbecf")
