"""`papershelf write`: the same pages in a folder, which builds without our plugin and is replaced as a whole."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import built
import pytest

from papershelf.mkdocs_plugin.shells import squeezed

Run = Callable[..., subprocess.CompletedProcess[str]]


def write(run: Run, shelf: Path, target: str, **options: object) -> str:
    """Write the folder, and hand back what was said."""
    done = run("papershelf", "write", target, cwd=shelf, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def refused(run: Run, shelf: Path, target: str) -> str:
    """Be refused with one clean line, nothing having changed."""
    before = content(shelf)
    done = run("papershelf", "write", target, cwd=shelf)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout
    assert content(shelf) == before
    return done.stdout


def build(run: Run, folder: Path, site: Path, **env: str) -> Path:
    done = run("mkdocs", "build", "--strict", "--site-dir", str(site), cwd=folder, env=env)
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout
    return site


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def articles(site: Path) -> dict[str, str]:
    """The article of every page, without the button that opens its file and the links to the repository's forms.

    They must differ: the plugin's button opens the file in data/ that a page is made from, and in the folder no page
    has one, because its Markdown is in no repository. What a script of the plugin's makes stands in the folder's pages.
    """
    own = r'<a [^>]*rel="edit"[^>]*>.*?</a>|<p class="papershelf-(?:forms|mend)">.*?</p>'
    found = {}
    for path in sorted(site.rglob("*.html")):
        text = re.sub(own, "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        parts = re.findall(r"<article .*?</article>", text, flags=re.DOTALL)
        article = re.sub(r"\s+", " ", squeezed("".join(parts)))
        # Around blocks no white space shows, and ours has none.
        article = re.sub(r" (?=</?(?:article|div|h[1-6]|li|p|pre|ul)\b)", "", article)
        found[path.relative_to(site).as_posix()] = article
    return found


def change(path: Path, pattern: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, new, text, count=1)
    assert changed != text, f"{path} has no {pattern!r}"
    path.write_text(changed, encoding="utf-8")


@pytest.fixture(scope="module")
def shipped(root: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shelf that ships, and in its `site` what MkDocs makes of it without our plugin."""
    folder = tmp_path_factory.mktemp("exit") / "folder"
    write(run, root, str(folder))
    build(run, folder, folder / "site", PAPERSHELF_REPO_URL="https://code.example/readers/shelf")
    return folder


def test_the_folder_of_the_shipped_shelf_builds_to_the_same_articles_without_our_plugin(
    shipped: Path, site: Path
) -> None:
    assert "- papershelf" not in (shipped / "mkdocs.yml").read_text(encoding="utf-8")
    expected, found = articles(site), articles(shipped / "site")
    assert len(expected) > 400
    assert found.keys() == expected.keys()
    assert [path for path in expected if found[path] != expected[path]] == []


def test_every_link_of_the_shipped_folder_is_alive(shipped: Path) -> None:
    assert built.faults(shipped / "site") == []


def test_the_folder_holds_what_a_renderer_needs(toy: Path, run: Run) -> None:
    (toy / "site_src/images").mkdir()
    (toy / "site_src/images/widget.svg").write_text("<svg/>", encoding="utf-8")
    (toy / "site_src/.draft").mkdir()
    (toy / "site_src/.draft/hidden.md").write_text("hidden", encoding="utf-8")
    said = write(run, toy, "../out")
    out = toy.parent / "out"
    found = content(out)
    assert {"mkdocs.yml", ".papershelf", "docs/assets/papershelf.css", "docs/assets/papershelf.js"} <= found.keys()
    assert found["docs/images/widget.svg"] == b"<svg/>"
    assert "# Serial Widgets" in found["docs/papers/serial-widgets.md"].decode()
    assert "It holds 4 papers" in found["docs/index.md"].decode()
    assert not [path for path in found if "hidden" in path or ".draft" in path]
    assert f"{sum(path.endswith('.md') for path in found)} pages written" in said
    assert "<!-- papershelf:" not in "".join(text.decode() for path, text in found.items() if path.endswith(".md"))


def test_writing_twice_gives_the_same_bytes(toy: Path, run: Run) -> None:
    write(run, toy, "../out")
    first = content(toy.parent / "out")
    write(run, toy, "../out")
    assert content(toy.parent / "out") == first


def test_the_configuration_keeps_what_it_has(toy: Path, run: Run) -> None:
    (toy / "mine").mkdir()
    (toy / "mine/404.html").write_text("mine", encoding="utf-8")
    (toy / "hook.py").write_text(
        "def on_post_page(output, page, config):\n    return output + '<!--hook-->'\n", "utf-8"
    )
    (toy / "base.yml").write_text("copyright: From a base\ntheme: {name: material, custom_dir: mine}\n", "utf-8")
    config = toy / "mkdocs.yml"
    change(config, "site_name: .*", 'site_name: !ENV [SHELF_NAME, "A Toy Shelf"]\nINHERIT: base.yml\nwatch: [data]')
    change(config, "docs_dir: .*", 'docs_dir: !ENV [SHELF_PAGES, "site_src"]\nhooks: [hook.py]')
    change(config, r"  - papershelf\n", "  search: {lang: en}\n  papershelf: {data_dir: data}\n")
    write(run, toy, "../out")
    out = toy.parent / "out"
    assert '!ENV [SHELF_NAME, "A Toy Shelf"]' in (out / "mkdocs.yml").read_text(encoding="utf-8")
    assert "lang: en" in (out / "mkdocs.yml").read_text(encoding="utf-8")
    (toy / "hook.py").unlink()
    site = build(run, out, toy.parent / "site", SHELF_NAME="A Name from Outside")
    page = (site / "papers/serial-widgets/index.html").read_text(encoding="utf-8")
    assert "A Name from Outside" in page
    assert "From a base" in page
    assert page.endswith("<!--hook-->")
    assert (site / "404.html").read_text(encoding="utf-8") == "mine"
    assert (site / "search/search_index.json").is_file()


def test_a_theme_that_is_only_named_gets_our_style(toy: Path, run: Run) -> None:
    change(toy / "mkdocs.yml", r"theme:\n(?:  .*\n)+", "theme: material\n")
    write(run, toy, "../out")
    site = build(run, toy.parent / "out", toy.parent / "site")
    assert b"assets/papershelf.css" in (site / "index.html").read_bytes()
    assert built.faults(site) == []


def test_a_page_that_people_wrote_wins(toy: Path, run: Run) -> None:
    (toy / "site_src/lists").mkdir()
    (toy / "site_src/lists/index.md").write_text("# By hand\n", encoding="utf-8")
    write(run, toy, "../out")
    assert (toy.parent / "out/docs/lists/index.md").read_text(encoding="utf-8") == "# By hand\n"


# Where it may be


@pytest.mark.parametrize("target", ["../out/", "out", "../new/parent/out"])
def test_any_place_that_is_free_will_do(toy: Path, run: Run, target: str) -> None:
    write(run, toy, target)
    assert (toy / target / "docs/index.md").is_file()
    assert sorted(path.name for path in (toy / target).parent.iterdir() if "papershelf" in path.name) == []


def test_the_folder_one_stands_in_will_do(toy: Path, run: Run) -> None:
    (toy.parent / "out").mkdir()
    done = run(
        "papershelf", "--data", "../toy/data", "write", ".", "--config", "../toy/mkdocs.yml", cwd=toy.parent / "out"
    )
    assert done.returncode == 0, done.stdout
    assert (toy.parent / "out/docs/index.md").is_file()


def test_a_link_to_a_folder_stays_a_link(toy: Path, run: Run) -> None:
    (toy.parent / "real").mkdir()
    (toy.parent / "out").symlink_to("real")
    write(run, toy, "../out")
    assert (toy.parent / "out").is_symlink()
    assert (toy.parent / "real/docs/index.md").is_file()


def test_an_earlier_folder_is_replaced_as_a_whole(toy: Path, run: Run) -> None:
    write(run, toy, "../out")
    out = toy.parent / "out"
    (out / "docs/papers/stale.md").write_text("stale", encoding="utf-8")
    write(run, toy, "../out")
    assert not (out / "docs/papers/stale.md").exists()


@pytest.mark.parametrize("target", ["other", "other/file.txt", "."])
def test_what_is_not_ours_is_refused(toy: Path, run: Run, target: str) -> None:
    (toy / "other").mkdir()
    (toy / "other/file.txt").write_text("mine", encoding="utf-8")
    assert "there is something else here" in refused(run, toy, target)


@pytest.mark.parametrize("target", ["site_src", "site_src/out", "data", "data/papers/out", "site_src/../data/out"])
def test_a_place_among_the_shelfs_own_files_is_refused(toy: Path, run: Run, target: str) -> None:
    assert "among the shelf's own files" in refused(run, toy, target)


# What may go wrong


@pytest.mark.parametrize(
    ("file", "pattern", "new", "said"),
    [
        ("site_src/index.md", "papershelf: lists", "papershelf: listz", 'site_src/index.md:9:1: unknown placeholder'),
        ("data/papers/s/serial-widgets.yml", "- serial\n", "- seriall\n", 'unknown tag "seriall"'),
        ("mkdocs.yml", "plugins:", "plugins: [", "mkdocs.yml:"),
        ("mkdocs.yml", r"(?s).*", "just words", "mkdocs.yml:1:1: isn't a configuration"),
        ("mkdocs.yml", "plugins:", "INHERIT: nowhere.yml\nplugins:", "nowhere.yml:1:1: "),
        ("mkdocs.yml", "plugins:", "hooks: [../hook.py]\nplugins:", "lies elsewhere"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_and_changes_nothing(
    toy: Path, run: Run, file: str, pattern: str, new: str, said: str
) -> None:
    write(run, toy, "out")
    change(toy / file, pattern, new)
    assert said in refused(run, toy, "out")


def test_the_old_folder_stays_whole_when_writing_is_killed(root: Path, toy: Path, run: Run) -> None:
    """The shipped shelf, because writing it takes long enough to be killed in the middle."""
    write(run, toy, "../out")
    out = toy.parent / "out"
    old = content(out)
    command = [sys.executable, "-m", "papershelf", "write", str(out)]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, start_new_session=True)
    fresh = toy.parent / ".out.papershelf-new" / "docs"
    start = time.monotonic()
    while not (fresh.exists() and any(fresh.iterdir())):
        assert process.poll() is None
        assert time.monotonic() - start < 30
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert content(out) == old
    write(run, toy, "../out")
    assert content(out) == old
    assert {path.name for path in toy.parent.iterdir() if "papershelf" in path.name} == set()


def test_a_folder_that_was_put_aside_when_writing_was_killed_is_found_again(toy: Path, run: Run) -> None:
    write(run, toy, "../out")
    out, aside = toy.parent / "out", toy.parent / ".out.papershelf-old"
    old = content(out)
    out.rename(aside)
    change(toy / "site_src/index.md", "papershelf: lists", "papershelf: listz")
    refused(run, toy, "../out")
    assert content(out) == old
    assert not aside.exists()
