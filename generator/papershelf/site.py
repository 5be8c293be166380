"""The site as the core knows it: its name and address, and the files in it that are no pages."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from papershelf.places import html_file
from papershelf.text import clean


@dataclass(frozen=True)
class Site:
    """What the files that leave the site have to know of it: its name and address, and what the addresses look like."""

    name: str
    url: str | None = None
    """Ends with a slash; None where nobody has said where the site will be."""
    directory_urls: bool = True

    @classmethod
    def at(cls, name: str, url: str | None, *, directory_urls: bool) -> Site:
        """The site at an address as people write it, with a slash at its end or without, or none."""
        base = (url or "").rstrip("/")
        return cls(name, f"{base}/" if base else None, directory_urls)

    @property
    def title(self) -> str:
        """The name as readable text on one line; mkdocs.yml may hold it as HTML."""
        return " ".join(clean(html.unescape(self.name))[0].split())

    @property
    def is_local(self) -> bool:
        """Whether only this machine finds the site where it says it is."""
        host = urlsplit(self.url or "").hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    def address(self, path: str) -> str:
        """Where a page or file is: absolute if that can be known, else from the site's root."""
        file = html_file(path, directory_urls=self.directory_urls) if path.endswith(".md") else path
        return (self.url or "") + (file.removesuffix("index.html") if self.directory_urls else file)


@dataclass(frozen=True)
class Piece:
    """A part of a file that is made by itself. Two of one name with equal `parts` have equal content."""

    name: str
    make: Callable[[], bytes]
    parts: tuple[object, ...]


@dataclass(frozen=True)
class Download:
    """A file of the site that is no page: its path below the site's root, and what makes its content.

    Two with equal `parts` have equal content; without any, nothing is known of it before it is made. `weight` is about
    how many papers' pages take as long to make. A file that holds the whole shelf comes in `pieces`, of which an edit
    changes one.
    """

    path: str
    make: Callable[[], bytes]
    parts: tuple[object, ...] | None
    weight: int = 1
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def of(cls, path: str, pieces: Iterable[Piece], weight: int) -> Download:
        """A file that is put together from pieces."""
        every = tuple(pieces)
        return cls(path, partial(_joined, every), tuple((piece.name, piece.parts) for piece in every), weight, every)


def _joined(pieces: Iterable[Piece]) -> bytes:
    return b"".join(piece.make() for piece in pieces)
