"""A paper's page offers its citation in each format, made in the browser exactly as the files are made."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from conftest import serve_folder
from papershelf.checks import checked
from papershelf.cite import FORMATS, facts
from papershelf.cite.tex import SIGNS
from papershelf.load import Data
from papershelf.model import Paper
from test_cite import ODD

ACL = "papers/accelerating-transformer-inference-for-translation-via-parallel-decoding/"
# What the script makes of each page's HTML: a file of that paper in each format, by the file's ending.
MADE = """async ([ids, base]) => {
  const cite = await import(base + "assets/cite.js");
  return Promise.all(ids.map(async id => {
    const html = await (await fetch(`${base}papers/${id}/`)).text();
    const page = new DOMParser().parseFromString(html, "text/html");
    const facts = cite.factsOf(page);
    const shown = page.querySelector("#cite ~ pre > code").textContent;
    return [shown, ...cite.FORMATS.map(format => format.file([format.entry(facts)]))];
  }));
}"""


def expected(paper: Paper) -> list[str]:
    files = [form.file([form.entry(facts(paper))]) for form in FORMATS]
    return [files[0], *files]


def different(page: Page, base: str, papers: tuple[Paper, ...]) -> list[str]:
    """The papers of which the browser makes another citation than Python."""
    page.goto(base)
    made = page.evaluate(MADE, [[paper.id for paper in papers], base])
    assert len(made) == len(papers)
    return [paper.id for paper, found in zip(papers, made, strict=True) if found != expected(paper)]


def test_every_paper_of_the_shelf_is_cited_alike_in_the_browser(page: Page, address: str, root: Path) -> None:
    papers = checked(Data(root / "data")).papers
    assert len(papers) > 300
    assert different(page, address, papers) == []


def test_odd_papers_are_cited_alike_in_the_browser(
    page: Page, toy: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    odd = (
        *ODD,
        Paper(
            id="all", title=f"All {' x '.join(SIGNS)} ệ ąą Ḱ ʼn ﬁ Å 𝒳 e\u0301", authors=("Ǻ Ḃ", "Zoë (Q.)", 'A "B" <C>')
        ),
    )
    for paper in odd:
        fields = {"title": paper.title, "authors": paper.authors, "year": paper.year, "venue": paper.venue}
        fields |= {"arxiv": paper.arxiv, "acl": paper.acl, "doi": paper.doi, "language": paper.language}
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items() if value]
        (toy / "data/papers/o" / f"{paper.id}.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    site = toy.parent / "site"
    done = run("mkdocs", "build", "--strict", "--site-dir", str(site), cwd=toy)
    assert done.returncode == 0, done.stdout
    papers = checked(Data(toy / "data")).papers
    assert {paper.id for paper in odd} < {paper.id for paper in papers}
    with serve_folder(site) as base:
        assert different(page, base, papers) == []


@pytest.fixture
def paper(page: Page, address: str) -> Page:
    page.goto(address + ACL)
    page.locator(".papershelf-cite").wait_for()
    return page


def test_a_format_is_chosen_by_mouse_or_keyboard_copied_and_downloaded(paper: Page, tmp_path: Path) -> None:
    paper.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = paper.locator("#cite ~ pre code")
    assert code.inner_text().startswith("@misc{")
    paper.get_by_label("BibTeX").focus()
    paper.keyboard.press("ArrowRight")
    assert paper.get_by_label("RIS").is_checked()
    assert (code.text_content() or "").startswith("TY  - GEN\n")
    paper.locator(".papershelf-cite label", has_text="CSL-JSON").click()
    shown = code.text_content() or ""
    assert json.loads(shown)[0]["author"][0] == {"family": "Santilli", "given": "Andrea"}
    paper.get_by_role("button", name="Copy", exact=True).click()
    paper.get_by_role("status").get_by_text("Copied").wait_for()
    assert paper.evaluate("navigator.clipboard.readText()") == shown
    with paper.expect_download() as download:
        paper.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == f"{ACL.split('/')[1]}.csl.json"
    download.value.save_as(tmp_path / "one")
    assert (tmp_path / "one").read_text(encoding="utf-8") == shown


def test_nothing_moves_when_the_choice_appears(browser: Browser, address: str) -> None:
    for size in ((1300, 900), (360, 740)):
        with browser.new_context(viewport={"width": size[0], "height": size[1]}) as context:
            page = context.new_page()
            page.route("**/cite.js", lambda route: route.abort())
            page.goto(address + ACL)
            before = page.locator("#cite ~ pre").bounding_box()
            page.unroute("**/cite.js")
            page.goto(address + ACL)
            page.locator(".papershelf-cite").wait_for()
            assert page.locator("#cite ~ pre").bounding_box() == before


def test_without_scripts_the_page_shows_its_bibtex_and_no_room_is_left(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + ACL)
        assert page.locator("#cite ~ pre").inner_text().startswith("@misc{accelerating")
        gap = "e => e.getBoundingClientRect().top - document.querySelector('#cite').getBoundingClientRect().bottom"
        assert page.locator("#cite ~ pre").evaluate(gap) < 40


def test_search_engines_are_told_of_an_article(paper: Page) -> None:
    told = json.loads(paper.locator("#papershelf-article").text_content() or "")
    assert told["@type"] == "ScholarlyArticle"
    assert told["author"][0] == {"@type": "Person", "name": "Andrea Santilli"}
    assert (told["datePublished"], told["identifier"]) == ("2023", "https://doi.org/10.18653/v1/2023.acl-long.689")
    assert told["headline"] == told["name"] == paper.locator("h1").inner_text()


def test_a_listing_offers_its_papers_as_files(page: Page, address: str) -> None:
    page.goto(f"{address}topics/distributed-training/")
    for name, begins in (("BibTeX", "@misc{"), ("RIS", "TY  - "), ("CSL-JSON", "[\n{")):
        link = page.locator("article").get_by_role("link", name=name, exact=True)
        answer = page.request.get(str(link.evaluate("link => link.href")))
        assert answer.ok
        assert answer.text().startswith(begins)
