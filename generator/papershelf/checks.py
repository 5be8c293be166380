"""Rules across files, each a small function in one list.

A rule finds what is wrong, which stops everything. What is merely unfinished (a paper without a topic, a tag that
nobody uses) is told apart: it stops nothing, and waits for a curator on the "to file" page.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from papershelf import duplicates
from papershelf.load import CAPTURES, Data, load
from papershelf.model import Catalogue, Paper, ReadingList, Tag, Topic
from papershelf.problems import Problem, ProblemsError, did_you_mean, quoted


def checked(data: Data) -> Catalogue:
    """The catalogue below `data/`; raises ProblemsError with every problem there is."""
    loaded = load(data)
    problems = [*loaded.problems, *(problem for rule in RULES for problem in rule(loaded.catalogue, data))]
    if problems:
        raise ProblemsError(problems)
    return loaded.catalogue


# Rules


def topics_and_tags_exist(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """Each topic and tag of a paper is known, and given once."""
    for paper in catalogue.papers:
        yield from _known_and_once(data, paper, "topics", paper.topics, "topic", catalogue.topics)
        yield from _known_and_once(data, paper, "tags", paper.tags, "tag", catalogue.tags)


def _known_and_once(
    data: Data, paper: Paper, key: str, ids: tuple[str, ...], word: str, known: tuple[Topic, ...] | tuple[Tag, ...]
) -> Iterator[Problem]:
    by_id = {entry.id for entry in known}
    for number, name in enumerate(ids):
        if name in ids[:number]:
            yield data.problem(
                paper.source, (key, number), f"the {word} {quoted(name)} is given twice", advice="Remove one."
            )
        elif name not in by_id:
            file = f"{data.shown}/{key}.yml"
            new = next((entry.id for entry in known if name in entry.aliases), None)
            advice = (
                f'Write "{new}": that is its name now.'
                if new
                else did_you_mean(name, by_id, f"A new one is described in {file} first.")
            )
            yield data.problem(
                paper.source, (key, number), f"unknown {word} {quoted(name)}", f"an id from {file}", advice
            )


def appearances_fit(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """Each appearance is in a known list, within its length, and at a position of its own."""
    taken: dict[tuple[str, int], Paper] = {}
    for paper in catalogue.papers:
        for number, place in enumerate(paper.appearances):
            at = ("appearances", number)
            reading_list = catalogue.list.get(place.list)
            if reading_list is None:
                advice = did_you_mean(place.list, catalogue.list)
                yield data.problem(
                    paper.source,
                    (*at, "list"),
                    f"unknown list {quoted(place.list)}",
                    f"an id from {data.shown}/lists.yml",
                    advice,
                )
            elif place.position > reading_list.papers:
                found = f"position {place.position} lies beyond the list {quoted(place.list)}"
                yield data.problem(paper.source, (*at, "position"), found, f"1 to {reading_list.papers}")
            elif other := taken.get((place.list, place.position)):
                found = f"position {place.position} of {quoted(place.list)} is taken by {data.shown}/{other.source}"
                yield data.problem(paper.source, (*at, "position"), found, "one paper at each position")
            else:
                taken[place.list, place.position] = paper


def relations_hold(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """Each relation is of one kind, to another paper that exists, written once, and versions don't run in a circle."""
    written: set[frozenset[str]] = set()
    for paper in catalogue.papers:
        for number, relation in enumerate(paper.relations):
            at = ("relations", number)
            pair = frozenset({paper.id, relation.paper})
            if bool(relation.version_of) == bool(relation.distinct):
                yield data.problem(paper.source, at, "a relation of no clear kind", 'either "version-of" or "distinct"')
            elif relation.paper == paper.id:
                yield data.problem(paper.source, at, "the paper is related to itself", "the id of another paper")
            elif relation.paper not in catalogue.paper:
                advice = did_you_mean(relation.paper, catalogue.paper, "Remove the relation.")
                yield data.problem(paper.source, at, f"unknown paper {quoted(relation.paper)}", "a paper's id", advice)
            elif pair in written:
                yield data.problem(
                    paper.source,
                    at,
                    f"what this paper is to {quoted(relation.paper)} is written twice",
                    advice="Keep one.",
                )
            written.add(pair)
    yield from _circles(catalogue, data)


def _circles(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    older = {p.id: [r.version_of for r in p.relations if r.version_of] for p in catalogue.papers}
    for paper in catalogue.papers:
        seen: set[str] = set()
        to_visit = [name for name in older[paper.id] if name != paper.id]
        while to_visit and paper.id not in seen:
            name = to_visit.pop()
            if name not in seen:
                seen.add(name)
                to_visit += older.get(name, [])
        if paper.id in seen:
            yield data.problem(
                paper.source,
                ("relations",),
                "the paper is, over others, a version of itself",
                "versions that lead to a first one",
            )


def names_are_free(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """No two papers, topics, tags or lists share an id, and no alias hides an id or another alias."""
    by_id: dict[str, Paper] = {}
    for paper in catalogue.papers:
        if other := by_id.get(paper.id):
            found = f"the id {quoted(paper.id)} is taken by {data.shown}/{other.source}"
            yield data.problem(paper.source, (), found, "one file for each id", "Rename this file.")
        by_id.setdefault(paper.id, paper)
    aliases: dict[str, str] = {}
    for paper in catalogue.papers:
        for number, alias in enumerate(paper.aliases):
            if other_id := (alias if alias in by_id else aliases.get(alias)):
                found = f"the alias {quoted(alias)} already leads to {quoted(other_id)}"
                yield data.problem(paper.source, ("aliases", number), found, "an id that nothing has", "Remove it.")
            aliases[alias] = paper.id
    yield from _free_in_table(data, "topics.yml", catalogue.topics)
    yield from _free_in_table(data, "tags.yml", catalogue.tags)
    yield from _free_in_table(data, "lists.yml", catalogue.lists)


def _free_in_table(data: Data, name: str, entries: Iterable[Topic | Tag | ReadingList]) -> Iterator[Problem]:
    entries = tuple(entries)
    names = [(entry.id, entry.line) for entry in entries]
    names += [(alias, entry.line) for entry in entries if not isinstance(entry, ReadingList) for alias in entry.aliases]
    first: dict[str, int] = {}
    for entry_name, line in names:
        if entry_name in first:
            found = f"{quoted(entry_name)} already stands on line {first[entry_name]}"
            yield Problem(f"{data.shown}/{name}", line, 1, found, "each id and alias once", "Remove one of the two.")
        first.setdefault(entry_name, line)


def tags_are_sorted(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """The vocabulary is sorted by id, so that two people who add a tag rarely touch the same lines."""
    for before, tag in zip(catalogue.tags, catalogue.tags[1:], strict=False):
        if tag.id < before.id:
            found = f"{quoted(tag.id)} stands after {quoted(before.id)}"
            yield Problem(f"{data.shown}/tags.yml", tag.line, 1, found, "tags sorted by id", "Move it up.")


def captures_are_as_described(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """Each list has its capture, which is still the text that the list was made from."""
    for entry in catalogue.lists:
        path = data.root / CAPTURES / f"{entry.id}.txt"
        if not path.is_file():
            found, expected = f"the list {quoted(entry.id)} has no capture", f"the file {data.show(path)}"
            yield Problem(f"{data.shown}/lists.yml", entry.line, 1, found, expected)
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry.sha256:
            found, expected = "the capture isn't the text that was imported", f"the SHA-256 in {data.shown}/lists.yml"
            advice = "Restore it from Git: another text is another list, under another id."
            yield Problem(data.show(path), 1, 1, found, expected, advice)


def links_are_needed(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """`links.paper` stands only where no identifier gives the address, so that there is one way to the paper."""
    for paper in catalogue.papers:
        if paper.links and paper.links.paper and (paper.arxiv or paper.acl or paper.doi):
            found = "links.paper repeats what arxiv, acl or doi says"
            yield data.problem(paper.source, ("links", "paper"), found, "one of them", "Remove links.paper.")


def papers_are_there_once(catalogue: Catalogue, data: Data) -> Iterator[Problem]:
    """No two files are surely the same paper."""
    for match in duplicates.find(catalogue.papers):
        if match.verdict == "same":
            first, second = catalogue.paper[match.first], catalogue.paper[match.second]
            found = f"this is the paper of {data.shown}/{first.source}: {match.evidence}"
            advice = (
                "Keep one file with the appearances of both, and the other's id among its aliases; "
                f"or, if they are two papers, write relations: [{{distinct: {first.id}, why: …}}]."
            )
            yield data.problem(second.source, ("title",), found, "one file for each paper", advice)


RULES: tuple[Callable[[Catalogue, Data], Iterator[Problem]], ...] = (
    topics_and_tags_exist,
    appearances_fit,
    relations_hold,
    names_are_free,
    tags_are_sorted,
    captures_are_as_described,
    links_are_needed,
    papers_are_there_once,
)


# Unfinished


@dataclass(frozen=True)
class Unfinished:
    """Something that waits for a curator: in which file, about which papers, and what."""

    source: str
    papers: tuple[str, ...]
    what: str


def unfinished(catalogue: Catalogue) -> tuple[Unfinished, ...]:
    """Everything that waits for a curator, in the order of the shelf."""
    rules = (_papers_to_file, _unused, _half_imported, _look_alikes)
    return tuple(item for rule in rules for item in rule(catalogue))


def _papers_to_file(catalogue: Catalogue) -> Iterator[Unfinished]:
    for paper in catalogue.papers:
        missing = [
            name
            for name, value in (("topics", paper.topics), ("tags", paper.tags), ("summary", paper.summary))
            if not value
        ]
        if missing:
            yield Unfinished(paper.source, (paper.id,), f"no {' and no '.join(missing)} yet")


def _unused(catalogue: Catalogue) -> Iterator[Unfinished]:
    used = used_names(catalogue)
    for file, word, entries in (("topics.yml", "topic", catalogue.topics), ("tags.yml", "tag", catalogue.tags)):
        for entry in entries:
            if entry.id not in used[word]:
                yield Unfinished(file, (), f"the {word} {quoted(entry.id)} has no papers")


def _half_imported(catalogue: Catalogue) -> Iterator[Unfinished]:
    placed = Counter(place.list for paper in catalogue.papers for place in paper.appearances)
    for entry in catalogue.lists:
        if placed[entry.id] < entry.papers:
            what = (
                f"the list {quoted(entry.id)} holds {entry.papers} papers, of which {placed[entry.id]} are on the shelf"
            )
            yield Unfinished("lists.yml", (), what)


def used_names(catalogue: Catalogue) -> Mapping[str, set[str]]:
    """The ids of the topics and tags that papers have."""
    used: dict[str, set[str]] = defaultdict(set)
    for paper in catalogue.papers:
        used["topic"].update(paper.topics)
        used["tag"].update(paper.tags)
    return used


def _look_alikes(catalogue: Catalogue) -> Iterator[Unfinished]:
    for match in duplicates.find(catalogue.papers):
        if match.verdict == "likely":
            second = catalogue.paper[match.second]
            yield Unfinished(second.source, (match.first, match.second), f"may be the same paper: {match.evidence}")
