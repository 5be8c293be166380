"""What people paste as a link, and the field of a paper that it belongs in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from papershelf.model import Links, Paper
from papershelf.paperlinks import recognised, with_links
from papershelf.problems import RefusedError

DRAFT = Paper(id="", title="T")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://arxiv.org/abs/1910.02054", ("arxiv", "1910.02054")),
        ("http://www.arxiv.org/pdf/1910.02054v3.pdf", ("arxiv", "1910.02054")),
        ("https://arxiv.org/abs/1910.02054?context=cs#x", ("arxiv", "1910.02054")),
        ("arxiv.org/abs/1910.02054", ("arxiv", "1910.02054")),
        ("arXiv: 1910.02054", ("arxiv", "1910.02054")),
        (" 1910.02054v2 ", ("arxiv", "1910.02054")),
        ("https://arxiv.org/abs/math.GT/0309136", ("arxiv", "math.GT/0309136")),
        ("https://huggingface.co/papers/2305.12345", ("arxiv", "2305.12345")),
        ("https://doi.org/10.48550/arXiv.1910.02054", ("arxiv", "1910.02054")),
        ("https://aclanthology.org/2023.acl-long.134/", ("acl", "2023.acl-long.134")),
        ("https://aclanthology.org/2023.acl-long.134.pdf", ("acl", "2023.acl-long.134")),
        ("https://www.aclweb.org/anthology/P18-1001", ("acl", "P18-1001")),
        ("10.18653/v1/2023.acl-long.134", ("acl", "2023.acl-long.134")),
        ("https://doi.org/10.1162/tacl_a_00577", ("doi", "10.1162/tacl_a_00577")),
        ("https://dx.doi.org/10.1000/a%28b%29", ("doi", "10.1000/a(b)")),
        ("https://dl.acm.org/doi/abs/10.1145/3458817.3476209?x=1", ("doi", "10.1145/3458817.3476209")),
        ("doi:10.1162/tacl_a_00577.", ("doi", "10.1162/tacl_a_00577")),
        ("https://github.com/a/b", ("code", "https://github.com/a/b")),
        ("https://huggingface.co/datasets/a/b", ("data", "https://huggingface.co/datasets/a/b")),
        ("https://openreview.net/forum?id=x", ("other", "https://openreview.net/forum?id=x")),
        ("https://arxiv.org/abs/2005.1417", None),
        ("10.1/x", None),
        ("javascript:alert(1)", None),
        ("https://user:secret@host.example/", None),
        ("https://x.example/${{github.token}}", None),
        ("https://x.example/<script>", None),
        ("ftp://x.example/a", None),
        ("see the paper", None),
        ("", None),
    ],
)
def test_what_a_link_is(text: str, expected: tuple[str, str] | None) -> None:
    assert recognised(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["https://x.example/a"], replace(DRAFT, links=Links(paper="https://x.example/a"))),
        (["https://x.example/a", "https://x.example/b"],
         replace(DRAFT, links=Links(paper="https://x.example/a", project="https://x.example/b"))),
        (["https://x.example/a", "1910.02054"], replace(DRAFT, arxiv="1910.02054", links=Links(project="https://x.example/a"))),
        (["https://github.com/a/b", "10.1145/3.4"], replace(DRAFT, doi="10.1145/3.4", links=Links(code="https://github.com/a/b"))),
        (["1910.02054", "https://arxiv.org/pdf/1910.02054v2"], replace(DRAFT, arxiv="1910.02054")),
        ([], DRAFT),
    ],
)  # fmt: skip
def test_links_go_to_their_fields(texts: list[str], expected: Paper) -> None:
    assert with_links(DRAFT, texts) == expected


def test_an_identifier_takes_the_place_of_an_address() -> None:
    paper = replace(DRAFT, links=Links(paper="https://x.example/a", code="https://x.example/code"))
    assert with_links(paper, ["1910.02054"]) == replace(
        DRAFT, arxiv="1910.02054", links=Links(code="https://x.example/code")
    )


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["not one"], '"not one" is neither an address that begins with https:// nor an arXiv number'),
        (["https://arxiv.org/abs/2005.1417"], "an address at arXiv with a number of its form"),
        (["1910.02054", "1910.02055"], 'two addresses of one kind: "1910.02054" and "1910.02055"'),
        (["https://x.example/a", "https://x.example/b", "https://x.example/c"], "no place for one more address"),
    ],
)
def test_links_that_are_refused(texts: list[str], said: str) -> None:
    with pytest.raises(RefusedError, match=said.replace("(", r"\(")):
        with_links(DRAFT, texts)
