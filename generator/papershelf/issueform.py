"""The body of an issue that a form made, as the plain text of each field. Nothing in it is trusted.

A code host writes a form's answers as Markdown, each below its heading: whoever opens the issue, or edits it later, can
write anything there. Only a line that is one of the form's own headings parts two fields; where it can't be told which
of several lines is the form's, the body is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from papershelf.problems import RefusedError
from papershelf.text import clean

Kind = Literal["paper", "mend", "tag"]

HEADINGS: Mapping[Kind, tuple[str, ...]] = {
    "paper": ("Title", "Link", "Abstract", "Topics", "Tags", "Summary", "Why"),
    "mend": ("Paper", "What is wrong", "What is right"),
    "tag": ("Tag", "Meaning", "Papers"),
}
"""The labels of the fields of the forms in .github/ISSUE_TEMPLATE, in their order."""

NEEDED: Mapping[Kind, tuple[str, ...]] = {"paper": ("Title", "Link"), "mend": ("Paper",), "tag": ("Tag", "Meaning")}

NO_RESPONSE = "_No response_"

# What GitHub lets an issue hold.
LONGEST = 65_536
# What is longer is no such thing, but something pasted into the wrong field.
LONGEST_FIELD = {
    "Title": 300,
    "Link": 2_000,
    "Abstract": 10_000,
    "Summary": 600,
    "Paper": 300,
    "Tag": 60,
    "Meaning": 1_000,
}
LONGEST_OTHER = 5_000


@dataclass(frozen=True)
class Answers:
    """What stands in the fields that were filled in, and how many characters were dropped that show nothing."""

    fields: Mapping[str, str]
    dropped: int = 0

    def __getitem__(self, heading: str) -> str:
        """The text of a field; empty where it wasn't filled in."""
        return self.fields.get(heading, "")

    def lines(self, heading: str) -> list[str]:
        """The lines of a field that hold something."""
        return [" ".join(line.split()) for line in self[heading].splitlines() if line.strip()]

    def line(self, heading: str) -> str:
        """The text of a field in one line."""
        return " ".join(self[heading].split())


def answers(body: str, kind: Kind) -> Answers:
    """The fields of a form that made this body; raises RefusedError for a body that no such form made."""
    if len(body) > LONGEST:
        raise RefusedError(f"This is {len(body):,} characters long, and an issue holds {LONGEST:,}. Shorten it.")
    text, dropped = _seen(body)
    fields = {name: _answer(lines) for name, lines in _sections(text.split("\n"), HEADINGS[kind]).items()}
    missing = [name for name in NEEDED[kind] if not fields.get(name)]
    if missing:
        needed = " and ".join(f"“### {name}”" for name in missing)
        raise RefusedError(f"Nothing stands below the heading {needed}. Fill that in, as in the issue form.")
    for name, answer in fields.items():
        longest = LONGEST_FIELD.get(name, LONGEST_OTHER)
        if len(answer) > longest:
            raise RefusedError(f"“{name}” has {len(answer):,} characters; at most {longest:,} are taken. Shorten it.")
    return Answers({name: answer for name, answer in fields.items() if answer}, dropped)


def code(text: object, longest: int = 60) -> str:
    """A text that somebody wrote, as code: no mark, mention, picture or address in it is live on a code host."""
    line = " ".join(clean(str(text))[0].split()).replace("`", "'")
    return f"`{line if len(line) <= longest else line[: longest - 1] + '…'}`" if line else "nothing"


def _seen(body: str) -> tuple[str, int]:
    """The body without what shows nothing or turns the direction of text; all its line ends in one form."""
    lines = re.sub(r"\r\n?|[\x85\u2028\u2029\v\f]", "\n", body)
    kept, dropped = clean(lines)
    shown = "".join(letter for letter in kept if unicodedata.category(letter) != "Cf" or letter in "\u200c\u200d")
    return shown, dropped + len(kept) - len(shown)


def _sections(lines: Sequence[str], headings: Sequence[str]) -> dict[str, list[str]]:
    """The lines below each heading of the form."""
    found = [(number, line[4:].rstrip()) for number, line in enumerate(lines) if line.startswith("### ")]
    found = [(number, name) for number, name in found if name in headings]
    names = [name for _, name in found]
    if len(set(names)) < len(names):
        found = _of_the_form(found, [name for name in headings if name in names])
    ends = [*(number for number, _ in found), len(lines)][1:]
    return {name: list(lines[number + 1 : end]) for (number, name), end in zip(found, ends, strict=True)}


def _of_the_form(found: Sequence[tuple[int, str]], expected: Sequence[str]) -> list[tuple[int, str]]:
    """Of headings that stand there more than once, the form's own: the only ones that have its order."""
    first = _in_order(found, expected)
    last = _in_order(found[::-1], expected[::-1])[::-1]
    if first != last or len(first) < len(expected):
        names = [name for _, name in found]
        twice = next(name for name in names if names.count(name) > 1)
        raise RefusedError(
            f"The heading “### {twice}” stands there more than once, so nobody can tell where that field begins. "
            "Keep the form's own, and take the others out of the text."
        )
    return first


def _in_order(found: Sequence[tuple[int, str]], expected: Sequence[str]) -> list[tuple[int, str]]:
    """The first headings, one after another, that follow an order."""
    chosen: list[tuple[int, str]] = []
    for number, name in found:
        if len(chosen) < len(expected) and name == expected[len(chosen)]:
            chosen.append((number, name))
    return chosen


def _answer(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines).strip()
    return "" if text == NO_RESPONSE else text
