"""Why a paper is related to another, in words: what both are on, and the words that they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from papershelf.cache import Results, digest
from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.text import markdown

NAMES = 2
"""How many topics or tags that both papers have are named."""

WORDS_BESIDE_NAMES = 2
"""How many shared words are told where names have said something already."""

_WORD = re.compile(r"[^\W\d_]+")
_CAPITAL = re.compile(r" [A-Z][a-z]")


class Reasons:
    """What the topics and tags of a shelf add to the words that papers share."""

    def __init__(self, catalogue: Catalogue, results: Results | None = None) -> None:
        """Learn how the names are written inside a sentence; `results` may know it."""
        entries: tuple[Topic | Tag, ...] = (*catalogue.topics, *catalogue.tags)
        told = repr([(entry.name, entry.description) for entry in entries]).encode(errors="surrogatepass")
        key = digest(b"".join([told, *(paper.text_digest for paper in catalogue.papers)]))
        self.spoken: tuple[str, ...] = (results or Results()).get(
            "spoken", key, lambda: _all_spoken(entries, catalogue.papers)
        )
        """The names of topics and tags, in their order, as they are written inside a sentence."""
        self._topic = {topic.id: name for topic, name in zip(catalogue.topics, self.spoken, strict=False)}
        self._tag = {tag.id: name for tag, name in zip(catalogue.tags, self.spoken[len(self._topic) :], strict=True)}

    def names(self, one: Paper, other: Paper) -> tuple[str, ...]:
        """The first tags that both have, or the first topic, by name."""
        # Lists, because this is asked five times for each paper, and generators take longer to begin than to end.
        tags = [self._tag[name] for name in one.tags if name in other.tags]
        return tuple(tags[:NAMES] or [self._topic[name] for name in one.topics if name in other.topics][:1])


def reason(names: Sequence[str], words: Sequence[str]) -> str:
    """The reason as Markdown; a word that a name has said already is left out."""
    said = {word for name in names for word in name.casefold().replace("-", " ").split()}
    new = [word for word in words if not said.issuperset(word.casefold().replace("-", " ").split())]
    shown = new[:WORDS_BESIDE_NAMES] if names else new
    joint = ", " if any(" and " in name for name in names) else " and "
    both = f"both on {joint.join(markdown(name, links=False) for name in names)}" if names else ""
    shares = f"shares *{', '.join(shown)}*" if shown else ""
    return "; ".join(filter(None, (both, shares)))


def _all_spoken(entries: Sequence[Topic | Tag], papers: Iterable[Paper]) -> tuple[str, ...]:
    texts = [entry.description for entry in entries] + [paper.abstract or "" for paper in papers]
    return tuple(_spoken(entry.name, texts) for entry in entries)


def _spoken(name: str, texts: Iterable[str]) -> str:
    """A name inside a sentence: with a small letter first where some text writes its first word so."""
    word = _WORD.match(name)
    if not word or not word[0][1:].islower() or _CAPITAL.search(name, word.end()):
        return name
    small = f" {word[0].lower()}"
    return name[0].lower() + name[1:] if any(small in text for text in texts) else name
