"""Captures: every line is accounted for, and a lost one is noticed near the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from papershelf.captures import Listing, parse

ABSTRACT = "An abstract says at some length what a paper is about, with sentences that end as this one does. " * 3
TRENDING = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
DAILY = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nbyAnn\n\nJan 2\n\n"


def capture(root: Path, name: str) -> str:
    return (root / "data" / "captures" / f"{name}.txt").read_bytes().decode()


@pytest.mark.parametrize(
    ("name", "layout", "papers", "account"),
    [
        ("trending-papers", "alternating lines", 215, (3, 215, 215, 0)),
        ("daily-papers-aug-12", "lines with blanks between", 113, (6, 113, 113, 231)),
    ],
)
def test_the_captures_are_read_without_residue(
    root: Path, name: str, layout: str, papers: int, account: tuple[int, ...]
) -> None:
    text = capture(root, name)
    listing = parse(text)
    assert (listing.format, len(listing.entries), listing.faults) == (layout, papers, ())
    assert tuple(listing.account.values()) == (*account, 0)
    glued = layout == "alternating lines"
    assert sum(listing.account.values()) == len(text.removesuffix("\n").split("\n")) + glued
    assert [entry.position for entry in listing.entries] == list(range(1, papers + 1))


def test_the_header_is_kept_in_the_listings_own_words(root: Path) -> None:
    daily = parse(capture(root, "daily-papers-aug-12"))
    assert (daily.title, daily.source, daily.date) == ("Daily Papers", "by AK and the research community", "Aug 12")
    trending = parse(capture(root, "trending-papers"))
    assert (trending.title, trending.date) == ("Trending papers", None)


@pytest.mark.parametrize("name", ["trending-papers", "daily-papers-aug-12"])
def test_each_lost_line_is_noticed_within_two_papers(root: Path, name: str) -> None:
    lines = capture(root, name).split("\n")
    lines_a_paper = 2 if name == "trending-papers" else 4
    for lost in range(len(lines)):
        faults = parse("\n".join(lines[:lost] + lines[lost + 1 :])).faults
        assert faults, f"line {lost + 1} was lost and nobody noticed"
        assert abs(faults[0].line - (lost + 1)) <= 2 * lines_a_paper, f"line {lost + 1}: {faults[0]}"


def pairs(listing: Listing) -> list[tuple[str, str]]:
    return [(entry.title, entry.abstract) for entry in listing.entries]


@pytest.mark.parametrize("name", ["trending-papers", "daily-papers-aug-12"])
def test_a_lost_line_never_gives_a_title_the_abstract_of_another_paper(root: Path, name: str) -> None:
    lines = capture(root, name).split("\n")
    true = set(pairs(parse("\n".join(lines))))
    for lost in range(0, len(lines), 7):
        mixed = set(pairs(parse("\n".join(lines[:lost] + lines[lost + 1 :])))) - true
        assert not mixed, f"line {lost + 1}: {mixed}"


@pytest.mark.parametrize(
    ("text", "residue", "faults"),
    [
        (f"{TRENDING}One\n{ABSTRACT}\nTwo\n{ABSTRACT}", [], []),
        (f"{TRENDING}One\nTwo\n{ABSTRACT}", [3], ["3: a title without an abstract after it"]),
        (f"{TRENDING}One\n{ABSTRACT}\n{ABSTRACT}", [5], ["5: an abstract without a title before it"]),
        (f"{TRENDING}One\n{ABSTRACT}\nTwo", [5], ["5: a title without an abstract after it"]),
        (f"{DAILY}One\n\n{ABSTRACT}", [], []),
        (f"{DAILY}One\n\n{ABSTRACT}\nTwo\n\n{ABSTRACT}", [], ["16: a blank line is missing"]),
        (f"{DAILY.replace('Jan 2', 'yesterday')}One\n\n{ABSTRACT}", [11], ["11: ", "11: ", "11: "]),
    ],
)
def test_what_does_not_fit_is_named_by_its_line(text: str, residue: list[int], faults: list[str]) -> None:
    listing = parse(text)
    assert [line.number for line in listing.lines if line.kind == "residue"] == residue
    assert len(listing.faults) == len(faults)
    for fault, expected in zip(listing.faults, faults, strict=True):
        assert f"{fault.line}: {fault.message}".startswith(expected)


def test_every_line_has_one_account_even_when_nothing_fits() -> None:
    text = "What is this?\n\nNo listing at all.\n" + ABSTRACT
    listing = parse(text)
    assert sorted(line.number for line in listing.lines) == [1, 2, 3, 4]
    assert listing.faults


def test_windows_line_ends_change_nothing() -> None:
    text = f"{DAILY}One\n\n{ABSTRACT}\n"
    assert pairs(parse(text.replace("\n", "\r\n"))) == pairs(parse(text))
