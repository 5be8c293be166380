"""The catalogue seen by topic, by tag and by list: who stands where, how many, and what lies near."""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from operator import itemgetter

from papershelf.model import Catalogue, Paper
from papershelf.progress import counted

RELATED = 5
_NO_SORTING = re.compile(r"[^\w ]|_")
NEAR = 15
"""How far apart, among the papers of a tag, two may stand and still be looked at."""


@dataclass(frozen=True)
class Views:
    """Every grouping of the papers that a page needs, made once; each group in the shelf's one order."""

    by_topic: Mapping[str, tuple[Paper, ...]]
    by_tag: Mapping[str, tuple[Paper, ...]]
    by_list: Mapping[str, tuple[Paper, ...]]
    versions: Mapping[str, tuple[Paper, ...]]
    related: Mapping[str, tuple[Paper, ...]]


def views(catalogue: Catalogue) -> Views:
    """Group the papers of a catalogue."""
    return Views(
        by_topic=_grouped(((paper, paper.topics) for paper in catalogue.papers), catalogue.topic),
        by_tag=_grouped(((paper, paper.tags) for paper in catalogue.papers), catalogue.tag),
        by_list=_by_list(catalogue),
        versions=_versions(catalogue),
        related=_related(catalogue),
    )


def groups(catalogue: Catalogue) -> tuple[Mapping[str, tuple[Paper, ...]], ...]:
    """The papers by topic, by tag and by list alone, which takes no time."""
    return (
        _grouped(((paper, paper.topics) for paper in catalogue.papers), catalogue.topic),
        _grouped(((paper, paper.tags) for paper in catalogue.papers), catalogue.tag),
        _by_list(catalogue),
    )


def _grouped(papers: Iterable[tuple[Paper, tuple[str, ...]]], known: Iterable[str]) -> dict[str, tuple[Paper, ...]]:
    groups: dict[str, list[Paper]] = {name: [] for name in known}
    for paper, names in papers:
        for name in names:
            groups[name].append(paper)
    return {name: tuple(group) for name, group in groups.items()}


def _by_list(catalogue: Catalogue) -> dict[str, tuple[Paper, ...]]:
    """The papers of each list in the list's own order."""
    places: dict[str, list[tuple[int, Paper]]] = {name: [] for name in catalogue.list}
    for paper in catalogue.papers:
        for place in paper.appearances:
            places[place.list].append((place.position, paper))
    return {name: tuple(paper for _, paper in sorted(group, key=lambda p: p[0])) for name, group in places.items()}


def _versions(catalogue: Catalogue) -> dict[str, tuple[Paper, ...]]:
    """For each paper that is or has a version, all that belong together, itself left out."""
    group: dict[str, set[str]] = {}
    for paper in catalogue.papers:
        for relation in paper.relations:
            if relation.version_of:
                merged = group.get(paper.id, {paper.id}) | group.get(relation.version_of, {relation.version_of})
                group |= dict.fromkeys(merged, merged)
    return {
        name: tuple(other for other in catalogue.papers if other.id in members and other.id != name)
        for name, members in group.items()
    }


def _related(catalogue: Catalogue) -> dict[str, tuple[Paper, ...]]:
    """For each paper the few that share the most with it: rare tags count more than common ones, and topics a little.

    Of a tag's papers only those that stand near in the shelf's order are looked at, so that the work grows with n.
    """
    papers = catalogue.papers
    by_tag: dict[str, list[int]] = defaultdict(list)
    place: list[dict[str, int]] = []
    for number, paper in enumerate(papers):
        place.append({tag: len(by_tag[tag]) for tag in paper.tags})
        for tag in paper.tags:
            by_tag[tag].append(number)
    weight = {tag: math.log(1 + len(papers) / len(numbers)) for tag, numbers in by_tag.items()}
    topics = [frozenset(paper.topics) for paper in papers]
    result = {}
    for number, paper in enumerate(counted(papers, "Relating papers", len(papers))):
        score: dict[int, float] = {}
        for tag in paper.tags:
            at, heavy = place[number][tag], weight[tag]
            for other in by_tag[tag][max(0, at - NEAR) : at + NEAR + 1]:
                score[other] = score.get(other, 0.0) + heavy
        score.pop(number, None)
        for other in score:
            score[other] += len(topics[number] & topics[other])
        best = heapq.nsmallest(RELATED, ((-round(value, 9), other) for other, value in score.items()))
        result[paper.id] = tuple(papers[other] for _, other in best)
    return result


def shared_topics(catalogue: Catalogue) -> dict[tuple[int, int], int]:
    """How many papers each pair of topics shares, by the topics' numbers in their order."""
    number = {topic.id: place for place, topic in enumerate(catalogue.topics)}
    shared: Counter[tuple[int, int]] = Counter()
    for paper in catalogue.papers:
        places = sorted(number[name] for name in paper.topics)
        shared.update(combinations(places, 2))
    return dict(sorted(shared.items()))


def shared_tags(one: Paper, other: Paper, catalogue: Catalogue) -> str:
    """Why two papers are related, in the names of the tags that they share."""
    return ", ".join(catalogue.tag[tag].name for tag in one.tags if tag in other.tags)


def list_names(catalogue: Catalogue) -> dict[str, str]:
    """The name of each list: its title, with its date, else its id, where several lists have that title."""
    titles = Counter(entry.title for entry in catalogue.lists)
    return {
        entry.id: entry.title if titles[entry.title] == 1 else f"{entry.title}, {entry.date or entry.id}"
        for entry in catalogue.lists
    }


def by_letter(papers: Iterable[Paper]) -> dict[str, tuple[Paper, ...]]:
    """Papers by the first letter or digit of their title, each letter's in alphabetical order."""
    groups: dict[str, list[Paper]] = defaultdict(list)
    for key, _, paper in sorted(((sort_key(paper.title), paper.id, paper) for paper in papers), key=itemgetter(0, 1)):
        initial = key[:1].upper()
        groups[initial if initial.isalpha() else "#"].append(paper)
    return {initial: tuple(groups[initial]) for initial in sorted(groups)}


def sort_key(title: str) -> str:
    """A title as it is sorted: letters and digits, without case, quotes or brackets before them."""
    return _NO_SORTING.sub("", title.casefold()).strip()
