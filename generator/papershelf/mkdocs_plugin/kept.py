"""What a build leaves for the next one: the pages that come out as they were.

MkDocs empties the site's folder before each build. Ten thousand files are quicker kept than written again, so the
folders that hold our pages are set aside meanwhile, under names that MkDocs passes over. A page is kept only where all
that goes into it is as it was, and the file is the one that was written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from papershelf.cache import Stamp, stamp
from papershelf.mkdocs_plugin.shells import Kind
from papershelf.model import Catalogue, Paper
from papershelf.page import Page, Plan
from papershelf.places import file_in
from papershelf.quickmark import Converted
from papershelf.site import Download, Piece

ASIDE = ".papershelf-"
FOLDERS = ("papers", "topics", "tags", "lists", "assets/search")
_WITHIN = tuple(f"{folder}/" for folder in FOLDERS)

_SLASH = "%"
"""Stands for a slash in the name of what is set aside."""


_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Written:
    """What is known of a page that was written: its anchors, inside which shell, and the stamp of its file.

    `own` is the digest of what it alone has. Of a page that shares its shell with no other, no kind is known, and it
    isn't kept.
    """

    anchors: tuple[str, ...]
    kind: Kind | None
    shell: bytes
    stamp: Stamp
    own: bytes = b""


_Stamped = dict[str, tuple[tuple[object, ...], Stamp]]
_Digested = dict[str, tuple[tuple[object, ...], bytes]]


class Kept:
    """The pages of the last build, and from what each was made."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._made: dict[str, tuple[tuple[object, ...], Written]] = {}
        self._contents: dict[str, tuple[tuple[object, ...], Page, Converted]] = {}
        self._files: _Stamped = {}
        self._pieces: _Digested = {}
        self.items: dict[str, tuple[Paper, str]] = {}
        """Papers' entries, while this process runs: a listing shows a hundred, of which an edit changes one."""
        self.entries: dict[str, str] = {}
        """What became of them, and of links, as HTML."""
        self._expected: frozenset[str] = frozenset()
        self._shared: object = None
        self._there: dict[str, Stamp] = {}
        self._left: dict[str, Stamp] | None = None

    def facts(self) -> Iterator[object]:
        """What `recall` makes of another one this one, as plain facts."""
        yield self._shared
        yield {path: known for path, known in self._contents.items() if not _of_all(known[0])}
        # Together, because the same runs of papers are in both.
        yield {path: known for path, known in self._files.items() if not _of_all(known[0])}, self._pieces
        kinds: dict[Kind | None, int] = {}
        rows = [
            (path, parts, page.anchors, kinds.setdefault(page.kind, len(kinds)), page.shell, page.stamp, page.own)
            for path, (parts, page) in self._made.items()
            if not _of_all(parts)
        ]
        yield tuple(kinds)
        yield from rows

    def recall(self, facts: Iterable[object]) -> None:
        """Take up what another one left."""
        self._shared, contents, files, kinds, *made = facts
        self._files, self._pieces = cast("tuple[_Stamped, _Digested]", files)
        self._contents = cast("dict[str, tuple[tuple[object, ...], Page, Converted]]", contents)
        kind = cast("tuple[Kind | None, ...]", kinds).__getitem__
        rows = cast("list[tuple[str, tuple[object, ...], tuple[str, ...], int, bytes, Stamp, bytes]]", made)
        self._made = {
            path: (parts, Written(anchors, kind(number), shell, stamp, own))
            for path, parts, anchors, number, shell, stamp, own in rows
        }

    def share(self, shared: object) -> None:
        """Say what goes into every page; after another thing, nothing counts."""
        if shared != self._shared:
            self._made, self._contents, self._shared = {}, {}, shared
            self.items.clear()
            self.entries.clear()

    def content(self, plan: Plan) -> tuple[Page, Converted] | None:
        """A page that the theme lays out each time, as it was made before, where it would come out the same."""
        parts, *known = self._contents.get(plan.path, (None,))
        return cast("tuple[Page, Converted]", tuple(known)) if parts == plan.parts else None

    def keep(self, plan: Plan, page: Page, content: Converted) -> None:
        """Keep such a page for the next build."""
        self._contents[plan.path] = plan.parts, page, content

    def set_aside(self, site: Path) -> None:
        """Move our folders and files out of the way of MkDocs' cleaning."""
        for aside in site.glob(f"{ASIDE}*"):
            shutil.rmtree(aside) if aside.is_dir() else aside.unlink()
        for name in self._top():
            if (site / name).exists():
                (site / name).rename(site / f"{ASIDE}{name.replace('/', _SLASH)}")

    def put_back(self, site: Path) -> list[Path]:
        """Put them back where they were; returns those places."""
        places = []
        for aside in site.glob(f"{ASIDE}*"):
            place = site / aside.name.removeprefix(ASIDE).replace(_SLASH, "/")
            place.parent.mkdir(exist_ok=True)
            places.append(aside.rename(place))
        return places

    def _top(self) -> Iterator[str]:
        """What is kept as a whole: folders, and files at the site's root."""
        yield from FOLDERS if self._made else ()
        yield from (path for path in self._files if not path.startswith(_WITHIN))

    def has(self, download: Download, path: str) -> bool:
        """Whether a file is there as it was written from equal parts."""
        parts, written = self._files.get(download.path, (None, None))
        return written is not None and parts == download.parts and self._there.get(path) == written

    def wrote(self, download: Download, stamp: Stamp, pieces: Iterable[bytes] = ()) -> None:
        """Note that a file was written, and the digests of its pieces."""
        if download.parts is not None:
            self._files[download.path] = download.parts, stamp
        for piece, made in zip(download.pieces, pieces, strict=True):
            self._pieces[f"{download.path}#{piece.name}"] = piece.parts, made

    def begin(self, site: Path, *, ours: bool = False) -> None:
        """Put the folders back and look what is there; of a folder that is all `ours`, as when serving, we know it.

        But after a build that came to no end, which may have written anything.
        """
        places = self.put_back(site)
        left, self._left = self._left, None
        if not ours or left is None:
            left = {path: known for place in places for path, known in _files(str(place)).items()}
        self._there = left

    def known(self, plan: Plan) -> Written | None:
        """The page as it was written before, where what it alone has would come out the same."""
        parts, written = self._made.get(plan.path, ((), None))
        return written if written and written.kind and parts == plan.parts else None

    def there(self, planned: Iterable[tuple[Plan, str]], shell: Callable[[Kind], bytes]) -> dict[str, Written]:
        """Of pages and where they are to be those that are there already, and would come out the same; by path.

        `shell` says what tells the shell of a kind of page, as it is now, from any other.
        """
        found: dict[str, Written] = {}
        shells: dict[int, bytes] = {}  # by the kind's identity: to compare ten thousand kinds takes long
        for plan, path in planned:
            page = self.known(plan)
            if not page or not page.kind or self._there.get(path) != page.stamp:
                continue
            if (now := shells.get(id(page.kind))) is None:
                now = shells[id(page.kind)] = shell(page.kind)
            if now == page.shell:
                found[plan.path] = page
        return found

    def same(self, path: str, place: str, own: bytes, shell: bytes) -> Written | None:
        """The page at a path, if its file is there still and holds just this, from whatever it was made."""
        _, written = self._made.get(path, ((), None))
        same = written and (written.own, written.shell) == (own, shell) and self._there.get(place) == written.stamp
        return written if same else None

    def piece(self, path: str, piece: Piece) -> bytes | None:
        """The digest of a piece of a file as it was made before, where it would come out the same."""
        parts, made = self._pieces.get(f"{path}#{piece.name}", (None, None))
        return made if parts == piece.parts else None

    def expect(self, files: Collection[str]) -> None:
        """Say which other files there will be, by their paths in the site."""
        self._files = {path: known for path, known in self._files.items() if path in files}
        self._pieces = {name: known for name, known in self._pieces.items() if name.partition("#")[0] in files}
        self._expected = frozenset(files)

    def texts(self) -> set[str]:
        """The names of all texts that another build may need."""
        return {*self._made, *self._pieces}

    def end(self, site: Path, planned: Sequence[tuple[Plan, str]], written: dict[str, Written]) -> None:
        """Remove what is no planned page and none of the other files, and note what was written, by page."""
        expected = {path for _, path in planned}
        for path in self._there.keys() - expected - {file_in(str(site), path) for path in self._expected}:
            Path(path).unlink(missing_ok=True)
            _remove_empty(Path(path).parent, site)
        self._made = {plan.path: (plan.parts, written[plan.path]) for plan, _ in planned if plan.path in written}
        self._left = {path: written[plan.path].stamp for plan, path in planned if plan.path in written}
        self._left |= {file_in(str(site), path): known for path, (_, known) in self._files.items()}


def _of_all(parts: tuple[object, ...]) -> bool:
    """Whether a page is made from the whole catalogue: it is another one after any change, and not worth keeping."""
    return any(isinstance(part, Catalogue) for part in parts)


def write(path: str, pieces: Iterable[bytes]) -> Stamp:
    """Write a file piece by piece, and say its stamp."""
    # Ten thousand paths and files as objects take half a second.
    try:
        file = os.open(path, _ANEW, 0o666)
    except FileNotFoundError:
        _make_folder(os.path.dirname(path))  # noqa: PTH120
        file = os.open(path, _ANEW, 0o666)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                rest = rest[os.write(file, rest) :]
        status = os.fstat(file)
    finally:
        os.close(file)
    return status.st_mtime_ns, status.st_size


def _make_folder(path: str) -> None:
    try:
        os.mkdir(path)  # noqa: PTH102 - nearly always the one above is there, which `makedirs` would look at first
    except OSError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103


def _files(place: str) -> dict[str, Stamp]:
    """The stamps of all files in a folder, by path; of a file its own."""
    found, folders = {}, [place]
    for folder in folders:
        try:
            entries = list(os.scandir(folder))
        except NotADirectoryError:
            return {place: known} if (known := stamp(place)) else {}
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                status = entry.stat(follow_symlinks=False)
                found[entry.path] = (status.st_mtime_ns, status.st_size)
    return found


def _remove_empty(folder: Path, site: Path) -> None:
    """Remove a folder and those above it as far as they are empty."""
    while folder != site:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
