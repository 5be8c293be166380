"""The JSON Schemas say what `papershelf check` says, as far as a schema can know."""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from bad_data import NEW, Case, table
from papershelf.load import Data
from papershelf.problems import ProblemsError
from papershelf.schema import schemas, write_schemas


class _Editor(yaml.CSafeLoader):
    """Reads as YAML 1.2 does: a day is a text to it, and so is a word such as `yes`."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (PyYAML's own way)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Editor.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first)


@functools.cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads(schemas()[name])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def complaints(name: str, text: str) -> list[str]:
    """What an editor would underline in a file."""
    return [error.message for error in validator(name).iter_errors(yaml.load(text, Loader=_Editor))]


def files(data: Path) -> Iterator[tuple[Path, str]]:
    """The data files with their schemas, as the repository points editors to them."""
    yield from ((path, "paper.json") for path in sorted((data / "papers").rglob("*.yml")))
    yield from ((data / f"{name}.yml", f"{name}.json") for name in ("lists", "topics", "tags"))


@pytest.mark.parametrize("folder", ["data", "tests/toy/data"])
def test_the_data_is_valid(root: Path, folder: str) -> None:
    found = {path: complaints(name, path.read_text(encoding="utf-8")) for path, name in files(root / folder)}
    assert {path: errors for path, errors in found.items() if errors} == {}


# 1.0 is a whole number to JSON Schema.
BEYOND_A_SCHEMA = {"a position with a point"}


@pytest.mark.parametrize("case", table("values"), ids=lambda case: case.name)
def test_what_is_wrong_in_itself_is_wrong_to_the_schema(case: Case) -> None:
    (source,) = case.files
    assert source == NEW
    assert bool(complaints("paper.json", case.files[source])) == (case.name not in BEYOND_A_SCHEMA)


# What works though an editor underlines it, because YAML takes it for something else than text.
LENIENT = {"an arXiv number without quotes", "a title that is a number", "a year in quotes"}


@pytest.mark.parametrize("case", table("fine"), ids=lambda case: case.name)
def test_what_is_fine_is_fine_to_the_schema(case: Case) -> None:
    found = [message for text in case.files.values() for message in complaints("paper.json", text)]
    assert bool(found) == (case.name in LENIENT), found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("paper.json", "title: x\ntags: [a, a]\n"),
        ("paper.json", "title: x\nappearances: [{list: a}]\n"),
        ("tags.json", "- id: a\n  name: A\n"),
        ("tags.json", "- id: A\n  name: A\n  description: a\n"),
        ("tags.json", "- id: index\n  name: A\n  description: a\n"),
        ("topics.json", "a:\n  name: A\n"),
        ("topics.json", "- id: a\n  name: A\n  description: a\n  order: 1\n"),
        ("lists.json", "- id: a\n  title: A\n  papers: 0\n  sha256: " + "0" * 64),
        ("lists.json", "- id: a\n  title: A\n  papers: 1\n  sha256: abc\n"),
    ],
)
def test_what_a_schema_can_know_of_the_tables(name: str, text: str) -> None:
    assert complaints(name, text)


def test_the_shipped_schemas_are_those_of_the_model(root: Path) -> None:
    shipped = {path.name: path.read_text(encoding="utf-8") for path in (root / "data" / "schema").iterdir()}
    assert shipped == schemas(), "run papershelf schema"


def test_editors_are_pointed_to_them(root: Path) -> None:
    pointers = json.loads((root / ".vscode" / "settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    assert {path.removeprefix("./data/schema/") for path in pointers} == set(schemas())
    for schema, pattern in pointers.items():
        matched = {path for path in root.glob(pattern) if path.is_file()}
        assert matched == {path for path, name in files(root / "data") if schema.endswith(f"/{name}")}


def test_schemas_are_written_once(toy: Path) -> None:
    data = Data(toy / "data")
    assert {path.name for path in write_schemas(data)} == set(schemas())
    assert list(write_schemas(data)) == []
    (toy / "data" / "schema" / "tags.json").write_bytes(b"\xff")
    assert [path.name for path in write_schemas(data)] == ["tags.json"]


def test_no_folder_is_made_where_there_is_no_data(toy: Path) -> None:
    shutil.rmtree(toy / "data")
    with pytest.raises(ProblemsError, match="there is no folder"):
        list(write_schemas(Data(toy / "data")))
    assert not (toy / "data").exists()
