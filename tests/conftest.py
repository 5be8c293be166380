"""What the tests share: the shelf built once, a server on loopback, a browser, and a toy shelf to break."""

from __future__ import annotations

import functools
import http.server
import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, AnyStr

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from browser import launch_options
from installing import build_wheel, install
from papershelf.checks import checked
from papershelf.load import Data

if TYPE_CHECKING:
    from _typeshed import SupportsRead, SupportsWrite

ROOT = Path(__file__).parent.parent
REPOSITORY = "https://code.example/readers/shelf"
ZERO = "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models"


LONGEST = (
    "test_the_scripts_do_in_a_clean_clone_what_they_are_for",
    "test_after_any_change_a_rebuild_equals_a_clean_build",
    "test_after_any_commands_every_address_leads_on_and_nothing_else_was_touched",
    "test_pages_made_by_several_processes_are_the_same",
    "test_a_command_killed_at_any_moment",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no processor waits for it at the end."""
    items.sort(key=lambda item: item.name not in LONGEST)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A small shelf of its own that a test may break."""
    return copy_toy(tmp_path / "toy")


def copy_toy(to: Path) -> Path:
    """The small shelf in another folder, without what a test that builds it where it is leaves there."""
    return shutil.copytree(ROOT / "tests" / "toy", to, ignore=shutil.ignore_patterns(".cache"))


Run = Callable[..., subprocess.CompletedProcess[str]]


def run_module(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of our or MkDocs' commands as a person would, output and errors in one text."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def run() -> Run:
    """Run `python -m …` in a folder."""
    return run_module


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shelf that ships, built strictly, as if published from a repository."""
    target = tmp_path_factory.mktemp("built") / "site"
    done = run_module(
        "mkdocs", "build", "--strict", "--site-dir", str(target), cwd=ROOT, env={"PAPERSHELF_REPO_URL": REPOSITORY}
    )
    assert done.returncode == 0, done.stdout
    (target.parent / "log.txt").write_text(done.stdout, encoding="utf-8")
    return target


@pytest.fixture(scope="session")
def policy(site: Path) -> str:
    """The Content-Security-Policy that the build of that shelf says."""
    return policy_in((site.parent / "log.txt").read_text(encoding="utf-8"))


def policy_in(log: str) -> str:
    """The one line of a build's log that says the policy."""
    (found,) = re.findall(r"^INFO +-  papershelf: Content-Security-Policy: (.*)$", log, re.MULTILINE)
    return str(found)


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources."""
    return build_wheel(root, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that the wheel is installed in."""
    return install(wheel, tmp_path_factory.mktemp("environment") / "new")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    policy = ""

    def end_headers(self) -> None:
        """End the headers with the policy that the site is served under, if any."""
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer as GitHub Pages does: with the site's own page for what isn't found."""
        page = Path(self.directory) / "404.html"
        body = page.read_bytes() if page.exists() else b""
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Slow(_Quiet):
    """Sends a page as a slow line does: a piece, a pause, the next one; a browser shows each at once."""

    def copyfile(self, source: SupportsRead[AnyStr], outputfile: SupportsWrite[AnyStr]) -> None:
        """Send a file."""
        data = source.read()
        begin = data.find(b"<article") if isinstance(data, bytes) else -1
        if begin < 0:
            outputfile.write(data)
            return
        cuts = [*range(0, min(begin + 10_000, len(data)), 400), len(data)]
        for start, end in itertools.pairwise(cuts):
            outputfile.write(data[start:end])
            time.sleep(0.03)


@contextmanager
def serve_folder(folder: Path, *, slow: bool = False, policy: str = "") -> Iterator[str]:
    """Serve a folder on loopback for as long as the test needs it, under a Content-Security-Policy if one is given."""
    kind = type("Handler", (_Slow if slow else _Quiet,), {"policy": policy})
    handler = functools.partial(kind, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the built shelf is served."""
    with serve_folder(site) as base:
        yield base


@pytest.fixture(scope="session")
def slow_address(site: Path) -> Iterator[str]:
    """Where the built shelf is served as over a slow line."""
    with serve_folder(site, slow=True) as base:
        yield base


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def places(browser: Browser, address: str, root: Path) -> dict[str, str]:
    """The address of a page of each kind."""
    page = browser.new_page()
    papers = checked(Data(root / "data")).papers
    unlinked = next((paper for paper in papers if paper.url is None), papers[-1])
    # What is true of a few entries is true of many; axe takes a second for each dozen.
    fewest, _ = min(Counter(name for paper in papers for name in paper.topics).items(), key=lambda pair: pair[::-1])

    def target(path: str, selector: str) -> str:
        page.goto(address + path)
        return str(page.locator(selector).first.evaluate("link => link.href"))

    found = {
        "home": address,
        "topics": f"{address}topics/",
        "topic": f"{address}topics/{fewest}/",
        "tags": f"{address}tags/",
        "tag": target("tags/", "article li a:text-is('Pipeline parallelism')"),
        "lists": f"{address}lists/",
        "list": target("lists/", "article li a:text-is('Daily Papers')"),
        "papers": f"{address}papers/",
        "map": f"{address}map/",
        "paper": target("papers/", f"article li a:text-is('{ZERO}')"),
        "paper without address": f"{address}papers/{unlinked.id}/",
        "new": f"{address}new/",
        "duplicates": f"{address}duplicates/",
        "contribute": f"{address}contribute/",
        "about": f"{address}about/",
        "find": f"{address}find/?q=parallel&not-tag=survey",
        "mine": f"{address}mine/",
        "not found": f"{address}papers/no-such-paper/",
    }
    found["second page"] = f"{found['list']}2/"
    page.close()
    return found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own: light, on a desk."""
    context = browser.new_context(viewport={"width": 1300, "height": 900}, color_scheme="light")
    yield context.new_page()
    context.close()
