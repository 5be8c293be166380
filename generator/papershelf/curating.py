"""Papers that get another id, turn out to be one, or leave the shelf, in their own files and all that name them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import PurePosixPath

from papershelf.drafts import (
    Draft,
    Plan,
    counted,
    later,
    note_removed,
    nothing,
    refuse_if_removed,
    refuse_unless_an_id,
)
from papershelf.identity import folder
from papershelf.importing import FOLDED, as_fields
from papershelf.load import PAPERS, Data
from papershelf.model import Appearance, Catalogue, Links, Paper, Relation, Removed
from papershelf.problems import RefusedError, nearest, quoted
from papershelf.text import plain
from papershelf.yamledit import append_item, remove_field, remove_item, replace_scalar, set_field

MOST = {"topics": 3, "tags": 6}
"""How many topics and tags a paper may get from another one that goes into it."""

_IDENTIFIERS = ("arxiv", "acl", "doi")
_SINGLE = ("summary", "note", "authors", "year", "venue", *_IDENTIFIERS, "language", "abstract")
_LINKS = ("paper", "code", "data", "project")


class Papers:
    """The papers of a shelf, and what changes them; each change is planned from the shelf as it is."""

    def __init__(self, catalogue: Catalogue, data: Data) -> None:
        """Take the shelf."""
        self._shelf, self._data = catalogue, data
        self._aliases = {alias: paper for paper in catalogue.papers for alias in paper.aliases}

    def rename(self, old: str, new: str) -> Plan:
        """Another id: the old one becomes an alias, and all that names the paper names it anew."""
        if old not in self._shelf.paper and (owner := self._aliases.get(old)) and owner.id == new:
            return nothing(f"{quoted(old)} is called {quoted(new)} already.")
        paper = self._known(old)
        if old == new:
            return nothing("that is what the paper is called.")
        self._free(new, paper)
        draft = Draft(self._data)
        draft.edit(paper.source, append_item, "aliases", old, later("aliases"))
        if new in paper.aliases:
            draft.edit(paper.source, remove_item, "aliases", paper.aliases.index(new))
        draft.move(paper.source, _new_source(paper, new))
        named = list(self._naming(old))
        for other, number, relation in named:
            draft.edit(other.source, replace_scalar, ("relations", number, _kind(relation)), new)
        also = f", in the relations of {counted(len(named))} too" if named else ""
        return draft.plan([f"{quoted(old)} becomes {quoted(new)}{also}. Its address leads to the new one."])

    def remove(self, old: str, reason: str, today: datetime.date) -> Plan:
        """Off the shelf: its address says so and why, and an import doesn't bring it back."""
        for gone in self._shelf.removed:
            if gone.kind == "paper" and old in (gone.id, *gone.aliases):
                return nothing(f"the paper {quoted(old)} was removed already.")
        paper = self._known(old)
        draft = Draft(self._data)
        draft.remove(paper.source)
        lost = [f"{self._data.shown}/{paper.source}"]
        for other, number, relation in self._naming(old):
            draft.edit(other.source, remove_item, "relations", number)
            lost.append(_told(other, relation))
        gone = Removed(
            id=old, kind="paper", title=paper.title, reason=reason, date=today,
            aliases=paper.aliases, appearances=paper.appearances,
        )  # fmt: skip
        note_removed(draft, gone, self._shelf)
        return draft.plan([f"“{plain(paper.title)}” leaves the shelf. Its address says so, and why."], lost)

    def merge(self, old: str, into: str) -> Plan:
        """Two that are one: the first goes into the second, which keeps what it has and gets what it lacks."""
        if old == into:
            return nothing("that is one and the same.")
        if old not in self._shelf.paper and (owner := self._aliases.get(old)) and owner.id == into:
            return nothing(f"{quoted(old)} is {quoted(into)} already.")
        one, other = self._known(old), self._known(into)
        merging = _Merging(Draft(self._data), one, other, self._shelf)
        lost = list(merging.steps())
        merging.draft.remove(one.source)
        said = [f"{quoted(old)} goes into {quoted(into)}, and its address leads there."]
        if merging.gained:
            said.append(f"{quoted(into)} gets: {', '.join(merging.gained)}.")
        return merging.draft.plan(said, lost)

    def _naming(self, name: str) -> Iterator[tuple[Paper, int, Relation]]:
        """The relations of other papers to this one, the last of a file first, so that they can be taken out."""
        for paper in self._shelf.papers:
            for number, relation in reversed(list(enumerate(paper.relations))):
                if relation.paper == name:
                    yield paper, number, relation

    def _known(self, name: str) -> Paper:
        """The paper of this id."""
        if name in self._shelf.paper:
            return self._shelf.paper[name]
        if owner := self._aliases.get(name):
            raise RefusedError("{} is called {} now: write that.", name, owner.id)
        if near := nearest(name, self._shelf.paper):
            raise RefusedError("There is no paper {}. Did you mean {}?", name, near)
        raise RefusedError("There is no paper {}. A paper's id is the name of its file.", name)

    def _free(self, name: str, mover: Paper) -> None:
        """Refuse an id that can't be one, or that something has."""
        refuse_unless_an_id(name)
        if name in self._shelf.paper:
            one_of_two = f"papershelf merge {mover.id} into {name}"
            raise RefusedError(f"There is a paper {{}} already. To make one of the two: {one_of_two}", name)
        owner = self._aliases.get(name)
        if owner and owner is not mover:
            raise RefusedError("{} is what {} was called; its address leads there.", name, owner.id)
        refuse_if_removed(name, "paper", self._shelf, self._data)


class _Merging:
    """One paper that goes into another: each step edits the other's file, and tells what is lost."""

    def __init__(self, draft: Draft, one: Paper, other: Paper, shelf: Catalogue) -> None:
        self.draft, self.gained = draft, list[str]()
        self._one, self._other, self._shelf = one, other, shelf

    def steps(self) -> Iterator[str]:
        """All of them, in an order in which each finds the file as it was or as the ones before left it."""
        yield from self._title()
        yield from self._lists_of_ids()
        yield from self._fields()
        yield from self._links()
        yield from self._relations()
        self._places()

    def _append(self, key: str, item: object) -> None:
        self.draft.edit(self._other.source, append_item, key, item, later(key))

    def _title(self) -> Iterator[str]:
        if self._one.title != self._other.title:
            yield f"its title: {plain(self._one.title)}"

    def _places(self) -> None:
        for alias in (self._one.id, *self._one.aliases):
            if alias != self._other.id:
                self._append("aliases", alias)
        for place in self._one.appearances:
            printed = place.title or self._one.title
            title = printed if printed != self._other.title else None
            self._append("appearances", as_fields(Appearance(place.list, place.position, title)))
        if self._one.appearances:
            self.gained.append(counted(len(self._one.appearances), "appearance"))
        days = [paper.added for paper in (self._one, self._other) if paper.added]
        if days and min(days) != self._other.added:
            self._set("added", min(days).isoformat())

    def _lists_of_ids(self) -> Iterator[str]:
        for key, most in MOST.items():
            has: tuple[str, ...] = getattr(self._other, key)
            more = [name for name in getattr(self._one, key) if name not in has]
            room = max(0, most - len(has))
            for name in more[:room]:
                self._append(key, name)
            self.gained += [f"the {key[:-1]} {quoted(name)}" for name in more[:room]]
            yield from (f"its {key[:-1]} {quoted(name)}, as {most} are enough" for name in more[room:])

    def _fields(self) -> Iterator[str]:
        for key in _SINGLE:
            has, more = getattr(self._other, key), getattr(self._one, key)
            if more and not has:
                self._set(key, as_fields(self._one)[key])
                self.gained.append(f"the {key}")
            elif more and more != has:
                yield f"its {key}: {', '.join(more) if isinstance(more, tuple) else plain(str(more))}"

    def _set(self, key: str, value: object) -> None:
        self.draft.edit(self._other.source, set_field, key, value, later(key), FOLDED)

    def _links(self) -> Iterator[str]:
        has, more = (as_fields(paper.links or Links()) for paper in (self._other, self._one))
        identified = any(getattr(paper, key) for paper in (self._one, self._other) for key in _IDENTIFIERS)
        added = {key: more[key] for key in more if key not in has and not (key == "paper" and identified)}
        if added and not has:
            self._set("links", added)
        elif added:
            for key, value in added.items():
                behind = _LINKS[_LINKS.index(key) + 1 :]
                self.draft.edit(self._other.source, set_field, ("links", key), value, behind)
        self.gained += [f"the link {quoted(key)}" for key in added]
        yield from (f"its link {quoted(key)}: {value}" for key, value in more.items() if has.get(key, value) != value)
        if "paper" in more and "paper" not in has and identified:
            yield f"its link {quoted('paper')}, as an identifier gives one: {more['paper']}"
        if "paper" in has and identified:
            self.draft.edit(self._other.source, remove_field, ("links", "paper"))
            yield f"the link {quoted('paper')} of {quoted(self._other.id)}, as an identifier gives one: {has['paper']}"

    def _relations(self) -> Iterator[str]:
        """Those between the two go; where two others would be related twice, the one that was there stays."""
        one, other = self._one, self._other
        others = [paper for paper in self._shelf.papers if paper is not one]
        pairs = {frozenset({p.id, r.paper}) for p in others for r in p.relations if r.paper != one.id}
        for paper in others:
            for number, relation in reversed(list(enumerate(paper.relations))):
                pair = frozenset({paper.id, other.id})
                if relation.paper != one.id:
                    continue
                if paper is other or pair in pairs:
                    self.draft.edit(paper.source, remove_item, "relations", number)
                    yield _told(paper, relation)
                else:
                    self.draft.edit(paper.source, replace_scalar, ("relations", number, _kind(relation)), other.id)
                    pairs.add(pair)
        for relation in one.relations:
            pair = frozenset({other.id, relation.paper})
            if relation.paper == other.id or pair in pairs:
                yield _told(one, relation)
            else:
                self._append("relations", as_fields(relation))
                pairs.add(pair)


def _kind(relation: Relation) -> str:
    return "version-of" if relation.version_of else "distinct"


def _told(paper: Paper, relation: Relation) -> str:
    why = f" ({relation.why})" if relation.why else ""
    is_what = "is a version of" if relation.version_of else "isn't"
    return f"that {quoted(paper.id)} {is_what} {quoted(relation.paper)}{why}"


def _new_source(paper: Paper, new: str) -> str:
    """Where the file of a paper goes with another id: to its letter, unless somebody put it elsewhere."""
    place = PurePosixPath(paper.source).parent
    if place == PurePosixPath(PAPERS, folder(paper.id)):
        place = PurePosixPath(PAPERS, folder(new))
    return f"{place}/{new}.yml"
