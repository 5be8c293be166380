"""The wheel, built and installed as at somebody else's, who knows nothing of this checkout; without network."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

SOURCES = ("generator", "themes", ".github", ".vscode", "mkdocs.yml", "pyproject.toml", "README.md", "LICENSE")


def outside(command: list[str], cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program that knows nothing of this environment and of the checkout, and has nobody to ask."""
    return subprocess.run(
        command, cwd=cwd, env=environment(**variables), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=300,
    )  # fmt: skip


def environment(**variables: str) -> dict[str, str]:
    """The variables of a program that runs outside."""
    ours = ("PYTHON", "PIP_", "PAPERSHELF_", "GIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1", **variables}


def build_wheel(root: Path, folder: Path) -> Path:
    """Build the wheel from a copy of the sources."""
    for name in SOURCES:
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy
        copy(root / name, folder / name)
    # Without another environment for the build backend where this one has it: that one would come from the network.
    isolation = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    done = outside([sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", "dist"], folder)
    assert done.returncode == 0, done.stdout
    (found,) = (folder / "dist").glob("papershelf-*.whl")
    return found


def install(wheel: Path, home: Path) -> Path:
    """Make an environment that the wheel is installed in, with the libraries of this one; returns its programs."""
    venv.create(home, symlinks=os.name != "nt")
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet"]
    done = outside([*pip, "--no-index", "--no-deps", "--no-compile", str(wheel)], home)
    assert done.returncode == 0, done.stdout
    place = outside([str(programs / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], home)
    # Paths named in a .pth file are searched, but the .pth files in them, as that of an editable install, aren't read.
    libraries = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    Path(place.stdout.strip(), "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")
    return programs
