"""A change to several files: all of it or none, wherever the command is killed, and whoever else is at work."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import Run
from papershelf import journal
from papershelf.cli import main
from papershelf.journal import FOLDER, Change, make, recover
from papershelf.problems import ProblemsError

# A command as it is, but for the place where it is killed: right before the file operation of this number, or, below
# zero, right behind half of what it writes to a file. Python tells of each operation before it is done.
KILLED = """
import os, signal, sys
from pathlib import Path
place, count = int(sys.argv[1]), 0
changes = {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}
def watch(event, arguments):
    global count
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (event in changes or writes) and str(arguments[0]).startswith("data"):
        count += 1
        if count == place:
            os.kill(os.getpid(), signal.SIGKILL)
whole = Path.write_bytes
def torn(path, content):
    if not str(path).startswith("data"):
        return whole(path, content)
    whole(path, content[:len(content) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
if place < 0:
    Path.write_bytes = torn
sys.addaudithook(watch)
from papershelf.cli import main
try:
    main(sys.argv[2:])
finally:
    print(count, file=sys.stderr)
"""
WIDGETS = "parallel-widgets-a-study-of-nothing-in-particular"
COMMANDS = (
    ("rename", WIDGETS, "zeros"),
    ("remove", "serial-widgets", "--reason", "x", "--yes"),
    ("merge", WIDGETS, "into", "serial-widgets", "--yes"),
    ("tag", "rename", "serial", "a-new-one"),
    ("tag", "split", "counting", "into", "serial", "parallel", "--yes"),
    ("topic", "merge", "gadgets", "into", "widgets", "--yes"),
    ("tag", "remove", "counting", "--yes"),
)

Tree = dict[str, bytes]


def tree(folder: Path) -> Tree:
    """Every file below a folder, hidden ones too, byte for byte."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def killed(shelf: Path, place: int, command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run a command that is killed at a place; it comes through where there is none."""
    arguments = [sys.executable, "-c", KILLED, str(place), *command]
    return subprocess.run(arguments, cwd=shelf, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def next_command(shelf: Path) -> list[str]:
    """What the next command says, which finds nothing wrong."""
    done = CliRunner().invoke(main, ["--data", str(shelf / "data"), "check"])
    assert done.exit_code == 0, done.output
    lines: list[str] = done.output.splitlines()
    return lines


@pytest.fixture
def outcome(toy: Path) -> Callable[[tuple[str, ...]], tuple[Tree, Tree, int]]:
    """What the shelf is before and after a command, and how many file operations that takes."""

    def outcome(command: tuple[str, ...]) -> tuple[Tree, Tree, int]:
        shelf = shutil.copytree(toy, toy.parent / "whole")
        done = killed(shelf, 0, command)
        assert done.returncode == 0, done.stderr
        return tree(toy / "data"), tree(shelf / "data"), int(done.stderr.split()[-1])

    return outcome


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_killed_command_is_finished_or_undone_by_the_next(
    toy: Path, command: tuple[str, ...], outcome: Callable[[tuple[str, ...]], tuple[Tree, Tree, int]]
) -> None:
    """The first, at every place that there is; the others, at some."""
    before, after, operations = outcome(command)
    assert before != after
    assert operations > 5
    places = list(range(1, operations + 1))
    if command != COMMANDS[0]:
        places = sorted(random.Random(" ".join(command)).sample(places, 4))
    ends, words = [], set()
    for place in places:
        shelf = shutil.copytree(toy, toy.parent / f"killed{place}")
        assert killed(shelf, place, command).returncode == -signal.SIGKILL
        words.update(line for line in next_command(shelf) if "interrupted" in line)
        assert tree(shelf / "data") in (before, after)
        ends.append(tree(shelf / "data") == after)
    assert ends == sorted(ends), "once it is done, it stays done"
    if command == COMMANDS[0]:
        assert set(ends) == {False, True}
        assert words == {
            "A change that was interrupted before it began was thrown away.",
            "A change that was interrupted is finished now: 3 files.",
        }


@pytest.mark.parametrize("command", COMMANDS[1:4], ids=" ".join)
def test_a_command_killed_while_it_writes_a_file(
    toy: Path, command: tuple[str, ...], outcome: Callable[[tuple[str, ...]], tuple[Tree, Tree, int]]
) -> None:
    _, after, _ = outcome(command)
    assert killed(toy, -1, command).returncode == -signal.SIGKILL
    next_command(toy)
    assert tree(toy / "data") == after


def add_many(shelf: Path) -> None:
    for number in range(300):
        path = shelf / "data" / "papers" / "x" / f"x-{number}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"title: Number {number}\ntags: [serial]\n")


def test_a_full_disk_is_said_and_leaves_everything_as_it_was(toy: Path) -> None:
    """In place of a full disk: no file may be larger than each of the shelf's, and what is written down is."""
    add_many(toy)
    before = tree(toy / "data")
    script = f"ulimit -f 16; exec '{sys.executable}' -m papershelf tag rename serial sequential"
    done = subprocess.run(["sh", "-c", script], cwd=toy, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "data:1:1: this can't be written: File too large. What was begun is settled" in done.stdout
    assert "Traceback" not in done.stderr
    assert "A change that was interrupted before it began was thrown away." in next_command(toy)
    assert tree(toy / "data") == before


def test_a_command_killed_at_any_moment(toy: Path) -> None:
    """By the clock, as a person would: many papers, so that there is a moment to be hit."""
    add_many(toy)
    command = [sys.executable, "-m", "papershelf", "tag", "rename", "serial", "sequential"]
    before = tree(toy / "data")
    whole = shutil.copytree(toy, toy.parent / "whole")
    subprocess.run(command, cwd=whole, check=True, capture_output=True)
    after = tree(whole / "data")
    chance = random.Random(3)
    for number in range(12):
        shelf = shutil.copytree(toy, toy.parent / f"killed{number}")
        process = subprocess.Popen(command, cwd=shelf, stdout=subprocess.DEVNULL)
        # By turns when it begins to write down the change, and when that is in force.
        in_force = number % 2 == 1
        sign = shelf / "data" / FOLDER / ("change.json" if in_force else "")
        while process.poll() is None and not sign.exists():
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.05))
        process.kill()
        process.wait()
        next_command(shelf)
        assert tree(shelf / "data") in ((after,) if in_force else (before, after))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with some files."""
    root = tmp_path / "data"
    root.mkdir()
    (root / "a.yml").write_bytes(b"a\r\n")
    (root / "b").mkdir()
    (root / "b" / "b.yml").write_bytes(b"b\n")
    return root


CHANGE = Change({"a.yml": "A\r\n", "b/b.yml": None, "c/c.yml": "c"})
AFTER = {"a.yml": b"A\r\n", "c/c.yml": b"c"}


def test_a_change_is_made_whole(folder: Path) -> None:
    assert make(CHANGE, folder) == ["a.yml", "b/b.yml", "c/c.yml"]
    assert tree(folder) == AFTER
    assert not (folder / "b").exists()
    assert make(CHANGE, folder) == []


def test_a_change_is_shown_as_a_diff(folder: Path) -> None:
    assert CHANGE.diff(folder, "data") == (
        "--- data/a.yml\n+++ data/a.yml\n@@ -1 +1 @@\n-a\r\n+A\r\n"
        "--- data/b/b.yml\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n"
        "--- /dev/null\n+++ data/c/c.yml\n@@ -0,0 +1 @@\n+c\n\\ No newline at end of file\n"
    )


def test_what_a_test_raises_leaves_everything_as_it_was(folder: Path) -> None:
    before = tree(folder)

    def test() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        make(CHANGE, folder, test=test)
    assert tree(folder) == before


def test_a_file_that_was_edited_meanwhile_is_not_written_over(folder: Path) -> None:
    before = tree(folder)
    with pytest.raises(ProblemsError, match=r"data/a\.yml:1:1: this file was edited meanwhile\. Try again"):
        make(Change({"a.yml": "A"}, {"a.yml": "older"}), folder)
    assert tree(folder) == before


def stop_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the process stop before the file operation of this number that puts a text in its place."""
    replace, count = Path.replace, iter(range(steps))

    def stopping(path: Path, target: Path) -> Path:
        if next(count, None) is None:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", stopping)


@pytest.fixture
def half_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A change of which one file is made."""
    with monkeypatch.context() as patched:
        stop_after(2, patched)
        with pytest.raises(KeyboardInterrupt):
            make(CHANGE, folder)
    assert (folder / "a.yml").read_bytes() == b"A\r\n"
    assert not (folder / "c").exists() or not any((folder / "c").iterdir())
    return folder


def test_a_change_that_was_stopped_is_finished(half_done: Path) -> None:
    assert recover(half_done) == "A change that was interrupted is finished now: 3 files."
    assert tree(half_done) == AFTER
    assert recover(half_done) == ""


def test_what_is_in_the_way_of_finishing_it_is_said_each_time(half_done: Path) -> None:
    (half_done / "c").rmdir()
    (half_done / "c").write_text("")
    for _ in range(2):
        with pytest.raises(
            ProblemsError, match=r"data:1:1: this can't be written: (File exists|Not a directory)\. What was"
        ):
            recover(half_done)
    (half_done / "c").unlink()
    assert recover(half_done) == "A change that was interrupted is finished now: 3 files."


def test_the_next_change_finishes_it_too(half_done: Path) -> None:
    assert make(Change({"d.yml": "d"}), half_done) == ["d.yml"]
    assert tree(half_done) == {**AFTER, "d.yml": b"d"}


def test_a_change_that_had_not_begun_is_thrown_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(folder)
    with monkeypatch.context() as patched:
        stop_after(0, patched)
        with pytest.raises(KeyboardInterrupt):
            make(CHANGE, folder)
    assert recover(folder) == "A change that was interrupted before it began was thrown away."
    assert tree(folder) == before


def test_a_file_that_was_edited_since_is_not_written_over(half_done: Path) -> None:
    (half_done / "a.yml").write_text("mine\n")
    before = tree(half_done)
    with pytest.raises(ProblemsError) as error:
        recover(half_done)
    assert [str(problem) for problem in error.value.problems] == [
        "data/a.yml:1:1: a change that was interrupted can't be finished: this file was edited since. "
        "Delete data/.journal to keep all files as they are."
    ]
    assert tree(half_done) == before


def hostile(path: str) -> str:
    return json.dumps({"inode": 1, "files": {path: {"before": None, "after": "x"}}})


@pytest.mark.parametrize(
    "content",
    [
        *(hostile("a.yml"), hostile("../a.yml"), "[]", "{}", '"', '{"inode": 1, "files": 3}'),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_change_that_came_from_elsewhere_is_not_made(folder: Path, content: str) -> None:
    """As in a pull request, which could hide in it what nobody sees in its diff."""
    (folder / FOLDER).mkdir()
    (folder / FOLDER / "change.json").write_text(content)
    before = tree(folder.parent)
    with pytest.raises(ProblemsError, match=r"data/\.journal:1:1: this wasn't left here by a command that was interr"):
        recover(folder)
    assert tree(folder.parent) == before


def test_a_copied_folder_is_not_where_the_change_was_left(half_done: Path) -> None:
    copy = shutil.copytree(half_done, half_done.parent / "copy")
    with pytest.raises(ProblemsError, match="Delete it, and compare the files with Git"):
        recover(copy)


@pytest.mark.parametrize("path", ["../a.yml", "/a.yml", "b/../../a.yml", "..\\a.yml", "C:a.yml"])
def test_no_path_leads_out_of_the_folder(half_done: Path, path: str) -> None:
    place = half_done / FOLDER / "change.json"
    content = json.loads(place.read_text())
    content["files"] = {path: content["files"]["a.yml"]}
    with place.open("r+") as file:  # the same inode
        file.truncate()
        json.dump(content, file)
    with pytest.raises(ProblemsError, match="this wasn't left here"):
        recover(half_done)


def test_a_link_is_not_followed(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / FOLDER).symlink_to(folder.parent / "elsewhere")
    with pytest.raises(ProblemsError, match="this wasn't left here"):
        recover(folder)
    assert (folder.parent / "elsewhere").is_dir()


HOLDING = """
import sys
from pathlib import Path
from papershelf.journal import Change, make
def wait():
    print("at work", flush=True)
    sys.stdin.read()
make(Change({"held.yml": "x"}), Path("data"), test=wait)
"""


@pytest.mark.parametrize(
    "words", [("tag", "rename", "serial", "sequential"), ("import", "another.txt")], ids=lambda words: words[0]
)
def test_of_two_commands_at_once_the_second_says_so(toy: Path, run: Run, words: tuple[str, ...]) -> None:
    listing = (toy / "data" / "captures" / "toy-daily.txt").read_text().replace("Serial Widgets", "Another Widget")
    (toy / "another.txt").write_text(listing)
    command = [sys.executable, "-c", HOLDING]
    with subprocess.Popen(command, cwd=toy, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin
        assert first.stdout
        assert first.stdout.readline() == "at work\n"
        before = tree(toy / "data")
        second = run("papershelf", *words, cwd=toy)
        assert second.returncode == 1
        assert second.stdout.splitlines()[-2:] == [
            "data:1:1: another command is changing the data. Wait for it, and try again.",
            "1 problem found.",
        ]
        assert tree(toy / "data") == before
        assert run("papershelf", "check", cwd=toy).returncode == 0, "reading goes on"
        assert run("papershelf", "import", "another.txt", "--dry-run", cwd=toy).returncode == 0, "so does looking"
        first.stdin.close()
        assert first.wait() == 0
    assert (toy / "data" / "held.yml").read_text() == "x"
    (toy / "data" / "held.yml").unlink()
    assert run("papershelf", *words, cwd=toy).returncode == 0


def test_while_a_change_is_being_made_nobody_settles_it(half_done: Path) -> None:
    with journal._alone(half_done, "data"), pytest.raises(ProblemsError, match="another command is changing the data"):
        recover(half_done)


def test_a_site_can_be_built_in_the_meantime(toy: Path, run: Run) -> None:
    (toy / "data" / FOLDER).mkdir()
    (toy / "data" / FOLDER / "temporary").write_text("x")
    site = toy.parent / "site"
    assert run("mkdocs", "build", "--strict", "--site-dir", str(site), cwd=toy).returncode == 0
    assert (toy / "data" / FOLDER / "temporary").exists(), "a build changes nothing"
