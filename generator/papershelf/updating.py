"""The engine's files of a shelf, brought up to date: what its owner changed stays, unless told otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from papershelf import journal
from papershelf.journal import Change
from papershelf.problems import Problem, ProblemsError
from papershelf.scaffold import MANIFEST, engine_files, fingerprint, manifest
from papershelf.yamlfile import read_text

OWNERS = ("data", "site_src", "mkdocs.yml")


@dataclass(frozen=True)
class Update:
    """What would change, what stays because its owner changed it, and what is then on record."""

    files: Change
    kept: tuple[str, ...]
    record: bytes


def update(root: Path, shown: str, *, force: bool = False) -> Update:
    """Compare a shelf's files with those of the engine that runs.

    Raises ProblemsError where the folder is no shelf that was made by `papershelf init`; with `force` it becomes one.
    """
    journal.recover(root, shown)
    recorded = _recorded(root, shown, force=force)
    engine = engine_files()
    texts: dict[str, str | None] = {}
    kept: list[str] = []
    hashes: dict[str, str] = {}
    for path in sorted(engine.keys() | recorded.keys()):
        new = engine.get(path)
        if _is_owners(root / path, recorded.get(path), new) and not (force and new is not None):
            kept.append(path)
            hashes |= {path: recorded[path]} if path in recorded else {}
            continue
        if new is not None:
            hashes[path] = fingerprint(new)
        if _differs(root / path, new):
            _require_text(root / path, f"{shown}/{path}")
            texts[path] = new.decode() if new is not None else None
    return Update(Change(texts), tuple(kept), manifest(hashes))


def apply(what: Update, root: Path) -> list[str]:
    """Make the changes, all or none; returns the paths of the files that changed, the record not counted."""
    texts = {**what.files.texts, MANIFEST: what.record.decode()}
    return [path for path in journal.make(Change(texts), root) if path != MANIFEST]


def _require_text(path: Path, shown: str) -> None:
    """Refuse to replace what can't be shown in a diff."""
    if path.exists():
        read_text(path, shown)


def _is_owners(path: Path, recorded: str | None, new: bytes | None) -> bool:
    """Whether a file is as its owner made it: changed or removed since it was written, or never ours."""
    if not path.exists():
        return recorded is not None and new is not None
    now = fingerprint(path.read_bytes())
    return now != recorded and (new is None or now != fingerprint(new))


def _differs(path: Path, new: bytes | None) -> bool:
    now = fingerprint(path.read_bytes()) if path.exists() else None
    return now != (fingerprint(new) if new is not None else None)


def _recorded(root: Path, shown: str, *, force: bool) -> dict[str, str]:
    """The hash that each of the engine's files was written with."""
    path, name = root / MANIFEST, f"{shown}/{MANIFEST}"
    if not path.is_file():
        if force and root.is_dir():
            return {}
        advice = "Name the shelf's folder. --force takes a folder without that file for a shelf, too."
        raise ProblemsError([Problem(shown, 1, 1, f"there is no {MANIFEST} here", "a shelf", advice)])
    try:
        files = json.loads(read_text(path, name))["files"]
        if all(isinstance(text, str) and _may_be_ours(place) for place, text in files.items()):
            return dict(files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    advice = "Take it from the last commit; --force after deleting it writes all files anew."
    raise ProblemsError([Problem(name, 1, 1, "this isn't what Papershelf wrote", advice=advice)])


def _may_be_ours(place: str) -> bool:
    """Whether a path stays in the shelf and off what is its owner's alone, as that of a file that is removed must."""
    parts = PurePosixPath(place).parts
    return bool(parts) and parts[0] not in ("/", *OWNERS) and not {"..", ".git"} & {*parts} and not {*"\\:"} & {*place}
