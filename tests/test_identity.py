"""Ids, title keys, and identifiers in one form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papershelf.identity import MAX_ID, SHAPES, folder, nearest_id, new_id, title_key, why_not_an_id, words
from papershelf.model import Form

LONG = "Balancing Pipeline Parallelism with Vocabulary Parallelism in Large Language Model Training Runs"


@pytest.mark.parametrize(
    ("title", "paper_id"),
    [
        ("ZeRO: Memory Optimizations Toward Training", "zero-memory-optimizations-toward-training"),
        ("It's 1-bit Adam's (2nd) Life!", "it-s-1-bit-adam-s-2nd-life"),
        ("PanGu-$α$", "pangu-alpha"),
        (r"PanGu-$\alpha$", "pangu-alpha"),
        ("μ-Transfer", "mu-transfer"),
        ("µ-Transfer", "mu-transfer"),  # the micro sign
        (r"\textbf{Bold} Ideas, 19\% Better", "bold-ideas-19-better"),
        ("Ünïcödé Straße", "unicode-strasse"),
        ("基于深度学习的方法", "ji-yu-shen-du-xue-xi-de-fang-fa"),
        (LONG, "balancing-pipeline-parallelism-with-vocabulary-parallelism-in-large-language"),
        ("x" * 100, "x" * MAX_ID),
        # What gives no id, or one that is taken by something else, gets a hash of its own.
        ("🎉", "paper-6146299c"),
        ("🎊", "paper-5961e6df"),
        ("Index", "index-1bc04b52"),
        ("2048", "2048-bfa0ec8b"),
        ("CON", "con-1143da2b"),
    ],
)
def test_a_new_id_comes_from_the_title(title: str, paper_id: str) -> None:
    assert new_id(title) == paper_id


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sets(st.integers(0, 3)))
def test_a_new_id_follows_the_rule_is_free_and_is_the_same_each_time(title: str, steps: set[int]) -> None:
    taken: set[str] = set()
    for _ in steps:
        taken.add(new_id(title, taken=taken))
    assert len(taken) == len(steps)
    for paper_id in taken:
        assert why_not_an_id(paper_id) is None
        assert folder(paper_id) == paper_id[0]
    assert new_id(title, taken=taken) == new_id(title, taken=set(taken))


def test_equal_titles_are_told_apart_by_the_arxiv_number_or_a_hash() -> None:
    taken = {"same-title"}
    assert new_id("Same Title", "2005.14170", taken) == "same-title-2005-14170"
    assert new_id("Same Title", "math.GT/0309136", taken) == "same-title-math-gt-0309136"
    second = new_id("Same Title", taken=taken)
    assert second == new_id("Same title!", taken=taken) == "same-title-23a33b51"
    assert new_id("Same Title", taken={*taken, second}) == "same-title-e8d48ad6"


def test_what_is_added_fits_too() -> None:
    base = new_id(LONG)
    longer = new_id(LONG, "2005.14170", {base})
    assert longer == "balancing-pipeline-parallelism-with-vocabulary-parallelism-in-large-2005-14170"
    assert len(longer) <= MAX_ID


@pytest.mark.parametrize(
    "alike",
    [
        ("ZeRO: Memory", "zero - memory", "ZeRO  Memory", "“ZeRO”: Memory", "``ZeRO'': Memory", "Zero\u00a0Memory."),
        ("PanGu-$α$", r"PanGu-$\alpha$", "PanGu-α", "PANGU alpha", "pangu-𝛼"),
        ("Café", "Cafe\u0301", "CAFÉ", "Cafe"),
        ("Straße", "STRASSE"),
        ("ﬁne-tuning", "Fine Tuning", "fine‑tuning", "fine–tuning"),
        ("µ-nets", "μ-nets", "mu nets", r"$\mu$-nets"),
        ("10% of it", r"10\% of it"),
        (r"\textit{Once} again", "Once again"),
        ("Ｆｕｌｌ width", "Full width"),
    ],
    ids=lambda alike: alike[0],
)
def test_titles_that_are_spelled_differently_have_one_key(alike: tuple[str, ...]) -> None:
    assert len({title_key(title) for title in alike}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("ParaNames", "ParaNames 1.0"), ("GPT-2", "GPT-3"), ("Net α", "Net β"), ("方法", "方案"), ("", "a")],
)
def test_titles_that_differ_have_two_keys(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


def test_words_are_folded_like_a_key() -> None:
    assert words("The “Café” of $\\alpha$-Nets, 2nd") == ["the", "cafe", "of", "alpha", "nets", "2nd"]
    assert "".join(words(LONG)) == title_key(LONG)


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("id", ("a", "2bp", "a-b-2"), ("", "A", "a_b", "-a", "a-", "a--b", "é", "a b", "a\n")),
        (
            "arxiv",
            ("1910.02054", "0704.0001", "1412.9999", "2412.12345", "hep-th/9901001", "math.GT/0309136"),
            ("1910.2054", "1910.020545", "1900.02054", "1913.02054", "1910.02054v2", "٢٠٠٥.١٤١٧٠", "1910.02054\n"),
        ),
        (
            "acl",
            ("P19-1001", "W18-63001", "2023.acl-long.134", "2020.findings-emnlp.12", "2021.eacl-main.5"),
            ("P19", "2023.acl.134.", "2023.acl-long", "p19-1001", "2023.acl-long.134.pdf"),
        ),
        (
            "doi",
            ("10.1162/tacl_a_00577", "10.48550/arXiv.1910.02054"),
            ("11.1162/x", "10.1/x", "10.1162/", "10.1162/a b"),
        ),
        (
            "url",
            ("https://a.b", "http://a.b:80/c?d#e", "https://localhost", "https://a.b/c(d)"),
            ("ftp://a.b", "javascript:alert(1)", "a.b", "https://", "https:///x", "https://a b", "https://u@a.b"),
        ),
        ("language", ("de", "pt-BR", "zh-Hant", "yue"), ("German", "DE", "d", "de_AT")),
        ("sha256", ("0" * 64,), ("0" * 63, "G" * 64, "A" * 64)),
    ],
)
def test_shapes(form: Form, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert [text for text in good if not SHAPES[form].fits(text)] == []
    assert [text for text in bad if SHAPES[form].fits(text)] == []


@pytest.mark.parametrize(
    ("form", "text", "within"),
    [
        ("arxiv", "https://arxiv.org/abs/1910.02054v3", "1910.02054"),
        ("arxiv", "https://arxiv.org/pdf/1910.02054.pdf", "1910.02054"),
        ("arxiv", "arXiv:hep-th/9901001", "hep-th/9901001"),
        ("arxiv", "https://arxiv.org/abs/9901001", None),
        ("arxiv", "1910.020545", None),
        ("doi", "https://doi.org/10.1162/tacl_a_00577", "10.1162/tacl_a_00577"),
        ("acl", "https://aclanthology.org/2023.acl-long.134.pdf", "2023.acl-long.134"),
        ("acl", "aclanthology.org/P19-1001/", "P19-1001"),
    ],
)
def test_an_identifier_is_found_in_an_address(form: Form, text: str, within: str | None) -> None:
    assert SHAPES[form].within(text) == within


@pytest.mark.parametrize(
    ("text", "paper_id"),
    [("Old_Id", "old-id"), ("new one", "new-one"), ("a" * 90, "a" * 80), ("Index", None), ("!", None), ("", None)],
)
def test_the_id_that_was_meant(text: str, paper_id: str | None) -> None:
    assert nearest_id(text) == paper_id
