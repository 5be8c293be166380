"""A thousand random changes, and each rebuild compared with a clean build: what is kept of a build never shows."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from tests.audit.results import Found, Outcome
from tests.node import ROOT

STEPS = os.environ.get("PAPERSHELF_STEPS", "1000")


def audit(_site: Path, _port: int) -> Outcome:
    """Run the test with many steps; what it says is printed."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/mkdocs/test_kept.py"]
    done = subprocess.run(
        command, cwd=ROOT, check=False, env={**os.environ, "PAPERSHELF_STEPS": STEPS},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    print(done.stdout)
    passed = re.search(r"(\d+) passed", done.stdout)
    said = f"{passed[1] if passed else 0} tests passed" if not done.returncode else "a test failed"
    asked = "the bytes of a clean build after each"
    return Outcome(
        f"Python {platform.python_version()}", (Found(f"{STEPS} random changes", asked, said, not done.returncode),)
    )
