"""A paper, or many, to BibTeX, RIS and CSL-JSON. What isn't known is left out, never invented.

`themes/material/assets/cite.js` makes the same in the browser, from a paper's page; a test compares the two.
"""

from papershelf.cite.facts import Facts, facts, tags
from papershelf.cite.files import beside, downloads, offered, whole_shelf
from papershelf.cite.formats import FORMATS, Format, bibtex

__all__ = ["FORMATS", "Facts", "Format", "beside", "bibtex", "downloads", "facts", "offered", "tags", "whole_shelf"]
