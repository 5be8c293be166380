"""Catalogue to pages; decides which pages exist.

A page is a value, and making one reads nothing but the catalogue. The Markdown is what a person would write: links lead
to other `.md` files, and HTML stands only where Markdown has no form for it. Templates in `themes/pages` lay out;
everything they show is prepared here.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from papershelf import cite, news, views
from papershelf.cache import Results
from papershelf.charts import Bar, topic_overlap, topic_sizes
from papershelf.feeds import feed_path
from papershelf.layout import Layout, link, outside_link, printed
from papershelf.model import Appearance, Catalogue, Links, Paper, Removed
from papershelf.places import (
    LARGE,
    OF_A_TAG,
    PER_PAGE,
    TITLES_PER_PAGE,
    WHOLE,
    Slice,
    html_address,
    html_file,
    list_path,
    paper_path,
    removed_path,
    sliced,
    tag_path,
    topic_path,
    way_up,
)
from papershelf.problems import Problem, did_you_mean, quoted
from papershelf.reasons import Reasons, reason
from papershelf.text import first_sentence, plain
from papershelf.todo import Todo, todo

STYLES = ("assets/papershelf.css",)
SCRIPTS = ("assets/papershelf.js",)
MAP = "map/index.md"
MOST_TAGS = 6
"""How many tags of a topic the table beside the map names."""
WAITING = 500
"""How many of the things that wait for a curator the "to file" page shows."""
PLACEHOLDER = re.compile(r"<!--\s*papershelf:\s*(.*?)\s*-->")


@dataclass(frozen=True)
class Page:
    """A page of the site: its path below the site's root, what its front matter says, and its body as Markdown.

    `title`, `description` and `tags` are readable text. `hide` names the side bars that it goes without, `edit` is the
    file below `data/` that it is edited in. `found` says whether the search of another renderer is to find it; ours
    has the catalogue. `cited_as` are the names and values by which reference managers know a paper.
    """

    path: str
    title: str
    description: str
    body: str
    edit: str | None = None
    tags: tuple[str, ...] = ()
    hide: tuple[str, ...] = ("navigation", "toc")
    found: bool = False
    cited_as: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The whole page as it is handed over: the front matter and the body."""
        title, description = meta_values(self)
        head = [f"title: {_quoted(title)}", f"description: {_quoted(description)}"]
        head += _listed("tags", [_quoted(html.escape(tag)) for tag in self.tags]) + _listed("hide", self.hide)
        for name, group in groupby(self.cited_as, key=itemgetter(0)):
            values = [_quoted(html.escape(value)) for _, value in group]
            head += _listed(name, values) if name == "citation_author" else [f"{name}: {values[0]}"]
        if not self.found:
            head += ["search:", "  exclude: true"]
        return "\n".join(("---", *head, "---", "", self.body))


def meta_values(page: Page) -> tuple[str, str]:
    """Title and description as front matter holds them: escaped, because Material puts them into HTML as they are."""
    return html.escape(page.title), html.escape(page.description)


def _quoted(text: str) -> str:
    """A text of the front matter, quoted for YAML."""
    return json.dumps(text, ensure_ascii=False)


def _listed(key: str, values: Sequence[str]) -> list[str]:
    return [f"{key}:", *(f"  - {value}" for value in values)] if values else []


class Plan(NamedTuple):
    """A page that is to be made: its path, the file it is edited in, and how it is made.

    Two plans for one path with equal `parts` make equal pages, if `Pages.shared` is equal, too. A tuple, because there
    is one for each page in every build.
    """

    path: str
    edit: str | None
    make: Callable[[], Page]
    parts: tuple[object, ...]


@dataclass(frozen=True)
class Link:
    """A name and the page that it leads to; `count` is how many papers stand there."""

    name: str
    path: str
    count: int = 0
    text: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter of the index of titles: how it is shown, its anchor, and the page on which it begins."""

    shown: str
    anchor: str
    path: str


@cache
def _search(title: str) -> str:
    """The address of a search for a title."""
    return f"https://scholar.google.com/scholar?q={quote_plus(chr(34) + plain(title) + chr(34))}"


def source_link(paper: Paper) -> tuple[str, str]:
    """What the link to the real paper says, and its address; without one, a search for the title, and it says so."""
    if paper.url is None:
        return "Search for the title", _search(paper.title)
    if paper.arxiv:
        return "arXiv", paper.url
    if paper.acl:
        return "ACL Anthology", paper.url
    return ("DOI" if paper.doi else "Paper"), paper.url


_READ = {"arXiv": "Read on arXiv", "ACL Anthology": "Read at the ACL Anthology", "DOI": "Read at the publisher"}


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
        self._list_name = views.list_names(catalogue)
        self.results = results or Results()
        self.views = views.views(catalogue, self.results)
        self._layout = Layout(templates)
        self._reasons = Reasons(catalogue, self.results)
        self._items = {} if items is None else items
        self._topic = {topic.id: Link(topic.name, topic_path(topic.id)) for topic in catalogue.topics}
        self._tag = {tag.id: Link(tag.name, tag_path(tag.id)) for tag in catalogue.tags}
        self._list = {name: Link(shown, list_path(name)) for name, shown in self._list_name.items()}

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
        for topic in shelf.topics:
            group = self.catalogue.by_topic[topic.id]
            yield from self._listing(group, topic_path(topic.id), "topics.yml", topic.name, topic.description, "topic")
        for tag in shelf.tags:
            group = self.catalogue.by_tag[tag.id]
            yield from self._listing(group, tag_path(tag.id), "tags.yml", tag.name, tag.description, "tag")
        for entry in shelf.lists:
            printed = ", ".join(text for text in (entry.source, entry.date) if text)
            group, name = self.catalogue.by_list[entry.id], self._list_name[entry.id]
            yield from self._listing(group, list_path(entry.id), "lists.yml", name, printed, "list")
        yield from self._papers()
        yield Plan("duplicates.md", None, self._duplicates, tuple(self._concerned()))
        yield Plan("find.md", None, self._find, ())
        yield Plan("mine.md", None, self._mine, ())
        for paper in shelf.papers:
            # Of these, titles and what both are on stand on the page; to compare them whole is quicker than to pick.
            parts = paper, self.views.related[paper.id], self.views.versions.get(paper.id, ())
            yield Plan(paper_path(paper.id), paper.source, partial(self._paper, *parts), parts)
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
        entries = ((entry, ", ".join(filter(None, (entry.source, entry.date)))) for entry in self.catalogue.lists)
        return tuple(
            Link(self._list_name[entry.id], list_path(entry.id), len(self.catalogue.by_list[entry.id]), printed)
            for entry, printed in entries
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
                "papers": [self._item(paper, way_up(path)) for paper in papers],
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
        return [replace(self._tag[tag], count=counts[tag]) for tag in most]

    def _listing(
        self, papers: Sequence[Paper], path: str, edit: str, name: str, text: str, kind: str
    ) -> Iterator[Plan]:
        large = len(self.catalogue.papers) > LARGE
        listed = papers[:OF_A_TAG] if large and kind == "tag" else papers
        for part in sliced(listed, path, PER_PAGE, PER_PAGE if large else WHOLE):
            more = part.number == part.of and len(listed) < len(papers)
            make = partial(self._slice, part, edit, name, text, kind, len(papers), more=more)
            yield Plan(part.path, edit, make, (part, edit, name, text, len(papers), more))

    def _slice(self, part: Slice, edit: str, name: str, text: str, kind: str, count: int, *, more: bool) -> Page:
        up = way_up(part.path)
        anchor = posixpath.basename(part.paths[0]).removesuffix(".md")
        items = [] if part.titles_only else [self._item(paper, up) for paper in part.papers]
        body = self._layout.render(
            "listing.md.jinja", part.path, name=name, text=text, kind=kind, count=count, anchor=anchor, part=part,
            items=items, more=more,
            feed=feed_path(part.path) if self._feeds and part.number == 1 else None,
            taken_along=cite.offered(part.path, count) if count and part.number == 1 else (),
        )  # fmt: skip
        title = name if part.number == 1 else f"{name}, page {part.number}"
        hide = ("toc",) if kind == "topic" else ("navigation", "toc")
        return Page(part.path, title, plain(text or name), body, edit, hide=hide, found=part.number == 1)

    def _papers(self) -> Iterator[Plan]:
        groups = views.letters(self.catalogue, self.results)
        initial = {paper.id: letter for letter, group in groups.items() for paper in group}
        ordered = [paper for group in groups.values() for paper in group]
        parts = list(sliced(ordered, "papers/index.md", TITLES_PER_PAGE))
        letters: dict[str, Letter] = {}
        for part in parts:
            for paper in part.papers:
                letter = initial[paper.id]
                letters.setdefault(letter, _letter(letter, part.path))
        for part in parts:
            groups_here: dict[Letter, list[Paper]] = {}
            for paper in part.papers:
                groups_here.setdefault(letters[initial[paper.id]], []).append(paper)
            known = tuple(letters.values()), len(ordered)
            make = partial(self._titles, part, tuple(groups_here.items()), *known)
            # On the first one stands what waits for a curator, which may be anything.
            yield Plan(part.path, None, make, (part, *known) if part.number > 1 else (self.catalogue,))

    def _titles(
        self, part: Slice, groups: Sequence[tuple[Letter, Sequence[Paper]]], letters: Sequence[Letter], count: int
    ) -> Page:
        waiting = todo(self.catalogue) if part.number == 1 else ()
        body = self._layout.render(
            "papers.md.jinja", part.path, part=part, letters=letters, groups=groups, count=count,
            waiting=[self._waiting(item) for item in waiting[:WAITING]], more=max(0, len(waiting) - WAITING),
            taken_along=cite.offered(part.path, count) if count and part.number == 1 else (),
        )  # fmt: skip
        title = "All papers" if part.number == 1 else f"All papers, page {part.number}"
        text = f"All {count} papers of this shelf by title, and those that wait for a curator"
        return Page(part.path, title, text, body, found=part.number == 1)

    def _waiting(self, item: Todo) -> dict[str, Any]:
        return {
            "source": f"{self._folder}/{item.source}",
            "papers": [self.catalogue.paper[name] for name in item.papers],
            "what": item.what,
            "command": item.command,
            "write": item.write,
            "joint": item.joint,
        }

    def _concerned(self) -> Iterator[object]:
        """What the page of duplicates is made from."""
        for paper in self.catalogue.papers:
            if len(paper.appearances) > 1 or paper.relations:
                yield paper, tuple(self.catalogue.paper[relation.paper].title for relation in paper.relations)

    def _duplicates(self) -> Page:
        shelf, at = self.catalogue, "duplicates.md"
        several = [paper for paper in shelf.papers if len(paper.appearances) > 1]
        merged = [(_link(paper, at), self._places(paper.appearances, at)) for paper in several]
        relations = ((paper, relation) for paper in shelf.papers for relation in paper.relations)
        related = [((_link(paper, at), _link(shelf.paper[r.paper], at), r.why), r) for paper, r in relations]
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

    def _paper(self, paper: Paper, related: Sequence[views.Near], versions: Sequence[Paper]) -> Page:
        path, title, names = paper_path(paper.id), plain(paper.title), self._reasons.names
        printed = (", ".join(paper.authors), paper.venue or "")
        imprint = ", ".join(filter(None, (". ".join(filter(None, printed)), str(paper.year or ""))))
        body = self._layout.render(
            "paper.md.jinja", path, paper=paper, imprint=imprint, links=_all_links(paper),
            topics=self._names(self._topic, paper.topics, path), tags=self._names(self._tag, paper.tags, path),
            places=self._places(paper.appearances, path), versions=[_link(other, path) for other in versions],
            related=[(_link(other, path), reason(names(paper, other), words)) for other, words in related],
            bibtex=cite.bibtex(paper),
        )  # fmt: skip
        summary = plain(paper.summary) if paper.summary else ""
        return Page(
            path, title, summary or first_sentence(paper.abstract or paper.title), body, paper.source,
            tags=tuple(self._tag[name].name for name in paper.tags), found=True, cited_as=tuple(cite.tags(paper)),
        )  # fmt: skip

    def _removed(self, entry: Removed) -> Page:
        path, text = removed_path(entry), f"This {entry.kind} was removed from the shelf"
        body = self._layout.render("removed.md.jinja", path, entry=entry, places=self._places(entry.appearances, path))
        return Page(path, plain(entry.title), text, body, "removed.yml")

    # Parts

    def _item(self, paper: Paper, up: str) -> str:
        """A paper's entry, the same in every listing from which `up` leads to the site's root."""
        known, item = self._items.get(paper.id, (None, ""))
        if known is not paper:
            item = self._one_below_the_root(paper)
            self._items[paper.id] = paper, item
        return item if up == "../" else item.replace("](../", f"]({up}")

    def _one_below_the_root(self, paper: Paper) -> str:
        at = "listings/any.md"  # from no page that an entry links to is the way to it shorter
        quiet = [f"*{name}*" for name in self._names(self._topic, paper.topics, at)]
        if paper.tags:
            quiet.append(", ".join(self._names(self._tag, paper.tags, at)))
        if paper.year:
            quiet.append(str(paper.year))
        if len(paper.appearances) > 1:
            quiet.append(f"in {', '.join(self._names(self._list, [place.list for place in paper.appearances], at))}")
        quiet += _links(paper)
        own = paper_path(paper.id)
        if paper.abstract:
            quiet.append(f"[abstract](../{own}#abstract)")
        return self._layout.render("item.md.jinja", at, paper=paper, link=_link(paper, at), quiet=quiet).strip("\n")

    def _names(self, known: Mapping[str, Link], names: Iterable[str], at: str) -> list[str]:
        """The names of topics, tags or lists, each with its link from a page."""
        return [link(known[name].name, known[name].path, at) for name in names]

    def _places(self, appearances: Iterable[Appearance], at: str) -> list[str]:
        """Where a paper stands in lists, in words."""
        words = (
            f"No.\u00a0{place.position} in {self._names(self._list, [place.list], at)[0]}" for place in appearances
        )
        titles = (f", printed there as “{printed(place.title)}”" if place.title else "" for place in appearances)
        return [word + title for word, title in zip(words, titles, strict=True)]

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


def _letter(letter: str, path: str) -> Letter:
    """A letter of the index; `#` stands for digits and signs."""
    return Letter("0–9", "letter-0", path) if letter == "#" else Letter(letter, f"letter-{letter.lower()}", path)


def _link(paper: Paper, at: str) -> str:
    return link(paper.title, paper_path(paper.id), at)


def _links(paper: Paper) -> list[str]:
    """The outside links of a paper, the paper itself first, in few words."""
    name, address = source_link(paper)
    return [outside_link(name if paper.url else "search for the title", address), *_other_links(paper, str.lower)]


def _all_links(paper: Paper) -> list[str]:
    """The same as its own page shows them, with every place where the paper can be read."""
    name, address = source_link(paper)
    if not paper.url:
        first = [f"Its address isn't known yet: {outside_link('search for the title at Google Scholar', address)}"]
    else:
        known = (("ACL Anthology", paper.acl_url), ("DOI", paper.doi_url))
        first = [outside_link(_READ.get(name, "Read the paper"), address)]
        first += [outside_link(shown, url) for shown, url in known if url and url != address]
    return first + _other_links(paper, str.capitalize)


def _other_links(paper: Paper, written: Callable[[str], str]) -> list[str]:
    links = paper.links or Links()
    others = (("code", links.code), ("data", links.data), ("project", links.project))
    return [outside_link(written(name), url) for name, url in others if url]
