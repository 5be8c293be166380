"""Data that is wrong in the light of other files, and what is merely unfinished."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bad_data import NEW, Case, add, checked_lines, table
from papershelf.cache import Results
from papershelf.checks import Unfinished, checked, unfinished
from papershelf.duplicates import find
from papershelf.load import Data


@pytest.fixture(autouse=True)
def in_toy(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy)


@pytest.mark.parametrize("case", table("shelf"), ids=lambda case: case.name)
def test_rules_across_files(toy: Path, case: Case) -> None:
    add(toy, dict(case.files))
    assert checked_lines(1) == list(case.problems)


def test_tables_that_are_gone_are_one_problem_each(toy: Path) -> None:
    for name in ("lists", "topics", "tags"):
        (toy / "data" / f"{name}.yml").unlink()
    restore = "Restore it from Git, or describe them here."
    assert checked_lines(1) == [
        "data/lists.yml:1:1: there is no such file, but papers name lists; "
        f'expected lists such as "toy-daily". {restore}',
        f'data/tags.yml:1:1: there is no such file, but papers name tags; expected tags such as "counting". {restore}',
        "data/topics.yml:1:1: there is no such file, but papers name topics; "
        f'expected topics such as "gadgets". {restore}',
    ]


def test_tables_that_nobody_needs_may_be_gone(toy: Path) -> None:
    shutil.rmtree(toy / "data")
    add(toy, {NEW: "title: New\n"})
    assert checked_lines(0) == []


def test_a_capture_that_changed(toy: Path) -> None:
    add(toy, {"data/captures/toy-daily.txt": "another text"})
    assert checked_lines(1) == [
        "data/captures/toy-daily.txt:1:1: the capture isn't the text that was imported; "
        "expected the SHA-256 in data/lists.yml. Restore it from Git, or import the new text as another list."
    ]


def test_a_capture_that_is_gone(toy: Path) -> None:
    (toy / "data" / "captures" / "toy-daily.txt").unlink()
    assert checked_lines(1) == [
        'data/lists.yml:6:7: the list "toy-daily" has no capture; '
        "expected the file data/captures/toy-daily.txt. Restore it from Git."
    ]


def test_a_capture_that_waits_to_be_imported_is_fine(toy: Path) -> None:
    add(toy, {"data/captures/new.txt": "x"})
    assert checked_lines(0) == []


def test_one_wrong_name_in_many_papers_is_one_problem_in_each(toy: Path) -> None:
    count = 300
    add(toy, {f"data/papers/n/new-{n}.yml": f"title: Number {n}\ntags: [seriel]\n" for n in range(count)})
    lines = checked_lines(1)
    assert len(lines) == count
    assert all(line.endswith('Did you mean "serial"?') for line in lines)


def test_what_is_unfinished_stops_nothing(toy: Path) -> None:
    alpha = "on-alpha-widgets-and-script-alert-x-script"
    old = {name: (toy / "data" / name).read_text(encoding="utf-8") for name in ("topics.yml", "tags.yml", "lists.yml")}
    files = {
        "data/topics.yml": old["topics.yml"] + "- id: gizmos\n  name: Gizmos\n  description: None yet.\n",
        "data/tags.yml": old["tags.yml"] + "- id: silent\n  name: Silent\n  description: It is quiet.\n",
        "data/lists.yml": old["lists.yml"].replace("papers: 2", "papers: 7"),
        NEW: "title: 'Serial Widgets: Again'\nsummary: New.\n",
        f"data/papers/o/{alpha}.yml": "title: Alpha\ntags: [serial]\n",
    }
    add(toy, dict(files))
    assert checked_lines(0) == []
    alike = "the titles differ in 1 of 3 words; only one of them has an abstract to compare"
    relation = "relations: [{distinct: serial-widgets}] or [{version-of: serial-widgets}]"
    word = f"If not, write {relation} into the newer one's file"
    assert set(unfinished(checked(Data(toy / "data")))) == {
        Unfinished(f"papers/o/{alpha}.yml", (alpha,), "no topics or summary yet"),
        Unfinished("papers/n/new.yml", ("new",), "no topics or tags yet"),
        Unfinished("topics.yml", (), 'the topic "gizmos" has no papers'),
        Unfinished("tags.yml", (), 'the tag "silent" has no papers'),
        Unfinished("lists.yml", (), 'the list "toy-daily" holds 7 papers, of which 2 are on the shelf'),
        Unfinished("lists.yml", (), 'the list "toy-trending" holds 3 papers, of which 2 are on the shelf'),
        Unfinished("papers/n/new.yml", ("serial-widgets", "new"), f"may be the same paper: {alike}", word),
    }


LOOKED_AT = {
    "title": ("title: .*", "title: Another Work Altogether"),
    "abstract": ("abstract: .*", "abstract: Nothing of the kind."),
    "doi": ("title: .*", r"\g<0>\ndoi: 10.1000/another"),
    "relations": ("title: .*", r"\g<0>\nrelations: [{distinct: serial-widgets}]"),
}


@pytest.mark.parametrize("changed", [None, "tags", "gone", *LOOKED_AT])
def test_what_looks_alike_is_looked_for_again_only_when_that_may_have_changed(
    toy: Path, monkeypatch: pytest.MonkeyPatch, changed: str | None
) -> None:
    text = "title: 'Serial Widgets: Again'\nabstract: Short.\nsummary: Said.\n"
    add(toy, {NEW: text})
    results, path = Results(), toy / NEW
    before = checked(Data(toy / "data", results=results)).alike
    if changed == "gone":
        path.unlink()
    elif changed:
        path.write_text(re.sub(*LOOKED_AT.get(changed, ("summary: .*", "tags: [serial]")), text), encoding="utf-8")
    searched = []
    monkeypatch.setattr("papershelf.duplicates.find", lambda papers: searched.append(papers) or find(papers))
    after = checked(Data(toy / "data", results=results)).alike
    assert bool(searched) == (changed not in (None, "tags"))
    assert after == checked(Data(toy / "data")).alike
    assert before
