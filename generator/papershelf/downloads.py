"""Catalogue to downloads: all files of the site that are no pages, from the modules that make them."""

from __future__ import annotations

from collections.abc import Iterator

from papershelf import atlas, cite, export, feeds, searchindex
from papershelf.cache import Results
from papershelf.model import Catalogue
from papershelf.site import Download, Site


def downloads(shelf: Catalogue, site: Site, results: Results) -> Iterator[Download]:
    """Every file of the site that is made from the catalogue and is no page; `results` may know what takes long."""
    yield from cite.downloads(shelf, site)
    yield from export.downloads(shelf, site)
    yield from feeds.downloads(shelf, site)
    yield from atlas.downloads(shelf, site, results)
    yield from searchindex.downloads(shelf, site, results)
