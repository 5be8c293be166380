"""The commands by which papers come onto the shelf and into form, as a person meets them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bad_data import NEW, add
from conftest import Run
from papershelf import journal
from test_cli import contents
from test_propose import body

DAY = re.compile(r'added: "\d{4}-\d\d-\d\d"')
ABSTRACT = "Widgets come and go.\r\nThis one \u200bstays.\n"
BIBTEX = "@misc{a, title={A Third Widget}, eprint={2002.00002}}\n@misc{b, title={A Fourth Widget}, doi={10.1145/3.4}}\n"
UNFILED = "on-alpha-widgets-and-script-alert-x-script"


# new


def test_new_from_a_title_and_a_link(toy: Path, run: Run) -> None:
    (toy / "abstract.txt").write_text(ABSTRACT, encoding="utf-8", newline="")
    done = run(
        "papershelf", "new", "--title", "A Third Widget", "--link", "https://arxiv.org/pdf/2002.00002v1", "--topic",
        "Widgets", "--tag", "serial", "--author", "Ann A", "--author", "Bo B", "--year", "2020", "--abstract-file",
        "abstract.txt", "--link", "https://github.com/a/b", cwd=toy,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[0] == "data/papers/a/a-third-widget.yml"
    assert "Still to write: summary\n" in done.stdout
    text = (toy / "data/papers/a/a-third-widget.yml").read_text(encoding="utf-8")
    assert DAY.sub("added: today", text) == (
        'title: "A Third Widget"\ntopics:\n  - widgets\ntags:\n  - serial\nauthors:\n  - "Ann A"\n  - "Bo B"\n'
        'year: 2020\narxiv: "2002.00002"\nlinks:\n  code: https://github.com/a/b\nadded: today\nabstract: >-\n'
        "  Widgets come and go. This one stays.\n"
    )
    assert run("papershelf", "check", cwd=toy).returncode == 0
    assert run("papershelf", "fmt", "--check", "a-third-widget", cwd=toy).returncode == 0


def test_new_refuses_what_is_there(toy: Path, run: Run) -> None:
    before = contents(toy)
    done = run("papershelf", "new", "--title", "Other", "--link", "2001.00001", cwd=toy)
    assert done.returncode == 1
    assert done.stdout == (
        'Not added: "Other". It is already on the shelf as "Parallel Widgets: A Study of Nothing in Particular": '
        "data/papers/p/parallel-widgets-a-study-of-nothing-in-particular.yml (both have the arXiv number 2001.00001; "
        "the titles differ in 8 of 8 words; only one of them has an abstract to compare). "
        "Add what is new to that file.\n"
    )
    assert contents(toy) == before


def test_new_asks_about_a_look_alike(toy: Path, run: Run) -> None:
    given = ("papershelf", "new", "--title", "Serial Widgets!", "--link", "10.1145/3.4")
    done = run(*given, cwd=toy)
    assert done.returncode == 1
    assert 'add --distinct serial-widgets --why "…"' in done.stdout
    done = run(*given, "--distinct", "serial-widgets", "--why", "Another.", cwd=toy)
    assert done.returncode == 0, done.stdout
    assert run("papershelf", "check", cwd=toy).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, 'a BibTeX file. For example: papershelf new --title "…" --link https://arxiv.org/abs/1910.02054'),
        (["--title", "T"], 2, "Error: A title and a link are needed, or a BibTeX file."),
        (["--title", "T", "--link", "x"], 1, 'Error: "x" is neither an address'),
        (["--title", "T", "--link", "10.1145/3.4", "--tag", "serail"], 1, 'Did you mean "serial"?'),
        (["--title", "T", "--link", "10.1145/3.4", "--year", "20"], 1, 'data/papers/t/t.yml:2:7: "year" is "20"'),
        (["--bibtex", "two.bib", "--year", "2020"], 2, "With several entries, only topics and tags can be given"),
        (["--title", "T", "--link", "10.1145/3.4", "--year", "0"], 1, 'data/papers/t/t.yml:2:7: "year" is "0"'),
        (["--title", "T", "--link", "10.1145/3.4", "--why", "x"], 2, "--why goes with --distinct."),
        (["--bibtex", "gone.bib"], 2, "does not exist"),
        (["--bibtex", "bad.bib"], 1, "bad.bib:1:1: premature end of file"),
    ],
)
def test_new_says_what_is_missing(toy: Path, run: Run, arguments: list[str], status: int, said: str) -> None:
    add(toy, {"two.bib": BIBTEX, "bad.bib": "@misc{a"})
    before = contents(toy)
    done = run("papershelf", "new", *arguments, cwd=toy)
    assert done.returncode == status, done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stdout
    assert contents(toy) == before


def test_new_from_bibtex_adds_what_is_not_there(toy: Path, run: Run) -> None:
    add(
        toy,
        {
            "some.bib": BIBTEX
            + "@misc{c, title={Other}, eprint={2001.00001}}\n@misc{d, title={The Same}, eprint={2002.00002}}"
        },
    )
    done = run("papershelf", "new", "--bibtex", "some.bib", "--topic", "widgets", "--dry-run", cwd=toy)
    assert done.stdout.count("+++ data/papers/a/") == 2
    assert not (toy / "data/papers/a").exists()
    done = run("papershelf", "new", "--bibtex", "some.bib", "--topic", "widgets", cwd=toy)
    assert done.returncode == 1
    assert sorted(path.name for path in (toy / "data/papers/a").iterdir()) == [
        "a-fourth-widget.yml",
        "a-third-widget.yml",
    ]
    assert re.findall(r'Not added: "(.*?)"', done.stdout) == ["Other", "The Same"]
    assert run("papershelf", "check", cwd=toy).returncode == 0


def test_new_writes_what_fits_only_when_it_is_asked_to(toy: Path, run: Run) -> None:
    given = ("papershelf", "new", "--title", "Parallel Gadgets of Their Own", "--link", "10.1145/3.4")
    shown = run(*given, "--dry-run", cwd=toy).stdout
    assert "Tags that fit by its words: parallel" in shown
    assert "tags:" not in shown
    assert "+  - parallel\n" in run(*given, "--suggest", "--dry-run", cwd=toy).stdout


def test_new_begins_a_shelf_deep_below(tmp_path: Path, run: Run) -> None:
    done = run("papershelf", "--data", "a/b", "new", "--title", "Sand", "--link", "2101.00001", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "a/b/papers/s/sand.yml").is_file()


def test_a_paper_named_twice_gets_what_fits_once(toy: Path, run: Run) -> None:
    done = run("papershelf", "suggest", UNFILED, UNFILED, "--write", cwd=toy)
    assert done.returncode == 0, done.stdout
    assert run("papershelf", "check", cwd=toy).returncode == 0
    assert "1 file in the canonical form" in run("papershelf", "fmt", UNFILED, UNFILED, cwd=toy).stdout


def test_new_begins_a_shelf(tmp_path: Path, run: Run) -> None:
    done = run("papershelf", "new", "--title", "First", "--link", "10.1145/3.4", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert run("papershelf", "check", cwd=tmp_path).returncode == 0


# fmt


def test_fmt(toy: Path, run: Run) -> None:
    before = contents(toy)
    done = run("papershelf", "fmt", "--check", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.endswith("data/topics.yml\n5 of 7 files would change: papershelf fmt does it.\n")
    done = run("papershelf", "fmt", "--dry-run", cwd=toy)
    assert done.returncode == 0
    assert '-  name: Gadgets & <Tools>\n+  name: "Gadgets & <Tools>"\n' in done.stdout
    assert contents(toy) == before
    assert run("papershelf", "fmt", cwd=toy).stdout.endswith("5 of 7 files changed.\n")
    assert run("papershelf", "fmt", "--check", cwd=toy).stdout == "Nothing to do: 7 files in the canonical form.\n"
    assert run("papershelf", "check", cwd=toy).returncode == 0
    assert run("papershelf", "fmt", "nobody", cwd=toy).stdout.startswith(
        'Error: There is no paper "nobody" on the shelf.'
    )


def test_fmt_of_a_file_beside_another_with_problems(toy: Path, run: Run) -> None:
    add(toy, {NEW: "tags: [serial]\ntitle: New\n", "data/papers/o/other.yml": "title: O\ntags: [nano]\n"})
    assert run("papershelf", "fmt", "new", cwd=toy).stdout == "data/papers/n/new.yml\n1 of 1 file changed.\n"
    assert (toy / NEW).read_text() == "title: New\ntags:\n  - serial\n"


# propose


def test_propose_from_a_file(toy: Path, run: Run) -> None:
    add(toy, {"body.md": body(Title="A $(touch owned) Widget", Link="10.1145/3.4")})
    done = run(
        "papershelf", "propose", "--body-file", "body.md", "--format", "markdown", "--output", "outputs", cwd=toy
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("This becomes a paper's file: `data/papers/a/a-touch-owned-widget.yml`.\n")
    assert re.fullmatch(
        r"file<<(end-\w{32})\ndata/papers/a/a-touch-owned-widget.yml\n\1\nfiles<<\1\ndata/papers/a/.*\n\1\n"
        r"branch<<\1\npaper/a-touch-owned-widget\n\1\ntitle<<\1\nAdd “A ＄\(touch owned\) Widget”\n\1\n",
        (toy / "outputs").read_text(encoding="utf-8"),
    )
    assert run("papershelf", "check", cwd=toy).returncode == 0


def test_propose_from_the_environment(toy: Path, run: Run) -> None:
    env = {"BODY": body("tag", Tag="nano", Meaning="Small.")}
    done = run("papershelf", "propose", "--body-env", "BODY", "--kind", "tag", "--dry-run", cwd=toy, env=env)
    assert done.returncode == 0, done.stdout
    assert "+- id: nano\n" in done.stdout
    assert "nano" not in (toy / "data/tags.yml").read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x" * 1_000_000, "an issue holds 65,536"),
        (b"\xff\xfe", "The text isn't UTF-8"),
        ("[" * 60_000, "Nothing stands below the heading “### Title” and “### Link”"),
        (body(Title="Serial Widgets", Link="2001.00001"), "It is already on the shelf as `"),
    ],
)
def test_propose_refuses_in_words_for_the_issue(toy: Path, run: Run, content: str | bytes, said: str) -> None:
    add(toy, {"body.md": content})
    before = contents(toy)
    done = run("papershelf", "propose", "--body-file", "body.md", "--format", "markdown", "--output", "o", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.startswith("Nothing could be made of this yet. ")
    assert said in done.stdout
    assert done.stdout.endswith("\n\nEdit the issue, and it can be tried again.\n")
    assert contents(toy) == before


def test_propose_to_a_shelf_with_problems(toy: Path, run: Run) -> None:
    add(toy, {"body.md": body(Title="A", Link="10.1145/3.4"), NEW: "title: @a: b\n"})
    done = run("papershelf", "propose", "--body-file", "body.md", "--format", "markdown", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "Nothing could be made of this, as there are problems:\n\n- `data/papers/n/new.yml:1:8: "
    )


def test_a_proposal_that_cannot_be_written_is_not_said_to_be(toy: Path, run: Run) -> None:
    add(toy, {"body.md": body(Title="A", Link="10.1145/3.4")})
    with journal._alone(toy / "data", "data"):
        done = run("papershelf", "propose", "--body-file", "body.md", "--format", "markdown", cwd=toy)
    assert done.returncode == 1
    assert done.stdout == (
        "Nothing could be made of this, as there are problems:\n\n"
        "- `data:1:1: another command is changing the data. Wait for it, and try again.`\n"
    )


def test_propose_writes_its_outputs_into_a_folder_of_their_own(toy: Path, run: Run) -> None:
    add(toy, {"body.md": body(Title="A", Link="10.1145/3.4")})
    done = run("papershelf", "propose", "--body-file", "body.md", "--output", "out/puts", cwd=toy)
    assert done.returncode == 0, done.stdout
    assert (toy / "out/puts").read_text().startswith("file<<")


@pytest.mark.parametrize("arguments", [[], ["--body-env", "GONE"], ["--body-env", "A", "--body-file", "mkdocs.yml"]])
def test_propose_needs_one_body(toy: Path, run: Run, arguments: list[str]) -> None:
    assert run("papershelf", "propose", *arguments, cwd=toy).returncode == 2


# suggest, todo, hygiene, links, diff


def test_suggest(toy: Path, run: Run) -> None:
    before = contents(toy)
    done = run("papershelf", "suggest", cwd=toy)
    assert done.returncode == 0
    assert f"data/papers/o/{UNFILED}.yml\n  0.60 topic widgets: the title names *Widgets*" in done.stdout
    assert contents(toy) == before
    done = run("papershelf", "suggest", UNFILED, "--write", cwd=toy)
    assert done.stdout.endswith(f"\ndata/papers/o/{UNFILED}.yml\n")
    text = (toy / f"data/papers/o/{UNFILED}.yml").read_text()
    assert "\ntopics:\n  - widgets\ntags:\n  - counting\nadded:" in text
    assert run(
        "papershelf", "suggest", "parallel-widgets-a-study-of-nothing-in-particular", "--write", cwd=toy
    ).stdout.endswith("Nothing to write: nothing is sure enough, or the papers have enough already.\n")
    assert run("papershelf", "suggest", "serial-widget", cwd=toy).stdout.endswith('Did you mean "serial-widgets"?\n')


def test_todo_names_what_settles_it(toy: Path, run: Run) -> None:
    done = run("papershelf", "todo", cwd=toy)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == (
        f"data/papers/o/{UNFILED}.yml: no topics, tags or summary yet; papershelf suggest {UNFILED} --write, "
        "and write summary: one sentence in your own words"
    )
    assert lines[-1] == "4 to do."


def test_hygiene_is_a_list_and_no_failure(toy: Path, run: Run) -> None:
    done = run("papershelf", "hygiene", cwd=toy)
    assert done.returncode == 0
    assert (
        'data/tags.yml:5: the tag "parallel" is on 1 paper ("Parallel Widgets: A Study of Nothing in Particular"); '
        "papershelf tag remove parallel\n"
    ) in done.stdout
    assert done.stdout.endswith("10 to look at.\n")


def test_links_ask_and_remember(toy: Path, run: Run) -> None:
    """Nothing answers: the addresses are of this machine."""
    for path in (toy / "data").rglob("*.yml"):
        text = path.read_text().replace("https://code.example/", "http://127.0.0.1:9/")
        path.write_text(re.sub(r"^arxiv:.*\n", "", text, flags=re.MULTILINE))
    done = run("papershelf", "links", "--markdown", "reports/report.md", cwd=toy)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "2 addresses: 2 dead."
    assert (toy / "reports/report.md").read_text().startswith("2 addresses: 2 dead.\n\n## Dead (2)\n")
    assert (toy / ".cache/links.json").is_file()
    assert "has a dead link (http://127.0.0.1:9/widgets)" in run("papershelf", "hygiene", cwd=toy).stdout


def git(folder: Path, *words: str) -> None:
    settings = ("-c", "user.name=A", "-c", "user.email=a@shelf.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


def test_diff(toy: Path, run: Run) -> None:
    git(toy, "init", "-q", "-b", "main")
    git(toy, "add", ".")
    git(toy, "commit", "-qm", "Begin")
    assert "Nothing changes" in run("papershelf", "diff", "main", cwd=toy).stdout
    add(toy, {NEW: "title: N\ntopics: [widgets]\n"})
    done = run("papershelf", "diff", "main", "--format", "markdown", cwd=toy)
    assert done.returncode == 0, done.stdout
    assert "### Papers added (1)\n\n- **N** (`new`) in `widgets`\n" in done.stdout
    (toy / "data/papers/s/serial-widgets.yml").rename(toy / "data/papers/s/renamed.yml")
    relation = toy / "data/papers/g/gadgets-for-widgets-costs-5-and-more.yml"
    relation.write_text(relation.read_text().replace("version-of: serial-widgets", "version-of: renamed"))
    done = run("papershelf", "diff", "main", cwd=toy)
    assert done.returncode == 1
    assert "/papers/serial-widgets/" in done.stdout
    done = run("papershelf", "diff", "mian", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.startswith('Error: Git knows no revision "mian" here. Did you mean "main"?')


# check --format github


def annotations(text: str) -> list[tuple[dict[str, str], str]]:
    """The annotations that a workflow's runner makes of a log."""

    def plain(value: str, *more: tuple[str, str]) -> str:
        for code, letter in (*more, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            value = value.replace(code, letter)
        return value

    found = []
    for line in text.splitlines():
        if match := re.fullmatch(r"::error (.*?)::(.*)", line):
            pairs = (pair.split("=", 1) for pair in match[1].split(","))
            properties = {name: plain(value, ("%3A", ":"), ("%2C", ",")) for name, value in pairs}
            found.append((properties, plain(match[2])))
    return found


def test_problems_as_annotations(toy: Path, run: Run) -> None:
    add(toy, {NEW: 'title: "50%: a, b::c\\x0a"\ntags: [serail, "a, b%0A::error::x"]\nyear: x\n'})
    plain = run("papershelf", "check", cwd=toy)
    done = run("papershelf", "check", "--format", "github", cwd=toy)
    assert done.returncode == 1
    assert done.stdout.endswith(plain.stdout)
    found = annotations(done.stdout)
    assert len(found) == 3
    for (properties, message), line in zip(found, plain.stdout.splitlines(), strict=False):
        assert f"{properties['file']}:{properties['line']}:{properties['col']}: {message}" == line
        assert message.startswith(properties["title"])


def test_a_shelf_without_problems_has_no_annotations(toy: Path, run: Run) -> None:
    done = run("papershelf", "check", "--format", "github", cwd=toy)
    assert done.returncode == 0
    assert done.stdout == run("papershelf", "check", cwd=toy).stdout
