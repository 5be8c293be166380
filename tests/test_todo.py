"""What waits for a curator, with what settles it."""

from __future__ import annotations

from pathlib import Path

from bad_data import NEW, add
from papershelf.checks import checked, unfinished
from papershelf.load import Data
from papershelf.todo import LINK, SUMMARY, Todo, todo

UNFILED = "on-alpha-widgets-and-script-alert-x-script"


def found(toy: Path) -> list[Todo]:
    return [item for item in todo(checked(Data(toy / "data"))) if item.write != LINK]


def test_papers_to_file(toy: Path) -> None:
    assert found(toy) == [
        Todo(f"papers/o/{UNFILED}.yml", (UNFILED,), "no topics, tags or summary yet",
             f"papershelf suggest {UNFILED} --write", SUMMARY)
    ]  # fmt: skip


def test_a_paper_that_lacks_a_summary_alone(toy: Path) -> None:
    add(toy, {NEW: "title: N\ntopics: [widgets]\ntags: [serial]\ndoi: 10.1145/3.4\n"})
    assert Todo("papers/n/new.yml", ("new",), "no summary yet", "", SUMMARY) in todo(checked(Data(toy / "data")))


def test_papers_without_a_link(toy: Path) -> None:
    waiting = [item for item in todo(checked(Data(toy / "data"))) if item.write == LINK]
    assert [item.papers for item in waiting] == [
        ("serial-widgets",), (UNFILED,), ("gadgets-for-widgets-costs-5-and-more",)
    ]  # fmt: skip
    assert {item.settle for item in waiting} == {f"write {LINK}"}


def test_look_alikes_go_into_the_older_one(toy: Path) -> None:
    add(toy, {"data/papers/a/a.yml": "title: Serial widgets!\ntopics: [widgets]\ntags: [serial]\nsummary: S\n"})
    (item,) = [item for item in found(toy) if len(item.papers) > 1]
    assert item.source == "papers/a/a.yml"
    assert item.what.startswith("may be the same paper: ")
    assert "relations" not in item.what
    assert item.settle == (
        "papershelf merge a into serial-widgets, or write relations: [{distinct: serial-widgets, why: …}]"
    )


def test_what_nothing_has_and_lists_that_were_imported_in_part(toy: Path) -> None:
    tags = (toy / "data/tags.yml").read_text() + "- id: zest\n  name: Zest\n  description: None.\n"
    topics = (toy / "data/topics.yml").read_text() + "- id: toys\n  name: Toys\n  description: None.\n"
    lists = (toy / "data/lists.yml").read_text().replace("papers: 3", "papers: 4")
    add(toy, {"data/tags.yml": tags, "data/topics.yml": topics, "data/lists.yml": lists})
    assert [item.settle for item in found(toy) if not item.papers] == [
        "papershelf topic remove toys",
        "papershelf tag remove zest",
        "papershelf import data/captures/toy-trending.txt",
    ]


def test_everything_unfinished_can_be_settled(toy: Path) -> None:
    shelf = checked(Data(toy / "data"))
    assert len(found(toy)) == len(unfinished(shelf))
    assert all(item.settle for item in todo(shelf))
