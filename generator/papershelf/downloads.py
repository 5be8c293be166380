"""Catalogue to downloads: all files of the site that are no pages, from the modules that make them."""

from __future__ import annotations

from collections.abc import Iterator

from papershelf import searchindex
from papershelf.model import Catalogue
from papershelf.site import Download, Site


def downloads(shelf: Catalogue, site: Site) -> Iterator[Download]:
    """Every file of the site that is made from the catalogue and is no page."""
    yield from searchindex.downloads(shelf, site)
