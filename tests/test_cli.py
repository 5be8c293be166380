"""The command `papershelf`, as a person meets it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bad_data import add
from conftest import Run
from papershelf.cli import main

TITLE_AND_ABSTRACT = """A New Widget
Widgets come and go, but this one stays: it is described here in as many words as it takes for anybody to see that \
this line is an abstract and no title, which needs a hundred and fifty characters or more, and a full stop.
"""
HEADER = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"


def contents(folder: Path) -> dict[str, str]:
    """What a folder holds, by path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_check_of_a_shelf_without_problems(toy: Path, run: Run) -> None:
    done = run("papershelf", "check", cwd=toy)
    assert done.returncode == 0
    assert done.stdout == (
        "4 papers, 2 topics, 3 tags, 2 lists: no problems.\n"
        "\n"
        "Unfinished, which stops nothing (1):\n"
        "  data/papers/o/on-alpha-widgets-and-script-alert-x-script.yml: no topics, tags or summary yet\n"
    )


def test_check_of_one_with_problems(toy: Path, run: Run) -> None:
    add(toy, {"data/papers/n/new.yml": "title: ZeRO: x\n", "data/papers/n/newer.yml": "title: N\ntags: [Serial]\n"})
    done = run("papershelf", "check", cwd=toy)
    assert done.returncode == 1
    assert done.stdout == (
        'data/papers/n/new.yml:1:8: "ZeRO: x" has a colon and no quotes. Put it in double quotes: "ZeRO: x".\n'
        'data/papers/n/newer.yml:2:8: unknown tag "Serial"; expected an id from data/tags.yml. Write "serial".\n'
        "2 problems found.\n"
    )


def test_the_whole_shelf_goes_into_a_folder(toy: Path, run: Run) -> None:
    done = run("papershelf", "export", "away/all", cwd=toy)
    assert done.returncode == 0, done.stdout
    names = ["papers.bib", "papers.csl.json", "papers.csv", "papers.json", "papers.ris", "papers.schema.json"]
    assert sorted(done.stdout.split()) == [f"away/all/{name}" for name in names]
    papers = json.loads((toy / "away/all/papers.json").read_text(encoding="utf-8"))["papers"]
    assert len(papers) == 4
    assert any("abstract" in paper for paper in papers)


@pytest.mark.parametrize("option", ["shelf", "shelf/", "./shelf"])
def test_the_data_may_stand_elsewhere(toy: Path, run: Run, option: str) -> None:
    (toy / "data").rename(toy / "shelf")
    add(toy, {"shelf/papers/n/new.yml": "title:\n"})
    done = run("papershelf", "--data", option, "check", cwd=toy)
    shown = option.rstrip("/")
    assert done.stdout == f'{shown}/papers/n/new.yml:1:7: "title" is empty; expected the title\n1 problem found.\n'


def test_the_data_may_be_given_whole(toy: Path, run: Run) -> None:
    add(toy, {"data/papers/n/new.yml": "title:\n"})
    done = run("papershelf", "--data", str(toy / "data"), "check", cwd=toy.parent)
    assert done.stdout.startswith(f"{toy}/data/papers/n/new.yml:1:7: ")


@pytest.mark.parametrize("command", ["check", "schema"])
def test_no_data(toy: Path, run: Run, command: str) -> None:
    done = run("papershelf", "--data", "nowhere", command, cwd=toy)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith('nowhere:1:1: there is no folder "nowhere" here')
    assert not (toy / "nowhere").exists()


def test_an_unknown_command(toy: Path, run: Run) -> None:
    done = run("papershelf", "chek", cwd=toy)
    assert done.returncode == 2
    assert "No such command 'chek'" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("arguments", [["check", "--nope"], ["import"], ["import", "gone.txt"], ["write"], ["--data"]])
def test_wrong_arguments_are_said_in_a_line(toy: Path, run: Run, arguments: list[str]) -> None:
    done = run("papershelf", *arguments, cwd=toy)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1].startswith("Error: ")


def test_a_dry_run_of_an_import_writes_nothing(toy: Path, run: Run) -> None:
    (toy / "new.txt").write_text(HEADER + TITLE_AND_ABSTRACT, encoding="utf-8")
    before = contents(toy)
    done = run("papershelf", "import", "--dry-run", "new.txt", cwd=toy)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("Nothing was written: this was a dry run.\n")
    assert "1 papers: 1 new" in done.stdout
    assert contents(toy) == before


def test_an_import_of_bad_data_says_what_is_wrong_and_writes_nothing(toy: Path, run: Run) -> None:
    add(toy, {"new.txt": HEADER + TITLE_AND_ABSTRACT, "data/papers/n/new.yml": "title: [\n"})
    before = contents(toy)
    done = run("papershelf", "import", "new.txt", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.startswith("data/papers/n/new.yml:1:8: ")
    assert contents(toy) == before


def test_an_import_without_a_shelf_begins_one(tmp_path: Path, run: Run) -> None:
    (tmp_path / "new.txt").write_text(HEADER + TITLE_AND_ABSTRACT, encoding="utf-8")
    done = run("papershelf", "import", "new.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert set(contents(tmp_path / "data")) == {"captures/new.txt", "lists.yml", "papers/a/a-new-widget.yml"}
    assert run("papershelf", "check", cwd=tmp_path).returncode == 0


def test_schema_says_what_it_wrote(toy: Path, run: Run) -> None:
    names = ("paper", "lists", "topics", "tags", "removed")
    assert run("papershelf", "schema", cwd=toy).stdout == "".join(f"data/schema/{name}.json\n" for name in names)
    assert run("papershelf", "schema", cwd=toy).stdout == "The schemas in data/schema are up to date.\n"


@pytest.mark.parametrize("command", ["", *sorted(main.commands)])
def test_help_fits_a_terminal_and_says_what_it_is_for(command: str) -> None:
    done = CliRunner().invoke(main, [*filter(None, [command]), "--help"], terminal_width=80)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert max(map(len, lines)) <= 80
    assert re.match(r"  [A-Z]\w+ ", lines[2])


def test_help_names_every_command() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for name, command in main.commands.items():
        assert re.search(rf"^  {name} +[A-Z]\w+ ", text, re.MULTILINE), f"{name}: {command.help}"


@pytest.mark.parametrize("arguments", [["check"], ["import", "new.txt"], ["write", "out"], ["schema"]])
def test_a_pipe_gets_no_progress_and_no_colour(toy: Path, run: Run, arguments: list[str]) -> None:
    (toy / "new.txt").write_text(HEADER + TITLE_AND_ABSTRACT, encoding="utf-8")
    done = run("papershelf", *arguments, cwd=toy, env={"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"})
    assert done.returncode == 0, done.stdout
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    assert "%" not in done.stdout


def test_a_terminal_that_knows_few_letters(toy: Path, run: Run) -> None:
    add(toy, {"data/papers/n/new.yml": "title: α: →\n"})
    done = run("papershelf", "check", cwd=toy, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert done.stdout.startswith("data/papers/n/new.yml:1:8: ")
    assert done.stdout.endswith("\n1 problem found.\n")


def test_a_file_name_that_is_no_text(toy: Path, run: Run) -> None:
    shutil.copyfile(
        toy / "data" / "papers" / "s" / "serial-widgets.yml",
        bytes(toy / "data" / "papers" / "s") + b"/caf\xe9.yml",
    )
    done = run("papershelf", "check", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.startswith("data/papers/s/caf<U+DCE9>.yml:1:")
    assert "Traceback" not in done.stdout
