"""Each page says in its head what it is, without scripts: for reference managers, search engines and link previews."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import built
import pytest

from papershelf.checks import checked
from papershelf.cite import facts
from papershelf.load import Data


def tags(page: built.Element, key: str = "name") -> list[tuple[str, str]]:
    """The names and contents of a page's meta tags."""
    return [(tag.attributes[key], tag.attributes["content"]) for tag in page.all("meta") if key in tag.attributes]


@pytest.fixture(scope="module")
def toy_site(root: Path, run: Callable[..., CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy shelf, in which titles hold markup."""
    target = tmp_path_factory.mktemp("described") / "site"
    done = run("mkdocs", "build", "--strict", "--site-dir", str(target), cwd=root / "tests" / "toy")
    assert done.returncode == 0, done.stdout
    return target


@pytest.mark.parametrize("shelf", ["shipped", "toy"])
def test_a_papers_page_has_all_facts_of_its_citation_once(
    shelf: str, root: Path, request: pytest.FixtureRequest
) -> None:
    site: Path = request.getfixturevalue("site" if shelf == "shipped" else "toy_site")
    for paper in checked(Data(root / ("data" if shelf == "shipped" else "tests/toy/data"))).papers:
        known, found = facts(paper), tags(built.read(site / "papers" / paper.id / "index.html"))
        cited = [(name.removeprefix("citation_"), value) for name, value in found if name.startswith("citation_")]
        assert [value for name, value in cited if name == "author"] == list(known.authors)
        rest = {name: value for name, value in cited if name != "author"}
        expected = {
            "title": known.title, "publication_date": known.year, "arxiv_id": known.arxiv, "doi": known.doi,
            "language": known.language, "public_url": known.url,
            "journal_title" if known.journal else "conference_title": known.venue,
        }  # fmt: skip
        assert rest == {name: value for name, value in expected.items() if value}
        assert len(cited) == len(rest) + len(known.authors)


@pytest.mark.parametrize("shelf", ["site", "toy_site"])
def test_every_page_has_one_title_and_one_description(shelf: str, request: pytest.FixtureRequest) -> None:
    pages = built.pages(request.getfixturevalue(shelf))
    counted = 0
    for path, page in pages.items():
        if page.all("article") and path != "404.html":
            shown = dict(tags(page, "property"))
            assert len(shown) == len(tags(page, "property")), path
            assert shown.get("og:description") == dict(tags(page)).get("description"), path
            # The toy says nothing of itself in mkdocs.yml, and nothing on the pages that a person wrote.
            assert "og:description" in shown or (shelf == "toy_site" and path == "index.html"), path
            assert page.all("title")[0].text.startswith(shown["og:title"]), path
            paper = "citation_title" in dict(tags(page))
            assert shown["og:type"] == ("article" if paper else "website"), path
            assert paper or shown["og:site_name"] == page.all("title")[0].text.rpartition(" - ")[2], path
            # In RDFa, which Open Graph is, a link may be a property, too, and says it with its address.
            (link,) = (link for link in page.all("link") if link.attributes.get("property") == "og:url")
            assert link.attributes["rel"] == "canonical", path
            own = path.removesuffix("index.html")
            assert link.attributes["href"].endswith(f"/{own}"), path
            counted += 1
    assert counted > 15
