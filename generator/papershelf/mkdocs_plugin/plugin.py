"""The plugin: hands the pages over to MkDocs, in memory."""

from __future__ import annotations

import datetime
import gc
import html
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import jinja2
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage

from papershelf import atlas, searchindex
from papershelf.checks import judged
from papershelf.contentpolicy import content_policy
from papershelf.git import origin
from papershelf.load import Data, load
from papershelf.mkdocs_plugin.downloads import add_downloads
from papershelf.mkdocs_plugin.fastway import Converter, GeneratedPage, PlannedFile, why_not
from papershelf.mkdocs_plugin.frame import add_frame, lend_material
from papershelf.mkdocs_plugin.memory import Memory
from papershelf.mkdocs_plugin.policy import telling, texts
from papershelf.mkdocs_plugin.shells import Shells, squeezed
from papershelf.mkdocs_plugin.sitemap import UNDATED, in_sitemap, sitemap
from papershelf.mkdocs_plugin.valid import valid
from papershelf.mkdocs_plugin.watching import Watcher
from papershelf.mkdocs_plugin.writing import Writer
from papershelf.page import Page, Plan
from papershelf.pages import SCRIPTS, STYLES, Pages
from papershelf.places import theme_folder
from papershelf.problems import ProblemsError
from papershelf.processes import Helper, beside
from papershelf.progress import counted, stage
from papershelf.quickmark import Converted
from papershelf.templates import compiled

log = get_plugin_logger("papershelf")


class PapershelfConfig(Config):  # type: ignore[no-untyped-call]
    """Options of the plugin."""

    data_dir = config_options.Type(str, default="data")
    """The folder that holds the shelf's data, from the folder of mkdocs.yml."""
    fast = config_options.Type(bool, default=True)
    """Whether generated pages may go past Markdown and the theme; the result is the same, bytes and all."""


class PapershelfPlugin(BasePlugin[PapershelfConfig]):  # type: ignore[no-untyped-call]
    """Adds the shelf's pages to a MkDocs site."""

    def __init__(self) -> None:
        """Begin without a catalogue."""
        self._serving = False
        self._pages: Pages | None = None
        self._nav: Navigation | None = None
        self._site: Path | None = None
        self._planned: list[PlannedFile] = []
        self._written: dict[str, str] = {}
        self._telling: tuple[Path, ...] = ()
        self._memory = Memory()
        self._code = compiled()
        self._watcher: Watcher | None = None
        self._wants_watcher = False
        self._builds = False
        self._collects = False
        self._left: Callable[[], None] = _nothing

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Refuse what can't be right. That this hook exists makes MkDocs keep the plugin across rebuilds."""
        if dirty:
            raise PluginError("With --dirty, listings would stay as they were: leave that option out.")
        self._wants_watcher = command == "serve"
        self._builds = command != "serve"
        # A build holds on to nearly all it makes: to look through a million things for garbage, again and again, takes
        # a tenth of the time for a hundred thousand papers, and finds none to speak of.
        self._collects = gc.isenabled()
        gc.disable()

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., None]) -> None:
        """Note that the first build is done: from now on the site has to go on answering."""
        self._serving = True
        self._collect()
        if self._watcher:
            self._watcher.start(server)

    def on_shutdown(self) -> None:
        """End watching."""
        if self._watcher:
            self._watcher.stop()
        self._collect()

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Load the data, and add our theme, style, scripts and topics to the configuration."""
        # Both are begun before anything is there, of which they would be copies.
        helpers = Helper(), Helper()
        self._memory.restore(_root(config))
        data = self._data(config)
        self._site = Path(config.site_dir)
        if self._wants_watcher and self._watcher is None:
            with suppress(OSError):  # what can't be read is a problem that loading tells
                self._watcher = Watcher(_watched(data))
        self._pages = self._load(data, config, *helpers)
        if self._watcher is None:
            config.watch = [*config.watch, *map(str, _watched(data))]
        # Before Material's own templates, but behind a shelf's custom_dir.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(theme_folder("material")))
        add_frame(config)
        config.extra_css = [*STYLES, *config.extra_css]
        config.extra_javascript = [*SCRIPTS, *config.extra_javascript]
        _find_repository(config)
        if config.nav:
            config.nav = [_with_topics(entry, self._pages) for entry in config.nav]
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Keep the pages of the last build from being cleaned away."""
        self._memory.kept.set_aside(Path(config.site_dir))

    def on_build_error(self, *, error: Exception) -> None:
        """Leave nothing behind that only the next step would have put right."""
        self._left()
        if self._site:
            self._memory.kept.put_back(self._site)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the generated pages; a hand-written page at the same path stands."""
        reason = why_not(config) if self.config.fast else "mkdocs.yml says `fast: false`"
        if reason:
            log.info("Each page goes through Markdown and the theme, which takes longer: %s.", reason)
        names = dict(_names(config.nav))
        edit_root = _edit_root(config, self._data(config))
        self._planned = []
        # What a page shares with others depends on which of them stand in the navigation, too.
        self._memory.kept.share((self._ready.shared, tuple(names.items()), config.theme.custom_dir))
        self._converter = Converter(config, files, self._memory.kept.entries)
        plans = tuple(self._ready.plans())
        self._dates = _dates(plans)
        # Each look into the configuration takes a while, and there are ten thousand pages.
        site, directory_urls = config.site_dir, config.use_directory_urls
        for plan in counted(plans, "Planning pages", len(plans)):
            if plan.path in files.src_uris:
                continue
            if reason is None and plan.path not in names:
                self._planned.append(planned := PlannedFile(plan, edit_root, site, directory_urls=directory_urls))
                files.append(planned)
                continue
            page, known = self._memory.kept.content(plan) or (plan.make(), None)
            file = File.generated(config, plan.path, content=page.text, inclusion=InclusionLevel.NOT_IN_NAV)
            file.edit_uri = plan.edit and f"{edit_root}/{plan.edit}"
            if reason is None:
                content = partial(self._content, plan, page, file, known)
                GeneratedPage(names.get(plan.path), file, config, content)
            files.append(file)
        for path, text in self._ready.redirects():
            files.append(File.generated(config, path, content=text, inclusion=InclusionLevel.NOT_IN_NAV))
        self._written = {}
        add_downloads(files, self._ready, self._memory.kept, config, lambda: self._written)
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Note the navigation, which stands on every page."""
        self._nav = nav
        return nav

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Fill the placeholders of a hand-written page."""
        if page.file.generated_by:
            return markdown
        self._written[page.file.src_uri] = page.file.content_string
        shown = Path(os.path.relpath(config.docs_dir, _root(config)), page.file.src_uri).as_posix()
        filled, problems = self._ready.fill(markdown, page.file.src_uri, shown)
        if problems:
            # Once more with the page's front matter, for the sake of the line numbers.
            in_file = self._ready.fill(page.file.content_string, page.file.src_uri, shown)[1]
            self._stop(ProblemsError(in_file or problems), config)
        return filled

    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
        """Write the pages that take the fast way, and the downloads, now that what people wrote was read."""
        lend_material(env, config)
        for file in files.documentation_pages():
            if file.page:
                file.page.update_date = self._date(file)
        self._memory.kept.begin(Path(config.site_dir), ours=self._serving)
        if self._nav:
            env.bytecode_cache = self._code
            shells = Shells(config, env, self._nav, files, _edit_root(config, self._data(config)))
            writer = Writer(config, files, self._converter, shells, self._memory)
            with stage("make and write"):
                written = writer.write(self._planned)
            for file in _pointed_at(files):
                MkDocsPage(None, file, config).present_anchor_ids = set(written[file.src_uri].anchors)
            self._telling = telling(files, self._planned, written, config)
        if self._builds or not self._memory.was_left:
            # Who only ever serves a shelf needn't wait for everything each time, either.
            self._memory.was_left = True
            self._left = beside(partial(self._memory.save, _root(config)))
        return env

    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Put right what isn't valid, and leave out the white space of the theme's templates."""
        return _finished(output) if page.file.generated_by == "papershelf" else valid(output)

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Put all pages into the sitemap, in the order of their addresses, with dates from the data alone."""
        if template_name != "sitemap.xml":
            return valid(output) if template_name.endswith(".html") else output
        root = config.site_url or "/"
        return sitemap(output, (in_sitemap(file, self._date(file), root) for file in self._planned), config)

    @event_priority(100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """See to it that the next build has what it can use, and say which header the site may be served with."""
        with stage("leave for the next build"):
            self._left()
        self._left = _nothing
        if self._builds:
            log.info("Content-Security-Policy: %s", content_policy(texts(self._telling)))

    def _content(self, plan: Plan, page: Page, file: File, known: Converted | None) -> Converted:
        """The content of a page that the theme lays out, as it is known, else made anew and kept."""
        content = known or self._converter.converted(page.body, file)
        self._memory.kept.keep(plan, page, content)
        return content

    def _date(self, file: File) -> str:
        """The day a paper came onto the shelf; of any other page, the newest of these days."""
        added, newest = self._dates
        return added.get(file.src_uri, newest)

    def _collect(self) -> None:
        """Collect garbage again, but of what comes now; so the process needn't take all else apart when it ends."""
        gc.freeze()
        if self._collects:
            gc.enable()

    @property
    def _ready(self) -> Pages:
        if self._pages is None:
            raise RuntimeError("a site was built before its configuration was read")
        return self._pages

    def _load(self, data: Data, config: MkDocsConfig, of_words: Helper, of_places: Helper) -> Pages:
        """The pages of the data as it is; while serving, of the last good data, with the problems in the log."""
        try:
            with stage("load"):
                loaded = load(data)
            searchindex.begin(loaded.catalogue.papers, data.results, of_words)
            catalogue = judged(loaded, data)
            with stage("group and relate"):
                pages = Pages(
                    catalogue, theme_folder("pages"), folder=data.shown, directory_urls=config.use_directory_urls,
                    feeds=bool(config.site_url), results=data.results, items=self._memory.kept.items,
                )  # fmt: skip
            atlas.begin(catalogue, data.results, of_places)
        except ProblemsError as error:
            self._stop(error, config)
            return self._ready
        return pages

    def _stop(self, error: ProblemsError, config: MkDocsConfig) -> None:
        """Stop a build; while serving, log instead: MkDocs answers no request after a failed rebuild."""
        if not self._serving:
            raise PluginError(f"The shelf can't be built yet.\n{error}")
        # With --strict an error in the log would fail the rebuild, too.
        level = logging.INFO if config.strict else logging.ERROR
        log.log(level, "The site stays as it was, because of:\n%s", error)

    def _data(self, config: MkDocsConfig) -> Data:
        return Data(
            _root(config) / self.config.data_dir, self.config.data_dir, self._memory.known, self._memory.results
        )


@lru_cache(maxsize=64)
def _finished(output: str) -> str:
    """A page of ours as the theme laid it out, in its last form; most come again while a shelf is served."""
    return squeezed(valid(output))


def _nothing() -> None:
    """What is to be waited for before anything has begun."""


def _watched(data: Data) -> list[Path]:
    """The folders that a site is made from and that MkDocs doesn't know of."""
    return [data.root, *map(theme_folder, ("material", "frame", "pages"))]


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _find_repository(config: MkDocsConfig) -> None:
    """Where no repository is configured, take the one that this clone came from: a fork then never names another's."""
    if not config.repo_url and (address := origin(_root(config))):
        config.repo_url, config.repo_name = address, address.rsplit("/", 1)[-1]
    if not config.repo_url:
        config.edit_uri = config.edit_uri_template = None


def _edit_root(config: MkDocsConfig, data: Data) -> str:
    """The way from the pages that people write to the data, where generated ones are edited."""
    return Path(os.path.relpath(data.root, config.docs_dir)).as_posix()


def _pointed_at(files: Files) -> set[PlannedFile]:
    """The pages past the theme to whose parts a page links that MkDocs makes itself."""
    pages = (file.page for file in files.documentation_pages())
    links = (page.links_to_anchors or {} for page in pages if page)
    return {file for found in links for file in found if isinstance(file, PlannedFile)}


def _dates(plans: Iterable[Plan]) -> tuple[dict[str, str], str]:
    """The day each paper came onto the shelf, by the path of its page, and the newest of these days."""
    shown = cache(datetime.date.isoformat)  # a shelf has few days, and many papers
    dated = {plan.path: shown(plan.added) for plan in plans if plan.added}
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
