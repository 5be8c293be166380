"""Rules on what papers name: topics, tags and places in lists that have to be described elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from difflib import get_close_matches

from papershelf.identity import nearest_id
from papershelf.load import Data, Loaded
from papershelf.model import Catalogue, Paper, ReadingList, Tag, Topic
from papershelf.problems import Problem, did_you_mean, nearest, quoted

# A name that is this near to a known one is a slip of it, and no new name.
SURELY_MEANT = 0.8


def tables_are_there(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """What papers name is described in a file that isn't lost: one problem, instead of one for each name."""
    for table, names in _named(loaded.catalogue).items():
        word, path = table.removesuffix(".yml"), data.root / table
        gone = not path.exists() and not path.is_symlink()
        if names and (gone or not (_described(loaded, table) or table in loaded.unread)):
            found = f"{'there is no such file' if gone else 'the file is empty'}, but papers name {word}"
            advice = "Restore it from Git, or describe them here."
            yield Problem(f"{data.shown}/{table}", 1, 1, found, f"{word} such as {quoted(min(names))}", advice)


def _named(catalogue: Catalogue) -> dict[str, set[str]]:
    """What papers name, by the table that has to describe it."""
    used = used_names(catalogue)
    lists = {place.list for paper in catalogue.papers for place in paper.appearances}
    return {"lists.yml": lists, "topics.yml": used["topic"], "tags.yml": used["tag"]}


def entries_of(loaded: Loaded, table: str) -> tuple[Topic | Tag | ReadingList, ...]:
    """What a table describes."""
    tables: dict[str, tuple[Topic | Tag | ReadingList, ...]] = {
        "lists.yml": loaded.catalogue.lists,
        "topics.yml": loaded.catalogue.topics,
        "tags.yml": loaded.catalogue.tags,
    }
    return tables[table]


def _described(loaded: Loaded, table: str) -> bool:
    return bool(entries_of(loaded, table) or loaded.left_out.get(table))


def _is_unknown(name: str, known: Container[str], loaded: Loaded, table: str) -> bool:
    """Whether a name is surely in no table; one that is empty or can't be read is a problem of its own."""
    return name not in known and _described(loaded, table) and not loaded.may_hold(table, name)


def topics_and_tags_exist(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """Each topic and tag of a paper is known, and given once."""
    catalogue = loaded.catalogue
    for_topics, for_tags = names_of(catalogue)
    for paper in catalogue.papers:
        if _are_known(paper.topics, for_topics.ids) and _are_known(paper.tags, for_tags.ids):
            continue
        for words, ids in ((for_topics, paper.topics), (for_tags, paper.tags)):
            for number, name in enumerate(ids):
                at = (words.key, number)
                if name in ids[:number]:
                    found = f"the {words.word} {quoted(name)} is given twice"
                    yield data.problem(paper.source, at, found, advice="Remove one.")
                elif _is_unknown(name, words.ids, loaded, words.table):
                    found, expected = f"unknown {words.word} {quoted(name)}", f"an id from {data.shown}/{words.table}"
                    yield data.problem(paper.source, at, found, expected, words.advice(name, ids))


def _are_known(names: Sequence[str], known: frozenset[str]) -> bool:
    """Whether all names are known, and none is given twice."""
    return known.issuperset(names) and len(set(names)) == len(names)


def names_of(catalogue: Catalogue) -> tuple[Names, Names]:
    """The topics and the tags."""
    return (
        Names("topic", catalogue.topics, "tag", catalogue.tags),
        Names("tag", catalogue.tags, "topic", catalogue.topics),
    )


class Names:
    """The topics or the tags, and what to say of a name that is none of them."""

    def __init__(
        self,
        word: str,
        entries: tuple[Topic, ...] | tuple[Tag, ...],
        other_word: str,
        others: tuple[Topic, ...] | tuple[Tag, ...],
    ) -> None:
        """Take what there is, and what it may be taken for."""
        self.word, self.key, self.table = word, f"{word}s", f"{word}s.yml"
        self.ids = frozenset(entry.id for entry in entries)
        self._aliases = {alias: entry.id for entry in entries for alias in entry.aliases}
        self._names = {entry.name.casefold(): entry.id for entry in entries}
        self._other_word = other_word
        self._other_ids = {name for entry in others for name in (entry.id, entry.name.casefold())}
        self._near: dict[str, str | None] = {}

    def advice(self, name: str, beside: tuple[str, ...]) -> str:
        """What to write instead of an unknown name, which stands beside others in one paper."""
        known = self.known_as(name)
        if known in beside:
            return f'Remove it: "{known}" means the same.'
        if known:
            return f'Write "{known}"{self._other_name(name, known)}.'
        parts = [self.known_as(part) for part in re.split(r"[,;]", name)]
        if len(parts) > 1 and all(parts):
            return f"Write each as an entry of its own: {', '.join(quoted(part) for part in parts)}."
        if name.casefold() in self._other_ids:
            return f'It is a {self._other_word}: move it to "{self._other_word}s:".'
        if name not in self._near:
            self._near[name] = nearest(name, [*self.ids, *self._aliases])
        near = self._near[name]
        if near is None:
            return self._to_paste(name)
        meant = self._aliases.get(near, near)
        question = f'Did you mean "{meant}"{self._other_name(near, meant)}?'
        # What is one of the words of another name ("inference" of "cpu-inference") is spelled as it was meant.
        is_a_word = set(name.split("-")) < set(near.split("-"))
        if get_close_matches(name, [near], cutoff=SURELY_MEANT) and not is_a_word:
            return question
        return f"{question} If not, d{self._to_paste(name)[1:]}"

    def _other_name(self, name: str, known: str) -> str:
        """What is to be said of an alias, so that nobody wonders what the id has to do with it."""
        alias = nearest_id(name) or name
        return f', of which "{alias}" is another name' if self._aliases.get(alias) == known else ""

    def nearest(self, name: str) -> str | None:
        """The id that was probably meant by an unknown name."""
        near = nearest(name, [*self.ids, *self._aliases])
        return self._aliases.get(near, near) if near else None

    def _to_paste(self, name: str) -> str:
        """How a new one is described: a line to paste, as somebody who has never seen the file can't know its form."""
        new = nearest_id(name)
        if new is None:
            return f"Describe a new {self.word} there first."
        after = min((other for other in self.ids if other > new), default=None)
        place = (f'Above "- id: {after}"' if after else "At the end") if self.word == "tag" else "Where it belongs"
        line = f'- {{id: {new}, name: "{new.replace("-", " ").capitalize()}", description: "What it means."}}'
        return f"Describe a new {self.word} there first. {place}, paste: {line}"

    def known_as(self, name: str) -> str | None:
        """The id of what has this name, or an alias, or another spelling of the id."""
        spelled = nearest_id(name) or name
        if spelled in self.ids:
            return spelled
        return self._aliases.get(spelled) or self._names.get(name.casefold())


def appearances_fit(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """Each appearance is in a known list, within its length, and at a position of its own."""
    catalogue = loaded.catalogue
    taken: dict[tuple[str, int], Paper] = {}
    for paper in catalogue.papers:
        for number, place in enumerate(paper.appearances):
            at = ("appearances", number)
            reading_list = catalogue.list.get(place.list)
            if reading_list is None:
                if _is_unknown(place.list, catalogue.list, loaded, "lists.yml"):
                    found, expected = f"unknown list {quoted(place.list)}", f"an id from {data.shown}/lists.yml"
                    advice = did_you_mean(place.list, catalogue.list, "A list comes with `papershelf import`.")
                    yield data.problem(paper.source, (*at, "list"), found, expected, advice)
            elif place.position > reading_list.papers:
                found = f"position {place.position} lies beyond the list {quoted(place.list)}"
                yield data.problem(paper.source, (*at, "position"), found, f"1 to {reading_list.papers}")
            elif other := taken.get((place.list, place.position)):
                by = "given twice" if other is paper else f"taken by {data.shown}/{other.source}"
                found = f"position {place.position} of {quoted(place.list)} is {by}"
                yield data.problem(paper.source, (*at, "position"), found, "one paper at each position")
            else:
                taken[place.list, place.position] = paper


def used_names(catalogue: Catalogue) -> Mapping[str, set[str]]:
    """The ids of the topics and tags that papers have."""
    used: dict[str, set[str]] = defaultdict(set)
    for paper in catalogue.papers:
        used["topic"].update(paper.topics)
        used["tag"].update(paper.tags)
    return used
