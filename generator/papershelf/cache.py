"""What one run leaves for the next: a file that is never needed, and safe to delete.

It is read as plain facts and nothing else, so that a file that somebody brought along holds wrong facts at worst, and
runs no code. One that another version wrote, or that is broken, counts as none. It is put in its place whole, so that
of two runs that write at once, one wins.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from papershelf.processes import Helper

Item = TypeVar("Item")
Result = TypeVar("Result")

Stamp = tuple[int, int]
"""When a file was changed, in nanoseconds, and its size."""

Found = tuple[bytes, object]
"""A result, behind the digest of all that went into it."""

FOLDER = Path(".cache", "papershelf")
"""Where such files are, from the folder of a shelf."""

TOGETHER = 500
"""How many values are written in one piece."""

_END = "whole"
"""Stands behind all values: a file that was cut short lacks it."""
_MADE_WITH = ("jinja2", "markdown", "mkdocs", "mkdocs-material", "pyyaml")


def digest(content: bytes) -> bytes:
    """What tells a content from any other."""
    return blake2b(content, digest_size=16).digest()


# Ten thousand paths as objects take longer than what they are for.


def stamp(path: str) -> Stamp | None:
    """The stamp of a file as it is now; of one that can't be read, none."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class Results:
    """What takes long to make, each by a name, and kept as long as that which it is made from stays the same."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.kept: dict[str, Found] = {}
        self._begun: dict[str, tuple[bytes, Helper]] = {}

    def get(self, name: str, key: bytes, make: Callable[[], Result]) -> Result:
        """A result that was kept, else a new one; `key` is the digest of all that goes into it."""
        begun, helper = self._begun.pop(name, (b"", None))
        if not self.knows(name, key):
            self.kept[name] = key, helper.made(make) if helper and begun == key else make()
        return cast("Result", self.kept[name][1])

    def begin(
        self, name: str, key: bytes, helper: Helper, function: Callable[[Iterable[Item]], object], items: Iterable[Item]
    ) -> None:
        """Have a helper begin with a result that isn't known, of some items; only this process may `get` it."""
        if self.knows(name, key):
            helper.stop()
        else:
            helper.begin(function, items)
            self._begun[name] = key, helper

    def knows(self, name: str, key: bytes) -> bool:
        """Whether that result was kept."""
        return name in self.kept and self.kept[name][0] == key


def save(file: Path, values: Iterable[object], shared: type) -> None:
    """Write values for `load`; those of the type `shared` once each, and then in others by a reference.

    Where the file can't be written, nothing is left: the next run takes longer.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / ".gitignore").write_text("*\n", encoding="utf-8")  # in a shelf that has no line for it, too
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".")
    except OSError:
        return
    try:
        with os.fdopen(descriptor, "wb") as stream:
            numbers: dict[int, int] = {}
            _Pickler(stream, numbers).dump(engine())
            rest = iter(values)
            # Some at a time, so that neither side has to remember every text that there is.
            while some := list(islice(rest, TOGETHER)):
                _Pickler(stream, numbers).dump(some)
                for value in some:
                    if isinstance(value, shared):
                        numbers[id(value)] = len(numbers)
            _Pickler(stream, numbers).dump(_END)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)


def load(file: Path, shared: type) -> list[object]:
    """The values that were saved by this version of the program; none where there is no such file, or a broken one."""
    values: list[object] = []
    numbered: list[object] = []
    try:
        with file.open("rb") as stream:
            if _Unpickler(stream, numbered).load() != engine():
                return []
            while (some := _Unpickler(stream, numbered).load()) != _END:
                values += some
                numbered += (value for value in some if isinstance(value, shared))
    except Exception:  # what a broken file raises is written down nowhere
        return []
    return values


class _Pickler(pickle.Pickler):
    def __init__(self, stream: BufferedIOBase, numbers: Mapping[int, int]) -> None:
        super().__init__(stream, protocol=5)
        self._numbers = numbers

    def reducer_override(self, obj: object) -> Any:
        """What was written before by its number, all else as pickle does it."""
        number = self._numbers.get(id(obj))
        return NotImplemented if number is None else (_numbered, (number,))


def _numbered(number: int) -> object:
    """Stands in a file for what has this number; reading replaces it by the way to that."""
    raise pickle.UnpicklingError(f"number {number} outside a file")


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: BufferedIOBase, numbered: list[object]) -> None:
        super().__init__(stream)
        self._numbered = numbered

    def find_class(self, module: str, name: str) -> object:
        """Only our own facts, days, and what has a number."""
        if (module, name) == (__name__, _numbered.__name__):
            return self._numbered.__getitem__
        if (module, name) == ("datetime", "date"):
            return datetime.date
        found = super().find_class(module, name) if module.startswith("papershelf.") else None
        if not isinstance(found, type) or not dataclasses.is_dataclass(found):
            raise pickle.UnpicklingError(f"{module}.{name} is no fact")
        return found


@cache
def engine() -> bytes:
    """What tells this version of the program from any other: its code, and what it makes pages with."""
    package = Path(__file__).parent
    code = (path.read_bytes() for path in sorted(package.rglob("*.py")))
    versions = (f"{name} {version(name)}" for name in _MADE_WITH)
    return digest("\n".join((sys.version, *versions)).encode() + b"".join(code))
