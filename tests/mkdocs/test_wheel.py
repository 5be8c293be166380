"""The installed wheel makes a shelf of a folder that holds only `data/`, `site_src/` and `mkdocs.yml`."""

from __future__ import annotations

import shutil
import zipfile
from email import message_from_bytes
from pathlib import Path

import built
import pytest
from packaging.requirements import Requirement

from installing import outside

NEEDED = {
    "mkdocs": "<2,>=1.6.1",
    "mkdocs-material": "<10,>=9.6",
    "pyyaml": ">=6",
    "jinja2": ">=3.1",
    "python-slugify": ">=8",
    "click": "!=8.2.2,!=8.3.*,>=8.1",
    "pybtex": ">=0.24",
    "urllib3": ">=2",
    "watchdog": ">=4",
}


@pytest.fixture
def shelf(root: Path, tmp_path: Path) -> Path:
    """A folder that holds only what a shelf needs."""
    folder = tmp_path / "shelf"
    for name in ("data", "site_src"):
        shutil.copytree(root / "tests" / "toy" / name, folder / name)
    shutil.copy(root / "tests" / "toy" / "mkdocs.yml", folder)
    return folder


def test_the_wheel_holds_the_package_and_its_themes_and_nothing_else(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "papershelf/py.typed" in names
    themes = {path.relative_to(root).as_posix() for path in (root / "themes").rglob("*") if path.is_file()}
    assert len(themes) > 10
    assert {f"papershelf/{path}" for path in themes} <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"papershelf"}
    assert not [name for name in names if "test" in name or "__pycache__" in name]


def test_the_wheel_asks_for_the_libraries_that_are_meant_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    needed = {r.name: ",".join(sorted(str(r.specifier).split(","))) for r in requirements if not r.marker}
    assert needed == {name: ",".join(sorted(versions.split(","))) for name, versions in NEEDED.items()}
    assert metadata["Requires-Python"] == ">=3.11"


def test_a_shelf_builds_where_only_the_wheel_is_installed(installed: Path, shelf: Path, root: Path) -> None:
    where = outside([str(installed / "python"), "-c", "import papershelf; print(papershelf.__file__)"], shelf)
    assert Path(where.stdout.strip()).is_relative_to(installed.parent)

    done = outside([str(installed / "python"), "-m", "mkdocs", "build", "--strict"], shelf)
    assert done.returncode == 0, done.stdout
    assert str(root) not in done.stdout
    assert built.faults(shelf / "site") == []
    assert (shelf / "site/assets/papershelf.css").read_bytes() == (
        root / "themes/material/assets/papershelf.css"
    ).read_bytes()
    assert (shelf / "site/papers/serial-widgets/index.html").is_file()


def test_the_command_works_where_only_the_wheel_is_installed(installed: Path, shelf: Path) -> None:
    command = str(installed / "papershelf")
    checked = outside([command, "check"], shelf)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.startswith("4 papers, 2 topics, 3 tags, 2 lists: no problems.")

    written = outside([command, "write", "out"], shelf)
    assert written.returncode == 0, written.stdout
    assert (shelf / "out/docs/papers/serial-widgets.md").is_file()

    version = outside([command, "--version"], shelf)
    assert version.returncode == 0, version.stdout


def test_bad_data_is_said_where_only_the_wheel_is_installed(installed: Path, shelf: Path) -> None:
    (shelf / "data/papers/s/serial-widgets.yml").write_text("titel: Serial Widgets\n", encoding="utf-8")
    done = outside([str(installed / "python"), "-m", "mkdocs", "build"], shelf)
    assert done.returncode == 1
    assert 'data/papers/s/serial-widgets.yml:1:1: unknown key "titel"' in done.stdout
    assert "Traceback" not in done.stdout
