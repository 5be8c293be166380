"""Which papers are near which, and by what words: from their titles and abstracts alone.

A paper is its most telling words, and those pairs of words that stand in some title. Papers are compared that have
several of their most telling ones in common, so that the work for one hardly grows with the shelf.
`tests/benchmarks/bench_related.py` measures how well and how fast.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain, islice, zip_longest
from struct import Struct

from papershelf.cache import Results, digest
from papershelf.folding import apart
from papershelf.model import Catalogue, Paper
from papershelf.processes import runs, spread
from papershelf.telling import ALIKE, WORTH_A_PROCESS, Term, Vector, read_all, readable, vectors

RELATED = 5
WORDS = 3
"""How many of the words are told that make two papers related."""

NEIGHBOURS = 8
"""How many papers are known to be near one: the first of them are related to it, all of them draw the map."""

FAINTEST = ALIKE // 20
"""How alike papers have to be: below it, they share words by chance."""

# The terms of a paper that tell most find others; of the papers that a term leads to, those count that it tells most
# about; and those are compared that most terms lead to. All of it bounds the work for a paper, however large the shelf.
CLUES = 20
LONGEST_POSTING = 24
MOST_COMPARED = 20

# When words are told, a pair of them comes before the two.
PAIRS_FIRST = 3

Near = tuple[str, int, tuple[str, ...]]
"""A paper that is near another one: its id, how near, of `ALIKE`, and the words of both that say so.

The words are as the other one prints them, the most telling first.
"""

Pairs = bytes
"""The numbers and the likenesses of those near a paper, for `parted`."""
_PAIR = Struct("<II")

Kept = tuple[Pairs, str]
"""What is near a paper as it is kept, with a line of words for each of the first few, for `said_of`.

As objects that would take a fifth of the memory that a large shelf has.
"""


@dataclass(frozen=True)
class Texts:
    """The titles and abstracts of a shelf, in an order of their own, and what tells them from any others."""

    digest: bytes
    _papers: tuple[Paper, ...] = field(compare=False, repr=False)

    @cached_property
    def _ordered(self) -> list[Paper]:
        return sorted(self._papers, key=lambda paper: (paper.title, paper.abstract or "", paper.id))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The papers, by their ids."""
        return tuple([paper.id for paper in self._ordered])

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The title and the abstract of each."""
        return tuple([(paper.title, paper.abstract or "") for paper in self._ordered])


def texts_of(papers: Iterable[Paper]) -> Texts:
    """What the nearness of papers depends on; in which order they come doesn't matter."""
    every = tuple(papers)
    return Texts(digest(b"".join(sorted([paper.text_digest for paper in every]))), every)


@lru_cache(maxsize=1)
def texts_in(shelf: Catalogue) -> Texts:
    """Those of a whole shelf, of which a build makes more than one thing."""
    return texts_of(shelf.papers)


class Kin(Mapping[str, tuple[Near, ...]]):
    """For each paper, by its id, those near it, the nearest first; with `words` for the first few of them."""

    def __init__(self, texts: Texts, kept: Sequence[Kept]) -> None:
        """Take what is kept of each paper, in the order of the texts."""
        self._ids, self._kept = texts.ids, kept

    def __getitem__(self, name: str) -> tuple[Near, ...]:
        number = self._number[name]
        pairs, said = self._kept[number]
        near = zip_longest(parted(pairs), said_of(said), fillvalue=())
        return tuple([(self._ids[pair[0]], pair[1], words) for pair, words in near if pair])

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    @cached_property
    def _number(self) -> Mapping[str, int]:
        return {name: number for number, name in enumerate(self._ids)}

    def kept(self) -> Iterator[tuple[str, Kept]]:
        """The same as it is kept."""
        return zip(self._ids, self._kept, strict=True)

    def pairs(self) -> Iterator[Pairs]:
        """The numbers and likenesses alone."""
        return (pairs for pairs, _ in self._kept)


def parted(pairs: Pairs) -> Iterator[tuple[int, int]]:
    """The number of each paper that is near one, and how near, from how they are kept."""
    return _PAIR.iter_unpack(pairs)


def said_of(lines: str) -> list[tuple[str, ...]]:
    """The words that each of the nearest shares, from how they are kept."""
    return [tuple(filter(None, line.split("\t"))) for line in lines.split("\n")]


def kin_of(texts: Texts, results: Results) -> Kin:
    """The same as `kin`, kept as long as no text changes: most edits change none."""
    return Kin(texts, results.get("kin", texts.digest, lambda: _kin(texts)))


def kin(texts: Texts) -> Kin:
    """What is near each paper."""
    return Kin(texts, _kin(texts))


def _kin(texts: Texts) -> list[Kept]:
    shelf = _Shelf(texts)
    return list(chain.from_iterable(spread(shelf.kin, runs(range(len(texts.ids)), WORTH_A_PROCESS), "Relating papers")))


class _Shelf:
    """The papers as vectors, and which of them each term leads to."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts.texts
        read = read_all(self._texts)
        self._vectors = vectors(read)
        # What else was read is a quarter of what relating would hold.
        self._words = [(one.title, one.abstract) for one in read]
        self._postings = _postings(self._vectors)

    def kin(self, numbers: Iterable[int]) -> list[Kept]:
        """What is near each of some papers."""
        return [self._kin(number) for number in numbers]

    def _kin(self, number: int) -> Kept:
        own = self._vectors[number]
        terms = set(own)
        near = []
        for other in self._candidates(number):
            theirs = self._vectors[other]
            common = terms.intersection(theirs)
            likeness = 0
            for term in common:
                likeness += own[term] * theirs[term]
            if likeness >= FAINTEST:
                near.append((-likeness, other, common))
        near.sort()
        del near[NEIGHBOURS:]
        shown = [_strongest(common, own, self._vectors[other]) for _, other, common in near[:RELATED]]
        prints = _prints(self._texts[number], self._words[number], set(chain.from_iterable(shown)))
        said = "\n".join(["\t".join([prints[term] for term in terms if term in prints]) for terms in shown])
        return b"".join([_PAIR.pack(other, -far) for far, other, _ in near]), said

    def _candidates(self, number: int) -> list[int]:
        """The papers worth a comparison: those that the most clues lead to, and then those that the best ones do."""
        lists = [self._postings[clue] for clue in islice(self._vectors[number], CLUES)]
        # Most papers are in one list alone: to count those that come again takes half as long as to count all.
        again: list[int] = []
        seen: set[int] = set()
        for numbers in lists:
            again += seen.intersection(numbers)
            seen.update(numbers)
        votes = Counter(again)
        votes[number] = len(again) + 1  # so that it comes first itself
        found = sorted(votes, key=votes.__getitem__, reverse=True)[1 : MOST_COMPARED + 1]
        once = (other for other in chain.from_iterable(lists) if other not in votes)
        return [*found, *islice(once, MOST_COMPARED - len(found))]


def _postings(vectors: Sequence[Vector]) -> dict[Term, list[int]]:
    """The papers that each clue leads to; of many, those that it weighs most in."""
    postings: dict[Term, list[int]] = defaultdict(list)
    for number, vector in enumerate(vectors):
        for clue in islice(vector, CLUES):
            postings[clue].append(number)
    for clue, numbers in postings.items():
        if len(numbers) > LONGEST_POSTING:
            heaviest = sorted((-vectors[number][clue], number) for number in numbers)
            postings[clue] = [number for _, number in heaviest[:LONGEST_POSTING]]
    return postings


def _strongest(common: Set[Term], one: Vector, other: Vector) -> list[Term]:
    """The terms that make two papers alike, none of which repeats a word of another; a pair stands for two words."""
    found: list[Term] = []
    words: set[int] = set()
    for _, term in sorted([(-one[term] * other[term] * (PAIRS_FIRST if term >> 32 else 1), term) for term in common]):
        first, second = term >> 32, term & 0xFFFFFFFF
        if second not in words and first not in words:
            found.append(term)
            if len(found) == WORDS:
                break
            words |= {first, second} if first else {second}
    return found


def _prints(text: tuple[str, str], read: tuple[array[int], array[int]], terms: set[Term]) -> dict[Term, str]:
    """How a text prints some of its terms: small where it does so anywhere, and as in the abstract before the title."""
    found: dict[Term, str] = {}
    for part, numbers in zip(reversed(text), reversed(read), strict=True):
        left = [term for term in terms if not found.get(term, "").islower()]
        shown = readable(part) if left else ""
        words = apart(shown)
        if len(words) != len(numbers):
            continue  # all are found, or a letter falls apart without case
        raw = numbers.tobytes()
        for term in left:
            for said in _printed(term, raw, words, shown):
                if said.islower() or term not in found:
                    found[term] = said
                if said.islower():
                    break
    return found


def _printed(term: Term, raw: bytes, words: Sequence[str], shown: str) -> Iterator[str]:
    """How a term is printed, each time it is; `raw` are the numbers of a text's words, as the bytes in memory.

    Bytes are looked through many times as fast as numbers.
    """
    sought = term.to_bytes(8 if term >> 32 else 4, sys.byteorder)
    at = raw.find(sought)
    while at >= 0:
        if at % 4 == 0:
            word = words[at // 4]
            if term >> 32:
                second = words[at // 4 + 1]
                yield from (phrase for phrase in (f"{word} {second}", f"{word}-{second}") if phrase in shown)
            else:
                yield word
        at = raw.find(sought, at + 1)
