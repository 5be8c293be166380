"""Catalogue to the files that search reads in the browser; `themes/material/assets/search/engine.js` reads them.

What every search needs is in a few files that are read when a reader begins to type: `index.json`, the titles, and the
topics and tags of each paper. The words of summaries and abstracts, with the places where they stand, are in shards by
the alphabet, of which a search reads those of its words; where one is found nowhere, it reads the list of those words,
and looks for what was meant. No text stands here twice: a passage is taken from its page.
"""

from __future__ import annotations

import json
import re
from array import array
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, partial
from itertools import accumulate, chain, count, pairwise
from operator import sub
from typing import NamedTuple

from papershelf.cache import Results, digest
from papershelf.folding import words
from papershelf.identity import MAX_ID
from papershelf.model import Catalogue, Paper
from papershelf.site import Download, Site
from papershelf.text import plain
from papershelf.views import list_names

FOLDER = "assets/search/"

TOGETHER = 5000
"""How many papers' titles, and how many papers' labels, are in one file."""
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


def downloads(shelf: Catalogue, site: Site, results: Results) -> Iterator[Download]:
    """The files that search reads; `results` may know those that are made from texts alone."""
    index = _Index(shelf, site, results)
    yield Download(f"{FOLDER}index.json", index.head, (shelf, site))
    for number, papers in enumerate(_runs(shelf.papers, TOGETHER)):
        texts = b"".join([paper.text_digest for paper in papers])
        yield Download(f"{FOLDER}titles-{number}.json", partial(index.titles, papers), (texts,))
        filed = b"".join([paper.filing_digest for paper in papers])
        yield Download(f"{FOLDER}labels-{number}.json", partial(index.labels, papers), (filed, index.names))
        yield Download(f"{FOLDER}facets-{number}.json", partial(index.facets, papers), (filed, shelf.lists))
    weight = 1 if results.knows("words", index.version.encode()) else len(shelf.papers) // 3
    yield Download(f"{FOLDER}spelling.json", index.spelling, (index.version,), weight)
    for number in range(index.count):
        yield Download(f"{FOLDER}words-{number}.json", partial(index.shard, number), (index.version, number))


class _OfTexts(NamedTuple):
    """The shards with the first word of each, the words by which mistyped ones are corrected, and those left out."""

    shards: list[tuple[str, bytes]]
    spelling: bytes
    everywhere: list[str]


class _Index:
    """What the files are made from, each part when the first file is that needs it."""

    def __init__(self, shelf: Catalogue, site: Site, results: Results) -> None:
        self._shelf, self._site, self._results = shelf, site, results
        letters = sum(len(paper.summary or "") + len(paper.abstract or "") for paper in shelf.papers)
        # A word and what parts it from the next one take some seven letters; a third are stop words.
        self.count = max(1, min(FEW, 2 * letters // (10 * SHARD)), letters // (10 * SHARD))
        """How many shards there are: told by the length of the texts, before the words are known."""
        self._label = {f"topic {topic.id}": number for number, topic in enumerate(shelf.topics)}
        self._label |= {f"tag {tag.id}": number for number, tag in enumerate(shelf.tags, len(shelf.topics))}
        self.names = tuple(self._label)
        """What topics and tags are called in labels, in the order of their numbers."""
        self._list = {entry.id: number for number, entry in enumerate(shelf.lists)}

    @cached_property
    def version(self) -> str:
        """What tells the texts and their order from any other: shards of two versions don't go together."""
        papers = self._shelf.papers
        summaries = "\0".join([paper.summary or "" for paper in papers])
        told = [*(paper.text_digest for paper in papers), summaries.encode(errors="surrogatepass")]
        return digest(b"".join(told)).hex()[:16]

    def head(self) -> bytes:
        """What there is, and what topics, tags and lists are called."""
        shelf, names = self._shelf, list_names(self._shelf)
        return _json(
            {
                "version": self.version,
                "labelled": self._labelled,
                "papers": len(shelf.papers),
                "together": TOGETHER,
                "paper": self._site.address("papers/*.md").removeprefix(self._site.url or ""),
                "stride": STRIDE,
                "abstract": ABSTRACT,
                "stop": sorted(STOP),
                "everywhere": self._of_texts.everywhere,
                "topics": [[topic.id, topic.name, *topic.aliases] for topic in shelf.topics],
                "tags": [[tag.id, tag.name, *tag.aliases] for tag in shelf.tags],
                "lists": [[entry.id, names[entry.id]] for entry in shelf.lists],
                "shards": [first for first, _ in self._shards],
            }
        )

    @property
    def _labelled(self) -> str:
        """What tells labels and facets, which go together, from those of any other build."""
        filed = b"".join([paper.filing_digest for paper in self._shelf.papers])
        return digest(filed + repr((self.names, self._list)).encode(errors="surrogatepass")).hex()[:16]

    def titles(self, papers: Sequence[Paper]) -> bytes:
        """The titles of some papers, and those ids that don't follow from the title."""
        shown = [plain(paper.title) for paper in papers]
        ids = {
            str(at): p.id for at, (p, title) in enumerate(zip(papers, shown, strict=True)) if p.id != usual_id(title)
        }
        return _json({"titles": shown, "ids": ids})

    def labels(self, papers: Sequence[Paper]) -> bytes:
        """The topics and tags of some papers, as numbers: a tag's are behind the topics'."""
        return _json(
            [
                [*(self._label[f"topic {name}"] for name in p.topics), *(self._label[f"tag {name}"] for name in p.tags)]
                for p in papers
            ]
        )

    def facets(self, papers: Sequence[Paper]) -> bytes:
        """What else some papers can be filtered by."""
        lists = [sorted({self._list[place.list] for place in paper.appearances}) for paper in papers]
        years = [paper.year or 0 for paper in papers]
        return _json({"lists": lists, "years": years, "code": [int(bool(p.links and p.links.code)) for p in papers]})

    def shard(self, number: int) -> bytes:
        """A part of all words, and the places of each."""
        return self._shards[number][1]

    def spelling(self) -> bytes:
        """The words of texts by which mistyped ones are corrected, but for those of titles, which the browser has."""
        return self._of_texts.spelling

    @property
    def _shards(self) -> list[tuple[str, bytes]]:
        """The first word of each shard, and its file."""
        return self._of_texts.shards

    @cached_property
    def _of_texts(self) -> _OfTexts:
        """What is made from texts alone."""
        return _OfTexts(*self._results.get("words", self.version.encode(), self._made_of_texts))

    def _made_of_texts(self) -> tuple[list[tuple[str, bytes]], bytes, list[str]]:
        return self._made_shards(), self._made_spelling(), sorted(STOP - self._places.keys())

    def _made_shards(self) -> list[tuple[str, bytes]]:
        # A word of very many places leaves a shard empty, which begins as the next one, so that all are in order.
        parts = [self._words[start:end] for start, end in pairwise([*self._starts, len(self._words)])]
        firsts = (self._words[start] if self._words else "" for start in self._starts)
        return [(first, self._shard(some)) for first, some in zip(firsts, parts, strict=True)]

    def _shard(self, some: list[str]) -> bytes:
        return _json({"words": " ".join(some), "places": " ".join(written(self._places[word]) for word in some)})

    def _made_spelling(self) -> bytes:
        titled = {word for paper in self._shelf.papers for word in words(plain(paper.title))[0]}
        others = titled | self._placed[1]
        some = (word for word in self._words if len(word) >= SPELLED and word.isalpha())
        return _json(after_each_other(word for word in some if word not in others))

    @property
    def _places(self) -> dict[str, array[int]]:
        """For each word, where it stands, in order."""
        return self._placed[0]

    @cached_property
    def _placed(self) -> tuple[dict[str, array[int]], set[str]]:
        """The same, and those words that a hyphen joins in one place alone: nobody looks for these."""
        places: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        mixed = set()
        for number, paper in enumerate(self._shelf.papers):
            for text, start, end in ((paper.summary, 0, ABSTRACT), (paper.abstract, ABSTRACT, STRIDE)):
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
        kept = {word: some for word, some in places.items() if word not in STOP or len(some) < COMMON}
        return kept, {word for word in mixed if len(places[word]) == 1}

    @cached_property
    def _words(self) -> list[str]:
        """All words as the browser sorts them, by UTF-16 units."""
        return sorted(self._places, key=lambda word: word.encode("utf-16-be"))

    @cached_property
    def _starts(self) -> list[int]:
        """The number of each shard's first word; the shards have about as many places each."""
        sums = list(accumulate((len(self._places[word]) + 4 for word in self._words), initial=0))
        return [bisect_right(sums, sums[-1] * number // self.count) - 1 for number in range(self.count)]


def usual_id(title: str) -> str:
    """The id that the browser takes a paper to have whose title this is."""
    found = ""
    for word in words(title)[0]:
        if len(found) + len(word) >= MAX_ID:
            break
        found += f"-{word}" if found else word
    return found


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


def _runs(papers: Sequence[Paper], size: int) -> Iterator[Sequence[Paper]]:
    return (papers[start : start + size] for start in range(0, len(papers), size))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
