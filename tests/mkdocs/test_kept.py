"""What one build leaves for the next never shows: after any change, a rebuild equals a clean build, byte for byte.

While the site is served, the plugin remembers; between two runs of `mkdocs build`, a file does.

`PAPERSHELF_STEPS` says how many random changes are made; `make audit` makes a thousand.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort

from papershelf.cache import FOLDER
from papershelf.mkdocs_plugin.kept import Kept, Written
from papershelf.mkdocs_plugin.plugin import PapershelfPlugin
from papershelf.mkdocs_plugin.shells import Kind
from papershelf.mkdocs_plugin.store import FILE as TEXTS
from papershelf.page import Page, Plan
from papershelf.quickmark import Converted
from papershelf.site import Piece

STEPS = int(os.environ.get("PAPERSHELF_STEPS", "30"))
ADDRESS = "http://127.0.0.1:8000/"


class Shelf:
    """The toy shelf with more papers, edited at random and built again by one plugin, as when it is served."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.made = 0
        for _ in range(25):
            self.add()
        self.plugin = self.configuration("served").plugins["papershelf"]
        assert isinstance(self.plugin, PapershelfPlugin)
        self.plugin.__init__()  # type: ignore[misc]

    def configuration(self, into: str) -> MkDocsConfig:
        config = load_config(str(self.folder / "mkdocs.yml"), site_dir=str(self.folder.parent / into))
        config.site_url = ADDRESS
        return config

    def rebuild(self) -> dict[str, bytes]:
        """Build once more on top of the last build."""
        build(self.configuration("served"))
        return contents(self.folder.parent / "served")

    def again(self) -> dict[str, bytes]:
        """Run `mkdocs build` once more, with what the last run left."""
        self.run("again")
        return contents(self.folder.parent / "again")

    def clean(self) -> dict[str, bytes]:
        """Build as if for the first time."""
        shutil.rmtree(self.folder.parent / "clean", ignore_errors=True)
        left, aside = self.folder / FOLDER, self.folder.parent / "left"
        left.rename(aside)
        self.run("clean")
        shutil.rmtree(left)
        aside.rename(left)
        return contents(self.folder.parent / "clean")

    def run(self, into: str) -> None:
        """Build as `mkdocs build` does, in a process of its own."""
        child = multiprocessing.get_context("fork").Process(target=self._build_anew, args=(into,))
        child.start()
        child.join()
        assert child.exitcode == 0

    def _build_anew(self, into: str) -> None:
        config = self.configuration(into)
        config.plugins["papershelf"].__init__()  # type: ignore[misc]
        config.plugins.on_startup(command="build", dirty=False)
        build(config)

    # Changes

    def papers(self) -> list[Path]:
        return sorted((self.folder / "data" / "papers").rglob("*.yml"))

    def any_paper(self) -> Path:
        return self.chance.choice(self.papers())

    def words(self, count: int) -> str:
        return " ".join(
            self.chance.choices(["a", "new", "*widget*", "of", "$x_1$", "serial", "kind", "Ä", "under"], k=count)
        )

    def ids(self, table: str) -> list[str]:
        return re.findall(r"^- id: (\S+)", (self.folder / "data" / table).read_text(encoding="utf-8"), re.MULTILINE)

    def add(self) -> None:
        self.made += 1
        path = self.folder / "data" / "papers" / "m" / f"made-{self.made}.yml"
        path.parent.mkdir(exist_ok=True)
        tags = ", ".join(self.chance.sample(self.ids("tags.yml"), k=2))
        topic = self.chance.choice(self.ids("topics.yml"))
        path.write_text(
            f"title: '{self.words(5)} {self.made}'\ntopics: [{topic}]\ntags: [{tags}]\nsummary: '{self.words(8)}'\n"
            f"year: {2000 + self.made % 20}\nabstract: '{self.words(30)} {self.made}.'\n",
            encoding="utf-8",
        )

    def remove(self) -> None:
        made = [path for path in self.papers() if path.name.startswith("made-")]
        if len(made) > 5:
            self.chance.choice(made).unlink()

    def rename(self) -> None:
        path = self.chance.choice([path for path in self.papers() if path.name.startswith("made-")])
        self.made += 1
        text = re.sub(r"(?m)^aliases: .*\n", "", path.read_text(encoding="utf-8"))
        path.write_text(f"{text}aliases: [{path.stem}]\n", encoding="utf-8")
        path.rename(path.with_name(f"made-{self.made}.yml"))

    def edit(self) -> None:
        self.change(
            self.any_paper(), r"(?m)^(title|summary|abstract): .*(?:\n  .*)*$", rf"\1: '{self.words(7)} {self.made}'"
        )

    def retag(self) -> None:
        tags = ", ".join(self.chance.sample(self.ids("tags.yml"), k=self.chance.randint(1, 3)))
        self.change(self.any_paper(), r"(?m)^tags:.*(?:\n(?:  |- ).*)*$", f"tags: [{tags}]")

    def move(self) -> None:
        topics = ", ".join(self.chance.sample(self.ids("topics.yml"), k=self.chance.randint(1, 2)))
        self.change(self.any_paper(), r"(?m)^topics:.*(?:\n(?:  |- ).*)*$", f"topics: [{topics}]")

    def describe(self) -> None:
        table = self.chance.choice(["topics.yml", "tags.yml"])
        word = self.chance.choice(["name", "description"])
        self.change(
            self.folder / "data" / table, rf"(?m)^  {word}: .*$", f"  {word}: Called {self.words(2)} {self.made}"
        )

    def write(self) -> None:
        self.change(self.folder / "site_src" / "index.md", r"\Z", f"\n\n{self.words(4)}\n")

    def configure(self) -> None:
        new = self.chance.choice(
            [
                "site_name: Name {}",
                "site_name: Other {}\nuse_directory_urls: false",
                "site_name: Third {}\ncopyright: A & B",
            ]
        )
        path = self.folder / "mkdocs.yml"
        text = re.sub(r"(?m)^(use_directory_urls|copyright): .*\n", "", path.read_text(encoding="utf-8"))
        path.write_text(re.sub(r"(?m)^site_name: .*$", new.format(self.made), text), encoding="utf-8")

    def override(self) -> None:
        """A page that somebody writes in the place of one of ours, or takes away again."""
        path = self.folder / "site_src" / "tags" / "serial.md"
        path.parent.mkdir(exist_ok=True)
        if path.exists():
            path.unlink()
        else:
            path.write_text(f"# Mine\n\n{self.words(3)}\n", encoding="utf-8")

    def spoil_site(self) -> None:
        """What somebody does to a site's folder by hand."""
        for site in ("served", "again"):
            page = self.chance.choice(sorted((self.folder.parent / site).rglob("*.html")))
            if self.chance.random() < 0.5:
                page.unlink()
            else:
                page.write_text("spoiled", encoding="utf-8")
            (page.parent / "stray.html").write_text("stray", encoding="utf-8")

    def nothing(self) -> None:
        pass

    def change(self, path: Path, pattern: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        found = list(re.finditer(pattern, text))
        if found:
            match = self.chance.choice(found)
            path.write_text(text[: match.start()] + match.expand(new) + text[match.end() :], encoding="utf-8")

    def step(self) -> str:
        """Make a change at random, and say which."""
        often = [self.edit, self.retag, self.move, self.add, self.remove, self.rename]
        seldom = [self.describe, self.write, self.configure, self.override, self.spoil_site, self.nothing]
        change: Callable[[], None] = self.chance.choice(often * 2 + seldom)
        change()
        return change.__name__


def contents(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def differing(shelf: Shelf, *, again: bool = True) -> list[str]:
    """What differs from a clean build in the site that is served, and in that of another run."""
    built = {"served": shelf.rebuild()} | ({"again": shelf.again()} if again else {})
    clean = shelf.clean()
    assert len(clean) > 80
    return sorted(
        f"{site}: {path}"
        for site, found in built.items()
        for path in found.keys() | clean.keys()
        if found.get(path) != clean.get(path)
    )


@pytest.fixture
def shelf(toy: Path) -> Iterator[Shelf]:
    made = Shelf(toy, seed=7)
    yield made
    made.plugin.__init__()  # type: ignore[misc]


def test_after_any_change_a_rebuild_equals_a_clean_build(shelf: Shelf) -> None:
    assert differing(shelf) == []
    for number in range(STEPS):
        what = shelf.step()
        # Another run finds several changes at once, as it does after somebody pulled.
        assert differing(shelf, again=number % 3 == 2) == [], f"step {number}: {what}"


@pytest.mark.parametrize("site", ["served", "again"])
def test_a_page_is_kept_where_nothing_of_it_changed(shelf: Shelf, site: str) -> None:
    build_it = shelf.rebuild if site == "served" else shelf.again
    build_it()
    before = {path: path.stat().st_mtime_ns for path in (shelf.folder.parent / site).glob("papers/*/index.html")}
    # Not its title: that is what other papers are related by.
    shelf.change(
        shelf.folder / "data" / "papers" / "s" / "serial-widgets.yml", "The first account", "The renewed account"
    )
    build_it()
    renewed = {path.parent.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert renewed == {"serial-widgets", "widgets-in-parallel"}  # a redirect is always written


@pytest.mark.parametrize("cut", ["parts", "shell", "stamp", "shared", "content", "piece"])
def test_without_any_one_of_its_conditions_old_pages_would_show(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    """The proof above can fail: each condition for keeping a page is left out once."""
    there, share, content, piece = Kept.there, Kept.share, Kept.content, Kept.piece

    def careless(self: Kept, planned: Iterable[tuple[Plan, str]], shell: Callable[[Kind], bytes]) -> dict[str, Written]:
        pages = list(planned)
        for plan, path in pages:
            parts, written = self._made.get(plan.path, ((), None))
            if written and written.kind:
                if cut == "stamp" and path in self._there:
                    self._there[path] = written.stamp
                known = replace(written, shell=shell(written.kind)) if cut == "shell" else written
                self._made[plan.path] = plan.parts if cut == "parts" else parts, known
        return there(self, pages, shell)

    def forgetful(self: Kept, shared: object) -> None:
        share(self, None if cut == "shared" else shared)

    def believing(self: Kept, plan: Plan) -> tuple[Page, Converted] | None:
        if cut == "content" and plan.path in self._contents:
            self._contents[plan.path] = plan.parts, *self._contents[plan.path][1:]
        return content(self, plan)

    def piecemeal(self: Kept, path: str, part: Piece) -> bytes | None:
        if cut == "piece" and (known := self._pieces.get(f"{path}#{part.name}")):
            self._pieces[f"{path}#{part.name}"] = part.parts, known[1]
        return piece(self, path, part)

    monkeypatch.setattr(Kept, "there", careless)
    monkeypatch.setattr(Kept, "piece", piecemeal)
    monkeypatch.setattr(Kept, "share", forgetful)
    monkeypatch.setattr(Kept, "content", believing)
    changes = {"parts": shelf.edit, "shell": shelf.configure, "stamp": shelf.spoil_site, "shared": shelf.describe}
    change = changes.get(cut, shelf.edit)
    shelf.rebuild()
    shelf.again()
    seen: set[str] = set()
    for _ in range(8):
        change()
        seen |= {found.split(":")[0] for found in differing(shelf)}
        if seen == {"served", "again"}:
            return
    pytest.fail(f"old pages were shown in {seen or 'neither'}")


@pytest.mark.parametrize("look", ["careful", "careless"])
def test_a_text_that_another_build_put_in_the_place_of_ours_is_not_taken(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    """Builds share what they keep: here one that knows a later state of the shelf than the one behind it."""
    paper = shelf.folder / "data" / "papers" / "s" / "serial-widgets.yml"
    text = paper.read_text(encoding="utf-8")
    shelf.again()
    shelf.change(paper, "The first account", "The renewed account")
    shelf.rebuild()
    paper.write_text(text, encoding="utf-8")
    shutil.rmtree(shelf.folder.parent / "again")
    if look == "careless":
        monkeypatch.setattr("papershelf.mkdocs_plugin.store.told", lambda _: AnyDigest())
    assert (shelf.again() == shelf.clean()) == (look == "careful")


class AnyDigest(bytes):
    """Equal to each other."""

    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize("broken", ["no SQLite at all" * 999, ""])
def test_a_broken_file_of_texts_counts_as_none(shelf: Shelf, broken: str) -> None:
    before = shelf.again()
    shutil.rmtree(shelf.folder.parent / "again")
    (shelf.folder / TEXTS).write_text(broken, encoding="utf-8")
    assert shelf.again() == before
    shutil.rmtree(shelf.folder.parent / "again")
    assert shelf.again() == before
    assert (shelf.folder / TEXTS).stat().st_size > 100_000


def test_a_failed_build_leaves_the_site_as_it_was(shelf: Shelf) -> None:
    before = shelf.rebuild()
    page = shelf.folder / "site_src" / "index.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "\n<!-- papershelf: nonsense -->\n", encoding="utf-8")
    with pytest.raises(Abort):
        shelf.rebuild()
    kept = contents(shelf.folder.parent / "served")
    assert {path for path in before if path.startswith("papers/made-")} <= kept.keys()
    assert not any(path.startswith(".papershelf") for path in kept)
    page.write_text(text, encoding="utf-8")
    assert differing(shelf) == []
