"""Programs that npm has, at one version each, in a folder that Git ignores; only where Node is at hand.

The shelf needs no Node, so a machine may be without it; `NoNode` says so in a sentence.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".cache" / "npm"
OLDEST = 18
PATIENCE = 90
"""Seconds for npm: without a network it would wait for minutes."""
VERSIONS = {
    "lighthouse": "12.8.2",  # 13 asks for Node 22
    "typescript": "7.0.2",
    "vnu-jar": "26.9.27",
}
# No lock file: it would record a registry's address. None of these packages has anything to build.
INSTALL = ("install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1",
           "--fetch-timeout=30000", "--loglevel=error")  # fmt: skip


class NoNode(Exception):  # noqa: N818 - it is a state of the machine
    """What is missing, in a sentence."""


@functools.cache
def node() -> str:
    """Give the path of Node."""
    path = shutil.which("node")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout if path else ""
    found = re.match(r"v(\d+)\.", version)
    if not path or not found or int(found[1]) < OLDEST:
        raise NoNode(f"There is no Node {OLDEST} or later here.")
    return path


def package(name: str) -> Path:
    """Give the folder of a package, which is installed when it is first asked for."""
    node()
    npm = shutil.which("npm")
    if npm is None:
        raise NoNode("There is Node here, but no npm.")
    target = FOLDER / f"{name}-{VERSIONS[name]}"
    if not target.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".", dir=FOLDER))
        command = [npm, *INSTALL, "--prefix", str(made), f"{name}@{VERSIONS[name]}"]
        try:
            subprocess.run(
                command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            shutil.rmtree(made)
            raise NoNode(f"npm can't install {name}: {error.stderr or error}") from None
        try:
            made.rename(target)  # whole or not at all
        except OSError:  # another process was first
            shutil.rmtree(made)
    return target / "node_modules" / name


def run(script: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script with Node, output and errors apart."""
    return subprocess.run(
        [node(), str(script), *arguments],
        check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, **variables},
    )  # fmt: skip
