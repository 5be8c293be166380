"""The site works under the Content-Security-Policy that its build says, which lets in nothing that isn't there."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from test_access import KINDS
from test_tracking import exported, mark, says

from conftest import ZERO, policy_in, serve_folder
from papershelf.contentpolicy import content_policy

LIMIT = 150_000
"""The bytes that no page may be longer than."""

# A shelf whose owner uses what Material and Markdown write into pages: tabs that know which one was open, a notice that
# can be dismissed, a table whose columns are aligned; and a page with a style, a script and an address of their own.
CONFIGURED = """theme:
  name: material
  font: false
  custom_dir: overrides
  features: [content.action.edit, content.tabs.link, announce.dismiss]
markdown_extensions:
  - attr_list
  - md_in_html
  - pymdownx.highlight
  - pymdownx.superfences
  - pymdownx.tabbed:
      alternate_style: true
"""
NOTICE = '{% extends "base.html" %}{% block announce %}A notice{% endblock %}'
WRITTEN = """# Written

=== "One"

    The first.

=== "Two"

    The second.

| name | number |
|---|--:|
| one | 1 |

<style>#styled { color: rgb(1, 2, 3); }</style>
<p id="styled" onclick="this.title = 'clicked'">Styled</p>
<script>document.getElementById("styled").lang = "la";</script>
"""


@pytest.fixture
def watched(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page that may be served under a policy, and what that kept from it."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], color_scheme="light")
    page = context.new_page()
    found: list[str] = []
    page.expose_function("papershelf_violated", lambda text: found.append(text))
    page.add_init_script(
        """addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample, lineNumber }) =>
            papershelf_violated(`${location.pathname}: ${violatedDirective} ${blockedURI} ${sample} ${lineNumber}`))"""
    )
    page.on("console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield page, found
    context.close()


@pytest.fixture(scope="module")
def guarded(site: Path, policy: str) -> Iterator[str]:
    """Where the shelf that ships is served under its policy."""
    with serve_folder(site, policy=policy) as base:
        yield base


def settled(page: Page) -> None:
    """Wait until what has happened was told."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def test_the_policy_lets_in_nothing_but_the_shelfs_own_files(policy: str) -> None:
    """Not one hash is needed: what Material writes into pages is in frame.js and frame.css."""
    sources = {source for directive in policy.split("; ") for source in directive.split()[1:]}
    assert sources == {"'self'", "data:"}
    assert "data:" in policy.partition("img-src")[2].partition(";")[0]
    assert {"default-src", "script-src", "style-src"} < {part.split()[0] for part in policy.split("; ")}


def test_the_few_pages_that_are_looked_at_tell_what_all_hold_and_none_is_too_long(site: Path, policy: str) -> None:
    pages = [path.read_bytes() for path in site.rglob("*.html")]
    assert len(pages) > 500
    assert content_policy(page.decode() for page in pages) == policy
    assert max(map(len, pages)) < LIMIT


def test_every_kind_of_page_is_whole_under_the_policy(
    watched: tuple[Page, list[str]], guarded: str, address: str, places: dict[str, str]
) -> None:
    page, found = watched
    for kind in KINDS:
        answer = page.goto(places[kind].replace(address, guarded))
        assert answer
        assert "script-src" in answer.headers["content-security-policy"]
        assert page.locator(".papershelf-search-button").is_visible(), kind
        assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") == "sticky", kind
        settled(page)
    assert found == []


def test_everything_that_scripts_do_works_under_the_policy(
    watched: tuple[Page, list[str]], guarded: str, address: str, places: dict[str, str], tmp_path: Path
) -> None:
    page, found = watched
    page.goto(places["tag"].replace(address, guarded))
    page.get_by_role("button", name="Abstract of").first.click()
    page.locator(".papershelf-abstract").wait_for()
    page.locator("label[for=__palette_1]").click()
    page.locator("body[data-md-color-scheme=slate]").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("trillion parameter")
    page.get_by_role("option", name=ZERO).locator("mark").first.wait_for()
    page.keyboard.press("Enter")

    page.wait_for_url("**/papers/zero-*/")
    page.locator("body[data-md-color-scheme=slate]").wait_for()
    page.get_by_text("RIS", exact=True).click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("TY  - ")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename.endswith(".ris")
    assert page.locator("script[type='application/ld+json']").count() == 1
    mark(page, page, "Reading")
    says(page, "Reading")

    page.goto(f"{guarded}mine/")
    page.get_by_role("link", name=ZERO).wait_for()
    assert ZERO in exported(page, tmp_path / "marks.json").read_text(encoding="utf-8")
    page.goto(f"{guarded}find/?q=parallel")
    page.locator(".papershelf-find__include").first.click()
    page.wait_for_url("**/find/?q=parallel&topic=*")
    page.locator(".papershelf-find__list mark").first.wait_for()

    page.goto(f"{guarded}map/")
    canvas = page.locator(".papershelf-map__canvas[data-dots]")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".papershelf-map__card").wait_for()
    swatch = ".papershelf-map__topics input"
    page.locator(swatch).first.uncheck()
    page.wait_for_function("Number(document.querySelector('.papershelf-map__canvas').dataset.dots) < 300")

    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Tags", exact=True).first.wait_for()
    assert found == []


def test_what_stands_in_pages_is_let_in_by_its_hash_and_by_nothing_else(
    watched: tuple[Page, list[str]], toy: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """As soon as any of the policy's hashes is taken out, the browser says so."""
    text = (toy / "mkdocs.yml").read_text(encoding="utf-8")
    text = re.sub(r"^(theme|markdown_extensions):\n(?:[ -].*\n)*", "", text, flags=re.MULTILINE)
    (toy / "mkdocs.yml").write_text(CONFIGURED + text, encoding="utf-8")
    (toy / "site_src/written.md").write_text(WRITTEN, encoding="utf-8")
    (toy / "overrides").mkdir()
    (toy / "overrides/main.html").write_text(NOTICE, encoding="utf-8")
    done = run("mkdocs", "build", cwd=toy)
    assert done.returncode == 0, done.stdout
    policy = policy_in(done.stdout)
    hashes = re.findall(r" '(?:sha256-[^']*|unsafe-hashes)'", policy)
    # Material's for the notice, the tabs and the tab of the address; the page's script and its click; two styles.
    assert len([found for found in hashes if "sha256" in found]) == 7

    page, found = watched
    with serve_folder(toy / "site", policy=policy) as base:
        page.goto(f"{base}written/")
        page.locator("#styled").click()
        assert page.locator("#styled").get_attribute("lang") == "la"
        assert page.locator("#styled").get_attribute("title") == "clicked"
        assert page.locator("#styled").evaluate("place => getComputedStyle(place).color") == "rgb(1, 2, 3)"
        assert page.locator("td").last.evaluate("cell => getComputedStyle(cell).textAlign") == "right"
        settled(page)
    assert found == []
    for one in sorted(set(hashes)):
        with serve_folder(toy / "site", policy=policy.replace(one, "")) as base:
            page.goto(f"{base}written/")
            page.locator("#styled").click()
            settled(page)
        assert found, f"{one.strip()} is needed for nothing"
        found.clear()
