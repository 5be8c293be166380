"""Text to the words that search compares: without case, accents and signs, Greek spelt out.

`themes/material/assets/search/folding.js` does the same in the browser; a test runs both over all texts of the shelf.
"""

from __future__ import annotations

import re
import unicodedata

_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon "
    "phi chi psi omega"
)
_LETTERS = {chr(ord("α") + number): name for number, name in enumerate(_NAMES.split())} | {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "\u2010": "-",
    "\u00ad": "",
}  # fmt: skip
# Scripts without spaces: each character is a word.
_WORD_OF_ITS_OWN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+")
# The same for ASCII, where it is quicker to put spaces between words.
_SPACED = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))


class _Folding(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code)).lower()
        kept = "".join(_LETTERS.get(one, one) for one in letters if unicodedata.category(one)[0] != "M")
        self[code] = f" {kept} " if _WORD_OF_ITS_OWN.match(kept) else kept
        return self[code]


_FOLDING = _Folding()


def folded(text: str) -> str:
    """A text as search compares it."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def words(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The words of a text in order; and those that hyphens join, two as one, each with its first word's number."""
    found: list[str] = []
    joined: list[tuple[int, str]] = []
    before = ""
    for part in folded(text).split("-"):
        some = apart(part)
        if before[-1:].isalnum() and part[:1].isalnum():
            joined.append((len(found) - 1, found[-1] + some[0]))
        found += some
        before = part
    return found, joined


def apart(text: str) -> list[str]:
    """The words of a folded text: what stands between signs, hyphens among them."""
    return text.encode().translate(_SPACED).decode().split() if text.isascii() else _WORD.findall(text)
