"""A change to several files: all of it or none, whatever stops it.

A change is written down whole, in a folder of `data/` whose name begins with a dot, and put into force by renaming what
was written: before that nothing has happened, from then on the change will be made. What a command that was killed left
there is finished or thrown away by the next one. A lock that ends with its process keeps commands from each other.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from papershelf.problems import Problem, ProblemsError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FOLDER = ".journal"
_CHANGE = "change.json"
_TEMPORARY = "temporary"


@dataclass(frozen=True)
class Change:
    """The new text of each file that changes, by its path below `data/`; None where the file is removed.

    `before` has the texts that it was made from: a file that is another by then isn't written over.
    """

    texts: Mapping[str, str | None]
    before: Mapping[str, str | None] = field(default_factory=dict)

    def diff(self, root: Path, shown: str) -> str:
        """What would change, as a unified diff."""
        return "".join(_diff(_text(root / path), text, f"{shown}/{path}") for path, text in sorted(self.texts.items()))


def make(change: Change, root: Path, shown: str = "data", test: Callable[[], object] | None = None) -> list[str]:
    """Make a change; returns the paths below `root` that are other than before.

    What `test` raises stops it: it is called when no other command can change anything any more. Raises ProblemsError
    while another command is at work, where a file is no longer the one that the change was made from, and where the
    system lets nothing be written.
    """
    with _told(shown), _alone(root, shown):
        _settle(root, shown)
        texts = {path: text for path, text in sorted(change.texts.items()) if _text(root / path) != text}
        edited = [path for path, text in sorted(change.before.items()) if _text(root / path) != text]
        if edited:
            raise ProblemsError(
                [_problem(f"{shown}/{path}", "this file was edited meanwhile", "Try again.") for path in edited]
            )
        if texts and test:
            test()
        if texts:
            _write_down(texts, root)
            _finish(root)
    return list(texts)


@contextlib.contextmanager
def alone(root: Path, shown: str = "data") -> Iterator[None]:
    """Keep other commands from changing the folder, for one that writes its files without a journal.

    Raises ProblemsError while another command is at work.
    """
    with _alone(root, shown):
        _settle(root, shown)
        yield


def recover(root: Path, shown: str = "data") -> str:
    """Finish what a killed command began, or throw it away where nothing had happened yet; returns what was done.

    Raises ProblemsError while another command is at work, and where somebody has edited a file of the change since.
    """
    if not os.path.lexists(root / FOLDER):
        return ""
    with _told(shown), _alone(root, shown):
        return _settle(root, shown)


def _settle(root: Path, shown: str) -> str:
    folder = root / FOLDER
    if not os.path.lexists(folder):
        return ""
    if folder.is_symlink() or not folder.is_dir():
        raise ProblemsError([_foreign(shown)])
    if not os.path.lexists(folder / _CHANGE):
        begun = (folder / _TEMPORARY).exists()
        shutil.rmtree(folder)
        return "A change that was interrupted before it began was thrown away." if begun else ""
    content = _written_down(root, shown)
    edited = [path for path, entry in content.items() if _hash(_bytes(root / path)) not in _hashes(entry)]
    if edited:
        what = "a change that was interrupted can't be finished: this file was edited since"
        advice = f"Delete {shown}/{FOLDER} to keep all files as they are."
        raise ProblemsError([_problem(f"{shown}/{path}", what, advice) for path in edited])
    _finish(root)
    return f"A change that was interrupted is finished now: {len(content)} file{'s' if len(content) != 1 else ''}."


def _write_down(texts: Mapping[str, str | None], root: Path) -> None:
    folder = root / FOLDER
    folder.mkdir()
    temporary = folder / _TEMPORARY
    with temporary.open("w", encoding="utf-8") as file:
        files = {path: {"before": _hash(_bytes(root / path)), "after": text} for path, text in texts.items()}
        json.dump({"inode": os.fstat(file.fileno()).st_ino, "files": files}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _CHANGE)


def _written_down(root: Path, shown: str) -> dict[str, Any]:
    """The files of a change that was written down here; one that came with the folder, as from Git, isn't trusted."""
    path = root / FOLDER / _CHANGE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        ours = content["inode"] == path.stat().st_ino and all(_is_below(name) for name in content["files"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        ours = False
    if not ours or path.is_symlink():
        raise ProblemsError([_foreign(shown)])
    return dict(content["files"])


def _foreign(shown: str) -> Problem:
    what = "this wasn't left here by a command that was interrupted"
    return _problem(f"{shown}/{FOLDER}", what, "Delete it, and compare the files with Git.")


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _finish(root: Path) -> None:
    """Put the new texts in their places; what stands there already stays."""
    folder = root / FOLDER
    content = json.loads((folder / _CHANGE).read_text(encoding="utf-8"))
    for path, entry in content["files"].items():
        target, text = root / path, entry["after"]
        if text is None:
            target.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                target.parent.rmdir()  # which only an empty folder lets happen
        elif _bytes(target) != text.encode():
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / _TEMPORARY).write_bytes(text.encode())
            (folder / _TEMPORARY).replace(target)
    (folder / _CHANGE).unlink()
    shutil.rmtree(folder)


@contextlib.contextmanager
def _told(shown: str) -> Iterator[None]:
    """Say in a sentence what the system says where it lets nothing be written."""
    try:
        yield
    except OSError as error:
        what = f"this can't be written: {error.strerror or error}"
        advice = "What was begun is settled by the next command."
        raise ProblemsError([_problem(shown, what, advice)]) from None


@contextlib.contextmanager
def _alone(root: Path, shown: str) -> Iterator[None]:
    """Keep other commands from changing the folder; raises ProblemsError while another does."""
    root.mkdir(parents=True, exist_ok=True)
    handle = _open_lock(root)
    try:
        if not lock(handle):
            what, advice = "another command is changing the data", "Wait for it, and try again."
            raise ProblemsError([_problem(shown, what, advice)])
        yield
    finally:
        os.close(handle)  # which unlocks it, as the end of the process does


if sys.platform == "win32":

    def _open_lock(root: Path) -> int:
        # A folder can't be locked there, and a file in it would be left behind.
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()
        return os.open(Path(tempfile.gettempdir()) / f"papershelf-{name}.lock", os.O_RDWR | os.O_CREAT)

    def lock(handle: int) -> bool:
        """Take the lock on an open file, which ends with its process; False while another has it."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _open_lock(root: Path) -> int:
        return os.open(root, os.O_RDONLY)

    def lock(handle: int) -> bool:
        """Take the lock on an open file, which ends with its process; False while another has it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a drive that knows no locks
        return True


def _problem(path: str, found: str, advice: str) -> Problem:
    return Problem(path, 1, 1, found, advice=advice)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _text(path: Path) -> str | None:
    content = _bytes(path)
    return None if content is None else content.decode(errors="surrogateescape")


def _hash(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _hashes(entry: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    """Of a file in a change that was written down: before and after."""
    after = entry["after"]
    return entry["before"], _hash(None if after is None else after.encode())


def _diff(before: str | None, after: str | None, name: str) -> str:
    if before == after:
        return ""
    # Not splitlines, which takes more than a line feed for the end of a line.
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text or "") for text in (before, after))
    lines = difflib.unified_diff(
        old, new, name if before is not None else os.devnull, name if after is not None else os.devnull
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
