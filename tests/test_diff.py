"""What changes for readers: each kind of change, which addresses vanish, and how both sides are read from Git."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from papershelf.addresses import address, addresses
from papershelf.checks import checked
from papershelf.diff import Changes, changes, compare
from papershelf.diffsummary import MOST_BYTES, as_markdown, as_text
from papershelf.load import Data
from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.pages import Pages
from papershelf.places import theme_folder
from papershelf.problems import ProblemsError
from papershelf.revisions import RevisionError, states

SERIAL = "papers/s/serial-widgets.yml"
PARALLEL = "papers/p/parallel-widgets-a-study-of-nothing-in-particular.yml"
GADGETS = "papers/g/gadgets-for-widgets-costs-5-and-more.yml"
ALPHA = "papers/o/on-alpha-widgets-and-script-alert-x-script.yml"

Edit = tuple[str, str, str]
"""A file below data/, a text in it, and what replaces that; without the text: a new file; without both: it goes."""


def edit(data: Path, *edits: Edit) -> None:
    for name, old, new in edits:
        path = data / name
        if not old and not new:
            path.unlink()
        elif not old:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new, encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new, 1), encoding="utf-8")


def move(data: Path, source: str, target: str) -> None:
    (data / target).parent.mkdir(parents=True, exist_ok=True)
    (data / source).rename(data / target)


def git(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"LC_ALL": "C", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {"GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z"}
    command = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, message: str = "Change") -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "--short=10", "HEAD")


@pytest.fixture
def shelf(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toy shelf as a repository with one commit on `main`, in which the commands run."""
    git(toy, "init", "--initial-branch=main")
    commit(toy)
    monkeypatch.chdir(toy)
    return toy


def diff(base: str = "main", head: str | None = None, *, exact: bool = False) -> Changes:
    return changes(*states(Data(Path("data")), base, head, exact=exact))


def sections(text: str) -> dict[str, list[str]]:
    """The items of a text by the name of their section."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if re.fullmatch(r"\S.* \([\d,]+\):", line):
            items = found[line.rsplit(" (", 1)[0]] = []
        elif line.startswith("  "):
            items.append(line.strip())
    return found


# What changes

NEW_PAPER = 'title: "Widgets of Glass"\ntopics: [gadgets]\ntags: [serial]\n'
SERIAL_NAME = "Serial Widgets (serial-widgets)"
GADGETS_NAME = "Gadgets for Widgets: Costs $5 and More (gadgets-for-widgets-costs-5-and-more)"
GADGETS_TOPIC = (
    "- id: gadgets\n  name: Gadgets & <Tools>\n  description: >-\n    What one does to widgets. Also made up.\n"
    "  aliases:\n    - tools\n"
)

CHANGES: dict[str, tuple[list[Edit], dict[str, list[str]]]] = {
    "a paper added": (
        [("papers/w/widgets-of-glass.yml", "", NEW_PAPER)],
        {
            "Papers added": ["Widgets of Glass (widgets-of-glass) in gadgets"],
            "Topics": ["Gadgets & <Tools> (gadgets): 2 → 3 papers"],
            "Tags": ["Serial (serial): 2 → 3 papers"],
        },
    ),
    "a paper added, not filed yet": (
        [("papers/w/widgets-of-glass.yml", "", 'title: "Widgets of Glass"\n')],
        {"Papers added": ["Widgets of Glass (widgets-of-glass), in no topic yet"]},
    ),
    "a paper removed": (
        [(ALPHA, "", "")],
        {
            "Addresses that vanish, which fails": [
                "/papers/on-alpha-widgets-and-script-alert-x-script/: put on-alpha-widgets-and-script-alert-x-script "
                "into the aliases of the paper that takes its place, or bring it back: papershelf remove leaves a page "
                "there"
            ],
            "Papers removed": [
                'On α-Widgets and <script>alert("x")</script> (on-alpha-widgets-and-script-alert-x-script)'
            ],
            "Lists": ["Trending papers (toy-trending): 3 → 2 papers"],
        },
    ),
    "a paper retitled": (
        [(SERIAL, 'title: "Serial Widgets"', 'title: "Serial Widgets, Revised"')],
        {"Papers retitled": ["Serial Widgets, Revised (serial-widgets), before: Serial Widgets"]},
    ),
    "a paper moved between topics": (
        [(SERIAL, "  - widgets\n", "  - gadgets\n")],
        {
            "Papers moved between topics": [f"{SERIAL_NAME}: gained gadgets; lost widgets"],
            "Topics": ["Widgets (widgets): 2 → 1 paper", "Gadgets & <Tools> (gadgets): 2 → 3 papers"],
        },
    ),
    "a paper retagged": (
        [(SERIAL, "  - serial\n", "  - parallel\n  - counting\n")],
        {
            "Papers retagged": [f"{SERIAL_NAME}: gained parallel, counting; lost serial"],
            "Tags": [
                "Counting (counting): 2 → 3 papers", "Parallel (parallel): 1 → 2 papers",
                "Serial (serial): 2 → 1 paper",
            ],
        },
    ),
    "tags in another order": (
        [(GADGETS, "  - counting\n  - serial\n", "  - serial\n  - counting\n")],
        {
            "Papers changed otherwise": [
                "Gadgets for Widgets: Costs $5 and More (gadgets-for-widgets-costs-5-and-more): tags in another order"
            ]
        },
    ),
    "texts and links": (
        [
            (SERIAL, "The first account", "The very first account"),
            (SERIAL, "note: >-\n  Read it *first*: see [the list](https://code.example/list), not <b>this</b>.\n", ""),
            (SERIAL, "added:", "year: 1999\nlinks:\n  code: https://code.example/serial\nadded:"),
            (SERIAL, "ends\n  here", "ends\n  there"),
        ],
        {
            "Papers changed otherwise": [
                f"{SERIAL_NAME}: summary changed, note gone, year new, links new, abstract changed"
            ]
        },
    ),
    "a new tag": (
        [("tags.yml", "- id: serial", "- id: queued\n  name: Queued\n  description: In a queue.\n- id: serial")],
        {"Tags": ["Queued (queued): new, 0 papers"]},
    ),
    "a vanished tag": (
        [
            ("tags.yml", "- id: counting\n  name: Counting\n  description: Something is counted.\n", ""),
            (GADGETS, "  - counting\n", ""), (PARALLEL, "  - counting\n", ""),
        ],
        {
            "Addresses that vanish, which fails": [
                "/tags/counting/: put counting into the aliases of the tag that takes its place, or bring it back: "
                "papershelf tag remove leaves a page there"
            ],
            "Papers retagged": [
                "Parallel Widgets: A Study of Nothing in Particular "
                "(parallel-widgets-a-study-of-nothing-in-particular): lost counting",
                "Gadgets for Widgets: Costs $5 and More (gadgets-for-widgets-costs-5-and-more): lost counting",
            ],
            "Tags": ["Counting (counting): gone, with 2 papers"],
        },
    ),
    "a tag renamed, which moves no paper": (
        [
            ("tags.yml", "- id: counting\n", "- id: countable\n  aliases: [counting]\n"),
            (GADGETS, "  - counting\n", "  - countable\n"), (PARALLEL, "  - counting\n", "  - countable\n"),
        ],
        {"Tags": ["Counting (countable): takes the place of counting"]},
    ),
    "a tag merged into another": (
        [
            ("tags.yml", "- id: counting\n  name: Counting\n  description: Something is counted.\n", ""),
            ("tags.yml", "    - concurrent\n", "    - concurrent\n    - counting\n"),
            (GADGETS, "  - counting\n", "  - parallel\n"), (PARALLEL, "  - counting\n", ""),
        ],
        {"Tags": ["Parallel (parallel): takes the place of counting"]},
    ),
    "a tag described anew": (
        [("tags.yml", "Something is counted.", "Things are counted.")],
        {"Tags": ["Counting (counting): described anew"]},
    ),
    "a new synonym": (
        [("tags.yml", "    - concurrent\n", "    - concurrent\n    - at-once\n")],
        {"Tags": ["Parallel (parallel): described anew"]},
    ),
    "a topic renamed": (
        [
            ("topics.yml", "- id: gadgets\n  name: Gadgets & <Tools>", "- id: devices\n  name: Devices"),
            ("topics.yml", "    - tools\n", "    - tools\n    - gadgets\n"),
            (GADGETS, "  - gadgets\n", "  - devices\n"), (PARALLEL, "  - gadgets\n", "  - devices\n"),
        ],
        {"Topics": ["Devices (devices): takes the place of gadgets, described anew"]},
    ),
    "an alias dropped": (
        [(PARALLEL, "aliases:\n  - widgets-in-parallel\n", ""), ("topics.yml", "  aliases:\n    - tools\n", "")],
        {
            "Addresses that vanish, which fails": [
                "/papers/widgets-in-parallel/: put widgets-in-parallel into the aliases of "
                "parallel-widgets-a-study-of-nothing-in-particular",
                "/topics/tools/: put tools into the aliases of the topic that takes its place, or bring it back: "
                "papershelf topic remove leaves a page there",
            ],
            "Papers changed otherwise": [
                "Parallel Widgets: A Study of Nothing in Particular "
                "(parallel-widgets-a-study-of-nothing-in-particular): aliases changed"
            ],
            "Topics": ["Gadgets & <Tools> (gadgets): described anew"],
        },
    ),
    "a paper merged into another": (
        [(ALPHA, "", ""), (SERIAL, "added:", "aliases: [on-alpha-widgets-and-script-alert-x-script]\nadded:")],
        {
            "Papers merged into others": [f"{SERIAL_NAME}, before: on-alpha-widgets-and-script-alert-x-script"],
            "Lists": ["Trending papers (toy-trending): 3 → 2 papers"],
        },
    ),
    "a paper merged into another, with its aliases": (
        [
            (PARALLEL, "", ""), (SERIAL, f"distinct: {Path(PARALLEL).stem}", f"distinct: {Path(GADGETS).stem}"),
            (GADGETS, "relations:\n  - version-of: serial-widgets\n", ""),
            (GADGETS, "added:", f"aliases: [widgets-in-parallel, {Path(PARALLEL).stem}]\nadded:"),
        ],
        {
            "Papers merged into others": [f"{GADGETS_NAME}, before: {Path(PARALLEL).stem}"],
            "Papers changed otherwise": [f"{GADGETS_NAME}: relations gone"],
            "Topics": ["Widgets (widgets): 2 → 1 paper", "Gadgets & <Tools> (gadgets): 2 → 1 paper"],
            "Tags": ["Counting (counting): 2 → 1 paper", "Parallel (parallel): 1 → 0 papers"],
            "Lists": ["Trending papers (toy-trending): 3 → 2 papers"],
        },
    ),
    "a paper renamed and another one merged into it": (
        [
            (ALPHA, "", ""), (SERIAL, "", ""), (GADGETS, "version-of: serial-widgets", "distinct: in-series"),
            ("papers/i/in-series.yml", "", f'title: "Serial Widgets"\naliases: [{Path(ALPHA).stem}, serial-widgets]\n'),
        ],
        {
            "Papers merged into others": [f"Serial Widgets (in-series), before: {Path(ALPHA).stem}"],
            "Papers under another id": ["Serial Widgets (in-series), before: serial-widgets"],
            "Papers moved between topics": ["Serial Widgets (in-series): lost widgets"],
            "Papers retagged": ["Serial Widgets (in-series): lost serial"],
            "Papers changed otherwise": [
                f"{GADGETS_NAME}: relations changed",
                "Serial Widgets (in-series): summary gone, note gone, added gone, relations gone, appearances gone, "
                "abstract gone",
            ],
            "Topics": ["Widgets (widgets): 2 → 1 paper"],
            "Tags": ["Serial (serial): 2 → 1 paper"],
            "Lists": ["Trending papers (toy-trending): 3 → 1 paper", "Daily Papers (toy-daily): 2 → 1 paper"],
        },
    ),
    "a topic merged into another, with its aliases": (
        [
            ("topics.yml", "- id: widgets\n", "- id: widgets\n  aliases: [gadgets, tools]\n"),
            ("topics.yml", GADGETS_TOPIC, ""),
            (GADGETS, "  - gadgets\n", "  - widgets\n"), (PARALLEL, "  - gadgets\n", ""),
        ],
        {"Topics": ["Widgets (widgets): takes the place of gadgets"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_each_kind_of_change_is_told_once(toy: Path, name: str) -> None:
    edits, expected = CHANGES[name]
    before = checked(Data(toy / "data"))
    edit(toy / "data", *edits)
    found = compare(before, checked(Data(toy / "data")))
    assert sections(as_text(found)) == expected
    assert bool(found.vanished) == ("Addresses that vanish, which fails" in expected)
    assert not found.nothing


def test_a_new_list_and_a_lost_one(toy: Path) -> None:
    after = checked(Data(toy / "data"))
    fewer = [replace(p, appearances=tuple(a for a in p.appearances if a.list != "toy-daily")) for p in after.papers]
    before = replace(after, papers=tuple(fewer), lists=after.lists[:1])
    assert sections(as_text(compare(before, after)))["Lists"] == ["Daily Papers (toy-daily): new, 2 papers"]
    found = sections(as_text(compare(after, before)))
    assert found["Lists"] == ["Daily Papers (toy-daily): gone, with 2 papers"]
    assert found["Addresses that vanish, which fails"] == [
        "/lists/toy-daily/: a list has no aliases: keep its entry, or write a page lists/toy-daily.md that says where "
        "it went"
    ]


def test_topics_in_another_order_are_a_change(toy: Path) -> None:
    shelf = checked(Data(toy / "data"))
    found = compare(shelf, replace(shelf, topics=shelf.topics[::-1]))
    assert sections(as_text(found)) == {"Topics": ["in another order"]}


def test_a_paper_that_is_there_under_another_id_is_found_by_its_content(toy: Path) -> None:
    before = checked(Data(toy / "data"))
    move(toy / "data", ALPHA, "papers/a/alpha-widgets.yml")
    found = sections(as_text(compare(before, checked(Data(toy / "data")))))
    old = "on-alpha-widgets-and-script-alert-x-script"
    assert found == {
        "Addresses that vanish, which fails": [f"/papers/{old}/: put {old} into the aliases of alpha-widgets"],
        "Papers under another id": [f'On α-Widgets and <script>alert("x")</script> (alpha-widgets), before: {old}'],
    }
    edit(toy / "data", ("papers/a/alpha-widgets.yml", "added:", f"aliases: [{old}]\nadded:"))
    again = compare(before, checked(Data(toy / "data")))
    assert not again.vanished
    assert list(sections(as_text(again))) == ["Papers under another id"]


def test_without_abstracts_an_equal_title_is_enough_for_another_id_and_a_like_one_is_not() -> None:
    before = Catalogue(papers=(Paper("one", "On Widgets and Glass"), Paper("two", "On Glass and Widgets")))
    after = Catalogue(papers=(Paper("uno", "On widgets & glass"), Paper("due", "On Glass and Widgets")))
    found = compare(before, replace(after, papers=(replace(after.papers[0], title="On WIDGETS and Glass"),)))
    assert [(m.before.id, m.after.id) for m in found.moves] == [("one", "uno")]
    assert [paper.id for paper in found.removed] == ["two"]


def test_an_added_paper_that_looks_like_one_on_the_shelf_is_asked_about(toy: Path) -> None:
    before = checked(Data(toy / "data"))
    edit(toy / "data", ("papers/s/serial-widget.yml", "", 'title: "Serial Widgets"\narxiv: "2001.00002"\n'))
    assert sections(as_text(compare(before, checked(Data(toy / "data")))))["May be on the shelf already"] == [
        "Serial Widgets (serial-widget): already on the shelf as Serial Widgets (serial-widgets)? (the titles are "
        "equal; only one of them has an abstract to compare)"
    ]


@pytest.mark.parametrize(
    ("total", "removed", "edited", "warnings"),
    [
        (4, 1, 1, ()),
        (4, 2, 0, ("2 of 4 papers are removed",)),
        (100, 5, 5, ()),
        (100, 6, 6, ("6 of 100 papers are removed", "6 of 100 papers are changed")),
        (1000, 6, 50, ("6 of 1000 papers are removed",)),
        (1000, 0, 51, ("51 of 1000 papers are changed",)),
    ],
)
def test_an_unusually_large_change_is_said_first(
    total: int, removed: int, edited: int, warnings: tuple[str, ...]
) -> None:
    papers = [Paper(f"p{number}", f"{number} on {number * 7919}") for number in range(total)]
    after = [replace(p, year=2020) if n < edited else p for n, p in enumerate(papers[: total - removed])]
    found = compare(Catalogue(tuple(papers)), Catalogue(tuple(after)))
    assert found.warnings == warnings
    advice = "If that isn't meant, the branch may be older than the shelf: merge the main branch into it."
    for written in (as_markdown(found), as_text(found)):
        assert ("Unusually large: " in written) == (advice in written) == bool(warnings)
        assert not warnings or written.index("Unusually") < written.index(" topics, ")


# Addresses


def test_the_addresses_are_those_of_the_pages_that_are_made_and_of_the_aliases(toy: Path) -> None:
    shelf = checked(Data(toy / "data"))
    bare = Catalogue(
        tuple(replace(paper, aliases=()) for paper in shelf.papers),
        tuple(replace(topic, aliases=()) for topic in shelf.topics),
        tuple(replace(tag, aliases=()) for tag in shelf.tags),
        shelf.lists,
    )
    assert addresses(bare).keys() == {address(page.path) for page in Pages(bare, theme_folder("pages")).all()}
    aliases = {"/papers/widgets-in-parallel/", "/topics/tools/", "/tags/concurrent/"}
    assert addresses(shelf).keys() - addresses(bare).keys() == aliases


def test_page_numbers_of_listings_may_go() -> None:
    topic = Topic("t", "T", "T.")
    many = tuple(Paper(f"p{number}", f"{number} on {number * 7919}", topics=("t",)) for number in range(150))
    before, after = (Catalogue(papers, (topic,)) for papers in (many, tuple(replace(p, topics=()) for p in many)))
    paths = [page.path for page in Pages(before, theme_folder("pages")).all()]
    assert "topics/t/2.md" in paths
    assert not compare(before, after).vanished


@pytest.mark.parametrize(
    ("path", "expected"),
    [("index.md", "/"), ("a.md", "/a/"), ("a/index.md", "/a/"), ("a/README.md", "/a/"), ("a/b.markdown", "/a/b/")],
)
def test_an_address_is_where_mkdocs_puts_the_page(path: str, expected: str) -> None:
    assert address(path) == expected


def test_a_hand_written_page_that_goes_fails_and_one_that_only_moves_its_file_does_not(shelf: Path) -> None:
    for name in ("about.md", "help.md", "more.md"):
        (shelf / "site_src" / name).write_text("# Page\n", encoding="utf-8")
    commit(shelf)
    (shelf / "site_src" / "about.md").unlink()
    (shelf / "site_src" / "help").mkdir()
    (shelf / "site_src" / "help.md").rename(shelf / "site_src" / "help" / "index.md")
    (shelf / "site_src" / "more.md").write_text("# More\n", encoding="utf-8")
    (shelf / "site_src" / "new.md").write_text("# New\n", encoding="utf-8")
    (shelf / "site_src" / ".draft.md").write_text("# Hidden\n", encoding="utf-8")
    assert sections(as_text(diff())) == {
        "Addresses that vanish, which fails": [
            "/about/: leave a page there that says where its content went",
        ],
        "Hand-written pages": ["/about/: gone", "/more/: changed", "/new/: new"],
    }


def test_a_hand_written_page_keeps_the_address_of_what_was_removed(shelf: Path) -> None:
    edit(shelf / "data", (ALPHA, "", ""))
    (shelf / "site_src" / "papers").mkdir()
    page = shelf / "site_src" / "papers" / "on-alpha-widgets-and-script-alert-x-script.md"
    page.write_text("# Withdrawn\n", encoding="utf-8")
    assert not diff().vanished


# Both forms


def rich_change(shelf: Path) -> None:
    data = shelf / "data"
    new = NEW_PAPER.replace("serial]", "queued, serial]")
    move(data, PARALLEL, "papers/p/parallel-widgets.yml")
    edit(
        data,
        ("papers/w/widgets-of-glass.yml", "", new),
        ("papers/g/gadgets-for-widgets.yml", "", 'title: "Gadgets for Widgets"\nyear: 2021\n'),
        (ALPHA, "", ""),
        ("papers/p/parallel-widgets.yml", "  - widgets-in-parallel\n",
         "  - widgets-in-parallel\n  - parallel-widgets-a-study-of-nothing-in-particular\n"),
        (SERIAL, "distinct: parallel-widgets-a-study-of-nothing-in-particular", "distinct: parallel-widgets"),
        (SERIAL, 'title: "Serial Widgets"', 'title: "Serial Widgets, Revised"'),
        (SERIAL, "  - serial\n", "  - counting\n"),
        (SERIAL, "topics:\n  - widgets\n", "topics:\n  - gadgets\n  - widgets\n"),
        ("tags.yml", "- id: serial", "- id: queued\n  name: Queued\n  description: In a queue.\n- id: serial"),
    )  # fmt: skip
    (shelf / "site_src" / "about.md").write_text("# About\n", encoding="utf-8")


MARKDOWN = """\
## What changes for readers

Compared: `main (BASE)` → `the working tree`

4 → 5 papers, 2 topics, 3 → 4 tags, 2 lists.

### Addresses that vanish, which fails (1)

- `/papers/on-alpha-widgets-and-script-alert-x-script/`: put `on-alpha-widgets-and-script-alert-x-script` into the \
`aliases` of the paper that takes its place, or bring it back: `papershelf remove` leaves a page there

### May be on the shelf already (1)

- **Gadgets for Widgets** (`gadgets-for-widgets`): already on the shelf as \
**Gadgets for Widgets: Costs <span>$</span>5 and More** (`gadgets-for-widgets-costs-5-and-more`)? \
(the titles differ in 4 of 7 words; only one of them has an abstract to compare)

### Papers added (2)

- **Gadgets for Widgets** (`gadgets-for-widgets`), in no topic yet
- **Widgets of Glass** (`widgets-of-glass`) in `gadgets`

### Papers removed (1)

- **On α-Widgets and &lt;script>alert("x")&lt;/script>** (`on-alpha-widgets-and-script-alert-x-script`)

### Papers under another id (1)

- **Parallel Widgets: A Study of Nothing in Particular** (`parallel-widgets`), before: \
`parallel-widgets-a-study-of-nothing-in-particular`

### Papers retitled (1)

- **Serial Widgets, Revised** (`serial-widgets`), before: Serial Widgets

### Papers moved between topics (1)

- **Serial Widgets, Revised** (`serial-widgets`): gained `gadgets`

### Papers retagged (1)

- **Serial Widgets, Revised** (`serial-widgets`): gained `counting`; lost `serial`

### Topics (1)

- **Gadgets & &lt;Tools>** (`gadgets`): 2 → 4 papers

### Tags (2)

- **Queued** (`queued`): new, 1 paper
- **Counting** (`counting`): 2 → 3 papers

### Lists (1)

- **Trending papers** (`toy-trending`): 3 → 2 papers

### Hand-written pages (1)

- `/about/`: new
"""

TEXT = """\
Compared: main (BASE) → the working tree

4 → 5 papers, 2 topics, 3 → 4 tags, 2 lists.

Addresses that vanish, which fails (1):
  /papers/on-alpha-widgets-and-script-alert-x-script/: put on-alpha-widgets-and-script-alert-x-script into the \
aliases of the paper that takes its place, or bring it back: papershelf remove leaves a page there

May be on the shelf already (1):
  Gadgets for Widgets (gadgets-for-widgets): already on the shelf as Gadgets for Widgets: Costs $5 and More \
(gadgets-for-widgets-costs-5-and-more)? \
(the titles differ in 4 of 7 words; only one of them has an abstract to compare)

Papers added (2):
  Gadgets for Widgets (gadgets-for-widgets), in no topic yet
  Widgets of Glass (widgets-of-glass) in gadgets

Papers removed (1):
  On α-Widgets and <script>alert("x")</script> (on-alpha-widgets-and-script-alert-x-script)

Papers under another id (1):
  Parallel Widgets: A Study of Nothing in Particular (parallel-widgets), before: \
parallel-widgets-a-study-of-nothing-in-particular

Papers retitled (1):
  Serial Widgets, Revised (serial-widgets), before: Serial Widgets

Papers moved between topics (1):
  Serial Widgets, Revised (serial-widgets): gained gadgets

Papers retagged (1):
  Serial Widgets, Revised (serial-widgets): gained counting; lost serial

Topics (1):
  Gadgets & <Tools> (gadgets): 2 → 4 papers

Tags (2):
  Queued (queued): new, 1 paper
  Counting (counting): 2 → 3 papers

Lists (1):
  Trending papers (toy-trending): 3 → 2 papers

Hand-written pages (1):
  /about/: new
"""


def test_a_rich_change_in_both_forms(shelf: Path) -> None:
    base = git(shelf, "rev-parse", "--short=10", "HEAD")
    rich_change(shelf)
    found = diff()
    assert as_markdown(found).replace(base, "BASE") == MARKDOWN
    assert as_text(found).replace(base, "BASE") == TEXT
    git(shelf, "switch", "--create", "topic")
    tip = commit(shelf)
    assert as_text(diff(head="topic")).replace(base, "BASE") == TEXT.replace("the working tree", f"topic ({tip})")


def test_nothing_changed_is_one_clear_sentence(shelf: Path) -> None:
    sentence = "Nothing changes: all papers, topics, tags, lists and pages are as they were.\n"
    base = git(shelf, "rev-parse", "--short=10", "HEAD")
    (shelf / "README.md").write_text("Something else.\n", encoding="utf-8")
    found = diff()
    assert found.nothing
    assert not found.vanished
    assert as_text(found) == f"Compared: main ({base}) → the working tree\n\n{sentence}"
    assert as_markdown(found).endswith(f"\n\n{sentence}")


@pytest.mark.parametrize(
    ("title", "markdown"),
    [
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("![x](//evil.example/x.png)", "!\\[x\\](//evil.example/x.png)"),
        ("Thanks @everyone and @a-team/b", "Thanks @\u200beveryone and @\u200ba-team/b"),
        ("Fixes #123, GH-7 and a/b#9", "Fixes #\u200b123, GH\u200b-7 and a/b#\u200b9"),
        ("See https://evil.example and www.evil.example", "See https:\u200b//evil.example and www\u200b.evil.example"),
        ("# Head\n\n- item\n\n> said", "\\# Head - item > said"),
        ("`code` *bold* __bold__", "\\`code\\` \\*bold\\* \\_\\_bold_\\_"),
        ("~~no~~ | cell", "&#126;&#126;no&#126;&#126; \\| cell"),
        ("one ~ tilde", "one \\~ tilde"),
        ("5 $ each", "5 <span>$</span> each"),
        ("A :tada: party", "A :\u200btada: party"),
        ("&lt;b&gt; <!-- hidden", "&amp;lt;b&amp;gt; &lt;!-- hidden"),
        ("a\x1b[31mred\u202ered\u200b", "a\\[31mredred"),
        ("x" * 1000, "x" * 299 + "…"),
    ],
)  # fmt: skip
def test_a_hostile_title_is_only_text(title: str, markdown: str) -> None:
    found = compare(Catalogue(), Catalogue(papers=(Paper("p", title),)))
    assert f"\n- **{markdown}** (`p`), in no topic yet\n" in as_markdown(found)
    shown = sections(as_text(found))["Papers added"]
    assert len(shown) == 1
    assert shown[0].isprintable()


def test_hostile_names_of_files_and_identifiers_are_only_text() -> None:
    name = "`<b>@all\x1b[2J\n# x\ud800"
    before = Catalogue(papers=(Paper(name, "T"),), tags=(Tag(name, name, ""),))
    found = compare(before, Catalogue(), {f"/{name}/": ""}, {})
    for written in (as_markdown(found), as_text(found)):
        assert written.replace("\u200b", "").replace("\n", "").isprintable()
        written.encode()
    assert "- `/papers/'<b>@all[2J # x/`: put `'<b>@all[2J # x` into" in as_markdown(found)
    twins = [Paper(name, "A Study of Widgets", doi="10.1234/<b>@all") for name in ("one", "two")]
    assert "the DOI 10.1234/&lt;b>@\u200ball;" in as_markdown(
        compare(Catalogue(papers=(twins[0],)), Catalogue(papers=tuple(twins)))
    )


def test_a_very_large_change_stays_within_what_a_code_host_takes() -> None:
    papers = tuple(Paper(f"p{number}", f"{number} {number * 7919}" + "a$" * 140) for number in range(314))
    tags = tuple(Tag(f"t{number}", "a$" * 150, "x") for number in range(1000))
    gone = tuple(replace(paper, id=f"{paper.id}-gone", title=f"x {paper.title}") for paper in papers)
    after = Catalogue(tuple(replace(p, title=p.title[::-1], year=1, tags=("t1",)) for p in papers))
    written = as_markdown(compare(Catalogue(papers + gone, tags=tags), after))
    assert MOST_BYTES / 4 < len(written.encode()) <= MOST_BYTES
    assert "\n### Papers retitled (314)\n\n" in written
    assert "\n### Tags (1,000)\n\n" in written
    assert "\n- … and 264 more\n" in written


def test_a_long_list_is_cut_and_says_so() -> None:
    papers = tuple(Paper(f"p{number}", f"{number} {number * 7919}") for number in range(314))
    added = sections(as_text(compare(Catalogue(), Catalogue(papers))))["Papers added"]
    assert len(added) == 101
    assert added[-1] == "… and 214 more"


# From Git


def test_a_branch_is_compared_with_where_it_began(shelf: Path) -> None:
    start = git(shelf, "rev-parse", "--short=10", "HEAD")
    git(shelf, "switch", "--create", "topic")
    edit(shelf / "data", (SERIAL, "  - serial\n", "  - counting\n"))
    commit(shelf)
    git(shelf, "switch", "main")
    edit(shelf / "data", ("papers/w/widgets-of-glass.yml", "", NEW_PAPER))
    tip = commit(shelf)
    git(shelf, "switch", "topic")
    for head in (None, "topic"):
        found = diff(head=head)
        assert found.names[0] == f"{start}, where it left main"
        assert list(sections(as_text(found))) == ["Papers retagged", "Tags"]
        exact = diff(head=head, exact=True)
        assert exact.names[0] == f"main ({tip})"
        assert [paper.id for paper in exact.removed] == ["widgets-of-glass"]
        assert [gone.address for gone in exact.vanished] == ["/papers/widgets-of-glass/"]


def test_the_working_tree_counts_with_what_is_not_committed_and_a_commit_without(shelf: Path) -> None:
    edit(shelf / "data", ("papers/w/widgets-of-glass.yml", "", NEW_PAPER), (SERIAL, "  - serial\n", "  - counting\n"))
    assert [paper.id for paper in diff("HEAD").added] == ["widgets-of-glass"]
    assert len(diff("HEAD").edits) == 1
    assert diff("HEAD", "HEAD").nothing


def test_nothing_is_touched(shelf: Path) -> None:
    rich_change(shelf)
    git(shelf, "add", "data/papers/w")
    (shelf / "data" / "topics.yml").touch()

    def state() -> tuple[str, dict[str, tuple[int, bytes]]]:
        files = {
            path.relative_to(shelf).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
            for path in sorted(shelf.rglob("*"))
            if path.is_file()
        }
        return git(shelf, "--no-optional-locks", "status", "--porcelain"), files

    before = state()
    diff()
    diff("HEAD", "main")
    assert state() == before
    assert before[0]


def test_a_shelf_in_a_folder_of_its_repository_and_paths_with_spaces(
    tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "my répository :(x)"
    shutil.copytree(toy, top / "a shelf *")
    shutil.copytree(toy, top / "a shelf too")
    git(top, "init", "--initial-branch=main")
    commit(top)
    edit(top / "a shelf *" / "data", (SERIAL, "  - serial\n", "  - counting\n"))
    edit(top / "a shelf too" / "data", (ALPHA, "", ""))
    for folder in (".", "site_src", "data/papers/s"):
        monkeypatch.chdir(top / "a shelf *" / folder)
        assert list(sections(as_text(diff()))) == ["Papers retagged", "Tags"]
    monkeypatch.chdir(tmp_path)
    absolute = top / "a shelf *"
    found = changes(*states(Data(absolute / "data"), "main", config=absolute / "mkdocs.yml"))
    assert list(sections(as_text(found))) == ["Papers retagged", "Tags"]


def test_the_repository_of_a_hook_is_not_taken_for_the_shelfs(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert diff().nothing


def test_files_are_read_as_they_were_committed_whatever_attributes_say(shelf: Path) -> None:
    (shelf / ".gitattributes").write_text("*.txt text eol=crlf\n*.yml export-ignore\n", encoding="utf-8")
    git(shelf, "config", "core.autocrlf", "true")
    commit(shelf)
    assert diff("HEAD~1", "HEAD").nothing
    assert not diff("HEAD", "HEAD").problems


def test_a_link_in_a_commit_leads_nowhere(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text(NEW_PAPER, encoding="utf-8")
    (shelf / "data" / "papers" / "w").symlink_to(tmp_path)
    (shelf / "data" / "papers" / "s" / "secret.yml").symlink_to(tmp_path / "secret.yml")
    (shelf / "site_src" / "linked.md").symlink_to(tmp_path / "secret.yml")
    git(shelf, "switch", "--create", "topic")
    commit(shelf)
    with pytest.raises(ProblemsError) as error:
        diff("main", "topic")
    assert [problem.path for problem in error.value.problems] == ["data/papers/s/secret.yml", "data/papers/w"]
    assert all("is a link" in problem.found for problem in error.value.problems)
    (shelf / "data" / "papers" / "w").unlink()
    (shelf / "data" / "papers" / "s" / "secret.yml").unlink()
    commit(shelf)
    for head in ("topic", None):
        assert sections(as_text(diff("main", head))) == {"Hand-written pages": ["/linked/: new"]}


def test_problems_of_before_are_noted_and_those_of_now_stop(shelf: Path) -> None:
    edit(shelf / "data", (SERIAL, "  - serial\n", "  - sereal\n"), ("papers/b/broken.yml", "", "title: [\n"))
    broken = commit(shelf)
    with pytest.raises(ProblemsError) as error:
        diff("HEAD~1")
    assert [problem.path for problem in error.value.problems] == ["data/papers/b/broken.yml", f"data/{SERIAL}"]
    edit(shelf / "data", (SERIAL, "  - sereal\n", "  - serial\n"))
    edit(shelf / "data", ("papers/b/broken.yml", "title: [\n", 'title: "Broken"\n'))
    written = as_markdown(diff(broken))
    note = "The data had problems before (2), so this may not be exact. The first: `data/papers/b/broken.yml:"
    assert f"\n\n{note}" in written
    assert "gained `serial`; lost `sereal`" in written


def test_a_shelf_may_be_new(shelf: Path) -> None:
    git(shelf, "switch", "--orphan", "empty")
    commit(shelf)
    git(shelf, "merge", "--allow-unrelated-histories", "--message", "Begin", "main")
    found = diff("empty^1")
    assert len(found.added) == 4
    assert not found.vanished
    assert [problem.found for problem in found.problems] == ['there is no folder "data" here']


# What stands in the way


@pytest.mark.parametrize(
    ("revision", "advice"),
    [
        ("mian", 'Did you mean "main"?'),
        ("feature", 'Did you mean "origin/feature"?'),
        ("0123456789", "`git branch --all` lists the branches that it knows."),
        ("main...topic", "Write the two with a space between them: papershelf diff BASE HEAD."),
        ("--all", "`git branch --all` lists the branches that it knows."),
        ("", "`git branch --all` lists the branches that it knows."),
        ("HEAD:data", "`git branch --all` lists the branches that it knows."),
    ],
)
def test_a_revision_that_is_none_is_said_in_a_sentence(shelf: Path, revision: str, advice: str) -> None:
    git(shelf, "update-ref", "refs/remotes/origin/feature", "HEAD")
    for arguments in ((revision, None), ("main", revision or "-")):
        with pytest.raises(RevisionError) as error:
            diff(*arguments)
        assert str(error.value).startswith("Git knows no revision ")
        if arguments[0] == revision or revision:
            assert str(error.value) == f'Git knows no revision "{revision}" here. {advice}'


def test_branches_without_a_common_commit_can_still_be_compared_as_they_are(shelf: Path) -> None:
    git(shelf, "checkout", "--orphan", "other")
    commit(shelf, "Begin again")
    with pytest.raises(RevisionError) as error:
        diff("main", "other")
    assert str(error.value) == (
        'Git finds no commit that "main" and "other" have in common. To compare the two as they are, add --exact.'
    )
    assert diff("main", "other", exact=True).nothing


def test_a_shallow_clone_is_told_how_to_get_more(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(shelf, "switch", "--create", "topic")
    commit(shelf)
    git(shelf, "switch", "main")
    commit(shelf, "Another")
    git(tmp_path, "clone", "--depth=1", "--no-single-branch", f"file://{shelf}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    deepen = (
        "This clone is shallow, so it may just not be here: run `git fetch --deepen=1000 origin`, or in a workflow "
        "give actions/checkout `fetch-depth: 0`."
    )
    with pytest.raises(RevisionError) as error:
        diff("origin/topic")
    assert str(error.value) == f'Git finds no commit that "origin/topic" and "HEAD" have in common. {deepen}'
    with pytest.raises(RevisionError, match=re.escape(deepen)):
        diff("HEAD~1")
    git(tmp_path / "shallow", "fetch", "--deepen=1000", "origin")
    assert diff("origin/topic").nothing


def no_repository(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(shelf / ".git")


def no_git(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shelf / "nothing"))


def no_commit(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(shelf / ".git")
    git(shelf, "init", "--initial-branch=main")


def broken_repository(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (shelf / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write("[core\n")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_repository, "This folder is in no Git repository, and what was before is read from one: "),
        (no_git, "Git can't be started (No such file or directory), and what was before is read from it. Install it"),
        (no_commit, 'Git knows no revision "main" here. '),
        (broken_repository, "Git can't read this repository: \"bad config line "),
    ],
)
def test_what_stands_in_the_way_is_said_with_what_to_do(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path, pytest.MonkeyPatch], None], message: str
) -> None:
    make(shelf, monkeypatch)
    with pytest.raises(RevisionError) as error:
        diff()
    assert str(error.value).startswith(message)
