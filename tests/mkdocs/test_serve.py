"""`mkdocs serve`: what is saved shows, bad data doesn't stop the site, and a rebuild equals a clean build."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import built
import pytest

DEADLINE = 30.0
"""Seconds until a test gives up; a rebuild of the toy takes about one."""

INTERRUPTIBLE = (
    "import runpy, signal, sys\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "sys.argv[0] = 'mkdocs'\n"
    "runpy.run_module('mkdocs', run_name='__main__', alter_sys=True)\n"
)
"""MkDocs, that hears SIGINT also where the tests run in the background, which has it ignored."""

LIVE_RELOAD = re.compile(rb"<script>[^<]*livereload\([^<]*</script>")
NOT_FOUND = b"not found"
SERIAL = "papers/serial-widgets/"
Run = Callable[..., subprocess.CompletedProcess[str]]


class Server:
    """`mkdocs serve` as a process of its own."""

    def __init__(self, shelf: Path, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.shelf = shelf
        self.base = f"http://127.0.0.1:{port}/"
        self.process = process
        self._log = log

    @property
    def output(self) -> str:
        """All that it has said."""
        return self._log.read_text(encoding="utf-8")

    def get(self, path: str) -> bytes:
        """A page as it is written, without the script that MkDocs puts in; NOT_FOUND where there is none.

        MkDocs answers nothing at all after a rebuild that failed, which is a TimeoutError here.
        """
        try:
            with urllib.request.urlopen(self.base + path, timeout=DEADLINE) as answer:
                return LIVE_RELOAD.sub(b"", answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return NOT_FOUND
            raise

    def article(self, path: str) -> str:
        """The text of a page."""
        articles = built.parse(self.get(path).decode()).all("article")
        return " ".join(articles[0].text.split()) if articles else ""

    def until(self, seen: Callable[[], bool]) -> float:
        """Wait until something is seen, and say how long it took."""
        start = time.monotonic()
        while not seen():
            assert time.monotonic() - start < DEADLINE, self.output
            assert self.process.poll() is None, self.output
            time.sleep(0.05)
        return time.monotonic() - start


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(shelf: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Serve a shelf until the test is done with it."""
    port, log = free_port(), shelf.parent / "serve.log"
    scratch = shelf.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    change(shelf / "mkdocs.yml", r"site_url: .*", f"site_url: http://127.0.0.1:{port}/")
    command = [sys.executable, "-c", INTERRUPTIBLE, "serve", "--dev-addr", f"127.0.0.1:{port}", *options]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", "TMPDIR": str(scratch), **(env or {})}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=shelf, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        server = Server(shelf, port, process, log)
        server.until(lambda: "Serving on" in server.output)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def change(path: Path, pattern: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, new, text, count=1)
    assert changed != text, f"{path} has no {pattern!r}"
    path.write_text(changed, encoding="utf-8")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def differences(server: Server, run: Run) -> list[str]:
    """The paths at which what is served isn't what a clean build makes of the same files."""
    clean = server.shelf.parent / "clean"
    shutil.rmtree(server.shelf / ".cache", ignore_errors=True)
    done = run("mkdocs", "build", "--site-dir", str(clean), cwd=server.shelf)
    assert done.returncode == 0, done.stdout
    shutil.rmtree(server.shelf / ".cache")
    return [path for path in sorted(files(clean)) if server.get(path) != (clean / path).read_bytes()]


def paper(shelf: Path, name: str) -> Path:
    return shelf / "data/papers" / name[0] / f"{name}.yml"


def test_every_saved_change_shows_and_the_site_equals_a_clean_build(toy: Path, run: Run) -> None:
    before = files(toy)
    with serving(toy) as server:
        assert differences(server, run) == []

        change(paper(toy, "serial-widgets"), r"- serial\n", "- counting\n")
        server.until(lambda: "Tags: Counting" in server.article(SERIAL))
        assert "Serial Widgets" in server.article("tags/counting/")
        assert "Serial Widgets" not in server.article("tags/serial/")
        assert differences(server, run) == []

        new = paper(toy, "a-new-widget")
        new.parent.mkdir()
        new.write_text('title: "A New Widget"\ntopics: [widgets]\n', encoding="utf-8")
        server.until(lambda: "A New Widget" in server.article("topics/widgets/"))
        assert "A New Widget" in server.article("papers/a-new-widget/")

        change(toy / "data/topics.yml", "name: Widgets", "name: Whatnots")
        server.until(lambda: "Topics: Whatnots" in server.article(SERIAL))
        assert b"Whatnots" in server.get("tags/serial/")
        assert differences(server, run) == []

        new.unlink()
        server.until(lambda: server.get("papers/a-new-widget/") == NOT_FOUND)
        assert "A New Widget" not in server.article("papers/")

        change(toy / "site_src/index.md", "nobody wrote", "somebody wrote")
        server.until(lambda: "4 papers that somebody wrote" in server.article(""))

        change(toy / "mkdocs.yml", "site_name: .*", "site_name: Another Name")
        server.until(lambda: b"Another Name" in server.get(SERIAL))
        assert differences(server, run) == []
        assert "Traceback" not in server.output
    assert files(toy) == before


@pytest.mark.parametrize("option", ["--livereload", "--strict", "--clean"])
def test_bad_data_is_said_and_the_last_good_site_stays(toy: Path, option: str) -> None:
    with serving(toy, option) as server:
        for number in (1, 2) if option == "--livereload" else (1,):
            change(paper(toy, "serial-widgets"), r"- serial\n", "- seriall\n")
            server.until(lambda count=number: server.output.count("1 problem found.") == count)  # type: ignore[misc]
            problem = 'data/papers/s/serial-widgets.yml:5:5: unknown tag "seriall"'
            assert server.output.count(problem) == number
            assert "Tags: Serial" in server.article(SERIAL)
            assert server.get("papers/nowhere/") == NOT_FOUND

            change(
                paper(toy, "serial-widgets"),
                r"- seriall\n",
                "- serial\n  - parallel\n" if number == 1 else "- serial\n",
            )
            server.until(lambda: "Tags: Serial, Parallel" in server.article(SERIAL))
        assert "Traceback" not in server.output


def test_a_bad_placeholder_is_said_and_the_site_stays(toy: Path) -> None:
    with serving(toy) as server:
        change(toy / "site_src/index.md", "papershelf: papers", "papershelf: paperz")
        server.until(lambda: "1 problem found." in server.output)
        assert 'site_src/index.md:3:10: unknown placeholder "paperz"' in server.output
        assert "A toy shelf" in server.article("")
        change(toy / "site_src/index.md", "papershelf: paperz", "papershelf: papers")
        server.until(lambda: "It holds 4 papers" in server.article(""))
        assert "Traceback" not in server.output
        assert "Content-Security-Policy" not in server.output  # which is for where a site is published


def test_saves_as_editors_make_them_are_survived(toy: Path) -> None:
    path = paper(toy, "serial-widgets")
    with serving(toy) as server:
        # A temporary file beside it, then a rename.
        text = path.read_text(encoding="utf-8")
        temporary = path.with_name(f".{path.name}.swp")
        temporary.write_text(text.replace("one by one", "two by two"), encoding="utf-8")
        shutil.copy(path, path.with_name(f"{path.name}~"))
        temporary.replace(path)
        server.until(lambda: "two by two" in server.article(SERIAL))
        assert "problem" not in server.output

        # Emptied, seen so, then written in two parts.
        with path.open("w", encoding="utf-8") as file:
            server.until(lambda: "problem found." in server.output)
            assert "two by two" in server.article(SERIAL)
            half = text.replace("one by one", "three by three")
            file.write(half[:60])
            file.flush()
            file.write(half[60:])
        server.until(lambda: "three by three" in server.article(SERIAL))

        # Gone for a moment.
        path.rename(path.with_suffix(".bak"))
        server.until(lambda: "serial-widgets.bak" in server.output)
        assert "three by three" in server.article(SERIAL)
        path.with_suffix(".bak").rename(path)
        change(path, "three by three", "four by four")
        server.until(lambda: "four by four" in server.article(SERIAL))
        assert "Traceback" not in server.output


def test_what_is_saved_during_the_first_build_shows(toy: Path) -> None:
    code = """
        import pathlib, threading
        def on_post_build(config):
            paper = pathlib.Path("data/papers/s/serial-widgets.yml")
            text = paper.read_text(encoding="utf-8")
            if "- serial\\n" in text:
                # Beside other threads no process is forked, and the first build takes as long as it takes alone.
                print("Threads:", threading.active_count(), flush=True)
                paper.write_text(text.replace("- serial\\n", "- counting\\n"), encoding="utf-8")
    """
    (toy / "hook.py").write_text(textwrap.dedent(code), encoding="utf-8")
    change(toy / "mkdocs.yml", "plugins:", "hooks: [hook.py]\nplugins:")
    with serving(toy) as server:
        server.until(lambda: "Tags: Counting" in server.article(SERIAL))
        assert "Threads: 1\n" in server.output


def test_who_only_ever_serves_a_shelf_waits_for_everything_once(toy: Path, run: Run) -> None:
    left = toy / ".cache" / "papershelf" / "build"
    with serving(toy):
        first = left.stat().st_mtime_ns
    with serving(toy) as server:
        change(paper(toy, "serial-widgets"), r"- serial\n", "- counting\n")
        server.until(lambda: "Tags: Counting" in server.article(SERIAL))
        assert left.stat().st_mtime_ns == first  # else a build that comes after would find nothing of its own site
        assert differences(server, run) == []


def test_where_the_system_tells_nothing_mkdocs_looks_itself(toy: Path) -> None:
    code = """
        from papershelf.mkdocs_plugin import watching
        class Full(watching.Observer):
            def start(self):
                raise OSError(28, "no space left for watching")
        watching.Observer = Full
    """
    (toy / "hook.py").write_text(textwrap.dedent(code), encoding="utf-8")
    change(toy / "mkdocs.yml", "plugins:", "hooks: [hook.py]\nplugins:")
    with serving(toy) as server:
        assert "the system doesn't tell of them: [Errno 28] no space left for watching" in server.output
        time.sleep(1)  # MkDocs has to have looked once
        change(paper(toy, "serial-widgets"), r"- serial\n", "- counting\n")
        server.until(lambda: "Tags: Counting" in server.article(SERIAL))
    assert "Traceback" not in server.output


def test_bad_data_at_the_start_is_said_and_nothing_is_served(toy: Path, run: Run) -> None:
    change(paper(toy, "serial-widgets"), r"- serial\n", "- seriall\n")
    done = run("mkdocs", "serve", "--dev-addr", f"127.0.0.1:{free_port()}", cwd=toy)
    assert done.returncode == 1
    assert 'data/papers/s/serial-widgets.yml:5:5: unknown tag "seriall"' in done.stdout
    assert "Serving on" not in done.stdout
    assert "Traceback" not in done.stdout


def test_a_dirty_server_is_refused(toy: Path, run: Run) -> None:
    # MkDocs has made its temporary folder by then, and leaves it.
    scratch = {"TMPDIR": str(toy.parent)}
    done = run("mkdocs", "serve", "--dirty", "--dev-addr", f"127.0.0.1:{free_port()}", cwd=toy, env=scratch)
    assert done.returncode == 1
    assert "leave that option out" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_change_of_our_templates_shows_and_a_broken_one_is_our_bug(toy: Path, root: Path) -> None:
    package = shutil.copytree(root / "generator" / "papershelf", toy.parent / "library" / "papershelf")
    themes = shutil.copytree(root / "themes", package / "themes")
    numbers = themes / "pages" / "numbers.md.jinja"
    good = numbers.read_text(encoding="utf-8")
    with serving(toy, env={"PYTHONPATH": str(package.parent)}) as server:
        numbers.write_text(f"{good} And more.", encoding="utf-8")
        server.until(lambda: "And more." in server.article(""))

        styles = themes / "material" / "assets" / "papershelf.css"
        styles.write_text("/* changed */", encoding="utf-8")
        server.until(lambda: server.get("assets/papershelf.css") == b"/* changed */")

        own = themes / "material" / "main.html"
        own.write_text('{% extends "base.html" %}{% block footer %}<p>Changed</p>{% endblock %}', encoding="utf-8")
        server.until(lambda: b"<p>Changed</p>" in server.get(SERIAL))

        numbers.write_text("{% if %}", encoding="utf-8")
        server.until(lambda: "TemplateSyntaxError" in server.output)
        assert "Traceback" in server.output
        numbers.write_text(f"{good} Mended.", encoding="utf-8")
        server.until(lambda: "Mended." in server.article(""))


@pytest.mark.parametrize("foreign", ["hook", "override", "extension"])
def test_whoever_else_takes_part_in_a_page_is_asked_again(toy: Path, foreign: str) -> None:
    """What an earlier build made is left aside where it may depend on more than the page."""
    config, word = toy / "mkdocs.yml", toy / "site_src" / "word.txt"
    word.write_text("quokka", encoding="utf-8")
    if foreign == "hook":
        code = (
            "def on_page_context(context, page, config, nav):\n    page.content += open('site_src/word.txt').read()\n"
        )
        (toy / "hook.py").write_text(code, encoding="utf-8")
        change(config, "plugins:", "hooks: [hook.py]\nplugins:")
    elif foreign == "extension":
        change(config, "  - attr_list", "  - pymdownx.snippets: {auto_append: [site_src/word.txt]}\n  - attr_list")
    else:
        word = toy / "mine" / "main.html"
        word.parent.mkdir()
        word.write_text('{% extends "base.html" %}{% block footer %}quokka{% endblock %}', encoding="utf-8")
        change(config, "  name: material\n", "  name: material\n  custom_dir: mine\n")
        change(config, "plugins:", "watch: [mine]\nplugins:")
    with serving(toy) as server:
        assert b"quokka" in server.get(SERIAL)
        change(word, "quokka", "wombat")
        server.until(lambda: b"wombat" in server.get(SERIAL))
