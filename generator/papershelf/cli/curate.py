"""Commands that change several files at once: tag, topic, rename, merge, remove."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence

import click

from papershelf.checks import Rule, checked, papers_are_there_once
from papershelf.curating import Papers
from papershelf.drafts import Plan, carry_out, counted, rehearse
from papershelf.load import Data
from papershelf.model import Catalogue
from papershelf.newpaper import in_one_line
from papershelf.pagelinks import docs_folder, old_links
from papershelf.vocabulary import Vocabulary, Word

dry_run = click.option("--dry-run", is_flag=True, help="Show what would change as a diff, and write nothing.")
yes = click.option("--yes", is_flag=True, help="Don't ask before something is lost.")


@click.command()
@click.argument("old", metavar="ID")
@click.argument("new", metavar="NEW")
@dry_run
@click.pass_obj
def rename(data: Data, old: str, new: str, *, dry_run: bool) -> None:
    """Give a paper another id.

    Its file moves, relations of other papers follow, and the old address leads to the new one.
    """
    _do(_papers(data).rename(old, new), data, dry_run=dry_run, yes=True)


@click.command()
@click.argument("words", metavar="ID into ID", nargs=-1, required=True)
@dry_run
@yes
@click.pass_obj
def merge(data: Data, words: Sequence[str], *, dry_run: bool, yes: bool) -> None:
    """Make one paper of two.

    The second keeps what it has and gets from the first what it lacks: appearances, aliases, relations, fields, topics
    and tags. What would be lost is shown first. The first one's address leads to the second.
    """
    old, (into,) = _into(words, "ID into ID", one=True)
    # That two files are one paper is what this settles, one pair after the other.
    but = (papers_are_there_once,)
    _do(Papers(checked(data, but), data).merge(old, into), data, dry_run=dry_run, yes=yes, but=but)


@click.command()
@click.argument("old", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why, as its page will say.")
@dry_run
@yes
@click.pass_obj
def remove(data: Data, old: str, reason: str, *, dry_run: bool, yes: bool) -> None:
    """Take a paper off the shelf.

    Its address stays, as a page that says so and why, and importing doesn't bring it back: data/removed.yml has it.
    """
    _do(_papers(data).remove(old, _text(reason, "--reason"), _today()), data, dry_run=dry_run, yes=yes)


def vocabulary(word: Word) -> click.Group:
    """The commands that change topics, or tags."""

    def words_of(data: Data) -> Vocabulary:
        return Vocabulary(word, checked(data), data)

    @click.group(word, help=f"Change a {word} on all its papers: rename, merge, split or remove it.")
    def group() -> None:
        pass

    @group.command("rename", help=f"Give a {word} another id; the old address leads to the new one.")
    @click.argument("old")
    @click.argument("new")
    @click.option("--name", metavar="TEXT", help="The name that readers see, too.")
    @dry_run
    @click.pass_obj
    def rename(data: Data, old: str, new: str, *, name: str | None, dry_run: bool) -> None:
        name = name if name is None else _text(name, "--name")
        _do(words_of(data).rename(old, new, name), data, dry_run=dry_run, yes=True)

    @group.command("merge", help=f"Make one {word} of two; the first one's address leads to the second.")
    @click.argument("words", metavar="A into B", nargs=-1, required=True)
    @dry_run
    @yes
    @click.pass_obj
    def merge(data: Data, words: Sequence[str], *, dry_run: bool, yes: bool) -> None:
        old, (into,) = _into(words, "A into B", one=True)
        _do(words_of(data).merge(old, into), data, dry_run=dry_run, yes=yes)

    @group.command("split", help=SPLIT.format(word=word))
    @click.argument("words", metavar="A [into B C …]", nargs=-1, required=True)
    @click.option("--to", "choices", metavar="B:ID,…", multiple=True, help="Papers that get B, and not all of them.")
    @dry_run
    @yes
    @click.pass_obj
    def split(data: Data, words: Sequence[str], choices: Sequence[str], *, dry_run: bool, yes: bool) -> None:
        if len(words) == 1:
            _show(words_of(data), word, words[0], data)
            return
        old, into = _into(words, "A into B C …")
        _do(words_of(data).split(old, into, _chosen(choices)), data, dry_run=dry_run, yes=yes)

    @group.command("remove", help=f"Take a {word} off all papers; its address stays as a page that says so.")
    @click.argument("old")
    @click.option("--reason", metavar="TEXT", help="Why, as its page will say.")
    @dry_run
    @yes
    @click.pass_obj
    def remove(data: Data, old: str, reason: str | None, *, dry_run: bool, yes: bool) -> None:
        reason = reason if reason is None else _text(reason, "--reason")
        _do(words_of(data).remove(old, reason, _today()), data, dry_run=dry_run, yes=yes)

    return group


SPLIT = """Put several in place of a {word}, which are described already.

Every paper of A gets all of them, but for those that --to names; what to thin out is listed. A becomes another name of
B, unless A is among the new ones itself. Without "into", the papers of A are listed.
"""

tag, topic = vocabulary("tag"), vocabulary("topic")


def _papers(data: Data) -> Papers:
    return Papers(checked(data), data)


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()


def _into(words: Sequence[str], form: str, *, one: bool = False) -> tuple[str, Sequence[str]]:
    """What stands before and behind the word "into"."""
    if one and len(words) == 2 and "into" not in map(str.lower, words):
        raise click.UsageError(f"Write {form}: {words[0]} into {words[1]}.")
    if len(words) < 3 or words[1].lower() != "into" or (one and len(words) > 3):
        raise click.UsageError(f"Write {form}.")
    return words[0], words[2:]


def _chosen(choices: Sequence[str]) -> dict[str, list[str]]:
    """Papers by what they get."""
    chosen: dict[str, list[str]] = {}
    for choice in choices:
        name, _, papers = choice.partition(":")
        ids = [paper.strip() for paper in papers.split(",") if paper.strip()]
        if not ids:
            raise click.BadParameter(f"write {name or 'B'}:ID,ID … with the ids of papers.", param_hint="--to")
        chosen.setdefault(name, []).extend(ids)
    return chosen


def _text(text: str, option: str) -> str:
    if not (line := in_one_line(text)):
        raise click.BadParameter("it is empty.", param_hint=option)
    return line


def _show(vocabulary: Vocabulary, word: Word, old: str, data: Data) -> None:
    papers = vocabulary.show(old)
    click.echo("\n".join([f"The {word} {old} is on {counted(len(papers))}; each with what else it has:", *papers]))
    click.echo(f"Describe the new ones in {data.shown}/{word}s.yml, then: papershelf {word} split {old} into B C")


def _do(plan: Plan, data: Data, *, dry_run: bool, yes: bool, but: Sequence[Rule] = ()) -> None:
    """Say what changes, ask where something is lost, and do it, or show it."""
    click.echo("\n".join(plan.said))
    if not plan.change.texts:
        return
    if plan.lost:
        head = "This would be lost:" if dry_run else "This is lost:"
        click.echo("\n".join([head, *(f"  {item}" for item in plan.lost)]))
    if dry_run:
        after = rehearse(plan.change, data, but)
        click.echo(plan.change.diff(data.root, data.shown), nl=False)
        _print_old_links(after, data)
        click.echo("Nothing was written: this was a dry run.")
        return
    if plan.lost and not yes and sys.stdin.isatty():
        click.confirm("Go on?", abort=True)
    changed = carry_out(plan, data, but)
    _print_old_links(checked(data, but), data)
    click.echo(f"{counted(len(changed), 'file')} changed.")


def _print_old_links(after: Catalogue, data: Data) -> None:
    """Name the links in hand-written pages that lead to an old name, which a strict build would stumble over."""
    for link in old_links(docs_folder(data.root.parent / "mkdocs.yml"), after):
        where = f"{link.page.as_posix()}:{link.line}:{link.column}"
        click.echo(f"{where}: this links to {link.old}, which has another name. Write {link.new}.")
