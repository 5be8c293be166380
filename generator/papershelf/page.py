"""A page of the site, as a value: what it says, and how it is made."""

from __future__ import annotations

import datetime
import html
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple


@dataclass(frozen=True)
class Page:
    """A page of the site: its path below the site's root, what its front matter says, and its body as Markdown.

    `title`, `description` and `tags` are readable text. `hide` names the side bars that it goes without, `edit` is the
    file below `data/` that it is edited in. `found` says whether the search of another renderer is to find it; ours
    has the catalogue. `cited_as` are the names and values by which reference managers know a paper.
    """

    path: str
    title: str
    description: str
    body: str
    edit: str | None = None
    tags: tuple[str, ...] = ()
    hide: tuple[str, ...] = ("navigation", "toc")
    found: bool = False
    cited_as: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The whole page as it is handed over: the front matter and the body."""
        title, description = meta_values(self)
        head = [f"title: {_quoted(title)}", f"description: {_quoted(description)}"]
        head += _listed("tags", [_quoted(html.escape(tag)) for tag in self.tags]) + _listed("hide", self.hide)
        for name, group in groupby(self.cited_as, key=itemgetter(0)):
            values = [_quoted(html.escape(value)) for _, value in group]
            head += _listed(name, values) if name == "citation_author" else [f"{name}: {values[0]}"]
        if not self.found:
            head += ["search:", "  exclude: true"]
        return "\n".join(("---", *head, "---", "", self.body))


def meta_values(page: Page) -> tuple[str, str]:
    """Title and description as front matter holds them: escaped, because Material puts them into HTML as they are."""
    return html.escape(page.title), html.escape(page.description)


def _quoted(text: str) -> str:
    """A text of the front matter, quoted for YAML."""
    return json.dumps(text, ensure_ascii=False)


def _listed(key: str, values: Sequence[str]) -> list[str]:
    return [f"{key}:", *(f"  - {value}" for value in values)] if values else []


class Plan(NamedTuple):
    """A page that is to be made: its path, the file it is edited in, how it is made, and the day its paper was added.

    Two plans for one path with equal `parts` make equal pages, if `Pages.shared` is equal, too. A tuple, because there
    is one for each page in every build.
    """

    path: str
    edit: str | None
    make: Callable[[], Page]
    parts: tuple[object, ...]
    added: datetime.date | None = None
