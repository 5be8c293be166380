"""What is suggested for a paper, and that nothing of its own leaks into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from benchmarks import bench_suggest as bench
from papershelf.checks import checked
from papershelf.load import Data
from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.suggest import SURE, Suggester, Suggestion, lacking


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    """The shipped shelf."""
    return checked(Data(root / "data", "data"))


@pytest.fixture(scope="module")
def suggester(shelf: Catalogue) -> Suggester:
    return Suggester(shelf)


def bare(paper: Paper) -> Paper:
    return replace(paper, topics=(), tags=())


def test_ours_beats_counting_the_nearest_papers(shelf: Catalogue, suggester: Suggester) -> None:
    some = slice(1, None, 5)
    counted = bench.counted(shelf.papers, bench.plain_words, some)
    ours = bench.named(bench.ours(suggester, shelf.papers[some]))
    for kind in bench.KINDS:
        better, plain = (fmean(bench.recalls(answers, shelf.papers[some], kind)) for answers in (ours, counted))
        assert better >= plain + 0.05, kind


def test_suggestions_are_known_reasoned_and_in_order(shelf: Catalogue, suggester: Suggester) -> None:
    for paper in shelf.papers[::10]:
        found = suggester.suggest(bare(paper))
        assert [one.kind for one in found] == ["topic"] * 2 + ["tag"] * 5
        for one in found:
            assert one.id in (shelf.topic if one.kind == "topic" else shelf.tag)
            assert one.evidence
            assert 0 <= one.confidence <= 1
        for kind in bench.KINDS:
            confidences = [one.confidence for one in found if one.kind == kind]
            assert confidences == sorted(confidences, reverse=True)
        assert len({(one.kind, one.id) for one in found}) == len(found)


def test_the_order_of_papers_changes_nothing(shelf: Catalogue, suggester: Suggester) -> None:
    turned = Suggester(replace(shelf, papers=shelf.papers[::-1]))
    for paper in shelf.papers[::10]:
        assert turned.suggest(paper) == suggester.suggest(paper)


def test_a_papers_own_topics_and_tags_do_not_leak(shelf: Catalogue, suggester: Suggester) -> None:
    for paper in shelf.papers[5:90:50]:
        all_of_it = replace(paper, topics=tuple(shelf.topic), tags=tuple(shelf.tag))
        for changed in (bare(paper), all_of_it):
            papers = tuple(changed if other.id == paper.id else other for other in shelf.papers)
            again = Suggester(replace(shelf, papers=papers))
            assert again.suggest(changed) == suggester.suggest(paper) == suggester.suggest(changed)


# A shelf small enough to see through

ZERO = Paper(
    id="zero", title="Zero Bubbles", topics=("parallelism",), tags=("pipeline-parallelism",),
    abstract="The bubbles of a pipeline are filled by a better schedule of its stages.",
)  # fmt: skip
BREADTH = Paper(
    id="breadth", title="Breadth First", topics=("parallelism",), tags=("memory", "pipeline-parallelism"),
    abstract="A schedule that runs pipeline stages breadth first, with few bubbles and little memory.",
)  # fmt: skip
LUGANDA = Paper(
    id="luganda", title="Translating Luganda", topics=("translation",), tags=("low-resource",),
    abstract="A corpus of sentences for a language with few resources.",
)  # fmt: skip
TURKISH = Paper(
    id="turkish", title="Translating Turkish", topics=("translation",), tags=("corpus",),
    abstract="Sentences of a language, aligned by hand into a corpus.",
)  # fmt: skip
SMALL = Catalogue(
    papers=(ZERO, BREADTH, LUGANDA, TURKISH),
    topics=(
        Topic("parallelism", "Parallelism", "Many devices compute one model."),
        Topic("translation", "Translation", "From one language to another."),
    ),
    tags=(
        Tag("corpus", "Corpus", "A collection of sentences."),
        Tag("kernels", "Kernels", "Code for graphics processors, fused and tiled.", aliases=("gpu-code",)),
        Tag("low-resource", "Low-resource languages", "Languages with few texts."),
        Tag("memory", "Memory", "Using less of it."),
        Tag("pipeline-parallelism", "Pipeline parallelism", "Stages on several devices."),
    ),
)
NEW = Paper(
    id="new", title="Another Schedule", abstract="Stages of a pipeline run on a new schedule that leaves no bubble."
)


def first(kind: str, paper: Paper, catalogue: Catalogue = SMALL) -> Suggestion:
    return next(found for found in Suggester(catalogue).suggest(paper) if found.kind == kind)


def test_the_evidence_names_words_and_papers() -> None:
    tag = first("tag", NEW)
    assert tag.id == "pipeline-parallelism"
    assert tag.evidence == (
        "shares *schedule*, *bubble*, *pipeline* with 2 papers tagged Pipeline parallelism, e.g. Breadth First; "
        "*pipeline*, *Stages* in its name or description"
    )
    assert "with 2 papers on Parallelism, e.g. " in first("topic", NEW).evidence


def test_one_paper_is_not_called_several() -> None:
    other = replace(NEW, title="Less Memory", abstract="")
    assert first("tag", other).evidence == (
        "the title names *Memory*; shares *Memory* with Breadth First, tagged Memory"
    )  # fmt: skip


def test_a_tag_on_no_paper_is_found_by_name_and_description() -> None:
    other = replace(NEW, title="Tiled", abstract="Fused GPU-code for all graphics processors.")
    found = first("tag", other, replace(SMALL, papers=(*SMALL.papers, other)))
    assert found.id == "kernels"
    assert found.evidence == "the abstract names *GPU-code*; *code*, *GPU*, *Tiled* in its name or description"


def test_a_paper_of_unknown_words_gets_no_suggestion() -> None:
    assert Suggester(SMALL).suggest(replace(NEW, title="Ὀδύσσεια", abstract=None)) == ()
    assert Suggester(Catalogue(papers=(NEW,))).suggest(NEW) == ()


def test_a_name_without_letters_is_no_trouble() -> None:
    odd = replace(SMALL, tags=(*SMALL.tags, Tag("plus", "++", "", aliases=("-",))))
    assert Suggester(odd).suggest(replace(NEW, title="++", abstract=None)) == ()


def test_papers_with_none_or_few_are_found() -> None:
    papers = (NEW, replace(BREADTH, topics=()), ZERO, BREADTH, replace(BREADTH, id="untagged", tags=()))
    assert [paper.id for paper in lacking(replace(SMALL, papers=papers))] == ["new", "breadth", "zero", "untagged"]


def test_only_what_is_sure_and_missing_is_filled_in(shelf: Catalogue, suggester: Suggester) -> None:
    paper = shelf.paper["zero-bubble-pipeline-parallelism"]
    found = suggester.suggest(paper)
    topics, tags = suggester.best(bare(paper))
    assert topics == tuple(one.id for one in found if one.kind == "topic" and one.confidence >= SURE)
    assert tags == tuple(one.id for one in found if one.kind == "tag" and one.confidence >= SURE)
    assert "pipeline-parallelism" in tags
    assert suggester.best(paper) == ((), ())
    assert suggester.best(replace(paper, tags=("pipeline-parallelism",))) == ((), tags[1:])
    assert Suggester(SMALL).best(replace(NEW, title="Ὀδύσσεια", abstract=None)) == ((), ())
