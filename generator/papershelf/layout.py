"""Lays prepared values out by the templates in `themes/pages`, which write Markdown."""

from __future__ import annotations

import posixpath
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from papershelf.cache import digest
from papershelf.places import paper_path, relative
from papershelf.templates import compiled
from papershelf.text import address, escape_markdown, first_sentence, markdown, prose


class Layout:
    """The templates of one folder."""

    def __init__(self, folder: Path) -> None:
        """Take the templates of `folder`, which is `themes/pages`, as they are now."""
        self.digests = tuple((path.name, digest(path.read_bytes())) for path in sorted(folder.glob("*.jinja")))
        """What tells whether a template is another one than it was: the name and the digest of each."""
        self._environment = _environment(folder, self.digests)
        self._globals = dict(self._environment.globals)

    def render(self, template: str, at: str, /, **values: Any) -> str:
        """Lay values out by a template; the links in it lead from the page `at`."""
        folder = posixpath.dirname(at) or "."
        laid_out = self._environment.get_template(template)
        # As `render` does, which looks through the globals of the environment anew for each page.
        context = laid_out.new_context(
            self._globals | values | {"to": lambda target: relative(target, folder)}, shared=True
        )
        return "".join(laid_out.root_render_func(context))


def link(name: str, target: str, at: str) -> str:
    """A link to a page from the page `at`, as Markdown."""
    return f"[{_label(name)}]({relative(target, at.rpartition('/')[0] or '.')})"


def outside_link(name: str, url: str) -> str:
    """A link to an address elsewhere, as Markdown."""
    return f"[{_label(name)}](<{address(url)}>)"


def printed(text: str) -> str:
    """A text letter by letter as somebody else printed it; Markdown is read inside HTML, too."""
    return f"<code>{escape_markdown(text)}</code>"


def counted(number: int, one: str = "paper", many: str = "") -> str:
    """A number with its noun: 1 paper, 1,204 papers."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@cache
def _label(text: str) -> str:
    """A text as the label of a link, which can't hold another link; names recur on every page."""
    return markdown(text, links=False)


@lru_cache(maxsize=1)
def _environment(folder: Path, _: tuple[tuple[str, bytes], ...]) -> Environment:
    """The templates of a folder, compiled once for as long as none of them changes."""
    # Autoescaping would escape for HTML, and these templates make Markdown: each text goes through a filter instead.
    environment = Environment(
        loader=FileSystemLoader(folder),
        bytecode_cache=compiled(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        autoescape=False,  # noqa: S701
    )
    environment.filters["count"] = counted
    environment.filters["escaped"] = escape_markdown
    environment.filters["first_sentence"] = first_sentence
    environment.filters["label"] = _label
    environment.filters["md"] = markdown
    environment.filters["prose"] = prose
    environment.globals["paper_path"] = paper_path
    return environment
