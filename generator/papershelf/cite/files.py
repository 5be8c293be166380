"""The papers of each listing, and of the whole shelf, as files of citations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

from papershelf.cite.facts import facts
from papershelf.cite.formats import FORMATS
from papershelf.model import Catalogue, Paper
from papershelf.places import LARGE, list_path, tag_path, topic_path
from papershelf.site import Download, Piece

WHOLE = "papers/index.md"
"""The page of all papers; their files stand beside its folder."""


MOST = 1000
"""Papers of a listing that has files: of a large shelf they would take as much room as half of the pages."""


def offered(path: str, count: int) -> tuple[tuple[str, str], ...]:
    """The same as `beside` for a listing of so many papers: none where there are none, or too many."""
    return beside(path) if count <= (LARGE if path == WHOLE else MOST) else ()


def beside(path: str) -> tuple[tuple[str, str], ...]:
    """The formats of a listing's files and where they are: those of `topics/x.md` are `topics/x.bib` and so on."""
    stem = path.removesuffix("/index.md").removesuffix(".md")
    return tuple((form.name, f"{stem}.{form.ending}") for form in FORMATS)


def downloads(shelf: Catalogue) -> Iterator[Download]:
    """The files of the whole shelf, unless it is a large one, and of every listing of a modest number of papers."""
    entries = _Entries()
    if offered(WHOLE, len(shelf.papers)):
        yield from _of_all(shelf, entries)
    listings = [(topic_path(name), papers) for name, papers in shelf.by_topic.items()]
    listings += [(tag_path(name), papers) for name, papers in shelf.by_tag.items()]
    listings += [(list_path(name), papers) for name, papers in shelf.by_list.items()]
    for path, papers in listings:
        if papers:
            for number, (name, place) in enumerate(offered(path, len(papers))):
                yield Download(place, partial(entries.file, number, papers), (name, papers), len(papers) // 150)


def whole_shelf(shelf: Catalogue) -> Iterator[Download]:
    """The files of the whole shelf, however large it is."""
    return _of_all(shelf, _Entries())


def _of_all(shelf: Catalogue, entries: _Entries) -> Iterator[Download]:
    for number, (_, place) in enumerate(beside(WHOLE) if shelf.papers else ()):
        yield Download.of(place, _pieces(shelf, entries, number), len(shelf.papers) // 150)


def _pieces(shelf: Catalogue, entries: _Entries, number: int) -> Iterator[Piece]:
    """The file of the whole shelf in the format of this number."""
    form = FORMATS[number]
    before = form.before
    for name, papers in shelf.runs:
        yield Piece(f"{name}", partial(entries.part, number, papers, before), (papers, before))
        before = form.between
    yield Piece("foot", form.after.encode, ())


class _Entries:
    """Entries, which are made once, however many files a paper stands in."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, ...]] = {}

    def file(self, number: int, papers: tuple[Paper, ...]) -> bytes:
        """The papers in the format of this number."""
        return FORMATS[number].file(self._of(paper)[number] for paper in papers).encode()

    def part(self, number: int, papers: tuple[Paper, ...], before: str) -> bytes:
        """Some papers in the format of this number, behind what stands before them."""
        return (before + FORMATS[number].between.join(self._of(paper)[number] for paper in papers)).encode()

    def _of(self, paper: Paper) -> tuple[str, ...]:
        """A paper's entry in each format."""
        if (made := self._made.get(paper.id)) is None:
            made = self._made[paper.id] = _entries(paper)
        return made


# Kept, because a shelf that is served writes the same papers after each edit.
@lru_cache(maxsize=2**14)
def _entries(paper: Paper) -> tuple[str, ...]:
    known = facts(paper)
    return tuple(form.entry(known) for form in FORMATS)
