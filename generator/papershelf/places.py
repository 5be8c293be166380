"""Where the pages of the site are: the path of each, how a long listing is cut, and how one page leads to another."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from papershelf.model import Paper, Removed

PER_PAGE = 100
TITLES_PER_PAGE = 500
WHOLE = 500
"""How many papers of a listing stand there whole, with summary, tags and links; on a large shelf, those of one page."""
OF_A_TAG = PER_PAGE + TITLES_PER_PAGE
"""How many papers stand in a tag's listing on a large shelf; topics have all, and `/find/` makes any listing."""
LARGE = 20_000
"""More papers than these are a large shelf, whose site holds nothing twice that is had otherwise: a host takes 1 GB."""


@dataclass(frozen=True)
class Slice:
    """One page of a listing that is cut into several."""

    number: int
    of: int
    path: str
    papers: tuple[Paper, ...]
    paths: tuple[str, ...]
    titles_only: bool = False
    """Whether it is an index of titles, because it is far behind in a long listing."""

    @property
    def shown(self) -> tuple[int, ...]:
        """The numbers that a reader can go to: the first, the last and those around; 0 stands for some left out."""
        near = sorted({1, self.of, *range(max(1, self.number - 3), min(self.of, self.number + 3) + 1)})
        gaps = ((0,) if number - before > 1 else () for before, number in pairwise([0, *near]))
        return tuple(place for gap, number in zip(gaps, near, strict=True) for place in (*gap, number))

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


def sliced(papers: Sequence[Paper], path: str, size: int, whole: int | None = None) -> Iterator[Slice]:
    """Cut a listing into pages: `topics/x.md`, `topics/x/2.md`, …; an empty one is one page.

    Behind the first `whole` papers, if that is given, stand the titles alone, more of them a page: nobody reads on for
    a hundred pages, and a paper stands in half a dozen listings.
    """
    whole = len(papers) if whole is None else min(whole, len(papers))
    starts = [*range(0, whole, size), *range(whole, len(papers), TITLES_PER_PAGE)] or [0]
    stem = path.removesuffix("/index.md").removesuffix(".md")
    paths = (path, *(f"{stem}/{number}.md" for number in range(2, len(starts) + 1)))
    for number, (start, end) in enumerate(pairwise([*starts, len(papers)])):
        yield Slice(number + 1, len(starts), paths[number], tuple(papers[start:end]), paths, start >= whole > 0)


def way_up(path: str) -> str:
    """What leads from a page to the site's root."""
    return "../" * path.count("/")


def relative(target: str, folder: str) -> str:
    """A page as Markdown in a folder names it; `.` is the site's root."""
    if folder == ".":
        return target
    if "/" not in folder:
        return target[len(folder) + 1 :] if target.startswith(f"{folder}/") else f"../{target}"
    steps, way = target.split("/"), folder.split("/")
    shared = 0
    while shared < min(len(way), len(steps) - 1) and steps[shared] == way[shared]:
        shared += 1
    return "../" * (len(way) - shared) + "/".join(steps[shared:])


def html_file(path: str, *, directory_urls: bool) -> str:
    """The HTML file that a renderer makes of a Markdown file."""
    stem = path.removesuffix(".md")
    is_index = stem == "index" or stem.endswith("/index")
    return f"{stem}/index.html" if directory_urls and not is_index else f"{stem}.html"


def file_in(site: str, path: str) -> str:
    """Where a file of the site lies on the disk; no path object, as those of ten thousand files take a second."""
    return f"{site}{os.sep}{path.replace('/', os.sep)}"


def html_address(target: str, at: str, *, directory_urls: bool) -> str:
    """A page's address as HTML on another page has to give it: MkDocs rewrites only Markdown's links."""
    folder = posixpath.dirname(html_file(at, directory_urls=directory_urls)) or "."
    file = posixpath.relpath(html_file(target, directory_urls=directory_urls), folder)
    return (file.removesuffix("index.html") or "./") if directory_urls else file
