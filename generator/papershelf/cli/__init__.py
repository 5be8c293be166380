"""The command `papershelf`: reads arguments, calls, prints; holds no rule."""

from __future__ import annotations

from pathlib import Path

import click

from papershelf.cli import contribute, curate, data, follow, look, start
from papershelf.journal import recover
from papershelf.load import Data
from papershelf.problems import ProblemsError, RefusedError, report


class Shelf(click.Group):
    """A group of commands that prints problems as lines, and never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProblemsError as error:
            click.echo(report(error.problems))
            ctx.exit(1)
        except RefusedError as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            # A place that can't be read or written is nobody's mistake in the code; anything else is.
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@click.group(cls=Shelf)
@click.version_option(package_name="papershelf")
@click.option("--data", "folder", default="data", metavar="DIR", help="The folder that holds the shelf's data.")
@click.pass_context
def main(ctx: click.Context, folder: str) -> None:
    """Keep a curated reading list: import listings, check the data, write the pages."""
    shelf = ctx.obj = Data(Path(folder), folder.rstrip("/"))
    if done := recover(shelf.root, shelf.shown):
        click.echo(done, err=True)


for command in (data.check, data.export_, data.import_, data.schema, data.write):
    main.add_command(command)
main.add_command(start.init)
for command in (contribute.new, contribute.propose, contribute.fmt, contribute.suggest):
    main.add_command(command)
for command in (look.todo, look.hygiene, look.links, look.diff):
    main.add_command(command)
main.add_command(follow.digest)
for command in (curate.rename, curate.merge, curate.remove, curate.tag, curate.topic):
    main.add_command(command)
