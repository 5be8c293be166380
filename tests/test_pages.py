"""Catalogue to pages: which exist, what stands on them, and that they are Markdown a person can read."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import markdown as python_markdown
import pytest
import yaml

from papershelf.checks import checked
from papershelf.load import Data
from papershelf.model import Appearance, Catalogue, Links, Paper, ReadingList, Removed, Tag, Topic
from papershelf.page import Page
from papershelf.pages import Pages
from papershelf.places import OF_A_TAG, PER_PAGE, TITLES_PER_PAGE, paper_path, theme_folder
from papershelf.quickmark import Quickmark

ZERO = "zero-memory-optimizations-toward-training-trillion-parameter-models"


def pages_of(catalogue: Catalogue) -> dict[str, Page]:
    return {page.path: page for page in Pages(catalogue, theme_folder("pages")).all()}


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


@pytest.fixture(scope="module")
def made(shelf: Catalogue) -> dict[str, Page]:
    return pages_of(shelf)


@pytest.fixture
def toy_pages(toy: Path) -> dict[str, Page]:
    return pages_of(checked(Data(toy / "data")))


def front_matter(page: Page) -> dict[str, object]:
    found = re.match(r"---\n(.*?)\n---\n", page.text, re.DOTALL)
    assert found, page.path
    values = yaml.safe_load(found[1])
    assert isinstance(values, dict)
    return values


def test_every_page_of_the_design_is_there(shelf: Catalogue, made: dict[str, Page]) -> None:
    assert {"topics/index.md", "tags/index.md", "lists/index.md", "papers/index.md", "duplicates.md"} <= made.keys()
    assert {f"topics/{topic.id}.md" for topic in shelf.topics} <= made.keys()
    assert {f"tags/{tag.id}.md" for tag in shelf.tags} <= made.keys()
    assert {f"lists/{entry.id}.md" for entry in shelf.lists} <= made.keys()
    assert {f"papers/{paper.id}.md" for paper in shelf.papers} <= made.keys()


def test_a_listing_has_a_hundred_papers_a_page(made: dict[str, Page]) -> None:
    pages = [made["lists/trending-papers.md"], made["lists/trending-papers/2.md"], made["lists/trending-papers/3.md"]]
    counts = [len(re.findall(r"^- {3}", page.text, re.MULTILINE)) for page in pages]
    assert counts == [PER_PAGE, PER_PAGE, 15]
    assert "lists/trending-papers/4.md" not in made
    assert "(trending-papers/2.md)" in pages[0].text
    assert "(../trending-papers.md)" in pages[1].text


def test_in_a_large_shelfs_listings_titles_begin_behind_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = tuple(Paper(id=f"p{number}", title=f"Title {number}", topics=("one",)) for number in range(250))
    shelf = Catalogue(papers, topics=(Topic("one", "One", "About one."),))
    monkeypatch.setattr("papershelf.listings.LARGE", 249)
    assert [path for path in pages_of(shelf) if path.startswith("topics/one")] == ["topics/one.md", "topics/one/2.md"]
    monkeypatch.setattr("papershelf.listings.LARGE", 250)
    assert "topics/one/3.md" in pages_of(shelf)


def test_a_large_shelfs_tag_lists_its_newest_papers_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = tuple(Paper(id=f"p{number}", title=f"Title {number}", tags=("one",)) for number in range(OF_A_TAG + 1))
    shelf = Catalogue(papers, tags=(Tag("one", "One", "About one."),))
    said, last = "[find papers](../../find.md) lists all", papers[-1]
    for large, listed in ((OF_A_TAG, papers[:-1]), (OF_A_TAG + 1, papers)):
        monkeypatch.setattr("papershelf.listings.LARGE", large)
        pages = [page.body for path, page in pages_of(shelf).items() if path.startswith("tags/one")]
        assert "601 papers" in pages[0]
        assert sum(page.count("/papers/p") for page in pages) >= len(listed)
        assert any(f"papers/{last.id}.md" in page for page in pages) == (last in listed)
        assert [said in page for page in pages] == [*([False] * (len(pages) - 1)), last not in listed]


def test_far_behind_in_a_long_listing_stand_titles_alone() -> None:
    papers = tuple(
        Paper(id=f"paper-{number}", title=f"Title {number}", source=f"p/{number}.yml", topics=("one",), summary="New.")
        for number in range(6_200)
    )
    shelf = Catalogue(papers, topics=(Topic("one", "One", "About one."),))
    pages = {path: page for path, page in pages_of(shelf).items() if path.startswith("topics/one")}
    found = [
        re.findall(r"^- {3}\*{0,2}\[.*/(paper-\d+)\.md\)\*{0,2}$", page.text, re.MULTILINE) for page in pages.values()
    ]
    assert [len(names) for names in found] == [PER_PAGE] * 5 + [TITLES_PER_PAGE] * 11 + [200]
    assert [name for names in found for name in names] == [paper.id for paper in papers]
    assert "New." in pages["topics/one/5.md"].text
    assert "New." not in pages["topics/one/6.md"].text
    assert Quickmark().convert(pages["topics/one/6.md"].body).html.count("<li>") == TITLES_PER_PAGE
    assert "[1](../one.md) · … · [5](5.md) · [6](6.md) · [7](7.md) · **8** · [9](9.md)" in pages["topics/one/8.md"].text
    assert "[11](11.md) · … · [17](17.md) · [Next](9.md)" in re.sub(r"\n", "", pages["topics/one/8.md"].text)


def test_a_list_is_in_its_own_order(shelf: Catalogue, made: dict[str, Page]) -> None:
    page = made["lists/daily-papers-aug-12.md"]
    ids = re.findall(r"^- {3}.*\(\.\./papers/([a-z0-9-]+)\.md\)", page.text, re.MULTILINE)
    places = [place for name in ids for place in shelf.paper[name].appearances if place.list == "daily-papers-aug-12"]
    assert [place.position for place in places] == list(range(1, PER_PAGE + 1))


def item(page: Page, paper: str) -> str:
    """The item of a paper in a listing, as it stands there."""
    items = re.split(r"^(?=- {3})", page.text, flags=re.MULTILINE)
    found = [entry for entry in items if f"papers/{paper}.md)" in entry.split("\n")[0]]
    assert len(found) == 1, f"{paper} stands {len(found)} times on {page.path}"
    return re.split(r"^(?=\S)", found[0][1:], maxsplit=1, flags=re.MULTILINE)[0].strip()


def test_an_item_is_the_same_wherever_it_stands(shelf: Catalogue, made: dict[str, Page]) -> None:
    zero = shelf.paper[ZERO]
    places = [*(f"topics/{name}.md" for name in zero.topics), *(f"tags/{name}.md" for name in zero.tags)]
    assert len({item(made[path], ZERO) for path in [*places, "lists/daily-papers-aug-12.md"]}) == 1


def test_an_item_says_where_else_the_paper_stands(shelf: Catalogue, made: dict[str, Page]) -> None:
    zero = shelf.paper[ZERO]
    text = item(made["lists/daily-papers-aug-12.md"], ZERO)
    for name in zero.topics:
        assert f"(../topics/{name}.md)" in text
    for name in zero.tags:
        assert f"(../tags/{name}.md)" in text
    for place in zero.appearances:
        assert f"(../lists/{place.list}.md)" in text
    assert "https://arxiv.org/abs/1910.02054" in text
    assert f"(../papers/{ZERO}.md#abstract)" in text


def test_an_abstract_stands_on_its_papers_page_alone(shelf: Catalogue, made: dict[str, Page]) -> None:
    opening = (shelf.paper[ZERO].abstract or "")[:60]
    assert [path for path, page in made.items() if opening in page.text] == [paper_path(ZERO)]


def test_a_papers_page_shows_every_appearance_and_spelling(made: dict[str, Page]) -> None:
    page = next(page for path, page in made.items() if path.startswith("papers/pangu"))
    assert "No.\xa0146 in [Trending papers](../lists/trending-papers.md)" in page.text
    assert "No.\xa03 in [Daily Papers](../lists/daily-papers-aug-12.md)" in page.text
    assert "PanGu-$α$" in page.text


def test_versions_are_shown_on_both_papers_and_among_the_duplicates(made: dict[str, Page]) -> None:
    old, new = "paranames-a-massively", "paranames-1-0"
    for one, other in ((old, new), (new, old)):
        page = next(page for path, page in made.items() if path.startswith(f"papers/{one}"))
        versions = next(line for line in page.text.split("\n") if "Versions" in line)
        assert other in versions
    assert "is a version of" in made["duplicates.md"].text


def test_the_duplicates_page_names_each_merged_paper_once(shelf: Catalogue, made: dict[str, Page]) -> None:
    merged = made["duplicates.md"].text.split("## Versions")[0]
    assert merged.count("papers/") == len([paper for paper in shelf.papers if len(paper.appearances) > 1]) == 24


def test_every_page_begins_with_flat_front_matter_and_one_heading(made: dict[str, Page]) -> None:
    for page in made.values():
        values = front_matter(page)
        assert values["title"], page.path
        assert values["description"], page.path
        assert len(re.findall(r"^# ", page.text, re.MULTILINE)) == 1, page.path


def test_pages_are_markdown_with_hardly_any_html(made: dict[str, Page]) -> None:
    """HTML stands only where Markdown has no form for it: marks around listings, pictures, and what data printed."""
    allowed = {"div", "small", "code", "figure"}
    for page in made.values():
        body = re.sub(r"<figure.*?</figure>|```.*?```", "", page.text, flags=re.DOTALL)
        found = set(re.findall(r"(?<!\\)</?([a-z]+)[ >]", body))
        assert found <= allowed, f"{page.path}: {found - allowed}"


def test_each_page_is_edited_where_its_text_is(made: dict[str, Page]) -> None:
    assert made[paper_path(ZERO)].edit == f"papers/z/{ZERO}.yml"
    assert made["topics/model-parallelism.md"].edit == made["topics/index.md"].edit == "topics.yml"
    assert made["tags/pipeline-parallelism.md"].edit == "tags.yml"


def test_text_from_data_is_shown_and_never_run(toy_pages: dict[str, Page]) -> None:
    page = next(page for path, page in toy_pages.items() if path.startswith("papers/on-alpha"))
    assert '# On α-Widgets and &lt;script>alert("x")&lt;/script>' in page.text
    assert front_matter(page)["title"] == "On α-Widgets and &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"
    for other in toy_pages.values():
        assert "<script" not in re.sub(r"```.*?```", "", other.text, flags=re.DOTALL), other.path


def test_an_unfiled_paper_is_lost_nowhere(toy_pages: dict[str, Page]) -> None:
    path = next(path for path in toy_pages if path.startswith("papers/on-alpha"))
    index = toy_pages["papers/index.md"].text
    letters, to_file = index.split("To file {")
    name = path.removeprefix("papers/")
    assert name in letters
    assert name in to_file
    assert path in toy_pages["lists/toy-trending.md"].text
    assert "no topics, tags or summary yet" in to_file


def test_notes_keep_emphasis_and_links_and_nothing_else(toy_pages: dict[str, Page]) -> None:
    text = toy_pages["papers/serial-widgets.md"].text
    assert "Read it *first*: see [the list](https://code.example/list), not &lt;b>this&lt;/b>." in text


def test_placeholders_are_filled_with_links_that_fit_the_page(shelf: Catalogue) -> None:
    pages = Pages(shelf, theme_folder("pages"))
    text = "<!-- papershelf: papers --> and\n\n<!--papershelf:topics-->\n"
    filled, problems = pages.fill(text, "guide/start.md", "site_src/guide/start.md")
    assert problems == []
    assert filled.startswith("304 and\n")
    assert "](../topics/model-parallelism.md)" in filled


def test_an_unknown_placeholder_is_a_problem_with_its_place(shelf: Catalogue) -> None:
    text = "# Home\n\nHere are <!-- papershelf: topcis -->.\n"
    filled, problems = Pages(shelf, theme_folder("pages")).fill(text, "index.md", "site_src/index.md")
    assert filled == text
    assert [str(problem) for problem in problems] == [
        'site_src/index.md:3:10: unknown placeholder "topcis"; expected one of papers, numbers, topics, lists, '
        'papers-per-topic, shared-papers. Did you mean "topics"?'
    ]


def test_an_empty_shelf_has_pages_too() -> None:
    made = pages_of(Catalogue())
    indexes = {f"{name}/index.md" for name in ("topics", "tags", "lists", "papers", "map")}
    assert made.keys() == indexes | {"new.md", "duplicates.md", "find.md", "mine.md"}


def test_a_topic_of_one_page_has_no_pager_and_one_of_101_papers_has_two_pages() -> None:
    topic = Topic(id="t", name="T", description="D. E.")
    for count, expected in ((100, {"topics/t.md"}), (101, {"topics/t.md", "topics/t/2.md"})):
        papers = tuple(Paper(id=f"p{number}", title=f"P {number}", topics=("t",)) for number in range(count))
        made = pages_of(Catalogue(papers, (topic,)))
        assert {path for path in made if path.startswith("topics/t")} == expected


def test_making_pages_twice_gives_the_same_bytes(shelf: Catalogue, made: dict[str, Page]) -> None:
    assert pages_of(shelf) == made


def test_the_page_of_what_was_removed_stands_where_its_own_was() -> None:
    places = (Appearance("l", 3), Appearance("l", 5))
    gone = Removed(
        id="p",
        kind="paper",
        title="$P_1$ *x*",
        reason="See [this](https://x.example).",
        aliases=("q",),
        appearances=places,
    )
    tag = Removed(id="p", kind="tag", title="P", reason="x", date=datetime.date(2026, 1, 2))
    lists = (ReadingList(id="l", title="L", papers=9, sha256="0" * 64),)
    pages = Pages(Catalogue(lists=lists, removed=(gone, tag)), theme_folder("pages"))
    made = {page.path: page for page in pages.all()}
    assert made["papers/p.md"].edit == "removed.yml"
    assert front_matter(made["papers/p.md"]) == {
        "title": "P₁ *x*",
        "description": "This paper was removed from the shelf",
        "search": {"exclude": True},
        "hide": ["navigation", "toc"],
    }
    assert made["papers/p.md"].text.partition("---\n\n")[2] == (
        "# P₁ \\*x\\* {: #p }\n\nThis paper was removed from the shelf, for this reason:\n\nSee [this](https://x.example).\n\n"
        "-   **Lists:** No.\xa03 in [L](../lists/l.md); No.\xa05 in [L](../lists/l.md)\n\n"
        "The shelf has [other papers](../papers/index.md), by [topic](../topics/index.md) "
        "and by [tag](../tags/index.md)."
    )
    assert "This tag was removed from the shelf on 2026-01-02, for this reason:\n\nx\n\nThe" in made["tags/p.md"].text
    assert [path for path, _ in pages.redirects()] == ["papers/q/index.html"]


@pytest.mark.parametrize(
    "links",
    [
        Links(code="https://x.example/>)<script>alert(1)</script>"),
        Links(paper="https://x.example/a)b](c)"),
        Links(data='https://x.example/"onclick="x'),
    ],
)
def test_an_address_is_an_address_and_nothing_else(links: Links) -> None:
    topic = Topic(id="t", name="T", description="D.")
    made = pages_of(Catalogue((Paper(id="p", title="P", links=links, topics=("t",)),), (topic,)))
    for path in ("papers/p.md", "topics/t.md"):
        page = python_markdown.markdown(made[path].text, extensions=["attr_list", "md_in_html"])
        assert "<script" not in page
        assert "onclick=" not in re.sub(r'href="[^"]*"', "", page)


def test_a_doi_with_signs_of_its_own_leads_to_the_paper() -> None:
    doi = "10.1002/(SICI)1097-4636(199823)43:4<338::AID-JBM16>3.0.CO;2-B"
    made = pages_of(Catalogue((Paper(id="p", title="P", doi=doi),)))
    page = python_markdown.markdown(made["papers/p.md"].text, extensions=["attr_list", "md_in_html"])
    assert 'href="https://doi.org/10.1002/(SICI)1097-4636(199823)43:4%3C338::AID-JBM16%3E3.0.CO;2-B"' in page


def test_a_title_as_a_list_printed_it_is_shown_letter_by_letter() -> None:
    printed = "*b* [x](javascript:alert(1)) `c` <i>&amp;"
    entry = ReadingList(id="l", title="L", papers=2, sha256="0" * 64)
    paper = Paper(id="p", title="P", appearances=(Appearance("l", 1, printed), Appearance("l", 2)))
    made = pages_of(Catalogue((paper,), lists=(entry,)))
    for path in ("papers/p.md", "duplicates.md"):
        page = python_markdown.markdown(made[path].text, extensions=["attr_list", "md_in_html"])
        assert "<code>*b* [x](javascript:alert(1)) `c` &lt;i&gt;&amp;amp;</code>" in page


def test_lists_of_one_title_are_told_apart_by_their_dates() -> None:
    days = [ReadingList(id=f"d-{day}", title="Daily", date=f"Aug {day}", papers=1, sha256="0" * 64) for day in (12, 13)]
    paper = Paper(id="p", title="P", appearances=(Appearance("d-12", 1), Appearance("d-13", 1)))
    text = pages_of(Catalogue((paper,), lists=tuple(days)))["lists/d-12.md"].text
    assert "in [Daily, Aug 12](../lists/d-12.md), [Daily, Aug 13](../lists/d-13.md)" in text


def test_what_is_new_stands_by_day_newest_first_and_the_first_day_is_told_apart() -> None:
    began, later, last = (datetime.date(2026, 1, day) for day in (2, 3, 9))
    papers = tuple(
        Paper(id=f"p{day.day}-{number}", title=f"P {day.day} {number}", added=day)
        for day, count in ((last, 2), (later, 1), (began, 60))
        for number in range(count)
    )
    text = pages_of(Catalogue((*papers, Paper(id="undated", title="Undated"))))["new.md"].body
    assert re.findall(r"^## (.*) \{", text, re.MULTILINE) == ["9 January 2026", "3 January 2026", "2 January 2026"]
    assert re.findall(r"\*\*\[.*?\]\(papers/(.*?)\.md\)", text) == [p.id for p in papers[:50]]
    assert "The 50 papers that came last." in text
    assert "The day this shelf began, with 60 papers; 47 of them stand here" in text
    few = pages_of(Catalogue(papers[:3]))["new.md"].body
    assert "What came onto this shelf, newest first." in few
    assert "The day this shelf began, with 1 paper." in few


def test_of_a_day_with_more_papers_than_fit_the_page_says_how_many() -> None:
    days = (datetime.date(2026, 1, 3),) * 60 + (datetime.date(2026, 1, 2),)
    papers = tuple(Paper(id=f"p{number}", title="P", added=day) for number, day in enumerate(days))
    assert "50 of the 60 papers that came that day" in pages_of(Catalogue(papers))["new.md"].body


def test_a_shelf_without_days_says_that_nobody_can_tell_what_is_new() -> None:
    text = pages_of(Catalogue((Paper(id="p", title="P"),)))["new.md"].body
    assert "nobody can tell which ones are new" in text
    assert "##" not in text.replace("# New", "")
