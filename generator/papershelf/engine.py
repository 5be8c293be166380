"""Where the installed Papershelf comes from, as a requirement that pip installs without a package index."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from papershelf.git import origin, web_address

NAME = "papershelf"

_REF = re.compile(r"(?P<address>.+/.+?)@(?P<ref>[\w.+-]+)", re.ASCII)
_WHEEL = re.compile(r"https://[\w.-]+(?::\d+)?(?:/[\w.~%+-]+)*/papershelf-[\w.+]+-py3-none-any\.whl", re.ASCII)


def version() -> str:
    """The version that runs."""
    return metadata.version(NAME)


def requirement(address: str) -> str | None:
    """The requirement for an address, as of a repository on a code host or of a wheel; None where it is neither.

    Without a tag or commit behind an `@`, a repository is taken at the version that runs.
    """
    address = re.sub(rf"^{NAME}\s*@\s*", "", address.strip()).removeprefix("git+")
    if len(address.split()) != 1:
        return None
    if _WHEEL.fullmatch(address):
        return f"{NAME} @ {address}"
    match = _REF.fullmatch(address)
    where, ref = (match["address"], match["ref"]) if match else (address, f"v{version()}")
    repository = web_address(where)
    return f"{NAME} @ git+{repository}@{ref}" if repository else None


def installed_from() -> str | None:
    """The requirement for what runs, from the note that pip kept when it installed it; None where it names no address.

    A name alone is never the answer: whoever owns the name on an index would own the shelf.
    """
    note = metadata.distribution(NAME).read_text("direct_url.json")
    return from_note(json.loads(note)) if note else None


def from_note(note: dict[str, Any]) -> str | None:
    """The same for the contents of a `direct_url.json`."""
    address = str(note["url"])
    if "vcs_info" in note:
        wanted, commit = note["vcs_info"].get("requested_revision"), note["vcs_info"]["commit_id"]
        # A branch moves on; a shelf stays with what it was made with.
        return requirement(f"{address}@{wanted if wanted == f'v{version()}' else commit}")
    if "dir_info" in note:
        repository = origin(Path(url2pathname(unquote(urlsplit(address).path))))
        return requirement(repository) if repository else None
    return requirement(address) if _WHEEL.fullmatch(address) else None
