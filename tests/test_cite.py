"""Citations read back with an independent library, and say nothing that isn't known."""

from __future__ import annotations

from pathlib import Path

import pytest
from pybtex.database import BibliographyData, parse_string

from papershelf.checks import checked
from papershelf.cite import bibtex
from papershelf.load import Data
from papershelf.model import Paper


@pytest.fixture(scope="module")
def shelf(root: Path) -> tuple[Paper, ...]:
    return checked(Data(root / "data")).papers


def read(paper: Paper) -> BibliographyData:
    return parse_string(bibtex(paper), "bibtex")


def test_every_paper_of_the_shelf_reads_back(shelf: tuple[Paper, ...]) -> None:
    for paper in shelf:
        entry = read(paper).entries[paper.id]
        assert len(entry.persons.get("author", [])) == len(paper.authors)
        assert entry.fields.get("year") == (str(paper.year) if paper.year else None)
        assert entry.fields.get("eprint") == paper.arxiv
        assert entry.fields.get("archiveprefix") == ("arXiv" if paper.arxiv else None)
        assert entry.fields.get("doi") == paper.doi


def test_special_characters_are_escaped_so_that_it_compiles() -> None:
    text = bibtex(Paper(id="x", title="Costs & Gains: 100% of $5 in {C} # ^ \\z", authors=("Bo Writer & Sons",)))
    assert r"Costs \& Gains: 100\% of \$5 in \{C\} \# \textasciicircum{} \textbackslash{}z}}" in text
    assert r"Bo Writer \& Sons" in text


def test_what_is_not_known_is_left_out() -> None:
    assert bibtex(Paper(id="x", title="Only a title")) == "@misc{x,\n  title = {{Only a title}}\n}"
