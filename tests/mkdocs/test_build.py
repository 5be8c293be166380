"""`mkdocs build`: no warning, no dead link, the same bytes on any day, and bad data as one clean message."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import built
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PAPER = "papers/on-alpha-widgets-and-script-alert-x-script/index.html"
TITLE = 'On α-Widgets and <script>alert("x")</script>'


@pytest.fixture
def build(toy: Path, run: Run) -> Callable[..., Path]:
    """Build the toy shelf strictly, without a word of warning."""

    def build(*, into: str = "built", **env: str) -> Path:
        site = toy.parent / into
        done = run("mkdocs", "build", "--strict", "--site-dir", str(site), cwd=toy, env=env)
        assert done.returncode == 0, done.stdout
        assert "WARNING" not in done.stdout
        return site

    return build


@pytest.fixture(scope="module")
def toy_site(root: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy shelf as it is, built once."""
    target = tmp_path_factory.mktemp("toy") / "site"
    done = run("mkdocs", "build", "--strict", "--site-dir", str(target), cwd=root / "tests" / "toy")
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout
    return target


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def configure(toy: Path, lines: str) -> None:
    """Put lines before everything else in the shelf's mkdocs.yml, in place of the same settings there."""
    path = toy / "mkdocs.yml"
    text = path.read_text(encoding="utf-8")
    for key in re.findall(r"^(\w+):", lines, re.MULTILINE):
        text = re.sub(rf"^{key}:.*\n(?:[ -].*\n)*", "", text, flags=re.MULTILINE)
    path.write_text(f"{lines}\n{text}", encoding="utf-8")


def content(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}


# Whole


def test_the_shipped_shelf_has_no_dead_link_and_no_id_twice(site: Path) -> None:
    assert built.faults(site) == []


def test_the_toy_has_no_dead_link_and_no_id_twice(toy_site: Path) -> None:
    assert built.faults(toy_site) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ('<a href="nowhere/">', "nowhere/: is no file"),
        ('<a href="topics">', "topics: is no file"),
        ('<a href="topics/#none">', "topics/#none: has no id 'none'"),
        ('<svg><a xlink:href="nowhere/"></svg>', "nowhere/: is no file"),
        ('<a href="../topics/">', "../topics/: leads out of the site"),
        ('<img src="x.png">', "x.png: is no file"),
        ('<img srcset="x.png 2x, topics/ 3x">', "x.png: is no file"),
        ('<b id="one"></b><b id="one"></b>', "the id 'one' stands 2 times"),
        ('<a href="javascript:run()">', "javascript:run(): is nothing to open"),
    ],
)
def test_the_walk_finds_what_is_broken(tmp_path: Path, broken: str, fault: str) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics/index.html").write_text('<a href="../">', encoding="utf-8")
    (tmp_path / "index.html").write_text(f'<a href="topics/"><a href="https://other.example/x">{broken}', "utf-8")
    (tmp_path / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    assert built.faults(tmp_path) == [f"index.html: {fault}"]


def test_the_same_commit_gives_the_same_bytes_on_different_days(build: Callable[..., Path]) -> None:
    first = content(build(into="today"))
    assert content(build(into="earlier", SOURCE_DATE_EPOCH="946684800")) == first
    assert content(build(into="later", SOURCE_DATE_EPOCH="4102444800")) == first
    assert b"<lastmod>2026-01-02</lastmod>" in first["sitemap.xml"]
    assert gzip.decompress(first["sitemap.xml.gz"]) == first["sitemap.xml"]


def test_a_shelf_without_dates_has_none_in_its_sitemap(toy: Path, build: Callable[..., Path]) -> None:
    for path in (toy / "data/papers").rglob("*.yml"):
        change(path, 'added: "2026-01-02"\n', "")
    first = content(build(into="today"))
    assert content(build(into="later", SOURCE_DATE_EPOCH="4102444800")) == first
    assert b"lastmod" not in first["sitemap.xml"]
    assert first["sitemap.xml"].count(b"<loc>") > 10


def test_each_paper_page_has_its_own_date_and_every_other_the_newest(toy: Path, build: Callable[..., Path]) -> None:
    change(toy / "data/papers/s/serial-widgets.yml", "2026-01-02", "2026-03-04")
    sitemap = (build() / "sitemap.xml").read_text(encoding="utf-8")
    dates = dict(re.findall(r"<loc>http://127.0.0.1:8000(.*?)</loc>\s*<lastmod>(.*?)</lastmod>", sitemap))
    assert dates["/papers/serial-widgets/"] == dates["/"] == dates["/topics/gadgets/"] == "2026-03-04"
    assert dates["/papers/gadgets-for-widgets-costs-5-and-more/"] == "2026-01-02"


def test_nothing_generated_appears_in_the_working_tree(toy: Path, build: Callable[..., Path]) -> None:
    git(toy, "init")
    git(toy, "add", ".")
    build()
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--ignored"], cwd=toy, capture_output=True, text=True, check=True
    )
    # What the build leaves for the next one is ignored, though this shelf has no line for it.
    assert [line for line in changed.stdout.splitlines() if not line.startswith("A  ")] == ["!! .cache/"]


@pytest.mark.parametrize(
    ("site_url", "directory_urls"), [("http://site.example/a/shelf/", "true"), ("http://site.example/", "false")]
)
def test_any_kind_of_address_works(toy: Path, build: Callable[..., Path], site_url: str, directory_urls: str) -> None:
    configure(toy, f"site_url: {site_url}\nuse_directory_urls: {directory_urls}")
    site = build()
    assert built.faults(site, site_url) == []
    place = "topics/widgets/index.html" if directory_urls == "true" else "topics/widgets.html"
    assert (site / place).is_file()


@pytest.mark.parametrize("command", ["build", "gh-deploy"])
def test_a_dirty_build_is_refused(toy: Path, run: Run, command: str) -> None:
    done = run("mkdocs", command, "--dirty", cwd=toy)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert "leave that option out" in done.stdout
    assert not (toy / "site").exists()


# Problems


def test_bad_data_stops_the_build_with_every_problem_and_no_traceback(toy: Path, run: Run) -> None:
    change(toy / "data/papers/s/serial-widgets.yml", "- serial\n", "- seriall\n")
    change(toy / "data/papers/g/gadgets-for-widgets-costs-5-and-more.yml", "topics:", "topisc:")
    done = run("mkdocs", "build", cwd=toy)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert 'data/papers/s/serial-widgets.yml:5:5: unknown tag "seriall"' in done.stdout
    assert 'Did you mean "serial"?' in done.stdout
    assert 'data/papers/g/gadgets-for-widgets-costs-5-and-more.yml:2:1: unknown key "topisc"' in done.stdout
    assert "2 problems found." in done.stdout
    assert not (toy / "site").exists()


@pytest.mark.parametrize(("before", "line"), [("", 9), ("---\ntitle: Home\nhide: [toc]\n---\n\n", 14)])
def test_an_unknown_placeholder_is_a_problem_with_its_place(toy: Path, run: Run, before: str, line: int) -> None:
    page = toy / "site_src/index.md"
    change(page, "<!-- papershelf: lists -->", "See <!-- papershelf: listz -->")
    page.write_text(before + page.read_text(encoding="utf-8"), encoding="utf-8")
    done = run("mkdocs", "build", cwd=toy)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert f'site_src/index.md:{line}:5: unknown placeholder "listz"; expected one of ' in done.stdout
    assert 'Did you mean "lists"?' in done.stdout


def test_a_shelf_without_data_says_so(toy: Path, run: Run) -> None:
    configure(toy, "plugins: [{papershelf: {data_dir: elsewhere}}]")
    done = run("mkdocs", "build", cwd=toy)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert 'there is no folder "elsewhere" here' in done.stdout


def test_our_own_mistake_shows_a_traceback(toy: Path, run: Run) -> None:
    (toy / "hook.py").write_text("def on_files(files, config):\n    config.plugins['papershelf']._pages = 1\n", "utf-8")
    configure(toy, "hooks: [hook.py]")
    done = run("mkdocs", "build", cwd=toy)
    assert done.returncode == 1
    assert "Traceback" in done.stdout


# What a shelf may change


def test_a_page_that_people_wrote_wins_over_a_generated_one(toy: Path, build: Callable[..., Path]) -> None:
    (toy / "site_src/lists").mkdir()
    (toy / "site_src/lists/index.md").write_text("# By hand\n\n<!-- papershelf: lists -->\n", encoding="utf-8")
    site = build()
    article = built.read(site / "lists/index.html").one("article")
    assert "By hand" in article.one("h1").text
    assert "Trending papers" in article.text
    assert built.faults(site) == []


def test_a_shelf_overrides_our_templates(toy: Path, build: Callable[..., Path]) -> None:
    (toy / "mine/assets").mkdir(parents=True)
    (toy / "mine/404.html").write_text("mine", encoding="utf-8")
    (toy / "mine/assets/papershelf.css").write_text("/* mine */", encoding="utf-8")
    change(toy / "mkdocs.yml", "  name: material\n", "  name: material\n  custom_dir: mine\n")
    site = build()
    assert (site / "404.html").read_text(encoding="utf-8") == "mine"
    assert (site / "assets/papershelf.css").read_text(encoding="utf-8") == "/* mine */"


def test_a_shelfs_own_blocks_and_partials_stand_in_the_frame(toy: Path, build: Callable[..., Path]) -> None:
    (toy / "mine/partials").mkdir(parents=True)
    (toy / "mine/main.html").write_text(
        '{% extends "base.html" %}{% block scripts %}{{ super() }}<script>mine</script>{% endblock %}'
        "{% block announce %}News{% endblock %}{% block styles %}{{ super() }}<style>mine</style>{% endblock %}",
        encoding="utf-8",
    )
    (toy / "mine/partials/copyright.html").write_text("<p>By me</p>", encoding="utf-8")
    (toy / "mine/partials/search.html").write_text("<p>My search</p>", encoding="utf-8")
    change(toy / "mkdocs.yml", "  name: material\n", "  name: material\n  custom_dir: mine\n")
    site = build()
    for path in ("index.html", "papers/serial-widgets/index.html"):
        page = built.read(site / path)
        assert [script.text for script in page.all("script")][-1] == "mine"
        assert "bundle" in page.all("script")[-3].attributes["src"]
        assert page.one("style").text == "mine"
        assert "News" in page.one("aside", class_="md-banner").text
        assert page.one("footer").text.strip() == "By me"
        assert not page.all("script", id="__config")
    assert "My search" in (site / "assets/frame.js").read_text(encoding="utf-8")


def test_a_base_of_a_shelfs_own_is_used_as_it_is(toy: Path, build: Callable[..., Path]) -> None:
    (toy / "mine").mkdir()
    (toy / "mine/base.html").write_text("{% block content %}{{ page.content }}{% endblock %}", encoding="utf-8")
    change(toy / "mkdocs.yml", "  name: material\n", "  name: material\n  custom_dir: mine\n")
    page = (build() / "papers/serial-widgets/index.html").read_text(encoding="utf-8")
    assert page.startswith("<h1")


def test_without_tabs_the_drawer_is_the_side_bar(toy: Path, build: Callable[..., Path]) -> None:
    page = built.read(build() / "papers/serial-widgets/index.html")
    assert page.all("div", class_="md-sidebar--primary")
    assert not page.all("nav", class_="md-tabs")


def test_other_plugins_take_part_in_our_pages(toy: Path, build: Callable[..., Path]) -> None:
    (toy / "hook.py").write_text(
        "def on_page_markdown(markdown, page, config, files):\n"
        "    return markdown + '\\n\\nHooked into ' + page.file.src_uri\n"
        "def on_post_page(output, page, config):\n"
        "    return output + '<!-- and out of it -->'\n",
        encoding="utf-8",
    )
    configure(toy, "hooks: [hook.py]")
    page = (build() / "papers/serial-widgets/index.html").read_text(encoding="utf-8")
    assert "Hooked into papers/serial-widgets.md" in page
    assert page.endswith("<!-- and out of it -->")


def test_styles_and_scripts_stand_once_and_before_the_shelfs_own(toy: Path, build: Callable[..., Path]) -> None:
    configure(toy, "extra_css: [mine.css]\nextra_javascript: [mine.js]")
    for name in ("mine.css", "mine.js"):
        (toy / "site_src" / name).write_text("", encoding="utf-8")
    page = built.read(build() / "index.html")
    styles = [Path(e.attributes["href"]).name for e in page.all("link", rel="stylesheet")]
    scripts = [Path(e.attributes["src"]).name for e in page.all("script") if "src" in e.attributes]
    assert [name for name in styles if name in ("papershelf.css", "mine.css")] == ["papershelf.css", "mine.css"]
    assert [name for name in scripts if name in ("papershelf.js", "mine.js")] == ["papershelf.js", "mine.js"]


def test_topics_stand_below_their_index_in_the_navigation(toy_site: Path) -> None:
    navigation = built.read(toy_site / "topics/widgets/index.html").all("nav")
    text = " ".join(part.text for part in navigation)
    assert "Widgets" in text
    assert "Gadgets & <Tools>" in text


# Repository and "edit" links


def git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


def edit_links(site: Path) -> dict[str, str]:
    """Where the "edit" button of each page leads."""
    found = {}
    for path in site.rglob("*.html"):
        for button in re.findall(r'<a [^>]*rel="edit"[^>]*>', path.read_text(encoding="utf-8")):
            found[path.relative_to(site).as_posix()] = built.parse(button).one("a").attributes["href"]
    return found


def test_edit_links_open_the_file_that_a_page_is_made_from(toy_site: Path) -> None:
    links = edit_links(toy_site)
    base = "https://code.example/toy/shelf/edit/main/"
    assert links["index.html"] == f"{base}site_src/index.md"
    assert links["papers/serial-widgets/index.html"] == f"{base}data/papers/s/serial-widgets.yml"
    assert links["topics/widgets/index.html"] == links["topics/index.html"] == f"{base}data/topics.yml"
    assert links["tags/serial/index.html"] == links["tags/index.html"] == f"{base}data/tags.yml"
    assert links["lists/toy-daily/index.html"] == links["lists/index.html"] == f"{base}data/lists.yml"
    assert "papers/index.html" not in links  # no file holds it


def test_every_edit_link_of_the_shipped_shelf_names_a_file(site: Path, root: Path) -> None:
    links = edit_links(site)
    assert len(links) > 300
    for link in links.values():
        _, _, path = link.partition("https://code.example/readers/shelf/edit/main/")
        assert (root / path).is_file(), link


def test_a_fork_names_its_own_repository_and_no_password(toy: Path, build: Callable[..., Path]) -> None:
    configure(toy, 'repo_url: ""')
    git(toy, "init")
    git(toy, "remote", "add", "origin", "https://fork:sesame@fork.example/somebody/shelf.git")
    site = build()
    assert edit_links(site)["index.html"] == "https://fork.example/somebody/shelf/edit/main/site_src/index.md"
    assert not [path for path, held in content(site).items() if b"sesame" in held or b"fork:" in held]


def test_without_a_repository_there_is_no_edit_link(toy: Path, build: Callable[..., Path]) -> None:
    configure(toy, 'repo_url: ""')
    assert edit_links(build()) == {}


# Text from data


class Scripts(HTMLParser):
    """What a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.found.append(data)


def test_a_title_is_text_wherever_it_stands(toy_site: Path) -> None:
    page = built.read(toy_site / PAPER)
    assert page.one("title").text.startswith(TITLE)
    assert page.one("h1").text.startswith(TITLE)
    assert TITLE in built.read(toy_site / "papers/index.html").one("article").text
    assert TITLE in built.read(toy_site / "lists/toy-trending/index.html").one("article").text
    for path, other in built.pages(toy_site).items():
        parser = Scripts()
        parser.feed((toy_site / path).read_text(encoding="utf-8"))
        assert not [script for script in parser.found if 'alert("x")' in script], path
        assert not [script for script in other.all("script") if "alert(" in script.text], path


def test_the_name_of_a_topic_is_text_wherever_it_stands(toy_site: Path) -> None:
    name = "Gadgets & <Tools>"
    page = built.read(toy_site / "topics/gadgets/index.html")
    assert page.one("title").text.startswith(name)
    assert page.one("h1").text.startswith(name)
    assert name in built.read(toy_site / "topics/index.html").one("article").text
    assert not [path for path, other in built.pages(toy_site).items() if other.all("tools")]


# Search


def test_search_holds_every_paper_of_the_shipped_shelf(site: Path, root: Path) -> None:
    papers = list((root / "data/papers").rglob("*.yml"))
    assert len(papers) > 300
    titles = json.loads((site / "assets/search/titles-0.json").read_text(encoding="utf-8"))["titles"]
    assert len(titles) == len(papers)


def test_search_knows_hand_written_pages(toy_site: Path) -> None:
    (page,) = json.loads((toy_site / "assets/search/pages.json").read_text(encoding="utf-8"))
    assert page["address"] == ""
    assert page["title"]


# Templates that were compiled before


def compiled(folder: Path) -> list[Path]:
    return list(folder.glob("_jinja2-cache-*/papershelf-*"))


def test_templates_are_compiled_once_for_all_builds_and_a_broken_file_counts_as_none(
    build: Callable[..., Path], tmp_path: Path
) -> None:
    first = content(build(TMPDIR=str(tmp_path)))
    made = compiled(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in made}
    assert made
    assert content(build(TMPDIR=str(tmp_path))) == first
    assert {path: path.stat().st_mtime_ns for path in compiled(tmp_path)} == before
    for path in made:
        path.write_bytes(path.read_bytes()[:60])
    assert content(build(TMPDIR=str(tmp_path))) == first


@pytest.mark.skipif(os.name == "nt", reason="there the folder is the user's own")
def test_a_folder_for_compiled_templates_that_is_somebody_elses_link_is_left_alone(
    build: Callable[..., Path], tmp_path: Path
) -> None:
    first = content(build())
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"_jinja2-cache-{os.getuid()}").symlink_to(elsewhere)
    assert content(build(TMPDIR=str(tmp_path))) == first
    assert not list(elsewhere.iterdir())
