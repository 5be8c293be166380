"""Which papers stood in which digest, so that each is news once, however late its pull request was merged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from papershelf.model import Paper
from papershelf.problems import RefusedError
from papershelf.yamlfile import write


def untold(path: Path, key: str, papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """The papers that no other digest had; of a digest that was begun before, those that it had then.

    So one that was stopped half-way is the same for those who get it later, and what came meanwhile is in the next.
    """
    told = _read(path)
    if key in told:
        return tuple(paper for paper in papers if _ids(paper) & {*told[key]})
    before = {name for names in told.values() for name in names}
    return tuple(paper for paper in papers if not _ids(paper) & before)


def note(path: Path, key: str, papers: Iterable[Paper]) -> None:
    """Note which papers a digest has."""
    told = {**_read(path), key: [paper.id for paper in papers]}
    write(path, json.dumps(told, indent=1) + "\n")


def _ids(paper: Paper) -> set[str]:
    return {paper.id, *paper.aliases}


def _read(path: Path) -> Mapping[str, list[str]]:
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_bytes())
        if isinstance(told, dict) and all(isinstance(name, str) for names in told.values() for name in [*names]):
            return told
    except (ValueError, TypeError, RecursionError):
        pass
    raise RefusedError("{} isn't a file that --once wrote. Name another one.", path)
