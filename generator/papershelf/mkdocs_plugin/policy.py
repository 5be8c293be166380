"""Which pages tell what all pages of a site hold: those that MkDocs makes itself, and one of each kind of the others.

Pages of one kind share their surroundings, and what stands in these is our own Markdown, which holds no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from papershelf.mkdocs_plugin.fastway import PlannedFile
from papershelf.mkdocs_plugin.kept import Written


def telling(
    files: Files, planned: Sequence[PlannedFile], written: Mapping[str, Written], config: MkDocsConfig
) -> tuple[Path, ...]:
    """The files of these pages, as they will be when the site is built."""
    site = Path(config.site_dir)
    # By the kinds' identity: a few of the same kind do no harm, and to compare ten thousand takes long.
    kinds = {id(written[file.src_uri].kind or file): file.dest_uri for file in planned}
    others = (file.dest_uri for file in files if not isinstance(file, PlannedFile))
    found = (*kinds.values(), *others, *config.theme.static_templates, *config.extra_templates)
    return tuple(sorted(site / str(path) for path in found if str(path).endswith(".html")))


def texts(paths: Iterable[Path]) -> Iterator[str]:
    """What the files hold; one that was left out of the site, as a draft is, holds nothing."""
    for path in paths:
        with suppress(FileNotFoundError):
            yield path.read_text(encoding="utf-8", errors="replace")
