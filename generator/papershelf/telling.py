"""What a text is told by: those of its words, and of the pairs of words that stand in some title, that tell most."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from papershelf.commonwords import COMMON, HALVES
from papershelf.folding import apart
from papershelf.processes import runs, spread
from papershelf.text import plain

ALIKE = 255**2
"""What a likeness is measured by: that of a text to itself."""

TELLING = 40
"""How many terms a text is told by."""

# How often a title's words count: its ten say as much as many of an abstract's.
TITLE = 2
# What more than this share of the papers has tells nothing, unless these are few.
COMMONEST = 0.25
FEW = 10
# The rarest words of a shelf are often those of no matter.
DAMPED = 0.7

# How much a word tells that stands in a text so many times; more often is no more.
OFTEN = 12
_OFTEN = [math.log(1 + times) for times in range(OFTEN + 1)]
_WEIGHT = itemgetter(0)

WORTH_A_PROCESS = 1500
"""Papers that are read sooner by another process than by this one."""

MOST_NUMBERS = 2**18
"""How many words are remembered, with all their forms."""

Term = int
"""A word's number of 32 bits; or a pair's of 64, in memory the same bytes as those of both, one behind the other."""

Vector = dict[Term, int]
"""What a text is compared by: for each of its terms, the weightiest first, what it weighs, in whole `UNIT`s.

Sums of whole numbers are the same in whatever order, and small ones take no memory.
"""
UNIT = math.isqrt(ALIKE)

_PLURAL = re.compile(r"(?<=\w{2})ies$")
_ENDING = re.compile(
    r"(?:(?<=\w{4})(?:i[sz](?:ations?|ed|es?|ers?|ing)|isms?|ists?|ically|ities|ity|ness|ments?)"
    r"|(?<=\w{3})(?:ions?|ings?|ed|ers?|ors?|ly|(?<![suai])s|(?<=pu)s|es|e))$"
)


class Read(NamedTuple):
    """The words of a title and an abstract as numbers, 0 for those that tell nothing; its terms, and how often each."""

    title: array[int]
    abstract: array[int]
    terms: array[Term]
    times: array[int]


def read_all(texts: Sequence[tuple[str, str]]) -> list[Read]:
    """Read titles and abstracts."""
    titles = [_numbers(title) for title, _ in texts]
    titled = {pair for title in titles for pair in _telling_pairs(title)}
    parts = spread(partial(_read, titled), runs(texts, WORTH_A_PROCESS), "Reading abstracts")
    return list(chain.from_iterable(parts))


def _read(titled: set[Term], texts: Iterable[tuple[str, str]]) -> list[Read]:
    found = []
    for title, abstract in texts:
        in_title, in_abstract = _numbers(title), _numbers(abstract)
        pairs = titled.intersection(_pairs(in_abstract))
        twice = [*filter(None, in_title), *_telling_pairs(in_title)] * TITLE
        counts = Counter(chain(filter(None, in_abstract), pairs, twice))
        # Through lists, which arrays are made from several times as fast.
        found.append(Read(in_title, in_abstract, array("Q", [*counts]), array("I", [*counts.values()])))
    return found


# Kept, because a shelf that is served reads the same texts after each edit of one.
@lru_cache(maxsize=2**15)
def _numbers(text: str) -> array[int]:
    return array("I", map(_NUMBERS.__getitem__, apart(readable(text).casefold())))


def readable(text: str) -> str:
    """A text whose words can be parted."""
    return plain(text) if "\\" in text or "$" in text else text


class _Numbers(dict[str, int]):
    """The number of each word: the same for all its forms and in every process; 0 for one that tells nothing."""

    def __missing__(self, word: str) -> int:
        if len(self) > MOST_NUMBERS:
            self.clear()
        tells = len(word) > 1 and word not in COMMON and not word.isdigit()
        number = self[word] = zlib.crc32(_ENDING.sub("", _PLURAL.sub("y", word)).encode()) if tells else 0
        return number


_NUMBERS = _Numbers()


def _pairs(words: array[int]) -> Iterator[Term]:
    """Each two words that follow each other: of all their bytes, each eight, and each eight from the second word on."""
    raw, count = words.tobytes(), len(words)
    return chain(array("Q", raw[: count // 2 * 8]), array("Q", raw[4 : 4 + max(count - 1, 0) // 2 * 8]))


def _telling_pairs(words: array[int]) -> list[Term]:
    """Those both of whose words tell something."""
    return [pair for pair in _pairs(words) if pair >> 32 and pair & 0xFFFFFFFF]


def vectors(texts: Sequence[Read]) -> list[Vector]:
    """Each text as a vector: what stands in it often, in its title, and in few others, weighs most."""
    texts_with = Counter(chain.from_iterable(text.terms for text in texts))
    for half in HALVES:
        del texts_with[_NUMBERS[half]]
    most = max(COMMONEST * len(texts), FEW)
    # With the term itself, so that all vectors share one number and none has its own.
    rarity = {term: (-_rarity(count, len(texts)), term) for term, count in texts_with.items() if 1 < count <= most}
    return [_vector(text, rarity) for text in texts]


@lru_cache(maxsize=2**14)
def _rarity(count: int, total: int) -> float:
    """How much a term tells that so many of all texts have: in steps, so that one text more or less changes little."""
    return math.pow(max(round(2 * (_doublings(total) - math.log2(count))), 1), DAMPED)


def _doublings(total: int) -> float:
    return round(2 * math.log2(total)) / 2


def _vector(text: Read, rarity: Mapping[Term, tuple[float, Term]]) -> Vector:
    """The terms that tell most, of those that stand in other texts, too."""
    weighed = [
        (known[0] * _OFTEN[times if times < OFTEN else OFTEN], known[1])
        for known, times in zip(map(rarity.get, text.terms), text.times, strict=True)
        if known
    ]
    weighed.sort(key=_WEIGHT)
    del weighed[TELLING:]
    unit = -UNIT / math.sqrt(math.fsum([weight * weight for weight, _ in weighed]) or 1.0)
    return {term: round(weight * unit) for weight, term in weighed}
