"""How long the stages of a build take, for the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("mkdocs.plugins.papershelf")


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Tell in the log, where it is verbose, how many seconds a stage took."""
    start = time.perf_counter()
    yield
    log.debug("stage %s: %.3f s", name, time.perf_counter() - start)
