"""Catalogue to pages; decides which pages exist.

A page is a value: a path, its text, and the file that an "edit" link opens. Making one reads nothing but the
catalogue. The Markdown is what a person would write: links lead to other `.md` files, and HTML stands only where
Markdown has no form for it. Templates in `themes/pages` lay out; everything they show is prepared here.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from papershelf import cite, views
from papershelf.charts import Bar, topic_overlap, topic_sizes
from papershelf.model import Catalogue, Paper, Removed
from papershelf.problems import Problem, did_you_mean, quoted
from papershelf.text import address, escape_markdown, first_sentence, markdown, plain, prose
from papershelf.todo import Todo, todo

STYLES = ("assets/papershelf.css",)
SCRIPTS = ("assets/papershelf.js",)
PER_PAGE = 100
TITLES_PER_PAGE = 500
PLACEHOLDER = re.compile(r"<!--\s*papershelf:\s*(.*?)\s*-->")


@dataclass(frozen=True)
class Page:
    """A page of the site: its path below the site's root, its text, and the file of `data/` it is edited in."""

    path: str
    text: str
    edit: str | None = None


@dataclass(frozen=True)
class Link:
    """A name and the page that it leads to; `count` is how many papers stand there."""

    name: str
    path: str
    count: int = 0
    text: str = ""


@dataclass(frozen=True)
class Slice:
    """One page of a listing that is cut into several."""

    number: int
    of: int
    path: str
    papers: tuple[Paper, ...]
    paths: tuple[str, ...]


def theme_folder(name: str) -> Path:
    """The folder `themes/<name>`: inside the package where that is installed, at the top of a checkout."""
    package = Path(__file__).parent
    installed = package / "themes" / name
    return installed if installed.is_dir() else package.parents[1] / "themes" / name


def topic_path(name: str) -> str:
    """Where a topic's page is."""
    return f"topics/{name}.md"


def tag_path(name: str) -> str:
    """Where a tag's page is."""
    return f"tags/{name}.md"


def list_path(name: str) -> str:
    """Where a list's page is."""
    return f"lists/{name}.md"


def paper_path(name: str) -> str:
    """Where a paper's permanent page is."""
    return f"papers/{name}.md"


def removed_path(entry: Removed) -> str:
    """Where the page is that says of a paper, topic or tag that it was removed: where its own page was."""
    return {"paper": paper_path, "topic": topic_path, "tag": tag_path}[entry.kind](entry.id)


def source_link(paper: Paper) -> tuple[str, str]:
    """What the link to the real paper says, and its address; without one, a search for the title, and it says so."""
    if paper.url is None:
        address = f"https://scholar.google.com/scholar?q={quote_plus(chr(34) + plain(paper.title) + chr(34))}"
        return "Search for the title", address
    if paper.arxiv:
        return "arXiv", paper.url
    if paper.acl:
        return "ACL Anthology", paper.url
    return ("DOI" if paper.doi else "Paper"), paper.url


def sliced(papers: Sequence[Paper], path: str, size: int) -> Iterator[Slice]:
    """Cut a listing into pages: `topics/x.md`, `topics/x/2.md`, …; an empty one is one page."""
    of = max(1, -(-len(papers) // size))
    stem = path.removesuffix("/index.md").removesuffix(".md")
    paths = (path, *(f"{stem}/{number}.md" for number in range(2, of + 1)))
    for number, place in enumerate(paths):
        yield Slice(number + 1, of, place, tuple(papers[number * size : (number + 1) * size]), paths)


class Pages:
    """Makes the pages of a catalogue."""

    def __init__(
        self, catalogue: Catalogue, templates: Path, *, folder: str = "data", directory_urls: bool = True
    ) -> None:
        """Prepare what all pages share; `templates` is the folder `themes/pages`, `folder` the data's as it is shown.

        `directory_urls` says whether `x.md` has the address `x/`, or `x.html`; links in HTML have to know.
        """
        self.catalogue = catalogue
        self._list_name = views.list_names(catalogue)
        self._shared = {"shelf": catalogue, "folder": folder, "list_name": self._list_name}
        self._ending = "/index.html" if directory_urls else ".html"
        self.views = views.views(catalogue)
        self._templates = _environment(templates)
        self._item = cache(self._make_item)

    def all(self) -> Iterator[Page]:
        """Every page that is generated as a whole."""
        yield self._page(
            "topics.md.jinja",
            "topics/index.md",
            "topics.yml",
            topics=self.topics,
            charts=self._charts("topics/index.md"),
        )
        yield self._page("tags.md.jinja", "tags/index.md", "tags.yml", tags=self.tags)
        yield self._page("lists.md.jinja", "lists/index.md", "lists.yml", lists=self._lists())
        for topic in self.catalogue.topics:
            yield from self._listing(
                self.views.by_topic[topic.id],
                topic_path(topic.id),
                "topics.yml",
                topic.name,
                topic.description,
                "topic",
            )
        for tag in self.catalogue.tags:
            yield from self._listing(
                self.views.by_tag[tag.id], tag_path(tag.id), "tags.yml", tag.name, tag.description, "tag"
            )
        for entry in self.catalogue.lists:
            printed = ", ".join(text for text in (entry.source, entry.date) if text)
            yield from self._listing(
                self.views.by_list[entry.id],
                list_path(entry.id),
                "lists.yml",
                self._list_name[entry.id],
                printed,
                "list",
            )
        yield from self._papers()
        yield self._duplicates()
        for paper in self.catalogue.papers:
            yield self._paper(paper)
        for gone in self.catalogue.removed:
            yield self._page("removed.md.jinja", removed_path(gone), "removed.yml", entry=gone)

    def redirects(self) -> Iterator[Page]:
        """For each alias of a paper, topic or tag, a small page in HTML at its address that leads to the right one."""
        shelf = self.catalogue
        moved = [(paper_path(paper.id), plain(paper.title), paper.aliases) for paper in shelf.papers]
        moved += [(topic_path(topic.id), topic.name, topic.aliases) for topic in shelf.topics]
        moved += [(tag_path(tag.id), tag.name, tag.aliases) for tag in shelf.tags]
        moved += [(removed_path(entry), plain(entry.title), entry.aliases) for entry in shelf.removed]
        for path, title, aliases in moved:
            for alias in aliases:
                place = f"{posixpath.dirname(path)}/{alias}.md"
                text = self._render("redirect.html.jinja", place, title=title, address=self._address(path, place))
                yield Page(self._file(place), text)

    def fill(self, text: str, path: str, shown: str) -> tuple[str, list[Problem]]:
        """The text of a hand-written page with its placeholders filled, and problems for those that aren't known."""
        parts: dict[str, Callable[[str], str]] = {
            "papers": lambda _: f"{len(self.catalogue.papers):,}",
            "numbers": self._numbers,
            "topics": lambda at: self._render("cards.md.jinja", at, cards=self.topics),
            "lists": lambda at: self._render("list_items.md.jinja", at, lists=self._lists()),
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
        entries = ((t, len(self.views.by_topic[t.id])) for t in self.catalogue.topics)
        return tuple(Link(t.name, topic_path(t.id), count, t.description) for t, count in entries)

    @cached_property
    def tags(self) -> tuple[Link, ...]:
        """The tags in alphabetical order of their names."""
        entries = sorted(self.catalogue.tags, key=lambda tag: views.sort_key(tag.name))
        return tuple(Link(t.name, tag_path(t.id), len(self.views.by_tag[t.id]), t.description) for t in entries)

    def _lists(self) -> tuple[Link, ...]:
        return tuple(
            Link(
                self._list_name[entry.id],
                list_path(entry.id),
                len(self.views.by_list[entry.id]),
                ", ".join(filter(None, (entry.source, entry.date))),
            )
            for entry in self.catalogue.lists
        )

    # Pages

    def _listing(
        self, papers: Sequence[Paper], path: str, edit: str, name: str, text: str, kind: str
    ) -> Iterator[Page]:
        for part in sliced(papers, path, PER_PAGE):
            items = [self._item(paper, _depth(part.path)) for paper in part.papers]
            yield self._page(
                "listing.md.jinja",
                part.path,
                edit,
                name=name,
                text=text,
                kind=kind,
                count=len(papers),
                part=part,
                items=items,
            )

    def _papers(self) -> Iterator[Page]:
        groups = views.by_letter(self.catalogue.papers)
        initial = {paper.id: letter for letter, group in groups.items() for paper in group}
        ordered = [paper for group in groups.values() for paper in group]
        waiting = [self._waiting(item) for item in todo(self.catalogue)]
        parts = list(sliced(ordered, "papers/index.md", TITLES_PER_PAGE))
        first: dict[str, str] = {}
        for part in parts:
            for paper in part.papers:
                first.setdefault(initial[paper.id], part.path)
        for part in parts:
            letters = [(letter, [p for p in part.papers if initial[p.id] == letter]) for letter in groups]
            shown = [(letter, group) for letter, group in letters if group]
            yield self._page(
                "papers.md.jinja",
                part.path,
                None,
                part=part,
                letters=shown,
                first=first,
                waiting=waiting,
                count=len(ordered),
            )

    def _waiting(self, item: Todo) -> dict[str, Any]:
        return {
            "source": item.source,
            "papers": [self.catalogue.paper[name] for name in item.papers],
            "what": item.what,
            "command": item.command,
            "write": item.write,
            "joint": item.joint,
        }

    def _duplicates(self) -> Page:
        merged = [paper for paper in self.catalogue.papers if len(paper.appearances) > 1]
        relations = [(paper, relation) for paper in self.catalogue.papers for relation in paper.relations]
        return self._page(
            "duplicates.md.jinja", "duplicates.md", None,
            merged=merged,
            versions=[(paper, self.catalogue.paper[r.paper], r.why) for paper, r in relations if r.version_of],
            distinct=[(paper, self.catalogue.paper[r.paper], r.why) for paper, r in relations if r.distinct],
        )  # fmt: skip

    def _paper(self, paper: Paper) -> Page:
        related = [(other, views.shared_tags(paper, other, self.catalogue)) for other in self.views.related[paper.id]]
        return self._page(
            "paper.md.jinja", paper_path(paper.id), paper.source,
            paper=paper, related=related, versions=self.views.versions.get(paper.id, ()), bibtex=cite.bibtex(paper),
            description=plain(paper.summary) if paper.summary else first_sentence(paper.abstract or paper.title),
        )  # fmt: skip

    # Parts

    def _make_item(self, paper: Paper, up: str) -> str:
        return self._templates.get_template("item.md.jinja").render(self._shared, paper=paper, up=up).strip("\n")

    def _numbers(self, path: str) -> str:
        merged = sum(len(paper.appearances) > 1 for paper in self.catalogue.papers)
        return self._render("numbers.md.jinja", path, merged=merged)

    def _charts(self, path: str) -> tuple[str, str]:
        bars = [Bar(topic.name, topic.count, self._address(topic.path, path)) for topic in self.topics]
        return topic_sizes(bars), topic_overlap(bars, views.shared_topics(self.catalogue))

    def _address(self, target: str, at: str) -> str:
        """The address of a page as HTML on another page has to give it: MkDocs rewrites only Markdown's links."""
        folder = posixpath.dirname(self._file(at)) or "."
        file = posixpath.relpath(self._file(target), folder)
        return file.removesuffix("index.html") or "./"

    def _file(self, path: str) -> str:
        """The HTML file that a renderer makes of a Markdown file."""
        if path.endswith("index.md"):
            return path.removesuffix(".md") + ".html"
        return path.removesuffix(".md") + self._ending

    def _page(self, template: str, path: str, edit: str | None, **values: Any) -> Page:
        return Page(path, self._render(template, path, **values), edit)

    def _render(self, template: str, at: str, /, **values: Any) -> str:
        here = posixpath.dirname(at) or "."
        values = {**self._shared, "to": lambda target: _relative(target, here), **values}
        return self._templates.get_template(template).render(values)


def _depth(path: str) -> str:
    return "../" * path.count("/")


@cache
def _environment(templates: Path) -> Environment:
    # Autoescaping would escape for HTML, and these templates make Markdown: each text goes through a filter instead.
    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters["address"] = address
    environment.filters["count"] = _count
    environment.filters["escaped"] = escape_markdown
    environment.filters["first_sentence"] = first_sentence
    environment.filters["label"] = _label
    environment.filters["md"] = markdown
    environment.filters["meta"] = _meta
    environment.filters["plain"] = plain
    environment.filters["printed"] = _printed
    environment.filters["prose"] = prose
    for function in (topic_path, tag_path, list_path, paper_path, source_link):
        environment.globals[function.__name__] = function
    return environment


@lru_cache(maxsize=2**14)
def _relative(target: str, folder: str) -> str:
    return posixpath.relpath(target, folder)


@cache
def _label(text: str) -> str:
    """A text as the label of a link, which can't hold another link; names recur on every page."""
    return markdown(text, links=False)


def _printed(text: str) -> str:
    """A text letter by letter as somebody else printed it; Markdown is read inside HTML, too."""
    return f"<code>{escape_markdown(text)}</code>"


def _meta(text: str) -> str:
    """Readable text for the front matter: quoted for YAML, and escaped, because Material puts it into HTML as it is."""
    return json.dumps(html.escape(text), ensure_ascii=False)


def _count(number: int, one: str = "paper", many: str = "") -> str:
    """A number with its noun: 1 paper, 1,204 papers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
