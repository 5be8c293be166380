"""`make audit`: what takes too long for `make test`, with its last result in RESULTS.md beside this file.

`python -m tests.audit html` runs one part, `… html lighthouse` two; without a name, all of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.audit import html, lighthouse, rebuilds
from tests.audit.results import Outcome, keep
from tests.audit.serving import free_port
from tests.browser import NoBrowser
from tests.node import ROOT, NoNode

PARTS: dict[str, Callable[[Path, int], Outcome]] = {
    "html": html.audit, "lighthouse": lighthouse.audit, "rebuilds": rebuilds.audit,
}  # fmt: skip


def main() -> int:
    """Run the parts that were asked for; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description="What takes too long for `make test`.")
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)}; all without a name")
    wanted = parser.parse_args().part or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"there is no part {unknown.pop()!r}")
    right = True
    with tempfile.TemporaryDirectory() as folder:
        site, port = Path(folder) / "site", free_port()
        build(site, port)
        for name in PARTS:
            if name not in wanted:
                continue
            print(f"{name} …", flush=True)
            try:
                outcome = PARTS[name](site, port)
            except (NoNode, NoBrowser, html.NoJava) as reason:
                print(f"Not done, its last result stays. {reason}")
                right = False
                continue
            print("\n".join(outcome.lines()))
            keep(name, outcome)
            right = right and outcome.holds
    return 0 if right else 1


def build(site: Path, port: int) -> None:
    """Build the shelf that ships, as it will be served."""
    address = {"PAPERSHELF_SITE_URL": f"http://127.0.0.1:{port}/", "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    done = subprocess.run(
        command, cwd=ROOT, check=False, env={**os.environ, **address},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
