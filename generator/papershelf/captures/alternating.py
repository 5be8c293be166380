"""Trending papers: titles and abstracts on alternating lines, the first title glued to the header's `Subscribe`.

Nothing separates the lines, so one lost line would give every title after it the abstract of another paper; only the
shape of the lines tells.
"""

from __future__ import annotations

from collections.abc import Sequence

from papershelf.captures.listing import Account, Listing

PROMISE = "Get trending papers in your email inbox once a day!"
HEADER = (PROMISE, r"Get trending papers in your email inbox!")
GLUE = "Subscribe"


def parse(lines: Sequence[str]) -> Listing:
    """Read the lines of a capture in this format."""
    account = Account()
    at, _ = account.header(lines, HEADER)
    if at < len(lines) and lines[at].startswith(GLUE):
        account.add(at + 1, "header", GLUE)
        account.body(at + 1, lines[at].removeprefix(GLUE))
        at += 1
    else:
        account.fault(at + 1, f'the line "{GLUE}…" with the first title is missing here')
    for number, line in enumerate(lines[at:], at + 1):
        account.body(number, line)
    return account.listing("alternating lines", "Trending papers", PROMISE, None)
