"""Commands that look at the shelf and change nothing: todo, hygiene, links, diff."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from papershelf import git
from papershelf import links as outside
from papershelf.asking import Asker, Limits, user_agent
from papershelf.checks import checked
from papershelf.cli.changing import today
from papershelf.diff import changes
from papershelf.diffsummary import as_markdown, as_text
from papershelf.hygiene import chores
from papershelf.load import Data
from papershelf.revisions import RevisionError, states
from papershelf.todo import todo as waiting

CACHE = Path(".cache/links.json")


@click.command()
@click.pass_obj
def todo(data: Data) -> None:
    """List what waits for a curator, with what settles it.

    Papers that aren't filed, likely duplicates, missing summaries and links, lists of which a part was imported, topics
    and tags without papers.
    """
    items = waiting(checked(data), data.shown)
    for item in items:
        papers = f"{' and '.join(item.papers)}: " if len(item.papers) > 1 else ""
        click.echo(f"{data.shown}/{item.source}: {papers}{item.what}; {item.settle}")
    click.echo(f"{len(items)} to do." if items else "Nothing waits for a curator.")


@click.command()
@click.pass_obj
def hygiene(data: Data) -> None:
    """List what may be tidied up, which is never a failure.

    Look-alike tags, tags on too few or too many papers, topics that are too large or too small, papers without a link,
    with a dead one as papershelf links found it, or without a summary.
    """
    catalogue = checked(data)
    known = outside.known(outside.addresses(catalogue), CACHE)
    found = chores(catalogue, {address.url: result.verdict for address, result in known.items()})
    for chore in found:
        line = f":{chore.line}" if chore.line else ""
        click.echo(f"{data.shown}/{chore.source}{line}: {chore.what} ({chore.evidence}); {chore.settle}")
    click.echo(f"{len(found)} to look at." if found else "Nothing to tidy up.")


@click.command()
@click.option("--again", is_flag=True, help="Ask for all, those too that were asked for lately.")
@click.option(
    "--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write the report for an issue to this file."
)
@click.pass_obj
def links(data: Data, *, again: bool, markdown: Path | None) -> None:
    """Ask whether the outside links still lead somewhere.

    Politely: a few at a time, one by one at each host, and not again for a week. What was learned is kept in
    .cache/links.json. Dead links are told from those that can't be told, and the exit status is always 0.
    """
    if markdown:
        markdown.parent.mkdir(parents=True, exist_ok=True)  # before the long work, not after it
    limits = Limits(fresh_days=0) if again else Limits()
    listed = outside.addresses(checked(data))
    asker = Asker(user_agent(os.environ.get("PAPERSHELF_REPO_URL") or git.origin(data.root)), limits)
    results = outside.check(listed, asker, CACHE, today(), limits)
    for line in outside.text_lines(results, data.shown):
        click.echo(line)
    if markdown:
        markdown.write_text(outside.markdown(results, data.shown), encoding="utf-8")


@click.command()
@click.argument("base")
@click.argument("head", required=False)
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@click.option("--exact", is_flag=True, help="Compare with BASE as it is, not with where HEAD left it.")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), default="mkdocs.yml", help="The shelf's mkdocs.yml."
)
@click.pass_obj
def diff(data: Data, base: str, head: str | None, *, form: str, exact: bool, config: Path) -> None:
    """Say what changes for readers since BASE.

    Without HEAD, up to what the folder holds now. Exit status 1 if an address vanishes.
    """
    try:
        found = changes(*states(data, base, head, config=config, exact=exact))
    except RevisionError as error:
        raise click.ClickException(str(error)) from None
    click.echo((as_markdown if form == "markdown" else as_text)(found).rstrip("\n"))
    sys.exit(1 if found.vanished else 0)
