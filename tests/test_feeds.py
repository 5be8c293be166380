"""Feeds: read back by feed readers' own library, and looked at by structure."""

from __future__ import annotations

import datetime
import json
import posixpath
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree

import feedparser
import pytest

from papershelf import feeds
from papershelf.cache import Results
from papershelf.checks import checked
from papershelf.curating import Papers
from papershelf.downloads import downloads
from papershelf.journal import make
from papershelf.load import Data
from papershelf.model import Appearance, Catalogue, Paper, ReadingList, Tag, Topic, in_order
from papershelf.news import NEWEST
from papershelf.site import Site

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = Site("A Toy &amp; <Shelf>", "https://site.example/some/shelf/")
DAY = datetime.date(2026, 3, 4)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z")


def made(shelf: Catalogue, site: Site = SITE) -> dict[str, bytes]:
    """Every feed of a shelf, by path."""
    return {
        download.path: download.make() for download in downloads(shelf, site, Results()) if "feed." in download.path
    }


def toy_feeds(toy: Path) -> dict[str, bytes]:
    return made(checked(Data(toy / "data")))


def paper(name: str, day: datetime.date | None = DAY, **more: object) -> Paper:
    return Paper(id=name, title=f"Title of {name}", added=day, **more)  # type: ignore[arg-type]


def structure(feed: bytes) -> list[ElementTree.Element]:
    """The entries of an Atom feed, which has all that RFC 4287 asks for."""
    root = ElementTree.fromstring(feed)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(f"{ATOM}{name}")) == 1, name
    entries = root.findall(f"{ATOM}entry")
    for part in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1, name
        assert MOMENT.fullmatch(part.findtext(f"{ATOM}updated") or "")
        links = part.findall(f"{ATOM}link")
        kinds = [(link.get("rel"), link.get("type")) for link in links]
        assert len(kinds) == len(set(kinds))
        assert any(rel == "alternate" for rel, _ in kinds)
        assert all(re.match("https?://", link.get("href") or "") for link in links)
    identifiers = [found.text or "" for found in root.iter(f"{ATOM}id")]
    assert len(identifiers) == len(set(identifiers))
    assert all(name.startswith("https://") for name in identifiers)
    days = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert days == sorted(days, reverse=True)
    assert not days or days[0] == root.findtext(f"{ATOM}updated")
    return entries


def valid(feed: bytes) -> list[dict[str, object]]:
    """The items of a JSON feed, which has all that version 1.1 asks for."""
    found = json.loads(feed)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(found["title"], str)
    assert {type(found[key]) for key in ("title", "home_page_url", "feed_url")} == {str}
    for item in found["items"]:
        assert item["id"]
        assert item["content_html"]
        assert MOMENT.fullmatch(item["date_published"])
        assert all(author["name"] for author in item.get("authors", ()))
        assert all(re.match("https?://", item[key]) for key in ("url", "external_url") if key in item)
    identifiers = [item["id"] for item in found["items"]]
    assert len(identifiers) == len(set(identifiers))
    return list(found["items"])


def test_each_part_of_the_shelf_has_both_forms_and_a_reader_finds_the_same_in_them(root: Path) -> None:
    shelf = checked(Data(root / "data"))
    found = made(shelf)
    pages = [f"{kind}/{entry.id}/" for kind in ("topics", "tags", "lists") for entry in getattr(shelf, kind)]
    assert {f"{page}feed.{form}" for page in ["", *pages] for form in ("xml", "json")} <= found.keys()
    for path in (path for path in found if path.endswith(".xml")):
        entries, items = structure(found[path]), valid(found[path.replace(".xml", ".json")])
        read = feedparser.parse(found[path])
        assert not read.bozo, path
        assert read.version == "atom10"
        assert len(read.entries) == len(entries) <= NEWEST
        assert [(e.id, e.title, e.link) for e in read.entries] == [(i["id"], i["title"], i["url"]) for i in items]
        # What a reader may show of it, and what it takes for an address.
        assert [e.content[0].value for e in read.entries] == [i["content_html"] for i in items]


def test_a_reader_gets_the_texts_as_the_page_shows_them(toy: Path) -> None:
    read = feedparser.parse(toy_feeds(toy)["feed.xml"])
    assert read.feed.title == "A Toy & <Shelf>"
    by_name = {entry.link.rstrip("/").rsplit("/", 1)[-1]: entry for entry in read.entries}
    odd = by_name["on-alpha-widgets-and-script-alert-x-script"]
    assert odd.title == 'On α-Widgets and <script>alert("x")</script>'
    assert "stars * and _underscores_, and [brackets](x) that look" in odd.content[0].value
    known = by_name["parallel-widgets-a-study-of-nothing-in-particular"]
    assert known.content[0].value.startswith(
        "<p>Lines up widgets side by side, which saves a fifth of the time.</p><p>"
    )
    assert "19% less time than before and needs 10⁸ fewer steps" in known.content[0].value
    assert [author.name for author in known.authors] == ["Ann Author", "Bo Writer & Sons"]
    assert [tag.label for tag in known.tags] == ["Parallel", "Counting"]
    assert {link.rel: link.href for link in known.links}["related"] == "https://arxiv.org/abs/2001.00001"
    # Whose authors nobody knows has none: the feed's own is the shelf.
    assert "authors" not in by_name["serial-widgets"]


def test_markup_in_an_abstract_is_text_in_the_feed() -> None:
    shelf = Catalogue((paper("p", abstract="If a < b & c, see <b>this</b>: https://x.example/?a=1&b=2"),))
    (entry,) = feedparser.parse(made(shelf)["feed.xml"], sanitize_html=False).entries
    shown = "If a &lt; b &amp; c, see &lt;b&gt;this&lt;/b&gt;: "
    link = '<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>'
    assert entry.content[0].value == f"<p>{shown}{link}</p>"
    (item,) = valid(made(shelf)["feed.json"])
    assert item["content_html"] == entry.content[0].value


def test_newest_first_and_the_newest_fifty() -> None:
    days = [DAY + datetime.timedelta(number) for number in range(60)]
    papers = (*(paper(f"p{number}", day) for number, day in enumerate(days)), paper("undated", None))
    shelf = Catalogue(in_order(papers, ()))
    names = [entry.findtext(f"{ATOM}title") for entry in structure(made(shelf)["feed.xml"])]
    assert names == [f"Title of p{number}" for number in range(59, 9, -1)]


def test_without_a_day_a_paper_is_in_no_feed_and_the_feed_takes_the_shelfs_newest_day() -> None:
    topic, tag = Topic("t", "T", "D."), Tag("g", "G", "D.")
    shelf = Catalogue((paper("p"), paper("q", None, topics=("t",), tags=("g",))), (topic,), (tag,))
    for path, feed in made(shelf).items():
        if path.endswith(".json"):
            assert len(valid(feed)) == (path == "feed.json")
        else:
            assert len(structure(feed)) == (path == "feed.xml")
            assert not feedparser.parse(feed).bozo
            assert b"<updated>2026-03-04T00:00:00Z" in feed
    bare = made(Catalogue((paper("q", None),)))["feed.xml"]
    assert structure(bare) == []
    assert b"<updated>1970-01-01T00:00:00Z" in bare


def test_a_list_has_its_own_papers() -> None:
    entry = ReadingList(id="l", title="A List", source="From here", papers=1, sha256="0" * 64)
    shelf = Catalogue((paper("p", appearances=(Appearance("l", 1),)), paper("q")), lists=(entry,))
    feed = feedparser.parse(made(shelf)["lists/l/feed.xml"])
    assert [found.title for found in feed.entries] == ["Title of p"]
    assert feed.feed.subtitle == "From here"


@pytest.mark.parametrize("site", [SITE, replace(SITE, directory_urls=False), Site("S", "https://site.example/")])
def test_every_address_is_absolute_and_leads_to_a_page_below_the_sites_own_path(toy: Path, site: Site) -> None:
    shelf, base = checked(Data(toy / "data")), str(site.url)
    own = {site.address(f"papers/{paper.id}.md") for paper in shelf.papers}
    assert all(address.startswith(base) for address in own)
    for path, feed in made(shelf, site).items():
        if not path.endswith(".xml"):
            continue
        read = feedparser.parse(feed)
        if "moved" not in feed.decode():
            assert {entry.link for entry in read.entries} <= own
            links = {link.rel: link.href for link in read.feed.links}
            assert links["self"] == base + path
            page = posixpath.dirname(path)
            kept = f"{page}/" if site.directory_urls and page else f"{page}.html" if page else ""
            assert links["alternate"] in (urljoin(base, kept), urljoin(base, "index.html"))


def test_the_same_paper_keeps_its_id_when_it_is_renamed(toy: Path) -> None:
    def identifiers() -> dict[str, str]:
        entries = structure(toy_feeds(toy)["feed.xml"])
        return {str(e.findtext(f"{ATOM}title")): str(e.findtext(f"{ATOM}id")) for e in entries}

    before = identifiers()
    for old, new in (("serial-widgets", "widgets-in-a-row"), ("widgets-in-a-row", "rows-of-widgets")):
        data = Data(toy / "data")
        make(Papers(checked(data), data).rename(old, new).change, data.root)
    assert identifiers() == before
    assert "https://site.example/some/shelf/papers/serial-widgets/" in before.values()
    links = {entry.link for entry in feedparser.parse(toy_feeds(toy)["feed.xml"]).entries}
    assert "https://site.example/some/shelf/papers/rows-of-widgets/" in links


def test_a_former_address_of_a_feed_says_where_it_is_now(toy: Path) -> None:
    found = toy_feeds(toy)
    feed = feedparser.parse(found["topics/tools/feed.xml"])
    (entry,) = feed.entries
    assert entry.link == "https://site.example/some/shelf/topics/gadgets/"
    assert {link.rel: link.href for link in feed.feed.links}["self"] == f"{entry.link}feed.xml"
    assert len(structure(found["topics/tools/feed.xml"])) == 1
    assert [item["url"] for item in valid(found["topics/tools/feed.json"])] == [entry.link]
    assert json.loads(found["topics/tools/feed.json"])["feed_url"] == f"{entry.link}feed.json"
    assert structure(found["topics/gadgets/feed.xml"])


def test_without_an_address_of_the_site_there_are_none_and_a_sentence_says_so(toy: Path) -> None:
    site = Site("S")
    assert made(checked(Data(toy / "data")), site) == {}
    assert feeds.why_none(site) == "There are no feeds: their addresses are absolute, and mkdocs.yml has no site_url."
    assert feeds.why_none(SITE) is None


def test_equal_parts_have_equal_content_and_a_new_name_of_a_tag_changes_them(toy: Path) -> None:
    shelf = checked(Data(toy / "data"))
    tags = tuple(replace(tag, name="Renamed") if tag.id == "serial" else tag for tag in shelf.tags)
    for other in (shelf, replace(shelf, tags=tags), replace(shelf, papers=shelf.papers[:2])):
        pairs = list(zip(feeds.downloads(shelf, SITE), feeds.downloads(other, SITE), strict=True))
        assert all((one.parts == two.parts) == (one.make() == two.make()) for one, two in pairs)
