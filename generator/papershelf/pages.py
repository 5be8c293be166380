"""Catalogue to pages; decides which pages exist.

A page is a value, and making one reads nothing but the catalogue. The Markdown is what a person would write: links lead
to other `.md` files, and HTML stands only where Markdown has no form for it. Templates in `themes/pages` lay out;
everything they show is prepared here.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path

from papershelf import cite, news, views
from papershelf.cache import Results
from papershelf.charts import Bar, topic_overlap, topic_sizes
from papershelf.entries import Entries, all_links, paper_link
from papershelf.layout import Layout
from papershelf.listings import Listings
from papershelf.model import Catalogue, Paper, Removed
from papershelf.page import Page, Plan
from papershelf.places import (
    html_address,
    html_file,
    list_path,
    paper_path,
    removed_path,
    tag_path,
    topic_path,
    way_up,
)
from papershelf.problems import Problem, did_you_mean, quoted
from papershelf.reasons import Reasons, reason
from papershelf.related import said_of
from papershelf.text import first_sentence, plain

STYLES = ("assets/papershelf.css",)
SCRIPTS = ("assets/papershelf.js",)
MAP = "map/index.md"
MOST_TAGS = 6
"""How many tags of a topic the table beside the map names."""
PLACEHOLDER = re.compile(r"<!--\s*papershelf:\s*(.*?)\s*-->")


@dataclass(frozen=True)
class Link:
    """A name and the page that it leads to; `count` is how many papers stand there."""

    name: str
    path: str
    count: int = 0
    text: str = ""


class Pages:
    """Makes the pages of a catalogue."""

    def __init__(
        self,
        catalogue: Catalogue,
        templates: Path,
        *,
        folder: str = "data",
        directory_urls: bool = True,
        feeds: bool = False,
        results: Results | None = None,
        items: dict[str, tuple[Paper, str]] | None = None,
    ) -> None:
        """Prepare what all pages share; `templates` is the folder `themes/pages`, `folder` the data's as it is shown.

        `directory_urls` says whether `x.md` has the address `x/`, or `x.html`; links in HTML have to know.
        `feeds` says whether the site has any; `results` may know what takes long to find, and `items` the entries of
        papers, each with the paper that it was made of; they hold for as long as `shared` is the same.
        """
        self.catalogue = catalogue
        self._folder = folder
        self._directory_urls = directory_urls
        self._feeds = feeds
        self.results = results or Results()
        self.views = views.views(catalogue, self.results)
        self._layout = Layout(templates)
        self._reasons = Reasons(catalogue, self.results)
        self._entries = Entries(catalogue, self._layout, items)
        self._listings = Listings(catalogue, self._layout, self._entries, folder=folder, feeds=feeds)

    def all(self) -> Iterator[Page]:
        """Every page that is generated as a whole."""
        return (plan.make() for plan in self.plans())

    def plans(self) -> Iterator[Plan]:
        """Every page that is generated as a whole, before it is made."""
        shelf = self.catalogue
        yield Plan("topics/index.md", "topics.yml", self._topics_page, (self.topics, self._shared_topics))
        yield Plan("tags/index.md", "tags.yml", self._tags_page, self.tags)
        yield Plan("lists/index.md", "lists.yml", self._lists_page, self._lists)
        yield Plan("new.md", None, self._new, (self.catalogue,))
        yield Plan(MAP, None, self._map_page, (self.catalogue,))
        listed = self._listings.of
        for topic in shelf.topics:
            group = shelf.by_topic[topic.id]
            yield from listed(group, topic_path(topic.id), "topics.yml", topic.name, topic.description, "topic")
        for tag in shelf.tags:
            yield from listed(shelf.by_tag[tag.id], tag_path(tag.id), "tags.yml", tag.name, tag.description, "tag")
        for entry, shown in zip(shelf.lists, self._lists, strict=True):
            yield from listed(shelf.by_list[entry.id], shown.path, "lists.yml", shown.name, shown.text, "list")
        yield from self._listings.titles(self.results)
        yield Plan("duplicates.md", None, self._duplicates, tuple(self._concerned()))
        yield Plan("find.md", None, self._find, ())
        yield Plan("mine.md", None, self._mine, ())
        make = self._paper
        for paper in shelf.papers:
            # Of these, titles and what both are on stand on the page; to compare them whole is quicker than to pick.
            parts = paper, self.views.related[paper.id], self.views.versions.get(paper.id, ())
            yield Plan(paper_path(paper.id), paper.source, partial(make, *parts), parts, paper.added)
        for gone in shelf.removed:
            yield Plan(removed_path(gone), "removed.yml", partial(self._removed, gone), (gone,))

    @property
    def shared(self) -> object:
        """What goes into every page."""
        shelf = self.catalogue
        settings = (self._folder, self._directory_urls, self._feeds)
        return shelf.topics, shelf.tags, shelf.lists, settings, self._layout.digests, self._reasons.spoken

    def redirects(self) -> Iterator[tuple[str, str]]:
        """For each alias of a paper, topic or tag, the file and the HTML of a page that leads to the right one."""
        shelf = self.catalogue
        moved = [(paper_path(paper.id), plain(paper.title), paper.aliases) for paper in shelf.papers if paper.aliases]
        moved += [(topic_path(topic.id), topic.name, topic.aliases) for topic in shelf.topics]
        moved += [(tag_path(tag.id), tag.name, tag.aliases) for tag in shelf.tags]
        moved += [(removed_path(entry), plain(entry.title), entry.aliases) for entry in shelf.removed]
        for path, title, aliases in moved:
            for alias in aliases:
                place = f"{posixpath.dirname(path)}/{alias}.md"
                address = self._address(path, place)
                text = self._layout.render("redirect.html.jinja", place, title=title, address=address)
                yield html_file(place, directory_urls=self._directory_urls), text

    def fill(self, text: str, path: str, shown: str) -> tuple[str, list[Problem]]:
        """The text of a hand-written page with its placeholders filled, and problems for those that aren't known."""
        parts: dict[str, Callable[[str], str]] = {
            "papers": lambda _: f"{len(self.catalogue.papers):,}",
            "numbers": self._numbers,
            "topics": lambda at: self._layout.render("cards.md.jinja", at, cards=self.topics),
            "lists": lambda at: self._layout.render("list_items.md.jinja", at, lists=self._lists),
            "papers-per-topic": lambda at: self._charts(at)[0],
            "shared-papers": lambda at: self._charts(at)[1],
        }
        problems = []

        def filled(match: re.Match[str]) -> str:
            if part := parts.get(match[1]):
                return part(path)
            before = text[: match.start()]
            place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
            advice = did_you_mean(match[1], parts, "Remove it.")
            found = f"unknown placeholder {quoted(match[1])}"
            problems.append(Problem(shown, *place, found, f"one of {', '.join(parts)}", advice))
            return match[0]

        return PLACEHOLDER.sub(filled, text), problems

    @cached_property
    def topics(self) -> tuple[Link, ...]:
        """The topics in their order."""
        entries = ((t, len(self.catalogue.by_topic[t.id])) for t in self.catalogue.topics)
        return tuple(Link(t.name, topic_path(t.id), count, t.description) for t, count in entries)

    @cached_property
    def _shared_topics(self) -> dict[tuple[int, int], int]:
        return views.shared_topics(self.catalogue)

    @cached_property
    def tags(self) -> tuple[Link, ...]:
        """The tags in alphabetical order of their names."""
        entries = sorted(self.catalogue.tags, key=lambda tag: views.sort_key(tag.name))
        return tuple(Link(t.name, tag_path(t.id), len(self.catalogue.by_tag[t.id]), t.description) for t in entries)

    @cached_property
    def _lists(self) -> tuple[Link, ...]:
        names, shelf = views.list_names(self.catalogue), self.catalogue
        printed = (", ".join(filter(None, (entry.source, entry.date))) for entry in shelf.lists)
        return tuple(
            Link(names[entry.id], list_path(entry.id), len(shelf.by_list[entry.id]), text)
            for entry, text in zip(shelf.lists, printed, strict=True)
        )

    # Pages

    def _topics_page(self) -> Page:
        path, count = "topics/index.md", len(self.topics)
        text = f"The {count} topics of this shelf, with the papers in each"
        body = self._layout.render("topics.md.jinja", path, topics=self.topics, count=count, charts=self._charts(path))
        return Page(path, "Topics", text, body, "topics.yml", hide=("toc",), found=True)

    def _tags_page(self) -> Page:
        path, count = "tags/index.md", len(self.tags)
        text = f"The vocabulary of this shelf: {count} tags, what each means, and how many papers have it"
        body = self._layout.render("tags.md.jinja", path, tags=self.tags, count=count)
        return Page(path, "Tags", text, body, "tags.yml", found=True)

    def _lists_page(self) -> Page:
        path, text = "lists/index.md", "The captured listings that this shelf was made from"
        body = self._layout.render("lists.md.jinja", path, lists=self._lists)
        return Page(path, "Lists", text, body, "lists.yml", found=True)

    def _new(self) -> Page:
        path, began = "new.md", news.first_day(self.catalogue)
        latest = news.newest(self.catalogue.papers)
        dated = Counter(paper.added for paper in self.catalogue.papers if paper.added)
        days = [
            {
                "name": news.in_words(day), "id": day.isoformat(), "began": day == began, "total": dated[day],
                "papers": [self._entries.entry(paper, way_up(path)) for paper in papers],
            }
            for day, papers in groupby(latest, key=lambda paper: paper.added) if day
        ]  # fmt: skip
        body = self._layout.render(
            "new.md.jinja", path, days=days, shown=len(latest), whole=len(latest) == dated.total(), feeds=self._feeds
        )
        text = "What came onto this shelf lately, newest first"
        return Page(path, "New", text, body, found=True)

    def _map_page(self) -> Page:
        text = "Every paper as a dot, near those that say alike things, and a table of the topics and tags"
        shelf = self.catalogue
        rows = [
            (topic, self._most(shelf.by_topic[entry.id]))
            for topic, entry in zip(self.topics, shelf.topics, strict=True)
        ]
        unfiled = sum(not paper.topics for paper in shelf.papers)
        count = len(shelf.papers)
        body = self._layout.render("map.md.jinja", MAP, rows=rows, tags=self.tags, unfiled=unfiled, count=count)
        return Page(MAP, "Map", text, body, found=True)

    def _most(self, papers: Sequence[Paper]) -> list[Link]:
        """The tags that most of some papers have, with how many have them."""
        counts = Counter(tag for paper in papers for tag in paper.tags)
        most = sorted(counts, key=lambda tag: (-counts[tag], tag))[:MOST_TAGS]
        return [Link(self.catalogue.tag[tag].name, tag_path(tag), counts[tag]) for tag in most]

    def _concerned(self) -> Iterator[object]:
        """What the page of duplicates is made from."""
        for paper in self.catalogue.papers:
            if len(paper.appearances) > 1 or paper.relations:
                yield paper, tuple(self.catalogue.paper[relation.paper].title for relation in paper.relations)

    def _duplicates(self) -> Page:
        shelf, at = self.catalogue, "duplicates.md"
        several = [paper for paper in shelf.papers if len(paper.appearances) > 1]
        merged = [(paper_link(paper, at), self._entries.places(paper.appearances, at)) for paper in several]
        relations = ((paper, relation) for paper in shelf.papers for relation in paper.relations)
        related = [((paper_link(paper, at), paper_link(shelf.paper[r.paper], at), r.why), r) for paper, r in relations]
        body = self._layout.render(
            "duplicates.md.jinja", at, merged=merged, count=len(merged),
            versions=[linked for linked, r in related if r.version_of],
            distinct=[linked for linked, r in related if r.distinct],
        )  # fmt: skip
        text = (
            "Which papers were listed more than once and merged, which are versions of each other, "
            "and which only look alike"
        )
        return Page(at, "Duplicates", text, body, found=True)

    def _find(self) -> Page:
        text = "Look for papers by words, topics, tags, lists and years"
        return Page("find.md", "Find papers", text, self._layout.render("find.md.jinja", "find.md"))

    def _mine(self) -> Page:
        text = "The papers that you marked: what is to be read, and what was"
        return Page("mine.md", "My shelf", text, self._layout.render("mine.md.jinja", "mine.md"))

    def _paper(self, paper: Paper, related: views.Related, versions: Sequence[Paper]) -> Page:
        path, title, names = paper_path(paper.id), plain(paper.title), self._reasons.names
        printed = (", ".join(paper.authors), paper.venue or "")
        imprint = ", ".join(filter(None, (". ".join(filter(None, printed)), str(paper.year or ""))))
        near = zip(related[0], said_of(related[1]), strict=False)
        body = self._layout.render(
            "paper.md.jinja", path, paper=paper, imprint=imprint, links=all_links(paper),
            topics=self._entries.topics(paper, path), tags=self._entries.tags(paper, path),
            places=self._entries.places(paper.appearances, path),
            versions=[paper_link(other, path) for other in versions],
            related=[(paper_link(other, path), reason(names(paper, other), words)) for other, words in near],
            bibtex=cite.bibtex(paper),
        )  # fmt: skip
        summary = plain(paper.summary) if paper.summary else ""
        return Page(
            path, title, summary or first_sentence(paper.abstract or paper.title), body, paper.source,
            tags=tuple(self.catalogue.tag[name].name for name in paper.tags),
            found=True, cited_as=tuple(cite.tags(paper)),
        )  # fmt: skip

    def _removed(self, entry: Removed) -> Page:
        path, text = removed_path(entry), f"This {entry.kind} was removed from the shelf"
        places = self._entries.places(entry.appearances, path)
        body = self._layout.render("removed.md.jinja", path, entry=entry, places=places)
        return Page(path, plain(entry.title), text, body, "removed.yml")

    # Parts

    def _numbers(self, path: str) -> str:
        shelf = self.catalogue
        merged = sum(len(paper.appearances) > 1 for paper in shelf.papers)
        return self._layout.render(
            "numbers.md.jinja", path, merged=merged, papers=len(shelf.papers), topics=len(shelf.topics),
            tags=len(shelf.tags), lists=len(shelf.lists),
        )  # fmt: skip

    def _charts(self, path: str) -> tuple[str, str]:
        bars = [Bar(topic.name, topic.count, self._address(topic.path, path)) for topic in self.topics]
        return topic_sizes(bars), topic_overlap(bars, self._shared_topics)

    def _address(self, target: str, at: str) -> str:
        return html_address(target, at, directory_urls=self._directory_urls)
