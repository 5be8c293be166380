"""The MkDocs plugin: hands the pages over, in memory. The only module that imports mkdocs."""

from __future__ import annotations

import html
import os
import posixpath
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage

from papershelf.checks import checked
from papershelf.git import origin
from papershelf.load import Data
from papershelf.pages import SCRIPTS, STYLES, Page, Pages, theme_folder
from papershelf.problems import ProblemsError, report

log = get_plugin_logger("papershelf")


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

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note whether the site is served. That this hook exists makes MkDocs keep the plugin across rebuilds."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Load the data, and add our theme, style, scripts and topics to the configuration."""
        data = self._data(config)
        self._pages = self._load(data)
        config.watch = [*config.watch, str(data.root), *(str(theme_folder(name)) for name in ("material", "pages"))]
        # Before Material's own templates, but behind a shelf's custom_dir.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(theme_folder("material")))
        config.extra_css = [*STYLES, *config.extra_css]
        config.extra_javascript = [*SCRIPTS, *config.extra_javascript]
        _find_repository(config)
        if config.nav:
            config.nav = [_with_topics(entry, self._pages) for entry in config.nav]
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the generated pages; a hand-written page at the same path stands."""
        data = self._data(config)
        for page in self._ready.all():
            if files.get_file_from_path(page.path) is None:
                files.append(_file(page, config, data))
        return files

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Fill the placeholders of a hand-written page."""
        if page.file.generated_by:
            return markdown
        shown = posixpath.join(os.path.relpath(config.docs_dir, _root(config)), page.file.src_uri)
        filled, problems = self._ready.fill(markdown, page.file.src_uri, shown)
        if problems:
            self._stop(ProblemsError(problems))
        return filled

    @property
    def _ready(self) -> Pages:
        if self._pages is None:
            raise PluginError("papershelf: a site was built before its configuration was read")
        return self._pages

    def _load(self, data: Data) -> Pages:
        """The pages of the data as it is; while serving, of the last good data, with the problems in the log."""
        try:
            return Pages(checked(data), theme_folder("pages"))
        except ProblemsError as error:
            if self._pages is None:
                raise PluginError(f"The shelf's data can't be used yet.\n{report(error.problems)}") from None
            self._stop(error)
            return self._pages

    def _stop(self, error: ProblemsError) -> None:
        """Stop a build; while serving, log instead: MkDocs answers no request after a failed rebuild."""
        if not self._serving:
            raise PluginError(str(error))
        log.error("The site stays as it was, because of:\n%s", error)

    def _data(self, config: MkDocsConfig) -> Data:
        return Data(_root(config) / self.config.data_dir, self.config.data_dir)


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _find_repository(config: MkDocsConfig) -> None:
    """Where no repository is configured, take the one that this clone came from: a fork then never names another's."""
    if not config.repo_url and (address := origin(_root(config))):
        config.repo_url, config.repo_name = address, address.rsplit("/", 1)[-1]
    if not config.repo_url:
        config.edit_uri = None


def _file(page: Page, config: MkDocsConfig, data: Data) -> File:
    file = File.generated(config, page.path, content=page.markdown, inclusion=InclusionLevel.NOT_IN_NAV)
    if page.edit:
        file.edit_uri = Path(os.path.relpath(data.root / page.edit, config.docs_dir)).as_posix()
    return file


def _with_topics(entry: Any, pages: Pages) -> Any:
    """The navigation's entry for the index of topics with the topics below it; any other entry as it is."""
    if not isinstance(entry, dict) or list(entry.values()) != ["topics/index.md"]:
        return entry
    topics = [{html.escape(topic.name): topic.path} for topic in pages.topics]
    return {name: [path, *topics] for name, path in entry.items()}
