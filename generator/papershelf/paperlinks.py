"""Addresses and numbers as people paste them, to the fields of a paper that they belong in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote

from papershelf.identity import SHAPES
from papershelf.model import Links, Paper
from papershelf.problems import RefusedError

Key = Literal["arxiv", "acl", "doi", "code", "data", "other"]

IDENTIFIERS = ("arxiv", "acl", "doi")

_SCHEME = r"(?i:https?://)?(?i:www\.|export\.|browse\.)?"
_REST = r"(?i:\.pdf|\.bib)?/?(?:[?#]\S*)?"
_BEFORE: dict[Key, tuple[str, str]] = {
    "arxiv": (
        rf"{_SCHEME}(?i:arxiv\.org|ar5iv(?:\.labs\.arxiv)?\.org|alphaxiv\.org)/(?:abs|pdf|html)/"
        rf"|{_SCHEME}(?i:huggingface\.co)/papers/|(?i:arxiv):\s*|",
        rf"(?:v[0-9]+)?{_REST}",
    ),
    "acl": (
        rf"{_SCHEME}(?i:aclanthology\.org|aclweb\.org/anthology)/|(?i:acl):\s*|",
        rf"(?:v[0-9]+)?{_REST}",
    ),
    "doi": (rf"{_SCHEME}(?i:(?:dx\.)?doi\.org/|dl\.acm\.org/doi/(?:abs/|full/|pdf/)?)|(?i:doi):\s*|", ""),
}
_SHAPES = {"arxiv": SHAPES["arxiv"], "acl": SHAPES["acl"], "doi": SHAPES["doi"]}
_PATTERNS = {
    key: re.compile(rf"(?:{before})(?P<value>{_SHAPES[key].pattern}){after}")
    for key, (before, after) in _BEFORE.items()
}
_OF_ARXIV = re.compile(r"(?i)10\.48550/arxiv\.")
_OF_ACL = re.compile(r"(?i)10\.18653/v1/")
_CODE = re.compile(r"(?i)https?://(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|gitee\.com)/")
_DATA = re.compile(r"(?i)https?://(?:www\.)?huggingface\.co/datasets/")
_AT_ARXIV = re.compile(r"(?i)https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/")
# What an address never holds unless it is encoded, and what ends one in Markdown.
_NO_PART = re.compile(r"[<>\"'`{}|\\^\s]")


def recognised(text: str) -> tuple[Key, str] | None:
    """Which field an address or a number belongs in, and its form there; None for what is neither."""
    text = text.strip()
    for key, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(text):
            return _unwrapped(key, found["value"])
    if _NO_PART.search(text) or not SHAPES["url"].fits(text) or _AT_ARXIV.match(text):
        return None
    return ("code" if _CODE.match(text) else "data" if _DATA.match(text) else "other"), text


def _unwrapped(key: Key, value: str) -> tuple[Key, str] | None:
    """A DOI that only wraps another identifier is that one; an address may end with what belongs to the address."""
    if key != "doi":
        return key, value
    doi = unquote(re.sub(r"[?#].*", "", value)).rstrip(".,;/")
    for inner, prefix in (("arxiv", _OF_ARXIV), ("acl", _OF_ACL)):
        if (rest := prefix.sub("", doi)) != doi:
            return recognised(f"{inner}:{rest}") or (key, doi)
    return None if _NO_PART.search(doi) else (key, doi)


def with_links(paper: Paper, texts: Iterable[str]) -> Paper:
    """The paper with addresses and numbers in the fields they belong in, in place of what stood there.

    Raises RefusedError for a text that is no address, and for more addresses of a kind than a paper can have.
    """
    found: dict[str, str] = {}
    others: list[str] = []
    for text in texts:
        known = recognised(text)
        if known is None:
            what = (
                "an address at arXiv with a number of its form"
                if _AT_ARXIV.match(text)
                else "an address that begins with https://"
            )
            raise RefusedError(f"{{}} is neither {what} nor an arXiv number, an ACL id or a DOI.", text)
        key, value = known
        if key == "other":
            others += [value] if value not in others else []
        elif found.setdefault(key, value) != value:
            raise RefusedError("There are two addresses of one kind: {} and {}. Keep one of them.", found[key], value)
    named = any(found.get(key) or getattr(paper, key) for key in IDENTIFIERS)
    for name, value in zip(("project",) if named else ("paper", "project"), others, strict=False):
        found[name] = value
    if left := [value for value in others if value not in found.values()]:
        raise RefusedError("There is no place for one more address: {}. Leave it out.", left[0])
    return _with(paper, found)


def _with(paper: Paper, found: dict[str, str]) -> Paper:
    arxiv, acl, doi = (found.get(key, getattr(paper, key)) for key in IDENTIFIERS)
    paper = replace(paper, arxiv=arxiv, acl=acl, doi=doi)
    links = replace(paper.links or Links(), **{key: value for key, value in found.items() if key not in IDENTIFIERS})
    if any(getattr(paper, key) for key in IDENTIFIERS):
        links = replace(links, paper=None)  # an identifier gives the address
    return replace(paper, links=links if links != Links() else None)
