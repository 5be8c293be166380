"""The command that starts a shelf and brings its engine's files up to date: init."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from papershelf import engine, updating
from papershelf.git import web_address
from papershelf.scaffold import Choices
from papershelf.starting import (
    Beginning,
    list_id,
    name_from,
    one_line,
    pages_address,
    refuse_taken,
    site_address,
    start,
)


@dataclass(frozen=True)
class Question:
    """What an option asks for; its rule gives the value in the form that is used, or None for what can't be used."""

    option: str
    words: str
    rule: Callable[[str], str | None]
    expected: str = ""


@click.command()
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--name", help="The shelf's name.")
@click.option("--description", help="What it is about, in a sentence.")
@click.option("--author", help="Who keeps it.")
@click.option("--repo-url", metavar="URL", help="Where its repository is, or will be.")
@click.option("--site-url", metavar="URL", help="Where the site will be.")
@click.option("--engine", metavar="URL", help="The repository that Papershelf is installed from.")
@click.option(
    "--from-capture", "capture", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Start from a captured listing, instead of example papers.",
)  # fmt: skip
@click.option("--as", "list_name", metavar="ID", help="The list's id; by default made from the capture's file name.")
@click.option("--update", is_flag=True, help="Bring the engine's files of a shelf up to date.")
@click.option("--yes", is_flag=True, help="With --update: don't ask.")
@click.option("--force", is_flag=True, help="With --update: write over what was changed in these files, too.")
def init(
    folder: Path | None, capture: Path | None, list_name: str | None, *, update: bool, yes: bool, force: bool,
    **given: str | None,
) -> None:  # fmt: skip
    """Start a new shelf in DIR, or bring one up to date.

    Without options it asks for names and addresses, where somebody sits at the terminal. --update shows what would
    change in the workflows, the issue forms and the other files of the engine, and never touches data/, site_src/ or
    mkdocs.yml.
    """
    if update:
        if capture or list_name or any(given.values()):
            raise click.UsageError("--update goes with DIR, --yes and --force alone.")
        _update(folder or Path(), yes=yes, force=force)
        return
    if folder is None:
        raise click.UsageError("Missing argument 'DIR': where the new shelf will be.")
    refuse_taken(folder, str(folder))
    choices = _choices(folder, given)
    today = datetime.datetime.now().astimezone().date()
    beginning = Beginning(capture, list_name or list_id(capture), today) if capture else None
    papers = start(folder, str(folder), choices, beginning)
    _print_next(folder, papers, choices)


def _choices(folder: Path, given: dict[str, str | None]) -> Choices:
    """What was said about the shelf, with the rest asked for or guessed."""
    some = "a text that isn't empty"
    repository = "an address such as https://github.com/OWNER/NAME"
    name = _answer(Question("--name", "The shelf's name", _text, some), given["name"], name_from(folder))
    about = Question("--description", "What it is about", _text, some)
    description = _answer(about, given["description"], "A curated reading list")
    author = _answer(Question("--author", "Who keeps it", one_line), given["author"])
    repo_url = _answer(Question("--repo-url", "Its repository's address", _repository, repository), given["repo_url"])
    where = Question("--site-url", "The site's address", _site, "an address that begins with https:// or http://")
    site_url = _answer(where, given["site_url"], pages_address(repo_url))
    expected = f"the repository that Papershelf comes from, {repository}"
    source = Question("--engine", "The repository that Papershelf comes from", engine.requirement, expected)
    known = None if given["engine"] else engine.installed_from()
    return Choices(name, description, author, repo_url, site_url, known or _answer(source, given["engine"]))


def _answer(question: Question, given: str | None, default: str = "") -> str:
    """A value that was given, or else an answer, or else, where nobody is there to ask, the default."""

    def checked(text: str) -> str:
        value = question.rule(text)
        if value is None:
            said = f"{text!r} can't be used" if text else "this has to be given"
            raise click.UsageError(f"{question.option}: {said}; expected {question.expected}.")
        return value

    if given is not None or not _somebody_is_there():
        return checked(given if given is not None else default)
    return str(click.prompt(question.words, default=default, show_default=bool(default), value_proc=checked))


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _text(text: str) -> str | None:
    return one_line(text) or None


def _repository(text: str) -> str | None:
    words = text.split()
    return web_address(words[0]) if len(words) == 1 else None if words else ""


def _site(text: str) -> str | None:
    return site_address(text) if text.strip() else ""


def _print_next(folder: Path, papers: int, choices: Choices) -> None:
    click.echo(f"A shelf of {papers} papers is in {folder}. Next, there:")
    remote = f"; then `git remote add origin {choices.repo_url}` and push" if choices.repo_url else ""
    click.echo(f"  git init -b main && git add . && git commit -m 'Begin the shelf'{remote}")
    click.echo("  make serve: shows it at http://127.0.0.1:8000/ (README.md has the same without make)")
    settings = f"{choices.repo_url}/settings/pages" if choices.repo_url else "its repository, Settings → Pages"
    click.echo(f"  on GitHub, at {settings}, choose the source GitHub Actions: each push then publishes it")


def _update(folder: Path, *, yes: bool, force: bool) -> None:
    what = updating.update(folder, str(folder), force=force)
    for path in what.kept:
        click.echo(f"{folder / path}: changed or removed by you, stays so (--force takes the engine's).")
    if not what.files.texts:
        updating.apply(what, folder)
        click.echo(f"Everything else is as Papershelf {engine.version()} has it: nothing to do.")
        return
    click.echo(what.files.diff(folder, str(folder)), nl=False)
    if not yes and not _agreed():
        click.echo("Nothing was written." if _somebody_is_there() else "Nothing was written: say --yes to write it.")
        sys.exit(1)
    changed = updating.apply(what, folder)
    files = "1 file" if len(changed) == 1 else f"{len(changed)} files"
    click.echo(f"{files} brought up to date with Papershelf {engine.version()}.")


def _agreed() -> bool:
    return _somebody_is_there() and click.confirm("Write these changes?")
