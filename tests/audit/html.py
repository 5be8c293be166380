"""The Nu Html Checker reads every page of the site."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from tests.audit.results import Found, Outcome
from tests.node import VERSIONS, package

SHOWN = 20


class NoJava(Exception):  # noqa: N818 - it is a state of the machine
    """What is missing, in a sentence."""


def audit(site: Path, _port: int) -> Outcome:
    """Read the site's pages; what the checker says is printed."""
    java = shutil.which("java")
    if java is None:
        raise NoJava("There is no Java here, which the Nu Html Checker runs on.")
    checker = package("vnu-jar") / "build" / "dist" / "vnu.jar"
    command = [java, "-jar", str(checker), "--exit-zero-always", "--format", "json", "--skip-non-html", str(site)]
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    messages = json.loads(done.stderr)["messages"]
    for message in messages[:SHOWN]:
        print(f"{message.get('url')}:{message.get('lastLine')}: {message['message']} {message.get('extract')!r}")
    errors = [message for message in messages if message["type"] != "info"]
    warnings = [message for message in messages if message["type"] == "info"]
    pages = len(list(site.rglob("*.html")))
    version = subprocess.run([java, "-version"], check=True, capture_output=True, text=True).stderr
    found = re.search(r'"([^"]+)"', version)
    return Outcome(
        f"Nu Html Checker {VERSIONS['vnu-jar']} on Java {found[1] if found else '?'}",
        (
            Found(f"errors in {pages} pages, Material's included", "0", str(len(errors)), not errors),
            Found("warnings", "0", str(len(warnings)), not warnings),
        ),
    )
