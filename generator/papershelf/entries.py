"""A paper as pages show it: its entry in a listing, and what the entry and the paper's own page have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from urllib.parse import quote_plus

from papershelf.layout import Layout, link, outside_link, printed
from papershelf.model import Appearance, Catalogue, Links, Paper
from papershelf.places import list_path, paper_path, tag_path, topic_path
from papershelf.text import plain
from papershelf.views import list_names

_READ = {"arXiv": "Read on arXiv", "ACL Anthology": "Read at the ACL Anthology", "DOI": "Read at the publisher"}

Named = Mapping[str, tuple[str, str]]
"""By the id of a topic, a tag or a list, its name and its page."""


class Entries:
    """Makes what pages show of papers."""

    def __init__(self, catalogue: Catalogue, layout: Layout, made: dict[str, tuple[Paper, str]] | None = None) -> None:
        """Take the names of all that papers stand in; `made` are entries, each with the paper that it was made of."""
        self._layout = layout
        self._made = {} if made is None else made
        self._topic: Named = {topic.id: (topic.name, topic_path(topic.id)) for topic in catalogue.topics}
        self._tag: Named = {tag.id: (tag.name, tag_path(tag.id)) for tag in catalogue.tags}
        self._list: Named = {name: (shown, list_path(name)) for name, shown in list_names(catalogue).items()}

    def entry(self, paper: Paper, up: str) -> str:
        """A paper's entry, the same in every listing from which `up` leads to the site's root."""
        known, entry = self._made.get(paper.id, (None, ""))
        if known is not paper:
            entry = self._one_below_the_root(paper)
            self._made[paper.id] = paper, entry
        return entry if up == "../" else entry.replace("](../", f"]({up}")

    def _one_below_the_root(self, paper: Paper) -> str:
        at = "listings/any.md"  # from no page that an entry links to is the way to it shorter
        quiet = [f"*{name}*" for name in self.topics(paper, at)]
        if paper.tags:
            quiet.append(", ".join(self.tags(paper, at)))
        if paper.year:
            quiet.append(str(paper.year))
        if len(paper.appearances) > 1:
            quiet.append(f"in {', '.join(_links_to(self._list, [place.list for place in paper.appearances], at))}")
        quiet += links(paper)
        if paper.abstract:
            quiet.append(f"[abstract](../{paper_path(paper.id)}#abstract)")
        made = self._layout.render("item.md.jinja", at, paper=paper, link=paper_link(paper, at), quiet=quiet)
        return made.strip("\n")

    def topics(self, paper: Paper, at: str) -> list[str]:
        """The names of a paper's topics, each with its link from the page `at`."""
        return _links_to(self._topic, paper.topics, at)

    def tags(self, paper: Paper, at: str) -> list[str]:
        """The names of a paper's tags, each with its link from the page `at`."""
        return _links_to(self._tag, paper.tags, at)

    def places(self, appearances: Iterable[Appearance], at: str) -> list[str]:
        """Where a paper stands in lists, in words."""
        words = (f"No.\u00a0{place.position} in {_links_to(self._list, [place.list], at)[0]}" for place in appearances)
        titles = (f", printed there as “{printed(place.title)}”" if place.title else "" for place in appearances)
        return [word + title for word, title in zip(words, titles, strict=True)]


def _links_to(known: Named, names: Iterable[str], at: str) -> list[str]:
    return [link(*known[name], at) for name in names]


def paper_link(paper: Paper, at: str) -> str:
    """The link to a paper's own page from the page `at`."""
    return link(paper.title, paper_path(paper.id), at)


def source_link(paper: Paper) -> tuple[str, str]:
    """What the link to the real paper says, and its address; without one, a search for the title, and it says so."""
    if paper.url is None:
        return "Search for the title", _search(paper.title)
    if paper.arxiv:
        return "arXiv", paper.url
    if paper.acl:
        return "ACL Anthology", paper.url
    return ("DOI" if paper.doi else "Paper"), paper.url


@cache
def _search(title: str) -> str:
    """The address of a search for a title."""
    return f"https://scholar.google.com/scholar?q={quote_plus(chr(34) + plain(title) + chr(34))}"


def links(paper: Paper) -> list[str]:
    """The outside links of a paper, the paper itself first, in few words."""
    name, address = source_link(paper)
    return [outside_link(name if paper.url else "search for the title", address), *_other_links(paper, str.lower)]


def all_links(paper: Paper) -> list[str]:
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
    known = paper.links or Links()
    others = (("code", known.code), ("data", known.data), ("project", known.project))
    return [outside_link(written(name), url) for name, url in others if url]
