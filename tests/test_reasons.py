"""A reason names what both papers are on, then words that the names haven't said."""

from __future__ import annotations

import pytest

from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.reasons import Reasons, reason

TAGS = {"pipeline": "Pipeline parallelism", "memory": "Memory", "african": "African languages", "kv": "KV cache"}
SHELF = Catalogue(
    papers=(Paper(id="x", title="X", abstract="A pipeline of stages."),),
    topics=(Topic(id="serving", name="Serving Large Models", description="Of serving."),),
    tags=tuple(Tag(id=key, name=name, description="What memory is for.") for key, name in TAGS.items()),
)


@pytest.mark.parametrize(
    ("names", "words", "expected"),
    [
        (
            ("pipeline parallelism",),
            ("bubble", "schedule"),
            "both on pipeline parallelism; shares *bubble, schedule*",
        ),
        (("a", "b"), ("c", "d", "e"), "both on a and b; shares *c, d*"),
        (("a and b", "c"), (), "both on a and b, c"),
        ((), ("bubble", "schedule", "stage"), "shares *bubble, schedule, stage*"),
        (("fine-tuning",), ("fine tuning", "LoRA"), "both on fine-tuning; shares *LoRA*"),
        (("C* and <b>",), ("x",), "both on C\\* and &lt;b>; shares *x*"),
        ((), (), ""),
    ],
)
def test_a_reason_is_a_sentence(names: tuple[str, ...], words: tuple[str, ...], expected: str) -> None:
    assert reason(names, words) == expected


@pytest.mark.parametrize(
    ("tags", "others", "expected"),
    [
        ("pipeline memory", "memory pipeline kv", ("pipeline parallelism", "memory")),
        ("african kv memory", "memory kv african", ("African languages", "KV cache")),
        ("kv", "memory", ("Serving Large Models",)),
        ("", "memory", ("Serving Large Models",)),
    ],
)
def test_shared_tags_come_first_in_the_papers_own_order(tags: str, others: str, expected: tuple[str, ...]) -> None:
    one, other = (Paper(id=t, title=t, tags=tuple(t.split()), topics=("serving",)) for t in (tags, others))
    assert Reasons(SHELF).names(one, other) == expected


def test_papers_that_share_neither_have_no_names() -> None:
    assert Reasons(SHELF).names(Paper(id="a", title="A", tags=("kv",)), Paper(id="b", title="B")) == ()
