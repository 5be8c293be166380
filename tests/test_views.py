"""Who stands where, how many, and what lies near."""

from __future__ import annotations

import datetime

import pytest

from papershelf.model import Appearance, Catalogue, Paper, ReadingList, Relation, Tag, Topic, in_order
from papershelf.related import said_of
from papershelf.views import by_letter, shared_topics, views

LISTS = tuple(ReadingList(id=name, title=name, papers=9, sha256="0" * 64) for name in ("first", "second"))


def paper(
    name: str, *, tags: str = "", topics: str = "", at: str = "", day: int | None = None, **more: object
) -> Paper:
    places = tuple(Appearance(place.split(":")[0], int(place.split(":")[1])) for place in at.split())
    added = datetime.date(2026, 1, day) if day else None
    facts = {"title": name, "tags": tuple(tags.split()), "topics": tuple(topics.split()), **more}
    return Paper(id=name, appearances=places, added=added, **facts)  # type: ignore[arg-type]


def shelf(*papers: Paper) -> Catalogue:
    tags = sorted({tag for entry in papers for tag in entry.tags})
    topics = sorted({topic for entry in papers for topic in entry.topics})
    return Catalogue(
        in_order(papers, LISTS),
        tuple(Topic(id=name, name=name, description=name) for name in topics),
        tuple(Tag(id=name, name=name.upper(), description=name) for name in tags),
        LISTS,
    )


def test_one_order_everywhere_newest_then_list_then_position_then_id() -> None:
    papers = (
        paper("z"), paper("a"), paper("old-2", day=1, at="first:2"), paper("old-1", day=1, at="second:1 first:1"),
        paper("second", day=1, at="second:3"), paper("new", day=2, at="second:9"), paper("unlisted", day=1),
    )  # fmt: skip
    assert [entry.id for entry in in_order(papers, LISTS)] == ["new", "old-1", "old-2", "second", "unlisted", "a", "z"]
    assert in_order(tuple(reversed(papers)), LISTS) == in_order(papers, LISTS)


def test_a_list_keeps_its_own_order() -> None:
    seen = shelf(paper("b", at="first:1 second:2"), paper("a", at="first:2 second:1"))
    assert [entry.id for entry in seen.by_list["first"]] == ["b", "a"]
    assert [entry.id for entry in seen.by_list["second"]] == ["a", "b"]


def test_versions_are_seen_from_both_sides_and_over_others() -> None:
    newer = paper("v3", relations=(Relation(version_of="v2"),))
    seen = views(shelf(paper("v1"), paper("v2", relations=(Relation(version_of="v1"),)), newer, paper("x")))
    assert {name: sorted(p.id for p in group) for name, group in seen.versions.items()} == {
        "v1": ["v2", "v3"], "v2": ["v1", "v3"], "v3": ["v1", "v2"],
    }  # fmt: skip


def test_related_papers_are_those_of_like_texts_and_tags_have_no_say_in_it() -> None:
    texts = [
        "Pipeline bubbles and stages",
        "Stages of a pipeline without bubbles",
        "Swahili proverbs",
        "Proverbs in Swahili",
    ]
    plain = shelf(*(paper(f"p{number}", title=title) for number, title in enumerate(texts)))
    tagged = shelf(*(paper(f"p{number}", title=title, tags="ab"[number % 2]) for number, title in enumerate(texts)))
    near = told(plain)
    assert near["p0"] == (["p1"], [("bubbles", "stages", "Pipeline")])
    assert near["p2"][0] == ["p3"]
    assert near == told(tagged)


def told(shelf: Catalogue) -> dict[str, tuple[list[str], list[tuple[str, ...]]]]:
    related = views(shelf).related.items()
    return {name: ([other.id for other in papers], said_of(words)) for name, (papers, words) in related}


def test_shared_topics_count_each_pair_once() -> None:
    papers = (paper("x", topics="b a"), paper("y", topics="a b c"), paper("z", topics="a"))
    assert shared_topics(shelf(*papers)) == {(0, 1): 2, (0, 2): 1, (1, 2): 1}


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("beta", "Alpha", '"Apple"', "2BP"), {"#": ["2BP"], "A": ["Alpha", '"Apple"'], "B": ["beta"]}),
        (("Éclair", "Zoo"), {"Z": ["Zoo"], "É": ["Éclair"]}),
        ((), {}),
    ],
)
def test_papers_by_letter(titles: tuple[str, ...], expected: dict[str, list[str]]) -> None:
    groups = by_letter(paper(title) for title in titles)
    assert {letter: [entry.title for entry in group] for letter, group in groups.items()} == expected
