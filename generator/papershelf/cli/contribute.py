"""Commands that bring papers onto the shelf and into form: new, propose, fmt, suggest."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from papershelf import fmt as formats
from papershelf import frombibtex, journal
from papershelf.checks import checked
from papershelf.cli.changing import DRY_RUN, make, today
from papershelf.drafts import Draft, later, rehearse
from papershelf.issueform import HEADINGS, LONGEST, Kind
from papershelf.journal import Change
from papershelf.load import Data
from papershelf.mentions import paper_named
from papershelf.model import Catalogue, Paper, Relation
from papershelf.newpaper import New, in_one_line, shelved
from papershelf.newpaper import new as new_paper
from papershelf.paperlinks import with_links
from papershelf.problems import ProblemsError, RefusedError, quoted
from papershelf.proposalreport import outputs, refusal, unreadable
from papershelf.proposalreport import report as told
from papershelf.propose import proposal
from papershelf.suggest import Suggester, lacking
from papershelf.yamledit import append_item
from papershelf.yamlfile import read_text

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--title", help="The title, as it is printed.")
@click.option("--link", "links", multiple=True, metavar="LINK", help="An address, an arXiv number, a DOI, an ACL id.")
@click.option("--author", "authors", multiple=True, metavar="NAME", help="Each author, in order.")
@click.option("--year", type=int, help="The year of publication.")
@click.option("--venue", help="Where it was published.")
@click.option("--abstract-file", type=_FILE, help="A file that holds the abstract.")
@click.option("--summary", help="One sentence in your own words.")
@click.option("--topic", "topics", multiple=True, metavar="ID", help="A topic, the most fitting first.")
@click.option("--tag", "tags", multiple=True, metavar="ID", help="A tag, the most important first.")
@click.option("--bibtex", type=_FILE, help="A BibTeX file, with one entry or several.")
@click.option("--distinct", metavar="ID", help="A look-alike on the shelf that is another work.")
@click.option("--why", help="Why it is.")
@click.option("--suggest", is_flag=True, help="Write the topics and tags that surely fit by its words.")
@DRY_RUN
@click.pass_obj
def new(
    data: Data,
    /,
    *,
    bibtex: Path | None,
    abstract_file: Path | None,
    distinct: str | None,
    why: str | None,
    links: Sequence[str],
    suggest: bool,
    dry_run: bool,
    **given: str | int | Sequence[str] | None,
) -> None:
    """Add a paper's file, from a title and a link or from BibTeX.

    Nothing is asked of the network. What is on the shelf already is refused; of several entries the others are added,
    and the exit status is 1.
    """
    if why and not distinct:
        raise click.UsageError("--why goes with --distinct.")
    fields: dict[str, object] = {name: _clean(value) for name, value in given.items() if value not in (None, "", ())}
    if abstract_file:
        fields["abstract"] = in_one_line(read_text(abstract_file, str(abstract_file)))
    if distinct:
        fields["relations"] = (Relation(distinct=distinct, why=in_one_line(why) if why else None),)
    drafts = frombibtex.papers(read_text(bibtex, str(bibtex)), str(bibtex)) if bibtex else (Paper(id="", title=""),)
    if len(drafts) > 1 and ({*fields} - {"topics", "tags"} or links):
        raise click.UsageError("With several entries, only topics and tags can be given: they are for all.")
    if not bibtex and not (fields.get("title") and links):
        example = 'papershelf new --title "…" --link https://arxiv.org/abs/1910.02054'
        raise click.UsageError(f"A title and a link are needed, or a BibTeX file. For example: {example}")
    drafts = tuple(with_links(replace(draft, **fields), links) for draft in drafts)  # type: ignore[arg-type]
    refused = _add(drafts, data, suggest=suggest, dry_run=dry_run)
    for title, error in refused:
        click.echo(f"Not added: {quoted(title)}. {error}")
    sys.exit(1 if refused else 0)


def _clean(value: object) -> object:
    """What was given on the command line, without what shows nothing."""
    if isinstance(value, str):
        return in_one_line(value)
    return tuple(map(in_one_line, value)) if isinstance(value, tuple) else value


def _add(drafts: Sequence[Paper], data: Data, *, suggest: bool, dry_run: bool) -> list[tuple[str, RefusedError]]:
    """Add the papers that aren't on the shelf; returns the others."""
    catalogue = checked(data) if data.root.exists() else Catalogue()
    suggester = Suggester(catalogue)
    added: list[New] = []
    refused = []
    for draft in drafts:
        made = new_paper(draft, catalogue, data, today())
        if suggest:
            topics, tags = suggester.best(made.paper)
            draft = replace(draft, topics=(*made.paper.topics, *topics), tags=(*made.paper.tags, *tags))
            made = new_paper(draft, catalogue, data, today())
        if made.matches:
            refused.append((draft.title, shelved(made.matches[0], catalogue, data)))
        else:
            added.append(made)
            catalogue = replace(catalogue, papers=(*catalogue.papers, made.paper))
    if added:
        texts = {made.source: made.text for made in added}
        make(Change(texts, dict.fromkeys(texts)), data, dry_run=dry_run)
    for made in added:
        _print_new(made, suggester)
    if added and not dry_run:
        click.echo("Next: write what is missing, run papershelf check, and commit.")
    return refused


def _print_new(made: New, suggester: Suggester) -> None:
    """What there is to say of a paper that was added."""
    if made.removed:
        click.echo(f"  It was on the shelf, and was removed: {made.removed.reason}")
    for word, names in zip(("Topics", "Tags"), suggester.best(made.paper), strict=True):
        if names:
            click.echo(
                f"  {word} that fit by its words: {', '.join(names)} (papershelf suggest {made.paper.id} --write)"
            )
    missing = [name for name in ("topics", "tags", "summary", "abstract") if not getattr(made.paper, name)]
    if missing:
        click.echo(f"  Still to write: {', '.join(missing)}")


@click.command()
@click.option("--body-file", type=_FILE, help="A file that holds the issue's body.")
@click.option("--body-env", metavar="NAME", help="The environment variable that holds it.")
@click.option("--kind", type=click.Choice(list(HEADINGS)), default="paper", show_default=True, help="Which form it is.")
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Add a workflow's outputs to this file."
)
@DRY_RUN
@click.pass_obj
def propose(
    data: Data,
    *,
    body_file: Path | None,
    body_env: str | None,
    kind: Kind,
    form: str,
    output: Path | None,
    dry_run: bool,
) -> None:
    """Turn an issue's body into a paper's file, or a change.

    Prints an answer that can be posted to the issue. Exit status 1 if nothing can be made of it.
    """
    if bool(body_file) == bool(body_env):
        raise click.UsageError("Name the body with either --body-file or --body-env.")
    markdown = form == "markdown"
    try:
        catalogue = checked(data)
        made = proposal(_body(body_file, body_env or ""), kind, catalogue, data, today())
        said = told(made, data, markdown=markdown)
        if dry_run:
            rehearse(made.change, data)
        else:
            journal.make(made.change, data.root, data.shown, lambda: rehearse(made.change, data))
    except RefusedError as error:
        click.echo(refusal(error, markdown=markdown))
        sys.exit(1)
    except ProblemsError as error:
        click.echo(unreadable(error, markdown=markdown))
        sys.exit(1)
    click.echo(said)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("a", encoding="utf-8") as file:
            file.write(outputs(made, data))


def _body(path: Path | None, name: str) -> str:
    """The body; no more of it than an issue can hold is read."""
    if path is None:
        if name not in os.environ:
            raise click.UsageError(f"There is no environment variable {name}.")
        return os.environ[name]
    with path.open("rb") as file:
        content = file.read(4 * LONGEST + 1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("The text isn't UTF-8, or longer than an issue can be.") from None


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--check", is_flag=True, help="List the files that aren't in this form, and write nothing.")
@DRY_RUN
@click.pass_obj
def fmt(data: Data, ids: Sequence[str], *, check: bool, dry_run: bool) -> None:
    """Bring files into the canonical order and form.

    Of papers, or of everything. Comments stay at what they are about, and what a file says never changes. With --check,
    the exit status is 1 if there is anything to do.
    """
    change, count = formats.formatted(data, ids)
    files = f"{count} file{'' if count == 1 else 's'}"
    if not change.texts:
        click.echo(f"Nothing to do: {files} in the canonical form.")
    elif check:
        click.echo("\n".join(f"{data.shown}/{path}" for path in sorted(change.texts)))
        click.echo(f"{len(change.texts)} of {files} would change: papershelf fmt does it.")
        sys.exit(1)
    else:
        written = make(change, data, dry_run=dry_run, same=True)
        if written:
            click.echo(f"{len(written)} of {files} changed.")


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--write", is_flag=True, help="Add what is sure to the papers' files, for review.")
@DRY_RUN
@click.pass_obj
def suggest(data: Data, ids: Sequence[str], *, write: bool, dry_run: bool) -> None:
    """Suggest topics and tags for papers that have none or few.

    Learned from the papers that are curated already, with the evidence in words and how sure it is, from 0 to 1. What a
    paper has stays as it is: what is written stands behind it.
    """
    catalogue = checked(data)
    papers = [paper_named(name, catalogue) for name in dict.fromkeys(ids)] or lacking(catalogue)
    suggester = Suggester(catalogue)
    draft = Draft(data)
    for paper in papers:
        click.echo(f"{data.shown}/{paper.source}")
        for found in suggester.suggest(paper):
            has = " (has it)" if found.id in (*paper.topics, *paper.tags) else ""
            click.echo(f"  {found.confidence:.2f} {found.kind} {found.id}{has}: {found.evidence}")
        for key, names in zip(("topics", "tags"), suggester.best(paper), strict=True):
            for name in names:
                draft.edit(paper.source, append_item, key, name, later(key))
    change = draft.plan(()).change
    if not papers:
        click.echo("Nothing to do: every paper has topics and enough tags.")
    elif (write or dry_run) and change.texts:
        make(change, data, dry_run=dry_run)
    elif write or dry_run:
        click.echo("Nothing to write: nothing is sure enough, or the papers have enough already.")
