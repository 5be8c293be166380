"""`mkdocs gh-deploy`: what arrives in the branch works below a path of the host, every page of it, in a browser."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import built
import pytest
from playwright.sync_api import Browser, Page

from conftest import serve_folder

PLACE = "a-shelf"
ALIASES = {
    "papers/widgets-in-parallel/": "papers/parallel-widgets-a-study-of-nothing-in-particular/",
    "topics/tools/": "topics/gadgets/",
    "tags/concurrent/": "tags/parallel/",
}
# Pictures hold links, too, whose `href` is no text.
LINKS = """() => [...document.querySelectorAll("a[href]")].map(
    link => new URL(link.getAttribute("href"), document.baseURI).href.split("#")[0])"""
STYLED = "() => [...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet?.cssRules.length)"

Run = Callable[..., subprocess.CompletedProcess[str]]


class Published(NamedTuple):
    """The files that were published, and the address that they have."""

    files: Path
    address: str


def git(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Ann", "-c", "user.email=ann@reader.example", *words],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def published(root: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The toy shelf, deployed to a bare repository, and from there served below a path."""
    folder = tmp_path_factory.mktemp("published")
    host, shelf = folder / "host", folder / "shelf"
    host.mkdir()
    git("init", "--quiet", "--bare", "--initial-branch=main", "remote.git", cwd=folder)
    git("clone", "--quiet", "remote.git", "shelf", cwd=folder)
    for name in ("mkdocs.yml", "data", "site_src"):
        git("--work-tree", str(root / "tests/toy"), "add", name, cwd=shelf)
    git("commit", "--quiet", "--message=A shelf", cwd=shelf)
    git("reset", "--quiet", "--hard", cwd=shelf)
    git("push", "--quiet", "origin", "HEAD:main", cwd=shelf)
    with serve_folder(host) as base:
        address = f"{base}{PLACE}/"
        config = shelf / "mkdocs.yml"
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r"(?m)^site_url: .*$", f"site_url: {address}", text), encoding="utf-8")
        git("config", "user.name", "Ann", cwd=shelf)
        git("config", "user.email", "ann@reader.example", cwd=shelf)
        done = run("mkdocs", "gh-deploy", "--strict", cwd=shelf)
        assert done.returncode == 0, done.stdout
        git("clone", "--quiet", "--branch=gh-pages", str(folder / "remote.git"), PLACE, cwd=host)
        yield Published(host / PLACE, address)


@pytest.fixture
def asked(page: Page, published: Published) -> Iterator[list[str]]:
    """Every request of the page; at the end all of them were for the site, and answered."""
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on(
        "requestfailed", lambda r: wrong.append(f"{r.failure} {r.url}") if r.failure != "net::ERR_ABORTED" else None
    )
    yield asked
    assert wrong == []
    assert [url for url in asked if not url.startswith((published.address, "data:"))] == []


def test_the_branch_holds_the_site_and_nothing_else(published: Published) -> None:
    assert (published.files / ".nojekyll").exists()
    assert {path.name for path in published.files.iterdir()} >= {"index.html", "404.html", "sitemap.xml", "papers"}
    assert not [path for path in published.files.rglob("*") if path.suffix in (".yml", ".md", ".txt")]


def test_no_link_leads_out_of_the_site_or_nowhere(published: Published) -> None:
    assert built.faults(published.files, published.address) == []


def test_a_browser_reaches_every_page_with_its_scripts_and_styles(
    page: Page, published: Published, asked: list[str]
) -> None:
    waiting, seen = [published.address], {published.address}
    while waiting:
        page.goto(waiting.pop())
        page.wait_for_function(STYLED)  # a script may bring a style sheet of its own
        for link in page.evaluate(LINKS):
            if not link.startswith(published.address) or link in seen:
                continue
            if link.endswith("/"):
                seen.add(link)
                waiting.append(link)
            else:
                assert page.request.get(link).ok, f"{page.url} offers {link}"
    there = {path.relative_to(published.files).as_posix() for path in published.files.rglob("*.html")}
    reached = {f"{url.removeprefix(published.address)}index.html" for url in seen}
    led_from_elsewhere = {"404.html", *(f"{alias}index.html" for alias in ALIASES)}
    assert there - led_from_elsewhere == reached
    for kind in ("assets/papershelf.css", "assets/papershelf.js"):
        assert f"{published.address}{kind}" in asked


@pytest.mark.parametrize("start", ["", "papers/serial-widgets/"])
def test_search_finds_a_paper_and_leads_to_it(start: str, page: Page, published: Published, asked: list[str]) -> None:
    page.goto(published.address + start)
    page.keyboard.press("/")
    page.keyboard.type("parallel widgets")
    page.get_by_role("option").first.click()
    page.wait_for_url(f"{published.address}papers/parallel-widgets-a-study-of-nothing-in-particular/**")
    assert "Parallel Widgets" in page.locator("h1").inner_text()
    assert f"{published.address}assets/search/index.json" in asked


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("alias", ALIASES)
def test_an_old_address_leads_to_the_page_that_took_its_place(
    alias: str, options: dict[str, bool], browser: Browser, published: Published
) -> None:
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(published.address + alias, wait_until="commit")
    page.wait_for_url(published.address + ALIASES[alias])
    assert page.locator("link[rel=canonical]").get_attribute("href") == published.address + ALIASES[alias]
    context.close()


def test_what_is_not_found_leads_back_into_the_site(page: Page, published: Published, asked: list[str]) -> None:
    page.goto(f"{published.address}404.html")
    page.get_by_role("link", name="the topics").click()
    page.wait_for_url(f"{published.address}topics/")
    assert page.locator("h1").inner_text() == "Topics"


# The forms of the repository


@pytest.mark.parametrize(
    ("page", "filled"),
    [
        ("papers/serial-widgets", ["mend.yml&paper=serial-widgets", "tag.yml&papers=serial-widgets"]),
        ("papers", ["paper.yml"]),
        ("topics", ["paper.yml"]),
        ("topics/gadgets", ["paper.yml&topics=gadgets"]),
        ("tags", ["paper.yml", "tag.yml"]),
        ("tags/parallel", ["paper.yml&tags=parallel"]),
        ("lists/toy-daily", []),
        ("", []),
    ],
)
def test_a_page_leads_to_the_forms_filled_in(page: str, filled: list[str], published: Published) -> None:
    assert built.forms(published.files, page) == filled


def test_what_a_link_fills_in_is_a_field_of_its_form(published: Published, root: Path) -> None:
    for page in published.files.rglob("index.html"):
        for link in built.forms(published.files, page.parent.relative_to(published.files).as_posix()):
            name, *values = link.split("&")
            form = (root / ".github/ISSUE_TEMPLATE" / name).read_text(encoding="utf-8")
            assert [value for value in values if f"id: {value.partition('=')[0]}\n" not in form] == []


def test_without_a_repository_no_page_leads_to_a_form(toy: Path, run: Run) -> None:
    config = toy / "mkdocs.yml"
    config.write_text(re.sub(r"(?m)^repo_url: .*\n", "", config.read_text(encoding="utf-8")), encoding="utf-8")
    done = run("mkdocs", "build", "--strict", cwd=toy)
    assert done.returncode == 0, done.stdout
    site = toy / "site"
    pages = [page.parent.relative_to(site).as_posix() for page in site.rglob("index.html")]
    assert [page for page in pages if built.forms(site, page)] == []
