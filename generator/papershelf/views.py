"""The catalogue seen by topic, by tag and by list: who stands where, how many, and what lies near."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, islice
from operator import itemgetter

from papershelf.cache import Results
from papershelf.model import Catalogue, Paper
from papershelf.related import RELATED, kin_of, parted, texts_in

_NO_SORTING = re.compile(r"[^\w ]|_")


Related = tuple[tuple[Paper, ...], str]
"""Related papers, and the words that each shares, as `said_of` reads them."""


@dataclass(frozen=True)
class Views:
    """What a page needs to know of other papers, made once: for each paper its versions and what is related."""

    versions: Mapping[str, tuple[Paper, ...]]
    related: Mapping[str, Related]


def views(catalogue: Catalogue, results: Results | None = None) -> Views:
    """What lies near each paper of a catalogue; `results` may know which are related."""
    return Views(_versions(catalogue), _related(catalogue, results or Results()))


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


def _related(catalogue: Catalogue, results: Results) -> dict[str, Related]:
    """For each paper the few that are nearest by their texts, with the words that both share."""
    texts = texts_in(catalogue)
    known = kin_of(texts, results)
    papers = [catalogue.paper[name] for name in texts.ids]
    # Lists within, because there is one for each paper, and generators take longer to begin than to end.
    return {
        name: (tuple([papers[other] for other, _ in islice(parted(pairs), RELATED)]), said)
        for name, (pairs, said) in known.kept()
    }


def shared_topics(catalogue: Catalogue) -> dict[tuple[int, int], int]:
    """How many papers each pair of topics shares, by the topics' numbers in their order."""
    number = {topic.id: place for place, topic in enumerate(catalogue.topics)}
    shared: Counter[tuple[int, int]] = Counter()
    for paper in catalogue.papers:
        places = sorted(number[name] for name in paper.topics)
        shared.update(combinations(places, 2))
    return dict(sorted(shared.items()))


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


def letters(catalogue: Catalogue, results: Results) -> dict[str, tuple[Paper, ...]]:
    """The papers of a catalogue by letter; `results` may know their order."""

    def ordered() -> dict[str, tuple[str, ...]]:
        return {initial: tuple(paper.id for paper in group) for initial, group in by_letter(catalogue.papers).items()}

    groups = results.get("letters", texts_in(catalogue).digest, ordered)
    return {initial: tuple(map(catalogue.paper.__getitem__, names)) for initial, names in groups.items()}


def sort_key(title: str) -> str:
    """A title as it is sorted: letters and digits, without case, quotes or brackets before them."""
    return _NO_SORTING.sub("", title.casefold()).strip()
