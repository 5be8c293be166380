"""Reads a built site as a browser would: what each page links to, and what can be linked to."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

LINKS = ("href", "src", "poster", "data", "action", "formaction", "xlink:href")
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
BLOCKS = ("div", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass
class Element:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, scripts' included."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def walk(self) -> Iterator[Element]:
        """It and all elements in it."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a kind, with attributes that hold these words (`class_` for `class`)."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            found
            for found in self.walk()
            if found.tag == tag and all(v in found.attributes.get(n, "").split() for n, v in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        (found,) = self.all(tag, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # An entry ends the one before it, and a block a paragraph: neither end has to be said.
        if tag == "li" and (tags := [element.tag for element in self.open if element.tag in ("li", "ul", "ol")]):
            if tags[-1] == "li":
                self.handle_endtag("li")
        elif tag in BLOCKS and self.open[-1].tag == "p":
            self.open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(text: str) -> Element:
    """A page as a tree."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root


def read(path: Path) -> Element:
    """A page of a site as a tree."""
    return parse(path.read_text(encoding="utf-8"))


def forms(site: Path, page: str) -> list[str]:
    """The forms that a page leads to, as they are filled in; on a paper's page a script writes the links."""
    text = (site / page / "index.html").read_text(encoding="utf-8")
    if "papershelf-mend" in text:
        script = (site / "assets/frame.js").read_text(encoding="utf-8")
        (made,) = re.findall(r'(?m)^  const FORMS = (".*");$', script)
        text += json.loads(made).replace("the-papers-id", parse(text).one("h1").attributes["id"])
    links = [link.attributes.get("href", "") for link in parse(text).all("a")]
    return [link.partition("/issues/new?template=")[2] for link in links if "/issues/new?" in link]


def pages(site: Path) -> dict[str, Element]:
    """Every page of a site, by its path."""
    return {path.relative_to(site).as_posix(): read(path) for path in sorted(site.rglob("*.html"))}


class _Outline(HTMLParser):
    """The ids and the links of a page, which is all that `faults` needs of hundreds of them."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in LINKS:
                self.links.append(value or "")
            elif name == "srcset":
                self.links += [candidate.split()[0] for candidate in (value or "").split(",")]


def faults(site: Path, base: str = "http://127.0.0.1:8000/") -> list[str]:
    """Every link that leads nowhere and every id that a page has twice; `base` is where the site says it is."""
    outlines = {}
    for file in sorted(site.rglob("*.html")):
        outline = outlines[file.relative_to(site).as_posix()] = _Outline()
        outline.feed(file.read_text(encoding="utf-8"))
        outline.close()
    ids = {path: Counter(outline.ids) for path, outline in outlines.items()}
    found = [
        f"{path}: the id {name!r} stands {count} times"
        for path, names in ids.items()
        for name, count in names.items()
        if count > 1
    ]
    for path, outline in outlines.items():
        here = base + re.sub(r"(^|/)index\.html$", r"\1", path)
        for link in outline.links:
            if fault := _fault(link, here, site, base, ids):
                found.append(f"{path}: {link}: {fault}")
    for place in ElementTree.parse(site / "sitemap.xml").iter(f"{SITEMAP}loc"):
        if fault := _fault(place.text or "", base, site, base, ids):
            found.append(f"sitemap.xml: {place.text}: {fault}")
    return found


def _fault(link: str, here: str, site: Path, base: str, ids: dict[str, Counter[str]]) -> str | None:
    """What is wrong with a link; nothing with one that leaves the site."""
    given, origin = urlsplit(link), urlsplit(base)
    if not given.scheme and not given.path.startswith("/"):
        # Below a place of its own, because at the root of a host `../` leads no higher, and dead links would live.
        depth = posixpath.normpath(posixpath.join(posixpath.dirname(here.removeprefix(base)), given.path or "."))
        if depth.startswith(".."):
            return "leads out of the site"
    parts = urlsplit(urljoin(here, link))
    if parts.scheme not in ("http", "https"):
        return None if parts.scheme in ("data", "mailto") else "is nothing to open"
    if parts.netloc != origin.netloc:
        return None
    if not parts.path.startswith(origin.path):
        return "leads out of the site"
    path = unquote(parts.path.removeprefix(origin.path))
    path = f"{path}index.html" if path in ("",) or path.endswith("/") else path
    if not (site / path).is_file():
        return "is no file"
    fragment = unquote(parts.fragment)
    return f"has no id {fragment!r}" if fragment and not ids.get(path, Counter())[fragment] else None
