"""What a curator may tidy up, as a to-do list: rules that find what is worth a look, and never what is wrong."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from papershelf.asking import one_form
from papershelf.identity import title_key, words
from papershelf.model import Catalogue, Paper, Topic
from papershelf.problems import quoted
from papershelf.suggest import FEW_TAGS
from papershelf.text import first_sentence, plain

RARE_TAG = 2
COMMON_TAG = 1 / 3
SMALLEST_TOPIC = 5
LARGEST_TOPIC = 60
LONGEST_SUMMARY = 200

# Two tags on so many of the papers that have either say much the same, if they stand on more than a few.
SAME_PAPERS = 0.7
FEWEST_PAPERS = 4

# A letter more or less makes other words of shorter names.
SHORTEST_NAME = 6

_LINKING_WORDS = frozenset({"a", "and", "for", "in", "of", "on", "the", "to", "with"})


@dataclass(frozen=True)
class Chore:
    """Something to tidy up: what, in which file (a line of 0 is all of it), what says so, and what settles it."""

    what: str
    source: str
    line: int
    evidence: str
    settle: str


@dataclass(frozen=True)
class Shelf:
    """What the rules look at: the catalogue, what is known of its links, and who has which tag and topic."""

    catalogue: Catalogue
    links: Mapping[str, str]

    @cached_property
    def tagged(self) -> Mapping[str, list[Paper]]:
        """The papers of each tag."""
        return _by_name((tag, paper) for paper in self.catalogue.papers for tag in paper.tags)

    @cached_property
    def filed(self) -> Mapping[str, list[Paper]]:
        """The papers of each topic."""
        return _by_name((topic, paper) for paper in self.catalogue.papers for topic in paper.topics)


def chores(catalogue: Catalogue, links: Mapping[str, str] | None = None) -> tuple[Chore, ...]:
    """Everything to tidy up, rule by rule; `links` says of addresses whether they are "dead", as last seen."""
    shelf = Shelf(catalogue, {one_form(url): state for url, state in (links or {}).items()})
    return tuple(chore for rule in RULES for chore in rule(shelf))


# Tags


def tags_spelled_alike(shelf: Shelf) -> Iterator[Chore]:
    """Tags with names, ids or aliases that differ in number, the order of words, or a letter."""
    named: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for tag in shelf.catalogue.tags:
        for name in (tag.id.replace("-", " "), tag.name, *(alias.replace("-", " ") for alias in tag.aliases)):
            for key in _keys(name):
                named[key].setdefault(tag.id, name)
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for names in named.values():
        for one, other in combinations(sorted(names), 2):
            found.setdefault((one, other), (names[one], names[other]))
    for (one, other), (name, alike) in sorted(found.items()):
        yield _same_tags(shelf, one, other, f"{quoted(name)} and {quoted(alike)} are spelled alike")


def _keys(name: str) -> Iterator[tuple[str, ...]]:
    """What names have in common that are alike: their words without plurals and order, or all letters but one."""
    if told := sorted(_singular(word) for word in words(name) if word not in _LINKING_WORDS):
        yield tuple(told)
    letters = title_key(name)
    if len(letters) >= SHORTEST_NAME:
        yield ("letters", letters)
        for at in range(len(letters)):
            yield ("letters", letters[:at] + letters[at + 1 :])


def _singular(word: str) -> str:
    return re.sub(r"(?<=\w\w)(?:(?<!s)s)$", "", re.sub(r"(?<=\w\w)ies$", "y", word))


def tags_on_the_same_papers(shelf: Shelf) -> Iterator[Chore]:
    """Tags that nearly always stand together."""
    together = Counter(pair for paper in shelf.catalogue.papers for pair in combinations(sorted(paper.tags), 2))
    for (one, other), both in sorted(together.items()):
        either = len(shelf.tagged[one]) + len(shelf.tagged[other]) - both
        if min(len(shelf.tagged[one]), len(shelf.tagged[other])) >= FEWEST_PAPERS and both >= SAME_PAPERS * either:
            yield _same_tags(shelf, one, other, f"{both} of the {either} papers with either have both")


def _same_tags(shelf: Shelf, one: str, other: str, why: str) -> Chore:
    """Two tags that may be one: the rarer goes into the commoner."""
    rarer, commoner = sorted((other, one), key=lambda name: len(shelf.tagged.get(name, ())))
    counts = ", ".join(f"{name} on {_papers(shelf.tagged.get(name, ()))}" for name in (rarer, commoner))
    what = f"the tags {quoted(rarer)} and {quoted(commoner)} may be one"
    line = shelf.catalogue.tag[rarer].line
    return Chore(what, "tags.yml", line, f"{why}; {counts}", _merge("tag", rarer, commoner))


def tags_hardly_used(shelf: Shelf) -> Iterator[Chore]:
    """Tags on no, one or two papers."""
    for tag in shelf.catalogue.tags:
        papers = shelf.tagged.get(tag.id, [])
        if len(papers) <= RARE_TAG:
            evidence = " and ".join(quoted(plain(paper.title)) for paper in papers) or "nothing has it"
            what = f"the tag {quoted(tag.id)} is on {_papers(papers)}"
            yield Chore(what, "tags.yml", tag.line, evidence, f"papershelf tag remove {tag.id}")


def tags_on_too_much(shelf: Shelf) -> Iterator[Chore]:
    """Tags that tell little, as a third of the shelf or more has them."""
    total = len(shelf.catalogue.papers)
    for tag in shelf.catalogue.tags:
        count = len(shelf.tagged.get(tag.id, ()))
        if count > RARE_TAG and count >= COMMON_TAG * total:
            what = f"the tag {quoted(tag.id)} is on {count / total:.0%} of the shelf"
            yield Chore(what, "tags.yml", tag.line, f"{count} of {total} papers", f"papershelf tag split {tag.id}")


# Topics


def topics_too_large_or_small(shelf: Shelf) -> Iterator[Chore]:
    """Topics that are no help to a reader, as they hold too much or next to nothing."""
    for topic in shelf.catalogue.topics:
        papers = shelf.filed.get(topic.id, [])
        what = f"the topic {quoted(topic.id)} holds {_papers(papers)}"
        if len(papers) > LARGEST_TOPIC:
            tags = Counter(sorted(tag for paper in papers for tag in paper.tags)).most_common(3)
            most = ", ".join(f"{tag} ({count})" for tag, count in tags)
            evidence = f"more than {LARGEST_TOPIC}; {f'most have the tags {most}' if most else 'none has a tag'}"
            yield Chore(what, "topics.yml", topic.line, evidence, f"papershelf topic split {topic.id}")
        elif len(papers) < SMALLEST_TOPIC:
            evidence, settle = _neighbour(topic, papers)
            yield Chore(what, "topics.yml", topic.line, f"fewer than {SMALLEST_TOPIC}; {evidence}", settle)


def _neighbour(topic: Topic, papers: list[Paper]) -> tuple[str, str]:
    """Where the papers of a small topic stand too, and what can be done with it therefore."""
    shared = Counter(name for paper in papers for name in paper.topics if name != topic.id)
    if not shared:
        return (
            "none of them is on another topic" if papers else "nothing is on it",
            f"papershelf topic remove {topic.id}",
        )
    name = min(shared, key=lambda name: (-shared[name], name))
    return f"{shared[name]} of them on {quoted(name)} too", _merge("topic", topic.id, name)


def topics_without_description(shelf: Shelf) -> Iterator[Chore]:
    """Topics whose description is no sentence."""
    for topic in shelf.catalogue.topics:
        if not re.search(r"\w.*[.!?…。！？][\"'”’)\]*_`]*$", topic.description.strip(), re.DOTALL):
            what = f"the topic {quoted(topic.id)} isn't described in sentences"
            settle = "write two or three sentences on what belongs there"
            yield Chore(what, "topics.yml", topic.line, f"its description is {quoted(topic.description)}", settle)


# Papers


def papers_with_few_tags(shelf: Shelf) -> Iterator[Chore]:
    """Papers with a tag, but few; those without any wait on the "to file" page."""
    for paper in shelf.catalogue.papers:
        if 0 < len(paper.tags) < FEW_TAGS:
            evidence = f"only {', '.join(map(quoted, paper.tags))}"
            yield _about(paper, "has few tags", evidence, f"papershelf suggest {paper.id}")


def papers_without_link(shelf: Shelf) -> Iterator[Chore]:
    """Papers that nothing leads to."""
    for paper in shelf.catalogue.papers:
        if not paper.url:
            settle = 'add "arxiv", "acl" or "doi", else "paper" under "links"'
            yield _about(paper, "has no link", "no identifier and no address leads to it", settle)


def papers_with_dead_links(shelf: Shelf) -> Iterator[Chore]:
    """Papers with an address that was found dead."""
    for paper in shelf.catalogue.papers:
        links = paper.links
        others = (links.code, links.data, links.project) if links else ()
        for url in (paper.url, *others):
            if url and shelf.links.get(one_form(url)) == "dead":
                yield _about(paper, "has a dead link", url, "mend or remove the address, then run papershelf links")


def papers_without_summary(shelf: Shelf) -> Iterator[Chore]:
    """Papers that no curator has summed up."""
    for paper in shelf.catalogue.papers:
        if not paper.summary:
            shown = "the abstract's first sentence" if paper.abstract else "nothing"
            settle = f"write one sentence of at most {LONGEST_SUMMARY} characters"
            yield _about(paper, "has no summary", f"listings show {shown} instead", settle)


def summaries_too_long(shelf: Shelf) -> Iterator[Chore]:
    """Summaries that are more than a glance."""
    for paper in shelf.catalogue.papers:
        length = len(paper.summary or "")
        if length > LONGEST_SUMMARY:
            settle = f"shorten it to {LONGEST_SUMMARY} characters"
            yield _about(paper, "has a long summary", f"{length} characters", settle)


def summaries_of_several_sentences(shelf: Shelf) -> Iterator[Chore]:
    """Summaries that are more than one sentence."""
    for paper in shelf.catalogue.papers:
        summary = plain(paper.summary or "")
        rest = summary[len(first_sentence(summary, len(summary))) :].strip()
        if rest:
            yield _about(paper, "has a summary of several sentences", f"it goes on: {quoted(rest)}", "make it one")


RULES: tuple[Callable[[Shelf], Iterator[Chore]], ...] = (
    tags_spelled_alike,
    tags_on_the_same_papers,
    tags_hardly_used,
    tags_on_too_much,
    topics_too_large_or_small,
    topics_without_description,
    papers_with_few_tags,
    papers_without_link,
    papers_with_dead_links,
    papers_without_summary,
    summaries_too_long,
    summaries_of_several_sentences,
)


def _by_name(pairs: Iterator[tuple[str, Paper]]) -> dict[str, list[Paper]]:
    groups: defaultdict[str, list[Paper]] = defaultdict(list)
    for name, paper in pairs:
        groups[name].append(paper)
    return dict(groups)


def _about(paper: Paper, what: str, evidence: str, settle: str) -> Chore:
    return Chore(f"{quoted(plain(paper.title))} {what}", paper.source, 0, evidence, settle)


def _merge(word: str, one: str, other: str) -> str:
    return f"papershelf {word} merge {one} into {other}"


def _papers(papers: Sequence[Paper]) -> str:
    return f"{len(papers) or 'no'} paper{'' if len(papers) == 1 else 's'}"
