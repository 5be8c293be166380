"""How a reader finds what is new: the page of it, and the feeds that each page tells feed readers of."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import built
import feedparser
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
BASE = "https://site.example/some/shelf/"
NEW, SERIAL = "new/index.html", "papers/serial-widgets/index.html"


def make(shelf: Path, run: Run, *changes: tuple[str, str]) -> tuple[Path, str]:
    """Build a shelf strictly with a changed mkdocs.yml."""
    configuration = shelf / "mkdocs.yml"
    text = configuration.read_text(encoding="utf-8")
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text)
        assert count, pattern
    configuration.write_text(text, encoding="utf-8")
    done = run("mkdocs", "build", "--strict", "--site-dir", str(shelf.parent / "site"), cwd=shelf)
    assert done.returncode == 0, done.stdout
    return shelf.parent / "site", done.stdout


def told(site: Path, page: str, base: str = BASE) -> list[str]:
    """The feeds that a page tells of, as addresses below the site's own."""
    at = base + page.removesuffix("index.html")
    head = built.read(site / page).one("head")
    return [urljoin(at, link.attributes["href"]).removeprefix(base) for link in head.all("link", rel="alternate")]


def test_each_page_tells_of_the_shelfs_feed_and_a_listing_of_its_own(toy: Path, run: Run) -> None:
    (toy / "data/removed.yml").write_text(
        '- id: gone\n  kind: topic\n  title: Gone\n  reason: Nobody looked there.\n  date: "2026-01-03"\n', "utf-8"
    )
    (toy / "site_src/topics").mkdir()
    (toy / "site_src/topics/by-hand.md").write_text("# By hand\n", encoding="utf-8")
    site, said = make(toy, run, (r"site_url: .*", f"site_url: {BASE}"))
    assert "feeds" not in said
    shelf = ["feed.xml", "feed.json"]
    plain = ["index.html", "404.html", NEW, "topics/index.html", "topics/gone/index.html", "topics/by-hand/index.html"]
    assert [told(site, page) for page in plain] == [shelf] * len(plain)
    assert told(site, SERIAL) == told(site, "papers/index.html") == ["feed.xml"]
    for kind, name in (("topics", "widgets"), ("tags", "serial"), ("lists", "toy-daily")):
        own = [f"{kind}/{name}/feed.xml", f"{kind}/{name}/feed.json"]
        assert told(site, f"{kind}/{name}/index.html") == [*shelf, *own]
        assert all((site / path).is_file() for path in own)
        assert feedparser.parse((site / own[0]).read_bytes()).feed.id == BASE + own[0]
        shown = [link.attributes["href"] for link in built.read(site / kind / name / "index.html").all("a")]
        assert "feed.xml" in shown
    assert built.faults(site, BASE) == []


def test_what_a_papers_page_tells_costs_it_few_bytes(toy: Path, run: Run) -> None:
    site, _ = make(toy, run)
    text = (site / SERIAL).read_text(encoding="utf-8")
    (line,) = re.findall(r"<link rel=alternate[^>]*>", text)
    assert len(line) <= 70


@pytest.mark.parametrize("fast", ["true", "false"])
def test_a_site_without_an_address_has_no_feeds_and_tells_of_none(toy: Path, run: Run, fast: str) -> None:
    site, said = make(toy, run, (r"site_url: .*\n", ""), ("  - papershelf\n", f"  - papershelf: {{fast: {fast}}}\n"))
    assert said.count("There are no feeds: their addresses are absolute, and mkdocs.yml has no site_url.") == 1
    assert not list(site.rglob("feed.*"))
    for page in ("index.html", NEW, "topics/widgets/index.html", SERIAL):
        assert "feed.xml" not in (site / page).read_text(encoding="utf-8")


def test_the_folder_for_another_renderer_has_the_feeds_too(toy: Path, run: Run, tmp_path: Path) -> None:
    done = run("papershelf", "write", str(tmp_path / "folder"), cwd=toy)
    assert done.returncode == 0, done.stdout
    site, _ = make(tmp_path / "folder", run)
    feed = feedparser.parse((site / "topics/widgets/feed.xml").read_bytes())
    assert len(feed.entries) == 2
    assert told(site, SERIAL, "http://127.0.0.1:8000/") == ["feed.xml"]
    assert told(site, "topics/widgets/index.html", "http://127.0.0.1:8000/")[2:] == [
        "topics/widgets/feed.xml", "topics/widgets/feed.json",
    ]  # fmt: skip


def test_a_folder_without_an_address_has_none_and_a_line_says_so(toy: Path, run: Run, tmp_path: Path) -> None:
    configuration = toy / "mkdocs.yml"
    configuration.write_text(re.sub("site_url: .*", "", configuration.read_text(encoding="utf-8")), encoding="utf-8")
    done = run("papershelf", "write", str(tmp_path / "folder"), cwd=toy)
    assert done.stdout.startswith("There are no feeds: their addresses are absolute, and mkdocs.yml has no site_url.\n")
    assert not list((tmp_path / "folder").rglob("feed.*"))
    assert "feed" not in (tmp_path / "folder/docs/new.md").read_text(encoding="utf-8")


def test_the_page_of_what_is_new_is_found_from_the_first_page(toy: Path, run: Run) -> None:
    site, _ = make(toy, run)
    links = {link.attributes["href"]: link.text for link in built.read(site / "index.html").all("a")}
    assert links["new/"] == "what is new"
    text = (site / NEW).read_text(encoding="utf-8")
    assert "<link rel=canonical property=og:url href=http://127.0.0.1:8000/new/>" in text
    assert [heading.text for heading in built.parse(text).all("h2")] == ["2 January 2026"]
