"""Which papers are near which, and by what words: from their titles and abstracts alone.

A paper is its most telling words, and those pairs of words that stand in some title. Papers are compared that have
several of their most telling ones in common, so that the work for one hardly grows with the shelf.
`tests/benchmarks/bench_related.py` measures how well and how fast.
"""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain, islice, pairwise
from typing import NamedTuple

from papershelf.cache import Results, digest
from papershelf.folding import apart
from papershelf.model import Catalogue, Paper
from papershelf.processes import runs, spread
from papershelf.text import plain

RELATED = 5
WORDS = 3
"""How many of the words are told that make two papers related."""

NEIGHBOURS = 8
"""How many papers are known to be near one: the first of them are related to it, all of them draw the map."""

ALIKE = 255**2
"""What a likeness is measured by: that of a text to itself."""
FAINTEST = ALIKE // 20
"""How alike papers have to be: below it, they share words by chance."""

# A paper is the words of its text that tell most, and the first of these find others.
TELLING = 40
CLUES = 20
STRONG_CLUES = 12
STRONGEST_CLUES = 6
# Of the papers that a word leads to, those count that it tells most about; of all that several words lead to, those are
# compared that have the most. Both bound the work for a paper, however large the shelf.
LONGEST_POSTING = 32
MOST_COMPARED = 18

# How often a title's words count: its ten say as much as many of an abstract's.
TITLE = 2
# What more than this share of the papers has tells nothing, unless these are few.
COMMONEST = 0.25
FEW = 10
# A pair of words says again what its words have said.
PAIR = 1.0
# When words are told, a pair of them comes before the two.
PAIRS_FIRST = 3
# The rarest words of a shelf are often those of no matter.
DAMPED = 0.7

# How much a word tells that stands in a text so many times; more often is no more.
_OFTEN = [math.log(1 + count) for count in range(13)]

WORTH_A_PROCESS = 1500
"""Papers that are read sooner by another process than by this one."""

MOST_NUMBERS = 2**18
"""How many words are remembered, with all their forms."""

Vector = dict[int, int]
"""What a paper is compared by: for each of its terms, the weightiest first, what it weighs, in whole `UNIT`s.

Sums of whole numbers are the same in whatever order, and small ones take no memory.
"""
UNIT = math.isqrt(ALIKE)

_WORD = re.compile(r"[^\W_]+")
_PLURAL = re.compile(r"(?<=\w{2})ies$")
_ENDING = re.compile(
    r"(?:(?<=\w{4})(?:i[sz](?:ations?|ed|es?|ers?|ing)|isms?|ists?|ically|ities|ity|ness|ments?)"
    r"|(?<=\w{3})(?:ions?|ings?|ed|ers?|ors?|ly|(?<![suai])s|(?<=pu)s|es|e))$"
)
_COMMON = frozenset(
    _WORD.findall(
        """a able about above achieve achieved achieves achieving across additionally address addresses advances after
        against aim al all allow allowing allows almost along already also although among an analysis and another any
        application applications applied apply approach approaches are art as at available based be because been before
        being best better between both but by called can capabilities capable case cases certain challenge challenges
        challenging code common compared comparison consider consists could current currently demonstrate demonstrated
        demonstrates demonstrating depending describe design designed despite develop developed different difficult
        directly do does due during each easily effective effectively effectiveness efficacy efficiency efficient
        efficiently either enable enables enabling end especially et etc evaluate evaluated evaluation even every
        evidence example existing experiment experimental experiments explore explored extensive extensively far few
        field finally find finding findings first five focus following for found four framework from full fully
        further furthermore gain gains general generally github give given gives good had has have having help hence
        here high higher highly how however https i if impact important importantly improve improved improvement
        improvements improves improving in include includes including increase increased increases increasing
        increasingly indicate instead insights into introduce introduced introduces introducing investigate is issue
        issues it its itself just key kind know known lack large largely larger last lead leading leads less
        leverage leverages leveraging like limit limitation limitations limited little low lower made main mainly make
        makes making many may mean means method methods might more moreover most much must nearly necessary need needed
        needs new no non not notably novel now number numerous obtain obtained of often on one ones only open or order
        other others our out outperform outperforming outperforms over overall own paper papers particular
        particularly perform performance performed performs place popular possible potential potentially powerful
        practical practice present presented presents previous previously prior problem problems promising propose
        proposed proposes provide provided provides providing publicly put range rather real recent recently reduce
        reduced reduces reducing related relative release remain remains report require required requires research
        respectively result resulting results same second see set several shed should show showed showing shown shows
        significant significantly similar simple simply since single small so some specific specifically standard state
        still strong studies study such suffer suitable superior task tasks technique techniques term terms than that
        the their them then there therefore these they this those though three through thus time to together too top
        toward towards traditional two type types typically under understand understanding unlike until up upon us use
        used useful user using usually utilize various very via was way ways we well were what when where whereas
        whether which while who whole whose why wide widely will with within without work works world would years yet
        you your"""
    )
)

# What stands before or behind hyphens tells something with the other word alone.
_HALVES = frozenset(
    _WORD.findall(
        """augmented aware centric co cross driven few fine free guided inter intra level long low multi non one pair
        per post pre re scale self semi shot short step sub trained un ultra wise zero"""
    )
)


Kin = tuple[str, int, tuple[str, ...]]
"""A paper that is near another one: its id, how near, of `ALIKE`, and the words of both that say so.

The words are as the other one prints them, the most telling first. A plain tuple, because ten for each paper are read
and written in every build.
"""


@dataclass(frozen=True)
class Texts:
    """The titles and abstracts of a shelf, in an order of their own, and what tells them from any others."""

    digest: bytes
    _papers: tuple[Paper, ...] = field(compare=False, repr=False)

    @cached_property
    def _entries(self) -> list[tuple[str, str, str]]:
        return sorted((paper.title, paper.abstract or "", paper.id) for paper in self._papers)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The papers, by their ids."""
        return tuple(name for *_, name in self._entries)

    @cached_property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The title and the abstract of each."""
        return tuple((title, text) for title, text, _ in self._entries)


def texts_of(papers: Iterable[Paper]) -> Texts:
    """What the nearness of papers depends on; in which order they come doesn't matter."""
    every = tuple(papers)
    return Texts(digest(b"".join(sorted([paper.text_digest for paper in every]))), every)


@lru_cache(maxsize=1)
def texts_in(shelf: Catalogue) -> Texts:
    """Those of a whole shelf, of which a build makes more than one thing."""
    return texts_of(shelf.papers)


def kin_of(texts: Texts, results: Results) -> Mapping[str, tuple[Kin, ...]]:
    """The same as `kin`, kept as long as no text changes: most edits change none."""
    return results.get("kin", texts.digest, lambda: kin(texts))


def kin(texts: Texts) -> dict[str, tuple[Kin, ...]]:
    """For each paper, by its id, those near it, the nearest first; `words` for the first few of them."""
    shelf = _Shelf(texts)
    numbers = range(len(texts.ids))
    found = spread(shelf.kin, runs(numbers, WORTH_A_PROCESS), "Relating papers")
    return dict(zip(texts.ids, chain.from_iterable(found), strict=True))


class _Shelf:
    """The papers as vectors, and which of them each term leads to."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        parts = spread(_read_all, runs(texts.texts, WORTH_A_PROCESS), "Reading abstracts")
        self._read = [read for part in parts for read in part]
        self._vectors = _vectors(self._read)
        self._postings = _postings(self._vectors)

    def kin(self, numbers: Iterable[int]) -> list[tuple[Kin, ...]]:
        """What is near each of some papers."""
        return [self._kin(number) for number in numbers]

    def _kin(self, number: int) -> tuple[Kin, ...]:
        own, vectors, ids = self._vectors[number], self._vectors, self._texts.ids
        near = []
        for other in self._candidates(number):
            theirs = vectors[other]
            likeness = sum([own[term] * theirs[term] for term in own.keys() & theirs.keys()])
            if likeness >= FAINTEST:
                near.append((-likeness, other))
        near.sort()
        del near[NEIGHBOURS:]
        shown = [_strongest(own, vectors[other]) for _, other in near[:RELATED]]
        prints = _prints(self._texts.texts[number], self._read[number], set(chain.from_iterable(shown)))
        words = [tuple([prints[term] for term in terms if term in prints]) for terms in shown]
        words += [()] * NEIGHBOURS
        return tuple([(ids[other], -far, said) for (far, other), said in zip(near, words, strict=False)])

    def _candidates(self, number: int) -> list[int]:
        """The papers worth a comparison: those that the most clues lead to, of which the first count for more."""
        lists = [self._postings[clue] for clue in islice(self._vectors[number], CLUES)]
        votes = Counter(chain.from_iterable(chain(lists, lists[:STRONG_CLUES], lists[:STRONGEST_CLUES])))
        del votes[number]
        if len(votes) <= MOST_COMPARED:
            return list(votes)
        least = sorted(votes.values())[-MOST_COMPARED]
        more = [other for other, count in votes.items() if count > least]
        as_many = (other for other, count in votes.items() if count == least)
        return [*more, *islice(as_many, MOST_COMPARED - len(more))]


class _Read(NamedTuple):
    """The words of a text as numbers, 0 for those that tell nothing."""

    title: array[int]
    abstract: array[int]


def _read_all(texts: Iterable[tuple[str, str]]) -> list[_Read]:
    return [_read(*text) for text in texts]


# Kept, because a shelf that is served reads the same texts after each edit of one.
@lru_cache(maxsize=2**14)
def _read(title: str, abstract: str) -> _Read:
    return _Read(_numbers(title), _numbers(abstract))


def _numbers(text: str) -> array[int]:
    return array("I", map(_NUMBERS.__getitem__, apart(_readable(text).casefold())))


def _readable(text: str) -> str:
    return plain(text) if "\\" in text or "$" in text else text


class _Numbers(dict[str, int]):
    """The number of each word: the same for all its forms and in every process; 0 for one that tells nothing."""

    def __missing__(self, word: str) -> int:
        if len(self) > MOST_NUMBERS:
            self.clear()
        tells = len(word) > 1 and word not in _COMMON and not word.isdigit()
        number = self[word] = zlib.crc32(_ENDING.sub("", _PLURAL.sub("y", word)).encode()) if tells else 0
        return number


_NUMBERS = _Numbers()


def _pairs(words: Iterable[int]) -> list[tuple[int, int]]:
    """The pairs of words that follow each other and both tell something."""
    return [pair for pair in pairwise(words) if pair[0] and pair[1]]


def _vectors(texts: Sequence[_Read]) -> list[Vector]:
    """Each text as a vector: what stands in it often, in its title, and in few others, weighs most."""
    titled = {pair for text in texts for pair in _pairs(text.title)}
    pairs = [array("Q", _numbered(titled.intersection(pairwise(text.abstract)))) for text in texts]
    titles = [array("Q", _numbered(_pairs(text.title))) for text in texts]
    texts_with: Counter[int] = Counter()
    for text, *more in zip(texts, pairs, titles, strict=True):
        texts_with.update({*text.title, *text.abstract, *chain.from_iterable(more)})
    del texts_with[0]
    for half in _HALVES:
        del texts_with[_NUMBERS[half]]
    most = max(COMMONEST * len(texts), FEW)
    rarity = {
        term: (_rarity(count, len(texts)) * (PAIR if term >> 32 else 1.0), term)
        for term, count in texts_with.items()
        if 1 < count <= most
    }
    return [
        _vector(Counter(chain(text.abstract, found, text.title * TITLE, title * TITLE)), rarity)
        for text, found, title in zip(texts, pairs, titles, strict=True)
    ]


@lru_cache(maxsize=2**14)
def _rarity(count: int, total: int) -> float:
    """How much a term tells that so many of all texts have: in steps, so that one text more or less changes little."""
    return math.pow(max(round(2 * (_doublings(total) - math.log2(count))), 1), DAMPED)


def _doublings(total: int) -> float:
    return round(2 * math.log2(total)) / 2


def _numbered(pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The number of each pair of words."""
    return [one << 32 | other for one, other in pairs]


def _vector(counts: Mapping[int, int], rarity: Mapping[int, tuple[float, int]]) -> Vector:
    """The terms that tell most, of those that stand in other texts, too."""
    weighed = [
        (-known[0] * _OFTEN[min(count, 12)], known[1]) for term, count in counts.items() if (known := rarity.get(term))
    ]
    weighed.sort()
    del weighed[TELLING:]
    unit = -UNIT / math.sqrt(math.fsum([weight * weight for weight, _ in weighed]) or 1.0)
    return {term: round(weight * unit) for weight, term in weighed}


def _postings(vectors: Sequence[Vector]) -> dict[int, list[int]]:
    """The papers that each clue leads to; of many, those that it weighs most in."""
    postings: dict[int, list[int]] = defaultdict(list)
    for number, vector in enumerate(vectors):
        for clue in islice(vector, CLUES):
            postings[clue].append(number)
    for clue, numbers in postings.items():
        if len(numbers) > LONGEST_POSTING:
            heaviest = sorted((-vectors[number][clue], number) for number in numbers)
            postings[clue] = [number for _, number in heaviest[:LONGEST_POSTING]]
    return postings


def _strongest(one: Vector, other: Vector) -> list[int]:
    """The terms that make two papers alike, none of which repeats a word of another; a pair stands for two words."""
    common = [(-one[term] * other[term] * (PAIRS_FIRST if term >> 32 else 1), term) for term in one.keys() & other]
    common.sort()
    found: list[int] = []
    words = {0}
    for _, term in common:
        first, second = term >> 32, term & 0xFFFFFFFF
        if second not in words and first not in words - {0}:
            found.append(term)
            words |= {first, second}
            if len(found) == WORDS:
                break
    return found


def _prints(text: tuple[str, str], read: _Read, terms: Set[int]) -> dict[int, str]:
    """How a text prints some of its terms: small where it does so anywhere, and as in the abstract before the title."""
    forms: dict[int, list[str]] = {}
    firsts = {term >> 32 or term for term in terms}
    for part, numbers in ((text[1], read.abstract), (text[0], read.title)):
        places = [at for at, number in enumerate(numbers) if number in firsts]
        readable = _readable(part) if places else ""
        words = apart(readable)
        if len(words) != len(numbers):
            continue  # none is here, or a letter falls apart without case
        for at in places:
            word, number = words[at], numbers[at]
            if number in terms:
                forms.setdefault(number, []).append(word)
            for second in words[at + 1 : at + 2]:
                pair = number << 32 | numbers[at + 1]
                if pair in terms:
                    phrases = (f"{word} {second}", f"{word}-{second}")
                    forms.setdefault(pair, []).extend(phrase for phrase in phrases if phrase in readable)
    return {term: next(filter(str.islower, found), found[0]) for term, found in forms.items() if found}
