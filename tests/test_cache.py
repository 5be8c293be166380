"""What one run leaves for the next: read back as it was, or not at all."""

from __future__ import annotations

import datetime
import os
import pickle
from pathlib import Path

import pytest

from papershelf import cache
from papershelf.model import Appearance, Paper

PAPERS = [
    Paper(id=f"paper-{number}", title=f"Title {number}", source=f"p/paper-{number}.yml",
          added=datetime.date(2026, 1, 1 + number), appearances=(Appearance("many", number),))
    for number in range(9)
]  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "build"


def test_values_come_back_as_they_were(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "TOGETHER", 4)
    values = [*PAPERS, {"a": (1, b"2", PAPERS[3])}, (PAPERS[8], "text", None)]
    cache.save(file, values, Paper)
    loaded = cache.load(file, Paper)
    assert loaded == values
    # What was written once is one object again, which is compared in no time.
    assert isinstance(loaded[9], dict)
    assert loaded[9]["a"][2] is loaded[3]
    assert sorted(path.name for path in file.parent.iterdir()) == [".gitignore", "build"]


def test_what_is_broken_counts_as_none(file: Path) -> None:
    assert cache.load(file, Paper) == []
    cache.save(file, PAPERS, Paper)
    whole = file.read_bytes()
    assert cache.load(file, Paper) == PAPERS
    for size in range(0, len(whole), 7):
        file.write_bytes(whole[:size])
        assert cache.load(file, Paper) == []
    file.write_text("{}", encoding="utf-8")
    assert cache.load(file, Paper) == []
    file.unlink()
    file.mkdir()
    assert cache.load(file, Paper) == []
    cache.save(file, PAPERS, Paper)  # nothing can be written there, and nothing is left beside it
    assert sorted(path.name for path in file.parent.iterdir()) == [".gitignore", "build"]


def test_another_version_of_the_program_believes_none_of_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.save(file, PAPERS, Paper)
    monkeypatch.setattr(cache, "engine", lambda: b"another")
    assert cache.load(file, Paper) == []


@pytest.mark.parametrize("name", ["os.system", "papershelf.cache.save", "papershelf.links.Path", "builtins.eval"])
def test_a_file_that_somebody_brought_along_runs_nothing(file: Path, tmp_path: Path, name: str) -> None:
    """Only facts are read: no function, ours included, and no class that isn't one."""
    ran = tmp_path / "ran"
    module, _, function = name.rpartition(".")
    call = f"c{module}\n{function}\n(V{ran}\ntR.".encode()
    file.parent.mkdir()
    file.write_bytes(pickle.dumps(cache.engine()) + call)
    assert cache.load(file, Paper) == []
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert pickle.loads(b"cos\ngetcwd\n(tR.") == os.getcwd()  # noqa: PTH109 - elsewhere such a text does run
