"""The words of a shelf's texts with the places where they stand, as search reads them: in shards, by the alphabet."""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache, partial
from itertools import accumulate, chain, count, pairwise
from operator import sub

from papershelf.cache import digest
from papershelf.folding import words
from papershelf.model import Paper
from papershelf.text import plain

SHARD = 6000
"""About how many places of words are in one shard: some 15 KB compressed."""

FEW = 16
"""Up to so many shards, they are half as large: of a small shelf, a search reads a good part of all."""

STRIDE = 1024
"""How many places a paper has. A word's place is the paper's number times this, and where it stands in the paper."""
ABSTRACT = 128
"""The place of an abstract's first word; the summary stands before it."""

STOP = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been but by can for from has have how in into is it its more not of on or our such than
        that the their these they this to was we were which while will with""",
    )
)
"""Words that a paper needn't have to be found."""
COMMON = 12_000
"""Of so many places, such a word is left out: it tells next to nothing. The words around it keep their distance."""

SPELLED = 5
"""How many letters a word has at least that may be mistyped; one that has lost a letter has fewer."""

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The numbers from 0 to 25, as folded words have no such letters."""

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The letters of a number: of the second half all but the last, which is of the first."""


Text = tuple[str, str | None, str | None]
"""A paper's title, summary and abstract."""

Made = tuple[list[tuple[str, bytes]], bytes, list[str]]
"""The shards with the first word of each, the words by which mistyped ones are corrected, and those left out.

As plain facts, because it is kept from build to build.
"""


class Words:
    """The words of a shelf's summaries and abstracts."""

    def __init__(self, papers: tuple[Paper, ...]) -> None:
        """Take the papers, in their order."""
        self._papers = papers
        letters = sum(len(paper.summary or "") + len(paper.abstract or "") for paper in papers)
        # A word and what parts it from the next one take some seven letters; a third are stop words.
        self.count = max(1, min(FEW, 2 * letters // (10 * SHARD)), letters // (10 * SHARD))
        """How many shards there are: told by the length of the texts, before the words are known."""

    @cached_property
    def version(self) -> str:
        """What tells the texts and their order from any other: shards of two versions don't go together."""
        summaries = "\0".join([paper.summary or "" for paper in self._papers])
        told = [*(paper.text_digest for paper in self._papers), summaries.encode(errors="surrogatepass")]
        return digest(b"".join(told)).hex()[:16]

    def texts(self) -> Iterator[Text]:
        """All that the words are taken from."""
        return ((paper.title, paper.summary, paper.abstract) for paper in self._papers)

    def made(self) -> Made:
        """All that is made of them."""
        return made_of(self.count, self.texts())


def made_of(count: int, texts: Iterable[Text]) -> Made:
    """What is made of the words of some texts, in so many shards; nothing else is held on to."""
    return _Places(count, texts).made()


class _Places:
    """Where each word stands, and what is made of that."""

    def __init__(self, count: int, texts: Iterable[Text]) -> None:
        self._count = count
        self._titled: set[str] = set()
        """The words of titles."""
        self._mixed: set[str] = set()
        """Those that a hyphen joins in one place alone: nobody looks for these."""
        self._places = self._placed(texts)
        """For each word, where it stands, in order."""

    def made(self) -> Made:
        """All of it."""
        return self._made_shards(), self._made_spelling(), sorted(STOP - self._places.keys())

    def _made_shards(self) -> list[tuple[str, bytes]]:
        # A word of very many places leaves a shard empty, which begins as the next one, so that all are in order.
        parts = [self._words[start:end] for start, end in pairwise([*self._starts, len(self._words)])]
        firsts = (self._words[start] if self._words else "" for start in self._starts)
        return [(first, self._shard(some)) for first, some in zip(firsts, parts, strict=True)]

    def _shard(self, some: list[str]) -> bytes:
        return as_json({"words": " ".join(some), "places": " ".join(written(self._places[word]) for word in some)})

    def _made_spelling(self) -> bytes:
        others = self._titled | self._mixed
        some = (word for word in self._words if len(word) >= SPELLED and word.isalpha())
        return as_json(after_each_other(word for word in some if word not in others))

    def _placed(self, texts: Iterable[Text]) -> dict[str, array[int]]:
        places: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        mixed = set()
        for number, (title, summary, abstract) in enumerate(texts):
            self._titled.update(words(plain(title))[0])
            for text, start, end in ((summary, 0, ABSTRACT), (abstract, ABSTRACT, STRIDE)):
                if text:
                    some, joined = words(plain(text))
                    first = number * STRIDE + start
                    rows = map(places.__getitem__, some[: end - start])
                    # A loop in all but name, several times as fast: this is where most of the time goes.
                    deque(map(array.append, rows, count(first)), maxlen=0)
                    for place, word in joined:
                        if place < end - start:
                            places[word].append(first + place)
                            mixed.add(word)
        for word in mixed:
            places[word] = array("I", sorted(places[word]))
        self._mixed = {word for word in mixed if len(places[word]) == 1}
        return {word: some for word, some in places.items() if word not in STOP or len(some) < COMMON}

    @cached_property
    def _words(self) -> list[str]:
        """All words as the browser sorts them, by UTF-16 units."""
        return sorted(self._places, key=lambda word: word.encode("utf-16-be"))

    @cached_property
    def _starts(self) -> list[int]:
        """The number of each shard's first word; the shards have about as many places each."""
        sums = list(accumulate((len(self._places[word]) + 4 for word in self._words), initial=0))
        return [bisect_right(sums, sums[-1] * number // self._count) - 1 for number in range(self._count)]


@lru_cache(maxsize=1)
def words_in(papers: tuple[Paper, ...]) -> Words:
    """Those of a whole shelf, which more than one asks for."""
    return Words(papers)


def after_each_other(some: Iterable[str]) -> str:
    """Words in order as one text: of each what the one before doesn't begin with, behind a letter for how much that is.

    Compressed, a quarter shorter than the words themselves.
    """
    before, found = "", []
    for word in some:
        # What isn't ASCII is whole: the browser counts letters otherwise.
        most = min(len(before), len(word), len(CAPITALS) - 1) if word.isascii() else 0
        same = next((at for at in range(most) if before[at] != word[at]), most)
        found.append(CAPITALS[same] + word[same:])
        before = word
    return "".join(found)


def written(places: array[int]) -> str:
    """Rising numbers as text: what each adds to the one before, five bits a letter, the lowest first."""
    small, first = _numbers()
    gaps = map(sub, places, chain((0,), places))
    return "".join([small[gap] if gap < _LOW else first[gap % _LOW] + small[gap // _LOW] for gap in gaps])


_LOW = 32**3


@cache
def _numbers() -> tuple[list[str], list[str]]:
    """The small numbers as text, and the three lowest letters of those that have more."""
    lowest, more = _DIGITS[:32], _DIGITS[32:]
    one = list(lowest)
    two = [low + high for high in lowest for low in more]
    three = [low + middle + high for high in lowest for middle in more for low in more]
    first = [low + middle + high for high in more for middle in more for low in more]
    return one + two[32:] + three[32 * 32 :], first


def as_json(value: object) -> bytes:
    """A value as all of search's files hold it: JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
