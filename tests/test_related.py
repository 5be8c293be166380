"""What else to read depends on the texts alone, in whatever order they come, and says why in their words."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from papershelf import related
from papershelf.cache import Results
from papershelf.checks import checked
from papershelf.load import Data
from papershelf.model import Catalogue, Paper
from papershelf.related import ALIKE, NEIGHBOURS, RELATED, WORDS, kin, kin_of, texts_of


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


def near(*papers: Paper) -> dict[str, list[str]]:
    return {name: [other for other, _, _ in found] for name, found in kin(texts_of(papers)).items()}


def words(*titles: str) -> tuple[str, ...]:
    """The words that the first of some papers shares with the one nearest to it."""
    return kin(texts_of(Paper(id=f"p{at}", title=title) for at, title in enumerate(titles)))["p0"][0][2]


def test_the_order_of_the_papers_has_no_say(shelf: Catalogue) -> None:
    mixed = random.Random(4).sample(shelf.papers, len(shelf.papers))
    found = kin(texts_of(shelf.papers))
    assert kin(texts_of(mixed)) == found


def test_only_titles_and_abstracts_have_a_say(shelf: Catalogue) -> None:
    bare = [Paper(id=paper.id, title=paper.title, abstract=paper.abstract) for paper in shelf.papers]
    assert texts_of(bare) == texts_of(shelf.papers)
    found = kin(texts_of(shelf.papers))
    assert kin(texts_of(bare)) == found


def test_another_id_changes_nothing_but_the_id(shelf: Catalogue) -> None:
    renamed = [replace(paper, id=f"z-{paper.id}"[::-1]) for paper in shelf.papers]
    found = kin(texts_of(shelf.papers))
    again = kin(texts_of(renamed))
    back = {name[::-1].removeprefix("z-"): entries for name, entries in again.items()}
    strip = {
        name: [(other[::-1].removeprefix("z-"), far, said) for other, far, said in entries]
        for name, entries in back.items()
    }
    assert strip == {name: list(entries) for name, entries in found.items()}


@pytest.mark.parametrize(
    "change", [{"title": "Another title"}, {"abstract": "Another abstract."}, {"id": "another-id"}]
)
def test_each_change_of_a_text_or_an_id_is_told_by_the_digest(shelf: Catalogue, change: dict[str, str]) -> None:
    first, *others = shelf.papers
    assert texts_of([replace(first, **change), *others]).digest != texts_of(shelf.papers).digest  # type: ignore[arg-type]


def test_what_moves_from_the_title_to_the_abstract_is_told_by_the_digest() -> None:
    one, other = Paper(id="x", title="ab", abstract="c"), Paper(id="x", title="a", abstract="bc")
    assert texts_of([one]).digest != texts_of([other]).digest


def test_nothing_is_done_again_where_no_text_changed(shelf: Catalogue) -> None:
    results = Results()
    found = kin_of(texts_of(shelf.papers), results)
    tagged = [replace(paper, tags=()) for paper in shelf.papers]
    kept = results.kept["kin"]
    assert kin_of(texts_of(tagged), results) == found
    assert results.kept["kin"] is kept
    changed = [replace(shelf.papers[0], title="Another one"), *shelf.papers[1:]]
    assert kin_of(texts_of(changed), results) == kin(texts_of(changed)) != found


def test_every_paper_of_the_shelf_has_related_ones_with_words_that_both_texts_have(shelf: Catalogue) -> None:
    text = {paper.id: f"{paper.title} {paper.abstract}".casefold() for paper in shelf.papers}
    for name, found in kin(texts_of(shelf.papers)).items():
        assert len(found) <= NEIGHBOURS
        assert name not in {other for other, _, _ in found}
        assert [likeness for _, likeness, _ in found] == sorted((likeness for _, likeness, _ in found), reverse=True)
        assert all(likeness <= ALIKE * 1.02 for _, likeness, _ in found)
        for other, _, shared in found[:RELATED]:
            assert 0 < len(shared) <= WORDS
            # A stem is the same to the fourth letter; of two words, that of the second.
            for word in shared:
                assert word.casefold() in text[name]
                assert word.casefold().replace("-", " ").split()[-1][:3] in text[other]


def test_another_process_with_another_hash_seed_finds_the_same(root: Path) -> None:
    program = (
        "from pathlib import Path; from papershelf.checks import checked; from papershelf.load import Data\n"
        "from papershelf.related import kin, texts_of\n"
        "print(hash('x')); print(dict(kin(texts_of(checked(Data(Path('data'))).papers))))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=root, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True,
            check=True,
        ).stdout.split("\n", 1)
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0][0] != said[1][0]
    assert said[0][1] == said[1][1]


def test_equal_texts_and_empty_ones_are_no_mistake() -> None:
    twins = [Paper(id=name, title="Pipeline bubbles", abstract="Of stages.") for name in ("b", "a", "c")]
    assert near(*twins) == {"a": ["b", "c"], "b": ["a", "c"], "c": ["a", "b"]}
    assert near(Paper(id="x", title="…"), Paper(id="y", title="The of and")) == {"x": [], "y": []}
    assert near() == {}


def test_words_that_all_papers_use_relate_nothing() -> None:
    papers = [Paper(id=f"p{number}", title=f"We propose a novel approach {number}") for number in range(5)]
    assert not any(near(*papers).values())


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Quantized caches", "Quantization of a cache", ("caches", "Quantized")),
        ("On GPU kernels", "Kernel for GPUs", ("GPU", "kernels")),
        ("Fine-tuning of Swahili", "Swahili fine tuning", ("Swahili", "Fine-tuning")),
        ("Übersetzung für Kasachisch", "Kasachisch: eine Übersetzung", ("Kasachisch", "Übersetzung")),
        (r"\textbf{Bubbles} in $\alpha$-pipelines", "Bubbles of pipelines", ("Bubbles", "pipelines")),
    ],
)
def test_words_are_told_as_the_paper_prints_them(one: str, other: str, expected: tuple[str, ...]) -> None:
    assert sorted(words(one, other)) == sorted(expected)


def test_a_word_is_small_where_the_abstract_has_it_small() -> None:
    one = Paper(id="p0", title="Bubbles", abstract="Fewer bubbles.")
    other = Paper(id="p1", title="The Bubbles")
    assert kin(texts_of([one, other]))["p0"] == (("p1", kin(texts_of([one, other]))["p0"][0][1], ("bubbles",)),)


def test_as_many_processes_as_there_are_find_the_same(shelf: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    found = kin(texts_of(shelf.papers))
    monkeypatch.setattr(related, "runs", lambda work, _: [work[:40], work[40:90], work[90:]])
    assert kin(texts_of(shelf.papers)) == found
