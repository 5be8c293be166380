"""The plugin: hands the pages over to MkDocs, in memory."""

from __future__ import annotations

import html
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import jinja2
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils.templates import TemplateContext

from papershelf.checks import checked
from papershelf.git import origin
from papershelf.load import Data
from papershelf.mkdocs_plugin.kept import Kept, KeptPage
from papershelf.model import Catalogue
from papershelf.pages import SCRIPTS, STYLES, Page, Pages, paper_path, theme_folder
from papershelf.problems import ProblemsError

log = get_plugin_logger("papershelf")

UNDATED = "1970-01-01"
"""The date of pages whose data holds none: MkDocs needs one, and today's would be other bytes each day."""


class PapershelfConfig(Config):  # type: ignore[no-untyped-call]
    """Options of the plugin."""

    data_dir = config_options.Type(str, default="data")
    """The folder that holds the shelf's data, from the folder of mkdocs.yml."""


class PapershelfPlugin(BasePlugin[PapershelfConfig]):  # type: ignore[no-untyped-call]
    """Adds the shelf's pages to a MkDocs site."""

    def __init__(self) -> None:
        """Begin without a catalogue."""
        self._serving = False
        self._pages: Pages | None = None
        self._kept: Kept | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Refuse what can't be right. That this hook exists makes MkDocs keep the plugin across rebuilds."""
        if dirty:
            raise PluginError("With --dirty, listings and search would stay as they were: leave that option out.")
        self._kept = Kept() if command == "serve" else None

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., None]) -> None:
        """Note that the first build is done: from now on the site has to go on answering."""
        self._serving = True

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Load the data, and add our theme, style, scripts and topics to the configuration."""
        data = self._data(config)
        self._pages = self._load(data, config)
        config.watch = [*config.watch, str(data.root), *(str(theme_folder(name)) for name in ("material", "pages"))]
        # Before Material's own templates, but behind a shelf's custom_dir.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(theme_folder("material")))
        config.extra_css = [*STYLES, *config.extra_css]
        config.extra_javascript = [*SCRIPTS, *config.extra_javascript]
        _find_repository(config)
        if config.nav:
            config.nav = [_with_topics(entry, self._pages) for entry in config.nav]
        if self._kept:
            self._kept.begin(config)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the generated pages; a hand-written page at the same path stands."""
        data = self._data(config)
        names = dict(_names(config.nav))
        for page in self._ready.all():
            if files.get_file_from_path(page.path) is None:
                files.append(file := _file(page, config, data))
                if self._kept and self._kept.usable:
                    KeptPage(names.get(page.path), file, config, self._kept)
        for page in self._ready.redirects():
            files.append(File.generated(config, page.path, content=page.text, inclusion=InclusionLevel.NOT_IN_NAV))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Note the navigation, which stands on every page."""
        if self._kept:
            self._kept.nav = nav
        return nav

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Fill the placeholders of a hand-written page."""
        if page.file.generated_by:
            return markdown
        shown = Path(os.path.relpath(config.docs_dir, _root(config)), page.file.src_uri).as_posix()
        filled, problems = self._ready.fill(markdown, page.file.src_uri, shown)
        if problems:
            # Once more with the page's front matter, for the sake of the line numbers.
            in_file = self._ready.fill(page.file.content_string, page.file.src_uri, shown)[1]
            self._stop(ProblemsError(in_file or problems), config)
        return filled

    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """Date the pages from the data, so that the same commit gives the same bytes on any day."""
        added, newest = _dates(self._ready.catalogue)
        pages = [file.page for file in files.documentation_pages() if file.page]
        for page in pages:
            page.update_date = added.get(page.file.src_uri, newest)
        if self._kept:
            self._kept.recall(env, pages)
        return env

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Leave out of the sitemap the date that stands for none."""
        return output.replace(f"<lastmod>{UNDATED}</lastmod>", "") if template_name == "sitemap.xml" else output

    @event_priority(100)
    def _before_search(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        if isinstance(page, KeptPage):
            page.before_search(_entries(config))

    @event_priority(-100)
    def _after_search(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        if isinstance(page, KeptPage):
            page.after_search(_entries(config))

    on_page_context = CombinedEvent(_before_search, _after_search)

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Keep the page for the next rebuild of a site that is served."""
        if isinstance(page, KeptPage):
            page.keep(output)
        return output

    @property
    def _ready(self) -> Pages:
        if self._pages is None:
            raise RuntimeError("a site was built before its configuration was read")
        return self._pages

    def _load(self, data: Data, config: MkDocsConfig) -> Pages:
        """The pages of the data as it is; while serving, of the last good data, with the problems in the log."""
        try:
            return Pages(
                checked(data),
                theme_folder("pages"),
                folder=data.shown,
                directory_urls=config.use_directory_urls,
            )
        except ProblemsError as error:
            self._stop(error, config)
            return self._ready

    def _stop(self, error: ProblemsError, config: MkDocsConfig) -> None:
        """Stop a build; while serving, log instead: MkDocs answers no request after a failed rebuild."""
        if not self._serving:
            raise PluginError(f"The shelf can't be built yet.\n{error}")
        # With --strict an error in the log would fail the rebuild, too.
        level = logging.INFO if config.strict else logging.ERROR
        log.log(level, "The site stays as it was, because of:\n%s", error)

    def _data(self, config: MkDocsConfig) -> Data:
        return Data(_root(config) / self.config.data_dir, self.config.data_dir)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _find_repository(config: MkDocsConfig) -> None:
    """Where no repository is configured, take the one that this clone came from: a fork then never names another's."""
    if not config.repo_url and (address := origin(_root(config))):
        config.repo_url, config.repo_name = address, address.rsplit("/", 1)[-1]
    if not config.repo_url:
        config.edit_uri = config.edit_uri_template = None


def _file(page: Page, config: MkDocsConfig, data: Data) -> File:
    file = File.generated(config, page.path, content=page.text, inclusion=InclusionLevel.NOT_IN_NAV)
    if page.edit:
        file.edit_uri = Path(os.path.relpath(data.root / page.edit, config.docs_dir)).as_posix()
    return file


def _dates(catalogue: Catalogue) -> tuple[dict[str, str], str]:
    """The day each paper came onto the shelf, by the path of its page, and the newest of these days."""
    dated = {paper_path(paper.id): paper.added.isoformat() for paper in catalogue.papers if paper.added}
    return dated, max(dated.values(), default=UNDATED)


def _with_topics(entry: Any, pages: Pages) -> Any:
    """The navigation's entry for the index of topics with the topics below it; any other entry as it is."""
    if not isinstance(entry, dict) or list(entry.values()) != ["topics/index.md"]:
        return entry
    topics = [{html.escape(topic.name): topic.path} for topic in pages.topics]
    return {name: [path, *topics] for name, path in entry.items()}


def _names(nav: Any) -> Iterator[tuple[str, str | None]]:
    """Each page in the navigation with the name it has there, from the last to the first, whose name counts."""
    if isinstance(nav, str):
        yield nav, None
    elif isinstance(nav, dict):
        for name, value in reversed(nav.items()):
            yield from [(value, name)] if isinstance(value, str) else _names(value)
    else:
        for entry in reversed(nav or ()):
            yield from _names(entry)


def _entries(config: MkDocsConfig) -> list[Any]:
    """The search index as it grows while pages are written; a list of its own where there is none."""
    index = getattr(config.plugins.get("material/search"), "search_index", None)
    return getattr(index, "entries", [])
