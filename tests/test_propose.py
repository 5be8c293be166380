"""Issues to changes of the shelf: what forms hold, and what somebody could make them hold."""

from __future__ import annotations

import datetime
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from bad_data import add
from papershelf.checks import checked
from papershelf.issueform import HEADINGS, NEEDED, Kind, answers
from papershelf.journal import make
from papershelf.load import Data
from papershelf.model import Links, Paper
from papershelf.problems import ProblemsError, RefusedError
from papershelf.proposalreport import branch, outputs, refusal, report, title
from papershelf.propose import Proposal, proposal

TODAY = datetime.date(2026, 3, 2)
NOTHING = "_No response_"


def body(kind: Kind = "paper", /, **given: str) -> str:
    """What GitHub makes of a form's answers."""
    named = {name.replace("_", " "): text for name, text in given.items()}
    return "\n\n".join(f"### {name}\n\n{named.get(name, NOTHING)}" for name in HEADINGS[kind]) + "\n"


@pytest.fixture
def data(toy: Path) -> Data:
    return Data(toy / "data")


def proposed(text: str, data: Data, kind: Kind = "paper") -> Proposal:
    return proposal(text, kind, checked(data), data, TODAY)


def merged(made: Proposal, data: Data) -> Paper:
    """The paper that is on the shelf once a proposal is merged."""
    make(made.change, data.root, data.shown)
    return checked(data).paper[made.id]


# The form


@pytest.mark.parametrize("kind", list(HEADINGS))
def test_the_forms_have_the_headings_that_are_read(root: Path, kind: Kind) -> None:
    form = yaml.safe_load((root / ".github" / "ISSUE_TEMPLATE" / f"{kind}.yml").read_text(encoding="utf-8"))
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    assert tuple(part["attributes"]["label"] for part in fields) == HEADINGS[kind]
    needed = {part["attributes"]["label"] for part in fields if part.get("validations", {}).get("required")}
    assert set(NEEDED[kind]) <= needed


def test_answers_are_read_whatever_ends_the_lines() -> None:
    text = body(Title="A", Link="x", Abstract="One.\n\nTwo.")
    for ending in ("\n", "\r\n", "\r"):
        assert answers(text.replace("\n", ending), "paper").fields == {
            "Title": "A",
            "Link": "x",
            "Abstract": "One.\n\nTwo.",
        }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (body(Title="A", Link="x", Abstract="One\n### Tags\nserial"), {"Abstract": "One\n### Tags\nserial"}),
        (body(Title="A", Link="x", Tags="s", Why="Look:\n### Title\nB"), {"Tags": "s", "Why": "Look:\n### Title\nB"}),
        (body(Title="A", Link="x", Abstract="#### Tags\n## Tags\n ### Tags"), {
            "Abstract": "#### Tags\n## Tags\n ### Tags"
        }),
        ("### Link\nx\n### Title\nA", {}),
        ("Please add\n### Title\nA\n### Link\nx\n", {}),
        (body(Title="A", Link="x", Why=f"{NOTHING} yet"), {"Why": f"{NOTHING} yet"}),
    ],
)  # fmt: skip
def test_only_the_forms_own_headings_part_fields(text: str, expected: dict[str, str]) -> None:
    assert answers(text, "paper").fields == {"Title": "A", "Link": "x", **expected}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Nothing stands below the heading “### Title” and “### Link”"),
        ("---\ntitle: A\nlink: x\n---\n", "Nothing stands below"),
        (body(Title="A"), "Nothing stands below the heading “### Link”"),
        (body(Title="A\n### Link\ny", Link="x"), "The heading “### Link” stands there more than once"),
        (body(Title="A", Link="x", Why="### Why\nb"), "The heading “### Why” stands there more than once"),
        ("### Title\nA\n### Title\nB\n### Link\nx\n", "The heading “### Title” stands there more than once"),
        ("x" * 1_000_000, "This is 1,000,000 characters long, and an issue holds 65,536"),
        (body(Title="A" * 301, Link="x"), "“Title” has 301 characters; at most 300 are taken"),
        (body(Title="A", Link="x", Abstract="a" * 10_001), "“Abstract” has 10,001 characters"),
        (body(Title="\u202e\u200b", Link="x"), "Nothing stands below the heading “### Title”"),
    ],
)
def test_bodies_that_no_form_made(text: str, said: str) -> None:
    with pytest.raises(RefusedError, match=re.escape(said)):
        answers(text, "paper")


# A paper


def test_a_title_and_a_link_are_enough(data: Data) -> None:
    made = proposed(body(Title="A Third Widget", Link="https://arxiv.org/abs/2002.00002"), data)
    assert made.change.texts == {
        "papers/a/a-third-widget.yml": 'title: "A Third Widget"\narxiv: "2002.00002"\nadded: "2026-03-02"\n'
    }
    assert made.notes[0] == "It has no topics, tags, summary or abstract yet."
    assert (branch(made), title(made)) == ("paper/a-third-widget", "Add “A Third Widget”")


def test_everything_that_a_form_takes(data: Data) -> None:
    text = body(
        Title="A\nThird Widget",
        Link="[the paper](https://x.example/a), <https://github.com/a/b>",
        Abstract="One.\n\nTwo.",
        Topics="Gadgets & <Tools>, widgets, tools",
        Tags="- Parallel\n- `serial`\n- seriel\n- nano",
        Summary="It does.",
        Why="../../etc/passwd",
    )
    made = proposed(text, data)
    assert merged(made, data) == Paper(
        id="a-third-widget", title="A Third Widget", topics=("gadgets", "widgets"), tags=("parallel", "serial"),
        summary="It does.", links=Links(paper="https://x.example/a", code="https://github.com/a/b"), added=TODAY,
        abstract="One. Two.", source="papers/a/a-third-widget.yml",
    )  # fmt: skip
    assert made.notes == (
        "The tag `seriel` isn't known here and was left out; the nearest is `serial`.",
        "The tag `nano` isn't known here and was left out; none is spelled like it.",
    )


def test_a_name_may_hold_commas(data: Data, toy: Path) -> None:
    topics = (toy / "data/topics.yml").read_text().replace("name: Widgets", 'name: "Widgets, Parts and All"')
    add(toy, {"data/topics.yml": topics})
    made = proposed(body(Title="A", Link="10.1145/3.4", Topics="Widgets, Parts and All, gadgets"), data)
    assert merged(made, data).topics == ("widgets", "gadgets")


def test_what_would_fit_is_said_and_not_written(data: Data) -> None:
    made = proposed(body(Title="Parallel Widgets Again and Again", Link="10.1145/3.4"), data)
    assert "By its words, as a tag would fit: `parallel`." in made.notes
    assert not merged(made, data).tags


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Title": "Other", "Link": "arxiv.org/abs/2001.00001"},
         'It is already on the shelf as "Parallel Widgets: A Study of Nothing in Particular": `both'),
        ({"Title": "Other", "Link": "arxiv.org/abs/2001.00001"},
         "Its id there is “parallel-widgets-a-study-of-nothing-in-particular”. Something missing or wrong there can"),
        ({"Title": "A", "Link": "see my page"}, '"see my page" is neither an address'),
        ({"Title": "A", "Link": "javascript:alert(1)"}, "is neither an address"),
        ({"Title": "A", "Link": "https://x.example/\n" * 11}, "more than 10 addresses"),
        ({"Title": "A", "Link": "10.1145/3.4", "Tags": "a," * 31}, "more than 30 names"),
    ],
)  # fmt: skip
def test_papers_that_are_refused(data: Data, given: dict[str, str], said: str) -> None:
    with pytest.raises(RefusedError, match=re.escape(said)):
        proposed(body(**given), data)


@pytest.mark.parametrize(
    ("link", "arxiv"),
    [
        ("arXiv 2401.09999", "2401.09999"),
        ("arXiv: 2401.09999", "2401.09999"),
        ("PDF: https://arxiv.org/pdf/2401.09999v2 (open)", "2401.09999"),
        ("The paper, at\n<https://arxiv.org/abs/2401.09999>", "2401.09999"),
    ],
)
def test_words_around_an_address_are_no_addresses(data: Data, link: str, arxiv: str) -> None:
    assert merged(proposed(body(Title="Something New", Link=link), data), data).arxiv == arxiv


def test_a_look_alike_is_a_question(data: Data) -> None:
    made = proposed(body(Title="Serial Widgets!", Link="10.1145/3.4"), data)
    assert made.notes[0].startswith(
        "It may be on the shelf already, as `Serial Widgets` in `data/papers/s/serial-widgets.yml`"
    )
    assert made.notes[0].endswith(
        "If it is, close this; if not, its file needs `relations: [{distinct: serial-widgets}]`."
    )


# Hostile texts

HOSTILE = {
    "front matter": "---\ntitle: Owned\ntopics: [a]\n---\n",
    "YAML": "x: &a [*a]\n!!python/object/apply:os.system [id]\n? - {a: b}\n<<: *a",
    "a document's end": "a\n...\n---\ntitle: b",
    "paths": "../../../../etc/passwd\n..\\..\\x\n/etc/passwd\n%2e%2e%2f",
    "workflow expressions": "${{ secrets.GITHUB_TOKEN }} ${{ github.event.issue.title }}",
    "workflow commands": "::set-output name=a::b\n::error::x\n::add-mask::y\n##[error]z",
    "shell": "$(touch owned) `touch owned` ; touch owned | && \\",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "Markdown": "![x](https://x.example/a.png) [a](javascript:1) @octocat #1 closes #2 <details>\n````\n</details>",
    "Jinja": "{{ config }} {% include '/etc/passwd' %} <!-- papershelf: papers -->",
    "control characters": "a\x00b\x08c\x1b[31md\x7fe\x85f\u2028g\ufeffh",
    "turned around": "a\u202eb\u2066c\u200fd\U000e0041e",
    "brackets": "[" * 280,
    "braces": "{" * 280,
    "backslashes": "\\" * 280,
    "many lines": "a\n" * 140,
    "surrogates": "a\udc80b",
    "fake headings": "x\n### Titel\n#### Tags\n### Topics and more",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["Title", "Abstract", "Summary", "Why", "Topics", "Link"])
def test_a_hostile_text_stays_text_or_is_refused(toy: Path, data: Data, name: str, field: str) -> None:
    text, before = HOSTILE[name], {path.name for path in toy.rglob("*")}
    try:
        made = proposed(body(**{"Title": "A Third Widget", "Link": "10.1145/3.4", field: text}), data)
    except RefusedError as error:
        assert field in ("Link", "Topics")
        _is_harmless(refusal(error, markdown=True))
        return
    (source,) = made.change.texts
    assert re.fullmatch(r"papers/([a-z0-9])/\1[a-z0-9-]{0,79}\.yml", source)
    _is_harmless(report(made, data, markdown=True))
    written = outputs(made, data)
    paper = merged(made, data)
    assert {path.name for path in toy.rglob("*")} - before <= {Path(source).name, Path(source).parent.name}
    if field != "Title":
        assert paper.title == "A Third Widget"
        assert paper.topics == ()
    else:
        assert re.fullmatch(r"[^`$\\<>@#\"\x00-\x1f\x7f\u2028\u202e]+", title(made))
    assert len(title(made)) <= 120
    assert _values(written).keys() == {"file", "files", "branch", "title"}
    assert subprocess.run(["git", "check-ref-format", f"refs/heads/{branch(made)}"], check=False).returncode == 0


def _is_harmless(markdown: str) -> None:
    """Outside of code, nothing is left of what somebody wrote."""
    shown = re.sub(r"^(`{3,})diff\n.*?^\1$", "", markdown, flags=re.DOTALL | re.MULTILINE)
    shown = re.sub(r"`[^`\n]*`", "", shown)
    assert not re.search(r"[@#$\[{\\\x00-\x09\x0b-\x1f\u202e]|<(?!details|/details|summary|/summary)|::", shown)


def _values(written: str) -> dict[str, str]:
    """A file of outputs as a workflow reads it."""
    values, lines = {}, iter(written.splitlines())
    for line in lines:
        name, end = line.split("<<")
        value = []
        while (following := next(lines)) != end:
            value.append(following)
        values[name] = "\n".join(value)
    return values


def test_an_output_cannot_end_itself(data: Data) -> None:
    made = proposed(body(Title="end-0\nfile<<x\nx", Link="10.1145/3.4"), data)
    assert _values(outputs(made, data))["file"] == "data/papers/e/end-0-file-x-x.yml"
    assert outputs(made, data) != outputs(made, data)


def test_the_answer_of_a_proposal(data: Data) -> None:
    made = proposed(body(Title="A ````` Widget\u200b", Link="10.1145/3.4"), data)
    text = report(made, data, markdown=True)
    assert text.startswith(
        "This becomes a paper's file: `data/papers/a/a-widget.yml`.\n\nBefore it is merged:\n\n- It has"
    )
    assert "\n- 1 characters that show nothing were dropped from the text.\n" in text
    assert "\n``````diff\n--- /dev/null\n" in text
    assert '+title: "A ````` Widget"\n' in report(made, data, markdown=False)


# An entry to mend, a tag


def test_an_entry_is_mended_by_lines_that_name_a_field(data: Data) -> None:
    text = body(
        "mend",
        Paper="https://shelf.example/papers/serial-widgets/",
        What_is_wrong="All.",
        What_is_right="It is this:\n- Link: arXiv:2003.00003\ntags: parallel,\n  serial\nyear: 2021\nsummary: New.",
    )
    made = proposed(text, data, "mend")
    before = checked(data).paper["serial-widgets"]
    paper = merged(made, data)
    assert (paper.arxiv, paper.tags, paper.year, paper.summary) == ("2003.00003", ("parallel", "serial"), 2021, "New.")
    assert (paper.title, paper.abstract, paper.relations) == (before.title, before.abstract, before.relations)
    assert (branch(made), title(made)) == ("mend/serial-widgets", "Mend “Serial Widgets”")


def test_the_remarks_in_an_entry_that_is_mended_stay(data: Data, toy: Path) -> None:
    text = 'title: "Sand"\ntags:\n  # the first\n  - serial # because\nlinks: # two\n  # theirs\n  code: https://a.example\n'
    add(toy, {"data/papers/s/sand.yml": text})
    right = "tags: serial, parallel\nlink: https://huggingface.co/datasets/a"
    made = proposed(body("mend", Paper="sand", What_is_wrong="x", What_is_right=right), data, "mend")
    assert made.change.texts == {
        "papers/s/sand.yml": text.replace("because\n", "because\n  - parallel\n")
        + "  data: https://huggingface.co/datasets/a\n"
    }


def test_an_address_that_an_identifier_gives_goes(data: Data, toy: Path) -> None:
    links = "links:\n  paper: https://a.example\n  code: https://b.example # mine\n"
    add(toy, {"data/papers/s/sand.yml": f'title: "Sand"\n{links}'})
    made = proposed(body("mend", Paper="sand", What_is_wrong="x", What_is_right="link: 2101.00001"), data, "mend")
    assert made.change.texts == {
        "papers/s/sand.yml": 'title: "Sand"\narxiv: "2101.00001"\nlinks:\n  code: https://b.example # mine\n'
    }


def test_of_two_proposals_of_one_title_the_second_overwrites_nothing(data: Data, toy: Path) -> None:
    one, other = (proposed(body(Title="Sand", Link=link), data) for link in ("2101.00001", "2101.00002"))
    merged(one, data)
    with pytest.raises(ProblemsError, match="this file was edited meanwhile"):
        merged(other, data)


def test_a_tag_that_was_removed_is_not_described_again(data: Data, toy: Path) -> None:
    add(toy, {"data/removed.yml": "- {id: nano, kind: tag, title: Nano, reason: Too small., date: '2026-01-01'}\n"})
    with pytest.raises(RefusedError, match='"nano" was the id of a tag that was removed'):
        proposed(body("tag", Tag="Nano", Meaning="Very small."), data, "tag")


@pytest.mark.parametrize(
    ("paper", "right", "said"),
    [
        ("serial-widgets", "The title is wrong.", "A person has to do this, in"),
        ("serial-widgets", "title: Serial Widgets", "Nothing would change: the file says that already."),
        ("serial-widgets", "tags: seriel", "Nothing would change: the file says that already. The tag `seriel` isn't"),
        ("serial-widgets", "year: soon", '"soon" is no year'),
        ("serial-widgets", "link: 2001.00001", "It is already on the shelf as"),
        ("serial-widget", "year: 2020", 'There is no paper "serial-widget" on this shelf. The id that is spelled most'),
        ("../../../etc/passwd", "year: 2020", 'There is no paper "../../../etc/passwd" on this shelf. Give'),
    ],
)
def test_entries_that_cannot_be_mended_from_an_issue(data: Data, paper: str, right: str, said: str) -> None:
    with pytest.raises(RefusedError, match=re.escape(said)):
        proposed(body("mend", Paper=paper, What_is_wrong="x", What_is_right=right), data, "mend")


@pytest.mark.parametrize("paper", ["widgets-in-parallel", "Serial Widgets", "data/papers/s/serial-widgets.yml"])
def test_a_paper_is_found_by_what_people_write(data: Data, paper: str) -> None:
    made = proposed(body("mend", Paper=paper, What_is_wrong="x", What_is_right="year: 1999"), data, "mend")
    assert len(made.change.texts) == 1


def test_a_tag_is_described_and_given_to_papers(data: Data) -> None:
    papers = "- serial-widgets\n- https://shelf.example/papers/widgets-in-parallel/"
    made = proposed(body("tag", Tag="nano-widgets", Meaning="Very\nsmall: `a`.", Papers=papers), data, "tag")
    make(made.change, data.root, data.shown)
    shelf = checked(data)
    assert [tag.id for tag in shelf.tags] == ["counting", "nano-widgets", "parallel", "serial"]
    assert (shelf.tag["nano-widgets"].name, shelf.tag["nano-widgets"].description) == (
        "Nano widgets",
        "Very small: `a`.",
    )
    assert [paper.id for paper in shelf.papers if "nano-widgets" in paper.tags] == [
        "parallel-widgets-a-study-of-nothing-in-particular", "serial-widgets"
    ]  # fmt: skip
    assert made.notes == ("It would be on 2 papers; a tag is for at least 3.",)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("Serial", 'There is the tag "serial" already, which "Serial" means, too.'),
        ("concurrent", 'There is the tag "parallel" already'),
        ("tools", 'There is the topic "gadgets" already'),
        ("!!!", "can't be a tag"),
        ("index", "can't be a tag"),
    ],
)
def test_tags_that_are_refused(data: Data, tag: str, said: str) -> None:
    with pytest.raises(RefusedError, match=re.escape(said)):
        proposed(body("tag", Tag=tag, Meaning="x"), data, "tag")
