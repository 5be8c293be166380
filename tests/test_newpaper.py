"""A new paper, from what is typed and from BibTeX."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from bad_data import add
from papershelf.checks import checked
from papershelf.cite import bibtex
from papershelf.frombibtex import papers
from papershelf.load import Data
from papershelf.model import Catalogue, Links, Paper, Relation
from papershelf.newpaper import New, in_one_line, new, shelved
from papershelf.problems import ProblemsError, RefusedError

TODAY = datetime.date(2026, 3, 2)
DRAFT = Paper(id="", title="A Third Widget", arxiv="2002.00002")
SERIAL = "serial-widgets"
ABSTRACT = (
    "Before widgets were parallel they were serial, one after another, and nobody minded. This abstract says so at "
    "some length, because an abstract has more characters than any title has, and that is how the two are told apart."
)


@pytest.fixture
def data(toy: Path) -> Data:
    return Data(toy / "data")


def made(draft: Paper, data: Data) -> New:
    return new(draft, checked(data), data, TODAY)


def test_a_paper_gets_an_id_a_file_and_a_day(data: Data) -> None:
    found = made(replace(DRAFT, topics=("tools",), tags=("Parallel", "parallel")), data)
    assert found.paper.id == "a-third-widget"
    assert found.source == "papers/a/a-third-widget.yml"
    assert found.text == (
        'title: "A Third Widget"\ntopics:\n  - gadgets\ntags:\n  - parallel\narxiv: "2002.00002"\nadded: "2026-03-02"\n'
    )
    assert not found.matches


def test_an_id_is_never_taken_twice(data: Data) -> None:
    distinct = (Relation(distinct=SERIAL),)
    assert made(Paper(id="", title="Serial Widgets", relations=distinct), data).paper.id != SERIAL
    assert made(Paper(id="", title="Widgets in Parallel", arxiv="2002.00002"), data).paper.id == (
        "widgets-in-parallel-2002-00002"
    )


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Paper(id="", title="Serial Widgets", abstract=ABSTRACT), 'already on the shelf as "Serial Widgets": data/pa'),
        (replace(DRAFT, arxiv="2001.00001"), "already on the shelf as .*both have the arXiv number 2001.00001"),
        (Paper(id="", title="Serial Widgets!"), f"may be on the shelf already, .* add --distinct {SERIAL} --why"),
    ],
)  # fmt: skip
def test_what_is_on_the_shelf_is_told(data: Data, draft: Paper, said: str) -> None:
    found = made(draft, data)
    with pytest.raises(RefusedError, match=said):
        raise shelved(found.matches[0], checked(data), data)


def test_a_curators_word_settles_a_likeness(data: Data) -> None:
    draft = Paper(id="", title="Serial Widgets!", relations=(Relation(distinct=SERIAL, why="Another."),))
    assert not made(draft, data).matches


def test_what_was_removed_is_known(data: Data, toy: Path) -> None:
    entry = '- id: a-third-widget\n  kind: paper\n  title: "A third widget"\n  reason: Not good.\n'
    add(toy, {"data/removed.yml": entry})
    found = made(DRAFT, data)
    assert found.removed
    assert found.removed.reason == "Not good."
    assert found.paper.id == "a-third-widget-2002-00002"


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (replace(DRAFT, tags=("serail",)), 'There is no tag "serail" in data/tags\\.yml\\. Did you mean "serial"\\?'),
        (replace(DRAFT, tags=("nano",)), 'paste: - {id: nano, name: "Nano"'),
        (replace(DRAFT, topics=("serial",)), "It is a tag"),
        (replace(DRAFT, relations=(Relation(distinct="serial-widget"),)), 'Did you mean "serial-widgets"'),
    ],
)
def test_names_that_are_not_known_are_refused(data: Data, draft: Paper, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        made(draft, data)


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (replace(DRAFT, year=20), r'a-third-widget\.yml:2:7: "year" is "20"; expected a year'),
        (replace(DRAFT, doi="nonsense"), '"doi" is "nonsense"; expected a DOI'),
        (replace(DRAFT, links=Links(code="x")), '"code" is "x"; expected an address'),
        (replace(DRAFT, title="\u202e"), "can't be seen"),
    ],
)
def test_values_of_another_form_are_refused(data: Data, draft: Paper, said: str) -> None:
    with pytest.raises(ProblemsError, match=said):
        made(draft, data)


def test_a_file_that_is_in_the_way_stays(data: Data, toy: Path) -> None:
    (toy / "data/papers/a/a-third-widget.yml").mkdir(parents=True)
    with pytest.raises(RefusedError, match="There is a file"):
        new(DRAFT, Catalogue(), data, TODAY)


def test_a_text_in_one_line() -> None:
    assert in_one_line(" a\u202e\tb\r\nc ") == "a b c"


# BibTeX


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("title={{ZeRO}: Memory of {\\'E}cole}", Paper(id="", title="ZeRO: Memory of École")),
        ("title=\"In $\\alpha$-Widgets \\& 50\\% {\\O}re\"", Paper(id="", title="In α-Widgets & 50% Øre")),
        ("title={T}, author={Writer, Bo and Ann van der Berg and Erd{\\H o}s, P.}",
         Paper(id="", title="T", authors=("Bo Writer", "Ann van der Berg", "P. Erdős"))),
        ("title={T}, author={Writer, Jr., Bo}", Paper(id="", title="T", authors=("Bo Writer, Jr.",))),
        ("title={T}, author={Writer, Bo and others}", Paper(id="", title="T")),
        ("title={T}, year=2020, booktitle={Proc. of X}", Paper(id="", title="T", year=2020, venue="Proc. of X")),
        ("title={T}, date={2021-03}, journal={CoRR}", Paper(id="", title="T", year=2021)),
        ("title={T}, eprint={2001.00001v2}, archivePrefix={arXiv}", Paper(id="", title="T", arxiv="2001.00001")),
        ("title={T}, journal={arXiv preprint arXiv:2001.00001}", Paper(id="", title="T", arxiv="2001.00001")),
        ("title={T}, doi={10.1162/tacl\\_a\\_00577}, url={https://x.example/a}",
         Paper(id="", title="T", doi="10.1162/tacl_a_00577")),
        ("title={T}, url={https://x.example/a\\_b}", Paper(id="", title="T", links=Links(paper="https://x.example/a_b"))),
        ("title={T}, url={none}, year={in press}", Paper(id="", title="T")),
        ("title={T}, abstract={One\n  two.}", Paper(id="", title="T", abstract="One two.")),
    ],
)  # fmt: skip
def test_an_entry(fields: str, expected: Paper) -> None:
    assert papers(f"@article{{key, {fields}}}", "x.bib") == (expected,)


def test_several_entries_with_macros() -> None:
    text = "@string{foo={Proc}} % a comment\n@misc{a, title={A}, booktitle=foo}\n@misc{b, title={B}, month=jan}\n"
    assert [(paper.title, paper.venue) for paper in papers(text, "x.bib")] == [("A", "Proc"), ("B", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@misc{a,\n title={T},\n year={2020", "x.bib:3:1: premature end of file. Close the brace or"),
        ("@misc{a, title={T}}\n@misc{a, title={U}}", "x.bib:1:1: repeated bibliography entry"),
        ("@misc{a, title=unknown}", "x.bib:1:1: undefined string"),
        ("nothing", "x.bib:1:1: no entry was found; expected BibTeX"),
        ("@misc{a, year=2020}", 'x.bib:1:1: the entry "a" has no title'),
    ],
)
def test_a_file_that_is_no_bibtex(text: str, said: str) -> None:
    with pytest.raises(ProblemsError, match=said):
        papers(text, "x.bib")


def test_what_we_cite_comes_back(data: Data) -> None:
    for paper in checked(data).papers:
        (back,) = papers(bibtex(paper), "x.bib")
        assert (back.authors, back.year, back.arxiv, back.doi) == (paper.authors, paper.year, paper.arxiv, paper.doi)
