"""The files of the site that are no pages, as MkDocs takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel

from papershelf import writtenpages
from papershelf.downloads import downloads
from papershelf.feeds import why_none
from papershelf.mkdocs_plugin.kept import Kept
from papershelf.pages import Pages
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
    free = [download for download in every if download.path not in files.src_uris]
    kept.expect([download.path for download in free])
    site_dir = config.site_dir
    for download in free:
        files.append(MadeFile(download, site_dir, directory_urls=site.directory_urls))


class MadeFile(File):
    """A download, whose content is made when it is written: for a large shelf, all of them would fill the memory."""

    def __init__(self, download: Download, site_dir: str, *, directory_urls: bool) -> None:
        """Take what makes the content."""
        super().__init__(download.path, None, site_dir, directory_urls, inclusion=InclusionLevel.NOT_IN_NAV)
        self.generated_by = "papershelf"
        self.download = download

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002
        """Nothing: it was written with all others."""
