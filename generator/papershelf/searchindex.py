"""Catalogue to the files that search reads in the browser; `themes/material/assets/search/engine.js` reads them.

What every search needs is in a few files that are read when a reader begins to type: `index.json`, the titles, and the
topics and tags of each paper. The words of summaries and abstracts, with the places where they stand, are in shards by
the alphabet, of which a search reads those of its words; where one is found nowhere, it reads the list of those words,
and looks for what was meant. No text stands here twice: a passage is taken from its page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial

from papershelf.cache import Results, digest
from papershelf.folding import words
from papershelf.identity import MAX_ID
from papershelf.model import Catalogue, Paper
from papershelf.processes import Helper
from papershelf.searchwords import ABSTRACT, STOP, STRIDE, Made, as_json, made_of, words_in
from papershelf.site import Download, Site
from papershelf.text import plain
from papershelf.views import list_names

FOLDER = "assets/search/"

TOGETHER = 5000
"""How many papers' titles, and how many papers' labels, are in one file."""


def begin(papers: tuple[Paper, ...], results: Results, helper: Helper) -> None:
    """Have a helper begin with what takes longest of the files that search reads."""
    every = words_in(papers)
    results.begin("words", every.version.encode(), helper, partial(made_of, every.count), every.texts())


def downloads(shelf: Catalogue, site: Site, results: Results) -> Iterator[Download]:
    """The files that search reads; `results` may know those that are made from texts alone."""
    index, every = _Index(shelf, site, results), words_in(shelf.papers)
    yield Download(f"{FOLDER}index.json", index.head, (shelf, site))
    for number, (papers, filed) in enumerate(zip(index.runs, index.filed, strict=True)):
        texts = b"".join([paper.text_digest for paper in papers])
        yield Download(f"{FOLDER}titles-{number}.json", partial(index.titles, papers), (texts,), len(papers) // 20)
        yield Download(f"{FOLDER}labels-{number}.json", partial(index.labels, papers), (filed, index.names))
        yield Download(f"{FOLDER}facets-{number}.json", partial(index.facets, papers), (filed, shelf.lists))
    yield Download(f"{FOLDER}spelling.json", index.spelling, (every.version,))
    for number in range(every.count):
        yield Download(f"{FOLDER}words-{number}.json", partial(index.shard, number), (every.version, number))


class _Index:
    """What the files are made from, each part when the first file is that needs it."""

    def __init__(self, shelf: Catalogue, site: Site, results: Results) -> None:
        self._shelf, self._site, self._results = shelf, site, results
        self._words = words_in(shelf.papers)
        self._label = {f"topic {topic.id}": number for number, topic in enumerate(shelf.topics)}
        self._label |= {f"tag {tag.id}": number for number, tag in enumerate(shelf.tags, len(shelf.topics))}
        self.names = tuple(self._label)
        """What topics and tags are called in labels, in the order of their numbers."""
        self._list = {entry.id: number for number, entry in enumerate(shelf.lists)}
        self.runs = [shelf.papers[start : start + TOGETHER] for start in range(0, len(shelf.papers), TOGETHER)]
        self.filed = [_filed(papers) for papers in self.runs]
        """For each run of papers, what tells how they are filed from any other way."""

    def head(self) -> bytes:
        """What there is, and what topics, tags and lists are called."""
        shelf, names = self._shelf, list_names(self._shelf)
        return as_json(
            {
                "version": self._words.version,
                "labelled": self._labelled,
                "papers": len(shelf.papers),
                "together": TOGETHER,
                "paper": self._site.address("papers/*.md").removeprefix(self._site.url or ""),
                "stride": STRIDE,
                "abstract": ABSTRACT,
                "stop": sorted(STOP),
                "everywhere": self._made[2],
                "topics": [[topic.id, topic.name, *topic.aliases] for topic in shelf.topics],
                "tags": [[tag.id, tag.name, *tag.aliases] for tag in shelf.tags],
                "lists": [[entry.id, names[entry.id]] for entry in shelf.lists],
                "shards": [first for first, _ in self._made[0]],
            }
        )

    @property
    def _labelled(self) -> str:
        """What tells labels and facets, which go together, from those of any other build."""
        return _told((self.filed, self.names, self._list)).hex()[:16]

    def titles(self, papers: Sequence[Paper]) -> bytes:
        """The titles of some papers, and those ids that don't follow from the title."""
        shown = [plain(paper.title) for paper in papers]
        ids = {
            str(at): p.id for at, (p, title) in enumerate(zip(papers, shown, strict=True)) if p.id != usual_id(title)
        }
        return as_json({"titles": shown, "ids": ids})

    def labels(self, papers: Sequence[Paper]) -> bytes:
        """The topics and tags of some papers, as numbers: a tag's are behind the topics'."""
        return as_json(
            [
                [*(self._label[f"topic {name}"] for name in p.topics), *(self._label[f"tag {name}"] for name in p.tags)]
                for p in papers
            ]
        )

    def facets(self, papers: Sequence[Paper]) -> bytes:
        """What else some papers can be filtered by."""
        lists = [sorted({self._list[place.list] for place in paper.appearances}) for paper in papers]
        years = [paper.year or 0 for paper in papers]
        return as_json({"lists": lists, "years": years, "code": [int(bool(p.links and p.links.code)) for p in papers]})

    def shard(self, number: int) -> bytes:
        """A part of all words, and the places of each."""
        return self._made[0][number][1]

    def spelling(self) -> bytes:
        """The words of texts by which mistyped ones are corrected, but for those of titles, which the browser has."""
        return self._made[1]

    @cached_property
    def _made(self) -> Made:
        return self._results.get("words", self._words.version.encode(), self._words.made)


def usual_id(title: str) -> str:
    """The id that the browser takes a paper to have whose title this is."""
    found = ""
    for word in words(title)[0]:
        if len(found) + len(word) >= MAX_ID:
            break
        found += f"-{word}" if found else word
    return found


def _filed(papers: Sequence[Paper]) -> bytes:
    """What tells where papers stand, their years, and which have code, by all of which readers filter."""
    return _told(
        [(p.topics, p.tags, p.year, bool(p.links and p.links.code), [at.list for at in p.appearances]) for p in papers]
    )


def _told(facts: object) -> bytes:
    return digest(repr(facts).encode(errors="surrogatepass"))
