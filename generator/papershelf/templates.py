"""Templates that were compiled before, for those of pages and for the theme's."""

from __future__ import annotations

from contextlib import suppress

import jinja2

from papershelf.cache import engine


class Code(jinja2.FileSystemBytecodeCache):
    """Templates, compiled once for all builds: to compile the theme's takes as long as to make 600 papers' pages.

    They lie where Jinja puts such files, in a folder that nobody else may write to; it compares the templates' text.
    """

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Give what was compiled of a template, if its text is the same; a broken file counts as none."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # what a broken file raises is written down nowhere
            bucket.reset()

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep what was compiled, where it can be written."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled() -> Code | None:
    """The templates that were compiled by this version of all that takes part; None where no folder is safe."""
    try:
        return Code(pattern=f"papershelf-{engine().hex()}-%s.cache")
    except (OSError, RuntimeError):
        return None
