"""What pages load and hold, as a Content-Security-Policy that lets a browser take that and nothing else.

What is the site's own is let in as a file. A script or a style that stands in a page itself, as a theme or a person may
write it, is let in by its hash, and what a page loads from another host, by that host.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

ALWAYS = {
    "default-src": ("'self'",),
    "base-uri": ("'self'",),
    "font-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'self'",),
    "img-src": ("'self'", "data:"),  # icons in style sheets
    "script-src": ("'self'",),
    "style-src": ("'self'",),
}
"""What a browser may do for every page of a site, and what with."""
ATTRIBUTES = "'unsafe-hashes'"
"""Lets hashes stand for attributes, too: by itself it lets nothing in."""

# What addresses in these attributes are loaded as.
_LOADED = {
    ("audio", "src"): "media-src",
    ("embed", "src"): "object-src",
    ("form", "action"): "form-action",
    ("iframe", "src"): "frame-src",
    ("img", "src"): "img-src",
    ("img", "srcset"): "img-src",
    ("object", "data"): "object-src",
    ("script", "src"): "script-src",
    ("source", "src"): "media-src",
    ("source", "srcset"): "img-src",
    ("track", "src"): "media-src",
    ("video", "poster"): "img-src",
    ("video", "src"): "media-src",
}
# And a link's; themes connect early to the host of their fonts, which their style sheets load.
_LINKED = {"icon": "img-src", "manifest": "manifest-src", "preconnect": "font-src", "stylesheet": "style-src"}


def _either(names: Iterable[str]) -> str:
    """A pattern for names in small or in capital letters: ignoring case altogether takes many times as long."""
    return "|".join(name for small in sorted(set(names)) for name in (small, small.upper()))


_WITHIN = r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+"""
_RAW = ("script", "style", "textarea", "title")
"""What is in these isn't read as tags."""
_LOADERS = {"link", *(name for name, _ in _LOADED)}.difference(_RAW)
_ELEMENT = re.compile(
    rf"<(?:!--.*?-->|(?P<raw>{_either(_RAW)})\b(?P<of_raw>{_WITHIN})>(?P<text>.*?)</(?P=raw)\b"
    rf"|(?P<name>{_either(_LOADERS)})\b(?P<of>{_WITHIN})>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")
# Any element may have such an attribute, and hardly any has: this finds pages that may, and some others.
_STYLED = re.compile(r"=(?<=style=|tyle =|STYLE=|TYLE =)")
_HANDLING = re.compile(r" on[A-Za-z]+ ?=|\non[A-Za-z]+ ?=")
_TAG = re.compile(rf"<[A-Za-z][^\s<>/]*(?P<of>{_WITHIN})>")
# A script of another type is data, which nobody runs.
_RUN = re.compile(r"(?:module|importmap|(?:text|application)/(?:x-)?(?:java|ecma)script|)", re.IGNORECASE)


def content_policy(pages: Iterable[str]) -> str:
    """The value of the header for a site whose pages are like these, the same for the same pages in any order."""
    wanted = {directive: set[str]() for directive in ALWAYS}
    for page in pages:
        for directive, source in wants(page):
            wanted.setdefault(directive, set()).add(source)
    parts = []
    for directive, sources in wanted.items():
        always = ALWAYS.get(directive, ALWAYS["default-src"])
        parts.append(" ".join((directive, *always, *sorted(sources - set(always)))))
    known = len(ALWAYS)
    return "; ".join((*parts[:known], *sorted(parts[known:])))


def wants(page: str) -> Iterator[tuple[str, str]]:
    """What a page needs beyond the site's own files: what for, and how a policy says it."""
    for found in _ELEMENT.finditer(page):
        name = (found["raw"] or found["name"] or "").lower()
        attributes = _read(found["of_raw"] or found["of"] or "")
        yield from _loads(name, attributes)
        if name == "style":
            yield "style-src", _hash(found["text"])
        elif name == "script" and "src" not in attributes and _RUN.fullmatch(attributes.get("type", "").strip()):
            yield "script-src", _hash(found["text"])
    if _STYLED.search(page) or _HANDLING.search(page):
        for tag in _TAG.finditer(_ELEMENT.sub(_emptied, page)):
            yield from _attributes(_read(tag["of"]))


def _emptied(found: re.Match[str]) -> str:
    """An element without what isn't read as tags."""
    return f"<{found['raw']}{found['of_raw']}>" if found["raw"] else found[0] if found["name"] else ""


def _read(within: str) -> dict[str, str]:
    """The attributes of a tag."""
    return {key.lower(): html.unescape("".join(values)) for key, *values in _ATTRIBUTE.findall(within)}


def _attributes(attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What stands in attributes: styles, and what is run when something happens."""
    for name, value in attributes.items():
        directive = "style-src" if name == "style" else "script-src" if name.startswith("on") else None
        if directive:
            yield directive, ATTRIBUTES
            yield directive, _hash(value)


def _loads(name: str, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What an element loads from elsewhere."""
    for attribute, value in attributes.items():
        directives = [_LOADED[name, attribute]] if (name, attribute) in _LOADED else []
        if (name, attribute) == ("link", "href"):
            directives = [_LINKED[rel] for rel in attributes.get("rel", "").lower().split() if rel in _LINKED]
        addresses = [part.split()[0] for part in value.split(",") if part.strip()] if attribute == "srcset" else [value]
        for directive in directives:
            yield from ((directive, source) for source in map(_source, addresses) if source)


def _source(address: str) -> str | None:
    """How a policy names the host of an address; of the site itself, not at all."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None  # no browser gets it either
    if parts.netloc:
        return f"{parts.scheme or 'https'}://{parts.netloc}"
    return f"{parts.scheme}:" if parts.scheme in ("blob", "data") else None


def _hash(text: str) -> str:
    """How a policy names a text, whose lines end for a browser with one character alone."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode()}'"
