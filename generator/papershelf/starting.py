"""A new shelf: the whole of it, or nothing.

It is made in a folder of its own that is renamed at the end, so that whatever stops it leaves no half of a shelf.
"""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from papershelf.identity import MAX_ID, SHAPES, why_not_an_id
from papershelf.importing import apply, plan
from papershelf.load import Data
from papershelf.model import Catalogue
from papershelf.problems import Problem, ProblemsError, quoted
from papershelf.scaffold import MANIFEST, Choices, engine_files, fingerprint, manifest, owner_files
from papershelf.text import clean

STAGING = ".papershelf-new"


@dataclass(frozen=True)
class Beginning:
    """A capture that a shelf starts from, instead of the example papers."""

    capture: Path
    list_id: str
    today: datetime.date


def start(target: Path, shown: str, choices: Choices, beginning: Beginning | None = None) -> int:
    """Write a new shelf to a folder; returns the number of its papers.

    Raises ProblemsError where the folder holds something that is in the way, or the capture can't be imported.
    """
    engine = engine_files()
    record = {MANIFEST: manifest({path: fingerprint(content) for path, content in engine.items()})}
    files = engine | owner_files(choices, examples=beginning is None) | record
    try:
        refuse_taken(target, shown)
        with _staged(target) as staging:
            _write(staging, files)
            data = Data(staging / "data")
            if beginning:
                _import(beginning, data)
            return sum(1 for _ in (data.root / "papers").rglob("*.yml"))
    except OSError as error:
        raise _unwritable(shown, error) from None


def list_id(capture: Path) -> str:
    """A list's id from its capture's file name."""
    words = re.sub(r"[^a-z0-9]+", "-", capture.stem.lower()).strip("-")[:MAX_ID].rstrip("-")
    return f"list-{words}".rstrip("-") if why_not_an_id(words) else words


def one_line(text: str) -> str:
    """A name or a description as one line that holds nothing that can't be seen."""
    return " ".join(clean(" ".join(text.split()))[0].split())


def name_from(folder: Path) -> str:
    """The name that a shelf has as long as nobody gave it one."""
    words = one_line(re.sub(r"[-_]+", " ", folder.resolve().name))
    return words[:1].upper() + words[1:] or "Papers"


def site_address(text: str) -> str | None:
    """The address of a site, which ends with a slash; None for what is no address."""
    text = text.strip().rstrip("/")
    fits = SHAPES["url"].fits(text) and re.fullmatch(r"[\w:/.~%+-]+", text, re.ASCII)
    return f"{text}/" if fits else None


def pages_address(repository: str) -> str:
    """Where GitHub Pages publishes a repository; nothing for one on another host."""
    parts = urlsplit(repository)
    owner, _, name = parts.path.strip("/").partition("/")
    if parts.netloc.lower() != "github.com" or not name or "/" in name:
        return ""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def refuse_taken(target: Path, shown: str) -> None:
    """Refuse a place where something would be written over; what stands beside the new files may stay, as `.git`.

    Nobody's answers are needed for that, so it can be told before anybody is asked.
    """
    try:
        there = target.exists() or target.is_symlink()
    except OSError as error:
        raise _unwritable(shown, error) from None
    if not there:
        return
    if not target.is_dir():
        raise _stop(shown, "there is a file of this name", "a folder that is empty or doesn't exist yet")
    nobodys = Choices(name="", description="", author="", repo_url="", site_url="", engine="")
    files = (*engine_files(), *owner_files(nobodys, examples=True), MANIFEST)
    ours = {path.split("/")[0] for path in files}
    taken = sorted(path.name for path in target.iterdir() if path.name in ours)
    if taken:
        found = f"the folder holds {', '.join(map(quoted, taken))} already"
        advice = "Name another folder; a shelf that is there is brought up to date with `papershelf init --update`."
        raise _stop(shown, found, "an empty one", advice)


def _unwritable(shown: str, error: OSError) -> ProblemsError:
    return _stop(shown, f"the shelf can't be written here: {error.strerror}")


def _stop(shown: str, found: str, expected: str = "", advice: str = "") -> ProblemsError:
    return ProblemsError([Problem(shown, 1, 1, found, expected, advice)])


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A folder to write to, which becomes the target if nothing goes wrong."""
    exists = target.exists()
    staging = target / STAGING if exists else target.with_name(f".{target.name}{STAGING}")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(parents=True)
        yield staging
        if exists:
            _move_into(target, staging)
        else:
            staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move_into(target: Path, staging: Path) -> None:
    """Move what is staged into a folder that exists; where one of the moves fails, back again."""
    moved = []
    try:
        for path in sorted(staging.iterdir()):
            path.rename(target / path.name)
            moved.append(path)
    except BaseException:
        for path in moved:
            (target / path.name).rename(path)
        raise


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _import(beginning: Beginning, data: Data) -> None:
    """Import the capture that the shelf starts from; lines that don't fit are problems, as nobody saw them yet."""
    what = plan(beginning.capture, beginning.list_id, Catalogue(), data, beginning.today)
    if what.listing.faults:
        advice = "Mend the capture, or start without it and use `papershelf import --allow-residue`."
        shown = str(beginning.capture)
        raise ProblemsError(Problem(shown, f.line, 1, f.message, advice=advice) for f in what.listing.faults)
    for _ in apply(what, data):
        pass
