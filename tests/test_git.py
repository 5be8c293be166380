"""What Git knows of the folder a shelf is in: the repository's address, without what is nobody's business."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from papershelf.git import origin


def git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=environment)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init")
    return tmp_path


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://code.example/readers/shelf.git", "https://code.example/readers/shelf"),
        ("https://code.example/readers/shelf", "https://code.example/readers/shelf"),
        ("https://code.example/readers/shelf/", "https://code.example/readers/shelf"),
        ("https://code.example/a/deeper/group/shelf.git", "https://code.example/a/deeper/group/shelf"),
        ("https://code.example:8443/readers/shelf.git", "https://code.example:8443/readers/shelf"),
        ("http://127.0.0.1:3000/readers/shelf.git", "http://127.0.0.1:3000/readers/shelf"),
        ("ssh://git@code.example/readers/shelf.git", "https://code.example/readers/shelf"),
        ("ssh://git@code.example:2222/readers/shelf.git", "https://code.example/readers/shelf"),
        ("git@code.example:readers/shelf.git", "https://code.example/readers/shelf"),
        ("somebody@code.example:readers/shelf", "https://code.example/readers/shelf"),
        ("code.example:readers/shelf.git", "https://code.example/readers/shelf"),
        ("git://code.example/readers/shelf.git", "https://code.example/readers/shelf"),
    ],
)
def test_the_origin_is_given_as_a_web_address(clone: Path, remote: str, address: str) -> None:
    git(clone, "remote", "add", "origin", remote)
    assert origin(clone) == address


@pytest.mark.parametrize(
    "remote",
    [
        "https://reader:sesame@code.example/readers/shelf.git",
        "https://sesame@code.example/readers/shelf.git",
        "https://reader:ses@me@code.example/readers/shelf.git",
        "https://code.example/readers/shelf.git?private_token=sesame",
        "https://code.example/readers/shelf.git#sesame",
        "ssh://reader:sesame@code.example/readers/shelf.git",
        "reader@code.example:readers/shelf.git",
    ],
)
def test_a_user_a_password_or_a_token_is_never_in_it(clone: Path, remote: str) -> None:
    git(clone, "remote", "add", "origin", remote)
    assert origin(clone) == "https://code.example/readers/shelf"


@pytest.mark.parametrize(
    "remote",
    [
        "/srv/git/shelf.git",
        "../shelf.git",
        "file:///srv/git/shelf.git",
        "C:/git/shelf",
        r"C:\git\shelf",
        "work:readers/shelf.git",
        "reader:sesame@code.example:readers/shelf.git",
        "https://code.example",
        "https://[::1/readers/shelf",
        'https://code.example/"><script>/shelf',
        "ext::sh -c true",
    ],
)
def test_what_has_no_page_on_the_web_has_no_address(clone: Path, remote: str) -> None:
    git(clone, "config", "remote.origin.url", remote)
    assert origin(clone) is None


def test_a_folder_inside_a_clone_has_the_clones_origin(clone: Path) -> None:
    git(clone, "remote", "add", "origin", "git@code.example:readers/shelf.git")
    (clone / "shelves" / "one").mkdir(parents=True)
    assert origin(clone / "shelves" / "one") == "https://code.example/readers/shelf"


def test_a_clone_without_an_origin_has_no_address(clone: Path) -> None:
    git(clone, "remote", "add", "elsewhere", "git@code.example:readers/shelf.git")
    assert origin(clone) is None


def test_a_folder_outside_git_has_no_address(tmp_path: Path) -> None:
    assert origin(tmp_path) is None
    assert origin(tmp_path / "nowhere") is None


def test_the_folder_counts_and_not_the_repository_that_a_hook_runs_for(
    clone: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    git(other, "init")
    git(other, "remote", "add", "origin", "git@code.example:not/this.git")
    git(clone, "remote", "add", "origin", "git@code.example:readers/shelf.git")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert origin(clone) == "https://code.example/readers/shelf"


def test_without_git_there_is_no_address(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(clone, "remote", "add", "origin", "git@code.example:readers/shelf.git")
    monkeypatch.setenv("PATH", str(clone / "nothing"))
    assert origin(clone) is None
