"""An issue's body to a change of the shelf: a new paper's file, an entry mended, a tag described.

Paths come from ids alone, ids from titles by the one rule of ids, and every text goes through the writer of YAML and is
read again before anything is written. What can't be taken over is said in sentences to whoever opened the issue.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from papershelf.drafts import Draft, counted, later, refuse_if_removed
from papershelf.duplicates import Index
from papershelf.hygiene import LONGEST_SUMMARY
from papershelf.identity import nearest_id
from papershelf.importing import FOLDED, as_fields
from papershelf.issueform import Answers, Kind, answers, code
from papershelf.journal import Change
from papershelf.load import Data
from papershelf.mentions import addresses, each, mentioned_paper, names
from papershelf.model import Catalogue, Links, Match, Paper, Tag, stored_fields
from papershelf.newpaper import as_file, new
from papershelf.paperlinks import with_links
from papershelf.problems import RefusedError, literal, none_of
from papershelf.references import names_of
from papershelf.suggest import Suggester
from papershelf.yamledit import append_item, insert_entry, remove_field, set_field

FEWEST_PAPERS = 3

_MENDABLE = ("title", "link", "abstract", "topics", "tags", "summary", "year", "venue")
_FIELD = re.compile(rf"(?i)[-*\s]*({'|'.join(_MENDABLE)})\s*:\s*(.*)")


@dataclass(frozen=True)
class Proposal:
    """What an issue becomes: the change, what it is called, and what a maintainer has to know."""

    kind: Kind
    id: str
    title: str
    change: Change
    notes: tuple[str, ...]


def proposal(body: str, kind: Kind, catalogue: Catalogue, data: Data, today: datetime.date) -> Proposal:
    """What the body of an issue asks for; raises RefusedError where it can't be done."""
    given = answers(body, kind)
    if kind == "paper":
        made = _paper(given, catalogue, data, today)
    else:
        made = (_mended if kind == "mend" else _tag)(given, catalogue, data)
    if given.dropped:
        dropped = f"{given.dropped} characters that show nothing were dropped from the text."
        return replace(made, notes=(*made.notes, dropped))
    return made


# A paper


def _paper(given: Answers, catalogue: Catalogue, data: Data, today: datetime.date) -> Proposal:
    for_topics, for_tags = names_of(catalogue)
    topics, unknown_topics = names(given["Topics"], for_topics)
    tags, unknown_tags = names(given["Tags"], for_tags)
    draft = Paper(
        id="", title=given.line("Title"), topics=topics, tags=tags,
        summary=given.line("Summary") or None, abstract=given.line("Abstract") or None,
    )  # fmt: skip
    made = new(with_links(draft, addresses(given["Link"])), catalogue, data, today)
    alike = tuple(_alike(match, catalogue, data) for match in made.matches)
    if made.removed:
        alike += (f"It was on the shelf, and was removed from it: {code(made.removed.reason, 300)}.",)
    notes = (*unknown_topics, *unknown_tags, *alike, *_wanting(made.paper, catalogue))
    change = Change({made.source: made.text}, {made.source: None})
    return Proposal("paper", made.paper.id, f"Add “{made.paper.title}”", change, notes)


def _alike(match: Match, catalogue: Catalogue, data: Data) -> str:
    """What to say of a paper that looks like the proposed one; raises RefusedError where it surely is that."""
    other = catalogue.paper[match.second]
    if match.verdict == "same":
        # Ids are letters, digits and hyphens; cut short, one would be of no use.
        raise RefusedError(
            f"It is already on the shelf as {{}}: {literal(code(match.evidence, 300))}. Its id there is “{other.id}”. "
            "Something missing or wrong there can be mended through the form “Mend an entry”, with that id.",
            other.title,
        )
    where = f"{code(other.title)} in {code(f'{data.shown}/{other.source}', 200)} ({code(match.evidence, 300)})"
    return (
        f"It may be on the shelf already, as {where}. If it is, close this; if not, its file needs "
        f"`relations: [{{distinct: {other.id}}}]`."
    )


def _wanting(paper: Paper, catalogue: Catalogue) -> Iterator[str]:
    """What the paper still needs, and what would fit by its words."""
    missing = [name for name in ("topics", "tags", "summary", "abstract") if not getattr(paper, name)]
    if missing:
        yield f"It has {none_of(missing)} yet."
    if paper.summary and len(paper.summary) > LONGEST_SUMMARY:
        yield f"Its summary has {len(paper.summary)} characters; {LONGEST_SUMMARY} are a glance."
    for word, found in zip(("topic", "tag"), Suggester(catalogue).best(paper), strict=True):
        if found:
            yield f"By its words, as a {word} would fit: {', '.join(map(code, found))}."


# An entry that is mended


def _mended(given: Answers, catalogue: Catalogue, data: Data) -> Proposal:
    paper = mentioned_paper(given.line("Paper"), catalogue)
    fields = _fields(given.lines("What is right"))
    if not fields:
        example = ", ".join(f"“{name}:”" for name in _MENDABLE)
        raise RefusedError(
            f"A person has to do this, in {{}}: only lines that begin with {example} can be taken over as they are.",
            f"{data.shown}/{paper.source}",
        )
    changed, notes = _with(paper, fields, catalogue)
    as_file(changed, f"{data.shown}/{paper.source}")
    change = _edits(paper, changed, data)
    if not change.texts:
        raise RefusedError(literal(" ".join(["Nothing would change: the file says that already.", *notes])))
    others = Index(other for other in catalogue.papers if other is not paper)
    known = {match.second for match in others.matches(paper)}
    alike = tuple(_alike(match, catalogue, data) for match in others.matches(changed) if match.second not in known)
    return Proposal("mend", paper.id, f"Mend “{changed.title}”", change, (*notes, *alike))


def _edits(before: Paper, after: Paper, data: Data) -> Change:
    """The change of a paper's file to what is different; every other byte stays."""
    draft, source, old, new_ones = Draft(data), before.source, as_fields(before), as_fields(after)
    for key in stored_fields(Paper):
        had, has = old.get(key), new_ones.get(key)
        if isinstance(had, dict) and isinstance(has, dict):
            for name in (name for name, value in has.items() if had.get(name) != value):
                draft.edit(source, set_field, (key, name), has[name], later(name, Links))
            for name in had.keys() - has.keys():
                draft.edit(source, remove_field, (key, name))
        elif isinstance(had, list) and isinstance(has, list) and has[: len(had)] == had:
            for item in has[len(had) :]:
                draft.edit(source, append_item, key, item)
        elif has is not None and has != had:
            draft.edit(source, set_field, key, has, later(key), FOLDED)
        elif has is None and had is not None:
            draft.edit(source, remove_field, key)
    return draft.plan(()).change


def _fields(lines: Sequence[str]) -> dict[str, str]:
    """The values of the lines that begin with a field's name, with the lines below that begin with none."""
    fields: dict[str, str] = {}
    name = None
    for line in lines:
        if found := _FIELD.fullmatch(line):
            name = found[1].lower()
            fields[name] = found[2]
        elif name:
            fields[name] += f"\n{line}"
    return {name: value.strip() for name, value in fields.items() if value.strip()}


def _with(paper: Paper, fields: dict[str, str], catalogue: Catalogue) -> tuple[Paper, tuple[str, ...]]:
    """The paper with other values, and what of them wasn't known."""
    texts = {
        name: " ".join(fields[name].split()) for name in ("title", "abstract", "summary", "venue") if name in fields
    }
    for_topics, for_tags = names_of(catalogue)
    topics, unknown_topics = names(fields.get("topics", ""), for_topics)
    tags, unknown_tags = names(fields.get("tags", ""), for_tags)
    year = fields.get("year", "")
    if year and not re.fullmatch(r"[12][0-9]{3}", year):
        raise RefusedError("{} is no year.", year)
    paper = replace(
        paper,
        title=texts.get("title", paper.title),
        abstract=texts.get("abstract", paper.abstract),
        summary=texts.get("summary", paper.summary),
        venue=texts.get("venue", paper.venue),
        year=int(year) if year else paper.year,
        topics=topics or paper.topics,
        tags=tags or paper.tags,
    )
    return with_links(paper, addresses(fields.get("link", ""))), (*unknown_topics, *unknown_tags)


# A tag


def _tag(given: Answers, catalogue: Catalogue, data: Data) -> Proposal:
    name = given.line("Tag")
    for_topics, for_tags = names_of(catalogue)
    tag_id = nearest_id(name)
    if tag_id is None:
        raise RefusedError("{} can't be a tag: it needs letters or digits.", name)
    for words in (for_tags, for_topics):
        if known := words.known_as(name):
            raise RefusedError(f"There is the {words.word} {{}} already, which {{}} means, too.", known, name)
    refuse_if_removed(tag_id, "tag", catalogue, data)
    spelled = name.replace("-", " ") if name == tag_id else name
    spelled = spelled[:1].upper() + spelled[1:]
    tag = Tag(id=tag_id, name=spelled, description=given.line("Meaning"))
    number = sum(other.id < tag_id for other in catalogue.tags)
    draft = Draft(data)
    draft.edit(for_tags.table, insert_entry, number, as_fields(tag), FOLDED)
    papers = {paper.id: paper for paper in (mentioned_paper(line, catalogue) for line in each(given["Papers"]))}
    for paper in papers.values():
        draft.edit(paper.source, append_item, "tags", tag_id, later("tags"))
    notes = []
    if len(papers) < FEWEST_PAPERS:
        notes.append(f"It would be on {counted(len(papers))}; a tag is for at least {FEWEST_PAPERS}.")
    if near := for_tags.nearest(tag_id):
        notes.append(f"The tag that is spelled most like it is {code(near)}.")
    return Proposal("tag", tag_id, f"Describe the tag “{spelled}”", draft.plan(()).change, tuple(notes))
