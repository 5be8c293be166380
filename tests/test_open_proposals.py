"""Twenty open proposals, each of one paper, merged one after another: in no order does one stand in another's way."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import copy_toy
from papershelf.checks import checked
from papershelf.cli import main
from papershelf.load import Data
from test_diff import commit, git, sections
from test_propose import body

# From the terminal: what is given to `papershelf new`, for each branch. Some share a letter, some a first word.
NEW = {
    "glass": ("--title", "Widgets of Glass", "--link", "2101.00001", "--topic", "widgets", "--tag", "serial"),
    "paper": ("--title", "Widgets of Paper and Wire", "--link", "2101.00002", "--topic", "widgets"),
    "water": ("--title", "What Water Does to a Gadget", "--link", "2101.00003", "--topic", "gadgets"),
    "wind": ("--title", "Wind and the Counting of Sparrows", "--link", "10.1145/1.2", "--tag", "counting"),
    "sand": ("--title", "Sand", "--link", "https://shelf.example/sand.pdf"),
    "salt": ("--title", "Salt in the Machine: A Short History", "--link", "2101.00004", "--year", "2021"),
    "snow": ("--title", "Snowfall Forecasts by Hand", "--link", "2101.00005", "--author", "Ann A"),
    "sea": ("--title", "Seasickness among Robots", "--link", "2101.00006", "--summary", "Robots stay ashore."),
    "fire": ("--title", "Fire Drills for Libraries", "--link", "2101.00007", "--topic", "gadgets", "--tag", "parallel"),
    "fog": ("--title", "The Fog Index, Revisited by Nobody", "--link", "2023.acl-long.134"),
    "owl": ("--title", "Owls Count Better", "--link", "2101.00008", "--tag", "counting", "--tag", "parallel"),
    "ox": ("--title", "The Ox and the Compiler", "--link", "2101.00009", "--venue", "A Meeting on Oxen"),
}
# From a form: the body of the issue.
FORMS = {
    "ant": body(Title="Ants That Queue", Link="https://arxiv.org/abs/2102.00001", Tags="Parallel, serial"),
    "bat": body(Title="Bats: All You Hear", Link="arXiv:2102.00002", Topics="Widgets", Abstract="Bats hear.\n\nMuch."),
    "cow": body(Title="Cowbells in Harmony", Link="10.1145/3.4", Summary="They ring."),
    "dog": body(Title="Dogs Read Slowly", Link="https://shelf.example/dogs", Topics="Gadgets & <Tools>"),
    "eel": body(Title="Eels, Electrified", Link="2102.00003", Tags="counting"),
    "fox": body(Title="The Fox Is No Machine", Link="2102.00004", Why="It is about widgets."),
}
# From the terminal, with a tag that nobody has described so far.
TAGGED = {
    "bee": (("--title", "Bees Build in Parallel", "--link", "2103.00001", "--tag", "serial"), "apiary"),
    "cat": (("--title", "Catnaps of a Scheduler", "--link", "2103.00002", "--tag", "serial"), "napping"),
}


def papershelf(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def describe(tag: str) -> None:
    """Give the paper that was just added another tag, and paste the line that the check says in answer."""
    (paper,) = git(Path(), "ls-files", "--others", "data/papers").splitlines()
    text = Path(paper).read_text(encoding="utf-8")
    Path(paper).write_text(text.replace("  - serial\n", f"  - {tag}\n", 1), encoding="utf-8")
    said = CliRunner().invoke(main, ["check"]).output
    found = re.search(r'Above "(- id: .*)", paste: (- \{.*\})', said)
    assert found, said
    table = Path("data/tags.yml")
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(f"{found[1]}\n", f"{found[2]}\n\n{found[1]}\n", 1), encoding="utf-8")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The toy shelf on `main`, with a branch for each proposal, in which the commands run."""
    shelf = copy_toy(tmp_path_factory.mktemp("proposals") / "shelf")
    git(shelf, "init", "--initial-branch=main")
    commit(shelf)
    git(shelf, "branch", "start")
    with chdir(shelf):
        for name in (*NEW, *FORMS, *TAGGED):
            git(shelf, "switch", "--create", name, "start")
            if name in FORMS:
                issue = shelf.parent / "issue.md"
                issue.write_text(FORMS[name], encoding="utf-8")
                papershelf("propose", "--body-file", str(issue))
            else:
                given, tag = TAGGED.get(name, (NEW.get(name, ()), None))
                papershelf("new", *given)
                if tag:
                    describe(tag)
            papershelf("check")
            commit(shelf, f"Add a paper on the {name}")
        yield shelf


@pytest.mark.parametrize("seed", range(3))
def test_twenty_proposals_are_merged_in_any_order(repository: Path, seed: int) -> None:
    git(repository, "switch", "--force-create", "main", "start")
    before = checked(Data(repository / "data"))
    branches = [*NEW, *FORMS, *TAGGED]
    assert len(branches) == 20
    random.Random(seed).shuffle(branches)
    *others, last = branches
    for branch in others:
        git(repository, "merge", "--no-ff", "--no-edit", branch)

    # What is still open is compared with where it began: what was merged since isn't taken for its loss.
    (added,) = git(repository, "diff", "--name-only", "--diff-filter=A", "start", last).splitlines()
    told = papershelf("diff", "main", last)
    assert [line.split("(")[1].split(")")[0] for line in sections(told)["Papers added"]] == [Path(added).stem]
    assert "removed" not in told
    git(repository, "merge", "--no-ff", "--no-edit", last)
    assert sections(papershelf("diff", "main~1"))["Papers added"] == sections(told)["Papers added"]
    assert sections(papershelf("diff", "main~1")).keys() == sections(told).keys()

    assert papershelf("check").startswith(f"{len(before.papers) + 20} papers, 2 topics, 5 tags, 2 lists: no problems.")
    after = checked(Data(repository / "data"))
    papers = {Path(path).stem for path in git(repository, "diff", "--name-only", "start", "--", "data/papers").split()}
    assert {paper.id for paper in after.papers} == {paper.id for paper in before.papers} | papers
    assert not git(repository, "status", "--porcelain")
    assert len(sections(papershelf("diff", "start"))["Papers added"]) == 20
