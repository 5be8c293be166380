"""What a citation says of a paper, as readable text, and the same as tags in the head of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from papershelf.model import Paper
from papershelf.text import plain

_JOURNAL = re.compile(r"\b(?:Annals|Journal|Letters|Magazine|Nature|Review|Science|Trans|Transactions|[JT]MLR|TACL)\b")


@dataclass(frozen=True)
class Facts:
    """What is known of a paper that a citation holds; what isn't known is empty."""

    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: str = ""
    venue: str = ""
    arxiv: str = ""
    doi: str = ""
    url: str = ""
    language: str = ""

    @property
    def journal(self) -> bool:
        """Whether the venue is a journal, by its name; any other is taken for a conference."""
        return _JOURNAL.search(self.venue) is not None


def facts(paper: Paper) -> Facts:
    """The facts of a paper; where it was published counts as its address before where it was put first."""
    return Facts(
        id=paper.id,
        title=plain(paper.title),
        authors=tuple(filter(None, map(plain, paper.authors))),
        year=str(paper.year or ""),
        venue=plain(paper.venue or ""),
        arxiv=paper.arxiv or "",
        doi=paper.doi or "",
        url=paper.acl_url or paper.url or "",
        language=paper.language or "",
    )


def tags(paper: Paper) -> Iterator[tuple[str, str]]:
    """The names and values of the tags by which reference managers know a paper's page, Highwire Press's."""
    known = facts(paper)
    yield "citation_title", known.title
    for author in known.authors:
        yield "citation_author", author
    others = (
        ("citation_publication_date", known.year),
        ("citation_journal_title" if known.journal else "citation_conference_title", known.venue),
        ("citation_arxiv_id", known.arxiv),
        ("citation_doi", known.doi),
        ("citation_language", known.language),
        ("citation_public_url", known.url),
    )
    yield from ((name, value) for name, value in others if value)
