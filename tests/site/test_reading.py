"""A reader finds a paper by topic, tag and search, reads its abstract in place, and finds the file to edit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route

ZERO = "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
ZERO_PATH = "papers/zero-memory-optimizations-toward-training-trillion-parameter-models/"


@pytest.fixture
def tag(page: Page, address: str) -> Page:
    """The page of a tag that has many papers."""
    page.goto(f"{address}tags/pipeline-parallelism/")
    return page


def first_item(page: Page) -> Locator:
    """The first paper of a listing."""
    return page.locator(".papershelf-papers > ul > li").first


def fold(page: Page) -> Locator:
    """What opens the abstract of the first paper."""
    return first_item(page).get_by_role("button", name="Abstract of")


@pytest.mark.parametrize("press", [lambda it: it.click(), lambda it: it.press("Enter"), lambda it: it.press("Space")])
def test_a_fold_shows_the_abstract_and_closes_again(tag: Page, press: Callable[[Locator], None]) -> None:
    listing = tag.url
    shown = first_item(tag).locator(".papershelf-abstract")
    assert fold(tag).get_attribute("aria-expanded") == "false"
    press(fold(tag))
    shown.wait_for()
    assert fold(tag).get_attribute("aria-expanded") == "true"
    assert shown.get_attribute("id") == fold(tag).get_attribute("aria-controls")
    text = shown.inner_text()
    press(fold(tag))
    shown.wait_for(state="hidden")
    assert fold(tag).get_attribute("aria-expanded") == "false"
    assert tag.url == listing
    first_item(tag).get_by_role("link").first.click()
    tag.wait_for_url("**/papers/**")
    assert tag.locator("#abstract + p").inner_text() == text


def test_a_fold_asks_once_however_often_it_is_pressed(tag: Page) -> None:
    asked = []
    tag.on("request", lambda request: asked.append(request.url) if request.resource_type == "fetch" else None)
    for _ in range(2):
        fold(tag).dblclick()
    first_item(tag).locator(".papershelf-abstract").wait_for(state="attached")
    fold(tag).click()
    assert len(asked) == 1


def test_a_fold_is_a_plain_link_without_scripts(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}tags/pipeline-parallelism/")
        assert page.get_by_role("button", name="Abstract of").count() == 0
        first_item(page).get_by_role("link", name="abstract", exact=True).click()
        assert page.url.endswith("/#abstract")
        assert page.locator("#abstract + p").is_visible()


def test_a_fold_that_fails_follows_its_link(tag: Page) -> None:
    def once(route: Route) -> None:
        if route.request.resource_type == "fetch":
            route.fulfill(status=503)
        else:
            route.continue_()

    tag.route("**/papers/**", once)
    fold(tag).click()
    tag.wait_for_url("**/papers/**/#abstract")


def test_a_fold_opens_a_new_tab_when_asked_to(tag: Page) -> None:
    listing = tag.url
    with tag.context.expect_page() as opened:
        fold(tag).click(modifiers=["ControlOrMeta"])
    assert opened.value.url != listing
    assert tag.url == listing
    assert fold(tag).get_attribute("aria-expanded") == "false"


def test_a_paper_is_found_by_topic_and_says_where_it_stands(page: Page, address: str) -> None:
    page.goto(f"{address}{ZERO_PATH}")
    lists = page.locator("article li", has_text="Lists:").get_by_role("link")
    assert lists.count() == 2
    assert page.get_by_role("link", name="Read on arXiv").get_attribute("href") == "https://arxiv.org/abs/1910.02054"
    page.locator("article li", has_text="Topics:").get_by_role("link").first.click()
    page.wait_for_url("**/topics/*/")
    item = page.locator(".papershelf-papers li", has_text=ZERO)
    assert item.count() == 1
    item.get_by_role("link").first.click()
    page.wait_for_url(f"**/{ZERO_PATH}")


@pytest.mark.parametrize(
    ("path", "file"),
    [
        (ZERO_PATH, "data/papers/z/zero-memory-optimizations-toward-training-trillion-parameter-models.yml"),
        ("topics/", "data/topics.yml"),
        ("tags/pipeline-parallelism/", "data/tags.yml"),
        ("lists/", "data/lists.yml"),
        ("", "site_src/index.md"),
    ],
)
def test_the_pencil_opens_the_file_of_the_page(page: Page, address: str, root: Path, path: str, file: str) -> None:
    page.goto(address + path)
    pencil = page.locator("a[rel=edit]")
    repository = page.locator(".md-header .md-source").get_attribute("href")
    assert pencil.get_attribute("href") == f"{repository}/edit/main/{file}"
    assert (root / file).is_file()


@pytest.mark.parametrize(
    ("path", "tab"),
    [
        (ZERO_PATH, "All papers"),
        ("tags/pipeline-parallelism/", "Tags"),
        ("lists/trending-papers/2/", "Lists"),
        ("find/", ""),
    ],
)
def test_the_tab_is_lit_that_a_page_is_under(page: Page, address: str, path: str, tab: str) -> None:
    page.goto(address + path)
    assert page.locator(".md-tabs__item--active").all_inner_texts() == ([tab] if tab else [])


def test_pages_of_a_listing_lead_to_each_other(page: Page, address: str) -> None:
    page.goto(f"{address}lists/trending-papers/")
    seen = page.locator(".papershelf-papers > ul > li").count()
    while page.locator(".papershelf-pager").get_by_role("link", name="Next").count():
        page.locator(".papershelf-pager").get_by_role("link", name="Next").click()
        page.wait_for_load_state()
        seen += page.locator(".papershelf-papers > ul > li").count()
    printed = re.match(r"[\d,]+", page.locator("article p").first.inner_text())
    assert printed
    assert seen == int(printed[0].replace(",", ""))
