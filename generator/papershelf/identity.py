"""Ids, title keys, and identifiers in one form."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property, lru_cache

from slugify import slugify

from papershelf.model import Form
from papershelf.text import plain

MAX_ID = 80

# Names that are pages of their own, page numbers of listings, or files that Windows doesn't allow.
RESERVED = r"index|[0-9]+|con|aux|nul|prn|com[0-9]|lpt[0-9]"
_RESERVED = re.compile(RESERVED)

_WORD = re.compile(r"[^\W_]+")
_GREEK = re.compile("[\u0391-\u03c9\u03d1\u03d5\u03f5]")


@dataclass(frozen=True)
class Shape:
    """The pattern a text has to match as a whole, and how a message describes it."""

    pattern: str
    expected: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def fits(self, text: str) -> bool:
        """Whether the whole text matches."""
        return self._compiled.fullmatch(text) is not None

    def within(self, text: str) -> str | None:
        """The part of a text that matches, as of an address that holds an identifier; None where no part does."""
        found = re.search(rf"(?<![\w.])(?!abs/|pdf/)(?:{self.pattern})(?![0-9])", text)
        return found[0] if found else None


_ID = Shape(r"[a-z0-9]+(?:-[a-z0-9]+)*", f"lower-case letters, digits and single hyphens, at most {MAX_ID} characters")

SHAPES: dict[Form, Shape] = {
    "id": _ID,
    "tag": _ID,
    "topic": _ID,
    "paper": _ID,
    "list": _ID,
    "url": Shape(
        r"https?://[^\s/?#@:<>\"\\`\[\]]+(?::[0-9]{1,5})?(?:[/?#][^\s<>\"\\`]*)?",
        'an address without spaces, quotes or angle brackets that begins with "https://" or "http://"',
    ),
    # Four digits until 2014, five since: a number that lost its last zero (2005.14170 is 2005.1417 to YAML) is noticed.
    "arxiv": Shape(
        r"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.[0-9]{4}|(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.[0-9]{5})"
        r"|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}",
        'an arXiv number such as "1910.02054"',
    ),
    "acl": Shape(
        r"[A-Z][0-9]{2}-[0-9]{4,5}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9]+\.[0-9]+",
        'an ACL Anthology id such as "2023.acl-long.134"',
    ),
    "doi": Shape(r"10\.[0-9]{4,9}/\S+", 'a DOI such as "10.1162/tacl_a_00577"'),
    "language": Shape(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", 'a language tag such as "de" or "pt-BR"'),
    "sha256": Shape(r"[0-9a-f]{64}", "a SHA-256 in 64 hexadecimal digits"),
    "kind": Shape("paper|topic|tag", '"paper", "topic" or "tag"'),
}
"""The shapes of texts that aren't free."""

RANGES = {"year": range(1600, 2101)}
"""The whole numbers that a key may have, where not all from 1."""


@lru_cache(maxsize=2**17)
def why_not_an_id(text: str) -> str | None:
    """What is wrong with a text as an id, or None."""
    if not _ID.fits(text) or len(text) > MAX_ID:
        return _ID.expected
    if _RESERVED.fullmatch(text):
        return "an id that isn't reserved (index, a bare number, con, aux, nul, prn, …)"
    return None


def nearest_id(text: str) -> str | None:
    """The id that a text becomes by the rule, or None where it gives none."""
    made = _slug(text, MAX_ID)
    return None if why_not_an_id(made) else made


def new_id(title: str, arxiv: str | None = None, taken: Container[str] = ()) -> str:
    """An id for a new paper, from its title; where that is taken, with the arXiv number or a hash of the title's key.

    Never a running number: the same paper gets the same id in every branch.
    """
    base = _slug(_readable(title), MAX_ID)
    if base and base not in taken and not _RESERVED.fullmatch(base):
        return base
    suffix, key = (_slug(arxiv, MAX_ID) if arxiv else ""), title_key(title) or title
    suffix = suffix or _hash(key)
    while (candidate := _with_suffix(base or "paper", suffix)) in taken:
        # A third paper of one title: it must never be given the second one's id.
        suffix = _hash(f"{key} {suffix}")
    return candidate


def _slug(text: str, length: int) -> str:
    # slugify's own cut leaves the hyphen where a word ends right at it.
    return slugify(text, max_length=length, word_boundary=True, save_order=True).strip("-")


def _with_suffix(base: str, suffix: str) -> str:
    return f"{_slug(base, MAX_ID - len(suffix) - 1)}-{suffix}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]


def folder(paper_id: str) -> str:
    """The folder below data/papers/ that a new paper's file goes to."""
    return paper_id[0]


def title_key(title: str) -> str:
    """What is left of a title when Unicode forms, case, TeX, punctuation and spacing are folded."""
    return "".join(words(title))


def words(text: str) -> list[str]:
    """The words of a text, folded like a title key."""
    folded = _folded(text)
    if not folded.isascii():
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return _WORD.findall(folded)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", _readable(text).casefold())


def _readable(text: str) -> str:
    # Greek letters have mathematical forms, and the micro sign, which NFKC makes letters of.
    return _spelled_out(unicodedata.normalize("NFKC", plain(text)))


def identifier_key(doi: str) -> str:
    """A DOI as it is compared: letter case carries no meaning in it."""
    return doi.lower()


def _spelled_out(text: str) -> str:
    """Greek letters by their names, so that `PanGu-α` and `PanGu-alpha` fold to the same."""
    return text if text.isascii() else _GREEK.sub(lambda match: _greek_name(match[0]), text)


def _greek_name(letter: str) -> str:
    name = unicodedata.name(letter, "").removesuffix(" SYMBOL").split(" WITH ")[0]
    return name.rsplit(" ", 1)[-1].lower().replace("lamda", "lambda")
