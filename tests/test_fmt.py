"""The canonical form of the data's files: what says the same comes out the same, comments included."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bad_data import NEW, add
from papershelf.comments import carried
from papershelf.fmt import formatted
from papershelf.load import Data, load_paper
from papershelf.model import Paper
from papershelf.problems import ProblemsError, RefusedError
from papershelf.yamlfile import emit, parse

WITH_COMMENTS = """\
# About the whole file,
# in two lines.

# above the summary
summary: "A summary." # beside the summary
# above the tags
tags: [serial, # first
  # above parallel
  parallel] # all tags

title: 'Serial: Widgets' # the title
# above the appearances
appearances:
- # odd
  list: toy-daily # the list
  position: 1
  # below the item
# above the second
- {list: toy-trending, position: 2} # in braces
  # below the last item
abstract: |
  Some # no comment
  text.
# above the links
links:
  # the code
  code: https://x.example/#part # beside the code
  # below the links
relations:
  - distinct: gadgets-for-widgets-costs-5-and-more
    why: because
      # below a text
# the end
"""

CANONICAL = """\
# About the whole file,
# in two lines.

title: "Serial: Widgets" # the title
# above the tags
tags: # all tags
  - serial # first
  # above parallel
  - parallel
# above the summary
summary: >- # beside the summary
  A summary.
# above the links
links:
  # the code
  code: "https://x.example/#part" # beside the code
  # below the links
relations:
  - distinct: gadgets-for-widgets-costs-5-and-more
    # below a text
    why: >-
      because
# above the appearances
appearances:
  # odd
  - list: toy-daily # the list
    position: 1
    # below the item
  # above the second
  - list: toy-trending # in braces
    position: 2
    # below the last item
abstract: >-
  Some # no comment text.
# the end
"""


def form_of(toy: Path, text: str | bytes) -> str:
    """The canonical form of a text, which is checked to be its own."""
    add(toy, {NEW: text})
    source = NEW.removeprefix("data/")
    change, count = formatted(Data(toy / "data"), ["new"])
    assert count == 1
    form = change.texts.get(source, text)
    assert isinstance(form, str)
    assert read(toy, form) == read(toy, text)
    assert formatted(Data(toy / "data"), ["new"])[0].texts.get(source, form) == form
    add(toy, {NEW: form})
    assert formatted(Data(toy / "data"), ["new"])[0].texts == {}
    return form


def read(toy: Path, text: str | bytes) -> Paper:
    add(toy, {NEW: text})
    problems: list[object] = []
    paper, _ = load_paper(NEW.removeprefix("data/"), Data(toy / "data"), problems)  # type: ignore[arg-type]
    assert not problems
    return paper


def test_the_shelf_is_in_canonical_form(root: Path) -> None:
    change, count = formatted(Data(root / "data"))
    assert change.texts == {}
    assert count > 300


def test_comments_stay_at_what_they_are_about(toy: Path) -> None:
    assert form_of(toy, WITH_COMMENTS) == CANONICAL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: A B\n", 'title: "A B"\n'),
        ("title: AB", "title: AB\n"),
        ("---\ntitle: AB\n...\n", "title: AB\n"),
        ("{title: AB, tags: [serial]} # c\n", "title: AB\ntags: # c\n  - serial\n"),
        (b"title: AB # c\r\ntags: [serial]\r\n", "title: AB # c\ntags:\n  - serial\n"),
        ("title: AB\n\n\n# end\n\n# last\n", "title: AB\n# end\n# last\n"),
        ("# head\n\n\n# more\n\ntitle: AB\n", "# head\n# more\n\ntitle: AB\n"),
        ("# above\ntitle: AB\n", "# above\ntitle: AB\n"),
        ("year: 2020\n# about it\ntitle: AB#no\n", '# about it\ntitle: "AB#no"\nyear: 2020\n'),
        ("title: AB\ntags: # one\n  [serial] # two\n", "title: AB\ntags: # one # two\n  - serial\n"),
        ("title: AB\nsummary: > # c\n  Text\n  # text\n # comment\nyear: 2020\n",
         "title: AB\n# comment\nsummary: >- # c\n  Text # text\nyear: 2020\n"),
        ("title: 'A''# B' # c\n", "title: \"A'# B\" # c\n"),
        ('title: "A\n  # B" # c\n', 'title: "A # B" # c\n'),
    ],
)  # fmt: skip
def test_the_form_of_a_file(toy: Path, text: str | bytes, expected: str) -> None:
    assert form_of(toy, text) == expected


def test_tables(toy: Path) -> None:
    tags = (
        "# our words\n\n- {id: serial, name: Serial, description: One.} # s\n"
        "# about parallel\n- id: parallel\n  name: Parallel\n  # meaning\n  description: Two.\n"
        "- id: counting\n  name: C\n  description: T\n"
    )
    add(toy, {"data/tags.yml": tags})
    change, _ = formatted(Data(toy / "data"))
    assert change.texts["tags.yml"] == (
        "# our words\n\n- id: counting\n  name: C\n  description: >-\n    T\n\n"
        "# about parallel\n- id: parallel\n  name: Parallel\n  # meaning\n  description: >-\n    Two.\n\n"
        "- id: serial # s\n  name: Serial\n  description: >-\n    One.\n"
    )
    add(toy, {f"data/{source}": text or "" for source, text in change.texts.items()})
    assert formatted(Data(toy / "data"))[0].texts == {}


def test_what_is_not_understood_is_not_written_again(toy: Path) -> None:
    add(toy, {NEW: "title: AB\ncolour: red\n", "data/papers/o/other.yml": "title: Not canonical\n"})
    with pytest.raises(ProblemsError, match='unknown key "colour"'):
        formatted(Data(toy / "data"))
    assert list(formatted(Data(toy / "data"), ["other"])[0].texts) == ["papers/o/other.yml"]
    with pytest.raises(RefusedError, match=r'There is no paper "othr" on the shelf\. Did you mean "other"'):
        formatted(Data(toy / "data"), ["othr"])


COMMENTS = st.lists(st.sampled_from(["", "# a", "  # b: [c", "    # - d", "# 'e", "  # f: {g"]), max_size=3)
PARTS = (
    "title: AB", "year: 2020", "tags: [serial,\n  parallel]", "tags:\n- serial\n- parallel", "venue: 'x # y'",
    "summary: >\n  Text here\n  and there", "links:\n  code: https://x.example/a\n  data: https://x.example/b",
    "appearances:\n  - list: a\n    position: 1\n  - list: b\n    position: 2", "abstract: |+\n   Text # no\n\n",
)  # fmt: skip


@given(st.permutations(PARTS), st.lists(COMMENTS, min_size=40, max_size=40), st.sampled_from(["", " # beside"]))
def test_no_comment_is_lost_and_none_becomes_text(order: list[str], comments: list[list[str]], beside: str) -> None:
    lines, seen = [], set()
    more = iter(comments)
    for part in order:
        key = part.split(":")[0]
        if key not in seen:
            seen.add(key)
            block = part.startswith(("summary", "abstract"))
            lines += next(more)
            for line in [part] if block else part.split("\n"):
                closed = not block and "[" not in line
                lines += [line + beside if closed else line, *(next(more) if closed else ())]
    text = "\n".join([*lines, ""])
    value = parse(text, "text").value
    assert isinstance(value, dict)
    target = emit(dict(sorted(value.items())), frozenset({"summary", "abstract"}))
    result = carried(text, target)
    assert parse(result, "text").value == parse(target, "text").value
    assert carried(result, target) == result
    for comment in ("# a", "# b: [c", "# - d", "# 'e", "# f: {g", "# beside"):
        assert result.count(comment) == text.count(comment)
