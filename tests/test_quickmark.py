"""The Markdown that pages are written in becomes the very HTML that Python-Markdown makes of it, or nothing."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import markdown
import pytest

from papershelf.checks import checked
from papershelf.load import Data
from papershelf.page import Page
from papershelf.pages import Pages
from papershelf.places import theme_folder
from papershelf.quickmark import Quickmark, UnknownFormError
from papershelf.text import prose

SLOW = markdown.Markdown(
    extensions=[
        "toc",
        "tables",
        "fenced_code",
        "attr_list",
        "md_in_html",
        "pymdownx.highlight",
        "pymdownx.superfences",
    ],
    extension_configs={"toc": {"permalink": True}},
)

PIECES = (
    "word", "two words", " ", ", ", ". ", ": ", "a_b", "_", "__", "*", "**", "`", "``", "\\", "\\*", "\\_", "\\{",
    "\\\\", "[", "]", "(", ")", "<", "< ", ">", "&", "&lt;", "&#126;", "&copy;", "!", "#", "-", "1. ", "~", "^", "|",
    "{", "}", '"', "'", "*em*", "**strong**", "`code`", "[label](../a/b.md)", "[x](<https://x.example/?a=b&c=d>)",
    "<small>s</small>", "<https://x.example/a_b>", "http://x.example", "–", "é", "漢字", "\u00a0", "$x$", "\\(",
)  # fmt: skip


def by_python_markdown(text: str) -> str:
    SLOW.reset()
    return str(SLOW.convert(text))


def quick(text: str) -> str | None:
    try:
        return Quickmark().convert(text).html
    except UnknownFormError:
        return None


@pytest.fixture(scope="module")
def pages(root: Path) -> list[Page]:
    shelves = (root / "data", root / "tests" / "toy" / "data")
    return [page for data in shelves for page in Pages(checked(Data(data)), theme_folder("pages")).all()]


def test_every_page_is_what_python_markdown_makes_of_it(pages: list[Page]) -> None:
    made = [(page.path, quick(page.body), by_python_markdown(page.body)) for page in pages]
    drawn = {"topics/index.md", "map/index.md", "find.md"}
    assert {path for path, html, expected in made if html != expected} == drawn
    assert all(html is None for path, html, _ in made if path in drawn), "what is drawn is raw HTML"


@pytest.mark.parametrize(
    "text",
    [
        "# A title {: #a }\n\nWords.",
        "## A *part* & more {: #part data-search-exclude }",
        "One line\nand another.",
        "-   one\n-   two",
        "-   only one",
        "-   **one**\n\n    more of it\n\n-   two",
        '<div class="a b" markdown data-search-exclude="">\n\n-   one\n\n</div>',
        "```\na < b & c\n```",
        'Text with "quotes", <https://x.example/?a&b> and `a*b`.',
        "[label \\[1\\]](../x.md#part) *em* **strong** **[both](<https://x.example>)**",
        "a_b, x\\_, 1 < 2 > 0, AT&T, &lt;b> and \\{",
        "2 papers. <small>[one](x.bib), [two](../x.csl.json).</small>",
    ],
)
def test_the_forms_that_it_reads(text: str) -> None:
    assert quick(text) == by_python_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "# No id",
        "    code",
        "1. one",
        "> quoted",
        "<figure>x</figure>",
        "![picture](x.png)",
        "a *b",
        "_em_",
        "term\n: meaning",
        "-   one\n-   two\n\n-   three",
        '<div class="a" markdown>\n\nnever closed',
        "[text][reference]",
        "broken  \nline",
        "```python\nx\n```",
    ],
)
def test_of_any_other_form_it_makes_nothing(text: str) -> None:
    assert quick(text) is None


def test_whatever_it_reads_it_reads_as_python_markdown_does() -> None:
    chance = random.Random(4)
    read = 0
    for _ in range(4000):
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 7))).strip()
        for written in filter(None, (text, prose(text) and f"-   {prose(text)}")):
            made = quick(written)
            if made is not None:
                read += 1
                assert made == by_python_markdown(written), written
    assert read > 1500, "hardly anything was read: this test shows nothing"


def test_a_link_to_a_file_of_the_site_leads_there_as_one_to_a_page_does() -> None:
    converter = Quickmark({"a.md": "a/", "x.bib": "../x.bib", "../x.csl.json": "../../x.csl.json"}.__getitem__)
    text = "[a](a.md#b), [x](x.bib), [y](../x.csl.json), [z](https://x.example/x.bib)"
    links = [part.split('"')[0] for part in converter.convert(text).html.split('href="')[1:]]
    assert links == ["a/#b", "../x.bib", "../../x.csl.json", "https://x.example/x.bib"]


def test_an_entry_is_made_once_for_all_folders_at_one_depth() -> None:
    asked: list[str] = []

    def address(path: str) -> str:
        asked.append(path)
        return f"/{path}"

    items: dict[str, str] = {}
    text = "-   **[One](../papers/one.md)**\n\n    more\n\n-   [Two](../papers/two.md)"
    made = [Quickmark(address, items, "../").convert(text).html for _ in range(3)]
    assert len(set(made)) == 1
    assert asked == ["../papers/one.md", "../papers/two.md"]


def test_an_entry_with_a_link_inside_its_folder_is_not_shared() -> None:
    items: dict[str, str] = {}
    text = "-   [One](one.md)\n\n-   [Two](two.md)"
    pairs = [Quickmark(lambda path, at=at: f"/{at}/{path}", items, "../").convert(text).html for at in ("a", "b")]
    assert all(f"/{at}/one.md" in html for at, html in zip("ab", pairs, strict=True))
    assert len(set(itertools.chain(pairs))) == 2
