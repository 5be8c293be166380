"""The whole shelf as data, for other programs: one JSON document with its schema, and a table.

Keys are those of the data files, made from the model as the schemas are. Texts are readable ones, as pages show them,
but for abstracts, which stand as they were captured: to read ten thousand of them takes a second in each build.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from papershelf.model import Catalogue, Paper, ReadingList, Tag, Topic, stored_fields
from papershelf.places import LARGE, paper_path
from papershelf.schema import export_schema
from papershelf.site import Download, Piece, Site
from papershelf.text import plain

SCHEMA = "papers.schema.json"


def downloads(shelf: Catalogue, site: Site, *, whole: bool = False) -> Iterator[Download]:
    """The files of data, at the site's root.

    Of a large shelf, the document holds no abstracts, with which it would be larger than Git hosts take a file, and the
    table no summaries, unless the `whole` of it is asked for.
    """
    weight, whole = len(shelf.papers) // 20, whole or len(shelf.papers) <= LARGE
    yield Download.of("papers.json", _json(shelf, site, whole=whole), weight)
    yield Download.of("papers.csv", _csv(shelf, site, whole=whole), weight)
    yield Download(SCHEMA, partial(_schema, site), (site,))


def _json(shelf: Catalogue, site: Site, *, whole: bool) -> Iterator[Piece]:
    """The document, with a line for each thing, so that two states of it compare well."""
    yield Piece("head", partial(_head, shelf, site), (shelf.topics, shelf.tags, shelf.lists, site))
    before = ""
    for number, papers in shelf.runs:
        yield Piece(f"{number}", partial(_lines, papers, site, before, whole=whole), (papers, site, before, whole))
        before = ",\n"
    yield Piece("foot", lambda: b"\n]\n}\n", ())


def _head(shelf: Catalogue, site: Site) -> bytes:
    """What stands before the first paper."""
    parts: Mapping[str, Iterable[object]] = {"topics": shelf.topics, "tags": shelf.tags, "lists": shelf.lists}
    lines = [f'"$schema": {_text(site.address(SCHEMA))}', f'"name": {_text(site.name)}']
    lines += [f'"url": {_text(site.url)}'] if site.url else []
    for key, things in parts.items():
        entries = ",\n".join(_text(_facts(thing, site)) for thing in things)
        lines.append(f'"{key}": [\n{entries}\n]')
    return ("{\n" + ",\n".join(lines) + ',\n"papers": [\n').encode()


def _lines(papers: Sequence[Paper], site: Site, before: str, *, whole: bool) -> bytes:
    """A line for each of some papers."""
    shown = papers if whole else [replace(paper, abstract=None) for paper in papers]
    return (before + ",\n".join(_text(_facts(paper, site)) for paper in shown)).encode()


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _facts(thing: object, site: Site) -> dict[str, object]:
    """The stored fields of a thing by key, those that are known; of a paper its id and where its page is, too."""
    own: dict[str, object] = {}
    if isinstance(thing, Paper):
        own |= {"id": thing.id, "page": site.address(paper_path(thing.id))}
        own |= {"url": thing.url} if thing.url else {}
    kind: type = type(thing)
    for field in stored_fields(kind).values():
        value = getattr(thing, field.attribute)
        if value is None or value == ():
            continue
        if field.type is str:
            if field.form == "text" and field.key != "abstract":
                value = list(map(plain, value)) if field.many else plain(value)
        elif field.type is datetime.date:
            value = value.isoformat()
        elif field.type is not int:
            value = [_facts(one, site) for one in value] if field.many else _facts(value, site)
        own[field.key] = value
    return own


COLUMNS = (
    "id", "title", "authors", "year", "venue", "arxiv", "acl", "doi", "url", "page", "code", "topics", "tags", "lists",
    "added", "language", "summary",
)  # fmt: skip


def _csv(shelf: Catalogue, site: Site, *, whole: bool) -> Iterator[Piece]:
    """A row a paper; what is several stands in one cell, parted by semicolons. Without the `whole`, no summaries."""
    end = None if whole else COLUMNS.index("summary")
    yield Piece("head", lambda: _rows([COLUMNS[:end]]), (end,))
    for number, papers in shelf.runs:
        yield Piece(f"{number}", partial(_table, papers, site, end), (papers, site, end))


def _table(papers: Sequence[Paper], site: Site, end: int | None) -> bytes:
    return _rows(_row(paper, site)[:end] for paper in papers)


def _rows(rows: Iterable[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _row(paper: Paper, site: Site) -> tuple[str | int | None, ...]:
    several = paper.topics, paper.tags, tuple(place.list for place in paper.appearances)
    return (
        paper.id, plain(paper.title), "; ".join(map(plain, paper.authors)), paper.year, plain(paper.venue or ""),
        paper.arxiv, paper.acl, paper.doi, paper.url, site.address(paper_path(paper.id)),
        paper.links.code if paper.links else None, *map("; ".join, several),
        paper.added.isoformat() if paper.added else None, paper.language, plain(paper.summary or ""),
    )  # fmt: skip


def _schema(site: Site) -> bytes:
    tables = {"topics": Topic, "tags": Tag, "lists": ReadingList}
    return export_schema(site.address(SCHEMA) if site.url else None, tables).encode()
