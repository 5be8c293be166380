"""What an audit found, and the page in the repository that tells of the last one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")
HEAD = """# What `make audit` found last

`make audit` writes this page, and `python -m tests.audit html`, or another name below, a part of it.
"""


@dataclass(frozen=True)
class Found:
    """One thing that was looked at: what was asked of it, and what it is."""

    what: str
    asked: str
    is_: str
    holds: bool


@dataclass(frozen=True)
class Outcome:
    """What a part of the audit found, and with which tools."""

    tools: str
    found: tuple[Found, ...]

    @property
    def holds(self) -> bool:
        """Whether all is as it was asked for."""
        return all(one.holds for one in self.found)

    def lines(self) -> Iterator[str]:
        """It in Markdown."""
        yield "| what | asked for | found | |"
        yield "|---|---|---|---|"
        for one in self.found:
            yield f"| {one.what} | {one.asked} | {one.is_} | {'yes' if one.holds else '**no**'} |"


def keep(name: str, outcome: Outcome, file: Path = FILE) -> None:
    """Put a part's outcome in the place of its last one."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEAD
    parts = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    said = "\n".join((f"{datetime.date.today().isoformat()}, {outcome.tools}.", "", *outcome.lines()))
    parts[name] = f"\n{said}\n"
    page = "\n".join((HEAD, *(f"## {part}\n\n{parts[part].strip()}\n" for part in sorted(parts))))
    file.write_text(page, encoding="utf-8")
