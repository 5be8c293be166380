"""The commands that the documents give a reader: they run as they stand there, and each command stands there."""

from __future__ import annotations

import os
import re
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from conftest import copy_toy
from papershelf.cli import main
from test_cli import HEADER, TITLE_AND_ABSTRACT
from test_diff import commit, git
from test_init import ENGINE, converse

ROOT = Path(__file__).parent.parent
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "KEEPING.md", "CONTRIBUTING.md")}

# What can't run here, by what it looks like, and why.
ELSEWHERE = {
    r"make (serve|site|test)\b": "makes an environment, which takes a network: test_make.py has what it does",
    r"python -m venv \.venv$": "begins what is written for Windows",
    r"\.venv\\Scripts\\": "is written for Windows",
    r"papershelf digest .*--send": "asks a mail server: test_sending.py has what it does on loopback",
    r"papershelf links\b": "asks the network: test_links.py has what it does on loopback",
}

# What stands for something of the reader's own, as it is in the toy shelf.
OWN = {
    "ID": "serial-widgets", "NEW": "widgets-in-series", "A": "serial-widgets",
    "B": "gadgets-for-widgets-costs-5-and-more", "…": "Widgets of Glass",
}  # fmt: skip
TAGS_AND_TOPICS = {
    "tag rename": "serial sequential", "topic rename": "gadgets instruments",
    "tag merge": "counting into serial", "topic merge": "gadgets into widgets",
    "tag split": "serial into counting parallel", "topic split": "widgets into widgets gadgets",
    "tag remove": "counting", "topic remove": "gadgets",
}  # fmt: skip
# What init asks for at a terminal, the last only where Git knows no web address of this checkout.
ANSWERS = {"papershelf init my-shelf": ["", "", "", "", "", ENGINE]}


def written() -> Iterator[str]:
    """The commands in the documents' shell blocks, without remarks; several on a line are parted by wide gaps."""
    for text in TEXTS.values():
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            for line in block.splitlines():
                yield from re.split(r" {2,}(?=papershelf )", re.sub(r"\s+#.*", "", line))


def alternatives(command: str) -> list[str]:
    """A command as one may type it: each of `this|that`."""
    found = re.search(r"\w+(?:\|\w+)+", command)
    return [command.replace(found[0], word) for word in found[0].split("|")] if found else [command]


def typed(command: str) -> str:
    """A command with the reader's own words in it."""
    word = " ".join(command.split()[1:3])
    if word in TAGS_AND_TOPICS:
        return command.replace("…", TAGS_AND_TOPICS[word])
    return re.sub(r"\b(?:ID|NEW|A|B)\b|…", lambda mark: OWN[mark[0]], command)


def why_elsewhere(command: str) -> str | None:
    return next((why for rule, why in ELSEWHERE.items() if re.match(rule, command)), None)


COMMANDS = list(dict.fromkeys(one for command in written() for one in alternatives(command)))
RUN_HERE = [command for command in COMMANDS if not why_elsewhere(command)]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy shelf in Git, beside a listing that somebody captured."""
    shelf = copy_toy(tmp_path_factory.mktemp("documents") / "shelf")
    git(shelf, "init", "--initial-branch=main")
    commit(shelf)
    (shelf / "listing.txt").write_text(HEADER + TITLE_AND_ABSTRACT, encoding="utf-8")
    return shelf


@pytest.mark.parametrize("command", RUN_HERE)
def test_a_command_of_the_documents_runs(
    command: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = shutil.copytree(repository, tmp_path / "shelf")
    monkeypatch.setenv("PATH", os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    said = converse(["sh", "-e", "-c", typed(command)], ANSWERS.get(command, ["y"]), shelf)
    assert "Traceback" not in said


def test_what_cannot_run_here_is_still_in_the_documents() -> None:
    for rule, why in ELSEWHERE.items():
        assert any(re.match(rule, command) for command in COMMANDS), f"nothing there {why}"


def test_every_block_is_known_to_be_commands_or_data() -> None:
    for name, text in TEXTS.items():
        assert set(re.findall(r"^```(\S*)$", text, re.MULTILINE)) <= {"sh", "yaml", ""}, name
        assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
        assert not re.search(r"^```\n[^`]*\bpapershelf [a-z]+ .*\n```$", text, re.MULTILINE), f"{name}: no language"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_stands_in_the_documents(name: str) -> None:
    assert any(re.search(rf"\bpapershelf {name}\b", text) for text in TEXTS.values())


def test_what_the_documents_say_within_a_sentence_exists() -> None:
    """The commands that stand in a text have a name and options that there are."""
    for name in (*TEXTS, "ARCHITECTURE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for words in (found.split() for found in re.findall(r"`(?:\S*[/\\])?papershelf ([a-z][^`]*)`", text)):
            command: click.Command = main.commands[words.pop(0)]
            if isinstance(command, click.Group) and words:
                command = command.commands[words.pop(0)]
            options = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= options, f"{name}: papershelf {words}"
