"""Citations read back with independent libraries, and say nothing that isn't known.

PAPERSHELF_CORPUS names a file of JSON lines (title, authors, arxiv), gzipped or not, of which five hundred papers are
read back too; without it, five hundred made ones stand for them.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import shutil
import subprocess
import unicodedata
import warnings
from pathlib import Path

import bibtexparser
import pytest
import rispy
from bibtexparser.model import Entry
from pybtex.database import BibliographyData, Person, parse_string
from pylatexenc.latex2text import LatexNodes2Text

from papershelf.checks import checked
from papershelf.cite import FORMATS, Facts, bibtex, facts
from papershelf.cite.names import parted
from papershelf.cite.tex import SIGNS, tex
from papershelf.load import Data
from papershelf.model import Catalogue, Paper

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

BIBTEX, RIS, CSL = FORMATS
STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text"><info><title>t</title><id>t</id>
<updated>2026-01-01T00:00:00+00:00</updated></info><citation><layout><text variable="title"/></layout></citation>
<bibliography><layout><group delimiter=" | "><names variable="author"><name name-as-sort-order="all" delimiter="; "
et-al-min="999" et-al-use-first="999"/></names><text variable="title"/><date variable="issued">
<date-part name="year"/></date><text variable="container-title"/><text variable="DOI"/><text variable="URL"/></group>
</layout></bibliography></style>"""
ODD = (
    Paper(id="only-a-title", title="Only a title"),
    Paper(id="signs", title=r"Costs & Gains: 100% of $5 in {C} # ^ \z ~_<b>|\"", authors=("Bo Writer & Sons",)),
    Paper(id="letters", title="Ærøskøbing, Łódź, Straße, Ngữ pháp, naïve façades — “quoted”, ‘so’ … 10⁸ ± H₂O ≤ ∞"),
    Paper(id="scripts", title="日本語 и русский: Ω, ε and ϵ, φ and ϕ", authors=("李 明", "Ἀριστοτέλης", "Đặng Anh")),
    Paper(
        id="people", title="People", year=2020, venue="Journal of People", doi="10.1000/a_b(c)<d>#e%f", language="de",
        authors=("OpenAI", "BigScience Workshop", "Ona de Gibert", "Blanca Calvo Figueras", "Sammy Davis, Jr.",
                 "Müller, Jürgen", "John F. Kennedy", "Meryem M'hamdi", "Jordi Armengol-Estapé", "others", "A and B"),
    ),
    Paper(id="met", title="Met", venue="Proceedings of A & B", acl="2020.acl-main.1", arxiv="2001.00009", year=2020),
)  # fmt: skip


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


@pytest.fixture(scope="module")
def papers(shelf: Catalogue) -> tuple[Paper, ...]:
    """Those of the shelf, five hundred of a corpus, and odd ones."""
    return (*shelf.papers, *corpus(), *ODD)


def corpus(count: int = 500) -> list[Paper]:
    chance = random.Random(20_261_122)
    if name := os.environ.get("PAPERSHELF_CORPUS"):
        content = Path(name).read_bytes()
        text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
        rows = chance.sample([json.loads(line) for line in text.splitlines()], count)
        return [
            Paper(id=f"paper-{n}", title=row["title"], authors=tuple(row["authors"]), arxiv=row["arxiv"], year=2024)
            for n, row in enumerate(rows)
        ]
    text = "Learning of ∇f ≥ 5% & more: {A} Study_1 naïve Łukasz’s “α–β” $x^2$ 模型 O(n²) <b> \\emph{all} ~ café"
    words = text.split(" ")
    names = "Anna Li, J. R. Smith, José García Márquez, Qwen Team, Łukasz Kaiser, Ole Ødegård, 王伟, Jan van der Berg"
    return [
        Paper(
            id=f"paper-{n}",
            title=" ".join(chance.choices(words, k=8)),
            authors=tuple(chance.sample(names.split(", "), k=3)),
            arxiv=f"24{n % 12 + 1:02}.{n:05}",
        )
        for n in range(count)
    ]


def shown(text: str) -> str:
    """Text in which nothing counts that TeX writes otherwise: the shape of quotes, dashes and spaces."""
    for one, other in (
        ("‘", "'"),
        ("’", "'"),
        ("“", '"'),
        ("”", '"'),
        ("''", '"'),
        ("``", '"'),
        ("`", "'"),
        ("ˆ", "^"),
    ):
        text = text.replace(one, other)
    for sign in "‑−-":
        text = text.replace(sign, "-")
    return " ".join(
        unicodedata.normalize("NFKC", text.replace("\u00ad", "")).replace("µ", "μ").replace("⋅", "·").split()
    )


# Commands of LaTeX's kernel that the parser has no sign for.
KERNEL = {"S": "§", "P": "¶", "copyright": "©", "pounds": "£", "texteuro": "€", "-": "", "ddagger": "‡", "neg": "¬"}


def read_tex(text: str) -> str:
    """TeX as a parser of it reads it, with raised and lowered figures as figures."""
    text = re.sub(r"\$[_^]\{(\d)\}\$", r"\1", text)
    kernel = r"\$?\\(S|P|copyright|pounds|texteuro|ddagger|neg|-)(?:\{\}|\$|(?<=-))"
    text = re.sub(kernel, lambda found: KERNEL[found[1]], text)
    return shown(LatexNodes2Text(math_mode="text").latex_to_text(text))


def people(facts: Facts) -> list[tuple[str, ...]]:
    return [parted(name) or (name,) for name in facts.authors]


# BibTeX


def by_bibtexparser(papers: tuple[Paper, ...]) -> dict[str, Entry]:
    library = bibtexparser.parse_string(BIBTEX.file(BIBTEX.entry(facts(paper)) for paper in papers))
    assert not library.failed_blocks
    return library.entries_dict


def test_bibtexparser_finds_the_fields_of_every_paper(papers: tuple[Paper, ...]) -> None:
    entries = by_bibtexparser(papers)
    assert len(entries) == len(papers) > 800
    for paper in papers:
        known, fields = facts(paper), {f.key: f.value for f in entries[paper.id].fields}
        authors = [shown(name) for name in known.authors]
        venue = fields.get("journal" if known.journal else "booktitle", "")
        assert read_tex(fields["title"]) == shown(known.title)
        found = [read_tex(name) for name in re.split(r" and (?![^{]*\})", fields.get("author", "")) if name]
        assert found == authors, fields["author"]
        assert fields.get("year", "") == known.year
        assert read_tex(venue) == shown(known.venue)
        assert (fields.get("eprint", ""), fields.get("archivePrefix", "")) == (known.arxiv, "arXiv" * bool(known.arxiv))
        assert fields.get("doi", "") == known.doi
        assert fields.get("url", "") == known.url
        assert len(fields) == 1 + sum(map(bool, (authors, known.year, venue, known.doi, known.url))) + 2 * bool(
            known.arxiv
        )


def test_pybtex_parts_the_names_as_we_do(papers: tuple[Paper, ...]) -> None:
    data: BibliographyData = parse_string(BIBTEX.file(BIBTEX.entry(facts(paper)) for paper in papers), "bibtex")
    parts = 0
    for paper in papers:
        known = facts(paper)
        persons: list[Person] = data.entries[paper.id].persons.get("author", [])
        assert len(persons) == len(known.authors)
        for person, name in zip(persons, known.authors, strict=True):
            if found := parted(name):
                family = " ".join((*person.prelast_names, *person.last_names))
                given = " ".join((*person.first_names, *person.middle_names))
                assert (read_tex(family), read_tex(given)) == tuple(map(shown, found))
                parts += 1
    assert parts > 1000


def test_every_sign_is_read_as_itself() -> None:
    assert {sign: read_tex(tex(sign)) for sign in SIGNS} == {sign: shown(sign) for sign in SIGNS}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Sälevä, Łukasz, Đặng, ệ, ç", r"S{\"a}lev{\"a}, {\L}ukasz, Đ{\u{\d{a}}}ng, {\^{\d{e}}}, {\c{c}}"),
        ("α–β “x” 10⁸", r"$\alpha$--$\beta$ ``x'' 10$^{8}$"),
        (r"100% of $5 & {C} #_^~\ <>|", r"100\% of \$5 \& \{C\} \#\_\textasciicircum{}\textasciitilde{}"
         r"\textbackslash{} $<$$>$$|$"),
        ("e\u0301 日本", r"{\'e} 日本"),
    ],
)  # fmt: skip
def test_tex_is_what_a_person_would_type(text: str, written: str) -> None:
    assert tex(text) == written


def test_latex_compiles_every_title_and_name(papers: tuple[Paper, ...], tmp_path: Path) -> None:
    """By pdflatex where that is at hand; everywhere, what is open closes, and no sign is left that means another."""
    lines = {tex(text) for paper in papers for text in (facts(paper).title, *facts(paper).authors)}
    for line in lines:
        bare = re.sub(r"\\[^A-Za-z]|\\[A-Za-z]+", "", line)
        assert bare.count("{") == bare.count("}"), line
        assert bare.count("$") % 2 == 0, line
        assert not re.search(r"[&%#<>|_^\\]", re.sub(r"\$(?:[<>|]|[_^]\{\d\})\$", "", bare)), line
    if shutil.which("pdflatex"):
        body = "\n\n".join(sorted(line for line in lines if line.isascii()))
        source = f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
        (tmp_path / "all.tex").write_text(source, encoding="utf-8")
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:]


def test_what_is_not_known_is_left_out() -> None:
    assert bibtex(ODD[0]) == "@misc{only-a-title,\n  title = {{Only a title}}\n}"
    assert RIS.entry(facts(ODD[0])) == "TY  - GEN\nID  - only-a-title\nTI  - Only a title\nER  - "
    assert json.loads(CSL.entry(facts(ODD[0]))) == {"id": "only-a-title", "type": "article", "title": "Only a title"}


def test_where_it_was_published_is_its_address_and_where_it_was_first_its_eprint() -> None:
    assert bibtex(ODD[-1]) == (
        "@inproceedings{met,\n  title = {{Met}},\n  year = {2020},\n  booktitle = {Proceedings of A \\& B},\n"
        "  eprint = {2001.00009},\n  archivePrefix = {arXiv},\n  url = {https://aclanthology.org/2020.acl-main.1/}\n}"
    )


# Names


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Jonathan May", ("May", "Jonathan")),
        ("John F. Kennedy", ("Kennedy", "John F.")),
        ("J. K. Rowling", ("Rowling", "J. K.")),
        ("Jean-Pierre Le-Goff", ("Le-Goff", "Jean-Pierre")),
        ("Ona de Gibert", ("de Gibert", "Ona")),
        ("Jan van der Berg", ("van der Berg", "Jan")),
        ("Meryem M'hamdi", ("M'hamdi", "Meryem")),
        ("Müller, Jürgen", ("Müller", "Jürgen")),
        ("Blanca Calvo Figueras", None),
        ("Yuchen Eleanor Jiang", None),
        ("Gemma Team", None),
        ("Claude AI", None),
        ("OpenAI", None),
        ("Bo Writer & Sons", None),
        ("Sammy Davis, Jr.", None),
        ("王 伟", None),
        ("Sara M.", None),
    ],
)
def test_a_name_is_parted_only_where_that_is_safe(name: str, parts: tuple[str, str] | None) -> None:
    assert parted(name) == parts


# RIS


def test_rispy_finds_the_fields_of_every_paper(papers: tuple[Paper, ...]) -> None:
    entries = {entry["id"]: entry for entry in rispy.loads(RIS.file(RIS.entry(facts(paper)) for paper in papers))}
    assert len(entries) == len(papers)
    for paper in papers:
        known, entry = facts(paper), entries[paper.id]
        assert entry["title"] == known.title
        assert entry.get("authors", []) == [
            ", ".join(p) if len(p) > 1 else p[0].replace(",", "") for p in people(known)
        ]
        assert entry.get("year", "") == known.year
        assert entry.get("secondary_title", "") == known.venue
        assert entry.get("accession_number", "") == (f"arXiv:{known.arxiv}" if known.arxiv else "")
        assert entry.get("doi", "") == known.doi
        assert entry.get("language", "") == known.language
        assert entry.get("urls", []) == ([known.url] if known.url else [])
        assert entry["type_of_reference"] == ("GEN" if not known.venue else "JOUR" if known.journal else "CPAPER")


# CSL-JSON


def test_citeproc_finds_the_fields_of_every_paper(papers: tuple[Paper, ...]) -> None:
    items = json.loads(CSL.file(CSL.entry(facts(paper)) for paper in papers))
    style = CitationStylesStyle(io.BytesIO(STYLE.encode()), validate=False)
    source = CiteProcJSON([{**item, "language": item.get("language", "en")} for item in items])
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for item in items:
        bibliography.register(Citation([CitationItem(item["id"])]))
    lines = dict(zip(bibliography.keys, map(str, bibliography.bibliography()), strict=True))
    assert len(lines) == len(papers)
    for paper in papers:
        known = facts(paper)
        names = "; ".join(", ".join(parts) for parts in people(known))
        parts = (names, known.title, known.year, known.venue, known.doi, known.url)
        assert shown(lines[paper.id]) == shown(" | ".join(filter(None, parts)))


# Files


def test_each_listing_that_holds_a_paper_has_its_files(shelf: Catalogue) -> None:
    from papershelf.cite import downloads

    files = {download.path: download.make().decode() for download in downloads(shelf)}
    groups = {f"topics/{topic.id}": [p.id for p in shelf.papers if topic.id in p.topics] for topic in shelf.topics}
    groups |= {f"tags/{tag.id}": [p.id for p in shelf.papers if tag.id in p.tags] for tag in shelf.tags}
    groups |= {"papers": [paper.id for paper in shelf.papers]}
    for path, ids in groups.items():
        if ids:
            assert re.findall(r"^@\w+\{(.*),$", files[f"{path}.bib"], re.MULTILINE) == ids
            assert re.findall(r"^ID  - (.*)$", files[f"{path}.ris"], re.MULTILINE) == ids
            assert [item["id"] for item in json.loads(files[f"{path}.csl.json"])] == ids
    (entry, *_) = shelf.lists
    places = {p.id: place.position for p in shelf.papers for place in p.appearances if place.list == entry.id}
    found = [item["id"] for item in json.loads(files[f"lists/{entry.id}.csl.json"])]
    assert found == sorted(places, key=lambda name: places[name])
    assert len(files) == 3 * (sum(map(bool, groups.values())) + len(shelf.lists))


def test_of_a_large_shelf_the_whole_is_left_to_a_command(shelf: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    from papershelf.cite import files

    def paths() -> set[str]:
        return {download.path for download in files.downloads(shelf)}

    own, before = {"papers.bib", "papers.ris", "papers.csl.json"}, paths()
    monkeypatch.setattr(files, "LARGE", len(shelf.papers) - 1)
    assert paths() == before - own
    assert files.offered(files.WHOLE, len(shelf.papers)) == ()
    assert {download.path for download in files.whole_shelf(shelf)} == own


def test_an_entry_is_made_once_for_all_its_files(shelf: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    from papershelf.cite import files

    asked: list[str] = []
    files._entries.cache_clear()
    monkeypatch.setattr(files, "facts", lambda paper: asked.append(paper.id) or facts(paper))
    for download in files.downloads(shelf):
        download.make()
    assert sorted(asked) == sorted(paper.id for paper in shelf.papers)
