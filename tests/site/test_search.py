"""A reader finds papers by what people type, in the dialog and on /find/, by keyboard, and shares a view."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from papershelf.checks import checked
from papershelf.folding import words
from papershelf.load import Data
from papershelf.model import Catalogue

ZERO = "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
ZERO_ID = "zero-memory-optimizations-toward-training-trillion-parameter-models"
FIND = """async query => {
    const { open } = await import("/assets/search/engine.js");
    window.engine ??= await open(location.origin + "/");
    const { results, places, total } = await window.engine.find(query);
    return { ids: results.map(result => result.id), places: places.map(place => place.name), total };
}"""


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


@pytest.fixture(scope="module")
def engine(browser: Browser, address: str) -> Iterator[Page]:
    """A page to ask the engine on, which keeps what it has read."""
    page = browser.new_page()
    page.goto(f"{address}about/")
    yield page
    page.close()


@pytest.fixture
def dialog(page: Page, address: str) -> Page:
    """The first page with the search open."""
    page.goto(address)
    page.keyboard.press("/")
    page.get_by_role("dialog", name="Search").wait_for()
    return page


def test_words_are_the_same_where_the_index_is_made_and_where_it_is_read(engine: Page, shelf: Catalogue) -> None:
    papers = shelf.papers
    texts = [text for p in papers for text in (p.title, p.summary, p.note, p.abstract, *p.authors) if text]
    texts += [
        "İstanbul ẞ ﬁne‑tuning–x - a-β-c —d- -e",
        "机器-翻译 한국어 ไทย हिन्दी",
        "a_b c'd 3.5×10⁸ Ⅷ ½ 𝒳-𝛼",
        "-",
        "",
    ]
    made = engine.evaluate(
        """async texts => {
            const { words } = await import("/assets/search/folding.js");
            return texts.map(text => words(text));
        }""",
        texts,
    )
    for text, found in zip(texts, made, strict=True):
        alone, joined = words(text)
        assert [word for word, _ in found] == alone, text
        assert [(at, both) for at, (_, both) in enumerate(found) if both] == joined, text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (ZERO, ZERO_ID),
        (ZERO.lower(), ZERO_ID),
        ("trillion zero parameter", ZERO_ID),
        ("trill param zer", ZERO_ID),
        ("optimization memories trillions", ZERO_ID),
        ("trilion memry zero", ZERO_ID),
        ("optimzatoin paramter trillion", ZERO_ID),
        ("pangu alpha", "pangu-alpha-large-scale-autoregressive-pretrained-chinese-language-models-with"),
        ("PanGu-α", "pangu-alpha-large-scale-autoregressive-pretrained-chinese-language-models-with"),
        ("pangualpha", "pangu-alpha-large-scale-autoregressive-pretrained-chinese-language-models-with"),
    ],
)
def test_what_people_type_finds_the_paper_first(typed: str, found: str, engine: Page) -> None:
    assert engine.evaluate(FIND, typed)["ids"][0] == found


def test_an_exact_title_is_always_first(engine: Page, shelf: Catalogue) -> None:
    for paper in shelf.papers:
        assert engine.evaluate(FIND, paper.title)["ids"][0] == paper.id, paper.title


def test_a_word_of_an_abstract_is_found_with_a_typo_wherever_it_is(engine: Page, shelf: Catalogue) -> None:
    counts = Counter(word for p in shelf.papers for word in set(words(f"{p.title} {p.summary} {p.abstract}")[0]))
    rare = {p.id: [w for w in words(p.abstract or "")[0] if counts[w] == 1 and len(w) > 8] for p in shelf.papers}
    asked = [(name, some[0]) for name, some in rare.items() if some][::20]
    assert len(asked) > 10
    missed = [
        typed
        for name, word in asked
        for typed in (word[1] + word[0] + word[2:], word[1:], f"x{word[1:]}", f"{word[:4]}{word[5:]}")
        if name not in engine.evaluate(FIND, typed)["ids"]
    ]
    # What is left of "inefficiently" without its first letter is as near to another word.
    assert len(missed) <= len(asked) / 10, missed


def test_hyphens_make_no_difference(engine: Page) -> None:
    first, *others = (set(engine.evaluate(FIND, typed)["ids"][:3]) for typed in ("fine-tuning", "finetuning"))
    assert first
    assert all(first & other for other in others)
    assert engine.evaluate(FIND, "fine tuning")["total"] > 5


def test_a_tag_is_found_by_its_synonym_and_a_page_by_its_text(engine: Page) -> None:
    assert "Agents" in engine.evaluate(FIND, "tool use")["places"]
    assert "What it is" in engine.evaluate(FIND, "listings saved as text")["places"]
    assert "About" in engine.evaluate(FIND, "about")["places"]


def test_a_section_of_a_hand_written_page_is_found_and_led_to(dialog: Page, address: str) -> None:
    dialog.keyboard.type("change a tag nearest")
    section = dialog.get_by_role("option", name="Page · Contribute")
    expect(section.locator(".papershelf-result__title")).to_have_text("Change a tag")
    expect(section.locator("mark", has_text="nearest")).to_be_visible()
    section.click()
    dialog.wait_for_url(f"{address}contribute/#change-a-tag")
    assert dialog.locator("#change-a-tag").inner_text().startswith("Change a tag")
    dialog.goto(f"{address}find/?q=change+a+tag+nearest")
    dialog.get_by_role("link", name="Change a tag").click()
    dialog.wait_for_url(f"{address}contribute/#change-a-tag")
    dialog.goto(f"{address}find/?q=translation")
    expect(dialog.locator(".papershelf-find__places > li")).not_to_have_count(0)
    dialog.goto(f"{address}find/?q=translation&not-code=yes")
    found(dialog)
    expect(dialog.locator(".papershelf-find__places")).to_be_hidden()


def test_nothing_is_loaded_before_a_reader_reaches_for_search(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/assets/search/" in url]
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("zero")
    page.get_by_role("option").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/assets/search/words-" in url]
    assert [url for url in asked if not url.startswith(address)] == []


@pytest.mark.parametrize("key", ["/", "s", "Control+k"])
def test_a_key_opens_the_dialog_and_escape_closes_it(key: str, page: Page, address: str) -> None:
    page.goto(f"{address}topics/")
    page.locator("article h2 a").first.focus()
    page.keyboard.press(key)
    field = page.get_by_role("combobox", name="Words to look for")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("s/")
    expect(field).to_have_value("s/")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('article h2') !== null")


def test_arrows_choose_and_enter_opens(dialog: Page, address: str) -> None:
    dialog.keyboard.type("pipeline parallel")
    options = dialog.get_by_role("option")
    options.nth(3).wait_for()
    field = dialog.get_by_role("combobox")
    for key, chosen in (("", 0), ("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("ArrowUp", 0)):
        if key:
            dialog.keyboard.press(key)
        expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
        expect(field).to_have_attribute("aria-activedescendant", options.nth(chosen).get_attribute("id") or "")
    dialog.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    dialog.keyboard.press("ArrowDown")
    dialog.keyboard.press("ArrowDown")
    leads = options.nth(1).get_attribute("href")
    dialog.keyboard.press("Enter")
    dialog.wait_for_url(f"{leads}**")
    assert str(leads).startswith(f"{address}papers/")


def test_a_result_shows_the_passage_with_the_matches_marked(dialog: Page, shelf: Catalogue) -> None:
    paper = shelf.paper[ZERO_ID]
    dialog.keyboard.type(ZERO)
    first = dialog.get_by_role("option").first
    expect(first.locator("mark").first).to_have_text("ZeRO")
    expect(first.locator(".papershelf-result__text")).to_have_text(str(paper.summary))
    for name in paper.tags:
        expect(first).to_contain_text(shelf.tag[name].name)
    phrase = " ".join((paper.abstract or "").split()[20:27])
    dialog.get_by_role("combobox").fill(phrase)
    marks = first.locator(".papershelf-result__text mark")
    # What was found before stands until then.
    expect(first.locator(".papershelf-result__text")).to_contain_text(phrase)
    assert len({word.lower() for word in marks.all_inner_texts()} & set(words(phrase)[0])) > 3


def test_what_is_typed_while_the_index_loads_is_found_and_only_the_last_answer_counts(page: Page, address: str) -> None:
    waiting: list[Route] = []
    page.route("**/assets/search/titles-0.json*", lambda route: waiting.append(route))
    page.goto(address)
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    field.wait_for()
    for typed in ("translation", "zero memory optimizations"):
        field.fill(typed)
    page.wait_for_timeout(200)
    waiting[0].continue_()
    expect(page.get_by_role("option").first).to_contain_text(ZERO)


def test_what_is_typed_while_the_dialog_loads_is_not_lost(page: Page, address: str) -> None:
    waiting: list[Route] = []
    page.route("**/assets/search/dialog.js", lambda route: waiting.append(route))
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type("zeroo")
    page.keyboard.press("Backspace")
    page.wait_for_timeout(100)
    waiting[0].continue_()
    expect(page.get_by_role("combobox")).to_have_value("zero")
    expect(page.get_by_role("option").first).to_contain_text("ZeRO")


def test_a_search_that_can_not_be_loaded_says_so(page: Page, address: str) -> None:
    page.route("**/assets/search/index.json", lambda route: route.abort())
    page.goto(address)
    page.keyboard.press("/")
    page.get_by_role("combobox").fill("zero")
    expect(page.get_by_role("status")).to_have_text("The search can't be loaded.")


# The page with filters


def found(page: Page) -> int:
    """How many papers the page says it found, when it has drawn them."""
    page.locator(".papershelf-find__list li").first.wait_for()
    return int(page.get_by_role("status").inner_text().split()[0])


def test_filters_include_and_exclude_with_live_counts(page: Page, address: str, shelf: Catalogue) -> None:
    tag = "pipeline-parallelism"
    has = [paper for paper in shelf.papers if tag in paper.tags]
    others = Counter(name for paper in has for name in paper.tags if name != tag)
    other = next(name for name, count in others.most_common() if count < len(has))
    page.goto(f"{address}find/")
    assert found(page) == len(shelf.papers)
    page.goto(f"{address}find/?tag={tag}")
    assert found(page) == len(has)
    row = page.locator(".papershelf-find__row", has=page.locator(f"[data-filter='include tag {other}']"))
    with_other = [paper for paper in has if other in paper.tags]
    if not row.is_visible():
        page.get_by_role("group", name="Tag").get_by_role("button", name="more").click()
    assert row.locator("small").inner_text() == str(len(with_other))
    row.get_by_role("button", name="Without").click()
    expect(page.get_by_role("status")).to_have_text(f"{len(has) - len(with_other)} papers")
    assert page.url.endswith(f"?tag={tag}&not-tag={other}")
    row.get_by_role("button").first.click()
    expect(page.get_by_role("status")).to_have_text(f"{len(with_other)} papers")
    assert page.url.endswith(f"?tag={tag}&tag={other}")
    page.go_back()
    expect(page.get_by_role("status")).to_have_text(f"{len(has) - len(with_other)} papers")


def test_each_filter_counts_what_the_shelf_holds(page: Page, address: str, shelf: Catalogue) -> None:
    topic, entry = shelf.topics[0].id, shelf.lists[0].id
    year = max(paper.year for paper in shelf.papers if paper.year)
    expected = {
        f"topic={topic}": sum(topic in paper.topics for paper in shelf.papers),
        f"not-topic={topic}": sum(topic not in paper.topics for paper in shelf.papers),
        f"list={entry}": sum(entry in {place.list for place in paper.appearances} for paper in shelf.papers),
        f"year={year}": sum(paper.year == year for paper in shelf.papers),
        "code=yes": sum(bool(paper.links and paper.links.code) for paper in shelf.papers),
    }
    for asked, count in expected.items():
        page.goto(f"{address}find/?{asked}")
        assert found(page) == count, asked


def test_a_view_can_be_shared(page: Page, address: str, browser: Browser) -> None:
    page.goto(f"{address}find/")
    page.get_by_role("searchbox", name="Words to look for").fill("translation")
    page.get_by_role("combobox", name="Order").select_option("title")
    page.wait_for_url("**/find/?q=translation&sort=title")
    page.locator(".papershelf-find__list mark").first.wait_for()  # drawn anew, and with it the filters
    page.locator(".papershelf-find__include").first.click()
    page.wait_for_url("**/find/?q=translation&topic=*&sort=title")
    expect(page.locator(".papershelf-find__include[aria-pressed=true]")).to_have_count(1)
    titles = page.locator(".papershelf-find__list .papershelf-result__title")
    shown = titles.all_inner_texts()
    assert [words(title)[0] for title in shown] == sorted(words(title)[0] for title in shown)
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(page.url)
        assert found(other) == found(page)
        assert other.locator(".papershelf-find__list .papershelf-result__title").all_inner_texts() == shown
        assert other.get_by_role("searchbox").input_value() == "translation"


def test_newest_on_the_shelf_is_the_shelfs_own_order(page: Page, address: str, shelf: Catalogue) -> None:
    page.goto(f"{address}find/?sort=newest")
    found(page)
    links = page.locator(".papershelf-find__list li > a").evaluate_all("links => links.map(link => link.pathname)")
    assert links == [f"/papers/{paper.id}/" for paper in shelf.papers[:20]]
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".papershelf-find__list > li")).to_have_count(40)


def test_more_is_offered_only_where_there_is_more(page: Page, address: str, shelf: Catalogue) -> None:
    tag, count = Counter(name for paper in shelf.papers for name in paper.tags).most_common()[-1]
    page.goto(f"{address}find/?tag={tag}")
    assert found(page) == page.locator(".papershelf-find__list > li").count() == count
    expect(page.locator(".papershelf-find .md-button")).to_be_hidden()


def test_only_what_is_about_to_be_seen_is_read(page: Page, address: str) -> None:
    """On a phone, the summaries of a few of twenty results; the others as the reader comes to them."""
    page.set_viewport_size({"width": 360, "height": 740})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/papers/" in request.url else None)
    page.goto(f"{address}find/?q=parallel")
    said = page.locator(".papershelf-result__text")
    expect(said.nth(2)).not_to_be_empty()
    assert 3 <= len(asked) < 10
    said.last.scroll_into_view_if_needed()
    expect(said.last).not_to_be_empty()


def test_numbers_are_parted_as_readers_expect(engine: Page) -> None:
    made = """async numbers => {
        const { grouped } = await import("/assets/search/results.js");
        return numbers.map(number => [grouped(number), number.toLocaleString("en")]);
    }"""
    pairs = engine.evaluate(made, [0, 7, 999, 1000, 9868, 100000, 1234567])
    assert [ours for ours, _ in pairs] == [theirs for _, theirs in pairs]


def test_the_dialog_leads_to_the_same_search_with_filters(dialog: Page, address: str) -> None:
    there = dialog.context.new_page()
    there.goto(f"{address}find/?q=low+resource")
    count = found(there)
    there.close()
    dialog.keyboard.type("low resource")
    # While it is typed, the dialog shows what was found for less.
    expect(dialog.get_by_role("status")).to_have_text(f"{count} papers found")
    dialog.get_by_role("link", name="Search with filters").click()
    dialog.wait_for_url(f"{address}find/?q=low+resource")
    assert found(dialog) == count
    dialog.keyboard.press("/")
    expect(dialog.get_by_role("searchbox")).to_be_focused()


def test_a_filter_keeps_the_focus(page: Page, address: str) -> None:
    page.goto(f"{address}find/")
    found(page)
    button = page.locator(".papershelf-find__include").nth(2)
    name = str(button.get_attribute("data-filter"))
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-filter='{name}']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"[data-filter='{name}']")).to_be_focused()


def test_without_scripts_the_page_leads_on(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}find/")
        assert page.get_by_text("Without one").is_visible()
        leads = page.locator("article a").evaluate_all("links => links.map(link => link.pathname)")
        assert leads == ["/topics/", "/tags/", "/papers/"]


def test_the_index_of_the_shelf_is_what_the_engine_says_it_holds(site: Path, engine: Page) -> None:
    head = json.loads((site / "assets/search/index.json").read_text(encoding="utf-8"))
    assert engine.evaluate(FIND, "")["total"] == head["papers"]


def test_a_tags_listing_that_ends_early_leads_to_all_that_have_it(page: Page, address: str) -> None:
    """As on a shelf of more than 20,000 papers, whose pages end with such a sentence."""

    def shortened(route: Route) -> None:
        answer = route.fetch()
        rest = '<div class="papershelf-rest"><p>These are the newest; <a href="../../find/">find papers</a>.</p></div>'
        route.fulfill(response=answer, body=answer.text().replace("</article>", f"{rest}</article>"))

    page.route("**/tags/llm-translation/", shortened)
    page.goto(f"{address}tags/llm-translation/")
    page.get_by_role("link", name="find papers").click()
    expect(page).to_have_url(f"{address}find/?tag=llm-translation")
    expect(page.locator(".papershelf-find__include[aria-pressed=true]")).to_have_count(1)
