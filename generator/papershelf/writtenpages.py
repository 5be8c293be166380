"""The pages that people wrote, as search knows them: title, address and text."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping

from papershelf.site import Download, Site

PATH = "assets/search/pages.json"

_FRONT = re.compile(r"\A---\s*\n(.*?)^---\s*$\n?", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_UNFOUND = re.compile(r"^search:\s*\n\s+exclude:\s*true\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)
# Comments, HTML, where links lead, attribute lists; then the marks that only lay out.
_UNSAID = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>|(?<=\])\([^()\s]*\)|\{:[^{}]*\}", re.DOTALL)
_MARKS = re.compile(r"^\s*(?:#+|[-+*>]|\d+\.|`{3}.*|~{3}.*|[=-]{3,})(?:\s+|$)|[*`\[\]|]", re.MULTILINE)


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


def _entry(site: Site, path: str, text: str) -> dict[str, str]:
    name = title(text, path.removesuffix(".md"))
    address = site.address(path).removeprefix(site.url or "")
    return {"title": name, "address": address, "text": said(_HEADING.sub("", _FRONT.sub("", text), count=1))}
