"""Tables of bad data: files below `data/`, and every line that `papershelf check` prints about them.

A table is a text that reads as one writes: `=== name`, then `--- data/…` with a file's text for each file that is added
to the toy shelf or replaces one of its files, then `--- problems` with the lines expected, none where all is fine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from papershelf.cli import main

TABLES = Path(__file__).parent / "bad"
NEW = "data/papers/n/new.yml"


@dataclass(frozen=True)
class Case:
    """Some files, and what is wrong with them."""

    name: str
    files: dict[str, str]
    problems: tuple[str, ...]


def table(name: str) -> list[Case]:
    """The cases of one table."""
    text = (TABLES / f"{name}.txt").read_text(encoding="utf-8")
    return [_case(part) for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]]


def _case(text: str) -> Case:
    name, *parts = re.split(r"^(?:--- (?=data/)|--- problems\n)", text, flags=re.MULTILINE)
    *files, problems = parts
    pairs = (part.partition("\n") for part in files)
    return Case(name.strip(), {path: body for path, _, body in pairs}, tuple(filter(None, problems.split("\n"))))


def add(shelf: Path, files: dict[str, str | bytes]) -> None:
    """Put files into a shelf, byte for byte."""
    for source, content in files.items():
        path = shelf / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def checked_lines(status: int) -> list[str]:
    """What `papershelf check` says about the shelf in the current folder, without the count, which has to be right."""
    done = CliRunner().invoke(main, ["check"])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    lines: list[str] = done.output.splitlines()
    assert done.exit_code == status, done.output
    if status:
        *problems, count = lines
        assert count == f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found."
        return problems
    assert lines[0].endswith(": no problems.")
    return []
