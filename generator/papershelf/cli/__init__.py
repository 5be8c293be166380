"""The command `papershelf`: reads arguments, calls, prints; holds no rule."""

from __future__ import annotations

from pathlib import Path

import click

from papershelf.cli import data
from papershelf.load import Data
from papershelf.problems import ProblemsError, report


class Shelf(click.Group):
    """A group of commands that prints problems as lines, and never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            click.echo(report(error.problems))
            ctx.exit(1)


@click.group(cls=Shelf)
@click.version_option(package_name="papershelf")
@click.option("--data", "folder", default="data", metavar="DIR", help="The folder that holds the shelf's data.")
@click.pass_context
def main(ctx: click.Context, folder: str) -> None:
    """Keep a curated reading list: import listings, check the data, write the pages."""
    ctx.obj = Data(Path(folder), folder.rstrip("/"))


for command in (data.check, data.import_, data.schema, data.write):
    main.add_command(command)
