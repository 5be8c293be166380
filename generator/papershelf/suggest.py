"""Topics and tags for a paper, from the words of the papers that have them and from what they are said to mean.

A paper is compared with the sum of the papers of each topic and tag, so that the work for one paper hardly grows with
the shelf. `tests/benchmarks/bench_suggest.py` finds the weights and measures how well and how fast it does.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import mul
from typing import Literal, NamedTuple

from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.text import plain

Kind = Literal["topic", "tag"]

TOPICS = 2
TAGS = 5

# A paper with fewer tags has few.
FEW_TAGS = 2

# What is less likely is for a curator to see, not for a tool to write.
SURE = 0.6

# How often a title's words count: its ten say as much as many of an abstract's.
TITLE = 3


class Features(NamedTuple):
    """What speaks for a topic or tag, each from 0 to 1; or what each of these weighs."""

    near: float  # how much of the text the papers that have it share
    relative: float  # the same, as a part of the nearest one's
    described: float  # how much of the text its name and description share
    named: float  # whether the text holds its name or an alias
    constant: float = 1.0


# From one half of the shelf (`bench_suggest.py --tune`). Topics' names are too long to stand in a text.
WEIGHTS: Mapping[Kind, Features] = {
    "topic": Features(2.8, 8.1, 8.0, 0.0, -10.7),
    "tag": Features(5.5, 5.4, 10.8, 1.2, -10.3),
}

# Words' weights are whole numbers of this unit: a sum of papers less one of them is exactly the sum of the others.
_UNIT = 1 << 20

_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=\w{3})(?:(?:i[sz])?(?:ations?|ings?|ed|ers?|es?)|ies|(?<!s)s|ly|y|al|ic)$")
_COMMON = frozenset(
    _WORD.findall(
        """a achieve across all an and any approach are as at based be been between both but by can each first for from
        has have how however in into is it its many method methods more most new not of on one only or other
        our out over paper present propose proposed result results show shows such than that the their them
        then there these they this those through to two under up use used using via was we well were when
        where which while who will with within without work works"""
    )
)


@dataclass(frozen=True)
class Suggestion:
    """A topic or tag that a paper may want, how likely it is right, and why."""

    kind: Kind
    id: str
    confidence: float
    evidence: str


def lacking(catalogue: Catalogue) -> tuple[Paper, ...]:
    """The papers that have no topic, or no or few tags, in the shelf's order."""
    return tuple(paper for paper in catalogue.papers if not paper.topics or len(paper.tags) < FEW_TAGS)


class Suggester:
    """What a catalogue's papers and descriptions tell of its topics and tags."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Learn from the papers that have topics or tags."""
        self._papers = catalogue.paper
        self._holders: defaultdict[str, set[str]] = defaultdict(set)
        texts = {paper.id: _text(paper).counts for paper in catalogue.papers}
        entries: tuple[Topic | Tag, ...] = (*catalogue.topics, *catalogue.tags)
        meanings = {entry: _read(". ".join(_names(entry)), entry.description).counts for entry in entries}
        texts_with = Counter(term for counts in (*texts.values(), *meanings.values()) for term in counts)
        # A term that stands in one text alone connects nothing.
        total = len(texts) + len(meanings)
        self._rarity = {term: math.log(total / count) for term, count in texts_with.items() if 1 < count < total}
        self._labels: dict[Kind, dict[str, _Label]] = {
            "topic": {entry.id: _Label(entry, self._vector(meanings[entry])) for entry in catalogue.topics},
            "tag": {entry.id: _Label(entry, self._vector(meanings[entry])) for entry in catalogue.tags},
        }
        for paper in catalogue.papers:
            vector = self._vector(texts[paper.id])
            for term in vector.weights:
                self._holders[term].add(paper.id)
            for place, topic in enumerate(paper.topics):
                # The first topic is the one that fits best, and the one that is asked for.
                self._labels["topic"][topic].add(paper.id, vector, times=1 if place else 2)
            for tag in paper.tags:
                self._labels["tag"][tag].add(paper.id, vector)

    def suggest(self, paper: Paper, topics: int = TOPICS, tags: int = TAGS) -> tuple[Suggestion, ...]:
        """The likeliest topics, then the likeliest tags, whatever the paper itself has been given."""
        asked = self._asked(paper)
        return (*self._likeliest(asked, "topic", topics), *self._likeliest(asked, "tag", tags))

    def best(self, paper: Paper) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The topics and tags to fill in where a paper has none or few: the sure ones that it hasn't got."""
        sure = [found for found in self.suggest(paper) if found.confidence >= SURE]
        topics = (found.id for found in sure if found.kind == "topic" and not paper.topics)
        tags = (found.id for found in sure if found.kind == "tag" and len(paper.tags) < FEW_TAGS)
        return tuple(topics), tuple(tag for tag in tags if tag not in paper.tags)

    def features(self, paper: Paper, kind: Kind) -> dict[str, Features]:
        """What speaks for each topic or tag that anything speaks for, by id."""
        return self._features(self._asked(paper), kind)

    def _asked(self, paper: Paper) -> _Asked:
        text, own = _text(paper), self._papers.get(paper.id)
        vector, part = self._vector(text.counts), self._vector(_text(own).counts if own else {})
        return _Asked(paper.id, text, vector, part)

    def _vector(self, counts: Mapping[str, int]) -> _Vector:
        """A text's terms with their weights, of length one: what is often here and rare elsewhere weighs most."""
        weights = {
            term: (1 + math.log(count)) * self._rarity[term] for term, count in counts.items() if term in self._rarity
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
        return _Vector({term: round(_UNIT * weight / length) for term, weight in weights.items()})

    def _likeliest(self, asked: _Asked, kind: Kind, count: int) -> list[Suggestion]:
        chance = {name: _chance(kind, features) for name, features in self._features(asked, kind).items()}
        likeliest = sorted(chance, key=lambda name: (-chance[name], name))[:count]
        return [Suggestion(kind, name, round(chance[name], 2), self._evidence(asked, kind, name)) for name in likeliest]

    def _features(self, asked: _Asked, kind: Kind) -> dict[str, Features]:
        labels = self._labels[kind]
        near = {name: _cosine(asked.vector, label.others(asked)) for name, label in labels.items()}
        nearest = max(near.values(), default=0.0)
        found = {}
        for name, label in labels.items():
            described = _cosine(asked.vector, label.meaning)
            named = bool(asked.text.names(label.phrases))
            if near[name] or described or named:
                # Roots, as the step from nothing to a little tells more than one from much to more.
                share = near[name] / nearest if nearest else 0.0
                found[name] = Features(math.sqrt(near[name]), share, math.sqrt(described), float(named))
        return found

    def _evidence(self, asked: _Asked, kind: Kind, name: str) -> str:
        label = self._labels[kind][name]
        about = [asked.text.names(label.phrases), self._sharing(asked, kind, label)]
        about = [words for words in about if words]
        described = asked.text.printed(_strongest(asked.vector, label.meaning))
        if described and len(about) < 2:
            about.append(f"{described} in its name or description")
        return "; ".join(about)

    def _sharing(self, asked: _Asked, kind: Kind, label: _Label) -> str:
        """The words that make a paper like those that have a topic or tag, and which these are."""
        terms = _strongest(asked.vector, label.others(asked))
        others = label.papers.keys() - {asked.id}
        groups = [
            (terms[:count], set.intersection(*(self._holders[term] for term in terms[:count])) & others)
            for count in range(len(terms), 0, -1)
        ]
        # Rather fewer words that several papers share than more that only one does.
        found = next((group for group in groups if len(group[1]) > 1), groups[-1] if groups else None)
        if found is None:
            return ""
        words, papers = asked.text.printed(found[0]), found[1]
        example = min(papers, key=lambda paper: (-sum(paper in self._holders[term] for term in terms), paper))
        title = plain(self._papers[example].title)
        have = f"{'on' if kind == 'topic' else 'tagged'} {label.name}"
        if len(papers) == 1:
            return f"shares {words} with {title}, {have}"
        return f"shares {words} with {len(papers)} papers {have}, e.g. {title}"


@dataclass(frozen=True)
class _Vector:
    """The weights of the terms of a text, or of several texts together."""

    weights: Mapping[str, int]

    @cached_property
    def length(self) -> float:
        return math.sqrt(sum(weight * weight for weight in self.weights.values()))


@dataclass(frozen=True)
class _Asked:
    """A paper that is asked for, and its part in the sums where it stands on the shelf already."""

    id: str
    text: _Text
    vector: _Vector
    own: _Vector


class _Label:
    """A topic or tag: what it is called, what it is said to mean, and the words of the papers that have it."""

    def __init__(self, entry: Topic | Tag, meaning: _Vector) -> None:
        phrases = {" ".join(_folded(word) for word in _WORD.findall(name)) for name in _names(entry)}
        self.name = entry.name
        self.phrases = sorted(phrases - {""}, key=lambda phrase: (-len(phrase), phrase))
        self.meaning = meaning
        self.papers: dict[str, int] = {}
        self._sum: Counter[str] = Counter()

    def add(self, paper: str, vector: _Vector, times: int = 1) -> None:
        """Take a paper that has it."""
        self.papers[paper] = times
        for term, weight in vector.weights.items():
            self._sum[term] += times * weight

    @cached_property
    def _all(self) -> _Vector:
        return _Vector(self._sum)

    def others(self, asked: _Asked) -> _Vector:
        """The words of all papers that have it but the one that is asked for."""
        times, own = self.papers.get(asked.id, 0), asked.own.weights
        if not times:
            return self._all
        return _Vector({term: weight - times * own.get(term, 0) for term, weight in self._sum.items()})


@dataclass(frozen=True)
class _Text:
    """A text's terms (words and pairs of words, folded), how it prints them, and its parts word for word."""

    counts: Counter[str]
    prints: dict[str, str]
    parts: dict[str, tuple[str, list[re.Match[str]]]]

    def names(self, phrases: Iterable[str]) -> str:
        """The first of some folded phrases that the text holds, said in words."""
        for part, (folded, words) in reversed(self.parts.items()):
            for phrase in phrases:
                if (at := folded.find(f" {phrase} ")) >= 0:
                    first = folded.count(" ", 0, at)
                    return f"the {part} names *{_between(words[first], words[first + phrase.count(' ')])}*"
        return ""

    def printed(self, terms: Iterable[str]) -> str:
        """Terms as the text prints them."""
        return ", ".join(f"*{self.prints[term]}*" for term in terms)


def _text(paper: Paper) -> _Text:
    return _read(paper.title, paper.abstract or "")


def _names(entry: Topic | Tag) -> tuple[str, ...]:
    return (entry.name, *(name.replace("-", " ") for name in (entry.id, *entry.aliases)))


def _read(title: str, abstract: str) -> _Text:
    text = _Text(Counter(), {}, {})
    # The abstract first: in a title, each word may have a capital.
    for part, written, times in (("abstract", abstract, 1), ("title", title, TITLE)):
        words = list(_WORD.finditer(unicodedata.normalize("NFKC", plain(written))))
        folded = [_folded(word[0]) for word in words]
        text.parts[part] = (f" {' '.join(folded)} ", words)
        for term, as_printed in _terms(words, folded):
            text.counts[term] += times
            text.prints.setdefault(term, as_printed)
    return text


def _terms(words: Sequence[re.Match[str]], folded: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words that tell something, and the pairs of them that nothing but a space or hyphen parts, as printed."""
    telling = [len(w[0]) > 1 and not w[0].isdigit() and w[0].casefold() not in _COMMON for w in words]
    for at, word in enumerate(words):
        if telling[at]:
            yield folded[at], word[0]
            if at and telling[at - 1] and not word.string[words[at - 1].end() : word.start()].strip(" \n-‐‑"):
                yield f"{folded[at - 1]} {folded[at]}", _between(words[at - 1], word)


def _between(first: re.Match[str], last: re.Match[str]) -> str:
    return " ".join(first.string[first.start() : last.end()].split())


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    """A word without case and, where it is long enough, without a common ending."""
    return _ENDING.sub("", word.casefold())


def _cosine(one: _Vector, other: _Vector) -> float:
    """How much two texts have in common, from 0 to 1."""
    both = one.weights.keys() & other.weights.keys()
    common = sum(one.weights[term] * other.weights[term] for term in both)
    return common / (one.length * other.length) if common else 0.0


def _strongest(one: _Vector, other: _Vector, count: int = 3) -> list[str]:
    """The terms that two texts have in common with most weight, none of which repeats a word of another."""
    common = {term: weight * other.weights.get(term, 0) for term, weight in one.weights.items()}
    found: list[str] = []
    for term in sorted(common, key=lambda term: (-common[term], term)):
        if len(found) == count or not common[term]:
            break
        if not set(term.split()) & {word for other in found for word in other.split()}:
            found.append(term)
    return found


def _chance(kind: Kind, features: Features) -> float:
    """How likely it is that a curator would agree."""
    return 1 / (1 + math.exp(-sum(map(mul, WEIGHTS[kind], features))))
