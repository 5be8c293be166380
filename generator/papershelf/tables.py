"""Rules on the files that hold a list: names that are given once, their order, and what was removed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from papershelf.load import REMOVED, Data, Loaded
from papershelf.model import Paper, ReadingList, Removed, Tag, Topic
from papershelf.problems import Problem, did_you_mean, quoted
from papershelf.references import entries_of


def tables_name_each_once(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """No two topics, tags or lists share an id, and no alias hides an id or another alias."""
    for table in ("lists.yml", "topics.yml", "tags.yml"):
        names: list[tuple[str, Topic | Tag | ReadingList, tuple[str | int, ...]]] = []
        names += [(entry.id, entry, ("id",)) for entry in entries_of(loaded, table)]
        names += [
            (alias, entry, ("aliases", number))
            for entry in entries_of(loaded, table)
            if not isinstance(entry, ReadingList)
            for number, alias in enumerate(entry.aliases)
        ]
        first: dict[str, int] = {}
        for name, entry, keys in names:
            if name in first:
                found = f"{quoted(name)} is given twice, first on line {first[name]}"
                yield in_table(data, table, entry, keys, found, "each id and alias once", "Remove one of the two.")
            first.setdefault(name, entry.line)


def in_table(
    data: Data,
    table: str,
    entry: Topic | Tag | ReadingList | Removed,
    keys: tuple[str | int, ...],
    found: str,
    expected: str,
    advice: str = "",
) -> Problem:
    """A problem in an entry of a table."""
    document = data.document(table)
    count = len(document.value) if isinstance(document.value, list) else 0
    number = next(number for number in range(count) if document.place((number,))[0] == entry.line)
    return document.problem((number, *keys), found, expected, advice)


def removed_ones_are_gone(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """What was removed is on the shelf no more, and nothing has taken its name: that would be its address."""
    shelf = loaded.catalogue
    if not shelf.removed:
        return
    groups: dict[str, tuple[Paper | Topic | Tag, ...]] = {
        "paper": shelf.papers, "topic": shelf.topics, "tag": shelf.tags
    }  # fmt: skip
    owners = {
        (kind, name): getattr(entry, "source", f"{kind}s.yml")
        for kind, entries in groups.items()
        for entry in entries
        for name in (entry.id, *entry.aliases)
    }
    first: dict[tuple[str, str], int] = {}
    for entry in shelf.removed:
        for keys, name in ((("id",), entry.id), *((("aliases", n), alias) for n, alias in enumerate(entry.aliases))):
            what = f"the {entry.kind} {quoted(name)}"
            found, advice = "", "Give that another id, or remove this."
            if owner := owners.get((entry.kind, name)):
                found = f"{what} is on the shelf: {data.shown}/{owner} has it"
            elif line := first.get((entry.kind, name)):
                found, advice = f"{what} is given twice, first on line {line}", "Remove one of the two."
            if found:
                yield in_table(data, REMOVED, entry, keys, found, "an id that nothing has", advice)
            first.setdefault((entry.kind, name), entry.line)


def removed_ones_had_places(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """The places that removed papers had in lists are places that there are, and no other paper has."""
    shelf = loaded.catalogue
    if not shelf.removed:
        return
    taken = {(place.list, place.position): paper.source for paper in shelf.papers for place in paper.appearances}
    for entry in shelf.removed:
        for number, place in enumerate(entry.appearances):
            keys: tuple[str | int, ...] = ("appearances", number)
            known = shelf.list.get(place.list)
            if known is None and not loaded.may_hold("lists.yml", place.list):
                found, expected = f"unknown list {quoted(place.list)}", f"an id from {data.shown}/lists.yml"
                yield in_table(
                    data, REMOVED, entry, (*keys, "list"), found, expected, did_you_mean(place.list, shelf.list)
                )
            elif known and place.position > known.papers:
                found = f"position {place.position} lies beyond the list {quoted(place.list)}"
                yield in_table(data, REMOVED, entry, (*keys, "position"), found, f"1 to {known.papers}")
            elif owner := taken.get((place.list, place.position)):
                found = f"position {place.position} of {quoted(place.list)} is taken by {data.shown}/{owner}"
                yield in_table(data, REMOVED, entry, (*keys, "position"), found, "one paper at each position")
            taken.setdefault((place.list, place.position), REMOVED)


def tags_are_sorted(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """The vocabulary is sorted by id, so that two people who add a tag rarely touch the same lines."""
    for before, tag in pairwise(loaded.catalogue.tags):
        if tag.id < before.id:
            found = f"{quoted(tag.id)} stands below {quoted(before.id)}"
            yield in_table(data, "tags.yml", tag, ("id",), found, "tags sorted by id", "Move one of the two.")
