"""Where the engine comes from, as a requirement that pip installs without an index."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from papershelf.engine import from_note, requirement, version

TAG = f"v{version()}"
AT = "papershelf @ git+https://code.example/people/papershelf"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://code.example/people/papershelf", f"{AT}@{TAG}"),
        ("https://code.example/people/papershelf/", f"{AT}@{TAG}"),
        ("https://code.example/people/papershelf.git", f"{AT}@{TAG}"),
        (" git@code.example:people/papershelf.git ", f"{AT}@{TAG}"),
        ("git+ssh://git@code.example/people/papershelf", f"{AT}@{TAG}"),
        ("https://alice:secret@code.example/people/papershelf", f"{AT}@{TAG}"),
        ("https://code.example/people/papershelf@v9.8.7", f"{AT}@v9.8.7"),
        ("papershelf @ git+https://code.example/people/papershelf@abc123", f"{AT}@abc123"),
        (
            "https://code.example/people/papershelf/releases/download/v1.0/papershelf-1.0-py3-none-any.whl",
            "papershelf @ https://code.example/people/papershelf/releases/download/v1.0/papershelf-1.0-py3-none-any.whl",
        ),
    ],
)
def test_an_address_becomes_a_requirement(address: str, expected: str) -> None:
    assert requirement(address) == expected


@pytest.mark.parametrize(
    "address",
    ["", "papershelf", "papershelf==1.0", "../papershelf", "https://", "https://code.example", "-r evil.txt",
     "https://code.example/a b", "https://code.example/p\n--index-url https://evil.example", "file:///srv/papershelf",
     "https://code.example/papershelf-1.0-py3-none-any.whl\nevil", "git+https://code.example/p@v1 ; extra"],
)  # fmt: skip
def test_what_is_no_address_becomes_none(address: str) -> None:
    assert requirement(address) is None


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (
            {"url": "https://code.example/people/papershelf.git",
             "vcs_info": {"vcs": "git", "requested_revision": TAG, "commit_id": "c0ffee"}},
            f"{AT}@{TAG}",
        ),
        (
            {"url": "https://code.example/people/papershelf",
             "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": "c0ffee"}},
            f"{AT}@c0ffee",
        ),
        ({"url": "https://code.example/papershelf-1.0-py3-none-any.whl", "archive_info": {}},
         "papershelf @ https://code.example/papershelf-1.0-py3-none-any.whl"),
        ({"url": "file:///home/alice/papershelf-1.0-py3-none-any.whl", "archive_info": {}}, None),
    ],
)  # fmt: skip
def test_what_pip_noted_becomes_a_requirement(note: dict[str, Any], expected: str | None) -> None:
    assert from_note(note) == expected


@pytest.mark.parametrize("name", ["checkout", "a checkout"])
def test_a_checkout_is_known_by_its_origin(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    subprocess.run(["git", "init", "-q", folder], check=True)
    note = {"url": folder.as_uri(), "dir_info": {"editable": True}}
    assert from_note(note) is None
    remote = ["git", "-C", folder, "remote", "add", "origin", "git@code.example:people/papershelf.git"]
    subprocess.run(remote, check=True)
    assert from_note(note) == f"{AT}@{TAG}"
