"""Commands that read listings and data: check, import, schema, write."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

import click

from papershelf.checks import Unfinished, checked, unfinished
from papershelf.downloads import whole_shelf
from papershelf.feeds import why_none
from papershelf.importing import Plan, apply, plan
from papershelf.journal import alone
from papershelf.load import Data
from papershelf.model import Catalogue
from papershelf.pages import Pages
from papershelf.places import theme_folder
from papershelf.problems import ProblemsError, report
from papershelf.progress import counted
from papershelf.schema import write_schemas
from papershelf.write import site_of, write_folder


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "github"]), default="text", show_default=True,
    help="As lines, or as what a GitHub workflow shows on the changed lines.",
)  # fmt: skip
@click.pass_obj
def check(data: Data, form: str) -> None:
    """Print every problem of the data at once.

    Exit status 1 if there is any. What is merely unfinished is listed after the count, and stops nothing.
    """
    try:
        catalogue = checked(data)
    except ProblemsError as error:
        if form == "text":
            raise
        # The log shows no place for an annotation, and the page only the first ten: the lines follow.
        click.echo("\n".join([*(problem.annotation for problem in error.problems), report(error.problems)]))
        sys.exit(1)
    click.echo(f"{_counts(catalogue)}: no problems.")
    _print_unfinished(unfinished(catalogue), data)


@click.command("import")
@click.argument("capture", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "list_id", metavar="ID", help="The list's id; by default the capture's file name.")
@click.option("--allow-residue", is_flag=True, help="Import although some lines don't fit.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.pass_obj
def import_(data: Data, capture: Path, list_id: str | None, *, allow_residue: bool, dry_run: bool) -> None:
    """Import a captured listing.

    Every line of the capture is accounted for. Papers that are on the shelf already gain an appearance; what a curator
    wrote is never touched. Importing the same capture again changes nothing.
    """
    # What is planned from the files has to be written to the same ones. A shelf that isn't there yet nobody changes.
    with alone(data.root, data.shown) if data.root.exists() and not dry_run else nullcontext():
        catalogue = checked(data) if data.root.exists() else Catalogue()
        what = plan(capture, list_id or capture.stem, catalogue, data, datetime.datetime.now().astimezone().date())
        _print_account(what)
        if what.listing.faults and not allow_residue:
            click.echo("Nothing was written. Mend the capture, or take it as it is with --allow-residue.")
            sys.exit(1)
        _print_plan(what, data)
        if dry_run:
            click.echo("Nothing was written: this was a dry run.")
            return
        files = len(what.new) + len(what.merged) + 2 * what.new_list
        written = sum(1 for _ in counted(apply(what, data), "Writing files", files))
        click.echo(f"{written} files written." if written else "Nothing to write: all of it is on the shelf.")


@click.command()
@click.pass_obj
def schema(data: Data) -> None:
    """Write the JSON Schemas that editors complete by."""
    changed = [data.show(path) for path in write_schemas(data)]
    click.echo("\n".join(changed) or f"The schemas in {data.shown}/schema are up to date.")


@click.command()
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--config", default="mkdocs.yml", type=click.Path(path_type=Path, exists=True), help="The shelf's mkdocs.yml."
)
@click.pass_obj
def write(data: Data, target: Path, config: Path) -> None:
    """Write the site as Markdown, for any renderer."""
    site = site_of(config)
    pages = Pages(checked(data), theme_folder("pages"), folder=data.shown, feeds=bool(site.url))
    count = write_folder(pages, config, target)
    if reason := why_none(site):
        click.echo(reason)
    click.echo(f"{count} pages written to {target}/docs, with {target}/mkdocs.yml to build them.")


@click.command("export")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--config", default="mkdocs.yml", type=click.Path(path_type=Path, exists=True), help="The shelf's mkdocs.yml."
)
@click.pass_obj
def export_(data: Data, target: Path, config: Path) -> None:
    """Write the whole shelf as data and citations.

    papers.json with its schema and all abstracts, papers.csv, papers.bib, papers.ris and papers.csl.json, of a shelf of
    any size: the site of more than 20,000 papers leaves some of that out.
    """
    every = list(whole_shelf(checked(data), site_of(config)))
    target.mkdir(parents=True, exist_ok=True)
    for download in every:
        (target / download.path).write_bytes(download.make())
        click.echo(f"{target / download.path}")


def _counts(catalogue: Catalogue) -> str:
    numbers = (
        ("papers", catalogue.papers),
        ("topics", catalogue.topics),
        ("tags", catalogue.tags),
        ("lists", catalogue.lists),
    )
    return ", ".join(f"{len(entries)} {name if len(entries) != 1 else name[:-1]}" for name, entries in numbers)


def _print_unfinished(items: Iterable[Unfinished], data: Data) -> None:
    items = tuple(items)
    if items:
        click.echo(f"\nUnfinished, which stops nothing ({len(items)}):")
    for item in items:
        papers = f"{' and '.join(item.papers)}: " if len(item.papers) > 1 else ""
        click.echo(f"  {data.shown}/{item.source}: {papers}{'. '.join(filter(None, (item.what, item.advice)))}")


def _print_account(what: Plan) -> None:
    listing = what.listing
    account = ", ".join(f"{count} {kind}" for kind, count in listing.account.items())
    click.echo(f"{what.list.id}: {listing.format}. Lines: {account}.")
    if what.dropped:
        click.echo(f"{what.dropped} control or zero-width characters dropped.")
    for line in listing.lines:
        if line.kind == "residue":
            click.echo(f"  line {line.number}: residue: {_start(line.text)}")
    for fault in listing.faults:
        click.echo(f"  line {fault.line}: {fault.message}")


def _print_plan(what: Plan, data: Data) -> None:
    total = len(what.listing.entries)
    click.echo(
        f"{total} papers: {len(what.new)} new, {len(what.merged)} on the shelf already and found here too, "
        f"{what.known} known from this list."
    )
    for paper, place in what.merged:
        if place.title:
            click.echo(f"  {data.shown}/{paper.source}: printed here as {place.title!r}")
    for _, entry, place in what.removed:
        click.echo(f"  No. {place.position} was removed from this shelf and stays away: {entry.title!r}")
    if what.likely:
        click.echo(f"Look alike and wait for a curator's word ({len(what.likely)}):")
    for match in what.likely:
        click.echo(f"  {match.first} and {match.second}: {match.evidence}")


def _start(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
