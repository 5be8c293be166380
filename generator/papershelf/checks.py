"""Rules across files, each a small function in one list.

A rule finds what is wrong, which stops everything. What is merely unfinished (a paper without a topic, a tag that
nobody uses) is told apart: it stops nothing, and waits for a curator on the "to file" page.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from papershelf import duplicates
from papershelf.identity import nearest_id, why_not_an_id
from papershelf.load import CAPTURES, Data, Loaded, load
from papershelf.model import Catalogue, Paper, Removed
from papershelf.problems import Problem, ProblemsError, did_you_mean, none_of, quoted
from papershelf.progress import stage
from papershelf.references import appearances_fit, tables_are_there, topics_and_tags_exist, used_names
from papershelf.tables import (
    in_table,
    removed_ones_are_gone,
    removed_ones_had_places,
    tables_name_each_once,
    tags_are_sorted,
)

Rule: TypeAlias = Callable[[Loaded, Data], Iterator[Problem]]


def checked(data: Data, but: Sequence[Rule] = ()) -> Catalogue:
    """The catalogue below `data/`; raises ProblemsError with every problem there is, `but` for those of some rules."""
    with stage("load"):
        loaded = load(data)
    return judged(loaded, data, but)


def judged(loaded: Loaded, data: Data, but: Sequence[Rule] = ()) -> Catalogue:
    """The same of what was loaded already."""
    with stage("check"):
        loaded = _compared(loaded, data)
        problems = [*loaded.problems, *(problem for rule in RULES if rule not in but for problem in rule(loaded, data))]
    if problems:
        raise ProblemsError(problems)
    return loaded.catalogue


def _compared(loaded: Loaded, data: Data) -> Loaded:
    """The same with the papers that look alike: that takes as long as all the rest."""
    papers = loaded.catalogue.papers
    alike = data.results.get("alike", duplicates.compared(papers), lambda: tuple(duplicates.find(papers)))
    return replace(loaded, catalogue=replace(loaded.catalogue, alike=alike))


# Rules


_RENAMED_OR_GONE = "If its file was renamed, write the new name; if it is gone, remove the relation."


def relations_hold(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """Each relation is of one kind, to another paper that exists, and written once."""
    catalogue = loaded.catalogue
    aliases = {alias: paper.id for paper in catalogue.papers for alias in paper.aliases}
    written: dict[frozenset[str], Paper] = {}
    for paper in catalogue.papers:
        for number, relation in enumerate(paper.relations):
            at = ("relations", number, "version-of" if relation.version_of else "distinct")
            pair = frozenset({paper.id, relation.paper})
            if bool(relation.version_of) == bool(relation.distinct):
                found = f"a relation with {'both' if relation.paper else 'neither'} of the two kinds"
                yield data.problem(paper.source, at[:2], found, 'either "version-of" or "distinct"')
            elif relation.paper == paper.id:
                advice = "Name another paper, or remove the relation."
                yield data.problem(paper.source, at, "the paper is related to itself", advice=advice)
            elif relation.paper not in catalogue.paper:
                renamed = aliases.get(relation.paper)
                advice = f'Write "{renamed}", as it is called now.' if renamed else ""
                advice = advice or did_you_mean(relation.paper, catalogue.paper, _RENAMED_OR_GONE)
                yield data.problem(paper.source, at, f"unknown paper {quoted(relation.paper)}", "a paper's id", advice)
            elif pair in written and not _in_turn(paper, written[pair]):
                where = "this file" if written[pair] is paper else f"{data.shown}/{written[pair].source}"
                found = f"{where} says already what this paper is to {quoted(relation.paper)}"
                yield data.problem(paper.source, at, found, advice="Keep one of the two.")
            written.setdefault(pair, paper)


def _in_turn(one: Paper, other: Paper) -> bool:
    """Whether two papers say to be a version of each other, which is a circle."""
    return one is not other and _says_version(one, other) and _says_version(other, one)


def _says_version(one: Paper, other: Paper) -> bool:
    return any(relation.version_of == other.id for relation in one.relations)


def versions_have_a_first(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """Versions don't run in a circle."""
    older = {
        paper.id: [r.version_of for r in paper.relations if r.version_of and r.version_of != paper.id]
        for paper in loaded.catalogue.papers
        if paper.relations
    }
    told: set[str] = set()
    for start in sorted(name for name, versions in older.items() if versions):
        circle = _way_back(start, older) if start not in told else []
        if circle:
            told.update(circle)
            paper = loaded.catalogue.paper[start]
            number = next(n for n, relation in enumerate(paper.relations) if relation.version_of == circle[1])
            found = f"the versions run in a circle: {', '.join(circle)}"
            advice = "Remove one of these relations, so that there is a first version."
            yield data.problem(paper.source, ("relations", number, "version-of"), found, advice=advice)


def _way_back(start: str, older: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a paper over the versions back to itself, both ends named; empty where there is none."""
    ways, seen = [[start]], set()
    for way in ways:
        for name in older.get(way[-1], ()):
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def ids_can_be_ids(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """The name of each paper's file follows the rule of ids, and no other has it, in whatever letter case."""
    first: dict[str, Paper] = {}
    expected_of = {paper.id: why_not_an_id(paper.id) for paper in loaded.catalogue.papers}
    lower = {paper.id.lower() for paper in loaded.catalogue.papers}
    if len(lower) == len(loaded.catalogue.papers) and not any(expected_of.values()):
        return
    # A file whose name can't stay isn't the one that another is told to give way to.
    for paper in sorted(loaded.catalogue.papers, key=lambda paper: (expected_of[paper.id] is not None, paper.source)):
        path = f"{data.shown}/{paper.source}"
        if other := first.get(paper.id.lower()):
            how = "is that" if other.id == paper.id else "differs in letter case alone from that"
            found = f"the id {quoted(paper.id)} {how} of {data.shown}/{other.source}"
            yield Problem(path, 1, 1, found, "one file for each id", "Rename one of the two.")
        elif expected := expected_of[paper.id]:
            better = nearest_id(paper.id)
            advice = f'Rename the file to "{better}.yml".' if better else "Rename the file."
            found = f"the file's name is the paper's id, and {quoted(paper.id)} can't be one"
            yield Problem(path, 1, 1, found, expected, advice)
        first.setdefault(paper.id.lower(), paper)


def aliases_are_free(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """No paper's alias hides an id or another alias."""
    papers = loaded.catalogue.paper
    owners: dict[str, Paper] = {}
    for paper in loaded.catalogue.papers:
        for number, alias in enumerate(paper.aliases):
            owner = papers.get(alias) or owners.get(alias)
            if owner is not None:
                whose = "this paper has it" if owner is paper else f"{data.shown}/{owner.source} has it"
                found, expected = f"the alias {quoted(alias)} isn't free: {whose}", "an id that nothing has"
                yield data.problem(paper.source, ("aliases", number), found, expected, "Remove it.")
            owners[alias] = paper


def captures_are_as_described(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """Each list has its capture, which is still the text that the list was made from."""
    for entry in loaded.catalogue.lists:
        path = data.root / CAPTURES / f"{entry.id}.txt"
        if path.is_symlink() or path.parent.is_symlink():
            continue  # a problem already, and not followed
        if not path.is_file():
            found, expected = f"the list {quoted(entry.id)} has no capture", f"the file {data.show(path)}"
            yield in_table(data, "lists.yml", entry, ("id",), found, expected, "Restore it from Git.")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry.sha256:
            found, expected = "the capture isn't the text that was imported", f"the SHA-256 in {data.shown}/lists.yml"
            advice = "Restore it from Git, or import the new text as another list."
            yield Problem(data.show(path), 1, 1, found, expected, advice)


def links_are_needed(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """`links.paper` stands only where no identifier gives the address, so that there is one way to the paper."""
    for paper in loaded.catalogue.papers:
        if paper.links and paper.links.paper:
            identifier = next((key for key in ("arxiv", "acl", "doi") if getattr(paper, key)), None)
            if identifier:
                found = f'the address "paper" isn\'t needed, as "{identifier}" gives one'
                yield data.problem(paper.source, ("links", "paper"), found, advice="Remove this line.")


def papers_are_there_once(loaded: Loaded, data: Data) -> Iterator[Problem]:
    """No two files are surely the same paper."""
    for match in loaded.catalogue.alike:
        # Two files of one name are said by another rule.
        if match.verdict == "same" and match.first != match.second:
            # A paper without a day was written by hand just now.
            older, newer = sorted((loaded.catalogue.paper[name] for name in (match.first, match.second)), key=_age)
            yield _the_same(older, newer, match.evidence, data)


def _age(paper: Paper) -> tuple[datetime.date, str]:
    return paper.added or datetime.date.max, paper.id


def _the_same(older: Paper, newer: Paper, evidence: str, data: Data) -> Problem:
    common = next(
        (key for key in ("arxiv", "acl", "doi") if getattr(newer, key) == getattr(older, key) is not None), ""
    )
    # A relation says nothing against an identifier that both have.
    by_identifier = evidence.startswith("both have the ")
    mend = f'mend the "{common or "doi"}" of one' if by_identifier else f"write relations: [{{distinct: {older.id}}}]"
    found = f"this is already on the shelf as {quoted(older.title)}, in {data.shown}/{older.source} ({evidence})"
    advice = (
        "If it is, move what is new here to that file and delete this one; where this one is on the site already, "
        f"`papershelf merge {newer.id} into {older.id}` keeps its address. If it isn't, {mend}."
    )
    return data.problem(newer.source, (common or "title",), found, "one file for each paper", advice)


RULES: tuple[Rule, ...] = (
    tables_are_there,
    topics_and_tags_exist,
    appearances_fit,
    relations_hold,
    versions_have_a_first,
    ids_can_be_ids,
    aliases_are_free,
    tables_name_each_once,
    removed_ones_are_gone,
    removed_ones_had_places,
    tags_are_sorted,
    captures_are_as_described,
    links_are_needed,
    papers_are_there_once,
)


# Unfinished


@dataclass(frozen=True)
class Unfinished:
    """Something that waits for a curator: in which file, about which papers, what, and a sentence on what to do."""

    source: str
    papers: tuple[str, ...]
    what: str
    advice: str = ""


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
            yield Unfinished(paper.source, (paper.id,), f"{none_of(missing)} yet")


def _unused(catalogue: Catalogue) -> Iterator[Unfinished]:
    used = used_names(catalogue)
    for file, word, entries in (("topics.yml", "topic", catalogue.topics), ("tags.yml", "tag", catalogue.tags)):
        for entry in entries:
            if entry.id not in used[word]:
                yield Unfinished(file, (), f"the {word} {quoted(entry.id)} has no papers")


def _half_imported(catalogue: Catalogue) -> Iterator[Unfinished]:
    entries: tuple[Paper | Removed, ...] = (*catalogue.papers, *catalogue.removed)
    placed = Counter(place.list for entry in entries for place in entry.appearances)
    for entry in catalogue.lists:
        if placed[entry.id] < entry.papers:
            what = (
                f"the list {quoted(entry.id)} holds {entry.papers} papers, of which {placed[entry.id]} are on the shelf"
            )
            yield Unfinished("lists.yml", (), what)


def _look_alikes(catalogue: Catalogue) -> Iterator[Unfinished]:
    for match in catalogue.alike:
        if match.verdict == "likely":
            older, newer = sorted((catalogue.paper[name] for name in (match.first, match.second)), key=_age)
            word = f"relations: [{{distinct: {older.id}}}] or [{{version-of: {older.id}}}]"
            advice = f"If not, write {word} into the newer one's file"
            yield Unfinished(newer.source, (older.id, newer.id), f"may be the same paper: {match.evidence}", advice)
