"""Daily papers: a header with a date, then titles and abstracts, every line followed by a blank one."""

from __future__ import annotations

from collections.abc import Sequence

from papershelf.captures.listing import Account, Listing

HEADER = (
    "new", "",
    r"Get trending papers in your email inbox!", "",
    "Subscribe", "",
    "(Daily Papers)", "",
    r"by *(.*\S)", "",
    r"([A-Z][a-z]{2} \d{1,2}(?:, \d{4})?)", "",
)  # fmt: skip


def parse(lines: Sequence[str]) -> Listing:
    """Read the lines of a capture in this format."""
    account = Account()
    at, found = account.header(lines, HEADER)
    blank = True
    for number, line in enumerate(lines[at:], at + 1):
        if line.strip() and not blank:
            account.fault(number, "a blank line is missing before this line")
        blank = not line.strip()
        account.body(number, line)
    source = f"by {found[8]}" if found[8] else None
    return account.listing("lines with blanks between", found[6] or "Daily Papers", source, found[10] or None)
