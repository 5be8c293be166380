"""What search reads: words folded, where they stand, in shards; small files change when a tag does."""

from __future__ import annotations

import html
import json
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import markdown
import pytest

from papershelf import searchindex, searchwords, writtenpages
from papershelf.cache import Results
from papershelf.checks import checked
from papershelf.folding import folded, words
from papershelf.load import Data
from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.searchindex import usual_id
from papershelf.searchwords import ABSTRACT, STRIDE, after_each_other, written
from papershelf.site import Site

SITE = Site("Toys", "https://toys.example/shelf/")
LETTERS = {letter: value for value, letter in enumerate(searchwords._DIGITS)}


def files(shelf: Catalogue, site: Site = SITE) -> dict[str, bytes]:
    return {
        download.path.removeprefix("assets/search/"): download.make()
        for download in searchindex.downloads(shelf, site, Results())
    }


def numbers(text: str) -> Iterator[int]:
    """Reads what `written` writes, by its own description."""
    last = gap = bits = 0
    for letter in text:
        gap += (LETTERS[letter] % 32) << bits
        bits += 5
        if LETTERS[letter] < 32:
            last += gap
            yield last
            gap = bits = 0


def places(made: dict[str, bytes]) -> dict[str, list[int]]:
    """Every word with its places, from all shards."""
    found = {}
    for name, content in made.items():
        if name.startswith("words-"):
            shard = json.loads(content)
            pairs = zip(shard["words"].split(" "), shard["places"].split(" "), strict=True)
            found |= {word: list(numbers(text)) for word, text in pairs if word}
    return found


def shelf_of(*papers: Paper) -> Catalogue:
    tags = (Tag("fast", "Fast", ""), Tag("slow", "Slow", "", aliases=("tardy",)))
    return Catalogue(papers, (Topic("things", "Things", ""),), tags)


@pytest.fixture(scope="module")
def shipped(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PanGu-α", "pangu-alpha"),
        ("Éléments naïfs", "elements naifs"),
        ("𝓞(n²)", "o(n2)"),
        ("Straße, Łódź, Æther", "strasse, lodz, aether"),
        ("non‑breaking soft\u00adhyphen", "non-breaking softhyphen"),
        ("Λόγος", "lambdaomicrongammaomicronsigma"),
        ("机器", " 机  器 "),
    ],
)
def test_text_is_folded(text: str, said: str) -> None:
    assert folded(text) == said


def test_words_that_a_hyphen_joins_are_one_word_too() -> None:
    assert words("Fine-tuning GPT-3 - or not") == (
        ["fine", "tuning", "gpt", "3", "or", "not"],
        [(0, "finetuning"), (2, "gpt3")],
    )
    assert words("é-à b") == (["e", "a", "b"], [(0, "ea")])


def test_every_word_of_a_summary_and_an_abstract_has_its_place() -> None:
    made = files(shelf_of(Paper("a", "A"), Paper("b", "B", summary="Big widgets.", abstract="The re-used big widget")))
    assert places(made) == {
        "big": [STRIDE, STRIDE + ABSTRACT + 3],
        "widgets": [STRIDE + 1],
        "the": [STRIDE + ABSTRACT],
        "re": [STRIDE + ABSTRACT + 1],
        "reused": [STRIDE + ABSTRACT + 1],
        "used": [STRIDE + ABSTRACT + 2],
        "widget": [STRIDE + ABSTRACT + 4],
    }


def test_the_words_to_correct_by_are_those_that_no_title_has() -> None:
    text = "A widget, 12345 spindles, a re-used cog, and a re-used mock-widget."
    papers = (Paper("a", "Big widget", abstract=text), Paper("b", "B"))
    assert json.loads(files(shelf_of(*papers))["spelling.json"]) == "AreusedAspindles"


def test_a_word_to_correct_by_is_told_by_what_it_adds_to_the_one_before() -> None:
    long = "abcdefghijklmnopqrstuvwxyz" * 2
    some = ["widely", "widen", "widget", "widgets", "wídgets", "wídth", long, f"{long}s"]
    assert after_each_other(some) == f"AwidelyEnDgetGsAwídgetsAwídthA{long}Z{long[25:]}s"


def test_a_word_with_more_places_than_a_shard_leaves_the_shards_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searchwords, "SHARD", 10)
    letters = " ".join("bcdefghijklmnopqrstuvwxyz")
    made = files(shelf_of(Paper("a", "A", abstract=f"{letters} " + "everywhere " * 300)))
    firsts = json.loads(made["index.json"])["shards"]
    empty = [number for number in range(len(firsts)) if not json.loads(made[f"words-{number}.json"])["words"]]
    assert empty
    for word in places(made):
        at = bisect_right(firsts, word) - 1
        assert word in json.loads(made[f"words-{at}.json"])["words"].split(" ")


def test_a_stop_word_that_stands_everywhere_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searchwords, "COMMON", 3)
    made = files(shelf_of(Paper("a", "A", abstract="the the the of of widget widget widget")))
    assert set(places(made)) == {"of", "widget"}


def test_a_text_of_any_length_stays_in_its_papers_places() -> None:
    long = " ".join(f"word{number}" for number in range(2 * STRIDE))
    made = files(shelf_of(Paper("a", "A", summary=long, abstract=f"{long} end-word"), Paper("b", "B", abstract="next")))
    found = places(made)
    assert found["next"] == [STRIDE + ABSTRACT]
    assert max(place for word, some in found.items() for place in some if word != "next") == STRIDE - 1
    assert "endword" not in found


@pytest.mark.parametrize("some", [[0], [31, 32, 33], [5, 1024, 10**6, 10**6, 3 * 10**8], list(range(0, 10**7, 32_749))])
def test_numbers_come_back_as_they_were_written(some: list[int]) -> None:
    assert list(numbers(written(array("I", some)))) == some


def test_shards_hold_all_words_once_and_in_order(shipped: Catalogue) -> None:
    made = files(shipped)
    head = json.loads(made["index.json"])
    shards = [json.loads(made[f"words-{number}.json"])["words"].split(" ") for number in range(len(head["shards"]))]
    assert [shard[0] for shard in shards] == head["shards"]
    every = [word for shard in shards for word in shard]
    assert every == sorted(set(every))
    assert {"parallelism", "translation", "finetuning"} <= set(every)
    sizes = [len(made[f"words-{number}.json"]) for number in range(len(shards))]
    assert max(sizes) < 2 * sum(sizes) / len(sizes)


def test_an_id_is_told_only_where_the_title_does_not_tell_it(shipped: Catalogue) -> None:
    made = files(shipped)
    titles = json.loads(made["titles-0.json"])
    assert len(titles["titles"]) == len(shipped.papers)
    for number, (paper, title) in enumerate(zip(shipped.papers, titles["titles"], strict=True)):
        assert titles["ids"].get(str(number), usual_id(title)) == paper.id
    assert len(titles["ids"]) < len(shipped.papers) / 10


def test_a_changed_tag_changes_only_what_holds_tags() -> None:
    paper = Paper("a", "A", topics=("things",), tags=("fast",), abstract="Some text.")
    before, after = files(shelf_of(paper)), files(shelf_of(replace(paper, tags=("slow",))))
    assert {name for name in before if before[name] != after[name]} == {"labels-0.json", "index.json"}
    heads = json.loads(before["index.json"]), json.loads(after["index.json"])
    assert {key for key in heads[0] if heads[0][key] != heads[1][key]} == {"labelled"}


def test_a_changed_text_gives_the_shards_another_version() -> None:
    paper = Paper("a", "A", abstract="Some text.")
    versions = [
        json.loads(files(shelf_of(one))["index.json"])["version"]
        for one in (paper, replace(paper, abstract="Other text."))
    ]
    assert versions[0] != versions[1]


def test_the_files_are_the_same_bytes_each_time_and_known_before_they_are_made(shipped: Catalogue) -> None:
    assert files(shipped) == files(shipped)


def test_an_empty_shelf_has_an_index() -> None:
    made = files(Catalogue())
    assert json.loads(made["index.json"])["papers"] == 0
    assert places(made) == {}


@pytest.mark.parametrize(("directories", "expected"), [(True, "papers/*/"), (False, "papers/*.html")])
def test_the_index_tells_where_papers_are(directories: bool, expected: str) -> None:  # noqa: FBT001
    head = json.loads(
        files(shelf_of(Paper("a", "A")), Site("Toys", "https://toys.example/", directories))["index.json"]
    )
    assert head["paper"] == expected
    assert head["tags"] == [["fast", "Fast"], ["slow", "Slow", "tardy"]]


def test_a_hand_written_page_is_known_by_what_it_says() -> None:
    text = """---
title: "How to read & why"
---

# Ignored

<!-- papershelf: numbers -->
Read **slowly**, as [others](https://x.example/a_b) do &amp; `said`:

- one
- two {: .small }
"""
    unfound = "---\nsearch:\n  exclude: true\n---\n# Hidden\n"
    made = writtenpages.download(SITE, lambda: {"read.md": text, "bare.md": "# Bare\n", "hidden.md": unfound})
    assert json.loads(made.make()) == [
        {"title": "Bare", "address": "bare/", "text": "", "parts": []},
        {
            "title": "How to read & why",
            "address": "read/",
            "text": "Read slowly, as others do & said: one two",
            "parts": [],
        },
    ]


def test_the_sections_of_a_hand_written_page_have_the_anchors_that_its_headings_get() -> None:
    text = """# A title

Above.

## Same {: .small }

One.

## Same

```text
# no heading
```

## With `code` & *marks*, [a link](x.md) ##

## Own {#given-id}

Ünï cödé – 文字
-----

Two lines
of a table | no heading
------ | ------

### 文字

## given id
"""
    (page,) = json.loads(writtenpages.download(SITE, lambda: {"page.md": text}).make())
    made = markdown.Markdown(extensions=["toc", "attr_list", "pymdownx.superfences"])
    made.convert(text)
    assert page["text"] == "Above."
    assert [[name, anchor] for name, anchor, _ in page["parts"]] == [
        [html.unescape(token["name"]), token["id"]] for token in flat(made.toc_tokens) if token["level"] > 1
    ]
    assert [said for _, _, said in page["parts"]][:3] == ["One.", "no heading", ""]


def flat(tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The headings of a table of contents in their order."""
    for token in tokens:
        yield token
        yield from flat(token["children"])
