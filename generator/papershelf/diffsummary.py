"""What changes for readers, said to whoever reviews it: in Markdown for a code host, and as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from papershelf.addresses import Vanished
from papershelf.diff import Changes, Difference, Duplicate, Edit, Group, Move
from papershelf.model import Paper
from papershelf.places import list_path
from papershelf.text import clean, escape_markdown, plain

# A code host takes a summary of 1 MiB for each step.
MOST_ITEMS = 100
MOST_BYTES = 1_000_000
LONGEST = 300

_Fact = TypeVar("_Fact")


@dataclass(frozen=True)
class _Form:
    """How something is written in Markdown or in a terminal."""

    start: str
    section: str
    item: str
    title: str
    words: Callable[[str], str]
    code: Callable[[str], str]


def as_markdown(found: Changes) -> str:
    """The changes for the summary of a job on a code host, short enough for it; text from data can't do anything."""
    limit = MOST_ITEMS
    while len((text := _written(found, _MARKDOWN, limit)).encode()) > MOST_BYTES and limit > 1:
        limit //= 2
    return text


def as_text(found: Changes) -> str:
    """The changes for a terminal."""
    return _written(found, _TEXT, MOST_ITEMS)


def _written(found: Changes, form: _Form, limit: int) -> str:
    lines = [f"{form.start}Compared: {form.code(found.names[0])} → {form.code(found.names[1])}"]
    if found.warnings:
        advice = "If that isn't meant, the branch may be older than the shelf: merge the main branch into it."
        lines += ["", form.title.format(f"Unusually large: {' and '.join(found.warnings)}.") + f" {advice}"]
    if found.problems:
        note = f"The data had problems before ({len(found.problems)}), so this may not be exact. The first: "
        lines += ["", note + form.code(str(found.problems[0]))]
    if found.nothing:
        return "\n".join(
            [*lines, "", "Nothing changes: all papers, topics, tags, lists and pages are as they were.", ""]
        )
    sizes = (f"{old:,} → {new:,} {name}" if old != new else f"{new:,} {name}" for name, old, new in found.sizes)
    lines += ["", f"{', '.join(sizes)}."]
    for name, count, items in _sections(found, form):
        if count:
            lines += ["", form.section.format(f"{name} ({count:,})")]
            lines += [form.item.format(item) for item in islice(items, limit)]
            lines += [form.item.format(f"… and {count - limit:,} more")] if count > limit else []
    return "\n".join([*lines, ""])


def _sections(found: Changes, form: _Form) -> Iterator[tuple[str, int, Iterator[str]]]:
    """Each section with its number of items and the items, what needs somebody first."""

    def named(paper: Paper) -> str:
        return f"{form.title.format(form.words(paper.title))} ({form.code(paper.id)})"

    def asked(pair: Duplicate) -> str:
        why = form.words(pair.evidence)
        return f"{named(pair.added)}: already on the shelf as {named(pair.known)}? ({why})"

    def moved(move: Move) -> str:
        return f"{named(move.after)}, before: {form.code(move.before.id)}"

    def retitled(edit: Edit) -> str:
        return f"{named(edit.after)}, before: {form.words(edit.before.title)}"

    edits, moves, groups = found.edits, found.moves, found.groups
    yield _section("Addresses that vanish, which fails", found.vanished, lambda gone: _advice(gone, form))
    yield _section("May be on the shelf already", found.duplicates, asked)
    yield _section("Papers added", found.added, lambda paper: named(paper) + _filed(paper, form))
    yield _section("Papers removed", found.removed, named)
    yield _section("Papers merged into others", [move for move in moves if move.merged], moved)
    yield _section("Papers under another id", [move for move in moves if not move.merged], moved)
    yield _section("Papers retitled", [e for e in edits if e.before.title != e.after.title], retitled)
    for name, pairs in (
        ("Papers moved between topics", [(e.after, e.topics) for e in edits if e.topics]),
        ("Papers retagged", [(e.after, e.tags) for e in edits if e.tags]),
    ):
        yield _section(name, pairs, lambda pair: f"{named(pair[0])}: {_gained(pair[1], form)}")
    others = [edit for edit in edits if edit.others]
    yield _section("Papers changed otherwise", others, lambda edit: f"{named(edit.after)}: {', '.join(edit.others)}")
    for kind in ("topic", "tag", "list"):
        changed: list[Group | str] = ["in another order"] if kind in found.reordered else []
        changed += (group for group in groups if group.kind == kind)
        yield _section(f"{kind.title()}s", changed, lambda one: one if isinstance(one, str) else _grouped(one, form))
    yield _section("Hand-written pages", found.pages, lambda page: f"{form.code(page[0])}: {page[1]}")


def _section(name: str, facts: Sequence[_Fact], say: Callable[[_Fact], str]) -> tuple[str, int, Iterator[str]]:
    return name, len(facts), map(say, facts)


def _filed(paper: Paper, form: _Form) -> str:
    return f" in {_listed(paper.topics, form)}" if paper.topics else ", in no topic yet"


def _gained(what: Difference, form: _Form) -> str:
    parts = (("gained", what.gained), ("lost", what.lost))
    return "; ".join(f"{word} {_listed(names, form)}" for word, names in parts if names)


def _listed(names: tuple[str, ...], form: _Form) -> str:
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return ", ".join(map(form.code, names[:20])) + more


def _grouped(group: Group, form: _Form) -> str:
    parts = []
    if group.was:
        parts.append(f"takes the place of {_listed(group.was, form)}")
    if group.edited:
        parts.append("described anew")
    if group.before is None or group.after is None:
        count = _count(group.after or group.before or 0, "paper")
        parts.append(f"new, {count}" if group.before is None else f"gone, with {count}")
    elif group.before != group.after:
        parts.append(f"{group.before:,} → {_count(group.after, 'paper')}")
    return f"{form.title.format(form.words(group.name))} ({form.code(group.id)}): {', '.join(parts)}"


def _advice(gone: Vanished, form: _Form) -> str:
    """A vanished address and what to do about it."""
    name, aliases = form.code(gone.id), form.code("aliases")
    if gone.kind == "page":
        advice = "leave a page there that says where its content went"
    elif gone.kind == "list":
        page = form.code(list_path(gone.id))
        advice = f"a list has no aliases: keep its entry, or write a page {page} that says where it went"
    elif gone.successor:
        advice = f"put {name} into the {aliases} of {form.code(gone.successor)}"
    else:
        remove = form.code("papershelf remove" if gone.kind == "paper" else f"papershelf {gone.kind} remove")
        advice = f"put {name} into the {aliases} of the {gone.kind} that takes its place, or bring it back: {remove} "
        advice += "leaves a page there"
    return f"{form.code(gone.address)}: {advice}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# Mentions, references to issues, bare addresses and emoji are live on a code host without any mark around them, and an
# entity doesn't stop it: they are looked for in the text that shows. A space of no width does.
_LIVE = re.compile(r"@(?=\w)|#(?=\d)|\bGH(?=-\d)|\bwww(?=\.)|:(?=//|[\w+-]+:)", re.IGNORECASE)
_GITHUB = {"~": "\\~", "$": "<span>$</span>"}  # of which one is a mark where another text on the line brings the second


def _inert(text: str) -> str:
    written = escape_markdown(_LIVE.sub("\\g<0>\u200b", _short(plain(text)) or "?"))
    return re.sub(r"[~$]", lambda mark: _GITHUB[mark[0]], written)


def _code(text: str) -> str:
    return f"`{_line(text).replace('`', chr(39)) or '?'}`"


def _line(text: str) -> str:
    """A name or a path as it is, but for what would break the line or steer the terminal."""
    return _short(" ".join(clean(text)[0].split()))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


_MARKDOWN = _Form("## What changes for readers\n\n", "### {}\n", "- {}", "**{}**", _inert, _code)
_TEXT = _Form("", "{}:", "  {}", "{}", lambda text: _short(plain(text)), _line)
