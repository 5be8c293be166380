"""Notices changed files through the operating system, instead of asking for each file twice a second as MkDocs does.

MkDocs goes on watching by asking, but a single file that never changes; that it did is what it is told here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger
from watchdog.events import FileModifiedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.utils.dirsnapshot import DirectorySnapshot, DirectorySnapshotDiff

log = get_plugin_logger("papershelf")

CHANGES = frozenset({"created", "modified", "moved", "deleted"})
"""Events after which the site may be another one; the others tell that a file was only read."""


class Watcher:
    """Watches folders and all below them from when it is made."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Note what is there; raises OSError where that can't be seen.

        The first build comes before watching starts, because that takes threads, beside which no process is forked.
        """
        self._before = {str(folder): DirectorySnapshot(str(folder)) for folder in folders}
        self._observer: BaseObserver | None = None
        self._place = tempfile.TemporaryDirectory(prefix="papershelf-data-and-theme-")

    def start(self, server: LiveReloadServer) -> None:
        """Have a server build again after each change, those before this call included."""
        stand_in = Path(self._place.name, "changes")
        stand_in.touch()
        handler = _Handler(server, stand_in)
        try:
            self._observer = Observer()  # a thread begins with this already
            for folder in self._before:
                self._observer.schedule(handler, folder, recursive=True)
            self._observer.start()
        except OSError as error:
            log.info("Changed files are looked for twice a second, because the system doesn't tell of them: %s", error)
            for folder in self._before:
                server.watch(folder)
        server.watch(str(stand_in))
        if any(_changed(folder, before) for folder, before in self._before.items()):
            handler.tell()

    def stop(self) -> None:
        """End watching."""
        if self._observer:
            self._observer.stop()
            if self._observer.is_alive():
                self._observer.join()
        self._place.cleanup()


def _changed(folder: str, before: DirectorySnapshot) -> bool:
    """Whether a folder holds other files than before."""
    try:
        seen = DirectorySnapshotDiff(before, DirectorySnapshot(folder))
    except OSError:
        return True
    return any((seen.files_created, seen.files_modified, seen.files_moved, seen.files_deleted))


class _Handler(FileSystemEventHandler):
    def __init__(self, server: LiveReloadServer, stand_in: Path) -> None:
        self._queue = server.observer.event_queue
        self._event = (FileModifiedEvent(str(stand_in)), ObservedWatch(str(stand_in), recursive=True))

    def tell(self) -> None:
        self._queue.put(self._event)

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in CHANGES and not event.is_directory:
            self.tell()
