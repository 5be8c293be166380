"""The command that tells readers what is new: digest."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from papershelf import digest as mails
from papershelf import ledger, sending
from papershelf.checks import checked
from papershelf.digest import Digest, Wanted
from papershelf.layout import counted
from papershelf.load import Data
from papershelf.news import in_words
from papershelf.places import theme_folder
from papershelf.sending import Log, Sender, Server
from papershelf.site import Site
from papershelf.text import plain
from papershelf.write import site_of
from papershelf.yamlfile import read_text

_DAY = click.DateTime(["%Y-%m-%d"])
_PATH = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--since", type=_DAY, required=True, metavar="DATE", help="The first day, such as 2026-03-01.")
@click.option("--until", type=_DAY, metavar="DATE", help="The first day that isn't in it any more.")
@click.option("--topic", "topics", multiple=True, metavar="ID", help="Papers of this topic, of each that is given.")
@click.option("--tag", "tags", multiple=True, metavar="ID", help="And those with this tag.")
@click.option(
    "--once", type=_PATH, metavar="FILE",
    help="Each paper in one digest alone: FILE remembers them. Goes with --until.",
)  # fmt: skip
@click.option("--output", type=_PATH, metavar="FILE", help="Where the mail is written; digest-DATE.eml without it.")
@click.option("--send", is_flag=True, help="Send it through the server that the environment names.")
@click.option(
    "--to", "listed", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="The addresses to send to, one a line.",
)  # fmt: skip
@click.option("--log", "log", type=_PATH, metavar="FILE", help="What became of each; beside the mail without it.")
@click.option("--retry-uncertain", is_flag=True, help="Send again where nobody knows whether it arrived.")
@click.option("--dry-run", is_flag=True, help="Show what would go to whom, and write and send nothing.")
@click.option(
    "--config", default="mkdocs.yml", type=click.Path(path_type=Path, exists=True), help="The shelf's mkdocs.yml."
)
@click.pass_obj
def digest(
    data: Data,
    *,
    since: datetime.datetime,
    until: datetime.datetime | None,
    topics: Sequence[str],
    tags: Sequence[str],
    once: Path | None,
    output: Path | None,
    send: bool,
    listed: Path | None,
    log: Path | None,
    retry_uncertain: bool,
    dry_run: bool,
    config: Path,
) -> None:
    """Write a mail with what is new, and send it.

    One .eml file with the papers that came onto the shelf on the day of --since or later. --send gives it to each
    address of a list, one by one, through the server that PAPERSHELF_SMTP_HOST, _PORT, _TLS, _USER, _PASSWORD and _FROM
    name. Started again, it goes on where it was stopped, and nobody gets it twice. Without news there is no mail. Exit
    status 1 if somebody on the list doesn't have it.
    """
    if send and not listed:
        raise click.UsageError("--send needs --to FILE: the addresses, one a line.")
    if (listed or log or retry_uncertain) and not send:
        raise click.UsageError("--to, --log and --retry-uncertain go with --send.")
    if once and not until:
        raise click.UsageError("--once needs --until DATE, which tells one digest from the next.")
    shelf, site = checked(data), site_of(config)
    wanted = Wanted(since.date(), until.date() if until else None, tuple(topics), tuple(tags))
    made = mails.digest(shelf, site, wanted)
    if once:
        made = replace(made, papers=ledger.untold(once, made.key, made.papers))
    if not made.papers:
        click.echo(" ".join(filter(None, (f"Nothing new since {in_words(wanted.since)}: no mail.", made.began))))
        return
    _warn_of_loopback(site)
    output = output or Path("-".join(["digest", *_named(wanted)]) + ".eml")
    to = sending.addresses(read_text(listed, str(listed)), str(listed)) if listed else []
    server = sending.server(os.environ) if send and not dry_run else None
    name = os.environ.get(f"{sending.PREFIX}FROM", "")
    sender = server.sender if server else sending.sender(name) if name else mails.NOBODY
    now = datetime.datetime.now().astimezone()
    mail = mails.message(made, shelf, site, sender, now, theme_folder("mail"))
    log = log or output.with_suffix(".log")
    if dry_run:
        _show(made, to, log, retry=retry_uncertain)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    if once:
        ledger.note(once, made.key, made.papers)
    output.write_bytes(mail)
    click.echo(f"{output}: {counted(len(made.papers), 'new paper')}.")
    if server:
        with closing(Log(log, made.key)) as opened:
            _send(server, opened, made, mail, to, retry=retry_uncertain)


def _named(wanted: Wanted) -> list[str]:
    """What the name of a digest's files tells of it."""
    until = [f"to-{wanted.until}"] if wanted.until else []
    return [str(wanted.since), *until, *dict.fromkeys([*wanted.topics, *wanted.tags])]


def _warn_of_loopback(site: Site) -> None:
    if site.is_local:
        advice = "PAPERSHELF_SITE_URL says where readers find the site."
        click.echo(f"The links lead to {site.url}, which is this machine: {advice}", err=True)


def _show(made: Digest, to: Sequence[str], log: Path, *, retry: bool) -> None:
    """What would go to whom."""
    click.echo(f"{counted(len(made.papers), 'new paper')}:")
    for paper in made.papers:
        click.echo(f"  {paper.added} {plain(paper.title)}")
    states = sending.states(log, made.key) if to else {}
    for address in to:
        state = states.get(address.lower())
        if state == "sent":
            click.echo(f"{address}: has it already")
        elif state == "uncertain" and not retry:
            click.echo(f"{address}: nobody knows whether it has it; --retry-uncertain sends again")
        else:
            click.echo(f"{address}: would get it")
    click.echo("Nothing was written or sent: this was a dry run.")


def _send(server: Server, log: Log, made: Digest, mail: bytes, to: Sequence[str], *, retry: bool) -> None:
    """Send to those who don't have it, say what became of it, and leave with 1 if somebody still doesn't."""
    done = ("sent",) if retry else ("sent", "uncertain")
    left = [address for address in to if log.state(address) not in done]
    had = sum(log.state(address) == "sent" for address in to)
    sender = Sender(server, log, partial(mails.addressed, mail, sender=server.sender, made=made))
    sent = 0
    try:
        for outcome in sender.send(left):
            sent += outcome.state == "sent"
            if outcome.state in ("refused", "broken"):
                click.echo(f"{outcome.address}: not sent. {outcome.why}")
    finally:
        before = f"; {had} had it before" if had else ""
        click.echo(f"Sent to {sent} of {counted(len(to), 'address', 'addresses')}{before}.")
        uncertain = [address for address in to if log.state(address) == "uncertain"]
        for address in uncertain:
            click.echo(f"{address}: nobody knows whether it has it. Ask there, or send again with --retry-uncertain.")
    sys.exit(0 if sent + had == len(to) else 1)
