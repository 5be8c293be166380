"""Which papers are the same work, and which look alike.

Sure pairs are merged at import; likely ones are reported with what a curator can judge by and wait for a relation.
`tests/benchmarks/bench_duplicates.py` measures how well and how fast.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple, TypeVar

from papershelf.cache import digest
from papershelf.identity import identifier_key, title_key, words
from papershelf.model import Match, Paper, Verdict
from papershelf.processes import runs, spread

Clue = TypeVar("Clue")

# The share of the shorter abstract's word triples that stand in the other too. Of 9,868 papers, the nearest that
# different works came was 0.31 (two papers of one group); abstracts edited as for a second version kept 0.7 and more,
# and real successors that took over their abstract 0.57 to 0.98.
SAME_ABSTRACTS = 0.5
ALIKE_ABSTRACTS = 0.35

# An abstract with fewer word triples than this says too little: phrases that everyone uses would be a third of it.
FEWEST_TRIPLES = 12

# How alike titles must be where no abstracts tell, and how alike if all before the subtitle is equal. Of the
# 48 million pairs of 9,868 papers, 24 come as near; lower, series (`Qwen2 Technical Report`, …) would flood it.
ALIKE_TITLES = 0.85
ALIKE_SUBTITLES = 0.4

# This many of an abstract's triples stand for it in the index, and papers are compared that have two in common. Of two
# abstracts that share half of their triples, one pair in a thousand has fewer; at the threshold, one in forty.
SKETCH = 24
FEWEST_HINTS = 2

# A word or triple that more papers than this have in common leads to nothing, and of the papers that share the others,
# the first few are compared: both bound the work for a paper, however large the shelf.
LONGEST_POSTING = 50
MOST_COMPARED = 10

WORTH_A_PROCESS = 1500
"""Papers that are compared sooner by another process than by this one."""

_SUBTITLE = re.compile(r":\s*|\s+[-–—]+\s+")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_WORD = re.compile(r"[^\W_]+")
_APART = bytes(code if code > 127 or chr(code).isalnum() else ord(" ") for code in range(256))
_SMALL = -(2**62)  # of hashes of 64 bits, a quarter
_ARXIV_DOI = "10.48550/arxiv."
_ACL_DOI = "10.18653/v1/"


class Index:
    """Papers that others can be matched with, without a comparison with each of them."""

    def __init__(self, papers: Iterable[Paper] = ()) -> None:
        """Take the papers that are there already."""
        self._profiles: list[_Profile] = []
        self._sure: defaultdict[str, list[int]] = defaultdict(list)
        self._hints: defaultdict[str | int, list[int]] = defaultdict(list)
        for profile in _profiles(tuple(papers)):
            self._add(profile, _clues(profile))

    def add(self, paper: Paper) -> None:
        """Take one more paper."""
        profile = _profile(paper)
        self._add(profile, _clues(profile))

    def _add(self, profile: _Profile, clues: _Clues) -> None:
        number = len(self._profiles)
        self._profiles.append(profile)
        for name in clues.names:
            self._sure[name].append(number)
        for hint in clues.hints():
            self._hints[hint].append(number)

    def matches(self, paper: Paper) -> list[Match]:
        """What a paper that isn't in the index matches: the sure ones, or, where there is none, the likely ones.

        The paper is each match's first. What looks like a paper that is surely there was a question when that one came.
        """
        profile = _profile(paper)
        found = [_judge(profile, self._profiles[number]) for number in self._candidates(_clues(profile))]
        matches = sorted((match for match in found if match), key=_rank)
        return [match for match in matches if match.verdict == "same"] or matches

    def _candidates(self, clues: _Clues) -> set[int]:
        """The papers worth a comparison: all that share a name, and the first of those that share hints."""
        postings = [self._hints.get(hint, ()) for hint in clues.questions()]
        votes = Counter(chain.from_iterable([posting for posting in postings if len(posting) <= LONGEST_POSTING]))
        likeliest = [number for number, count in votes.items() if count >= FEWEST_HINTS]
        # One more than are compared: a paper in the index finds itself first. Ids break ties, so that order doesn't.
        if len(likeliest) > MOST_COMPARED + 1:
            likeliest.sort(key=lambda number: (-votes[number], self._profiles[number]))
            del likeliest[MOST_COMPARED + 1 :]
        return {*likeliest, *(number for name in clues.names for number in self._sure.get(name, ()))}


class _Shelf(Index):
    """Papers that are matched with one another: of each, only the clues are kept that lead to another."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        super().__init__()
        profiles = _profiles(papers)
        names = _repeated(profile.names() for profile in profiles)
        sketches = _repeated(profile.sketch for profile in profiles)
        asked = set[str]().union(*(_features(profile.paper.title) for profile in profiles if not profile.triples))
        self._clues = []
        for profile in profiles:
            features = asked.intersection(_features(profile.paper.title)) if asked else ()
            shared = names.intersection(profile.names()), sketches.intersection(profile.sketch)
            self._clues.append(_Clues(*shared, features, bare=not profile.triples))
            self._add(profile, self._clues[-1])

    def pairs(self, numbers: Iterable[int]) -> set[tuple[int, int]]:
        """The pairs worth a comparison in which some papers are, all by their numbers."""
        found = ((number, other) for number in numbers for other in self._candidates(self._clues[number]))
        return {(min(pair), max(pair)) for pair in found if pair[0] != pair[1]}

    def judged(self, pairs: Iterable[tuple[int, int]]) -> list[Match]:
        """The matches among some pairs."""
        judged = (_judge(*sorted((self._profiles[one], self._profiles[other]))) for one, other in pairs)
        return [match for match in judged if match]


def _repeated(collections: Iterable[Collection[Clue]]) -> set[Clue]:
    """What several of these collections hold."""
    seen: set[Clue] = set()
    again: set[Clue] = set()
    for collection in collections:
        again.update(seen.intersection(collection))
        seen.update(collection)
    return again


def compared(papers: Sequence[Paper]) -> bytes:
    """The digest of what `find` reads of papers: as long as that is the same, so is what it finds."""
    told = [paper.text_digest for paper in papers]
    named = [f"{paper.arxiv} {paper.acl} {paper.doi}" for paper in papers]
    said = [(paper.id, paper.relations, paper.aliases) for paper in papers if paper.relations or paper.aliases]
    return digest(b"".join(told) + repr((named, said)).encode(errors="surrogatepass"))


def find(papers: Iterable[Paper]) -> list[Match]:
    """All matches among papers, the sure ones first, without those that a curator has judged."""
    every = tuple(papers)
    shelf = _Shelf(every)
    pairs = set[tuple[int, int]]().union(
        *spread(shelf.pairs, runs(range(len(every)), WORTH_A_PROCESS), "Looking for papers to compare")
    )
    parts = spread(shelf.judged, runs(sorted(pairs), WORTH_A_PROCESS), "Looking for duplicates")
    return sorted((match for part in parts for match in part), key=_rank)


def compare(one: Paper, other: Paper) -> Match | None:
    """Whether two papers are the same work or look alike."""
    return _judge(_profile(one), _profile(other))


class _Text(NamedTuple):
    """What takes time to make of a paper: the key of its title, and of its abstract all triples and a sample."""

    key: str
    triples: array[int]
    sketch: array[int]


# Kept, because a shelf that is served compares the same papers after each edit.
@lru_cache(maxsize=2**14)
def _text(title: str, abstract: str) -> _Text:
    triples = _triples(abstract)
    # Most abstracts have enough in the smallest quarter: the others needn't be sorted.
    small = {triple for triple in triples if triple < _SMALL}
    if len(small) < SKETCH:
        small = set(triples)
    if len(small) < FEWEST_TRIPLES:
        return _Text(title_key(title), array("q"), array("q"))
    # An array takes a tenth of a list's memory.
    return _Text(title_key(title), array("q", triples), array("q", sorted(small)[:SKETCH]))


def _texts(papers: Iterable[Paper]) -> list[_Text]:
    return [_text(paper.title, paper.abstract or "") for paper in papers]


class _Profile:
    """What is compared of a paper."""

    __slots__ = ("identifiers", "key", "paper", "sketch", "triples")

    def __init__(self, paper: Paper, text: _Text) -> None:
        self.paper = paper
        self.identifiers = _identifiers(paper)
        self.key, self.triples, self.sketch = text

    def __lt__(self, other: _Profile) -> bool:
        return self.paper.id < other.paper.id

    def names(self) -> tuple[str, ...]:
        """What two papers share only if they are the same work or must be asked about."""
        named = {"title": self.key, **self.identifiers} if self.key else self.identifiers
        return tuple(f"{kind} {value}" for kind, value in named.items())


def _profile(paper: Paper) -> _Profile:
    return _Profile(paper, _text(paper.title, paper.abstract or ""))


def _profiles(papers: Sequence[Paper]) -> list[_Profile]:
    texts = (
        text for part in spread(_texts, runs(papers, WORTH_A_PROCESS), "Looking through abstracts") for text in part
    )
    return [_Profile(paper, text) for paper, text in zip(papers, texts, strict=True)]


class _Clues(NamedTuple):
    """What a paper finds others by, and is found by."""

    names: Collection[str]
    sketch: Collection[int]
    features: Collection[str]
    bare: bool

    def hints(self) -> Iterator[str | int]:
        """What the paper is found by, where it shares no name."""
        yield from self.sketch
        for feature in self.features:
            yield feature
            if self.bare:
                yield f"bare {feature}"

    def questions(self) -> Iterator[str | int]:
        """What papers like it are found by; titles count only where one of the two has no abstract."""
        yield from self.sketch
        yield from self.features if self.bare else (f"bare {feature}" for feature in self.features)


def _clues(profile: _Profile) -> _Clues:
    return _Clues(profile.names(), profile.sketch, _features(profile.paper.title), bare=not profile.triples)


def _features(title: str) -> set[str]:
    found = words(title)
    return {f"{_head(title)}:", *found, *map(" ".join, pairwise(found))}


def _judge(one: _Profile, other: _Profile) -> Match | None:
    """What there is to say of a pair; a curator's word settles all but a common identifier, which stays a mistake."""
    common = [kind for kind, value in one.identifiers.items() if other.identifiers.get(kind) == value]
    apart = [kind for kind, value in one.identifiers.items() if other.identifiers.get(kind, value) != value]
    if (apart or not common) and _judged(one.paper, other.paper):
        return None
    share = _share(one, other)
    verdict = _verdict(one, other, share, common=bool(common), apart=bool(apart))
    if verdict is None:
        return None
    return Match(one.paper.id, other.paper.id, verdict, _evidence(one, other, share, common, apart))


def _verdict(one: _Profile, other: _Profile, share: float | None, *, common: bool, apart: bool) -> Verdict | None:
    """The rules, from the surest to the weakest."""
    if common:
        return "likely" if apart else "same"
    if one.key and one.key == other.key:
        return "likely" if apart or share is None or share < SAME_ABSTRACTS else "same"
    if share is not None:
        # Two abstracts tell more than two titles: those of different works come within a word of each other.
        return "likely" if share >= ALIKE_ABSTRACTS else None
    return "likely" if not apart and _alike_titles(one, other) else None


def _rank(match: Match) -> tuple[bool, str, str]:
    return (match.verdict != "same", match.first, match.second)


def _judged(one: Paper, other: Paper) -> bool:
    """Whether a curator has said, in either one's file, what the two are to each other."""
    return any(
        relation.paper == named.id or relation.paper in named.aliases
        for paper, named in ((one, other), (other, one))
        for relation in paper.relations
    )


def _identifiers(paper: Paper) -> dict[str, str]:
    """A paper's identifiers by kind; a DOI that only wraps an arXiv number or ACL id counts as that."""
    doi = identifier_key(paper.doi) if paper.doi else ""
    wrapped = {
        "arXiv number": doi.removeprefix(_ARXIV_DOI) if doi.startswith(_ARXIV_DOI) else "",
        "ACL id": doi.removeprefix(_ACL_DOI) if doi.startswith(_ACL_DOI) else "",
    }
    found = {
        "arXiv number": (paper.arxiv or wrapped["arXiv number"]).lower(),
        "ACL id": (paper.acl or wrapped["ACL id"]).lower(),
        "DOI": "" if any(wrapped.values()) else doi,
    }
    return {kind: value for kind, value in found.items() if value}


def _triples(abstract: str) -> list[int]:
    """The hashes of an abstract's word triples: the smallest of them are a fair sample.

    Captures differ in spacing, case and TeX, which are folded more cheaply here than for a title: there is more of it.
    """
    plain = unicodedata.normalize("NFKC", _COMMAND.sub(" ", abstract)).casefold()
    if not plain.isascii():
        plain = " ".join(_WORD.findall(plain))
    # Bytes are split several times faster. Unlike the hash of a text, that of numbers is the same in every process.
    numbers = [*map(zlib.crc32, plain.encode().translate(_APART).split())]
    return [*map(hash, zip(numbers, numbers[1:], numbers[2:], strict=False))]


def _share(one: _Profile, other: _Profile) -> float | None:
    """How much of the shorter abstract stands in the other (one of the two may be cut short), or None without one."""
    if not one.triples or not other.triples:
        return None
    triples, others = _distinct(one), _distinct(other)
    return len(triples & others) / min(len(triples), len(others))


def _alike_titles(one: _Profile, other: _Profile) -> bool:
    """Whether titles alone suggest one work: a subtitle dropped or changed, other spellings, another order of words."""
    head = _head(one.paper.title)
    if head and head == _head(other.paper.title):
        return head in (one.key, other.key) or _likeness(one, other) >= ALIKE_SUBTITLES
    if _numbers(one.key) != _numbers(other.key):
        return False  # the second of a series is another work
    return _likeness(one, other) >= ALIKE_TITLES or _sorted_words(one.paper.title) == _sorted_words(other.paper.title)


def _likeness(one: _Profile, other: _Profile) -> float:
    """How much of the letters of two titles is common, of all there is in both (Dice)."""
    letters, others = _letters(one.key), _letters(other.key)
    return 2 * len(letters & others) / (len(letters) + len(others) or 1)


# A paper is compared with some others, and then with none: what is made for that is kept only so long.


@lru_cache(maxsize=2**10)
def _distinct(profile: _Profile) -> frozenset[int]:
    return frozenset(profile.triples)


@lru_cache(maxsize=2**12)
def _head(title: str) -> str:
    """The key of what stands before the subtitle."""
    return title_key(_SUBTITLE.split(title, maxsplit=1)[0])


@lru_cache(maxsize=2**12)
def _numbers(key: str) -> list[str]:
    return sorted(re.findall(r"\d+", key))


@lru_cache(maxsize=2**12)
def _sorted_words(title: str) -> list[str]:
    return sorted(words(title))


@lru_cache(maxsize=2**12)
def _letters(key: str) -> frozenset[str]:
    """The runs of three letters in a key, which hyphens leave alone and a typo changes three of.

    Copies of a run are numbered, so that sets count them: those are compared fast.
    """
    runs = Counter(key[at : at + 3] for at in range(len(key) - 2))
    return frozenset(f"{run}{copy or ''}" for run, count in runs.items() for copy in range(count))


def _evidence(one: _Profile, other: _Profile, share: float | None, common: Sequence[str], apart: Sequence[str]) -> str:
    """All that a curator can judge a pair by, in one sentence."""
    about = [f"both have the {kind} {one.identifiers[kind]}" for kind in common]
    about += [_about_titles(one, other), _about_abstracts(one, other, share)]
    return "; ".join([*about, *(f"they have different {kind}s" for kind in apart)])


def _about_titles(one: _Profile, other: _Profile) -> str:
    if one.paper.title == other.paper.title:
        return "the titles are equal"
    if one.key == other.key:
        return "the titles are equal but for case, spacing, TeX or punctuation"
    mine, others = words(one.paper.title), words(other.paper.title)
    longest = max(len(mine), len(others))
    differing = longest - (Counter(mine) & Counter(others)).total()
    if not differing:
        return "the titles have the same words in another order"
    return f"the titles differ in {differing} of {longest} words"


def _about_abstracts(one: _Profile, other: _Profile, share: float | None) -> str:
    if share is not None:
        return f"the abstracts share {share:.0%} of the shorter one's word triples"
    return f"{'only one' if one.triples or other.triples else 'neither'} of them has an abstract to compare"
