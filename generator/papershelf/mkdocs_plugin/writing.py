"""Makes and writes what MkDocs doesn't: the pages that take the fast way, and the files that are no pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils.meta import get_data

from papershelf import atlas, searchindex
from papershelf.cache import Found, Stamp
from papershelf.mkdocs_plugin.downloads import MadeFile
from papershelf.mkdocs_plugin.fastway import Converter, PlannedFile
from papershelf.mkdocs_plugin.kept import Written, write
from papershelf.mkdocs_plugin.memory import Memory
from papershelf.mkdocs_plugin.shells import NoShellError, Shells, contents
from papershelf.mkdocs_plugin.store import told
from papershelf.page import Page
from papershelf.processes import runs, spread
from papershelf.progress import mixed
from papershelf.quickmark import Converted, UnknownFormError
from papershelf.site import Piece

WORTH_A_PROCESS = 500
"""Papers' pages for which starting another process pays."""

BESIDE = (searchindex.FOLDER, atlas.DATA)
"""What files begin with that are made of what was begun before: here they come last, so that nobody waits for it."""

Work = PlannedFile | tuple[MadeFile, ...]
"""What one process does: a page, or files that are made from one thing."""


@dataclass
class _Done:
    """What one process has written, and what it found out for that which takes long to find."""

    pages: dict[str, Written] = field(default_factory=dict)
    files: list[tuple[str, Stamp, list[bytes]]] = field(default_factory=list)
    found: dict[str, Found] = field(default_factory=dict)


class Writer:
    """Writes pages and files that aren't kept from the last build."""

    def __init__(
        self, config: MkDocsConfig, files: Files, converter: Converter, shells: Shells, memory: Memory
    ) -> None:
        """Take what pages are made with, and what is known of those of the last build."""
        self._config, self._files = config, files
        self._converter, self._shells = converter, shells
        self._results, self._kept, self._store = memory.results, memory.kept, memory.store

    def write(self, planned: Sequence[PlannedFile]) -> dict[str, Written]:
        """Write the planned pages and all files, in as many processes as it is worth; returns the pages, by path."""
        kept = self._kept
        places = [(file.plan, file.abs_dest_path) for file in planned]
        written = kept.there(places, self._shells.digest)
        pages = [file for file in planned if file.src_uri not in written]
        made = {file.src_uri: file for file in self._files if isinstance(file, MadeFile)}
        files = [file for file in made.values() if not kept.has(file.download, file.abs_dest_path)]
        # The first page has the theme's templates compiled here, so that not every process does it.
        written |= self._done(pages[:1]).pages
        last = tuple(file for file in files if file.src_uri.startswith(BESIDE))
        work: list[Work] = [last, *pages[1:], *((file,) for file in files if not file.src_uri.startswith(BESIDE))]
        own, *others = [mixed(part) for part in runs(work, WORTH_A_PROCESS, _weight)]
        for done in spread(self._done, [[*own[1:], last], *others], "Writing pages"):
            written |= done.pages
            self._results.kept |= done.found
            for path, stamp, pieces in done.files:
                kept.wrote(made[path].download, stamp, pieces)
        kept.end(Path(self._config.site_dir), places, written)
        return written | {file.src_uri: self._ordinary(file) for file in pages if file.src_uri not in written}

    def _done(self, work: Iterable[Work]) -> _Done:
        done, known = _Done(), dict(self._results.kept)
        for piece in work:
            if isinstance(piece, PlannedFile):
                if written := self._written(piece):
                    done.pages[piece.src_uri] = written
            else:
                done.files += map(self._file, piece)
        self._store.flush()
        done.found = {name: found for name, found in self._results.kept.items() if known.get(name) is not found}
        return done

    def _file(self, file: MadeFile) -> tuple[str, Stamp, list[bytes]]:
        """A file, written: its path, its stamp, and the digests of its pieces."""
        if not file.download.pieces:
            return file.src_uri, write(file.abs_dest_path, [file.download.make()]), []
        digests: list[bytes] = []
        return file.src_uri, write(file.abs_dest_path, self._pieces(file, digests)), digests

    def _pieces(self, file: MadeFile, digests: list[bytes]) -> Iterator[bytes]:
        """The pieces of a file one after another, as all of them may be a good part of the memory."""
        for piece in file.download.pieces:
            text, digest = self._piece(file.src_uri, piece)
            digests.append(digest)
            yield text

    def _piece(self, path: str, piece: Piece) -> tuple[bytes, bytes]:
        """A piece of a file, and its digest."""
        known = self._kept.piece(path, piece)
        name = f"{path}#{piece.name}"
        if known and (text := self._store.get(name, known)) is not None:
            return text, known
        text = piece.make()
        self._store.put(name, text)
        return text, told(text)

    def _written(self, file: PlannedFile) -> Written | None:
        """A page made the fast way; None where it is left for this build's own process, whose warnings count."""
        known = self._kept.known(file.plan)
        if known and known.kind and (own := self._store.get(file.src_uri, known.own)):
            with suppress(NoShellError):
                stamp = write(file.abs_dest_path, [self._shells.filled(known.kind, own)])
                return replace(known, shell=self._shells.digest(known.kind), stamp=stamp)
        page = file.plan.make()
        try:
            made = self._converter.converted(page.body, file)
        except UnknownFormError:
            return None
        anchors = tuple(heading.id for heading in made.headings)
        try:
            kind, own = self._shells.parted(page, made.html, made.headings)
        except NoShellError:
            output = self._shells.laid_out(self._page(file, page, made))
            return Written(anchors, None, b"", write(file.abs_dest_path, [output.encode()]))
        shell, content = self._shells.digest(kind), told(own)
        if same := self._kept.same(file.src_uri, file.abs_dest_path, content, shell):
            return same
        self._store.put(file.src_uri, own)
        return Written(anchors, kind, shell, write(file.abs_dest_path, [self._shells.filled(kind, own)]), content)

    def _ordinary(self, file: PlannedFile) -> Written:
        """A page made as MkDocs makes it."""
        made = file.plan.make()
        page = self._page(file, made)
        output = self._shells.laid_out(page)
        anchors = tuple(page.present_anchor_ids or ())
        return Written(anchors, None, b"", write(file.abs_dest_path, [output.encode()]))

    def _page(self, file: PlannedFile, made: Page, content: Converted | None = None) -> MkDocsPage:
        """A page as the theme takes it, with its content where that is known."""
        page = MkDocsPage(None, file, self._config)
        page.markdown, page.meta = get_data(made.text)
        if content:
            page.content, page.toc = content.html, contents(content.headings)
        else:
            page.render(self._config, self._files)
        return page


def _weight(work: Work) -> int:
    """About how many papers' pages take as long; the listings stay together, because they share entries."""
    if isinstance(work, PlannedFile):
        return 1 if work.src_uri.startswith("papers/") else 5
    return sum(file.download.weight for file in work)
