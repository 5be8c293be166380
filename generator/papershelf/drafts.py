"""What a command is going to change in several files, before any of it is written.

The texts are changed in memory, the result is checked as a whole shelf, and only then it is written, all of it or none.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec

from papershelf.checks import Rule, checked
from papershelf.identity import nearest_id, why_not_an_id
from papershelf.importing import FOLDED, as_fields
from papershelf.journal import Change, make
from papershelf.load import REMOVED, Data
from papershelf.model import Catalogue, Paper, Removed, stored_fields
from papershelf.problems import Problem, ProblemsError, RefusedError, quoted
from papershelf.yamledit import insert_entry
from papershelf.yamlfile import read_text, write
from papershelf.yamlspans import EditError

P = ParamSpec("P")


@dataclass(frozen=True)
class Plan:
    """What a command would do: the change, what there is to say of it, and what would be lost by it."""

    change: Change
    said: tuple[str, ...]
    lost: tuple[str, ...] = ()


def nothing(why: str) -> Plan:
    """The plan of a command that has nothing to do."""
    return Plan(Change({}), (f"Nothing to do: {why}",))


class Draft:
    """The texts of a shelf's files as a command changes them."""

    def __init__(self, data: Data) -> None:
        """Begin with the files as they are."""
        self._data = data
        self._before: dict[str, str | None] = {}
        self._texts: dict[str, str | None] = {}

    def text(self, source: str) -> str:
        """The text of a file as it would be now; of one that isn't there, nothing."""
        if source not in self._texts:
            path = self._data.root / source
            self._before[source] = read_text(path, self._data.show(path)) if path.exists() else None
            self._texts[source] = self._before[source]
        return self._texts[source] or ""

    def edit(self, source: str, how: Callable[Concatenate[str, P], str], *args: P.args, **kwargs: P.kwargs) -> None:
        """Change a file by a function of its text, such as those of `yamledit`."""
        try:
            self._texts[source] = how(self.text(source), *args, **kwargs)
        except EditError:
            found, advice = "this is written in a way that no command can edit", "Change it by hand."
            raise ProblemsError([Problem(f"{self._data.shown}/{source}", 1, 1, found, advice=advice)]) from None

    def remove(self, source: str) -> None:
        """Take a file away."""
        self.text(source)
        self._texts[source] = None

    def move(self, source: str, target: str) -> None:
        """Put a file somewhere else."""
        text, _ = self.text(source), self.text(target)
        self._texts[source], self._texts[target] = None, text

    def plan(self, said: Iterable[str], lost: Iterable[str] = ()) -> Plan:
        """The change from what the files hold to the texts as they are now."""
        texts = {source: text for source, text in self._texts.items() if text != self._before[source]}
        if not texts:
            return nothing("the shelf is as it would be then.")
        return Plan(Change(texts, dict(self._before)), tuple(said), tuple(lost))


def later(key: str, kind: type = Paper) -> tuple[str, ...]:
    """The keys that stand behind a key in a file of this kind."""
    keys = tuple(stored_fields(kind))
    return keys[keys.index(key) + 1 :]


def rehearse(change: Change, data: Data, but: Sequence[Rule] = ()) -> Catalogue:
    """What the shelf would be with a change, made in a copy; raises ProblemsError where it would leave problems.

    Problems of the rules in `but` may stay.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(data.root, copy, ignore=shutil.ignore_patterns(".*", "*~"))
        for source, text in change.texts.items():
            if text is None:
                (copy / source).unlink()
            else:
                write(copy / source, text)
        return checked(Data(copy, data.shown), but)


def carry_out(plan: Plan, data: Data, but: Sequence[Rule] = ()) -> list[str]:
    """Make what was planned, all of it or nothing, if it leaves no problems; returns the files that changed.

    Problems of the rules in `but` may stay.
    """
    return make(plan.change, data.root, data.shown, lambda: rehearse(plan.change, data, but))


def in_turn(items: Iterable[str]) -> str:
    """Texts as a sentence lists them: a, b and c."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def counted(number: int, noun: str = "paper") -> str:
    """A number with its noun: no papers, 1 paper, 2 papers."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def refuse_unless_an_id(name: str) -> None:
    """Refuse what can't be an id, with one that could."""
    if expected := why_not_an_id(name):
        better = nearest_id(name)
        hint = f" Write {quoted(better)}." if better else ""
        raise RefusedError(f"{{}} can't be an id; expected {expected}.{hint}", name)


def refuse_if_removed(name: str, kind: str, shelf: Catalogue, data: Data) -> None:
    """Refuse the id of something that was removed, whose address it would take."""
    for gone in shelf.removed:
        if gone.kind == kind and name in (gone.id, *gone.aliases):
            raise RefusedError(
                f"{{}} was the id of a {kind} that was removed; its address stays. To give it away nevertheless, take "
                "the entry out of {} first.", name, f"{data.shown}/{REMOVED}"
            )  # fmt: skip


def note_removed(draft: Draft, gone: Removed, shelf: Catalogue) -> None:
    """Write into removed.yml, sorted by id, what is removed."""
    number = sum(entry.id < gone.id for entry in shelf.removed)
    draft.edit(REMOVED, insert_entry, number, as_fields(gone), FOLDED | {"reason"})
