"""A paper that comes onto the shelf: its id, its file, and what has to be said first."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from papershelf.duplicates import Index
from papershelf.identity import folder, new_id, title_key
from papershelf.importing import paper_text
from papershelf.load import PAPERS, Data
from papershelf.model import Catalogue, Match, Paper, Removed
from papershelf.problems import ProblemsError, RefusedError, did_you_mean, literal
from papershelf.references import names_of
from papershelf.text import clean
from papershelf.values import values
from papershelf.yamlfile import parse


@dataclass(frozen=True)
class New:
    """A paper with its id, the path of its file below `data/`, and what it matches on the shelf."""

    paper: Paper
    source: str
    text: str
    matches: tuple[Match, ...]
    removed: Removed | None = None
    """What was taken off the shelf once and has the same title."""


def new(draft: Paper, catalogue: Catalogue, data: Data, today: datetime.date) -> New:
    """A draft, which has no id yet, as a paper of the shelf.

    Raises ProblemsError for values that a file can't hold, and RefusedError for names that the shelf doesn't know.
    """
    entries: tuple[Paper | Removed, ...] = (*catalogue.papers, *catalogue.removed)
    taken = {name for entry in entries for name in (entry.id, *entry.aliases)}
    key = title_key(draft.title)
    gone = next((entry for entry in catalogue.removed if entry.kind == "paper" and title_key(entry.title) == key), None)
    paper = replace(
        draft,
        id=new_id(draft.title, draft.arxiv, taken),
        topics=named(draft.topics, catalogue, "topic", data.shown),
        tags=named(draft.tags, catalogue, "tag", data.shown),
        added=today,
    )
    _check_relations(paper, catalogue)
    source = f"{PAPERS}/{folder(paper.id)}/{paper.id}.yml"
    if (data.root / source).exists():
        raise RefusedError("There is a file {} already. Move it out of the way.", data.show(data.root / source))
    text = as_file(paper, f"{data.shown}/{source}")
    return New(replace(paper, source=source), source, text, tuple(Index(catalogue.papers).matches(paper)), gone)


def as_file(paper: Paper, shown: str) -> str:
    """The text of a paper's file; raises ProblemsError where it wouldn't be read as that paper again."""
    text = paper_text(paper)
    problems = list((document := parse(text, shown)).problems)
    known = values(document, document.value, (), Paper, problems)
    if problems:
        raise ProblemsError(problems)
    if replace(paper, **known) != paper:
        raise AssertionError(f"{shown} would be read as another paper")
    return text


def in_one_line(text: str) -> str:
    """A text as a value of a paper: without what can't be seen, and with single spaces."""
    return " ".join(clean(text)[0].split())


def named(names: Iterable[str], catalogue: Catalogue, word: str, shown: str) -> tuple[str, ...]:
    """The ids of topics or tags that are given by id, alias or name, each once; raises RefusedError for others."""
    known_names = names_of(catalogue)[word == "tag"]
    found: dict[str, None] = {}
    for name in names:
        known = name if name in known_names.ids else known_names.known_as(name)
        if known is None:
            where = literal(f"in {shown}/{known_names.table}. {known_names.advice(name, ())}")
            raise RefusedError(f"There is no {word} {{}} {where}", name)
        found[known] = None
    return tuple(found)


def shelved(match: Match, catalogue: Catalogue, data: Data) -> RefusedError:
    """Why a paper that matches one on the shelf isn't added, and what settles it."""
    other = catalogue.paper[match.second]
    where = literal(f"{data.shown}/{other.source} ({match.evidence})")
    if match.verdict == "same":
        return RefusedError(f"It is already on the shelf as {{}}: {where}. Add what is new to that file.", other.title)
    advice = f'If it is another work, add --distinct {other.id} --why "…".'
    return RefusedError(f"It may be on the shelf already, as {{}}: {where}. {advice}", other.title)


def _check_relations(paper: Paper, catalogue: Catalogue) -> None:
    for relation in paper.relations:
        if relation.paper not in catalogue.paper:
            advice = did_you_mean(relation.paper, catalogue.paper, "A paper's id is the name of its file.")
            raise RefusedError(f"There is no paper {{}} on the shelf. {advice}", relation.paper)
