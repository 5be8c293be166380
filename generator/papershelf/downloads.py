"""Catalogue to downloads: all files of the site that are no pages, from the modules that make them."""

from __future__ import annotations

from collections.abc import Iterator

from papershelf import atlas, cite, export, feeds, searchindex
from papershelf.cache import Results
from papershelf.model import Catalogue
from papershelf.site import Download, Site


def whole_shelf(shelf: Catalogue, site: Site) -> Iterator[Download]:
    """The whole shelf as data and as citations, however large it is: a site has some of these only for smaller ones."""
    yield from cite.whole_shelf(shelf)
    yield from export.downloads(shelf, site, whole=True)


def downloads(shelf: Catalogue, site: Site, results: Results) -> Iterator[Download]:
    """Every file of the site that is made from the catalogue and is no page; `results` may know what takes long."""
    yield from cite.downloads(shelf)
    yield from export.downloads(shelf, site)
    yield from feeds.downloads(shelf, site)
    yield from atlas.downloads(shelf, site, results)
    yield from searchindex.downloads(shelf, site, results)
