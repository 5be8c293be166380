"""Where the pages of the site are: the path of each, how a long listing is cut, and how one page leads to another."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from papershelf.model import Paper, Removed

PER_PAGE = 100
TITLES_PER_PAGE = 500


@dataclass(frozen=True)
class Slice:
    """One page of a listing that is cut into several."""

    number: int
    of: int
    path: str
    papers: tuple[Paper, ...]
    paths: tuple[str, ...]

    @property
    def previous(self) -> str | None:
        """The page before, if there is one."""
        return self.paths[self.number - 2] if self.number > 1 else None

    @property
    def next(self) -> str | None:
        """The page behind, if there is one."""
        return self.paths[self.number] if self.number < self.of else None


def theme_folder(name: str) -> Path:
    """The folder `themes/<name>`: inside the package where that is installed, at the top of a checkout."""
    package = Path(__file__).parent
    installed = package / "themes" / name
    return installed if installed.is_dir() else package.parents[1] / "themes" / name


def topic_path(name: str) -> str:
    """Where a topic's page is."""
    return f"topics/{name}.md"


def tag_path(name: str) -> str:
    """Where a tag's page is."""
    return f"tags/{name}.md"


def list_path(name: str) -> str:
    """Where a list's page is."""
    return f"lists/{name}.md"


def paper_path(name: str) -> str:
    """Where a paper's permanent page is."""
    return f"papers/{name}.md"


def removed_path(entry: Removed) -> str:
    """Where the page is that says of a paper, topic or tag that it was removed: where its own page was."""
    return {"paper": paper_path, "topic": topic_path, "tag": tag_path}[entry.kind](entry.id)


def sliced(papers: Sequence[Paper], path: str, size: int) -> Iterator[Slice]:
    """Cut a listing into pages: `topics/x.md`, `topics/x/2.md`, …; an empty one is one page."""
    of = max(1, -(-len(papers) // size))
    stem = path.removesuffix("/index.md").removesuffix(".md")
    paths = (path, *(f"{stem}/{number}.md" for number in range(2, of + 1)))
    for number, place in enumerate(paths):
        yield Slice(number + 1, of, place, tuple(papers[number * size : (number + 1) * size]), paths)


def way_up(path: str) -> str:
    """What leads from a page to the site's root."""
    return "../" * path.count("/")


@lru_cache(maxsize=2**14)
def relative(target: str, folder: str) -> str:
    """A page as Markdown in a folder names it."""
    return posixpath.relpath(target, folder)


def html_file(path: str, *, directory_urls: bool) -> str:
    """The HTML file that a renderer makes of a Markdown file."""
    stem = path.removesuffix(".md")
    return f"{stem}/index.html" if directory_urls and posixpath.basename(stem) != "index" else f"{stem}.html"


def html_address(target: str, at: str, *, directory_urls: bool) -> str:
    """A page's address as HTML on another page has to give it: MkDocs rewrites only Markdown's links."""
    folder = posixpath.dirname(html_file(at, directory_urls=directory_urls)) or "."
    file = posixpath.relpath(html_file(target, directory_urls=directory_urls), folder)
    return (file.removesuffix("index.html") or "./") if directory_urls else file
