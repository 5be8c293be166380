"""What the builds of a site that is served leave for the next one.

A rebuild of everything takes seconds, most of them for pages that come out as they were. So a generated page brings
along what an earlier build made of it, and takes part in MkDocs' own build as any other page does; a step is left out
only where all that goes into it is as it was, so that the result is the same, byte for byte.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import TableOfContents

from papershelf.pages import theme_folder

KEPT = "papershelf-kept.html"
PURE_EXTENSION = re.compile(
    r"abbr|admonition|attr_list|def_list|fenced_code|footnotes|md_in_html|sane_lists|smarty|tables|toc|pymdownx\."
    r"(?:betterem|caret|details|emoji|highlight|inlinehilite|keys|mark|superfences|tabbed|tasklist|tilde)"
)
"""Markdown extensions whose result depends on the page's text alone."""
PURE_PLUGINS = frozenset({"papershelf", "material/search"})
"""Plugins of which it is known what they do to a generated page."""


@dataclass
class Made:
    """What a build made of a generated page, and what it made that from."""

    markdown: str
    targets: dict[str, str | None]
    content: str
    toc: TableOfContents
    title: str | None
    anchors: set[str] | None
    links: dict[str, dict[str, str]]
    inputs: bytes = b""
    entries: tuple[Any, ...] = ()
    output: bytes = b""


class Kept:
    """What the builds of a site that is served leave for the next one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.pages: dict[str, Made] = {}
        self.usable = False
        self.nav: Navigation | None = None
        self._settings = ""
        self._code = _Code()

    def begin(self, config: MkDocsConfig) -> None:
        """Forget everything where the configuration is another, or where somebody else takes part in the pages."""
        plugins = {name: dict(getattr(plugin, "config", {})) for name, plugin in config.plugins.items()}
        settings = repr((config.user_configs, plugins, config.site_url, config.repo_url, config.repo_name))
        pure = config.plugins.keys() <= PURE_PLUGINS and all(map(PURE_EXTENSION.fullmatch, config.markdown_extensions))
        self.usable = pure and config.theme.name == "material" and not config.theme.custom_dir
        if settings != self._settings:
            self.pages, self._settings = {}, settings

    def recall(self, env: jinja2.Environment, pages: list[MkDocsPage]) -> None:
        """Find the pages into which nothing new goes, now that all of them have their content."""
        templates = sorted(theme_folder("material").rglob("*.html"))
        stamps = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in templates]
        shell = repr((self._settings, str(self.nav), stamps))
        generated = [page for page in pages if isinstance(page, KeptPage)]
        for page in generated:
            page.recall(shell)
        self.pages = {page.file.src_uri: page.made for page in generated}
        env.bytecode_cache = self._code
        own = jinja2.DictLoader({KEPT: "{{ page.output }}"})
        env.loader = jinja2.ChoiceLoader([own, env.loader]) if env.loader else own


class KeptPage(MkDocsPage):
    """A generated page that brings along what an earlier build made of it."""

    made: Made

    def __init__(self, title: str | None, file: File, config: MkDocsConfig, kept: Kept) -> None:
        """Take the place in its file that a page of MkDocs would have."""
        super().__init__(title, file, config)
        self._before = kept.pages.get(file.src_uri)
        self._recalled = False
        self._entries_before = 0

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Convert the Markdown, unless it and the places of all that it links to are as they were."""
        before = self._before
        if before and before.markdown == self.markdown and before.targets == _places(before.targets, files):
            self._take(before, files)
            return
        seen = _SeenFiles(files)
        super().render(config, seen)
        links = {file.src_uri: anchors for file, anchors in (self.links_to_anchors or {}).items()}
        targets = _places(seen.asked, files)
        self.made = Made(
            self.markdown or "", targets, self.content or "", self.toc, self._title_from_render,
            self.present_anchor_ids, links,
        )  # fmt: skip

    def _take(self, made: Made, files: Files) -> None:
        self.made = made
        self.content, self.toc, self._title_from_render = made.content, made.toc, made.title
        self.present_anchor_ids = made.anchors
        found = ((files.get_file_from_path(path), anchors) for path, anchors in made.links.items())
        self.links_to_anchors = {file: anchors for file, anchors in found if file}

    def recall(self, shell: str) -> None:
        """Have the page written as it was, if all that goes into it is as it was."""
        own = (self.content, self.meta, self.title, self.edit_url, self.canonical_url, self.update_date, str(self.toc))
        inputs = hashlib.sha256(repr((shell, own)).encode()).digest()
        self._recalled = bool(self.made.output) and self.made.inputs == inputs
        self.made.inputs = inputs
        if self._recalled:
            # MkDocs asks for the template now, search for its exclusion later.
            self.meta = {**self.meta, "template": KEPT, "search": {"exclude": True}}
        else:
            self.made.output = b""

    def before_search(self, entries: list[Any]) -> None:
        """Note how much the search index holds without this page."""
        self._entries_before = len(entries)

    def after_search(self, entries: list[Any]) -> None:
        """Put what the search index held of this page where it would stand."""
        if self._recalled:
            entries.extend(self.made.entries)
        else:
            self.made.entries = tuple(entries[self._entries_before :])

    def keep(self, output: str) -> None:
        """Keep what the template made of the page."""
        if not self._recalled:
            self.made.output = zlib.compress(output.encode(), 1)

    @property
    def output(self) -> str:
        """The whole page as the template made it before."""
        return zlib.decompress(self.made.output).decode()


class _SeenFiles(Files):
    """All files, and which of them a page's links asked for."""

    def __init__(self, files: Files) -> None:
        super().__init__(files)
        self.asked: set[str] = set()

    def get_file_from_path(self, path: str) -> File | None:
        self.asked.add(path)
        return super().get_file_from_path(path)


class _Code(jinja2.BytecodeCache):
    """The theme's templates, compiled once; Jinja itself compares their text."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


def _places(paths: Iterable[str], files: Files) -> dict[str, str | None]:
    """The address of the file at each path, or none."""
    found = ((path, files.get_file_from_path(path)) for path in paths)
    return {path: f"{file.url} {file.inclusion}" if file else None for path, file in found}
