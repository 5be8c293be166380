"""Data that is wrong in itself: every problem is one line that says where, what, what instead, and what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bad_data import NEW, Case, add, checked_lines, table
from conftest import Run

TITLE = "title: New\n"
ID_RULE = "expected lower-case letters, digits and single hyphens, at most 80 characters"
NO_ID = "the file's name is the paper's id, and"
RESERVED = "expected an id that isn't reserved (index, a bare number, con, aux, nul, prn, …)"
BELONGS = "expected captures, lists.yml, papers, removed.yml, schema, tags.yml, topics.yml"


@pytest.fixture(autouse=True)
def in_toy(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy)


@pytest.mark.parametrize("case", [*table("yaml"), *table("values")], ids=lambda case: case.name)
def test_bad_text_gets_one_line_that_a_person_can_act_on(toy: Path, case: Case) -> None:
    add(toy, dict(case.files))
    assert checked_lines(1) == list(case.problems)


@pytest.mark.parametrize("case", table("fine"), ids=lambda case: case.name)
def test_what_is_fine_passes(toy: Path, case: Case) -> None:
    add(toy, dict(case.files))
    assert checked_lines(0) == list(case.problems) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("title: café\n".encode("latin-1"), "1:11: the byte E9 isn't UTF-8 text. Save the file as UTF-8."),
        ("title: é".encode() + b"\xe9\n", "1:9: the byte E9 isn't UTF-8 text. Save the file as UTF-8."),
        (b"title: New\nnote: \xed\xa0\x80\n", "2:7: the byte ED isn't UTF-8 text. Save the file as UTF-8."),
        (
            b"\xef\xbb\xbftitle: New\n",
            "1:1: the file begins with a byte-order mark; expected none. Save it as UTF-8 without BOM.",
        ),
        ("title: New\n".encode("utf-16"), "1:1: the file is UTF-16 text; expected UTF-8. Save it as UTF-8."),
        ("title: New\n".encode("utf-16-be"), "1:1: the file is UTF-16 text; expected UTF-8. Save it as UTF-8."),
        (b"title: N\0ew\n", "1:9: the character U+0000, which can't be seen. Delete it."),
        (b"note: x\ntitle: N\x07ew\n", "2:9: the character U+0007, which can't be seen. Delete it."),
        ("title: éé😀\x7f\n", "1:11: the character U+007F, which can't be seen. Delete it."),
        ("title: é\x9f\n", "1:9: the character U+009F, which can't be seen. Delete it."),
        ("title: é\uffff\n", "1:9: the character U+FFFF, which can't be seen. Delete it."),
        ("title: a\x85b\n", "1:9: the character U+0085, which can't be seen. Put a space in its place."),
        ("title: a\u2028b\n", "1:9: the character U+2028, which can't be seen. Put a space in its place."),
        ("title: N\ufeffew\n", '1:8: "title" holds the character U+FEFF, which can\'t be seen. Delete it.'),
        ("title: N\u200bew\n", '1:8: "title" holds the character U+200B, which can\'t be seen. Delete it.'),
        ("title: a\u200db\n", '1:8: "title" holds the character U+200D, which can\'t be seen. Delete it.'),
        ('title: "a\\x1b[31mb"\n', '1:8: "title" holds the character U+001B, which can\'t be seen. Delete it.'),
        (
            f"title: New\nabstract: {'word ' * 1_000_000}\n",
            "1:1: the file holds 5.0 million characters; expected at most 1 million. "
            "Take out what doesn't belong here.",
        ),
    ],
)
def test_bytes_that_are_no_plain_text(toy: Path, content: str | bytes, problem: str) -> None:
    add(toy, {NEW: content})
    assert checked_lines(1) == [f"{NEW}:{problem}"]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_any_line_end_works_and_counts_as_one(toy: Path, newline: str) -> None:
    text = "title: New\ntopics:\n  - widgets\nsummary: >-\n  One\n  two\ntags:\n  - seriel\n"
    add(toy, {NEW: text.replace("\n", newline)})
    assert checked_lines(1) == [
        f'{NEW}:8:5: unknown tag "seriel"; expected an id from data/tags.yml. Did you mean "serial"?'
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("New", f'{NO_ID} "New" can\'t be one; {ID_RULE}. Rename the file to "new.yml".'),
        ("new_one", f'{NO_ID} "new_one" can\'t be one; {ID_RULE}. Rename the file to "new-one.yml".'),
        ("new-", f'{NO_ID} "new-" can\'t be one; {ID_RULE}. Rename the file to "new.yml".'),
        ("new--one", f'{NO_ID} "new--one" can\'t be one; {ID_RULE}. Rename the file to "new-one.yml".'),
        ("new one", f'{NO_ID} "new one" can\'t be one; {ID_RULE}. Rename the file to "new-one.yml".'),
        ("new.one", f'{NO_ID} "new.one" can\'t be one; {ID_RULE}. Rename the file to "new-one.yml".'),
        ("é", f'{NO_ID} "é" can\'t be one; {ID_RULE}. Rename the file to "e.yml".'),
        ("!", f'{NO_ID} "!" can\'t be one; {ID_RULE}. Rename the file.'),
        ("n" * 81, f'{NO_ID} "{"n" * 79}…" can\'t be one; {ID_RULE}. Rename the file to "{"n" * 80}.yml".'),
        ("index", f'{NO_ID} "index" can\'t be one; {RESERVED}. Rename the file.'),
        ("42", f'{NO_ID} "42" can\'t be one; {RESERVED}. Rename the file.'),
        ("con", f'{NO_ID} "con" can\'t be one; {RESERVED}. Rename the file.'),
    ],
)
def test_ids_that_break_the_rule(toy: Path, name: str, problem: str) -> None:
    add(toy, {f"data/papers/n/{name}.yml": TITLE})
    assert checked_lines(1) == [f"data/papers/n/{name}.yml:1:1: {problem}"]


def test_a_name_that_would_break_the_line_is_shown_harmlessly(toy: Path) -> None:
    add(toy, {"data/papers/n/a\nb\x1b.yml": TITLE})
    (problem,) = checked_lines(1)
    assert problem.startswith("data/papers/n/a<U+000A>b<U+001B>.yml:1:1: ")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            "papers/n/new.yaml",
            '"new.yaml" would be passed over; expected a name that ends with ".yml". Rename it to "new.yml".',
        ),
        (
            "papers/n/new.YML",
            '"new.YML" would be passed over; expected a name that ends with ".yml". Rename it to "new.yml".',
        ),
        (
            "papers/n/new.yml.txt",
            '"new.yml.txt" would be passed over; expected a name that ends with ".yml". Rename it to "new.yml".',
        ),
        (
            "papers/README.md",
            '"README.md" would be passed over; expected a name that ends with ".yml". Move it out of data/papers/.',
        ),
        (
            "captures/new.md",
            '"new.md" would be passed over; expected a name that ends with ".txt". Move it out of data/captures/.',
        ),
        (
            "schema/notes",
            '"notes" would be passed over; expected a name that ends with ".json". Move it out of data/schema/.',
        ),
        ("notes.txt", f'"notes.txt" doesn\'t belong here; {BELONGS}. Move it out of data/.'),
        (
            "new.yml",
            f'"new.yml" doesn\'t belong here; {BELONGS}. Papers go to data/papers/<letter>/<id>.yml.',
        ),
        ("tag.yml", f'"tag.yml" doesn\'t belong here; {BELONGS}. Did you mean "tags.yml"?'),
        ("Topics.yml", f'"Topics.yml" doesn\'t belong here; {BELONGS}. Did you mean "topics.yml"?'),
    ],
)
def test_a_file_that_would_be_dropped_in_silence(toy: Path, source: str, problem: str) -> None:
    add(toy, {f"data/{source}": TITLE})
    assert checked_lines(1) == [f"data/{source}:1:1: {problem}"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("images", f'"images" doesn\'t belong here; {BELONGS}. Move it out of data/.'),
        (
            "papers/n/new.yml",
            '"new.yml" is a folder; expected a file that ends with ".yml". Move it out of the way.',
        ),
        (
            "captures/more",
            '"more" is a folder; expected a file that ends with ".txt". Move it out of the way.',
        ),
    ],
)
def test_a_folder_where_none_belongs(toy: Path, source: str, problem: str) -> None:
    (toy / "data" / source).mkdir(parents=True)
    assert checked_lines(1) == [f"data/{source}:1:1: {problem}"]


def test_files_of_editors_and_systems_are_passed_over(toy: Path) -> None:
    names = (".DS_Store", "papers/.new.yml", "papers/n/new.yml~", "captures/.x", "papers/.git/config", ".x/y.yml")
    add(toy, {f"data/{name}": "x: [" for name in names})
    assert checked_lines(0) == []


def leads_out(toy: Path, source: str) -> None:
    """Move what stands there out of `data/`, and leave a link to it."""
    inside, outside = toy / "data" / source, toy / "outside"
    if inside.exists():
        inside.rename(outside)
    else:
        outside.write_text("title: [never read")
        inside.parent.mkdir(parents=True, exist_ok=True)
    inside.symlink_to(outside)


def leads_to_itself(toy: Path, source: str) -> None:
    (toy / "data" / source).symlink_to(toy / "data" / source)


def leads_to_its_parent(toy: Path, source: str) -> None:
    (toy / "data" / source).symlink_to(toy / "data" / "papers")


@pytest.mark.parametrize(
    ("make", "source"),
    [
        (leads_out, "papers/n/new.yml"),
        (leads_out, "papers/g"),
        (leads_out, "tags.yml"),
        (leads_out, "captures"),
        (leads_out, "captures/toy-daily.txt"),
        (leads_to_itself, "papers/new.yml"),
        (leads_to_its_parent, "papers/n"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_no_link_is_followed(toy: Path, make: Callable[[Path, str], None], source: str) -> None:
    shutil.rmtree(toy / "data" / "papers" / "s")  # so that nothing refers to what is behind the link
    make(toy, source)
    name = source.rsplit("/", 1)[-1]
    problem = f'data/{source}:1:1: "{name}" is a link; expected a file or a folder. Put what it leads to in its place.'
    assert problem in checked_lines(1)
    assert not any("never read" in line for line in checked_lines(1))


def test_a_pipe_is_not_read(toy: Path) -> None:
    os.mkfifo(toy / "data" / "papers" / "new.yml")
    assert checked_lines(1) == ['data/papers/new.yml:1:1: "new.yml" is neither a file nor a folder. Remove it.']


def test_a_folder_and_a_file_in_each_others_place(toy: Path) -> None:
    shutil.rmtree(toy / "data" / "papers")
    (toy / "data" / "tags.yml").unlink()
    (toy / "data" / "tags.yml").mkdir()
    add(toy, {"data/papers": "x"})
    assert checked_lines(1) == [
        'data/papers:1:1: "papers" is a file; expected a folder. Move it out of the way.',
        'data/tags.yml:1:1: "tags.yml" is a folder; expected a file. Move it out of the way.',
    ]


@pytest.mark.parametrize("broken", ["data/papers/s", "data/papers/s/serial-widgets.yml"])
def test_what_may_not_be_read_is_a_problem(toy: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs tests as root may read everything.
    def refuse(function: Callable[..., object]) -> Callable[..., object]:
        def refusing(path: Path, *arguments: object) -> object:
            if str(path) == broken:
                raise PermissionError(13, "Permission denied")
            return function(path, *arguments)

        return refusing

    monkeypatch.setattr(os, "scandir", refuse(os.scandir))
    monkeypatch.setattr(Path, "read_bytes", refuse(Path.read_bytes))
    what = "file" if broken.endswith(".yml") else "folder"
    assert f"{broken}:1:1: the {what} can't be read: Permission denied" in checked_lines(1)


def test_no_data_folder(toy: Path) -> None:
    shutil.rmtree(toy / "data")
    assert checked_lines(1) == [
        'data:1:1: there is no folder "data" here; expected a shelf\'s data. '
        "Run this in the shelf's folder, or name the data's folder."
    ]


def test_an_empty_shelf_is_fine(toy: Path) -> None:
    shutil.rmtree(toy / "data")
    (toy / "data").mkdir()
    assert checked_lines(0) == []


def test_a_shelf_without_papers_is_fine(toy: Path) -> None:
    shutil.rmtree(toy / "data" / "papers")
    assert checked_lines(0) == []


DEEP = {
    "brackets": "title: " + "[" * 30_000,
    "closed brackets": f"title: {'[' * 30_000}{']' * 30_000}",
    "braces": "{a: " * 10_000,
    "dashes": "- " * 15_000,
    "dashes far apart": "-    " * 6_000,
    "question marks": "? " * 15_000,
    "indented keys": "".join(f"{' ' * depth}a:\n" for depth in range(240)),
    "indented dashes": "".join(f"{' ' * depth}-\n" for depth in range(240)),
    "just too deep": f"title: {'[' * 21}{']' * 21}",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting_does_not_crash_the_parser(toy: Path, run: Run, text: str) -> None:
    add(toy, {NEW: text})
    done = run("papershelf", "check", cwd=toy)
    assert done.returncode == 1
    problem, count = done.stdout.splitlines()
    assert problem.startswith(f"{NEW}:")
    assert problem.endswith(" this is nested more than 20 deep. Remove the brackets, dashes or spaces before it.")
    assert count == "1 problem found."


def test_aliases_of_aliases_are_not_followed(toy: Path, run: Run) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    add(toy, {NEW: "\n".join(lines)})
    done = run("papershelf", "check", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.endswith("\n10 problems found.\n")


def test_a_real_process_prints_the_same(toy: Path, run: Run) -> None:
    case = next(case for case in table("shelf") if case.name == "several problems in several files")
    add(toy, dict(case.files))
    done = run("papershelf", "check", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [*case.problems, f"{len(case.problems)} problems found."]
