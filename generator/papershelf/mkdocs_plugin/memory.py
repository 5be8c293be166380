"""What the plugin knows from one build to the next: while it serves, and through a file from one run to another."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from papershelf import cache
from papershelf.load import Known
from papershelf.mkdocs_plugin import store
from papershelf.mkdocs_plugin.kept import Kept
from papershelf.mkdocs_plugin.store import Store
from papershelf.model import Paper

FILE = cache.FOLDER / "build"


class Memory:
    """The papers that were read, what was found in them, and the pages that were written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.known: Known = {}
        self.results = cache.Results()
        self.kept = Kept()
        self.store = Store()
        self.was_left = False
        """Whether a run before this one left something that counts."""
        self._restored = False

    def restore(self, shelf: Path) -> None:
        """Take up once what the last run left in the folder of a shelf, if that still counts."""
        if self._restored:
            return
        self._restored = True
        self.store = Store(shelf / store.FILE)
        # The papers come first, once each, and then what refers to them.
        rest = [value for value in cache.load(shelf / FILE, Paper) if not isinstance(value, Paper)]
        self.was_left = bool(rest)
        if rest:
            known, results, *facts = rest
            self.known = cast(Known, known)
            self.results.kept = cast("dict[str, cache.Found]", results)
            self.kept.recall(facts)

    def save(self, shelf: Path) -> None:
        """Leave everything for the next run."""
        self.store.keep(self.kept.texts())
        papers = (paper for _, _, paper in self.known.values())
        cache.save(shelf / FILE, (*papers, self.known, self.results.kept, *self.kept.facts()), Paper)
