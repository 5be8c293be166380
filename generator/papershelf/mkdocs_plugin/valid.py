"""What Material writes that is no valid HTML, put right.

An error is harmless where a browser knows what was meant; but a page that has some hides the one that isn't.
"""

from __future__ import annotations

import re

# A box to tick takes no such attribute. It keeps Firefox from opening the drawer when a page is loaded again, so that
# frame.js gives it back.
_TICKED = re.compile(r'(<input class="md-toggle"[^>]*?) autocomplete="off"')
_NO_ORDER = ' tabindex=""'
_CONTENTS = "__toc"
"""The box that opens the table of contents on a phone; a page without the first side bar has none."""


def valid(page: str) -> str:
    """A page as Material makes it, without its errors."""
    page = _TICKED.sub(r"\1", page).replace(_NO_ORDER, "")
    return page if f'id="{_CONTENTS}"' in page else page.replace(f' for="{_CONTENTS}"', "")
