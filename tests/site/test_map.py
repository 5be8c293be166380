"""The map is drawn, says which paper a dot is, opens it, and shows the topics that are switched on; so does a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

CANVAS = ".papershelf-map__canvas"
CARD = ".papershelf-map__card"


@pytest.fixture(scope="module")
def data(site: Path) -> dict[str, Any]:
    """What the map is drawn from."""
    return json.loads((site / "assets" / "map.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture
def drawn(page: Page, address: str) -> Page:
    """The map, drawn."""
    return draw(page, address)


def draw(page: Page, address: str) -> Page:
    page.goto(f"{address}map/")
    page.locator(f"{CANVAS}[data-dots]").wait_for()
    page.locator(CANVAS).scroll_into_view_if_needed()
    return page


def dots(page: Page) -> int:
    """How many dots are drawn, once what was asked for is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return int(page.locator(CANVAS).get_attribute("data-dots") or -1)


def place(page: Page, data: dict[str, Any], paper: int) -> tuple[float, float]:
    """Where a paper's dot is on the screen, as long as the map isn't zoomed."""
    box = page.locator(CANVAS).bounding_box()
    assert box
    unit = (min(box["width"], box["height"]) - 28) / data["side"]
    middle = data["side"] / 2
    return (
        box["x"] + box["width"] / 2 + (data["x"][paper] - middle) * unit,
        box["y"] + box["height"] / 2 + (data["y"][paper] - middle) * unit,
    )


def colours(page: Page) -> int:
    """How many colours there are on the canvas, those of edges left out."""
    return int(
        page.locator(CANVAS).evaluate(
            """canvas => {
                const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                const counts = new Map();
                for (let at = 0; at < data.length; at += 4) {
                    if (data[at + 3] < 255) continue;
                    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
                    counts.set(colour, (counts.get(colour) ?? 0) + 1);
                }
                return [...counts.values()].filter((count) => count > 60).length;
            }"""
        )
    )


def test_every_paper_is_a_dot_in_the_colour_of_its_topic(drawn: Page, data: dict[str, Any]) -> None:
    assert dots(drawn) == len(data["ids"])
    assert colours(drawn) >= len(data["topics"]) - 2


def test_hovering_says_which_paper_it_is_and_a_click_opens_it(drawn: Page, data: dict[str, Any]) -> None:
    paper = data["ids"].index("zero-memory-optimizations-toward-training-trillion-parameter-models")
    drawn.mouse.move(*place(drawn, data, paper))
    card = drawn.locator(CARD)
    assert data["titles"][paper] in card.inner_text()
    assert data["topics"][data["in"][paper][0]] in card.inner_text()
    drawn.mouse.move(5, 5)
    card.wait_for(state="hidden")
    drawn.mouse.click(*place(drawn, data, paper))
    drawn.wait_for_url(f"**/papers/{data['ids'][paper]}/")


def test_the_dot_that_is_meant_has_a_ring_and_the_others_are_not_drawn_again(drawn: Page, data: dict[str, Any]) -> None:
    before = drawn.locator(CANVAS).evaluate("canvas => canvas.toDataURL()")
    x, y = place(drawn, data, 7)
    drawn.mouse.move(x, y)
    ring = drawn.locator(".papershelf-map__ring").bounding_box()
    assert ring
    assert abs(ring["x"] + ring["width"] / 2 - x) < 2
    assert abs(ring["y"] + ring["height"] / 2 - y) < 2
    dots(drawn)
    assert drawn.locator(CANVAS).evaluate("canvas => canvas.toDataURL()") == before
    drawn.mouse.move(5, 5)
    drawn.locator(".papershelf-map__ring").wait_for(state="hidden")


def test_the_keyboard_goes_from_paper_to_paper_and_opens_one(drawn: Page) -> None:
    drawn.locator(CANVAS).focus()
    said = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        drawn.keyboard.press(key)
        said.append(drawn.locator(".papershelf-map__said").inner_text())
    assert len(set(said)) >= 3
    target = drawn.locator(CARD).get_attribute("href")
    assert target
    drawn.keyboard.press("Escape")
    assert drawn.locator(CARD).is_hidden()
    drawn.keyboard.press("ArrowRight")
    target = drawn.locator(CARD).get_attribute("href") or ""
    drawn.keyboard.press("Enter")
    drawn.wait_for_url(target)


def test_topics_are_switched_on_and_off(drawn: Page, data: dict[str, Any]) -> None:
    name = data["topics"][3]
    box = drawn.get_by_role("checkbox", name=name)
    box.uncheck()
    assert dots(drawn) == sum(topics != [3] for topics in data["in"])
    drawn.get_by_role("button", name="None").click()
    assert dots(drawn) == 0
    box.check()
    assert dots(drawn) == sum(3 in topics for topics in data["in"])
    assert colours(drawn) == 1
    drawn.get_by_role("button", name="All", exact=True).click()
    assert dots(drawn) == len(data["ids"])


def test_a_dot_that_is_switched_off_is_not_there(drawn: Page, data: dict[str, Any]) -> None:
    drawn.get_by_role("button", name="None").click()
    drawn.locator(CANVAS).scroll_into_view_if_needed()
    drawn.mouse.move(*place(drawn, data, 7))
    assert drawn.locator(CARD).is_hidden()


def test_zooming_leaves_fewer_dots_in_sight_and_all_comes_back(drawn: Page) -> None:
    picture = drawn.locator(CANVAS).screenshot()
    drawn.get_by_role("button", name="Zoom in").click()
    drawn.get_by_role("button", name="Zoom in").click()
    dots(drawn)
    drawn.mouse.move(5, 5)
    assert drawn.locator(CANVAS).screenshot() != picture
    drawn.get_by_role("button", name="Show all").click()
    drawn.mouse.move(5, 5)
    dots(drawn)
    assert drawn.locator(CANVAS).screenshot() == picture


def test_the_dark_palette_has_colours_of_its_own(browser: Browser, address: str) -> None:
    pictures = {}
    for scheme in ("light", "dark"):
        with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
            page = draw(context.new_page(), address)
            pictures[scheme] = page.locator(CANVAS).evaluate("canvas => canvas.toDataURL()")
    assert pictures["light"] != pictures["dark"]


def test_the_map_takes_the_palette_that_is_chosen_later(drawn: Page) -> None:
    before = drawn.locator(CANVAS).evaluate("canvas => canvas.toDataURL()")
    drawn.evaluate("document.body.setAttribute('data-md-color-scheme', 'slate')")
    dots(drawn)
    assert drawn.locator(CANVAS).evaluate("canvas => canvas.toDataURL()") != before


def test_a_finger_sees_the_title_first_and_opens_it_there(browser: Browser, address: str, data: dict[str, Any]) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as context:
        page = draw(context.new_page(), address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.touchscreen.tap(*place(page, data, 11))
        card = page.locator(CARD)
        card.wait_for()
        target = card.get_attribute("href") or ""
        assert page.url.endswith("/map/")
        card.tap()
        page.wait_for_url(target)


def test_without_scripts_a_sentence_and_the_table_lead_on(browser: Browser, address: str, data: dict[str, Any]) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}map/")
        assert "The table below" in page.locator(".papershelf-map").inner_text()
        rows = page.locator("table tbody tr")
        assert [name for name in data["topics"] if name not in rows.locator("td:first-child").all_inner_texts()] == []
        counts = dict(zip(data["topics"], rows.locator("td:nth-child(2)").all_inner_texts(), strict=False))
        assert counts == {
            name: str(sum(at in topics for topics in data["in"])) for at, name in enumerate(data["topics"])
        }
        rows.first.get_by_role("link").first.click()
        assert "/topics/" in page.url


def test_where_the_file_is_missing_the_sentence_stays(page: Page, address: str) -> None:
    page.route("**/map.json", lambda route: route.fulfill(status=404))
    with page.expect_response("**/map.json"):
        page.goto(f"{address}map/")
    assert page.locator(".papershelf-map p").is_visible()
    assert page.locator(CANVAS).count() == 0


def test_only_the_map_loads_its_script_and_nothing_comes_from_elsewhere(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "assets/map" in url]
    draw(page, address)
    assert all(url.startswith(address) for url in asked)
    assert {url.rsplit("/", 1)[-1] for url in asked if "assets/map" in url} == {"map.js", "map.css", "map.json"}
