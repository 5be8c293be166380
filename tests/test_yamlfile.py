"""YAML as text: what is written reads back the same, places are right."""

from __future__ import annotations

import random
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from papershelf.problems import Problem, ProblemsError
from papershelf.yamlfile import MAX_DEPTH, emit, parse, scalar

same_each_run = settings(derandomize=True, deadline=None, max_examples=300)

# The core schema of YAML 1.2 (chapter 10.3.2), and what YAML 1.1, which PyYAML and many editors speak, adds to it.
CORE = (
    r"null|Null|NULL|~|",
    r"true|True|TRUE|false|False|FALSE",
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
    r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN",
)
TYPED = (
    *("yes", "no", "Yes", "NO", "on", "off", "y", "n", "null", "~", "true", "False", "=", "<<"),
    *("1e5", "1E-5", "2005.14170", "0x1f", "0o17", "017", "0b11", "1_000", "12:30:45", "1:2", ".5", "5.", "-1", "+1"),
    *(".inf", "-.INF", ".nan", "2026-01-02", "2026-01-02T10:00", "1910.02054v2"),
)
TRICKY = (
    *TYPED,
    *("- a", "-", "--- x", "...", "# b", "a # b", "a: b", "a:", ":a", "a:b", "? a", "[a]", "{a}", "*a", "&a", "!a"),
    *("|", ">-", "@a", "`a`", "%a", "'a'", '"a"', "it's", 'a "b" c', "100%", "a, b", "a]", "a}"),
    *("a\\b", "\\nabla", "\\\\", "$\\alpha$", "", " ", " a", "a ", "a  b", "  ", "x" * 500),
    *(
        "a\tb",
        "a\nb",
        "a\n\nb",
        "\n",
        "\ta",
        "a\r\nb",
        "\x07",
        "a\x7fb",
        "\x85",
        "\xa0",
        "\u2028",
        "a\u2029b",
        "\ufeff",
    ),
    *("\u200b", "é", "中文", "😀", "👨\u200d👩", "word " * 60 + "end", "a  b " * 60 + "."),
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.text("ab :-#\n\t'\"\\[]{}"), st.sampled_from(TRICKY)
)


def reread(text: str) -> object:
    """What a reader sees that types scalars as the core schema does, and as YAML 1.1 does."""
    plain = [token.value for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken) and token.plain]
    for value in plain[1:]:  # the first is the key
        assert not any(re.fullmatch(pattern, value) for pattern in CORE), value
    return yaml.load(text, Loader=yaml.CSafeLoader)


@pytest.mark.parametrize("text", TRICKY)
def test_a_text_is_written_so_that_nothing_types_it(text: str) -> None:
    line = f"key: {scalar(text)}\n"
    assert parse(line, "x.yml").value == {"key": text}
    assert reread(line) == {"key": text}


@same_each_run
@given(texts)
def test_any_text_reads_back_the_same(text: str) -> None:
    line = f"key: {scalar(text)}\n"
    assert "\n" not in line[:-1]
    assert parse(line, "x.yml").value == {"key": text}
    assert reread(line) == {"key": text}


@same_each_run
@given(st.dictionaries(st.sampled_from(["title", "summary", "abstract", "note"]), texts))
def test_folded_and_plain_fields_read_back_the_same(fields: dict[str, str]) -> None:
    text = emit(fields, frozenset({"summary", "abstract"}))
    document = parse(text, "x.yml")
    assert document.problems == ()
    assert (document.value or {}) == {key: value for key, value in fields.items() if value}


@same_each_run
@given(st.lists(texts, min_size=1), st.dictionaries(st.sampled_from(["list", "why"]), texts.filter(bool), min_size=1))
def test_lists_and_mappings_read_back_the_same(items: list[str], entry: dict[str, str]) -> None:
    fields: dict[str, object] = {"tags": items, "links": entry, "appearances": [entry, {**entry, "position": 3}]}
    assert parse(emit(fields, frozenset({"why"})), "x.yml").value == {
        "tags": items,
        "links": entry,
        "appearances": [entry, {**entry, "position": "3"}],
    }


def test_what_is_empty_is_left_out() -> None:
    fields: dict[str, object] = {
        "title": "",
        "note": None,
        "tags": [],
        "links": {},
        "nested": {"code": None},
        "year": 0,
    }
    assert emit(fields) == "year: 0\n"


def test_a_lone_surrogate_can_not_be_written() -> None:
    with pytest.raises(UnicodeEncodeError):
        emit({"title": "\ud800"}).encode()


PLACES = (
    "# c\ntitle: 😀é x\nlinks:\n  code: https://a.b\ntags: [a, 'é', b]\nrelations:\n- distinct: x\n  why: >-\n    z\n"
)


@pytest.mark.parametrize(
    ("keys", "of_key", "place"),
    [
        ((), False, (2, 1)),
        (("title",), True, (2, 1)),
        (("title",), False, (2, 8)),
        (("links",), False, (4, 3)),
        (("links", "code"), True, (4, 3)),
        (("links", "code"), False, (4, 9)),
        (("tags", 2), False, (5, 16)),
        (("relations", 0), False, (7, 3)),
        (("relations", 0, "why"), False, (8, 8)),
        (("relations", 0, "gone"), False, (7, 3)),
        (("gone", 3), False, (2, 1)),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_place_counts_characters_as_an_editor_does(
    keys: tuple[str | int, ...],
    of_key: bool,  # noqa: FBT001
    place: tuple[int, int],
    newline: str,
) -> None:
    assert parse(PLACES.replace("\n", newline), "x.yml").place(keys, of_key=of_key) == place


def test_an_empty_file_has_a_place_too() -> None:
    assert parse("", "x.yml").place(("title",)) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        f"{'[' * MAX_DEPTH}{']' * MAX_DEPTH}",
        "".join(f"{' ' * depth}a:\n" for depth in range(MAX_DEPTH)),
        f"a: [{'[], ' * 99}]",
        f"a: >-\n  {'[ { ' * 99}\n",
        f"a: >-\n  x\n{' ' * 60}y\n",
    ],
    ids=["brackets", "keys", "many, not deep", "brackets in a text", "spaces in a text"],
)
def test_as_deep_as_is_allowed(text: str) -> None:
    assert parse(text, "x.yml").problems == ()


def test_keys_that_mean_nothing_are_keys() -> None:
    document = parse("null: a\n~: b\nnull: c\n", "x.yml")
    assert document.value == {"null": "a", "~": "b"}
    assert [str(problem) for problem in document.problems] == [
        'x.yml:3:1: the key "null" is given twice, first on line 1. Keep one of the two.'
    ]


def test_whatever_one_types_is_read_or_is_a_problem_in_the_file() -> None:
    """Slips of the hand, made by rule: no crash, no traceback, each problem on one line that the file has."""
    slips = list(":-?[]{},#&*!|>'\"%@`\\~ \n\t\r\u2028\x85\ufeff😀")
    slips += [
        "- ",
        "\n  ",
        ": ",
        "---\n",
        "...\n",
        "<<<<<<< x\n",
        "<<: *a\n",
        "&a ",
        "*a",
        "!!str ",
        "\\x",
        "? ",
        "%YAML",
        ">-\n",
    ]
    start = 'title: "One: two"\ntags:\n  - a\n  - b\nlinks: {code: "https://a.b"}\nsummary: >-\n  Some text.\n# end\n'
    chance = random.Random(1)
    for _ in range(3000):
        text = start
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(slips) + text[at + chance.choice([0, 0, 0, 1, 4]) :]
        lines = len(re.split(r"\r\n|\r|\n", text))
        for problem in _problems(text):
            assert str(problem).isprintable()
            assert 1 <= problem.line <= lines, text


def _problems(text: str) -> tuple[Problem, ...]:
    try:
        return parse(text, "x.yml").problems
    except ProblemsError as error:
        return error.problems
