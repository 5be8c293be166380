"""Ids, title keys, and identifiers in one form."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

from slugify import slugify

from papershelf.model import Form
from papershelf.text import plain

MAX_ID = 80

# Names that are pages of their own, page numbers of listings, or files that Windows doesn't allow.
_RESERVED = re.compile(r"index|\d+|con|aux|nul|prn|com\d|lpt\d")


@dataclass(frozen=True)
class Shape:
    """The pattern a text has to match as a whole, and how a message describes it."""

    pattern: str
    expected: str

    def fits(self, text: str) -> bool:
        """Whether the whole text matches."""
        return re.fullmatch(self.pattern, text) is not None


_ID = Shape(r"[a-z0-9]+(?:-[a-z0-9]+)*", f"lower-case letters, digits and single hyphens, at most {MAX_ID} characters")

SHAPES: dict[Form, Shape] = {
    "id": _ID,
    "tag": _ID,
    "topic": _ID,
    "paper": _ID,
    "list": _ID,
    "url": Shape(r"https?://[^\s/?#@:]+(?::\d+)?(?:[/?#]\S*)?", 'an address that begins with "https://" or "http://"'),
    "arxiv": Shape(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}", 'an arXiv number such as "1910.02054"'),
    "acl": Shape(
        r"[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9]+\.\d+", 'an ACL Anthology id such as "2023.acl-long.134"'
    ),
    "doi": Shape(r"10\.\d{4,9}/\S+", 'a DOI such as "10.1162/tacl_a_00577"'),
    "language": Shape(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", 'a language tag such as "de" or "pt-BR"'),
    "sha256": Shape(r"[0-9a-f]{64}", "a SHA-256 in 64 hexadecimal digits"),
}
"""The shapes of texts that aren't free."""


def why_not_an_id(text: str) -> str | None:
    """What is wrong with a text as an id, or None."""
    if not _ID.fits(text) or len(text) > MAX_ID:
        return _ID.expected
    return (
        "an id that isn't reserved (index, a bare number, con, aux, nul, prn, …)" if _RESERVED.fullmatch(text) else None
    )


def new_id(title: str, arxiv: str | None = None, taken: Container[str] = ()) -> str:
    """An id for a new paper, from its title; where that is taken, with the arXiv number or a hash of the title's key.

    Never a running number: the same paper gets the same id in every branch.
    """
    words = slugify(_spelled_out(plain(title)), max_length=MAX_ID, word_boundary=True, save_order=True)
    base = words or "paper"
    suffix = slugify(arxiv) if arxiv else hashlib.sha256(title_key(title).encode()).hexdigest()[:8]
    if base in taken or _RESERVED.fullmatch(base):
        base = f"{slugify(base, max_length=MAX_ID - len(suffix) - 1, word_boundary=True, save_order=True)}-{suffix}"
    return base


def folder(paper_id: str) -> str:
    """The folder below data/papers/ that a new paper's file goes to."""
    return paper_id[0]


def title_key(title: str) -> str:
    """What is left of a title when Unicode forms, case, TeX, punctuation and spacing are folded."""
    folded = unicodedata.normalize("NFKD", _spelled_out(plain(title)).casefold())
    return "".join(character for character in folded if character.isalnum())


def words(text: str) -> list[str]:
    """The words of a text, folded like a title key."""
    folded = unicodedata.normalize("NFKD", _spelled_out(plain(text)).casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in folded if not unicodedata.combining(c)))


def identifier_key(doi: str) -> str:
    """A DOI as it is compared: letter case carries no meaning in it."""
    return doi.lower()


def _spelled_out(text: str) -> str:
    """Greek letters by their names, so that `PanGu-α` and `PanGu-alpha` fold to the same."""
    return re.sub("[\u0391-\u03c9\u03d1\u03d5\u03f5]", lambda match: _greek_name(match[0]), text)


def _greek_name(letter: str) -> str:
    name = unicodedata.name(letter, "").removesuffix(" SYMBOL").split(" WITH ")[0]
    return name.rsplit(" ", 1)[-1].lower().replace("lamda", "lambda")
