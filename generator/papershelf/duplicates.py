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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from itertools import pairwise
from typing import Literal

from papershelf.identity import identifier_key, title_key, words
from papershelf.model import Paper
from papershelf.processes import runs, spread
from papershelf.progress import counted

Verdict = Literal["same", "likely"]

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
_ARXIV_DOI = "10.48550/arxiv."
_ACL_DOI = "10.18653/v1/"


@dataclass(frozen=True)
class Match:
    """Two papers that are the same work, or may be, and what says so."""

    first: str
    second: str
    verdict: Verdict
    evidence: str


@lru_cache(maxsize=2**12)
def _profile(paper: Paper) -> _Profile:
    """What is compared of a paper; kept, because a shelf that is served compares the same papers after each edit."""
    return _Profile(paper)


def _profiles(papers: Iterable[Paper]) -> list[_Profile]:
    return [_profile(paper) for paper in papers]


class Index:
    """Papers that others can be matched with, without a comparison with each of them."""

    def __init__(self, papers: Iterable[Paper] = ()) -> None:
        """Take the papers that are there already."""
        self._profiles: list[_Profile] = []
        self._sure: defaultdict[str, list[int]] = defaultdict(list)
        self._hints: defaultdict[str | int, list[int]] = defaultdict(list)
        taken = tuple(papers)
        parts = spread(_profiles, runs(taken, WORTH_A_PROCESS), "Looking through abstracts")
        profiles = (profile for part in parts for profile in part)
        for paper, profile in zip(counted(taken, "Indexing papers", len(taken)), profiles, strict=True):
            profile.paper = paper  # not the copy that another process has sent
            self._add(profile)

    def add(self, paper: Paper) -> None:
        """Take one more paper."""
        self._add(_profile(paper))

    def _add(self, profile: _Profile) -> None:
        number = len(self._profiles)
        self._profiles.append(profile)
        for name in profile.names():
            self._sure[name].append(number)
        for hint in profile.hints():
            self._hints[hint].append(number)

    def matches(self, paper: Paper) -> list[Match]:
        """What a paper that isn't in the index matches: the sure ones, or, where there is none, the likely ones.

        The paper is each match's first. What looks like a paper that is surely there was a question when that one came.
        """
        profile = _profile(paper)
        found = [_judge(profile, self._profiles[number]) for number in self._candidates(profile)]
        matches = sorted((match for match in found if match), key=_rank)
        return [match for match in matches if match.verdict == "same"] or matches

    def pairs(self) -> list[Match]:
        """All matches among the papers in the index."""
        numbers = runs(range(len(self._profiles)), WORTH_A_PROCESS)
        judged = spread(self._matches_of, numbers, "Looking for duplicates")
        found = {pair: match for part in judged for pair, match in part.items()}
        return sorted(found.values(), key=_rank)

    def _matches_of(self, numbers: Iterable[int]) -> dict[tuple[int, int], Match]:
        """The matches of some papers in the index, by the numbers of each pair."""
        pairs = {
            (min(number, other), max(number, other))
            for number in numbers
            for other in self._candidates(self._profiles[number])
            if other != number
        }
        judged = ((pair, _judge(*sorted((self._profiles[pair[0]], self._profiles[pair[1]])))) for pair in pairs)
        return {pair: match for pair, match in judged if match}

    def _candidates(self, profile: _Profile) -> set[int]:
        """The papers worth a comparison: all that share a name, and the first of those that share hints."""
        votes: Counter[int] = Counter()
        for hint in profile.questions():
            posting = self._hints.get(hint, ())
            if len(posting) <= LONGEST_POSTING:
                votes.update(posting)
        enough = [number for number, count in votes.items() if count >= FEWEST_HINTS]
        # One more than are compared: a paper in the index finds itself first. Ids break ties, so that order doesn't.
        likeliest = nsmallest(MOST_COMPARED + 1, enough, key=lambda number: (-votes[number], self._profiles[number]))
        return {*likeliest, *(number for name in profile.names() for number in self._sure.get(name, ()))}


def find(papers: Iterable[Paper]) -> list[Match]:
    """All matches among papers, the sure ones first, without those that a curator has judged."""
    return Index(papers).pairs()


def compare(one: Paper, other: Paper) -> Match | None:
    """Whether two papers are the same work or look alike."""
    return _judge(_Profile(one), _Profile(other))


class _Profile:
    """What is compared of a paper, made once."""

    __slots__ = ("head", "identifiers", "key", "paper", "triples", "words")

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.identifiers = _identifiers(paper)
        self.key = title_key(paper.title)
        self.head = title_key(_SUBTITLE.split(paper.title, maxsplit=1)[0])
        self.words = words(paper.title)
        # An array takes a tenth of a set's memory.
        triples = _triples(paper.abstract or "")
        self.triples = array("q", triples if len(triples) >= FEWEST_TRIPLES else ())

    def __lt__(self, other: _Profile) -> bool:
        return self.paper.id < other.paper.id

    def names(self) -> Iterator[str]:
        """What two papers share only if they are the same work or must be asked about."""
        if self.key:
            yield f"title {self.key}"
        yield from (f"{kind} {value}" for kind, value in self.identifiers.items())

    def hints(self) -> Iterator[str | int]:
        """What the paper is found by: the smallest of its triples' hashes, and features of its title."""
        yield from self.triples[:SKETCH]
        for feature in self._title_features():
            yield feature
            if not self.triples:
                yield f"bare {feature}"

    def questions(self) -> Iterator[str | int]:
        """What papers like this one are found by; titles count only where one of the two has no abstract."""
        yield from self.triples[:SKETCH]
        prefix = "bare " if self.triples else ""
        yield from (f"{prefix}{feature}" for feature in self._title_features())

    def _title_features(self) -> set[str]:
        return {f"{self.head}:", *self.words, *map(" ".join, pairwise(self.words))}


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
    """The hashes of an abstract's word triples, each once, sorted: the first of them are a fair sample.

    Captures differ in spacing, case and TeX, which are folded more cheaply here than for a title: there is more of it.
    """
    plain = unicodedata.normalize("NFKC", _COMMAND.sub(" ", abstract)).casefold()
    # Unlike the hash of a text, that of numbers is the same in every process.
    numbers = [zlib.crc32(word.encode()) for word in _WORD.findall(plain)]
    return sorted(set(map(hash, zip(numbers, numbers[1:], numbers[2:], strict=False))))


def _share(one: _Profile, other: _Profile) -> float | None:
    """How much of the shorter abstract stands in the other (one of the two may be cut short), or None without one."""
    if not one.triples or not other.triples:
        return None
    return len(set(one.triples).intersection(other.triples)) / min(len(one.triples), len(other.triples))


def _alike_titles(one: _Profile, other: _Profile) -> bool:
    """Whether titles alone suggest one work: a subtitle dropped or changed, other spellings, another order of words."""
    likeness = _overlap(_letters(one.key), _letters(other.key))
    if one.head and one.head == other.head:
        return one.head in (one.key, other.key) or likeness >= ALIKE_SUBTITLES
    if sorted(re.findall(r"\d+", one.key)) != sorted(re.findall(r"\d+", other.key)):
        return False  # the second of a series is another work
    return likeness >= ALIKE_TITLES or sorted(one.words) == sorted(other.words)


def _letters(key: str) -> list[str]:
    """The runs of three letters in a title's key, which hyphens leave alone and a typo changes three of."""
    return [key[at : at + 3] for at in range(len(key) - 2)]


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of two collections is common, of all there is in both (Dice)."""
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other) or 1)


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
    longest = max(len(one.words), len(other.words))
    differing = longest - (Counter(one.words) & Counter(other.words)).total()
    if not differing:
        return "the titles have the same words in another order"
    return f"the titles differ in {differing} of {longest} words"


def _about_abstracts(one: _Profile, other: _Profile, share: float | None) -> str:
    if share is not None:
        return f"the abstracts share {share:.0%} of the shorter one's word triples"
    return f"{'only one' if one.triples or other.triples else 'neither'} of them has an abstract to compare"
