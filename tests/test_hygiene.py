"""What is found worth tidying up, and what isn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from papershelf.checks import checked
from papershelf.hygiene import RULES, Chore, Shelf, chores
from papershelf.load import Data
from papershelf.model import Catalogue, Links, Paper, Tag, Topic

RULE = {rule.__name__: rule for rule in RULES}


def paper(name: str, *, topics: str = "", tags: str = "", **more: object) -> Paper:
    facts = {"title": name.upper(), "topics": tuple(topics.split()), "tags": tuple(tags.split()), **more}
    return Paper(id=name, source=f"papers/{name}.yml", **facts)  # type: ignore[arg-type]


def papers(count: int, *, topics: str = "", tags: str = "", name: str = "p") -> list[Paper]:
    return [paper(f"{name}{number}", topics=topics, tags=tags) for number in range(count)]


def catalogue(*entries: Paper, tags: tuple[Tag, ...] = (), topics: tuple[Topic, ...] = ()) -> Catalogue:
    used = sorted({tag for entry in entries for tag in entry.tags} - {tag.id for tag in tags})
    return Catalogue(entries, topics, (*tags, *(Tag(name, name.title(), "A tag.") for name in used)))


def topic(name: str, description: str = "What belongs here.") -> Topic:
    return Topic(name, name.title(), description, line=7)


def told(rule: str, shelf: Catalogue, links: dict[str, str] | None = None) -> list[Chore]:
    return list(RULE[rule](Shelf(shelf, links or {})))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Tag("graph", "Graph", ""), Tag("graphs", "Graphs", "")),
        (Tag("x", "Memory optimization", ""), Tag("y", "Optimization of memory", "")),
        (Tag("x", "Modeling", ""), Tag("y", "Modelling", "")),
        (Tag("paralelism", "P", ""), Tag("parallelism", "Q", "")),
        (Tag("tpu", "TPU", "", aliases=("tensor-units",)), Tag("tensor-unit", "Unit", "")),
        (Tag("pre-training", "Before", ""), Tag("x", "Pretraining", "")),
    ],
)
def test_tags_spelled_alike_are_found(one: Tag, other: Tag) -> None:
    entries = [*papers(3, tags=one.id, name="a"), *papers(2, tags=other.id, name="b")]
    (chore,) = told("tags_spelled_alike", catalogue(*entries, tags=(one, other)))
    assert chore.settle == f"papershelf tag merge {other.id} into {one.id}"
    assert "spelled alike" in chore.evidence
    assert f"{other.id} on 2 papers, {one.id} on 3 papers" in chore.evidence


def test_tags_of_their_own_are_not_called_alike() -> None:
    names = ("Memory", "Memory optimization", "CPU", "GPU", "Of", "In")
    tags = tuple(Tag(name.lower().replace(" ", "-"), name, "", aliases=(f"{name.lower()}s",)) for name in names)
    assert told("tags_spelled_alike", catalogue(tags=tags)) == []


def test_tags_on_nearly_the_same_papers_are_found() -> None:
    entries = [*papers(5, tags="a b"), paper("q", tags="b"), *papers(3, tags="c d", name="r")]
    (chore,) = told("tags_on_the_same_papers", catalogue(*entries))
    assert chore.evidence == "5 of the 6 papers with either have both; a on 5 papers, b on 6 papers"
    assert (chore.source, chore.settle) == ("tags.yml", "papershelf tag merge a into b")
    apart = [*papers(5, tags="a b"), *papers(3, tags="b", name="q")]
    assert told("tags_on_the_same_papers", catalogue(*apart)) == []


def test_rare_tags_are_found() -> None:
    entries = [paper("p", tags="one two three"), paper("q", tags="two three"), paper("r", tags="three")]
    found = told("tags_hardly_used", catalogue(*entries, tags=(Tag("none", "None", "", line=3),)))
    assert [(chore.what, chore.evidence, chore.settle) for chore in found] == [
        ('the tag "none" is on no papers', "nothing has it", "papershelf tag remove none"),
        ('the tag "one" is on 1 paper', '"P"', "papershelf tag remove one"),
        ('the tag "two" is on 2 papers', '"P" and "Q"', "papershelf tag remove two"),
    ]
    assert found[0].line == 3


def test_a_tag_on_a_third_of_the_shelf_is_found() -> None:
    entries = [*papers(4, tags="much"), *papers(3, tags="less", name="q"), *papers(5, name="r")]
    (chore,) = told("tags_on_too_much", catalogue(*entries))
    assert (chore.what, chore.evidence) == ('the tag "much" is on 33% of the shelf', "4 of 12 papers")
    assert chore.settle == "papershelf tag split much"


@pytest.mark.parametrize(
    ("entries", "evidence", "settle"),
    [
        (papers(61, topics="t", tags="a"), "more than 60; most have the tags a (61)", "papershelf topic split t"),
        (papers(61, topics="t"), "more than 60; none has a tag", "papershelf topic split t"),
        (papers(4, topics="t u"), 'fewer than 5; 4 of them on "u" too', "papershelf topic merge t into u"),
        (papers(1, topics="t"), "fewer than 5; none of them is on another topic", "papershelf topic remove t"),
        ([], "fewer than 5; nothing is on it", "papershelf topic remove t"),
    ],
)
def test_topics_too_large_or_small_are_found(entries: list[Paper], evidence: str, settle: str) -> None:
    (chore,) = told("topics_too_large_or_small", catalogue(*entries, topics=(topic("t"),)))
    assert (chore.evidence, chore.settle, chore.source, chore.line) == (evidence, settle, "topics.yml", 7)


def test_topics_of_a_good_size_are_left_alone() -> None:
    entries = [*papers(5, topics="t"), *papers(60, topics="u", name="q")]
    assert told("topics_too_large_or_small", catalogue(*entries, topics=(topic("t"), topic("u")))) == []


@pytest.mark.parametrize(
    ("description", "found"),
    [("", 1), ("widgets", 1), ("...", 1), ("All about widgets.", 0), ("For `a`. And *b.*", 0), ("部品について。", 0)],
)
def test_a_topic_wants_sentences(description: str, found: int) -> None:
    assert len(told("topics_without_description", catalogue(topics=(topic("t", description),)))) == found


@pytest.mark.parametrize(
    ("rule", "entry", "evidence"),
    [
        ("papers_with_few_tags", paper("p", tags="a"), 'only "a"'),
        ("papers_with_few_tags", paper("p"), None),
        ("papers_with_few_tags", paper("p", tags="a b"), None),
        (
            "papers_without_link",
            paper("p", links=Links(code="https://c.example")),
            "no identifier and no address leads",
        ),
        ("papers_without_link", paper("p", doi="10.1/x"), None),
        ("papers_without_summary", paper("p", abstract="Text."), "listings show the abstract's first sentence instead"),
        ("papers_without_summary", paper("p", summary="Does it."), None),
        ("summaries_too_long", paper("p", summary="x" * 201), "201 characters"),
        ("summaries_too_long", paper("p", summary="x" * 200), None),
        ("summaries_of_several_sentences", paper("p", summary="One. Two."), 'it goes on: "Two."'),
        ("summaries_of_several_sentences", paper("p", summary="As in A. Smith et al. (e.g. 3.5 times)."), None),
        ("summaries_of_several_sentences", paper("p"), None),
    ],
)
def test_papers_with_something_to_tidy_are_found(rule: str, entry: Paper, evidence: str | None) -> None:
    found = told(rule, catalogue(entry))
    assert [chore.evidence.startswith(evidence or "") for chore in found] == ([True] if evidence else [])
    assert all(chore.source == "papers/p.yml" and chore.settle for chore in found)


def test_a_paper_with_few_tags_leads_to_suggestions() -> None:
    (chore,) = told("papers_with_few_tags", catalogue(paper("p", tags="a")))
    assert chore.settle == "papershelf suggest p"


def test_dead_links_are_found_where_links_are_known() -> None:
    entry = paper("p", arxiv="2401.10241", links=Links(code="https://Code.example/gone#readme"))
    states = {"https://arxiv.org/abs/2401.10241": "blocked", "https://code.example/gone": "dead"}
    found = [chore for chore in chores(catalogue(entry), states) if "dead" in chore.what]
    assert [chore.evidence for chore in found] == ["https://Code.example/gone#readme"]
    assert not any("dead" in chore.what for chore in chores(catalogue(entry)))


def test_the_shipped_shelf_is_told_in_a_fixed_order(root: Path) -> None:
    shelf = checked(Data(root / "data", "data"))
    found = chores(shelf)
    assert found == chores(shelf)
    assert all(chore.what and chore.evidence and chore.settle for chore in found)
    assert all((root / "data" / chore.source).is_file() for chore in found)
