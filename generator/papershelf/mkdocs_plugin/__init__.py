"""The MkDocs plugin. The only package that imports mkdocs."""

from papershelf.mkdocs_plugin.plugin import PapershelfPlugin

__all__ = ["PapershelfPlugin"]
