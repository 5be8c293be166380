"""Notices changed files through the operating system, instead of asking for each file twice a second as MkDocs does.

MkDocs goes on watching by asking, but a single file: one that is touched here whenever something has changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

CHANGES = frozenset({"created", "modified", "moved", "deleted"})
"""Events after which the site may be another one; the others tell that a file was only read."""


class Watcher:
    """Watches folders from its start to its stop."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Watch folders and all below them; raises OSError where the system can't."""
        self._place = tempfile.TemporaryDirectory(prefix="papershelf-")
        self._signal = Path(self._place.name, "changed")
        self._signal.touch()
        self._observer = Observer()
        handler = _Handler(self._signal)
        try:
            for folder in folders:
                self._observer.schedule(handler, str(folder), recursive=True)
            self._observer.start()
        except OSError:
            self._place.cleanup()
            raise

    def tell(self, server: LiveReloadServer) -> None:
        """Have a server build again after each change."""
        server.watch(str(self._signal))

    def stop(self) -> None:
        """End watching."""
        self._observer.stop()
        self._observer.join()
        self._place.cleanup()


class _Handler(FileSystemEventHandler):
    def __init__(self, signal: Path) -> None:
        self._signal = signal
        self._count = 0

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in CHANGES and not event.is_directory:
            self._count += 1
            self._signal.write_text(str(self._count), encoding="ascii")
