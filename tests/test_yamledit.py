"""Edits of single spans in YAML: every other byte stays, and what an edit doesn't know it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papershelf.yamledit import (
    append_item,
    insert_entry,
    move_entry,
    remove_field,
    remove_item,
    replace_scalar,
    set_field,
)
from papershelf.yamlfile import emit, parse, scalar
from papershelf.yamlspans import EditError
from test_yamlfile import same_each_run, texts

ITEM = {"list": "new: x", "position": 3}
LINES = '  - list: "new: x"\n    position: 3\n'
FLOW = '{list: "new: x", position: 3}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "title: x\nappearances:\n  - list: a\n    position: 1\nabstract: y\n",
            f"title: x\nappearances:\n  - list: a\n    position: 1\n{LINES}abstract: y\n",
            id="a list in lines",
        ),
        pytest.param(
            "appearances: # why\n  - list: a # one\n    position: 1 # two\n\n  # last\n# out\n\nabstract: y\n",
            f"appearances: # why\n  - list: a # one\n    position: 1 # two\n{LINES}\n  # last\n# out\n\nabstract: y\n",
            id="comments and blank lines",
        ),
        pytest.param(
            "title: x\r\nappearances:\r\n  - list: a\r\nabstract: y\r\n",
            "title: x\r\nappearances:\r\n  - list: a\r\n" + LINES.replace("\n", "\r\n") + "abstract: y\r\n",
            id="CRLF",
        ),
        pytest.param(
            "appearances:\n- list: a\n  position: 1\nabstract: y\n",
            'appearances:\n- list: a\n  position: 1\n- list: "new: x"\n  position: 3\nabstract: y\n',
            id="a list that isn't indented",
        ),
        pytest.param(
            "appearances: [{list: a, position: 1}] # c\ntitle: x\n",
            f"appearances: [{{list: a, position: 1}}, {FLOW}] # c\ntitle: x\n",
            id="a list in brackets",
        ),
        pytest.param(
            "appearances: [{list: a}, ]\n", f"appearances: [{{list: a}}, {FLOW}, ]\n", id="a comma before the bracket"
        ),
        pytest.param(
            "appearances: [\n  {list: a}, # one\n  {list: b} # two ]\n]\n",
            f"appearances: [\n  {{list: a}}, # one\n  {{list: b}}, {FLOW} # two ]\n]\n",
            id="comments in brackets",
        ),
        pytest.param(
            "appearances:\n  - {list: a,\n     position: 1\n    }\n  # c\ntitle: x\n",
            f"appearances:\n  - {{list: a,\n     position: 1\n    }}\n{LINES}  # c\ntitle: x\n",
            id="items in braces over lines",
        ),
        pytest.param("appearances: [] # none\n", f"appearances: [{FLOW}] # none\n", id="an empty list"),
        pytest.param(
            "appearances:\n  # none\nabstract: y\n",
            f"appearances: [{FLOW}]\n  # none\nabstract: y\n",
            id="an empty key, then a comment",
        ),
        pytest.param("title: x\nappearances:", f"title: x\nappearances: [{FLOW}]", id="an empty key at the end"),
        pytest.param("appearances: ~ # c\n", f"appearances: [{FLOW}] # c\n", id="a word for nothing"),
        pytest.param("title: x\n", f"title: x\nappearances:\n{LINES}", id="no such key"),
        pytest.param("title: x", f"title: x\nappearances:\n{LINES}", id="no such key, no newline at the end"),
        pytest.param("", f"appearances:\n{LINES}", id="an empty file"),
        pytest.param("# x\n", f"# x\nappearances:\n{LINES}", id="nothing but a comment"),
        pytest.param(
            "title: x\n# of it\n# all\nabstract: >-\n  y\n\n# end\n",
            f"title: x\nappearances:\n{LINES}# of it\n# all\nabstract: >-\n  y\n\n# end\n",
            id="before a key and its comments",
        ),
        pytest.param("---\ntitle: x\n...\n", f"---\ntitle: x\nappearances:\n{LINES}...\n", id="marks of a document"),
        pytest.param("{title: x}\n", f"{{title: x, appearances: [{FLOW}]}}\n", id="a file in braces"),
        pytest.param("{}\n", f"{{appearances: [{FLOW}]}}\n", id="an empty file in braces"),
        pytest.param(
            "appearances:\n  - list: a\n    title: >-\n      q\n\n      r\n\n# c\nabstract: x\n",
            f"appearances:\n  - list: a\n    title: >-\n      q\n\n      r\n{LINES}\n# c\nabstract: x\n",
            id="an item that ends with a folded block",
        ),
        pytest.param(
            "appearances:\n  - list: a\n    title:\nabstract: x\n",
            f"appearances:\n  - list: a\n    title:\n{LINES}abstract: x\n",
            id="an item that ends with nothing",
        ),
        pytest.param(
            "appearances:\n  - list: a\n    position: 1",
            f"appearances:\n  - list: a\n    position: 1\n{LINES}".rstrip("\n"),
            id="no newline at the end",
        ),
        pytest.param(
            "title: 😀é\nappearances:\n  - list: 😀\nabstract: x\n",
            f"title: 😀é\nappearances:\n  - list: 😀\n{LINES}abstract: x\n",
            id="wide characters",
        ),
        pytest.param('"appearances":\n  - list: a\n', f'"appearances":\n  - list: a\n{LINES}', id="a key in quotes"),
    ],
)
def test_append_item_keeps_every_other_byte(before: str, after: str) -> None:
    assert append_item(before, "appearances", ITEM, before=("abstract",)) == after
    old = parse(before, "x.yml").value or {}
    assert isinstance(old, dict)
    items = old.get("appearances") or []
    assert isinstance(items, list)
    assert parse(after, "x.yml").value == {**old, "appearances": [*items, {"list": "new: x", "position": "3"}]}


@same_each_run
@given(st.lists(texts, min_size=1, max_size=4), texts, texts.filter(bool), st.booleans(), st.booleans())
def test_append_item_to_any_list(items: list[str], note: str, new: str, folded: bool, crlf: bool) -> None:  # noqa: FBT001
    fields = {"title": "x", "tags": items, "note": note}
    text = emit(fields, frozenset({"note"} if folded else ()))
    text = text.replace("\n", "\r\n") if crlf else text
    longer = append_item(text, "tags", new)
    kept = {key: value for key, value in fields.items() if value}
    assert parse(longer, "x.yml").value == {**kept, "tags": [*items, new]}
    added = len(longer) - len(text)
    assert any(longer[:at] + longer[at + added :] == text for at in range(len(text) + 1))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("tags:\n  - a # one\n  - c\n", "tags:\n  - a # one\n  - new\n  - c\n", id="lines"),
        pytest.param("tags: [a, c]\n", "tags: [a, new, c]\n", id="brackets"),
        pytest.param("tags: [\n  a, # one\n  c,\n]\n", "tags: [\n  a, new, # one\n  c,\n]\n", id="brackets over lines"),
    ],
)
def test_an_item_behind_another(before: str, after: str) -> None:
    assert append_item(before, "tags", "new", behind=0) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("tags:\n  - a\n  - b # c\n", "tags:\n  - a\n  - new # c\n", id="a word in a list"),
        pytest.param("tags: [a, 'b', c] # c\n", "tags: [a, new, c] # c\n", id="in quotes and brackets"),
        pytest.param("tags:\r\n- a\r\n- b\r\n", "tags:\r\n- a\r\n- new\r\n", id="CRLF"),
        pytest.param("tags:\n  - a\n  - >-\n    b\n\n# c\n", "tags:\n  - a\n  - new\n\n# c\n", id="a folded block"),
        pytest.param("tags:\n  - a\n  - b", "tags:\n  - a\n  - new", id="no newline at the end"),
        pytest.param("tags:\n  - 😀\n  - b\n", "tags:\n  - 😀\n  - new\n", id="wide characters"),
    ],
)
def test_replace_scalar_keeps_every_other_byte(before: str, after: str) -> None:
    assert replace_scalar(before, ("tags", 1), "new") == after


def test_a_replaced_text_gets_the_quotes_it_needs() -> None:
    assert replace_scalar("relations: [{version-of: a}]\n", ("relations", 0, "version-of"), "1e5") == (
        'relations: [{version-of: "1e5"}]\n'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("tags:\n  - a\n  - b # x\n  - c\n", "tags:\n  - a\n  - c\n", id="lines"),
        pytest.param(
            "tags:\n  # of a\n  - a\n  # of b\n  - b\n",
            "tags:\n  # of a\n  - a\n  # of b\n", id="comments stay",
        ),
        pytest.param(
            "tags:\n  - a\n  - b\n\n# c\ntitle: x\n",
            "tags:\n  - a\n\n# c\ntitle: x\n", id="the last of a list",
        ),
        pytest.param("tags:\r\n- a\r\n- b\r\n- c\r\n", "tags:\r\n- a\r\n- c\r\n", id="CRLF"),
        pytest.param("tags: [a, b, c] # x\n", "tags: [a, c] # x\n", id="brackets"),
        pytest.param("tags: [a, b]\n", "tags: [a]\n", id="the last in brackets"),
        pytest.param("tags: [a , b , ]\n", "tags: [a , ]\n", id="a comma before the bracket"),
        pytest.param("tags: [a,\n  b, c]\n", "tags: [a,\n  c]\n", id="the first of a line in brackets"),
        pytest.param("tags: [a, b,\n  c]\n", "tags: [a,\n  c]\n", id="the last of a line in brackets"),
        pytest.param(
            "tags: [\n  a, # 1, 2\n  b, # x, y\n  c\n]\n",
            "tags: [\n  a, # 1, 2\n  c\n]\n", id="a line in brackets",
        ),
        pytest.param("tags: [\n  a, # 1\n  b # x\n]\n", "tags: [\n  a, # 1\n]\n", id="the last line in brackets"),
        pytest.param("tags:\n  -\n    a\n  - # x\n    b\n  - c\n", "tags:\n  -\n    a\n  - c\n", id="below the dash"),
        pytest.param(
            "tags:\n  - {k: a}\n  - k: b\n    why: >-\n      y\n\n      z\n  - {k: c}\n",
            "tags:\n  - {k: a}\n  - {k: c}\n", id="a mapping",
        ),
    ],
)  # fmt: skip
def test_remove_item_keeps_every_other_byte(before: str, after: str) -> None:
    assert remove_item(before, "tags", 1) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("title: x\ntags:\n  - a # c\nyear: 1\n", "title: x\nyear: 1\n", id="lines"),
        pytest.param("title: x\ntags: [a]\n", "title: x\n", id="brackets"),
        pytest.param("{title: x, tags: [a]}\n", "{title: x}\n", id="a file in braces"),
        pytest.param(
            "title: x\n# of it\ntags:\n  # one\n  - a\n  # c\n\n# d\n",
            "title: x\n# of it\n  # c\n\n# d\n", id="comments",
        ),
    ],
)  # fmt: skip
def test_a_list_that_would_be_empty_goes_with_its_key(before: str, after: str) -> None:
    assert remove_item(before, "tags", 0) == after


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        (("links", "code"), "title: x\nlinks:\n  code: y # c\n  data: z\n", "title: x\nlinks:\n  data: z\n"),
        (("links", "code"), "links: {code: y, data: z}\n", "links: {data: z}\n"),
        (("links", "code"), "title: x\nlinks:\n  code: y\nyear: 1\n", "title: x\nyear: 1\n"),
        (
            ("relations", 0, "why",
        ),
            "relations:\n  - distinct: a\n    why: >-\n      b\n#\n",
            "relations:\n  - distinct: a\n#\n",
        ),
        (("relations", 0, "why"), "relations:\n  - why: a\n    distinct: b\n", "relations:\n  - distinct: b\n"),
        ((0, "aliases"), "- id: a\n  aliases:\n    - b\n\n- id: c\n", "- id: a\n\n- id: c\n"),
        (("year",), "title: x\nyear:\ntags: [a]\n", "title: x\ntags: [a]\n"),
        (("a", "b", 0, "c"), "a:\n  b:\n    - c: d\ne: f\n", "e: f\n"),
    ],
)  # fmt: skip
def test_remove_field_keeps_every_other_byte(keys: tuple[str | int, ...], before: str, after: str) -> None:
    assert remove_field(before, keys) == after


@pytest.mark.parametrize(
    ("keys", "value", "before", "after"),
    [
        (("year",), 2020, "title: x\n# c\nabstract: y\n", "title: x\nyear: 2020\n# c\nabstract: y\n"),
        (("year",), 2020, "title: x\nyear: 1 # c\nabstract: y\n", "title: x\nyear: 2020 # c\nabstract: y\n"),
        (("year",), 2020, "{title: x}\n", "{title: x, year: 2020}\n"),
        (("year",), 2020, "", "year: 2020\n"),
        (("links",), {"code": "a: b"}, "title: x\r\n", 'title: x\r\nlinks:\r\n  code: "a: b"\r\n'),
        (("links",), {"code": "a"}, "links: {data: b} # c\ntitle: x\n", "links:\n  code: a\ntitle: x\n"),
        (
            ("links", "data"), "b",
            "links:\n  code: a # c\n  # d\ntitle: x\n",
            "links:\n  code: a # c\n  data: b\n  # d\ntitle: x\n",
        ),
        (("links", "data"), "b", "links: {code: a} # c\n", "links: {code: a, data: b} # c\n"),
        (("links", "data"), "b", "links: {code: a, data: c} # c\n", "links: {code: a, data: b} # c\n"),
        (("tags",), ["b", "c"], "tags:\n  - a\n  # c\ntitle: x\n", "tags:\n  - b\n  - c\n  # c\ntitle: x\n"),
        (
            (1, "aliases"), ["b"],
            "- id: a\n\n- id: c\n  name: d\n\n# e\n",
            "- id: a\n\n- id: c\n  name: d\n  aliases:\n    - b\n\n# e\n",
        ),
        (("summary",), "a b", "summary: >-\n  c\nabstract: d\n", "summary: >-\n  a b\nabstract: d\n"),
    ],
)  # fmt: skip
def test_set_field_keeps_every_other_byte(keys: tuple[str | int, ...], value: object, before: str, after: str) -> None:
    assert set_field(before, keys, value, before=("abstract",), folded=frozenset({"summary"})) == after


TABLE = """# All of it.
- id: a
  name: A

# About b,
# in two lines.
- id: b # here
  name: B
  # to do

# A chapter.

- id: c
  name: C
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_entry_moves_with_its_comments(newline: str) -> None:
    before = TABLE.replace("\n", newline)
    after = """# All of it.
- id: a
  name: A

- id: c
  name: C

# A chapter.

# About b,
# in two lines.
- id: b # here
  name: B
  # to do
""".replace("\n", newline)
    assert move_entry(before, 1, 2) == after
    assert move_entry(after, 2, 1) == before
    assert move_entry(before, 1, 1) == before


def test_an_entry_moves_in_a_file_without_a_newline_at_the_end() -> None:
    assert move_entry("- id: a\n- id: b\n- id: c", 2, 0) == "- id: c\n- id: a\n- id: b"


@pytest.mark.parametrize(
    ("number", "left"),
    [
        (0, TABLE.replace("- id: a\n  name: A\n\n", "")),
        (1, TABLE.replace("# About b,\n# in two lines.\n- id: b # here\n  name: B\n  # to do\n\n", "")),
        (2, TABLE.replace("\n- id: c\n  name: C\n", "")),
    ],
)
def test_an_entry_goes_with_its_comments_and_its_blank_line(number: int, left: str) -> None:
    assert remove_item(TABLE, (), number) == left


def test_the_only_entry_leaves_what_is_about_the_file() -> None:
    assert remove_item("# All of it.\n\n- id: a\n", (), 0) == "# All of it.\n"
    assert remove_item("- id: a\n  name: >-\n    A\n", (), 0) == ""


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (0, "", "- id: new\n  why: >-\n    x y\n"),
        (0, "# c\n", "# c\n- id: new\n  why: >-\n    x y\n"),
        (0, "# c\n\n# of a\n- id: a\n", "# c\n\n- id: new\n  why: >-\n    x y\n\n# of a\n- id: a\n"),
        (1, "- id: a\n\n- id: z\n", "- id: a\n\n- id: new\n  why: >-\n    x y\n\n- id: z\n"),
        (1, "- id: a", "- id: a\n\n- id: new\n  why: >-\n    x y\n"),
        (1, "- id: a\r\n# end\r\n", "- id: a\r\n\r\n- id: new\r\n  why: >-\r\n    x y\r\n# end\r\n"),
    ],
)
def test_a_new_entry_is_parted_by_a_blank_line(number: int, before: str, after: str) -> None:
    assert insert_entry(before, number, {"id": "new", "why": "x y"}, frozenset({"why"})) == after


@pytest.mark.parametrize(
    "edit",
    [
        lambda: remove_field("? title\n: x\n? tags\n: [a]\n", "tags"),
        lambda: set_field("? title\n: x\n", "title", ["a"]),
        lambda: remove_item("tags: a\n", "tags", 0),
        lambda: remove_item("tags: [a, b]\n", "tags", 2),
        lambda: remove_field("title: x\n", "tags"),
        lambda: replace_scalar("tags: [a]\n", "tags", "x"),
        lambda: replace_scalar("title: x\n", "tags", "x"),
        lambda: move_entry("[{id: b}, {id: a}]\n", 0, 1),
        lambda: append_item("tags: a\n", "tags", "b"),
        lambda: append_item("tags: [*a]\n", "tags", "b"),
        lambda: set_field("tags: [a]\n", ("tags", 0), "b: c", before=("x",), folded=frozenset({"0"})),
    ],
)
def test_what_no_edit_knows_is_refused(edit: Callable[[], str]) -> None:
    with pytest.raises(EditError):
        edit()


@st.composite
def files(draw: st.DrawFn) -> tuple[str, int]:
    """A paper's file in some form, with comments here and there, and the number of its tags."""
    tags = draw(st.lists(texts, min_size=1, max_size=4))
    fields = {
        "title": draw(texts) or "x",
        "note": draw(texts) or "x",
        "relations": [{"distinct": draw(texts) or "x", "why": "b"}],
    }
    mark = draw(st.sampled_from(["", " # c", " # c, d"]))
    if draw(st.booleans()):
        between = draw(st.sampled_from([", ", " , ", f",{mark}\n  "]))
        items = (
            f"tags: [{between.join(map(scalar, tags))}{draw(st.sampled_from(['', ', ', f'{mark}{chr(10)}']))}]{mark}\n"
        )
    else:
        dash = draw(st.sampled_from(["- ", "  - ", "    -  "]))
        items = f"tags:{mark}\n" + "".join(f"{dash}{scalar(tag)}{mark}\n" for tag in tags)
    rest = emit(fields, frozenset({"note", "why"}))
    text = draw(st.sampled_from([items + rest, rest + items, f"#§ x\n{rest}\n#§ y\n{items}\n#§ z\n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text, len(tags)


@same_each_run
@given(files(), st.data())
def test_any_edit_of_any_file_keeps_the_comments_around_it(file: tuple[str, int], data: st.DataObject) -> None:
    """That the rest reads as before the edits prove themselves: the wrong ones would be refused."""
    text, count = file
    number, new = data.draw(st.integers(0, count - 1)), data.draw(texts.filter(bool))
    for after in (
        replace_scalar(text, ("tags", number), new),
        remove_item(text, "tags", number),
        append_item(text, "tags", new, behind=number),
        set_field(text, ("relations", 0, "why"), new, folded=frozenset({"why"})),
        set_field(text, "links", {"code": new}, before=("tags",)),
        remove_field(text, "note"),
    ):
        assert re.findall(r"^#§ .*\n", after, re.MULTILINE) == re.findall(r"^#§ .*\n", text, re.MULTILINE)
        assert ("\r\n" in after) == ("\r\n" in text)
