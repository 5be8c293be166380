"""The fast way writes, byte for byte, what MkDocs makes of the same pages, and steps aside where it might not."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from papershelf.mkdocs_plugin.shells import bare, squeezed

Run = Callable[..., subprocess.CompletedProcess[str]]
SLOWLY = "Each page goes through Markdown and the theme"


def build(shelf: Path, run: Run, *, fast: bool, into: str) -> tuple[Path, str]:
    """Build a shelf strictly; the site and what was said."""
    configuration = shelf / "mkdocs.yml"
    text = configuration.read_text(encoding="utf-8")
    if not fast:
        configuration.write_text(text.replace("  - papershelf\n", "  - papershelf: {fast: false}\n"), encoding="utf-8")
    site = shelf.parent / into
    done = run("mkdocs", "build", "--strict", "--site-dir", str(site), cwd=shelf)
    configuration.write_text(text, encoding="utf-8")
    assert done.returncode == 0, done.stdout
    return site, done.stdout


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def differing(shelf: Path, run: Run) -> list[str]:
    """The files in which the two ways differ."""
    (quick, said), (slow, said_slow) = (build(shelf, run, fast=fast, into=f"fast-{fast}") for fast in (True, False))
    assert SLOWLY not in said
    assert "`fast: false`" in said_slow
    one, other = contents(quick), contents(slow)
    assert len(one) > 50
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def change(path: Path, pattern: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, new, text, count=1)
    assert changed != text, f"{path} has no {pattern!r}"
    path.write_text(changed, encoding="utf-8")


def test_both_ways_make_the_same_bytes_of_the_shelf_that_ships(root: Path, tmp_path: Path, run: Run) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("data", "site_src"):
        shutil.copytree(root / name, shelf / name)
    shutil.copy(root / "mkdocs.yml", shelf)
    assert differing(shelf, run) == []


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        ("site_name", "use_directory_urls: false\nsite_name"),
        ("http://127.0.0.1:8000/", "https://x.example/some/path/"),
        (r"repo_url: .*\n", ""),
        ("edit_uri: .*", "edit_uri_template: view/{path_noext}?plain=1"),
        ("features: .*", "features: [navigation.tabs, navigation.footer, navigation.path, toc.integrate]"),
        ("features: .*", "palette: {primary: indigo}"),
        ("  - pymdownx.highlight\n", "  - footnotes\n  - admonition\n  - def_list\n  - pymdownx.highlight\n"),
        ("  - Tags: tags/index.md\n", "  - Tags: [tags/index.md, tags/serial.md]\n  - papers/serial-widgets.md\n"),
    ],
)
def test_both_ways_make_the_same_bytes_under_other_configurations(toy: Path, run: Run, pattern: str, new: str) -> None:
    change(toy / "mkdocs.yml", pattern, new)
    assert differing(toy, run) == []


def test_both_ways_make_the_same_bytes_of_what_only_python_markdown_reads(toy: Path, run: Run) -> None:
    paper = toy / "data" / "papers" / "s" / "serial-widgets.yml"
    change(
        paper,
        r"(?m)^note: .*(?:\n .*)*$",
        'note: "An _emphasis_ with a `<b>` & *more*, **all [of](https://x.example) it**"',
    )
    change(toy / "data" / "tags.yml", "description: ", "description: _Really._ ")
    (toy / "site_src" / "more.md").write_text(
        "# More\n\n[abstract](papers/serial-widgets.md#abstract), [tag](tags/serial.md)\n", encoding="utf-8"
    )
    assert differing(toy, run) == []


@pytest.mark.parametrize(
    ("pattern", "new", "file", "text", "reason"),
    [
        ("plugins:", "hooks: [h.py]\nplugins:", "h.py", "def on_page_content(html, **_):\n    pass\n", "takes part"),
        ("  - attr_list", "  - smarty\n  - attr_list", "x.txt", "", "smarty is not known"),
        ("permalink: true", "permalink: false", "x.txt", "", "markdown_extensions, as mkdocs.yml configures them"),
        (
            "  name: material\n", "  name: material\n  custom_dir: own\n", "own/main.html",
            '{% extends "base.html" %}{% block footer %}{{ page.tags if page }}{% endblock %}', "reads page.tags",
        ),
    ],
)  # fmt: skip
def test_it_steps_aside_for_whoever_may_make_another_page(
    toy: Path, run: Run, pattern: str, new: str, file: str, text: str, reason: str
) -> None:
    change(toy / "mkdocs.yml", pattern, new)
    (toy / file).parent.mkdir(exist_ok=True)
    (toy / file).write_text(text, encoding="utf-8")
    said = build(toy, run, fast=True, into="site")[1]
    assert SLOWLY in said
    assert reason in said


def test_an_override_that_reads_what_a_shell_knows_keeps_the_fast_way(toy: Path, run: Run) -> None:
    change(toy / "mkdocs.yml", "  name: material\n", "  name: material\n  custom_dir: own\n")
    (toy / "own").mkdir()
    (toy / "own" / "main.html").write_text(
        '{% extends "base.html" %}{% block footer %}{% if page and page.meta %}<p>{{ page.meta.title }}'
        ", {{ page.url }}</p>{% endif %}{% endblock %}",
        encoding="utf-8",
    )
    assert differing(toy, run) == []


def test_a_link_to_a_part_that_a_page_lacks_fails_a_strict_build(toy: Path, run: Run) -> None:
    (toy / "site_src" / "more.md").write_text("# More\n\n[x](papers/serial-widgets.md#nowhere)\n", encoding="utf-8")
    done = run("mkdocs", "build", "--strict", "--site-dir", str(toy.parent / "site"), cwd=toy)
    assert done.returncode == 1
    assert "'papers/serial-widgets.md' does not contain an anchor '#nowhere'" in done.stdout


def test_white_space_is_left_out_only_where_no_browser_shows_it() -> None:
    page = "<p>\n   a  b \n\n c</p>\n<pre>\n   x\n\n  y</pre>\n\n<div>\n  s\n</div>\n <textarea>\n\n t</textarea>"
    assert squeezed(page) == ("<p>\na  b\nc</p>\n<pre>\n   x\n\n  y</pre><div>\ns</div>\n<textarea>\n\n t</textarea>")


def test_around_the_article_quotes_are_left_out_where_no_text_can_need_them() -> None:
    article = '<article>\n<a class="x">y</a>\n</article>'
    page = f'<main>\n<a class="x" href="../">y</a>\n<a class="p q" title="z">{article}\n</main>'
    assert squeezed(page) == f'<main>\n<a class=x href=../>y</a>\n<a class="p q" title="z">{article}</main>'


def test_in_the_article_what_html_lets_one_leave_out_is_left_out() -> None:
    page = (
        '<article>\n<div class="a">\n<p>Words.</p>\n<p>More.</p>\n</div>\n'
        '<ul>\n<li>\n<p><a href="../x/">x</a></p>\n</li>\n<li><a href="?a=b">y</a></li>\n</ul>\n'
        '<ol>\n<li>z</li>\n</ol>\n<div class="a b" id="c">\n</div>\n<p>Last.</p></article>'
    )
    made = squeezed(page)
    assert squeezed(made) == made
    assert made == (
        "<article><div class=a><p>Words.</p><p>More.</div><ul><li><p><a href=../x/>x</a>"
        '<li><a href="?a=b">y</a></ul>\n<ol><li>z</li>\n</ol><div class="a b" id="c"></div><p>Last.</p></article>'
    )


def test_what_material_finds_by_name_has_its_name_where_it_takes_parts_of_other_pages() -> None:
    skip = '<div data-md-component="skip">\n<a href="#a-long-title" class="md-skip">\nSkip\n</a>\n</div>'
    page = f'<body>{skip}<header{{}}></header><main class="md-main" data-md-component="main"></main></body>'
    assert squeezed(page.format("")) == (
        "<body><a href=#__m class=md-skip>Skip</a><header></header><main class=md-main id=__m></main></body>"
    )
    named = squeezed(page.format(' data-md-component="header"'))
    assert named.count("data-md-component=") == 3
    assert "href=#a-long-title" in named


def test_what_a_script_makes_is_left_out_where_a_late_one_moves_nothing() -> None:
    link = '<a class="headerlink" href="#x" title="Permanent link">&para;</a>'
    long = "A heading that may fill the line it is on"
    page = f'<h1 id="x">{long}{link}</h1>\n<h2 data-search-exclude id="x">Cite{link}</h2>\n<h2 id="x">{long}{link}</h2>'
    spared = f'<h1 id="x">{long}</h1><h2 id="x">Cite</h2><h2 id="x">{long}{link}</h2>'
    assert bare(page) == bare(spared) == spared


def test_pages_made_by_several_processes_are_the_same(toy: Path, run: Run) -> None:
    """More papers than one process gets, so that others take their share."""
    chance = random.Random(9)
    words = ["alpha", "beta", "widgets", "of", "the", "serial", "kind", "under", "load"]
    for number in range(1000):
        folder = toy / "data" / "papers" / "m"
        folder.mkdir(exist_ok=True)
        title = " ".join(chance.choices(words, k=6))
        (folder / f"made-{number}.yml").write_text(
            f'title: "{title} {number}"\ntopics: [widgets]\ntags: [serial]\nsummary: "Says {title}."\n',
            encoding="utf-8",
        )
    assert differing(toy, run) == []
