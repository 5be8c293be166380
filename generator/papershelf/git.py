"""What Git knows of the folder a shelf is in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_REMOTE = re.compile(
    r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)(?P<host>[\w.-]+)[:/](?P<path>[\w.~-]+(?:/[\w.-]+)+?)(?:\.git)?/?"
)


def origin(folder: Path) -> str | None:
    """The web address of the repository that a clone came from, or None where Git knows none."""
    command = ["git", "-C", str(folder), "config", "--get", "remote.origin.url"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 (no shell, our own words)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _REMOTE.fullmatch(answer.stdout.strip())
    return f"https://{match['host']}/{match['path']}" if match else None
