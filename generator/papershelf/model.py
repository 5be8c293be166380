"""The facts of a shelf: frozen, neither read nor written here.

The fields' types and their `fact()` descriptions are the one definition of the data format: `values` converts by them,
`schema` prints them, `yamlfile` writes in their order.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from itertools import pairwise
from operator import itemgetter
from typing import Any, Literal, get_args, get_origin, get_type_hints

Form = Literal[
    "text", "prose", "id", "tag", "topic", "paper", "list", "url", "arxiv", "acl", "doi", "language", "sha256", "kind"
]
"""What a text in the data may look like; `values` checks it, `schema` prints it as a pattern."""


TOGETHER = 100
"""How many papers stand together in a piece of a file."""


def fact(doc: str, form: Form = "text", *, stored: bool = True) -> Any:
    """A field of the data format: what it means, the form of its text, and whether it stands in the file.

    A field that is not `stored` is known from elsewhere, as a paper's id is from its file's name.
    """
    return dataclasses.field(metadata={"doc": doc, "form": form, "stored": stored})


def optional(doc: str, form: Form = "text", default: object = None, *, stored: bool = True) -> Any:
    """The same for a field that may be absent."""
    return dataclasses.field(default=default, metadata={"doc": doc, "form": form, "stored": stored})


@dataclass(frozen=True)
class Field:
    """A stored field: its key in the file, and how `values` and `schema` are to take it."""

    key: str
    attribute: str
    doc: str
    form: Form
    type: type
    many: bool
    required: bool


@cache
def stored_fields(kind: type) -> dict[str, Field]:
    """The fields that stand in a file of this kind, by key, in the order they are written."""
    hints = get_type_hints(kind)
    fields = {}
    for field in dataclasses.fields(kind):
        if field.metadata["stored"]:
            hint = hints[field.name]
            arguments = [part for part in get_args(hint) if part not in (type(None), Ellipsis)]
            fields[field.name.replace("_", "-")] = Field(
                key=field.name.replace("_", "-"),
                attribute=field.name,
                doc=field.metadata["doc"],
                form=field.metadata["form"],
                type=arguments[0] if arguments else hint,
                many=get_origin(hint) is tuple,
                required=field.default is dataclasses.MISSING,
            )
    return fields


@dataclass(frozen=True)
class Appearance:
    """A paper's place in a captured list."""

    list: str = fact("The list's id, from data/lists.yml.", "list")
    position: int = fact("The place in the list, counted from 1.")
    title: str | None = optional("The title as this list prints it, where it differs from the paper's.")


@dataclass(frozen=True)
class Relation:
    """What one paper is to another: exactly one of the two is given."""

    version_of: str | None = optional("The id of the paper that this one is a version of.", "paper")
    distinct: str | None = optional("The id of a look-alike that a curator judged to be another work.", "paper")
    why: str | None = optional("The curator's reason.")

    @property
    def paper(self) -> str:
        """The id of the other paper."""
        return self.version_of or self.distinct or ""


@dataclass(frozen=True)
class Links:
    """Addresses that belong to a paper."""

    paper: str | None = optional("Where the paper is, only where no arxiv, acl or doi gives the address.", "url")
    code: str | None = optional("Its code.", "url")
    data: str | None = optional("Its data.", "url")
    project: str | None = optional("Its project page.", "url")


@dataclass(frozen=True)
class Paper:
    """One work: one file, one permanent page."""

    id: str = fact("The file's name.", "id", stored=False)
    title: str = fact("The title.")
    topics: tuple[str, ...] = optional("Ids from data/topics.yml, the most fitting first.", "topic", ())
    tags: tuple[str, ...] = optional("Ids from data/tags.yml, the most important first.", "tag", ())
    summary: str | None = optional("One sentence in the curator's own words: what is new, and what it gives.")
    note: str | None = optional("Why the paper is on this shelf.", "prose")
    authors: tuple[str, ...] = optional("The complete list of authors, or nothing.", "text", ())
    year: int | None = optional("The year of publication, or of the first version.")
    venue: str | None = optional("Where it was published.")
    arxiv: str | None = optional("The arXiv number, in quotes.", "arxiv")
    acl: str | None = optional("The ACL Anthology id.", "acl")
    doi: str | None = optional("The DOI, without an address before it.", "doi")
    links: Links | None = optional("Other addresses that belong to the paper.")
    language: str | None = optional(
        "The language the paper is written in, where it isn't English, as in BCP 47.", "language"
    )
    added: datetime.date | None = optional("The day the paper came onto the shelf; tools write it.")
    aliases: tuple[str, ...] = optional("Ids that this paper had before; their addresses lead here.", "id", ())
    relations: tuple[Relation, ...] = optional(
        "What this paper is to others, written in the newer one's file.", "text", ()
    )
    appearances: tuple[Appearance, ...] = optional("The paper's places in captured lists.", "text", ())
    abstract: str | None = optional("The abstract as it was captured.")
    source: str = optional("The path of the paper's file below data/.", "text", "", stored=False)

    @cached_property
    def text_digest(self) -> bytes:
        """What tells the id, the title and the abstract from any others; kept with the paper from build to build."""
        # No text holds the sign that stands between them.
        told = f"{self.id}\0{self.title}\0{self.abstract or ''}"
        return blake2b(told.encode(errors="surrogatepass"), digest_size=16).digest()

    def __hash__(self) -> int:
        """That of the id: to look at every text each time takes longer than most of what is looked up."""
        return hash(self.id)

    @property
    def url(self) -> str | None:
        """The address of the real paper, where one is known."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return self.acl_url or self.doi_url or (self.links.paper if self.links else None)

    @property
    def acl_url(self) -> str | None:
        """Its address at the ACL Anthology."""
        return f"https://aclanthology.org/{self.acl}/" if self.acl else None

    @property
    def doi_url(self) -> str | None:
        """The address that its DOI stands for."""
        return f"https://doi.org/{self.doi}" if self.doi else None


@dataclass(frozen=True)
class Topic:
    """A section of the shelf."""

    id: str = fact("The topic's id, which is its address.", "id")
    name: str = fact("The name that readers see.")
    description: str = fact("Two or three sentences on what belongs here.", "prose")
    aliases: tuple[str, ...] = optional("Ids that this topic had before; their addresses lead here.", "id", ())
    line: int = optional("The line of data/topics.yml where it begins.", "text", 0, stored=False)


@dataclass(frozen=True)
class Tag:
    """A term of the controlled vocabulary."""

    id: str = fact("The tag's id, which is its address.", "id")
    name: str = fact("The name that readers see.")
    description: str = fact("What the tag means, so that two people give it to the same papers.", "prose")
    aliases: tuple[str, ...] = optional("Former ids and synonyms; their addresses lead here.", "id", ())
    line: int = optional("The line of data/tags.yml where it begins.", "text", 0, stored=False)


@dataclass(frozen=True, kw_only=True)
class ReadingList:
    """One captured listing."""

    id: str = fact("The list's id: its capture is data/captures/<id>.txt.", "id")
    title: str = fact("The title as the listing prints it.")
    source: str | None = optional("Where the listing is from, in its own words.")
    date: str | None = optional("The date as the listing prints it.")
    papers: int = fact("How many papers the listing holds.")
    sha256: str = fact("The capture's SHA-256: another text is another list.", "sha256")
    line: int = optional("The line of data/lists.yml where it begins.", "text", 0, stored=False)


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was taken off the shelf: its address stays, as a page that says so."""

    id: str = fact("The id it had.", "id")
    kind: str = fact("What it was: paper, topic or tag.", "kind")
    title: str = fact("The title of the paper, or the name of the topic or tag.")
    reason: str = fact("Why it isn't on the shelf any more.", "prose")
    date: datetime.date | None = optional("The day it was removed; tools write it.")
    aliases: tuple[str, ...] = optional("Ids that it had before; their addresses lead to the same page.", "id", ())
    appearances: tuple[Appearance, ...] = optional("The paper's places in captured lists.", "text", ())
    line: int = optional("The line of data/removed.yml where it begins.", "text", 0, stored=False)


Verdict = Literal["same", "likely"]
"""Whether two papers surely are one, or may be."""


@dataclass(frozen=True)
class Match:
    """Two papers that are the same work, or may be, and what says so."""

    first: str
    second: str
    verdict: Verdict
    evidence: str


@dataclass(frozen=True)
class Catalogue:
    """Everything that was loaded, checked and linked, in the shelf's one order.

    `alike` are the papers that look like another, and that no curator has judged.
    """

    papers: tuple[Paper, ...] = ()
    topics: tuple[Topic, ...] = ()
    tags: tuple[Tag, ...] = ()
    lists: tuple[ReadingList, ...] = ()
    removed: tuple[Removed, ...] = ()
    alike: tuple[Match, ...] = ()

    @cached_property
    def paper(self) -> Mapping[str, Paper]:
        """The papers by id."""
        return {paper.id: paper for paper in self.papers}

    @cached_property
    def topic(self) -> Mapping[str, Topic]:
        """The topics by id."""
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def tag(self) -> Mapping[str, Tag]:
        """The tags by id."""
        return {tag.id: tag for tag in self.tags}

    @cached_property
    def list(self) -> Mapping[str, ReadingList]:
        """The lists by id."""
        return {entry.id: entry for entry in self.lists}

    @cached_property
    def runs(self) -> tuple[tuple[int, tuple[Paper, ...]], ...]:
        """The papers in runs of a hundred, of which files of all papers are put together, each run with its number.

        They are counted from the end: new papers come first, where a run has what is left over, and move no other.
        """
        papers, count = self.papers, len(self.papers)
        ends = sorted({0, *range(count % TOGETHER, count + 1, TOGETHER)})
        return tuple([((count - end) // TOGETHER, papers[start:end]) for start, end in pairwise(ends)])

    @cached_property
    def by_topic(self) -> Mapping[str, tuple[Paper, ...]]:
        """The papers of each topic, in the shelf's order."""
        return grouped(((paper, paper.topics) for paper in self.papers), self.topic)

    @cached_property
    def by_tag(self) -> Mapping[str, tuple[Paper, ...]]:
        """The papers of each tag, in the shelf's order."""
        return grouped(((paper, paper.tags) for paper in self.papers), self.tag)

    @cached_property
    def by_list(self) -> Mapping[str, tuple[Paper, ...]]:
        """The papers of each list, in the list's own order."""
        places = [(place.list, place.position, paper) for paper in self.papers for place in paper.appearances]
        places.sort(key=itemgetter(1))
        return grouped(((paper, (name,)) for name, _, paper in places), self.list)


def grouped(papers: Iterable[tuple[Paper, Iterable[str]]], known: Iterable[str]) -> dict[str, tuple[Paper, ...]]:
    """Papers by the names that each comes with, of those that are known, in the order in which they come."""
    groups: dict[str, list[Paper]] = {name: [] for name in known}
    for paper, names in papers:
        for name in names:
            groups[name].append(paper)
    return {name: tuple(group) for name, group in groups.items()}


def in_order(papers: tuple[Paper, ...], lists: tuple[ReadingList, ...]) -> tuple[Paper, ...]:
    """Papers in the order used everywhere: `added` (newest first), then the lists' order, the position, the id."""
    rank = {entry.id: number for number, entry in enumerate(lists)}
    unlisted = (len(rank), 0)

    def key(paper: Paper) -> tuple[int, tuple[int, int], str]:
        # A list, because that is asked of each paper, and a generator takes longer to begin than to end.
        places = [(rank.get(place.list, len(rank)), place.position) for place in paper.appearances]
        return (-paper.added.toordinal() if paper.added else 0, min(places) if places else unlisted, paper.id)

    return tuple(sorted(papers, key=key))
