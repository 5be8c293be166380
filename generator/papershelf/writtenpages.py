"""The pages that people wrote, as search knows them: title, address and text, and the same of their sections."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from papershelf.site import Download, Site

PATH = "assets/search/pages.json"

_FRONT = re.compile(r"\A---\s*\n(.*?)^---\s*$\n?", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_UNFOUND = re.compile(r"^search:\s*\n\s+exclude:\s*true\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)
# Comments, HTML, where links lead, attribute lists; then the marks that only lay out.
_UNSAID = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>|(?<=\])\([^()\s]*\)|\{:?\s*[#.][^{}]*\}|\{:[^{}]*\}", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r"(#{1,6})[ \t]*(?=[^#\s])(.*?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"(=+|-+)[ \t]*$")
_ID = re.compile(r"\{:?[^{}\n]*?#([\w-]+)[^{}\n]*\}|\bid=[\"']?([\w-]+)")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[^{}]*\}[ \t]*$")
_COUNTED = re.compile(r"(.*)_(\d+)$")
_MARKS = re.compile(r"^\s*(?:#+|[-+*>]|\d+\.|`{3}.*|~{3}.*|[=-]{3,})(?:\s+|$)|[*`\[\]|]", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A part of a page: its heading as Markdown with its level, and what stands below, up to the next one."""

    level: int
    heading: str
    text: str


def download(site: Site, pages: Callable[[], Mapping[str, str]]) -> Download:
    """The file that tells search of hand-written pages: `pages` gives their Markdown by path once it is known."""

    def make() -> bytes:
        known = pages()
        entries = [_entry(site, path, known[path]) for path in sorted(known) if not _unfound(known[path])]
        return json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()

    return Download(PATH, make, None)


def title(text: str, otherwise: str) -> str:
    """The title of a page: its front matter's, else its first heading."""
    front = _FRONT.match(text)
    found = (_TITLE.search(front[1]) if front else None) or _HEADING.search(text)
    return said(found[1]) if found else otherwise


def said(text: str) -> str:
    """What Markdown says, without what lays it out."""
    body = _FRONT.sub("", text)
    return " ".join(html.unescape(_MARKS.sub("", _UNSAID.sub("", body))).split())


def _unfound(text: str) -> bool:
    front = _FRONT.match(text)
    return bool(front and _UNFOUND.search(front[1]))


def _entry(site: Site, path: str, text: str) -> dict[str, object]:
    body = _FRONT.sub("", text)
    above, *parts = _sections(body)
    named = list(zip(parts, _anchors(parts, body), strict=True))
    # The first heading is the page's own, and what stands below it begins the page.
    own = next((part for part, _ in named if part.level == 1), None)
    rest = [[said(part.heading), anchor, said(part.text)] for part, anchor in named if part is not own]
    return {
        "title": title(text, path.removesuffix(".md")),
        "address": site.address(path).removeprefix(site.url or ""),
        "text": said(f"{above.text}\n\n{own.text if own else ''}"),
        "parts": rest,
    }


def _sections(body: str) -> Iterator[Section]:
    """What stands above the first heading, and each section."""
    level, heading, lines, fence = 0, "", list[str](), ""
    for line in body.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        found = None if fence or mark else _ATX.match(line)
        # A line is a heading by what stands below it if it stands alone.
        alone = bool(lines and lines[-1].strip()) and not (lines[1:] and lines[-2].strip())
        under = _SETEXT.match(line) if alone and not fence and not found else None
        if found or under:
            below = lines.pop() if under else ""
            yield Section(level, heading, "\n".join(lines))
            level, heading = (len(found[1]), found[2]) if found else (1 if line[0] == "=" else 2, below)
            lines = []
        else:
            lines.append(line)
    yield Section(level, heading, "\n".join(lines))


def _anchors(parts: list[Section], body: str) -> Iterator[str]:
    """The id of each heading, as Markdown's table of contents gives it where nobody did."""
    taken = {name for found in _ID.findall(body) for name in found if name}
    for part in parts:
        given = _ID.search(part.heading)
        if given:
            yield given[1] or given[2]
            continue
        shown = said(_ATTRIBUTES.sub("", part.heading))
        plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
        name = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        while name in taken or not name:
            counted = _COUNTED.match(name)
            name = f"{counted[1]}_{int(counted[2]) + 1}" if counted else f"{name}_1"
        taken.add(name)
        yield name
