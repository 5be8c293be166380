"""The whole shelf as data: as its schema says, the same facts in JSON and in CSV, and nothing that isn't known."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from papershelf import export
from papershelf.checks import checked
from papershelf.export import COLUMNS, downloads
from papershelf.load import Data
from papershelf.model import Catalogue, Paper
from papershelf.site import Site
from papershelf.text import plain

SITE = Site("A shelf", "https://x.example/shelf/")


def files(shelf: Catalogue, site: Site = SITE) -> dict[str, str]:
    return {download.path: download.make().decode() for download in downloads(shelf, site)}


@pytest.fixture(scope="module", params=["data", "tests/toy/data"])
def shelf(request: pytest.FixtureRequest, root: Path) -> Catalogue:
    return checked(Data(root / request.param))


@pytest.fixture(scope="module")
def document(shelf: Catalogue) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(shelf)["papers.json"])
    return found


def validator(shelf: Catalogue) -> Draft202012Validator:
    schema = json.loads(files(shelf)["papers.schema.json"])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_the_document_is_as_its_schema_says(shelf: Catalogue, document: dict[str, Any]) -> None:
    assert [error.message for error in validator(shelf).iter_errors(document)] == []
    assert document["$schema"] == "https://x.example/shelf/papers.schema.json"
    assert json.loads(files(shelf)["papers.schema.json"])["$id"] == document["$schema"]


def test_a_large_shelfs_files_leave_abstracts_and_summaries_to_the_pages(
    shelf: Catalogue, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "LARGE", len(shelf.papers) - 1)
    bare = json.loads(files(shelf)["papers.json"])
    whole = {download.path: download.make().decode() for download in downloads(shelf, SITE, whole=True)}
    assert json.loads(whole["papers.json"]) == document
    rows, bare_rows = (list(csv.reader(io.StringIO(made["papers.csv"], newline=""))) for made in (whole, files(shelf)))
    assert bare_rows == [row[:-1] for row in rows]
    assert rows[0][-1] == "summary"
    assert any("abstract" in paper for paper in document["papers"])
    assert bare == {
        **document,
        "papers": [{key: value for key, value in paper.items() if key != "abstract"} for paper in document["papers"]],
    }
    assert validator(shelf).is_valid(bare)


@pytest.mark.parametrize(
    ("key", "value"), [("year", "2020"), ("title", " "), ("id", "No Id"), ("more", 1), ("added", "1 May"), ("tags", [])]
)
def test_the_schema_refuses_what_is_otherwise(
    shelf: Catalogue, document: dict[str, Any], key: str, value: object
) -> None:
    (paper, *rest) = document["papers"]
    changed = {**document, "papers": [{**paper, key: value}, *rest]}
    assert not validator(shelf).is_valid(changed)


def test_every_fact_of_every_paper_is_there_as_readable_text(shelf: Catalogue, document: dict[str, Any]) -> None:
    assert [found["id"] for found in document["papers"]] == [paper.id for paper in shelf.papers]
    for paper, found in zip(shelf.papers, document["papers"], strict=True):
        assert found["title"] == plain(paper.title)
        assert found.get("abstract") == paper.abstract
        assert found.get("authors", []) == list(map(plain, paper.authors))
        assert [found.get(key) for key in ("year", "arxiv", "acl", "doi", "url", "note")] == [
            paper.year, paper.arxiv, paper.acl, paper.doi, paper.url, paper.note,
        ]  # fmt: skip
        assert found.get("topics", []) == list(paper.topics)
        assert [place["position"] for place in found.get("appearances", [])] == [p.position for p in paper.appearances]
        assert found["page"] == f"https://x.example/shelf/papers/{paper.id}/"
    for key in ("topics", "tags", "lists"):
        assert [entry["id"] for entry in document[key]] == [entry.id for entry in getattr(shelf, key)]


def test_the_table_has_the_same_facts(shelf: Catalogue, document: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(files(shelf)["papers.csv"], newline="")))
    assert len(rows) == len(shelf.papers)
    for row, paper in zip(rows, document["papers"], strict=True):
        assert tuple(row) == COLUMNS
        for column in ("id", "title", "year", "doi", "url", "page", "summary", "added"):
            assert row[column] == str(paper.get(column, ""))
        for column in ("authors", "topics", "tags"):
            assert row[column] == "; ".join(paper.get(column, []))
        assert row["lists"] == "; ".join(place["list"] for place in paper.get("appearances", []))
        assert row["code"] == paper.get("links", {}).get("code", "")


def test_what_is_not_known_is_left_out() -> None:
    made = files(Catalogue(papers=(Paper(id="x", title="Only a title"),)), Site("A shelf", directory_urls=False))
    assert json.loads(made["papers.json"]) == {
        "$schema": "papers.schema.json", "name": "A shelf", "topics": [], "tags": [], "lists": [],
        "papers": [{"id": "x", "page": "papers/x.html", "title": "Only a title"}],
    }  # fmt: skip
