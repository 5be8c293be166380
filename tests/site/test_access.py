"""The site can be read by everyone: axe, keyboard, phone, paper, no scripts; and nothing comes from another host."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from conftest import ZERO

# A page of each kind; the listings, a listing's second page and the papers are found through the site's own links.
KINDS = (
    "home", "topics", "topic", "tags", "tag", "lists", "list", "second page", "papers", "paper",
    "paper without address", "new", "map", "duplicates", "contribute", "about", "find", "mine", "not found",
)  # fmt: skip
DESK, PHONE = (1300, 900), (360, 740)

Open = Callable[[Page, str], None]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own; all are closed after the test."""
    contexts = []

    def opened(url: str, size: tuple[int, int] = DESK, **options: object) -> Page:
        viewport = {"width": size[0], "height": size[1]}
        contexts.append(browser.new_context(viewport=viewport, **options))
        page = contexts[-1].new_page()
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe finds, rule by rule, with all of its default rules."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(("size", "palette"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_a_phone_scrolls_no_page_sideways(
    kind: str, palette: str, size: tuple[int, int], places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places[kind], size, color_scheme=palette)
    assert page.locator("body").get_attribute("data-md-color-scheme") == {"light": "default", "dark": "slate"}[palette]
    if kind == "find":
        page.locator(".papershelf-find__list mark").first.wait_for()
    assert sticks_out(page) == []
    assert violations(page) == []


@pytest.mark.parametrize(("size", "palette"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_axe_finds_nothing_in_an_open_fold_and_an_open_search(
    palette: str, size: tuple[int, int], places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places["tag"], size, color_scheme=palette)
    page.get_by_role("button", name="Abstract of").first.click()
    page.locator(".papershelf-abstract").wait_for()
    assert violations(page) == []
    page.keyboard.press("/")
    page.keyboard.type("pipeline memory")
    page.get_by_role("option").first.locator("mark").first.wait_for()
    page.wait_for_function("() => document.getAnimations().every(a => a.playState !== 'running')")
    assert violations(page) == []


def test_axe_finds_nothing_in_an_open_drawer(places: dict[str, str], opened: Callable[..., Page]) -> None:
    page = opened(places["paper"], PHONE)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Tags", exact=True).first.wait_for()
    page.wait_for_function("() => document.getAnimations().every(a => a.playState !== 'running')")
    assert violations(page) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_no_other_host_and_logs_no_error(
    kind: str, places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened("about:blank")
    asked: list[str] = []
    errors: list[str] = []

    def answer(route: Route) -> None:
        if not route.request.url.startswith(places["home"]):
            route.abort()
        elif route.request.url.endswith("/assets/frame.js"):
            # A code host whose API Material's script knows.
            response = route.fetch()
            linked = r'(?<=const SOURCE = "\\u003ca href=\\")[^"\\]+'
            body, found = re.subn(linked, "https://github.com/readers/shelf", response.text())
            assert found
            route.fulfill(response=response, body=body)
        else:
            route.continue_()

    page.route("**/*", answer)
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(places[kind], wait_until="networkidle")
    if kind == "not found":  # which the browser reports
        errors = [error for error in errors if "404" not in error]
    assert len(asked) > 1
    assert [url for url in asked if not url.startswith((places["home"], "data:", "blob:"))] == []
    assert errors == []


def sticks_out(page: Page) -> list[str]:
    """What of an article a reader would have to scroll sideways for."""
    # `html` hides what sticks out, so that its own width tells nothing.
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("article *")]
            .filter(e => !e.closest("pre, svg") && e.getBoundingClientRect().right > innerWidth + 0.5)
            .map(e => e.outerHTML.slice(0, 100))"""
    )
    fits = page.evaluate("() => document.querySelector('article').scrollWidth <= innerWidth")
    return found if fits else [*found, "the article"]


@pytest.mark.parametrize("kind", ["paper", "second page", "papers", "home", "not found"])
def test_what_stands_alone_is_large_enough_for_a_finger(
    kind: str, places: dict[str, str], opened: Callable[..., Page]
) -> None:
    """24 by 24 pixels, as WCAG 2.2 asks of a target that isn't part of a sentence."""
    page = opened(places[kind], PHONE, has_touch=True)
    alone = ".md-header__button, .md-content__button, .papershelf-read a:first-child, .papershelf-pager a"
    targets = page.locator(f"{alone}, .papershelf-search > *").filter(visible=True)
    assert targets.count() > 2
    boxes = [target.bounding_box() for target in targets.all()]
    assert [box for box in boxes if min(box["width"], box["height"]) < 24] == []


@pytest.mark.parametrize("kind", ["home", "topic", "tag", "list", "papers", "paper", "map"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_moves_while_a_page_arrives(
    kind: str,
    size: tuple[int, int],
    places: dict[str, str],
    address: str,
    slow_address: str,
    opened: Callable[..., Page],
) -> None:
    """Piece by piece, as over a slow line: what is shown already stays where it is."""
    page = opened("about:blank", size)
    page.add_init_script(
        """window.shifted = []; new PerformanceObserver(list => { for (const { value, sources } of list.getEntries())
            window.shifted.push({ value, moved: sources.map(({ node, previousRect, currentRect }) =>
                [node?.textContent.trim().slice(0, 60), previousRect.toJSON(), currentRect.toJSON()]) });
        }).observe({type: "layout-shift", buffered: true})"""
    )
    page.goto(places[kind].replace(address, slow_address), wait_until="networkidle")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shifts = page.evaluate("window.shifted")
    assert sum(shift["value"] for shift in shifts) < 0.01, shifts


def test_the_text_stands_in_the_same_place_on_every_page(places: dict[str, str], opened: Callable[..., Page]) -> None:
    page = opened("about:blank", DESK)
    left = set()
    for kind in ("home", "topics", "topic", "tag", "paper", "about"):
        page.goto(places[kind])
        left |= {page.locator(place).first.bounding_box()["x"] for place in ("h1", ".md-tabs__list a")}
    assert len(left) == 1


@pytest.mark.parametrize("kind", ["topic", "tag"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_our_script_changes_no_line_of_a_listing(
    kind: str, size: tuple[int, int], places: dict[str, str], opened: Callable[..., Page]
) -> None:
    """However late it comes: each entry is as high without it."""
    heights = "entries => entries.map(entry => entry.getBoundingClientRect().height)"
    bare, whole = opened("about:blank", size), opened(places[kind], size)
    bare.route("**/papershelf.js", lambda route: route.abort())
    bare.goto(places[kind])
    measured = [page.locator(".papershelf-papers > ul > li").evaluate_all(heights) for page in (bare, whole)]
    assert len(measured[0]) > 3
    assert measured[0] == measured[1]


@pytest.mark.parametrize("chosen", [None, "light", "dark"])
def test_the_palette_is_right_from_the_first_paint(
    chosen: str | None, places: dict[str, str], opened: Callable[..., Page]
) -> None:
    """The system's, or the one that was chosen, also while Material's script doesn't come."""
    page = opened(places["about"], color_scheme="dark")
    if chosen:
        scheme = {"light": "default", "dark": "slate"}[chosen]
        colour = {"media": f"(prefers-color-scheme: {chosen})", "scheme": scheme, "primary": "red", "accent": "red"}
        page.evaluate("kept => __md_set('__palette', kept)", {"index": int(chosen == "dark"), "color": colour})
    page.route("**/bundle.*.js", lambda route: route.abort())
    # What the body says when the browser is about to draw for the first time.
    page.add_init_script(
        "requestAnimationFrame(function first() { document.body ?"
        " window.painted ??= document.body.dataset.mdColorScheme : requestAnimationFrame(first) })"
    )
    page.goto(places["paper"])
    page.wait_for_function("window.painted")
    assert page.evaluate("window.painted") == ("default" if chosen == "light" else "slate")


def test_the_header_tells_the_paper_once_its_title_is_out_of_sight(
    places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places["paper"])
    page.mouse.wheel(0, 800)
    page.locator(".md-header__title--active").wait_for()
    assert page.locator("[data-md-component=header-topic]").inner_text().strip() == ZERO


@pytest.mark.parametrize("kind", ["tag", "list", "paper", "about", "not found"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_without_scripts_every_page_is_readable_and_leads_on(
    kind: str, size: tuple[int, int], places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places[kind], size, java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    if size == PHONE:
        page.locator("header label[for=__drawer]").click()
    navigation = page.locator(".md-tabs, .md-sidebar--primary")
    for name in ("Home", "Topics", "Tags", "Lists", "All papers", "About"):
        navigation.get_by_role("link", name=name, exact=True).first.click(trial=True)


def test_the_first_palette_needs_no_script(places: dict[str, str], opened: Callable[..., Page]) -> None:
    names = [f"--md-{name}" for name in ("primary-fg-color", "accent-fg-color", "default-bg-color", "typeset-a-color")]
    names += ["color-scheme", "--papershelf-quiet"]
    read = "names => names.map(name => getComputedStyle(document.body).getPropertyValue(name))"
    plain, scripted = (
        opened(places["paper"], java_script_enabled=scripts, color_scheme="light") for scripts in (False, True)
    )
    assert plain.locator("body[data-md-color-scheme]").count() == 0
    assert scripted.locator("body[data-md-color-scheme=default]").count() == 1
    found = plain.evaluate(read, names)
    assert all(found)
    assert found == scripted.evaluate(read, names)


def test_what_surrounds_a_papers_text_is_smaller_than_two_and_a_half_kilobytes(site: Path) -> None:
    """A hundred thousand papers have to fit into the gigabyte that GitHub Pages gives.

    The tags of a paper's citation are no surroundings: each says something that is known of it, an author for one.
    """
    papers = [page for page in site.glob("papers/*/index.html") if b"<article" in page.read_bytes()]
    assert len(papers) > 100
    sizes = [
        len(re.sub(rb"(?s)<article.*</article>|<meta name=citation_[^>]*>", b"", page.read_bytes())) for page in papers
    ]
    assert max(sizes) < 2_500


@pytest.mark.parametrize("kind", ["topic", "paper"])
def test_print_shows_the_article_alone(kind: str, places: dict[str, str], opened: Callable[..., Page]) -> None:
    page = opened(places[kind])
    chrome = page.locator(".md-header, .md-tabs, .md-sidebar, .md-footer, .md-content__button, .headerlink, .md-top")
    assert chrome.filter(visible=True).count() > 3
    page.emulate_media(media="print")
    assert chrome.filter(visible=True).count() == 0
    assert page.locator("article h1").is_visible()


def test_the_keyboard_leads_from_home_to_a_topic_to_a_paper_and_back(
    places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places["home"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.md-skip')")
    page.keyboard.press("Enter")
    tab_to(page, ".grid.cards a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/topics/*/")
    topic = page.url
    tab_to(page, ".papershelf-papers a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/*/")
    tab_to(page, ".papershelf-read a")
    page.go_back()
    assert page.url == topic


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus stands on one of these; on the way it is always somewhere, and always to be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    focused = page.evaluate(
        """() => ({outline: getComputedStyle(document.activeElement).outlineStyle,
            found: document.activeElement.getBoundingClientRect().height > 0})"""
    )
    assert page.evaluate("selector => document.activeElement.matches(selector)", selector), f"no way to {selector}"
    assert focused["found"]
    assert focused["outline"] != "none"


def test_the_drawer_opens_and_closes_from_the_keyboard_and_hides_its_links_while_closed(
    places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places["paper"], PHONE)
    link = page.locator(".papershelf-drawer a", has_text="Topics").first
    assert not link.is_visible()
    button = page.get_by_role("button", name="Menu")
    button.focus()
    page.keyboard.press("Enter")
    link.wait_for(state="visible")
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")
    assert button.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Menu"


def test_the_page_for_what_is_not_found_searches_and_leads_on(
    places: dict[str, str], opened: Callable[..., Page]
) -> None:
    page = opened(places["not found"])
    leads = page.locator("article p a").evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    assert leads == ["/topics/", "/tags/", "/papers/", "/"]
    page.get_by_label("Words to look for").fill("trillion parameter")
    page.get_by_role("button", name="Search").last.click()
    page.wait_for_url("**/find/?q=trillion+parameter")
    page.locator(".papershelf-find__list a", has_text=ZERO).wait_for()
