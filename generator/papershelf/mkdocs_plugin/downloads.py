"""The files of the site that are no pages, as MkDocs takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

from papershelf import writtenpages
from papershelf.downloads import downloads
from papershelf.model import Catalogue
from papershelf.site import Download, Site


def add_downloads(
    files: Files, shelf: Catalogue, config: MkDocsConfig, written: Callable[[], Mapping[str, str]]
) -> None:
    """Add every download to the files of a site; one that lies at the same path already stands.

    `written` gives the hand-written pages by path when all of them were read.
    """
    url = config.site_url and config.site_url.rstrip("/") + "/"
    site = Site(config.site_name, url or None, config.use_directory_urls)
    for download in (*downloads(shelf, site), writtenpages.download(site, written)):
        if files.get_file_from_path(download.path) is None:
            files.append(_MadeFile(download, config))


class _MadeFile(File):
    """A download, whose content is made when it is written: for a large shelf, all of them would fill the memory."""

    def __init__(self, download: Download, config: MkDocsConfig) -> None:
        """Take what makes the content."""
        super().__init__(
            download.path, None, config.site_dir, config.use_directory_urls, inclusion=InclusionLevel.NOT_IN_NAV
        )
        self.generated_by = "papershelf"
        self._download = download

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002
        """Write the content."""
        path = Path(self.abs_dest_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self._download.make())
