"""What Git knows of the folder a shelf is in."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

# `alice@host.example:papers/shelf.git`, which is ssh, too.
_SCP = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[^@/:\s]+):(?P<path>[^\s]+)")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?")
_PATH = re.compile(r"(?:/[\w.~%+-]+)+", re.ASCII)


def origin(folder: Path) -> str | None:
    """The web address of the repository that a clone came from, or None where Git knows none."""
    command = ["git", "-C", str(folder), "config", "--get", "remote.origin.url"]
    # Git sets GIT_DIR and others for its hooks, and they would name another repository than the folder's.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        answer = subprocess.run(  # noqa: S603 (no shell, our own words)
            command, capture_output=True, text=True, timeout=10, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return web_address(answer.stdout.strip())


def web_address(remote: str) -> str | None:
    """Where people find the repository that Git reaches at `remote`; never a password, a user or a query in it.

    None for what has no page: a local path, and the alias of a host that only someone's ssh knows.
    """
    try:
        parts = urlsplit(remote)
        if parts.scheme in ("http", "https"):
            scheme, host, path = parts.scheme, parts.netloc.rpartition("@")[2], parts.path
        elif parts.scheme in ("ssh", "git+ssh", "git"):
            scheme, host, path = "https", parts.hostname or "", parts.path
        elif "://" not in remote and (match := _SCP.fullmatch(remote)):
            scheme, host, path = "https", match["host"], f"/{match['path'].lstrip('/')}"
        else:
            return None
    except ValueError:
        return None
    path = path.rstrip("/").removesuffix(".git")
    known = _HOST.fullmatch(host) and (parts.scheme in ("http", "https") or "." in host)
    return f"{scheme}://{host}{path}" if known and _PATH.fullmatch(path) else None
