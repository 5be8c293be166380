"""The files of the site that are no pages, as MkDocs takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel

from papershelf import writtenpages
from papershelf.cache import Found, Results, Stamp
from papershelf.downloads import downloads
from papershelf.feeds import why_none
from papershelf.mkdocs_plugin.fastway import WORTH_A_PROCESS
from papershelf.mkdocs_plugin.kept import Kept, write
from papershelf.pages import Pages
from papershelf.processes import runs, spread
from papershelf.searchindex import FOLDER
from papershelf.site import Download, Site

log = get_plugin_logger("papershelf")


def add_downloads(
    files: Files, pages: Pages, kept: Kept, config: MkDocsConfig, written: Callable[[], Mapping[str, str]]
) -> None:
    """Add every download to the files of a site; one that lies at the same path already stands.

    `written` gives the hand-written pages by path when all of them were read.
    """
    site = Site.at(config.site_name, config.site_url, directory_urls=config.use_directory_urls)
    if reason := why_none(site):
        log.info("%s", reason)
    every = (*downloads(pages.catalogue, site, pages.results), writtenpages.download(site, written))
    free = [download for download in every if files.get_file_from_path(download.path) is None]
    kept.expect([download.path for download in free])
    for download in free:
        files.append(_MadeFile(download, config))


def write_downloads(files: Files, pages: Pages, kept: Kept) -> None:
    """Write the downloads that aren't there.

    Those of search take as long as all others, so one process makes the ones, and this one the rest.
    """
    made = {file.src_uri: file for file in files if isinstance(file, _MadeFile)}
    new = [file for file in made.values() if not kept.has(file.download, file.abs_dest_path)]
    of_search = [file for file in new if file.src_uri.startswith(FOLDER)]
    others = [file for file in new if not file.src_uri.startswith(FOLDER)]
    parts = [others, of_search] if len(runs(pages.catalogue.papers, WORTH_A_PROCESS)) > 1 else [new]
    for stamps, found in spread(partial(_written, pages.results), parts, "Writing files"):
        for path, stamp in stamps:
            kept.wrote(made[path].download, stamp)
        pages.results.kept |= found


def _written(results: Results, files: Iterable[_MadeFile]) -> tuple[list[tuple[str, Stamp]], dict[str, Found]]:
    """Write files, and say with which stamps, and what was found for it that takes long to find."""
    known = dict(results.kept)
    stamps = [(file.src_uri, write(file.abs_dest_path, file.download.make())) for file in files]
    return stamps, {name: found for name, found in results.kept.items() if known.get(name) is not found}


class _MadeFile(File):
    """A download, whose content is made when it is written: for a large shelf, all of them would fill the memory."""

    def __init__(self, download: Download, config: MkDocsConfig) -> None:
        """Take what makes the content."""
        super().__init__(
            download.path, None, config.site_dir, config.use_directory_urls, inclusion=InclusionLevel.NOT_IN_NAV
        )
        self.generated_by = "papershelf"
        self.download = download

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002
        """Nothing: it was written with all others."""
