"""The shelf that ships is really curated: topics, vocabulary, summaries and links hold to their rules."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from papershelf.checks import checked, unfinished
from papershelf.entries import source_link
from papershelf.load import Data
from papershelf.model import Catalogue

FEWEST_IN_A_ROW = 8


@pytest.fixture(scope="module")
def shelf(root: Path) -> Catalogue:
    return checked(Data(root / "data"))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + FEWEST_IN_A_ROW]) for at in range(len(found) - FEWEST_IN_A_ROW + 1)}


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?= |$)", text))


def test_nothing_waits_for_a_curator(shelf: Catalogue) -> None:
    assert unfinished(shelf) == ()


def test_topics_are_few_described_and_neither_empty_nor_crowded(shelf: Catalogue) -> None:
    assert 12 <= len(shelf.topics) <= 20
    for topic in shelf.topics:
        assert 5 <= len(shelf.by_topic[topic.id]) <= 60, topic.id
        assert 2 <= sentences(topic.description) <= 3, topic.id
        assert not re.search(r"\b(other|misc|various)", topic.name.lower())


def test_the_vocabulary_is_used_and_means_different_things(shelf: Catalogue) -> None:
    assert 40 <= len(shelf.tags) <= 90
    for tag in shelf.tags:
        assert len(shelf.by_tag[tag.id]) >= 3, tag.id
        assert len(words(tag.description)) >= 3, tag.id
    assert max(Counter(words_of.name.lower() for words_of in shelf.tags).values()) == 1
    papers = Counter(frozenset(paper.id for paper in shelf.by_tag[tag.id]) for tag in shelf.tags)
    assert max(papers.values()) == 1, "two tags on exactly the same papers mean the same"


def test_every_paper_has_topics_tags_and_a_summary(shelf: Catalogue) -> None:
    for paper in shelf.papers:
        assert 1 <= len(paper.topics) <= 3, paper.id
        assert 2 <= len(paper.tags) <= 6, paper.id
        assert paper.summary, paper.id


def test_summaries_are_one_short_sentence_without_marketing(shelf: Catalogue) -> None:
    marketing = re.compile(r"(?i)\b(this paper|this work|we|our|novel|state-of-the-art|groundbreaking|powerful)\b")
    for paper in shelf.papers:
        summary = paper.summary or ""
        assert len(summary) <= 200, paper.id
        assert summary.endswith("."), paper.id
        assert sentences(summary) == 1, paper.id
        assert not marketing.search(summary), paper.id


def test_summaries_are_in_the_curators_own_words(shelf: Catalogue) -> None:
    for paper in shelf.papers:
        taken = runs(paper.summary or "") & runs(paper.abstract or "")
        assert not taken, f"{paper.id}: {' '.join(next(iter(taken)))}"


def test_the_papers_are_those_of_the_lists(shelf: Catalogue) -> None:
    assert len(shelf.papers) == 304
    assert {entry.id: len(shelf.by_list[entry.id]) for entry in shelf.lists} == {
        "trending-papers": 215,
        "daily-papers-aug-12": 113,
    }


def test_links_to_code_and_data_stand_in_the_abstract(shelf: Catalogue) -> None:
    for paper in shelf.papers:
        named = (paper.abstract or "").replace("https: //", "https://")  # as one abstract has it
        for address in (paper.links.code, paper.links.data, paper.links.project) if paper.links else ():
            assert address is None or address in named, paper.id


def test_a_paper_without_an_address_gets_a_search_that_says_so(shelf: Catalogue) -> None:
    without = [paper for paper in shelf.papers if paper.url is None]
    assert len(without) == 7
    for paper in without:
        label, address = source_link(paper)
        assert label.startswith("Search")
        assert address.startswith("https://scholar.google.com/scholar?q=%22")


def test_known_relations_are_written_down(shelf: Catalogue) -> None:
    newer = shelf.paper["paranames-1-0-creating-an-entity-name-corpus-for-400-languages-using-wikidata"]
    assert [relation.version_of for relation in newer.relations] == [
        "paranames-a-massively-multilingual-entity-name-corpus"
    ]
    cpu = {
        f"inference-{what}-for-large-language-models-on-cpus" for what in ("acceleration", "performance-optimization")
    }
    judged = {frozenset({paper.id, r.paper}) for paper in shelf.papers for r in paper.relations if r.distinct}
    assert cpu <= shelf.paper.keys()
    assert frozenset(cpu) in judged
