"""What changes for readers between two states of a shelf, and which addresses vanish; `diffsummary` says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType

from papershelf.addresses import Kind, Pages, Vanished, vanished
from papershelf.duplicates import Index
from papershelf.identity import title_key
from papershelf.model import Catalogue, Paper, ReadingList, Relation, Tag, Topic, stored_fields
from papershelf.problems import Problem
from papershelf.revisions import State

Entry = Topic | Tag | ReadingList

# A change that removes more papers than this, or changes more of them than this share, is said to be large.
HANDFUL = 5
SHARE = 0.05


@dataclass(frozen=True)
class Move:
    """A paper that is found under another id; `merged` if that was on the shelf already."""

    before: Paper
    after: Paper
    merged: bool = False


@dataclass(frozen=True)
class Difference:
    """What a paper gained and lost of topics or tags."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """What is different in a paper that stays."""

    before: Paper
    after: Paper
    topics: Difference | None
    tags: Difference | None
    others: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A topic, a tag or a list that is new, gone, or different, with how many papers it had and has."""

    kind: Kind
    id: str
    name: str
    before: int | None
    after: int | None
    was: tuple[str, ...] = ()
    edited: bool = False


@dataclass(frozen=True)
class Duplicate:
    """An added paper that may be on the shelf already."""

    added: Paper
    known: Paper
    evidence: str


@dataclass(frozen=True)
class Changes:
    """All that changes for readers; an address that vanishes is what must not be."""

    sizes: tuple[tuple[str, int, int], ...]
    vanished: tuple[Vanished, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    added: tuple[Paper, ...] = ()
    removed: tuple[Paper, ...] = ()
    moves: tuple[Move, ...] = ()
    edits: tuple[Edit, ...] = ()
    groups: tuple[Group, ...] = ()
    reordered: tuple[Kind, ...] = ()
    pages: tuple[tuple[str, str], ...] = ()
    names: tuple[str, str] = ("before", "after")
    problems: tuple[Problem, ...] = ()
    """What was wrong with the data before, of which then only a part could be compared."""

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        parts = (self.vanished, self.added, self.removed, self.moves, self.edits, self.groups, self.pages)
        return not any(parts) and not self.reordered

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusually large, as when a branch is much older than the shelf."""
        total, removed, changed = self.sizes[0][1], len(self.removed), len(self.edits)
        found = []
        if removed > HANDFUL or (removed > 1 and removed > SHARE * total):
            found.append(f"{removed} of {total} papers are removed")
        if changed > HANDFUL and changed > SHARE * total:
            found.append(f"{changed} of {total} papers are changed")
        return tuple(found)


def changes(before: State, after: State) -> Changes:
    """What changes for readers between two states that were read by `revisions.states`."""
    found = compare(before.catalogue, after.catalogue, before.pages, after.pages)
    return replace(found, names=(before.name, after.name), problems=before.problems)


def compare(
    before: Catalogue,
    after: Catalogue,
    pages_before: Pages = MappingProxyType({}),
    pages_after: Pages = MappingProxyType({}),
) -> Changes:
    """What changes for readers; the pages are those that people wrote, by address, with a digest of each."""
    old = _in_new_words(before, after)
    moves = tuple(_moves(old, after))
    heirs = {move.before.id: move.after.id for move in moves}
    origin = {move.after.id: move.before for move in reversed(moves) if not move.merged} | dict(old.paper)
    added = tuple(paper for paper in after.papers if paper.id not in origin)
    edits = (_edit(origin[paper.id], paper, old) for paper in after.papers if paper.id in origin)
    tables = (
        _Table("topic", old.topics, after.topics, old, after),
        _Table("tag", old.tags, after.tags, old, after),
        _Table("list", old.lists, after.lists, old, after),
    )
    return Changes(
        sizes=(
            ("papers", len(old.papers), len(after.papers)),
            *((f"{table.kind}s", len(table.old), len(table.new)) for table in tables),
        ),
        vanished=tuple(vanished((before, pages_before), (after, pages_after), heirs)),
        duplicates=tuple(_duplicates(added, after)),
        added=added,
        removed=tuple(paper for paper in old.papers if paper.id not in after.paper and paper.id not in heirs),
        moves=moves,
        edits=tuple(edit for edit in edits if edit),
        groups=tuple(group for table in tables for group in table.groups()),
        reordered=tuple(table.kind for table in tables if table.reordered),
        pages=tuple(_changed_pages(pages_before, pages_after)),
    )


def _in_new_words(before: Catalogue, after: Catalogue) -> Catalogue:
    """What was before, its papers naming all as it is called now: what gets a new name changes nothing else."""
    topics, tags, papers = (
        {alias: entry.id for entry in entries for alias in entry.aliases}
        for entries in (after.topics, after.tags, after.papers)
    )

    def renamed(names: tuple[str, ...], heirs: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(heirs.get(name, name) for name in names))

    def related(one: Relation) -> Relation:
        version, distinct = (papers.get(name or "", name) for name in (one.version_of, one.distinct))
        return replace(one, version_of=version, distinct=distinct)

    def paper(old: Paper) -> Paper:
        relations = tuple(map(related, old.relations))
        return replace(old, topics=renamed(old.topics, topics), tags=renamed(old.tags, tags), relations=relations)

    return replace(before, papers=tuple(map(paper, before.papers)))


def _changed_pages(before: Pages, after: Pages) -> Iterator[tuple[str, str]]:
    for place in sorted(before.keys() | after.keys()):
        if before.get(place) != after.get(place):
            yield place, "new" if place not in before else "gone" if place not in after else "changed"


# Papers


def _moves(before: Catalogue, after: Catalogue) -> Iterator[Move]:
    """Where the papers are whose ids are gone: what has the id as an alias, or else the same content."""
    aliases = {alias: paper for paper in after.papers for alias in paper.aliases}
    gone = [paper for paper in before.papers if paper.id not in after.paper]
    taken = {aliases[paper.id].id for paper in gone if paper.id in aliases} | before.paper.keys()
    unexplained = any(paper.id not in aliases for paper in gone)
    index = Index(paper for paper in after.papers if unexplained and paper.id not in taken)
    # Of several that have one heir, it is the one that is titled like it; the others went into that.
    first = {aliases[paper.id].id: paper.id for paper in reversed(gone) if paper.id in aliases}
    first |= {owner.id: paper.id for paper in gone if (owner := aliases.get(paper.id)) and owner.title == paper.title}
    for paper in gone:
        if owner := aliases.get(paper.id):
            yield Move(paper, owner, merged=owner.id in before.paper or first[owner.id] != paper.id)
        elif other := _same(paper, index, after, taken):
            taken.add(other.id)
            yield Move(paper, other)


def _same(paper: Paper, index: Index, after: Catalogue, taken: set[str]) -> Paper | None:
    """The paper that has the content of one that is gone; without abstracts, an equal title is enough."""
    for match in index.matches(paper):
        other = after.paper[match.second]
        if other.id not in taken and (match.verdict == "same" or title_key(other.title) == title_key(paper.title)):
            return other
    return None


def _edit(before: Paper, after: Paper, shelf: Catalogue) -> Edit | None:
    topics, tags = _difference(before.topics, after.topics), _difference(before.tags, after.tags)
    others = tuple(_other_changes(before, after, shelf))
    changed = topics or tags or others or before.title != after.title
    return Edit(before, after, topics, tags, others) if changed else None


def _difference(before: tuple[str, ...], after: tuple[str, ...]) -> Difference | None:
    gained = tuple(name for name in after if name not in before)
    lost = tuple(name for name in before if name not in after)
    return Difference(gained, lost) if gained or lost else None


def _other_changes(before: Paper, after: Paper, shelf: Catalogue) -> Iterator[str]:
    """What else is new, changed or gone, in the order of the file."""
    for key, field in stored_fields(Paper).items():
        old, new = getattr(before, field.attribute), getattr(after, field.attribute)
        if key in ("topics", "tags"):
            if old != new and set(old) == set(new):
                yield f"{key} in another order"
        elif key == "aliases":
            # The ids of papers that were renamed or merged are told as such, and their aliases come along.
            others = {alias for name in new if name in shelf.paper for alias in shelf.paper[name].aliases}
            if set(old) - {after.id} != set(new) - shelf.paper.keys() - (others - set(old)):
                yield "aliases changed"
        elif key != "title" and old != new:
            yield f"{key} {'changed' if old and new else 'new' if new else 'gone'}"


def _duplicates(added: tuple[Paper, ...], after: Catalogue) -> Iterator[Duplicate]:
    new = {paper.id for paper in added}
    index = Index(paper for paper in after.papers if added and paper.id not in new)
    for paper in added:
        for match in index.matches(paper):
            yield Duplicate(paper, after.paper[match.second], match.evidence)
        index.add(paper)


# Topics, tags and lists


class _Table:
    """The topics, the tags or the lists of before and after."""

    def __init__(
        self, kind: Kind, old: Iterable[Entry], new: Iterable[Entry], before: Catalogue, after: Catalogue
    ) -> None:
        self.kind = kind
        self.old, self.new = {entry.id: entry for entry in old}, {entry.id: entry for entry in new}
        self._had, self._has = (
            Counter(name for paper in shelf.papers for name in _places(paper, kind)) for shelf in (before, after)
        )

    def groups(self) -> Iterator[Group]:
        """The new ones, those that are gone, and those that are different."""
        found = [group for entry in self.new.values() if (group := self._changed(entry))]
        heirs = {alias for entry in self.new.values() for alias in _aliases(entry)}
        gone = [entry for name, entry in self.old.items() if name not in self.new and name not in heirs]
        yield from (group for group in found if group.before is None)
        yield from (Group(self.kind, entry.id, _name(entry), self._had[entry.id], None) for entry in gone)
        yield from (group for group in found if group.before is not None)

    @property
    def reordered(self) -> bool:
        """Whether those that stay stand in another order; tags are sorted anyway."""
        kept = [name for name in self.old if name in self.new]
        return self.kind != "tag" and kept != [name for name in self.new if name in self.old]

    def _changed(self, entry: Entry) -> Group | None:
        was = tuple(alias for alias in _aliases(entry) if alias in self.old and alias not in self.new)
        earlier = self.old.get(entry.id) or next((self.old[name] for name in was), None)
        if earlier is None:
            return Group(self.kind, entry.id, _name(entry), None, self._has[entry.id])
        merged = {alias for name in was for alias in _aliases(self.old[name])} - set(_aliases(earlier))
        edited = self._said(earlier) != self._said(entry, merged)
        had, has = self._had[entry.id], self._has[entry.id]
        return Group(self.kind, entry.id, _name(entry), had, has, was, edited) if was or edited or had != has else None

    def _said(self, entry: Entry, merged: AbstractSet[str] = frozenset()) -> tuple[object, ...]:
        """What is said of it, without the names that came along with what was merged into it."""
        if isinstance(entry, ReadingList):
            return entry.title, entry.source, entry.date, entry.papers
        return entry.name, entry.description, frozenset(entry.aliases) - self.old.keys() - self.new.keys() - merged


def _places(paper: Paper, kind: Kind) -> set[str]:
    """The topics, tags or lists in which a paper stands."""
    return set({"topic": paper.topics, "tag": paper.tags}.get(kind, tuple(place.list for place in paper.appearances)))


def _aliases(entry: Entry) -> tuple[str, ...]:
    return () if isinstance(entry, ReadingList) else entry.aliases


def _name(entry: Entry) -> str:
    return entry.title if isinstance(entry, ReadingList) else entry.name
