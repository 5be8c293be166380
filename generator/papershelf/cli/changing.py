"""What the commands have in common that add to the shelf."""

from __future__ import annotations

import datetime

import click

from papershelf import journal
from papershelf.drafts import rehearse
from papershelf.journal import Change
from papershelf.load import Data

DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would change as a diff, and write nothing.")


def make(change: Change, data: Data, *, dry_run: bool, same: bool = False) -> list[str]:
    """Make a change and print its files, or show it.

    A shelf that would have problems then stays as it is, unless the files say the `same` as before.
    """
    if dry_run:
        click.echo(change.diff(data.root, data.shown) + "Nothing was written: this was a dry run.")
        return []
    written = journal.make(change, data.root, data.shown, None if same else lambda: rehearse(change, data))
    click.echo("\n".join(f"{data.shown}/{path}" for path in written))
    return written


def today() -> datetime.date:
    """The day it is here."""
    return datetime.datetime.now().astimezone().date()
