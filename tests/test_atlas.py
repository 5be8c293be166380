"""The map depends on the texts alone, has a place for each paper, and has papers near those that are like them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from papershelf.atlas import DATA, SIDE, downloads, places
from papershelf.cache import Results
from papershelf.checks import checked
from papershelf.load import Data
from papershelf.model import Catalogue, Paper
from papershelf.related import RELATED, kin, texts_of
from papershelf.site import Site
from papershelf.text import plain


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


def anew(*papers: Paper) -> dict[str, tuple[int, int]]:
    return places(kin(texts_of(papers)))


def test_each_paper_has_a_place_of_its_own(shelf: Catalogue) -> None:
    found = anew(*shelf.papers)
    assert found.keys() == shelf.paper.keys()
    assert len(set(found.values())) == len(found)
    assert all(0 <= number <= SIDE for place in found.values() for number in place)


def test_neither_order_nor_topics_nor_ids_move_a_dot(shelf: Catalogue) -> None:
    found = anew(*shelf.papers)
    mixed = random.Random(3).sample(shelf.papers, len(shelf.papers))
    assert anew(*mixed) == found
    assert anew(*(replace(paper, topics=(), tags=()) for paper in shelf.papers)) == found
    assert anew(*(replace(paper, id=f"{paper.id}-too") for paper in shelf.papers)) == {
        f"{name}-too": place for name, place in found.items()
    }


def test_related_papers_stand_near_each_other(shelf: Catalogue) -> None:
    texts = texts_of(shelf.papers)
    place, near = anew(*shelf.papers), kin(texts)
    among = 0
    for name in texts.ids:
        x, y = place[name]
        order = sorted(texts.ids, key=lambda other: (place[other][0] - x) ** 2 + (place[other][1] - y) ** 2)
        among += len({other for other, _, _ in near[name][:RELATED]} & set(order[1:21]))
    # By chance 7% would be; 60% are.
    assert among / (RELATED * len(texts.ids)) > 0.5


@pytest.mark.parametrize("count", [0, 1, 2, 5, 70, 400])
def test_papers_without_anything_in_common_have_places_too(count: int) -> None:
    papers = [Paper(id=f"p{number}", title=f"w{number:x}rd") for number in range(count)]
    assert len(set(anew(*papers).values())) == count


def test_the_same_title_many_times_is_no_mistake() -> None:
    papers = [Paper(id=f"p{number}", title="Pipeline bubbles") for number in range(200)]
    assert len(set(anew(*papers).values())) == 200


@pytest.mark.parametrize("directories", [True, False])
def test_the_file_says_what_the_map_has_to_know(shelf: Catalogue, directories: bool) -> None:  # noqa: FBT001
    (file,) = downloads(shelf, Site("A shelf", directory_urls=directories), Results())
    assert file.path == DATA
    content = file.make()
    data = json.loads(content)
    assert content == file.make()
    assert data["ids"] == sorted(shelf.paper)
    assert data["titles"] == [plain(shelf.paper[name].title) for name in data["ids"]]
    assert data["topics"] == [topic.name for topic in shelf.topics]
    assert [[shelf.topics[at].id for at in numbers] for numbers in data["in"]] == [
        list(shelf.paper[name].topics) for name in data["ids"]
    ]
    found = anew(*shelf.papers)
    assert list(zip(data["x"], data["y"], strict=True)) == [found[name] for name in data["ids"]]
    assert data["address"] == ["../papers/", "/" if directories else ".html"]


def test_the_file_changes_with_topics_and_titles_and_with_no_tag(shelf: Catalogue) -> None:
    def parts(**change: object) -> tuple[object, ...]:
        first, *others = shelf.papers
        changed = replace(shelf, papers=(replace(first, **change), *others))  # type: ignore[arg-type]
        return next(downloads(changed, Site("A shelf"), Results())).parts

    assert parts(tags=()) == parts()
    assert parts(topics=()) != parts()
    assert parts(title="Another") != parts()
