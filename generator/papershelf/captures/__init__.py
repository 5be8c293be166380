"""Captured listings: text to papers and an account of every line. One module a capture format."""

from papershelf.captures import alternating, spaced
from papershelf.captures.listing import Entry, Fault, Line, Listing

__all__ = ["Entry", "Fault", "Line", "Listing", "parse"]


def parse(text: str) -> Listing:
    """Read a capture in the format that leaves the fewest faults."""
    lines = tuple(line.removesuffix("\r") for line in text.split("\n"))
    if lines and not lines[-1]:
        lines = lines[:-1]
    listings = [alternating.parse(lines), spaced.parse(lines)]
    return min(listings, key=lambda listing: len(listing.faults))
