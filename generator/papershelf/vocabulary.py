"""Topics and tags that are renamed, merged, split and removed, in their file and on all papers that have them.

What a topic or a tag was called stays with what has its place as an alias, so that its address goes on to lead there;
of what was removed, a page says so.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Literal

from papershelf.drafts import (
    Draft,
    Plan,
    counted,
    in_turn,
    note_removed,
    nothing,
    refuse_if_removed,
    refuse_unless_an_id,
)
from papershelf.load import Data
from papershelf.model import Catalogue, Paper, Removed, Tag, Topic
from papershelf.problems import RefusedError, nearest, quoted
from papershelf.yamledit import append_item, move_entry, remove_item, replace_scalar

Word = Literal["topic", "tag"]


class Vocabulary:
    """The topics or the tags of a shelf, and what changes them; each change is planned from the shelf as it is."""

    def __init__(self, word: Word, catalogue: Catalogue, data: Data) -> None:
        """Take the shelf."""
        self._word, self._key, self._table = word, f"{word}s", f"{word}s.yml"
        self._shown_table = f"{data.shown}/{self._table}"
        self._shelf, self._data = catalogue, data
        self._entries: tuple[Topic | Tag, ...] = catalogue.topics if word == "topic" else catalogue.tags
        self._by_id = {entry.id: entry for entry in self._entries}
        self._aliases = {alias: entry for entry in self._entries for alias in entry.aliases}

    # Commands

    def rename(self, old: str, new: str, name: str | None = None) -> Plan:
        """Another id, and another name if one is given."""
        if old not in self._by_id and (entry := self._aliases.get(old)) and entry.id == new:
            return nothing(f"the {self._word} {quoted(old)} is called {quoted(new)} already.")
        entry = self._known(old)
        if old == new and name in (None, entry.name):
            return nothing(f"that is what the {self._word} {quoted(old)} is called.")
        draft, number = Draft(self._data), self._number(old)
        if old != new:
            self._free(new, entry)
            draft.edit(self._table, replace_scalar, (number, "id"), new)
            draft.edit(self._table, append_item, (number, "aliases"), old)
            if new in entry.aliases:
                draft.edit(self._table, remove_item, (number, "aliases"), entry.aliases.index(new))
        if name is not None:
            draft.edit(self._table, replace_scalar, (number, "name"), name)
        if self._word == "tag":
            place = sum(other.id < new for other in self._entries if other is not entry)
            draft.edit(self._table, move_entry, number, place)
        papers = self._replace(draft, old, [new]) if old != new else []
        if old == new:
            return draft.plan([f"The name {quoted(entry.name)} becomes {quoted(name)}."])
        said = f"The {self._word} {quoted(old)} becomes {quoted(new)}, on {counted(len(papers))}."
        kept = [f"Its name stays {quoted(entry.name)}; --name changes it."] if name is None else []
        return draft.plan([said, *kept])

    def merge(self, old: str, into: str) -> Plan:
        """Two that are one: the papers of the first have the second, and the first becomes another name of it."""
        if old == into:
            return nothing("that is one and the same.")
        if old not in self._by_id and (entry := self._aliases.get(old)) and entry.id == into:
            return nothing(f"{quoted(old)} is another name of the {self._word} {quoted(into)} already.")
        return self._give_way(self._known(old), [self._target(into)], {})

    def split(self, old: str, into: Sequence[str], chosen: Mapping[str, Sequence[str]]) -> Plan:
        """Several in place of one: on each paper all of them, or those that `chosen` names the paper for.

        The address of the old one leads to the first of the new ones then. It may be among the new ones itself.
        """
        if old not in self._by_id and (heir := self._aliases.get(old)) and heir.id == into[0]:
            return nothing(f"{quoted(old)} is another name of the {self._word} {quoted(heir.id)} already.")
        entry, targets = self._known(old), [self._target(name) for name in dict.fromkeys(into)]
        if targets == [entry]:
            return nothing("that is one and the same.")
        papers = {paper.id for paper in self._papers(old)}
        for name, ids in chosen.items():
            if name not in into:
                raise RefusedError(f"{{}} isn't among the {self._key} that this is split into.", name)
            for paper in ids:
                if paper not in papers:
                    near = nearest(paper, sorted(papers))
                    hint = f" Did you mean {quoted(near)}?" if near else ""
                    raise RefusedError(f"No paper {{}} has the {self._word} {{}}.{hint}", paper, old)
        return self._give_way(entry, targets, chosen)

    def remove(self, old: str, reason: str | None, today: datetime.date) -> Plan:
        """Take it off all papers; its address says that it was removed."""
        for gone in self._shelf.removed:
            if gone.kind == self._word and old in (gone.id, *gone.aliases):
                return nothing(f"the {self._word} {quoted(old)} was removed already.")
        entry = self._known(old)
        draft = Draft(self._data)
        papers = self._replace(draft, old, [])
        draft.edit(self._table, remove_item, (), self._number(old))
        gone = Removed(
            id=old, kind=self._word, title=entry.name, date=today, aliases=entry.aliases,
            reason=reason or f"The shelf does without this {self._word}.",
        )  # fmt: skip
        note_removed(draft, gone, self._shelf)
        left = [paper.id for paper in papers if len(self._of(paper)) == 1]
        bare = [f"Left without any {self._word} ({len(left)}):", *(f"  {paper}" for paper in left)] if left else []
        said = f"The {self._word} {quoted(old)} comes off {counted(len(papers))}; its address says that it was removed."
        return draft.plan([said, *bare], [f"its description: {entry.description}"])

    def show(self, old: str) -> list[str]:
        """The papers that have it, each with what else it has."""
        self._known(old)
        return [
            f"  {paper.id}: {', '.join(name for name in self._of(paper) if name != old) or 'nothing else'}"
            for paper in self._papers(old)
        ]

    # Parts

    def _give_way(self, old: Topic | Tag, targets: Sequence[Topic | Tag], chosen: Mapping[str, Sequence[str]]) -> Plan:
        """Put others in the place of one, which becomes another name of the first unless it stays itself."""
        draft, names, stays = Draft(self._data), [entry.id for entry in targets], old in targets
        papers = self._replace(draft, old.id, names, chosen)
        first = targets[0]
        if not stays:
            for alias in (old.id, *old.aliases):
                draft.edit(self._table, append_item, (self._number(first.id), "aliases"), alias)
            draft.edit(self._table, remove_item, (), self._number(old.id))
        others = [name for name in names if name != old.id]
        does = "gives way to" if not stays else "is joined by"
        said = [f"The {self._word} {quoted(old.id)} {does} {in_turn(map(quoted, others))}, on {counted(len(papers))}."]
        if not stays:
            said.append(f"It is another name of {quoted(first.id)} then, and its address leads there.")
        picked = {paper for ids in chosen.values() for paper in ids}
        if len(targets) > 1 and (thin := [paper.id for paper in papers if paper.id not in picked]):
            said += [f"On these are all of them; take out what doesn't fit ({len(thin)}):", *(f"  {p}" for p in thin)]
        lost = [] if stays else [f"its name and description: {old.name}: {old.description}"]
        return draft.plan(said, lost)

    def _replace(
        self, draft: Draft, old: str, names: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None
    ) -> list[Paper]:
        """Put others in the place of one, on all papers that have it."""
        papers = self._papers(old)
        for paper in papers:
            picked = [name for name in names if paper.id in (chosen or {}).get(name, ())] or names
            has, number = self._of(paper), self._of(paper).index(old)
            wanted = [name for name in picked if name == old or name not in has]
            for name in reversed(wanted[1:]):
                draft.edit(paper.source, append_item, self._key, name, behind=number)
            if not wanted:
                draft.edit(paper.source, remove_item, self._key, number)
            elif wanted[0] != old:
                draft.edit(paper.source, replace_scalar, (self._key, number), wanted[0])
        return papers

    def _papers(self, name: str) -> list[Paper]:
        return [paper for paper in self._shelf.papers if name in self._of(paper)]

    def _of(self, paper: Paper) -> tuple[str, ...]:
        return paper.topics if self._word == "topic" else paper.tags

    def _number(self, name: str) -> int:
        return next(number for number, entry in enumerate(self._entries) if entry.id == name)

    def _known(self, name: str) -> Topic | Tag:
        """The entry of this id."""
        if name in self._by_id:
            return self._by_id[name]
        if entry := self._aliases.get(name):
            raise RefusedError(f"{{}} is another name of the {self._word} {{}}: write that.", name, entry.id)
        if near := nearest(name, [*self._by_id, *self._aliases]):
            meant = self._aliases[near].id if near in self._aliases else near
            raise RefusedError(f"There is no {self._word} {{}}. Did you mean {{}}?", name, meant)
        raise RefusedError(f"There is no {self._word} {{}}. {{}} has them all.", name, self._shown_table)

    def _target(self, name: str) -> Topic | Tag:
        """The entry of an id that takes another's place: what is new has to be described first."""
        if name in self._by_id or name in self._aliases or nearest(name, self._by_id):
            return self._known(name)
        refuse_unless_an_id(name)
        lines = "".join(f"\n  {line}" for line in (f"- id: {name}", "  name: …", "  description: …"))
        raise RefusedError(f"There is no {self._word} {{}}. Describe it in {{}}:{lines}", name, self._shown_table)

    def _free(self, name: str, mover: Topic | Tag) -> None:
        """Refuse an id that can't be one, or that something has."""
        refuse_unless_an_id(name)
        if name in self._by_id:
            raise RefusedError(
                f"There is a {self._word} {{}} already. To make one of the two: "
                f"papershelf {self._word} merge {mover.id} into {name}", name
            )  # fmt: skip
        if (entry := self._aliases.get(name)) and entry is not mover:
            raise RefusedError(
                f"{{}} is another name of the {self._word} {{}}; take it out there first.", name, entry.id
            )
        refuse_if_removed(name, self._word, self._shelf, self._data)
