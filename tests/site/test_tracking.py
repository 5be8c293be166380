"""A reader marks papers, finds the marks in every listing and on /mine/, and takes them along."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page
from test_access import DESK, PHONE, violations

from conftest import serve_folder
from papershelf.checks import checked
from papershelf.cite import FORMATS, facts
from papershelf.load import Data

ZERO = "zero-memory-optimizations-toward-training-trillion-parameter-models"
TITLE = "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
BLOCKED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
MARKS = "() => Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.endsWith('.papershelf.marks')))"


def entry(page: Page, title: str = TITLE) -> Locator:
    """A paper in a listing or on the reader's shelf."""
    return page.locator("article li").filter(has=page.get_by_role("link", name=title, exact=True)).first


def marked(place: Page | Locator) -> Locator:
    """What says how a paper is marked, and opens the menu."""
    return place.locator(".papershelf-mark > [aria-haspopup]").first


def mark(page: Page, place: Page | Locator, name: str) -> None:
    """Mark a paper with the mouse."""
    marked(place).click()
    page.get_by_role("menu").get_by_text(name, exact=True).click()


def says(place: Page | Locator, text: str) -> None:
    """Wait until a paper is marked so."""
    place.locator(".papershelf-mark > [aria-haspopup]", has_text=re.compile(f"^{text}$")).first.wait_for()


def told(page: Page, text: str) -> None:
    """Wait until the reader's shelf tells what was done."""
    page.locator(".papershelf-mine [role=status]", has_text=text).wait_for()


def offer(page: Page, file: Path) -> None:
    """Import a file."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import", exact=True).click()
    chooser.value.set_files(file)


def exported(page: Page, to: Path) -> Path:
    """Export the marks."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    download.value.save_as(to)
    return to


def test_a_mark_made_on_a_page_is_seen_in_listings_and_on_the_readers_shelf(page: Page, address: str) -> None:
    page.goto(f"{address}papers/{ZERO}/")
    mark(page, page, "Reading")
    mark(page, page, "★ Star")
    says(page, "★ Reading")
    page.reload()
    says(page, "★ Reading")
    page.goto(f"{address}papers/")
    says(entry(page), "★ Reading")
    page.goto(f"{address}lists/trending-papers/")
    other = page.locator(".papershelf-papers > ul > li").first
    mark(page, other, "Read")
    page.goto(f"{address}mine/")
    says(entry(page), "★ Reading")
    assert page.locator("article h2").all_inner_texts() == ["Reading", "Read"]
    assert "2 papers: 1 reading, 1 read, 1 starred." in page.locator("article").inner_text()
    assert "1 of 2 read" in page.locator("article").inner_text()
    page.get_by_text("By topic").click()
    assert re.search(r": [01] of [12] read", page.locator("#mine-topics").inner_text())
    mark(page, entry(page), "Read")
    page.get_by_text("2 of 2 read", exact=False).first.wait_for()
    mark(page, entry(page), "★ Star")
    mark(page, entry(page), "Not marked")
    entry(page).wait_for(state="detached")
    assert list(page.evaluate(MARKS)) == ["/.papershelf.marks"]


def test_related_papers_are_marked_where_they_are_named(page: Page, address: str) -> None:
    page.goto(f"{address}papers/{ZERO}/")
    related = page.locator("#related + ul > li")
    marked(related.last).wait_for()
    assert related.locator(".papershelf-mark").count() == related.count()
    height = related.first.bounding_box()["height"]
    mark(page, related.first, "Hidden")
    says(related.first, "Hidden")
    assert related.first.bounding_box()["height"] == height
    assert page.locator(".papershelf-read [aria-haspopup]").inner_text() == "Mark"
    title = related.first.get_by_role("link").inner_text()
    page.goto(f"{address}mine/")
    page.get_by_text("Hidden: 1 paper").click()
    says(entry(page, title), "Hidden")


def test_the_menu_works_by_keyboard_and_names_the_paper(page: Page, address: str) -> None:
    page.goto(f"{address}papers/{ZERO}/")
    button = page.get_by_role("button", name=f"Mark: {TITLE}")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Not marked"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "Reading"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == "Mark"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "Hidden"
    page.get_by_role("button", name=f"Hidden: {TITLE}").wait_for()
    assert page.get_by_role("menu").count() == 0


def test_a_hidden_paper_is_one_line_that_can_be_shown(page: Page, address: str) -> None:
    page.goto(f"{address}lists/trending-papers/")
    first = page.locator(".papershelf-papers > ul > li").first
    marked(first).wait_for()
    whole = first.bounding_box()["height"]
    mark(page, first, "Hidden")
    page.get_by_role("button", name="Show: ").wait_for()
    assert first.bounding_box()["height"] < min(60, whole / 2)
    page.reload()
    page.get_by_role("button", name="Show: ").click()
    assert first.bounding_box()["height"] == whole
    mark(page, first, "Not marked")
    page.reload()
    says(first, "Mark")
    page.goto(f"{address}mine/")
    page.get_by_text("Nothing is marked yet.").wait_for()


def test_found_papers_are_marked_and_filtered_by_their_state(page: Page, address: str) -> None:
    page.goto(f"{address}find/?q=zero+memory")
    mark(page, entry(page), "Reading")
    says(entry(page), "Reading")
    assert page.evaluate("document.activeElement.closest('[data-paper]').dataset.paper") == ZERO
    row = page.locator(".papershelf-find__row", has_text="Reading")
    assert row.locator("small").inner_text() == "1"
    row.locator("button").first.click()
    page.wait_for_url("**state=reading")
    page.get_by_role("status").get_by_text("1 paper", exact=True).wait_for()
    row.get_by_role("button", name="Without Reading").click()
    page.wait_for_url("**not-state=reading")
    entry(page).wait_for(state="detached")
    page.go_back()
    entry(page).wait_for()
    mark(page, entry(page), "Hidden")
    page.get_by_text("0 papers").wait_for()
    page.goto(f"{address}find/?q=zero+memory")
    entry(page).get_by_role("button", name="Show").click()
    entry(page).locator(".papershelf-result__text").wait_for()


def test_another_tab_shows_a_mark_at_once(page: Page, address: str) -> None:
    page.goto(f"{address}papers/")
    marked(entry(page)).wait_for()
    other = page.context.new_page()
    other.goto(f"{address}papers/{ZERO}/")
    mark(other, other, "To read")
    says(entry(page), "To read")


def test_marks_are_exported_and_imported_and_other_files_refused(
    browser: Browser, page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(f"{address}papers/{ZERO}/")
    mark(page, page, "Read")
    page.goto(f"{address}mine/")
    file = exported(page, tmp_path / "marks.json")
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["papers"][ZERO]["state"] == "read"
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear all").click()
    told(page, "1 paper unmarked.")
    assert entry(page).count() == 0
    offer(page, file)
    told(page, "From marks.json: 1 added, 0 changed, 0 the same, 0 left as marked here later.")
    says(entry(page), "Read")
    again = exported(page, tmp_path / "again.json")
    assert again.read_bytes() == file.read_bytes()

    mark(page, entry(page), "Reading")  # later than what the file says
    page.goto(f"{address}papers/")
    other = page.locator(".papershelf-titles li").first
    mark(page, other, "To read")
    page.goto(f"{address}mine/")
    offer(page, file)
    told(page, "0 added, 0 changed, 0 the same, 1 left as marked here later.")
    says(entry(page), "Reading")
    assert "2 papers" in page.locator("article").inner_text()

    kept = page.evaluate(MARKS)
    bad = tmp_path / "bad.json"
    later = {**written, "version": 2}
    odd = {**written, "papers": {ZERO: {"state": "burnt", "at": "2026-01-01"}}}
    for text, why in (
        ("@misc{a}", "it is no JSON"),
        ('{"papers": {}}', "it wasn't exported from such a page"),
        ("null", "it wasn't exported from such a page"),
        (json.dumps(later), "it is of version 2"),
        (json.dumps(odd), "some of its marks are none"),
    ):
        bad.write_text(text, encoding="utf-8")
        offer(page, bad)
        told(page, f"Nothing was imported from bad.json: {why}")
    assert page.evaluate(MARKS) == kept


def test_the_selection_is_cited_as_the_sites_files_are(page: Page, address: str, root: Path, tmp_path: Path) -> None:
    papers = {paper.id: paper for paper in checked(Data(root / "data")).papers}
    chosen = sorted([ZERO, *list(papers)[:12]])
    page.goto(f"{address}mine/")
    page.evaluate(
        """ids => localStorage.setItem("/.papershelf.marks", JSON.stringify({version: 1, papers:
            Object.fromEntries(ids.map(id => [id, {state: "read", at: "2026-01-02T03:04:05Z"}]))}))""",
        chosen,
    )
    page.reload()
    marked(entry(page)).wait_for()
    mark(page, entry(page), "Hidden")
    rest = [papers[name] for name in chosen if name != ZERO]
    for form in FORMATS:
        with page.expect_download() as download:
            page.get_by_role("button", name=form.name, exact=True).click()
        download.value.save_as(tmp_path / "cited")
        expected = form.file([form.entry(facts(paper)) for paper in rest])
        assert (tmp_path / "cited").read_text(encoding="utf-8") == expected
    page.get_by_label("Which papers").select_option("Starred")
    page.get_by_role("button", name="BibTeX").click()
    told(page, "No paper is marked so.")


def test_what_cannot_be_read_is_kept_aside(page: Page, address: str) -> None:
    page.goto(f"{address}mine/")
    page.evaluate("localStorage.setItem('/.papershelf.marks', '{broken')")
    page.goto(f"{address}papers/{ZERO}/")
    mark(page, page, "Read")
    says(page, "Read")
    assert page.evaluate("localStorage.getItem('/.papershelf.marks.unreadable')") == "{broken"


@pytest.fixture
def shelves(
    toy: Path, run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> Iterator[tuple[str, Path]]:
    """Two sites of one owner: the same shelf under two paths."""
    sites = tmp_path / "sites"
    done = run("mkdocs", "build", "--strict", "--site-dir", str(sites / "one"), cwd=toy)
    assert done.returncode == 0, done.stdout
    shutil.copytree(sites / "one", sites / "two")
    with serve_folder(sites) as base:
        yield base, sites


def test_two_sites_of_one_origin_do_not_mix_and_a_renamed_paper_stays_marked(
    page: Page, shelves: tuple[str, Path], toy: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    base, sites = shelves
    page.goto(f"{base}one/papers/serial-widgets/")
    mark(page, page, "Read")
    page.goto(f"{base}two/papers/serial-widgets/")
    says(page, "Mark")
    mark(page, page, "To read")
    assert set(page.evaluate(MARKS)) == {"/one/.papershelf.marks", "/two/.papershelf.marks"}

    old = toy / "data/papers/s/serial-widgets.yml"
    text = old.read_text(encoding="utf-8")
    new = old.with_name("single-widgets.yml")
    new.write_text(text.replace("topics:", "aliases:\n  - serial-widgets\ntopics:", 1), encoding="utf-8")
    old.unlink()
    for file in (toy / "data/papers").glob("*/*.yml"):
        said = file.read_text(encoding="utf-8")
        file.write_text(said.replace("version-of: serial-widgets", "version-of: single-widgets"), encoding="utf-8")
    shutil.rmtree(sites / "one")
    done = run("mkdocs", "build", "--strict", "--site-dir", str(sites / "one"), cwd=toy)
    assert done.returncode == 0, done.stdout
    page.goto(f"{base}one/mine/")
    page.locator('li[data-paper="single-widgets"]').wait_for()
    says(page.locator('li[data-paper="single-widgets"]'), "Read")
    assert page.locator("article li[data-paper]").count() == 1
    page.goto(f"{base}one/papers/single-widgets/")
    says(page, "Read")
    page.goto(f"{base}two/mine/")
    says(entry(page, "Serial Widgets"), "To read")


def test_where_nothing_can_be_kept_the_readers_shelf_says_so_and_no_other_page(page: Page, address: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(BLOCKED)
    page.goto(f"{address}mine/")
    told(page, "This browser keeps nothing for this site")
    for path in ("papers/", f"papers/{ZERO}/", "lists/trending-papers/"):
        page.goto(address + path, wait_until="networkidle")
        assert page.locator(".papershelf-mark").count() == 0
    assert [error for error in errors if "papershelf" in error] == []


def test_without_scripts_the_readers_shelf_leads_to_all_papers(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}mine/")
        page.locator("article").get_by_role("link", name="all papers").click()
        page.wait_for_url("**/papers/")


@pytest.mark.parametrize(("size", "palette"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_axe_finds_nothing_where_papers_are_marked(
    browser: Browser, address: str, palette: str, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    with browser.new_context(viewport=viewport, color_scheme=palette) as context:
        page = context.new_page()
        page.goto(f"{address}lists/trending-papers/")
        entries = page.locator(".papershelf-papers > ul > li")
        for at, name in enumerate(("Hidden", "Read", "★ Star")):
            mark(page, entries.nth(at), name)
        marked(entries.nth(2)).click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.goto(f"{address}find/?q=parallel")
        marked(page).click()
        assert violations(page) == []
        page.goto(f"{address}mine/")
        page.get_by_text("By topic").click()
        page.get_by_text("Hidden: 1 paper").click()
        marked(page.locator("li[data-paper]").first).click()
        assert violations(page) == []
        sticking_out = "() => document.querySelector('article').scrollWidth > innerWidth"
        assert not page.evaluate(sticking_out)
        page.emulate_media(media="print")
        assert page.locator(".papershelf-mark, .papershelf-mine__tools").filter(visible=True).count() == 0
