"""The commands that change several files: what they change, what they keep, and what they refuse."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bad_data import add
from conftest import Run
from papershelf.addresses import vanished
from papershelf.checks import checked, unfinished
from papershelf.cli import main
from papershelf.load import Data
from papershelf.model import Catalogue
from test_journal import tree

PARALLEL = "parallel-widgets-a-study-of-nothing-in-particular"
GADGETS = "gadgets-for-widgets-costs-5-and-more"
ALPHA = "on-alpha-widgets-and-script-alert-x-script"
SERIAL = "serial-widgets"
FILE = {name: f"data/papers/{name[0]}/{name}.yml" for name in (PARALLEL, GADGETS, ALPHA, SERIAL)}

Tell = Callable[..., str]


@pytest.fixture(autouse=True)
def in_toy(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy)


def tell(*words: str, status: int = 0) -> str:
    """Give a command, and take what it says."""
    done = CliRunner().invoke(main, words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == status, done.output
    return str(done.output)


def shelf(folder: str = "data") -> Catalogue:
    return checked(Data(Path(folder)))


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    """What is other than before, as lines that are gone or new, by file."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (texts.get(path, b"").decode().split("\n") for texts in (before, after))
        if old != new:
            gone, come = [line for line in old if line not in new], [line for line in new if line not in old]
            found += [f"{path}:", *(f"-{line}" for line in gone), *(f"+{line}" for line in come)]
    return "\n".join(found)


def change(*words: str) -> str:
    """What a command changes: first shown, then made, then nothing is left to do."""
    before, were = tree(Path("data")), shelf()
    shown = tell(*words, "--dry-run")
    assert shown.endswith("Nothing was written: this was a dry run.\n")
    assert tree(Path("data")) == before
    told = tell(*words)
    made = changed(before, tree(Path("data")))
    for line in made.splitlines():
        assert line[0] not in "+-" or line in shown
    assert told.endswith(" changed.\n")
    assert list(vanished((were, {}), (shelf(), {}), {})) == [], "every address leads on"
    assert tell(*words).startswith("Nothing to do: ")
    return made


# Pages that people write


@pytest.mark.parametrize(
    ("words", "link", "instead"),
    [
        (f"rename {SERIAL} rows", f"papers/{SERIAL}.md", "papers/rows.md"),
        (f"merge {SERIAL} into {ALPHA} --yes", f"papers/{SERIAL}.md", f"papers/{ALPHA}.md"),
        ("tag rename serial rows", "tags/serial.md", "tags/rows.md"),
        ("topic merge gadgets into widgets --yes", "topics/gadgets.md", "topics/widgets.md"),
    ],
)
def test_links_to_an_old_name_are_told(words: str, link: str, instead: str) -> None:
    texts: dict[str, str | bytes] = {
        "site_src/about.md": f"# About\n\nSee [this]({link}#abstract), [it](papers/{GADGETS}.md).\n\n[x]: {link}\n",
        "site_src/more/deep.md": f"An [old one](../{link} 'so') and one [on a site](https://x.example/{link}).\n",
    }
    add(Path(), texts)
    told = [
        f"site_src/about.md:3:12: this links to {link}, which has another name. Write {instead}.",
        f"site_src/about.md:5:6: this links to {link}, which has another name. Write {instead}.",
        f"site_src/more/deep.md:1:14: this links to ../{link}, which has another name. Write ../{instead}.",
    ]
    for dry_run in (["--dry-run"], []):
        said = tell(*words.split(), *dry_run).splitlines()
        assert [line for line in said if line.startswith("site_src/")] == told
    assert {path: Path(path).read_text() for path in texts} == texts, "a page is its writer's"


def test_a_link_to_what_was_removed_leads_to_the_page_that_says_so() -> None:
    add(Path(), {"site_src/about.md": f"See [this](papers/{SERIAL}.md).\n"})
    assert "site_src" not in tell("remove", SERIAL, "--reason", "Retracted", "--yes")


# Topics and tags


def test_a_tag_is_renamed_on_all_its_papers() -> None:
    add(Path(), {FILE[ALPHA]: "# mine\r\ntitle: x # one\r\ntags: [ serial, 'counting' ] # two\r\n"})
    assert change("tag", "rename", "serial", "a-serial", "--name", "A: Serial") == "\n".join(
        [
            f"{FILE[GADGETS][5:]}:", "-  - serial", "+  - a-serial",
            f"{FILE[ALPHA][5:]}:", "-tags: [ serial, 'counting' ] # two\r", "+tags: [ a-serial, 'counting' ] # two\r",
            f"{FILE[SERIAL][5:]}:", "-  - serial", "+  - a-serial",
            "tags.yml:", "-- id: serial", "-  name: Serial", "+- id: a-serial", '+  name: "A: Serial"', "+    - serial",
        ]
    )  # fmt: skip
    assert [tag.id for tag in shelf().tags] == ["a-serial", "counting", "parallel"]


def test_a_tag_gets_its_old_id_back() -> None:
    before = tree(Path("data"))
    tell("tag", "rename", "parallel", "side-by-side")
    tell("tag", "rename", "side-by-side", "parallel")
    assert changed(before, tree(Path("data"))) == "tags.yml:\n+    - side-by-side"


def test_a_tag_takes_the_comments_above_it_along() -> None:
    path = Path("data/tags.yml")
    path.write_text("# All of them.\n\n" + path.read_text().replace("- id: serial", "# Why so.\n- id: serial"))
    tell("tag", "rename", "serial", "a-serial")
    assert path.read_text().startswith("# All of them.\n\n# Why so.\n- id: a-serial\n  name: Serial\n")


def test_a_tag_is_merged_into_another() -> None:
    assert change("tag", "merge", "counting", "into", "parallel") == "\n".join(
        [
            f"{FILE[GADGETS][5:]}:", "-  - counting", "+  - parallel",
            f"{FILE[PARALLEL][5:]}:", "-  - counting",
            "tags.yml:", "-- id: counting", "-  name: Counting", "-  description: Something is counted.",
            "+    - counting",
        ]
    )  # fmt: skip
    tag = shelf().tag["parallel"]
    assert tag.aliases == ("concurrent", "counting")


def test_a_topic_takes_the_aliases_of_the_one_merged_into_it() -> None:
    change("topic", "merge", "gadgets", "into", "widgets")
    assert shelf().topic["widgets"].aliases == ("gadgets", "tools")
    assert {paper.topics for paper in shelf().papers} == {(), ("widgets",)}


def test_a_tag_is_split() -> None:
    told = tell("tag", "split", "counting", "into", "serial", "parallel", "--dry-run")
    assert told.startswith(
        'The tag "counting" gives way to "serial" and "parallel", on 2 papers.\n'
        'It is another name of "serial" then, and its address leads there.\n'
        "On these are all of them; take out what doesn't fit (2):\n"
        f"  {PARALLEL}\n  {GADGETS}\n"
        "This would be lost:\n  its name and description: Counting: Something is counted.\n"
    )
    change("tag", "split", "counting", "into", "serial", "parallel", "--to", f"parallel:{GADGETS}")
    assert shelf().paper[PARALLEL].tags == ("parallel", "serial")
    assert shelf().paper[GADGETS].tags == ("parallel", "serial")
    assert shelf().tag["serial"].aliases == ("counting",)


def test_a_tag_is_split_and_stays() -> None:
    told = tell("tag", "split", "serial", "into", "serial", "parallel", "--to", f"parallel:{SERIAL}")
    assert told.startswith('The tag "serial" is joined by "parallel", on 2 papers.\n')
    assert "lost" not in told
    assert shelf().paper[SERIAL].tags == ("parallel",)
    assert shelf().paper[GADGETS].tags == ("counting", "serial", "parallel")


def test_the_file_to_describe_a_tag_in_is_the_shelfs() -> None:
    Path("data").rename("shelf")
    assert "Describe the new ones in shelf/tags.yml, then: " in tell("--data", "shelf", "tag", "split", "counting")


def test_a_reason_is_what_shows_of_it() -> None:
    tell("remove", SERIAL, "--reason", "\x1b[31mOut\u202e of\n scope.")
    assert "  reason: >-\n    [31mOut of scope.\n" in Path("data/removed.yml").read_text()
    assert "it is empty" in tell("tag", "rename", "serial", "s", "--name", "\u200b", status=2)


def test_before_a_split_one_can_look() -> None:
    before = tree(Path("data"))
    assert tell("tag", "split", "counting") == (
        "The tag counting is on 2 papers; each with what else it has:\n"
        f"  {PARALLEL}: parallel\n  {GADGETS}: serial\n"
        "Describe the new ones in data/tags.yml, then: papershelf tag split counting into B C\n"
    )
    assert tree(Path("data")) == before


def test_a_tag_is_removed() -> None:
    assert change("tag", "remove", "parallel", "--reason", "All is: parallel.") == "\n".join(
        [
            f"{FILE[PARALLEL][5:]}:", "-  - parallel",
            "removed.yml:", "+- id: parallel", "+  kind: tag", "+  title: Parallel", "+  reason: >-",
            "+    All is: parallel.", f'+  date: "{shelf().removed[0].date}"', "+  aliases:", "+    - concurrent",
            "tags.yml:", "-- id: parallel", "-  name: Parallel", "-  description: >-",
            "-    Several things happen at once; one after another is `serial`.", "-  aliases:", "-    - concurrent",
        ]
    )  # fmt: skip


def test_it_is_said_which_papers_are_left_without() -> None:
    assert f"Left without any tag (1):\n  {SERIAL}\n" in tell("tag", "remove", "serial")
    assert f"Left without any topic (1):\n  {SERIAL}\n" in tell("topic", "remove", "widgets")


# Papers


def test_a_paper_is_renamed() -> None:
    assert change("rename", SERIAL, "one-by-one") == "\n".join(
        [
            f"{FILE[GADGETS][5:]}:", "-  - version-of: serial-widgets", "+  - version-of: one-by-one",
            "papers/o/one-by-one.yml:",
            *(f"+{line}" for line in Path("data/papers/o/one-by-one.yml").read_text().split("\n")[:-1]),
            "papers/s/serial-widgets.yml:",
            *(f"-{line}" for line in Path(__file__).parent.joinpath("toy", FILE[SERIAL]).read_text().split("\n")[:-1]),
        ]
    )  # fmt: skip
    assert shelf().paper["one-by-one"].aliases == (SERIAL,)
    tell("rename", "one-by-one", SERIAL)
    assert shelf().paper[SERIAL].aliases == ("one-by-one",)
    assert not Path("data/papers/o/one-by-one.yml").exists()


def test_a_renamed_paper_stays_in_a_folder_of_its_own() -> None:
    Path("data/papers/mine").mkdir()
    Path(FILE[SERIAL]).rename("data/papers/mine/serial-widgets.yml")
    tell("rename", SERIAL, "one-by-one")
    assert shelf().paper["one-by-one"].source == "papers/mine/one-by-one.yml"


def test_two_papers_that_are_one() -> None:
    add(
        Path(),
        {
            "data/papers/n/new.yml": (
                "title: Widgets, Serially # as in the journal\n"
                "topics: [gadgets, widgets]\ntags: [counting]\nauthors: [A. B., C. D.]\nyear: 1999\n"
                "arxiv: '1901.00001'\n"
                "links: {code: 'https://a.example', data: 'https://d.example'}\nadded: '2025-01-01'\naliases: [newer]\n"
                f"relations:\n  - distinct: {SERIAL}\n    why: Not so.\n  - version-of: {PARALLEL}\n"
                f"  - version-of: {GADGETS}\n"
            ),
            "data/papers/x/x.yml": f"title: Xylos\nrelations: [{{distinct: new, why: No.}}, {{distinct: {SERIAL}}}]\n",
            "data/papers/y/y.yml": "title: Yoghurt\nrelations: [{version-of: new}]\n",
        },
    )
    path = Path(FILE[SERIAL])
    path.write_text(path.read_text().replace("note:", "links:\n  code: https://b.example # mine\nnote:"))
    before = path.read_text()
    told = tell("merge", "new", "into", SERIAL, "--dry-run")
    assert told.startswith(
        '"new" goes into "serial-widgets", and its address leads there.\n'
        '"serial-widgets" gets: the topic "gadgets", the tag "counting", the authors, the year, the arxiv, '
        'the link "data".\n'
        "This would be lost:\n"
        "  its title: Widgets, Serially\n"
        '  its link "code": https://a.example\n'
        '  that "x" isn\'t "new" (No.)\n'
        '  that "new" isn\'t "serial-widgets" (Not so.)\n'
        f'  that "new" is a version of "{PARALLEL}"\n'
        f'  that "new" is a version of "{GADGETS}"\n'
    )
    change("merge", "new", "into", SERIAL)
    paper = shelf().paper[SERIAL]
    assert (paper.topics, paper.tags, paper.year) == (("widgets", "gadgets"), ("serial", "counting"), 1999)
    assert paper.aliases == ("new", "newer")
    assert str(paper.added) == "2025-01-01"
    assert paper.links
    assert (paper.links.code, paper.links.data) == ("https://b.example", "https://d.example")
    assert "  code: https://b.example # mine\n  data: https://d.example\n" in path.read_text()
    assert shelf().paper["y"].relations[0].version_of == SERIAL
    assert Path("data/papers/x/x.yml").read_text() == "title: Xylos\nrelations: [{distinct: serial-widgets}]\n"
    kept = iter(path.read_text().split("\n"))
    assert all(line in kept for line in before.replace('added: "2026-01-02"\n', "").split("\n"))


def test_appearances_are_united_with_the_titles_that_were_printed() -> None:
    tell("merge", PARALLEL, "into", SERIAL)
    places = [(place.list, place.position, place.title) for place in shelf().paper[SERIAL].appearances]
    printed = "Parallel Widgets: A Study of Nothing in Particular"
    assert places == [("toy-trending", 2, None), ("toy-daily", 1, None), ("toy-trending", 1, printed)]


def test_an_address_that_an_identifier_gives_is_dropped() -> None:
    path = Path(FILE[SERIAL])
    path.write_text(path.read_text() + "links:\n  paper: https://a.example\n")
    told = tell("merge", PARALLEL, "into", SERIAL)
    assert 'the link "paper" of "serial-widgets", as an identifier gives one: https://a.example\n' in told
    links = shelf().paper[SERIAL].links
    assert links
    assert (links.paper, links.code) == (None, "https://code.example/widgets")


def test_an_address_that_does_not_go_along_is_told() -> None:
    add(Path(), {"data/papers/n/new.yml": "title: New\nlinks: {paper: 'https://a.example'}\n"})
    told = tell("merge", "new", "into", PARALLEL)
    assert '  its link "paper", as an identifier gives one: https://a.example\n' in told


def test_a_paper_gets_only_as_many_topics_and_tags_as_fit() -> None:
    names = [f"t{number}" for number in range(8)]
    with Path("data/tags.yml").open("a") as file:
        file.writelines(f"\n- id: {name}\n  name: {name}\n  description: x\n" for name in names)
    add(Path(), {"data/papers/n/new.yml": f"title: New\ntags: [{', '.join(names)}]\n"})
    told = tell("merge", "new", "into", SERIAL)
    assert shelf().paper[SERIAL].tags == ("serial", "t0", "t1", "t2", "t3", "t4")
    assert "".join(f'  its tag "t{number}", as 6 are enough\n' for number in (5, 6, 7)) in told


def test_a_paper_is_removed() -> None:
    assert change("remove", SERIAL, "--reason", "Withdrawn by its *authors*.") == "\n".join(
        [
            f"{FILE[GADGETS][5:]}:", "-relations:", "-  - version-of: serial-widgets",
            "papers/s/serial-widgets.yml:",
            *(f"-{line}" for line in Path(__file__).parent.joinpath("toy", FILE[SERIAL]).read_text().split("\n")[:-1]),
            "removed.yml:", "+- id: serial-widgets", "+  kind: paper", '+  title: "Serial Widgets"', "+  reason: >-",
            "+    Withdrawn by its *authors*.", f'+  date: "{shelf().removed[0].date}"', "+  appearances:",
            "+    - list: toy-trending", "+      position: 2", "+    - list: toy-daily", "+      position: 1",
        ]
    )  # fmt: skip


def test_what_was_removed_is_sorted() -> None:
    for name in (PARALLEL, SERIAL, GADGETS):
        tell("remove", name, "--reason", "x")
    assert [gone.id for gone in shelf().removed] == [GADGETS, PARALLEL, SERIAL]


def test_an_import_does_not_bring_back_what_was_removed(toy: Path) -> None:
    tell("remove", SERIAL, "--reason", "x")
    before = tree(toy / "data")
    assert tell("import", "data/captures/toy-daily.txt").endswith("Nothing to write: all of it is on the shelf.\n")
    assert tree(toy / "data") == before
    assert [item.what for item in unfinished(shelf()) if item.source == "lists.yml"] == []
    listing = (
        (toy / "data/captures/toy-daily.txt").read_text().replace("Jan 2", "Jan 3").replace("Serial W", "Serial w")
    )
    (toy / "again.txt").write_text(listing)
    told = tell("import", "again.txt")
    assert "  No. 1 was removed from this shelf and stays away: 'Serial Widgets'\n" in told
    assert SERIAL not in shelf().paper
    assert len(shelf().papers) == 3
    assert [place.list for place in shelf().removed[0].appearances] == ["toy-trending", "toy-daily", "again"]
    before = tree(toy / "data")
    tell("import", "again.txt")
    assert tree(toy / "data") == before


def test_the_page_of_what_was_removed_says_so(toy: Path, run: Run) -> None:
    tell("remove", PARALLEL, "--reason", "Out of *scope*.")
    tell("tag", "remove", "counting")
    site = toy.parent / "site"
    done = run("mkdocs", "build", "--strict", "--site-dir", str(site), cwd=toy)
    assert done.returncode == 0, done.stdout
    page = (site / "papers" / PARALLEL / "index.html").read_text()
    assert "This paper was removed from the shelf on " in page
    assert "Out of <em>scope</em>." in page
    assert "No.&nbsp;1 in <a href=../../lists/toy-trending/>" in page.replace("\xa0", "&nbsp;")
    assert "This tag was removed" in (site / "tags" / "counting" / "index.html").read_text()
    assert f"../{PARALLEL}/" in (site / "papers" / "widgets-in-parallel" / "index.html").read_text()
    titles = (site / "assets" / "search" / "titles-0.json").read_text()
    assert "Parallel Widgets" not in titles
    assert "Serial Widgets" in titles


# Refusals


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("tag rename serail x", 'There is no tag "serail". Did you mean "serial"?'),
        ("tag rename concurrent x", '"concurrent" is another name of the tag "parallel": write that.'),
        ("tag rename concurent x", 'There is no tag "concurent". Did you mean "parallel"?'),
        ("tag rename zebra x", 'There is no tag "zebra". "data/tags.yml" has them all.'),
        (
            "tag rename serial Very-Serial",
            '"Very-Serial" can\'t be an id; expected lower-case letters, digits and single hyphens, at most 80 '
            'characters. Write "very-serial".',
        ),
        (
            "tag rename serial 12",
            "\"12\" can't be an id; expected an id that isn't reserved (index, a bare number, con, aux, nul, prn, …).",
        ),
        (
            "tag rename serial parallel",
            'There is a tag "parallel" already. To make one of the two: papershelf tag merge serial into parallel',
        ),
        (
            "tag rename serial concurrent",
            '"concurrent" is another name of the tag "parallel"; take it out there first.',
        ),
        ("tag merge serial into paralel", 'There is no tag "paralel". Did you mean "parallel"?'),
        (
            "topic split widgets into cogs wheels",
            'There is no topic "cogs". Describe it in "data/topics.yml":\n'
            "  - id: cogs\n    name: …\n    description: …",
        ),
        (
            "tag split counting into serial parallel --to cogs:x",
            '"cogs" isn\'t among the tags that this is split into.',
        ),
        (
            "tag split counting into serial parallel --to serial:gadgets",
            f'No paper "gadgets" has the tag "counting". Did you mean "{GADGETS}"?',
        ),
        ("rename serial-widget x", 'There is no paper "serial-widget". Did you mean "serial-widgets"?'),
        ("rename widgets-in-parallel x", f'"widgets-in-parallel" is called "{PARALLEL}" now: write that.'),
        ("rename zebra x", 'There is no paper "zebra". A paper\'s id is the name of its file.'),
        (
            f"rename serial-widgets {PARALLEL}",
            f'There is a paper "{PARALLEL[:60]}" already. To make one of the two: papershelf merge serial-widgets into '
            f"{PARALLEL}",
        ),
        (
            "rename serial-widgets widgets-in-parallel",
            f'"widgets-in-parallel" is what "{PARALLEL}" was called; its address leads there.',
        ),
        ("remove zebra --reason x", 'There is no paper "zebra". A paper\'s id is the name of its file.'),
        ("merge serial-widgets into {x}", 'There is no paper "{x}". A paper\'s id is the name of its file.'),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(words: str, sentence: str) -> None:
    before = tree(Path("data"))
    assert tell(*words.split(), status=1) == f"Error: {sentence}\n"
    assert tree(Path("data")) == before


@pytest.mark.parametrize("kind", ["paper", "tag"])
def test_the_id_of_what_was_removed_is_not_given_away(kind: str) -> None:
    tell("remove", PARALLEL, "--reason", "x")
    tell("tag", "remove", "parallel")
    gone, words = (PARALLEL, ["rename", SERIAL]) if kind == "paper" else ("parallel", ["tag", "rename", "serial"])
    assert tell(*words, gone, status=1) == (
        f'Error: "{gone}" was the id of a {kind} that was removed; its address stays. To give it away nevertheless, '
        'take the entry out of "data/removed.yml" first.\n'
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("tag rename serial serial", 'that is what the tag "serial" is called.'),
        ("tag merge serial into serial", "that is one and the same."),
        ("tag merge concurrent into parallel", '"concurrent" is another name of the tag "parallel" already.'),
        ("tag split serial into serial", "that is one and the same."),
        ("rename serial-widgets serial-widgets", "that is what the paper is called."),
        (f"merge widgets-in-parallel into {PARALLEL}", f'"widgets-in-parallel" is "{PARALLEL}" already.'),
        (f"rename widgets-in-parallel {PARALLEL}", f'"widgets-in-parallel" is called "{PARALLEL}" already.'),
    ],
)
def test_where_there_is_nothing_to_do_that_is_said(words: str, why: str) -> None:
    before = tree(Path("data"))
    assert tell(*words.split()) == f"Nothing to do: {why}\n"
    assert tree(Path("data")) == before


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("merge a b", "Write ID into ID: a into b."),
        ("tag merge a b", "Write A into B: a into b."),
        ("merge a into b c", "Write ID into ID."),
        ("tag merge a", "Write A into B."),
        ("tag split a b", "Write A into B C …."),
        ("tag split counting into serial parallel --to serial", "Invalid value for --to: write serial:ID,ID … with"),
        ("remove serial-widgets", "Missing option '--reason'."),
        ("remove serial-widgets --reason=", "Invalid value for --reason: it is empty."),
        ("tag rename serial serial --name=", "Invalid value for --name: it is empty."),
    ],
)
def test_wrong_arguments_are_said_in_a_line(words: str, error: str) -> None:
    assert f"Error: {error}" in tell(*words.split(), status=2)


def test_no_command_leaves_data_with_problems() -> None:
    """Here versions that run in a circle once two of them are one."""
    add(
        Path(),
        {
            "data/papers/x/x.yml": "title: X\nrelations: [{version-of: y}]\n",
            "data/papers/y/y.yml": f"title: Y\nrelations: [{{version-of: {GADGETS}}}]\n",
        },
    )
    before = tree(Path("data"))
    for option in ([], ["--dry-run"]):
        told = tell("merge", SERIAL, "into", "x", *option, status=1)
        assert f"data/papers/g/{GADGETS}.yml:10:17: the versions run in a circle: " in told
        assert tree(Path("data")) == before


def test_a_shelf_with_problems_is_left_alone() -> None:
    add(Path(), {"data/papers/x/x.yml": "title:\n"})
    before = tree(Path("data"))
    assert tell("tag", "rename", "serial", "x", status=1).startswith("data/papers/x/x.yml:1:7: ")
    assert tree(Path("data")) == before


def test_a_file_in_a_form_that_no_edit_knows_is_left_alone() -> None:
    path = Path("data/tags.yml")
    entries = "{id: counting, name: C, description: c}, {id: parallel, name: P, description: p}"
    path.write_text(f"[{entries}, {{id: serial, name: S, description: s}}]\n")
    before = tree(Path("data"))
    assert tell("tag", "rename", "serial", "a-serial", status=1) == (
        "data/tags.yml:1:1: this is written in a way that no command can edit. Change it by hand.\n1 problem found.\n"
    )
    assert tree(Path("data")) == before


# Asking


@pytest.mark.parametrize(("answer", "status"), [("n\n", 1), ("y\n", 0)])
def test_on_a_terminal_it_is_asked_before_something_is_lost(answer: str, status: int) -> None:
    before = tree(Path("data"))
    ours, theirs = os.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "papershelf", "merge", PARALLEL, "into", SERIAL]
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == status
    assert "This is lost:\n" in done.stdout
    assert "Go on? [y/N]: " in done.stdout
    assert (tree(Path("data")) == before) == bool(status)


# Everything, on the shelf that ships


def some_command(catalogue: Catalogue, chance: random.Random, number: int) -> list[str]:
    word = chance.choice(["tag", "topic"])
    names = [entry.id for entry in (catalogue.tags if word == "tag" else catalogue.topics)]
    papers = [paper.id for paper in catalogue.papers]
    one, other, third = chance.sample(names, 3)
    kinds = [
        [word, "rename", one, f"a-new-one-{number}"],
        [word, "merge", one, "into", other],
        [word, "split", one, "into", other, third],
        [word, "remove", one],
        ["rename", chance.choice(papers), f"a-new-one-{number}"],
        ["remove", chance.choice(papers), "--reason", "Why not."],
        ["merge", *(lambda pair: (pair[0], "into", pair[1]))(chance.sample(papers, 2))],
    ]
    return kinds[number % len(kinds)]


def test_after_any_commands_every_address_leads_on_and_nothing_else_was_touched(root: Path, toy: Path) -> None:
    shutil.rmtree("data")
    shutil.copytree(root / "data", "data")
    chance, first = random.Random(7), shelf()
    last = first
    for number in range(21):
        words, before = some_command(last, chance, number), tree(toy / "data")
        count = int(tell(*words).splitlines()[-1].split()[0])
        after, now = tree(toy / "data"), shelf()
        assert list(vanished((last, {}), (now, {}), {})) == [], words
        assert len({path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}) == count
        last = now
    assert list(vanished((first, {}), (last, {}), {})) == []


def test_two_files_that_check_calls_one_paper_are_merged_pair_after_pair() -> None:
    text = Path(FILE[SERIAL]).read_text()
    bare = re.sub(r"(?m)^appearances:\n(?:  .*\n)+", "", text)
    for name in ("serial-widgets-again", "serial-widgets-more"):
        Path(f"data/papers/s/{name}.yml").write_text(bare)
    said = tell("check", status=1)
    assert "`papershelf merge serial-widgets-again into serial-widgets` keeps its address" in said
    tell("merge", "serial-widgets-again", "into", SERIAL, "--yes")
    assert "serial-widgets-more" in tell("check", status=1)
    tell("merge", "serial-widgets-more", "into", SERIAL, "--yes")
    assert shelf().paper[SERIAL].aliases == ("serial-widgets-again", "serial-widgets-more")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("write", "mkdocs.yml/folder"), "Not a directory"),
        (("--data", "n" * 300, "check"), "File name too long"),
    ],
)
def test_a_place_that_cannot_be_used_is_named(words: tuple[str, ...], why: str) -> None:
    assert why in tell(*words, status=1)
