"""Two states of a shelf, one of them from Git: nothing is checked out, the work tree and the index stay untouched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from papershelf.addresses import MARKDOWN, address
from papershelf.checks import checked
from papershelf.load import Data, load
from papershelf.model import Catalogue
from papershelf.pagelinks import DOCS_DIR
from papershelf.problems import Problem, ProblemsError, nearest, quoted
from papershelf.progress import counted

LINK = "0" * 40
"""Stands for the content of a link, which is never followed."""


class RevisionError(Exception):
    """What stands in the way of a comparison, and what to do, as sentences for the user."""


@dataclass(frozen=True)
class State:
    """A shelf at one time: its name, its catalogue, the digests of its hand-written pages by address."""

    name: str
    catalogue: Catalogue
    pages: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def states(
    data: Data, base: str, head: str | None = None, *, config: Path = Path("mkdocs.yml"), exact: bool = False
) -> tuple[State, State]:
    """The shelf before and after: where HEAD (or what the work tree holds now) left BASE, or BASE itself if `exact`.

    Problems of the state before come with it, those of the state after are raised. From a subfolder, the shelf is
    looked for upwards.
    """
    place = _place(data, config)
    theirs, ours = place.repository.commit(base), place.repository.commit(head or "HEAD")
    start = theirs if exact else place.repository.merge_base(theirs, ours, base, head or "HEAD")
    name = f"{base} ({start[:10]})" if start == theirs else f"{start[:10]}, where it left {base}"
    with place.unpacked(start) as folder:
        before = place.state(folder, name, data.shown, lenient=True)
    if head is None:
        return before, place.state(place.repository.top, "the working tree", data.shown)
    with place.unpacked(ours) as folder:
        return before, place.state(folder, f"{head} ({ours[:10]})", data.shown)


@dataclass(frozen=True)
class Repository:
    """A Git repository by the folder of its work tree; it is only read."""

    top: Path

    def commit(self, revision: str) -> str:
        """The commit that a revision names."""
        done = _git(self.top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if done.returncode or revision.startswith("-"):
            raise RevisionError(f"Git knows no revision {quoted(revision)} here. {self._advice(revision)}")
        return done.stdout.decode().strip()

    def merge_base(self, one: str, other: str, *names: str) -> str:
        """The commit where two parted; `names` is what they are called."""
        done = _git(self.top, "merge-base", one, other)
        if done.returncode:
            what = f"Git finds no commit that {quoted(names[0])} and {quoted(names[1])} have in common."
            raise RevisionError(f"{what} {self._deepen() or 'To compare the two as they are, add --exact.'}")
        return done.stdout.decode().strip()

    def unpack(self, commit: str, paths: Sequence[str], folder: Path) -> None:
        """Write the files of a commit at or below these paths to a folder, byte for byte as they were committed.

        Neither `git archive` nor a checkout does that: both convert line ends, and run filters where Git has them.
        """
        listing = self._read("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
        entries = (line.split(b"\t", 1) for line in listing.split(b"\0") if line)
        files = [(*about.split(), name) for about, name in entries if b" blob " in about]  # and no submodules
        blobs = self._read("cat-file", "--batch", given=b"".join(oid + b"\n" for _, _, oid, _ in files))
        links, at = [], 0
        for mode, _, oid, name in counted(files, "Reading files from Git", len(files)):
            path = folder / os.fsdecode(name)
            head, _, _ = blobs[at : at + 200].partition(b"\n")
            if head.split()[:2] != [oid, b"blob"]:
                raise RevisionError(f"This clone lacks files of the commit {commit[:10]}: clone the repository again.")
            start, size = at + len(head) + 1, int(head.split()[2])
            at = start + size + 1
            if not Path(os.path.abspath(path)).is_relative_to(folder):  # noqa: PTH100 (links must not be resolved)
                raise RevisionError(f"The commit {commit[:10]} holds a file that would lie outside: {quoted(path)}.")
            if mode == b"120000":
                links.append(path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(blobs[start : start + size])
        for path in links:  # last, so that nothing is written through one, and none leads anywhere
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(OSError):  # Windows doesn't let everyone make links
                path.symlink_to(LINK)

    def _read(self, *words: str, given: bytes = b"") -> bytes:
        done = _git(self.top, *words, given=given)
        if done.returncode:
            raise RevisionError(f"Git can't read this repository: {_said(done)}")
        return done.stdout

    def _advice(self, revision: str) -> str:
        if ".." in revision:
            return "Write the two with a space between them: papershelf diff BASE HEAD."
        refs = _git(self.top, "for-each-ref", "--format=%(refname:short)").stdout.decode(errors="replace").split()
        near = next((ref for ref in refs if ref.endswith(f"/{revision}")), None) or nearest(revision, refs)
        wrong = f'Did you mean "{near}"?' if near else "`git branch --all` lists the branches that it knows."
        return " ".join(filter(None, (wrong, self._deepen())))

    def _deepen(self) -> str:
        """What to do where the clone doesn't hold the whole history."""
        if _git(self.top, "rev-parse", "--is-shallow-repository").stdout.strip() != b"true":
            return ""
        return (
            "This clone is shallow, so it may just not be here: run `git fetch --deepen=1000 origin`, or in a workflow "
            "give actions/checkout `fetch-depth: 0`."
        )


@dataclass(frozen=True)
class _Place:
    """Where in a repository a shelf is: the paths of its data and its mkdocs.yml from the top."""

    repository: Repository
    data: str
    config: str

    @contextlib.contextmanager
    def unpacked(self, commit: str) -> Iterator[Path]:
        """The shelf of a commit, in a folder that is like the repository's."""
        with tempfile.TemporaryDirectory(prefix="papershelf-") as name:
            folder = Path(name).resolve()
            self.repository.unpack(commit, (self.data, self.config), folder)
            if docs := self._docs(folder):
                self.repository.unpack(commit, (docs,), folder)
            yield folder

    def state(self, top: Path, name: str, shown: str, *, lenient: bool = False) -> State:
        """What a folder like the repository's holds; if `lenient`, as much of it as could be loaded."""
        data = Data(top / self.data, shown)
        problems: tuple[Problem, ...] = ()
        try:
            catalogue = checked(data)
        except ProblemsError as error:
            if not lenient:
                raise
            catalogue, problems = load(data).catalogue, error.problems
        docs = self._docs(top)
        return State(name, catalogue, _pages(top / docs) if docs else {}, problems)

    def _docs(self, top: Path) -> str | None:
        """The path of the pages that people write, as mkdocs.yml names it; None where that isn't in the repository."""
        config = top / self.config
        text = config.read_text("utf-8", errors="replace") if config.is_file() and not config.is_symlink() else ""
        found = DOCS_DIR.search(text)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.config), found[1] if found else "docs"))
        return None if path.startswith(("/", "..")) or path == "." else path


def _place(data: Data, config: Path) -> _Place:
    here = Path.cwd()
    near = next(parent for parent in (here / data.root).parents if parent.is_dir())
    done = _git(near, "rev-parse", "--show-toplevel")
    if b"not a git repository" in done.stderr:
        raise RevisionError(
            "This folder is in no Git repository, and what was before is read from one: run this in a clone."
        )
    if done.returncode:
        raise RevisionError(f"Git can't read this repository: {_said(done)}")
    top = Path(os.fsdecode(done.stdout.removesuffix(b"\n"))).resolve()
    inside = [parent for parent in (here, *here.parents) if parent.is_relative_to(top)]
    shelf = next((parent for parent in inside if (parent / data.root).is_dir()), here)
    paths = [_below(top, shelf / path) for path in (data.root, config)]
    return _Place(Repository(top), *paths)


def _below(top: Path, path: Path) -> str:
    whole = path.parent.resolve() / path.name
    if not whole.is_relative_to(top) or whole == top:
        raise RevisionError(f"{quoted(path)} isn't a part of the Git repository in {quoted(top)}: run this in its own.")
    return whole.relative_to(top).as_posix()


def _pages(docs: Path) -> dict[str, str]:
    """The digests of the pages that MkDocs would find below a folder, by address."""
    found = {}
    for parent, folders, names in os.walk(docs):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            place = path.relative_to(docs)
            if MARKDOWN.search(name) and not name.startswith(".") and place.parts[0] != "templates":
                content = LINK.encode() if path.is_symlink() else path.read_bytes().replace(b"\r\n", b"\n")
                found[address(place.as_posix())] = hashlib.sha256(content).hexdigest()
    return found


def _git(folder: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # Git sets GIT_DIR and others for its hooks, and they would name another repository than the folder's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-C", str(folder), *words]
    try:
        return subprocess.run(  # noqa: S603 (no shell, our own words)
            command, input=given, capture_output=True, check=False, env=environment
        )
    except OSError as error:
        why = f"Git can't be started ({error.strerror}), and what was before is read from it."
        raise RevisionError(f"{why} Install it, or put it on the PATH.") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What Git said went wrong."""
    lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it doesn't say why"]
    return quoted(lines[0].removeprefix("fatal: "), 300)
