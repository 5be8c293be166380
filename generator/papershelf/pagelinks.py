"""Links in the pages that people write to what is called otherwise now.

A reader who follows an old address is led on; but a link to an old `.md` file is one to a page that isn't there, and
a strict build refuses it. The pages are outside `data/`, where no command changes anything: they are named instead.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from papershelf.model import Catalogue
from papershelf.places import paper_path, tag_path, topic_path

DOCS_DIR = re.compile(r"^docs_dir:[ \t]*[\"']?([^\"'#\n]+?)[\"']?[ \t\r]*(?:#.*)?$", re.MULTILINE)
"""Where mkdocs.yml says that those pages are."""

_LINK = re.compile(r"(?<=[(<\s])(?:[\w.-]+/)*(?:papers|topics|tags)/[\w-]+\.md(?![\w.-])")


@dataclass(frozen=True, order=True)
class OldLink:
    """A link to what is called otherwise now: the page, the line and the column, counted from 1, and both paths."""

    page: Path
    line: int
    column: int
    old: str
    new: str


def docs_folder(config: Path) -> Path:
    """The folder of the pages that people write, as a shelf's mkdocs.yml names it."""
    found = DOCS_DIR.search(config.read_text("utf-8", errors="replace")) if config.is_file() else None
    return config.parent / (found[1] if found else "docs")


def old_links(docs: Path, catalogue: Catalogue) -> Iterator[OldLink]:
    """Every link to an old name of a paper, a topic or a tag, with what to write instead."""
    moved = _moved(catalogue)
    for page in sorted(docs.rglob("*.md")):
        here = page.parent.relative_to(docs).as_posix()
        for number, line in enumerate(page.read_text("utf-8", errors="replace").split("\n"), 1):
            for link in _LINK.finditer(line):
                new = moved.get(posixpath.normpath(posixpath.join(here, link[0])))
                if new is not None:
                    yield OldLink(page, number, link.start() + 1, link[0], posixpath.relpath(new, here))


def _moved(catalogue: Catalogue) -> dict[str, str]:
    """Where the pages are that had other names, by the path they had."""
    groups = ((paper_path, catalogue.papers), (topic_path, catalogue.topics), (tag_path, catalogue.tags))
    return {path(alias): path(entry.id) for path, group in groups for entry in group for alias in entry.aliases}
