"""Catalogue to feeds: Atom and JSON Feed for the shelf, each topic, each tag and each list.

`feed.xml` and `feed.json` lie where the page of their papers is, as `topics/x/feed.xml` does beside `topics/x/`. All
in them comes from the catalogue: a feed's date is that of its newest paper, and an entry's id is the address that the
paper had first, which leads to it for ever.
"""

from __future__ import annotations

import datetime
import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from papershelf import text
from papershelf.model import Catalogue, Paper, Tag, Topic, grouped
from papershelf.news import newest
from papershelf.places import list_path, paper_path, tag_path, topic_path
from papershelf.site import Download, Site
from papershelf.views import list_names

UNDATED = datetime.date(1970, 1, 1)
"""The date of a feed on a shelf without dates: it needs one, and today's would be other bytes each day."""
ATOM, JSON = "feed.xml", "feed.json"


@dataclass(frozen=True)
class Feed:
    """The newest papers of a page: the page's path, its name and description as readable text.

    `moved` is the page whose feed the readers of this one, which is at a former address, are told of.
    """

    page: str
    name: str
    description: str
    updated: datetime.date
    papers: tuple[Paper, ...] = ()
    moved: str | None = None


def feed_path(page: str, file: str = ATOM) -> str:
    """Where the feed of a page is: `index.md` has `feed.xml`, and `topics/x.md` has `topics/x/feed.xml`."""
    return file if page == "index.md" else f"{page.removesuffix('.md')}/{file}"


def why_none(site: Site) -> str | None:
    """Why a site has no feeds, in a sentence; None where it has some."""
    return None if site.url else "There are no feeds: their addresses are absolute, and mkdocs.yml has no site_url."


def downloads(shelf: Catalogue, site: Site) -> Iterator[Download]:
    """Both forms of each feed; none where the site's address isn't known."""
    if why_none(site):
        return
    writer = _Writer(shelf, site)
    for feed in feeds(shelf, site.title):
        parts = (feed, site, writer.names_in(feed))
        yield Download(feed_path(feed.page, ATOM), partial(writer.atom, feed), parts, len(feed.papers) // 20)
        yield Download(feed_path(feed.page, JSON), partial(writer.json, feed), parts, len(feed.papers) // 20)


def feeds(shelf: Catalogue, name: str) -> Iterator[Feed]:
    """The shelf's feed, then those of topics, tags and lists; `name` is the shelf's."""
    latest = max((paper.added for paper in shelf.papers if paper.added), default=UNDATED)

    def feed(page: str, shown: str, description: str, papers: Sequence[Paper]) -> Feed:
        latest_here = newest(papers)
        updated = (latest_here[0].added if latest_here else None) or latest
        return Feed(page, shown, text.plain(description), updated, latest_here)

    yield feed("index.md", name, "", shelf.papers)
    kinds: tuple[tuple[Callable[[str], str], Sequence[Topic | Tag], Mapping[str, tuple[Paper, ...]]], ...] = (
        (topic_path, shelf.topics, shelf.by_topic),
        (tag_path, shelf.tags, shelf.by_tag),
    )
    for path, entries, group in kinds:
        for entry in entries:
            made = feed(path(entry.id), f"{text.plain(entry.name)} · {name}", entry.description, group[entry.id])
            yield made
            yield from (replace(made, page=path(alias), papers=(), moved=made.page) for alias in entry.aliases)
    names = list_names(shelf)
    # Not by the lists' own order: of one day's papers, a feed has the shelf's.
    listings = grouped(((paper, {place.list for place in paper.appearances}) for paper in shelf.papers), shelf.list)
    for listed in shelf.lists:
        shown = f"{text.plain(names[listed.id])} · {name}"
        yield feed(list_path(listed.id), shown, listed.source or "", listings[listed.id])


class _Writer:
    """Writes feeds; an entry is the same in each of the half dozen that it stands in, and is made once."""

    def __init__(self, shelf: Catalogue, site: Site) -> None:
        self._shelf, self._site = shelf, site
        self._entries: dict[str, str] = {}
        self._items: dict[str, dict[str, object]] = {}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {tag.id: text.plain(tag.name) for tag in self._shelf.tags}

    def names_in(self, feed: Feed) -> tuple[tuple[str, str], ...]:
        """The tags of a feed's papers with their names, which stand in it, too."""
        return tuple((tag, self._names[tag]) for tag in sorted({tag for paper in feed.papers for tag in paper.tags}))

    def atom(self, feed: Feed) -> bytes:
        """A feed as RFC 4287 has it."""
        current = html.escape(self._site.address(feed_path(feed.moved or feed.page)))
        page = html.escape(self._site.address(feed.moved or feed.page))
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            f"<id>{html.escape(self._site.address(feed_path(feed.page)))}</id>",
            f"<title>{html.escape(feed.name)}</title>",
            *([f"<subtitle>{html.escape(feed.description)}</subtitle>"] if feed.description else []),
            f'<link rel="self" type="application/atom+xml" href="{current}"/>',
            f'<link rel="alternate" type="text/html" href="{page}"/>',
            f"<updated>{_moment(feed.updated)}</updated>",
            f"<author><name>{html.escape(self._site.title)}</name></author>",
            *([self._moved_entry(feed)] if feed.moved else map(self._entry, feed.papers)),
            "</feed>\n",
        ]
        return "\n".join(lines).encode()

    def json(self, feed: Feed) -> bytes:
        """The same as JSON Feed 1.1."""
        made: dict[str, object] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.name,
            "home_page_url": self._site.address(feed.moved or feed.page),
            "feed_url": self._site.address(feed_path(feed.moved or feed.page, JSON)),
            **({"description": feed.description} if feed.description else {}),
            "items": [self._moved_item(feed)] if feed.moved else [self._item(paper) for paper in feed.papers],
        }
        return json.dumps(made, ensure_ascii=False).encode()

    def _entry(self, paper: Paper) -> str:
        if known := self._entries.get(paper.id):
            return known
        page, day = html.escape(self._site.address(paper_path(paper.id))), _moment(paper.added or UNDATED)
        lines = [
            f'<entry xml:lang="{paper.language}">' if paper.language else "<entry>",
            f"<id>{html.escape(self._permanent(paper))}</id>",
            f"<title>{html.escape(text.plain(paper.title))}</title>",
            f'<link rel="alternate" type="text/html" href="{page}"/>',
            *([f'<link rel="related" href="{html.escape(text.address(paper.url))}"/>'] if paper.url else []),
            f"<published>{day}</published>",
            f"<updated>{day}</updated>",
            *(f"<author><name>{html.escape(text.plain(name))}</name></author>" for name in paper.authors),
            *(f'<category term="{tag}" label="{html.escape(self._names[tag])}"/>' for tag in paper.tags),
            f'<content type="html">{html.escape(_content(paper), quote=False)}</content>',
            "</entry>",
        ]
        made = self._entries[paper.id] = "\n".join(lines)
        return made

    def _item(self, paper: Paper) -> dict[str, object]:
        if known := self._items.get(paper.id):
            return known
        made: dict[str, object | None] = {
            "id": self._permanent(paper),
            "url": self._site.address(paper_path(paper.id)),
            "external_url": paper.url and text.address(paper.url),
            "title": text.plain(paper.title),
            "content_html": _content(paper),
            "date_published": _moment(paper.added or UNDATED),
            "authors": [{"name": text.plain(name)} for name in paper.authors] or None,
            "tags": [self._names[tag] for tag in paper.tags] or None,
            "language": paper.language,
        }
        item = self._items[paper.id] = {key: value for key, value in made.items() if value is not None}
        return item

    def _moved_entry(self, feed: Feed) -> str:
        """What readers find at a former address, as a file can't send them on."""
        item = {key: html.escape(str(value), quote=key == "url") for key, value in self._moved_item(feed).items()}
        return (
            f"<entry>\n<id>{item['id']}</id>\n<title>{item['title']}</title>\n"
            f'<link rel="alternate" type="text/html" href="{item["url"]}"/>\n'
            f"<updated>{item['date_published']}</updated>\n"
            f'<content type="html">{item["content_html"]}</content>\n</entry>'
        )

    def _moved_item(self, feed: Feed) -> dict[str, object]:
        to = self._site.address(feed.moved or feed.page)
        shown = f'<a href="{html.escape(to)}">{html.escape(feed.name)}</a>'
        return {
            "id": self._site.address(feed_path(feed.page)) + "#moved",
            "url": to,
            "title": "This feed is elsewhere now",
            "content_html": f"<p>New papers are in the feed of {shown}.</p>",
            "date_published": _moment(feed.updated),
        }

    def _permanent(self, paper: Paper) -> str:
        """The first address that the paper had, which leads to it for ever: a new id is added behind the old ones."""
        return self._site.address(paper_path((*paper.aliases, paper.id)[0]))


def _content(paper: Paper) -> str:
    """What is read in the feed, as HTML: the curator's sentence and the abstract; of a bare title, the title."""
    texts = [shown for shown in (paper.summary, paper.abstract) if shown] or [paper.title]
    return "".join(f"<p>{text.html(shown)}</p>" for shown in texts)


def _moment(day: datetime.date) -> str:
    """A day as RFC 3339 has it, which knows no day without a time."""
    return f"{day.isoformat()}T00:00:00Z"
