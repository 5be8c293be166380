"""Which papers are the same work, which look alike, and which are neither."""

import random
from dataclasses import replace
from itertools import permutations

import pytest

from papershelf import duplicates
from papershelf.duplicates import Index, compare, find
from papershelf.model import Paper, Relation

ZERO = """Large deep learning models offer significant accuracy gains, but training billions to trillions of
parameters is challenging. Existing solutions such as data and model parallelisms exhibit
fundamental limitations to fit these models into limited device memory, while obtaining computation,
communication and development efficiency. We develop a novel solution, Zero Redundancy Optimizer
(ZeRO), to optimize memory, vastly improving training speed while increasing the model size that can
be efficiently trained."""
ZERO_EDITED = ZERO.replace("vastly", "greatly").replace("Existing solutions such as data", "Known ways, such as data")
CORPUS = """Parallel corpora are the fuel of machine translation, yet most of the languages of the world have none. We
collect bilingual text for nine of them from books and broadcasts, align it by hand, and show that models
trained on it beat those that were trained on ten times as much mined text. Data, code and the guidelines of the
annotators are free to use."""
TITLE = "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"
PANGU = "PanGu-α: Large-scale Autoregressive Pretrained Chinese Language Models"


def paper(paper_id: str, title: str = TITLE, abstract: str | None = ZERO, **fields: str) -> Paper:
    return Paper(id=paper_id, title=title, abstract=abstract, **fields)


def verdict(one: Paper, other: Paper) -> str | None:
    """What a pair is found to be, which doesn't depend on who is first, nor on how it is asked."""
    there, back = compare(one, other), compare(other, one)
    assert (there and there.verdict) == (back and back.verdict)
    assert [(match.verdict, match.evidence) for match in find([other, one])] == [
        (match.verdict, match.evidence) for match in [there] if match
    ]
    assert [match.verdict for match in Index([other]).matches(one)] == [match.verdict for match in [there] if match]
    return there.verdict if there else None


@pytest.mark.parametrize(
    ("title", "other_title"),
    [
        (TITLE, TITLE),
        (TITLE, TITLE.upper()),
        (TITLE, "ZeRO:   Memory Optimizations\nToward Training Trillion-Parameter Models"),
        (TITLE, r"\textbf{ZeRO}: Memory Optimizations Toward ``Training'' Trillion Parameter Models"),
        (PANGU, PANGU.replace("α", "$α$")),
        (PANGU, PANGU.replace("α", r"$\alpha$")),
    ],
)
def test_titles_that_differ_in_spelling_marks_alone_with_one_abstract_are_the_same_work(title, other_title):
    assert verdict(paper("a", title), paper("b", other_title)) == "same"


@pytest.mark.parametrize(
    "abstract",
    [
        ZERO.replace("\n", " "),
        ZERO.upper(),
        ZERO.replace("ZeRO", r"\textsc{ZeRO}").replace("memory", r"{\em memory}"),
        ZERO[:250],
        ZERO_EDITED,
    ],
    ids=["spacing", "case", "tex", "cut short", "edited"],
)
def test_one_abstract_captured_twice_is_one_abstract(abstract):
    assert verdict(paper("a"), paper("b", abstract=abstract)) == "same"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"arxiv": "1910.02054"}, {"arxiv": "1910.02054"}),
        ({"acl": "2023.acl-long.134"}, {"acl": "2023.acl-long.134"}),
        ({"doi": "10.1162/TACL_a_00577"}, {"doi": "10.1162/tacl_A_00577"}),
        ({"arxiv": "1910.02054"}, {"doi": "10.48550/arXiv.1910.02054"}),
        ({"acl": "P19-1001"}, {"doi": "10.18653/v1/p19-1001"}),
        ({"arxiv": "1910.02054", "doi": "10.1109/SC41405.2020.00024"}, {"arxiv": "1910.02054"}),
    ],
)
def test_a_common_identifier_is_enough(first, second):
    one, other = paper("a", **first), paper("b", "Something else entirely", CORPUS, **second)
    assert verdict(one, other) == "same"
    assert "both have the" in compare(one, other).evidence


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"arxiv": "1910.02054"}, {"arxiv": "2104.07857"}),
        ({"doi": "10.1109/a.1"}, {"doi": "10.1109/a.2"}),
        ({"arxiv": "1910.02054", "acl": "P19-1001"}, {"arxiv": "1910.02054", "acl": "P19-1002"}),
    ],
)
def test_different_identifiers_of_a_kind_are_asked_about_and_never_the_same(first, second):
    one, other = paper("a", **first), paper("b", **second)
    assert verdict(one, other) == "likely"
    assert "they have different" in compare(one, other).evidence


def test_identifiers_of_different_kinds_contradict_nothing():
    assert verdict(paper("a", arxiv="1910.02054"), paper("b", doi="10.1109/SC41405.2020.00024")) == "same"


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        (paper("a"), paper("b", abstract=CORPUS), "the titles are equal; the abstracts share 0%"),
        (paper("a"), paper("b", abstract=None), "the titles are equal; only one of them has an abstract"),
        (paper("a", abstract=None), paper("b", abstract=None), "the titles are equal; neither of them has an abstract"),
        (paper("a"), paper("b", abstract="Under review."), "the titles are equal; only one of them has an abstract"),
        (paper("a"), paper("b", TITLE + " at Last"), "the titles differ in 2 of 10 words; the abstracts share 100%"),
        (paper("a"), paper("b", "Sharding the State", ZERO_EDITED), "the titles differ in 8 of 8 words; the"),
        (
            paper("a", "ParaNames: A Massively Multilingual Entity Name Corpus"),
            paper("b", "ParaNames 1.0: Creating an Entity Name Corpus for 400+ Languages", ZERO_EDITED),
            "the titles differ in 7 of 11 words; the abstracts share",
        ),
    ],
    ids=["unlike abstracts", "one abstract", "no abstract", "a word for one", "longer", "retitled", "next version"],
)
def test_a_likely_pair_comes_with_what_a_curator_can_judge_by(one, other, evidence):
    assert verdict(one, other) == "likely"
    assert compare(one, other).evidence.startswith(evidence)


@pytest.mark.parametrize(
    "title",
    [
        "ZeRO",
        "ZeRO: Memory Optimisations Towards Training Trillion Parameter Models",
        "ZeRO: Memory Optimizations Toward Traning Trillion Parameter Models",
        "ZeRO: Memory Optimizations for Very Large Models",
        "Memory Optimizations Toward Training Trillion Parameter Models: ZeRO",
    ],
    ids=["subtitle dropped", "British", "typo", "subtitle changed", "word order"],
)
@pytest.mark.parametrize("abstract", [ZERO, ZERO_EDITED, None], ids=["as is", "edited", "missing"])
def test_a_retitled_paper_is_asked_about(title, abstract):
    assert verdict(paper("a"), paper("b", title, abstract)) == "likely"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (paper("a"), paper("b", "A Parallel Corpus for Nine Languages", CORPUS)),
        # Series and siblings: the titles are near, the abstracts tell.
        (paper("a", "Qwen3 Technical Report"), paper("b", "Qwen3-VL Technical Report", CORPUS)),
        (
            paper("a", "Inference Acceleration for Large Language Models on CPUs"),
            paper("b", "Inference Performance Optimization for Large Language Models on CPUs", CORPUS),
        ),
        (paper("a", "ZeRO: Memory Optimizations"), paper("b", "ZeRO: A Corpus", CORPUS)),
        # Where there are none, numbers and identifiers do.
        (paper("a", "Qwen2 Technical Report", None), paper("b", "Qwen3 Technical Report", None)),
        (paper("a", "Prism: Block-Sparse Attention", None), paper("b", "Prism: Speech Benchmarks", None)),
        (paper("a", TITLE, None, arxiv="1910.02054"), paper("b", TITLE + "s", None, arxiv="2104.07857")),
        # A title that holds no letter is no title.
        (paper("a", "?"), paper("b", "!", CORPUS)),
    ],
)
def test_different_works_are_not_asked_about(one, other):
    assert verdict(one, other) is None


@pytest.mark.parametrize(
    "relation", [Relation(version_of="a"), Relation(distinct="a", why="x"), Relation(distinct="old")]
)
@pytest.mark.parametrize("abstract", [ZERO, CORPUS, None], ids=["same", "unlike abstracts", "no abstract"])
def test_a_judged_pair_is_silent_whoever_s_file_says_it(relation, abstract):
    one, other = replace(paper("a"), aliases=("old",)), paper("b", abstract=abstract)
    assert verdict(one, other) is not None
    assert verdict(one, replace(other, relations=(relation,))) is None
    judged = replace(one, id="b", relations=(replace(relation, version_of=None, distinct="a"),))
    assert verdict(judged, replace(other, id="a")) is None


def test_a_word_on_one_pair_says_nothing_about_another():
    one, other, third = paper("a"), paper("b", TITLE + " at Last"), paper("c", TITLE + " Again")
    judged = replace(other, relations=(Relation(version_of="a"),))
    assert [(match.first, match.second) for match in find([one, judged, third])] == [("a", "c"), ("b", "c")]


def test_a_common_identifier_in_two_files_stays_a_mistake_whatever_was_said():
    judged = replace(paper("b", arxiv="1910.02054"), relations=(Relation(distinct="a"),))
    assert verdict(paper("a", arxiv="1910.02054"), judged) == "same"


def test_all_matches_are_found_in_one_order_however_the_papers_come():
    shelf = [
        paper("d", arxiv="1910.02054"),
        paper("a", TITLE.lower()),
        paper("c", "Sharding the State"),
        paper("b", "Memory for All", CORPUS, arxiv="1910.02054"),
    ]
    expected = [("a", "d", "same"), ("b", "d", "same"), ("a", "c", "likely"), ("c", "d", "likely")]
    for papers in permutations(shelf):
        assert [(match.first, match.second, match.verdict) for match in find(papers)] == expected


def test_an_index_grows_and_answers_for_papers_that_are_not_in_it():
    index = Index()
    assert index.matches(paper("new")) == []
    index.add(paper("zero"))
    (match,) = index.matches(paper("new"))
    assert (match.first, match.second, match.verdict) == ("new", "zero", "same")
    # The first capture of a paper may have its title's own id: it is a match all the same.
    assert [match.second for match in index.matches(paper("zero"))] == ["zero"]


def test_what_looks_like_a_paper_that_is_surely_there_is_not_asked_again():
    index = Index([paper("zero"), paper("zero-2", TITLE + " at Last")])
    assert [(match.second, match.verdict) for match in index.matches(paper("new"))] == [("zero", "same")]
    assert {match.second for match in index.matches(paper("new", TITLE + " Again"))} == {"zero", "zero-2"}


def made(count: int, *, abstracts: bool = True) -> list[Paper]:
    """Papers of made words in which, as in real ones, few words make up most of the text."""
    rng = random.Random(7)
    words = ["".join(rng.choices("abcdefghiklmnoprstuvw", k=rng.randint(2, 9))) for _ in range(4_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    papers = []
    for number in range(count):
        title = f"{rng.choice(words)}: {' '.join(rng.choices(words, weights, k=7))}"
        text = "in this paper we present " + " ".join(rng.choices(words, weights, k=150))
        papers.append(paper(f"p{number:04d}", title, text if abstracts else None))
    return papers


@pytest.mark.parametrize("abstracts", [True, False], ids=["with abstracts", "titles alone"])
def test_the_work_grows_with_the_papers_and_not_with_their_pairs(monkeypatch, abstracts):
    compared = 0

    def counted(*pair):
        nonlocal compared
        compared += 1
        return judge(*pair)

    judge = duplicates._judge
    monkeypatch.setattr(duplicates, "_judge", counted)
    shelf = made(2_000, abstracts=abstracts)
    twins = [replace(one, id=f"{one.id}-twin", title=f"{one.title} revisited") for one in shelf[:100]]
    found = {(match.first, match.second) for match in find([*shelf, *twins])}
    assert {(twin.id.removesuffix("-twin"), twin.id) for twin in twins} <= found
    assert compared <= len([*shelf, *twins]) * duplicates.MOST_COMPARED


def test_shuffled_papers_give_the_same_matches():
    shelf = made(300)
    shelf += [replace(one, id=f"{one.id}-twin", title=f"{one.title} revisited") for one in shelf[::3]]
    expected = find(shelf)
    assert len(expected) == 100
    for seed in range(3):
        assert find(random.Random(seed).sample(shelf, len(shelf))) == expected
