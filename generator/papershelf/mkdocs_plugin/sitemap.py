"""The sitemap: all pages in the order of their addresses, with dates from the data, in parts where there are many.

MkDocs lays out `sitemap.xml` with the pages that it makes; those past the theme are added here. It also writes
`sitemap.xml.gz` from what becomes of the text, so that a large site's holds the index, too.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.utils import write_file

UNDATED = "1970-01-01"
"""The date of pages whose data holds none: MkDocs needs one, and today's would be other bytes each day."""
MOST = 50_000
"""Addresses that the protocol allows in a file. The 50 MB that it allows as well would be a thousand bytes for each."""


def in_sitemap(file: File, date: str, root: str) -> str:
    """A page as MkDocs' template writes it into the sitemap of the site that is at `root`."""
    address = html.escape(root + file.url)  # as MkDocs joins them, but for what a page's has not
    return f"<url>\n         <loc>{address}</loc>\n         <lastmod>{date}</lastmod>\n    </url>"


def sitemap(output: str, more: Iterable[str], config: MkDocsConfig, most: int = MOST) -> str:
    """What `sitemap.xml` says: the pages in MkDocs' `output` and `more` entries, or where these parts of it are.

    A part for each `most` pages is written into the site's folder, compressed: a large site's are 20 MB as text.
    """
    head, *found = re.split(r"(?=<url>)", output)
    if not found:
        return output
    last, end, tail = found[-1].rpartition("</url>")
    known = [text.rstrip() for text in [*found[:-1], last + end]]
    entries = [text.replace(f"<lastmod>{UNDATED}</lastmod>", "") for text in sorted([*known, *more])]
    parts = [entries[start : start + most] for start in range(0, len(entries), most)]
    texts = [f"{head.rstrip()}\n    {chr(10).join(f'    {text}' for text in part).lstrip()}{tail}" for part in parts]
    if len(texts) == 1:
        return texts[0]
    names = [f"sitemap-{number}.xml.gz" for number in range(1, len(texts) + 1)]
    for name, text in zip(names, texts, strict=True):
        write_file(gzip.compress(text.encode(), 6, mtime=0), str(Path(config.site_dir, name)))
    return _index([urljoin(config.site_url or "/", name) for name in names], parts)


def _index(addresses: Sequence[str], parts: Sequence[Sequence[str]]) -> str:
    """A sitemap that names others, each with the newest date in it."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    for address, part in zip(addresses, parts, strict=True):
        newest = max(re.findall(r"<lastmod>(.*?)</lastmod>", "".join(part)), default="")
        lines += ["    <sitemap>", f"         <loc>{html.escape(address)}</loc>"]
        lines += [f"         <lastmod>{newest}</lastmod>"] if newest else []
        lines.append("    </sitemap>")
    return "\n".join([*lines, "</sitemapindex>"])
