"""Notices changed files through the operating system, instead of asking for each file twice a second as MkDocs does.

MkDocs goes on watching by asking, but a single file that never changes; that it did is what it is told here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileModifiedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

CHANGES = frozenset({"created", "modified", "moved", "deleted"})
"""Events after which the site may be another one; the others tell that a file was only read."""


class Watcher:
    """Watches folders from its start to its stop."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Watch folders and all below them; raises OSError where the system can't."""
        self._handler = _Handler()
        self._observer = Observer()
        for folder in folders:
            self._observer.schedule(self._handler, str(folder), recursive=True)
        self._observer.start()
        self._place = tempfile.TemporaryDirectory(prefix="papershelf-data-and-theme-")

    def tell(self, server: LiveReloadServer) -> None:
        """Have a server build again after each change, those before this call included."""
        stand_in = Path(self._place.name, "changes")
        stand_in.touch()
        server.watch(str(stand_in))
        self._handler.tell(server, str(stand_in))

    def stop(self) -> None:
        """End watching."""
        self._observer.stop()
        self._observer.join()
        self._place.cleanup()


class _Handler(FileSystemEventHandler):
    def __init__(self) -> None:
        self._server: LiveReloadServer | None = None
        self._missed = False

    def tell(self, server: LiveReloadServer, stand_in: str) -> None:
        self._server = server
        self._event = (FileModifiedEvent(stand_in), ObservedWatch(stand_in, recursive=True))
        if self._missed:
            server.observer.event_queue.put(self._event)

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in CHANGES or event.is_directory:
            return
        if self._server:
            self._server.observer.event_queue.put(self._event)
        self._missed = True
