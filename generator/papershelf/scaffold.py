"""The files that a new shelf begins with: its owner's, made from a few choices, and the engine's, the same everywhere.

The engine's files that this repository uses too (workflows, issue forms) are this repository's own: a shelf gets their
very bytes, so there is no second copy that could differ.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from papershelf.engine import version
from papershelf.places import theme_folder
from papershelf.schema import schemas
from papershelf.text import escape_markdown
from papershelf.yamlfile import scalar

MANIFEST = ".papershelf.json"
CONFIGURATION = "mkdocs.yml"
SHARED = (
    ".github/ISSUE_TEMPLATE",
    *(f".github/workflows/{name}.yml" for name in ("check", "links", "propose", "publish", "shelf-check")),
    ".vscode",
)
"""What a shelf takes from this repository as it is; the wheel carries these, and mkdocs.yml, in a folder `shared`."""


@dataclass(frozen=True)
class Choices:
    """What its owner says about a shelf; each a text on one line, all but the first two and the last may be empty."""

    name: str
    description: str
    author: str
    repo_url: str
    site_url: str
    engine: str


def engine_files() -> dict[str, bytes]:
    """The files that `papershelf init --update` keeps up to date, by path."""
    own = {_shown(path): content for path, content in _files(_folder("engine"))}
    shared = {path: content for name in SHARED for path, content in _shared(name)}
    return dict(sorted((own | shared).items()))


def owner_files(choices: Choices, *, examples: bool) -> dict[str, bytes]:
    """The files that belong to the shelf's owner from the first day, by path."""
    templates = Environment(
        loader=FileSystemLoader(_folder("own")), undefined=StrictUndefined, trim_blocks=True, autoescape=False,  # noqa: S701 (Markdown)
        keep_trailing_newline=True,
    )  # fmt: skip
    templates.filters["md"] = escape_markdown
    texts = {CONFIGURATION: configuration(choices)}
    for path, _ in _files(_folder("own")):
        text = templates.get_template(path).render(asdict(choices), examples=examples)
        texts[_shown(path).removesuffix(".jinja")] = text
    texts |= {f"data/schema/{name}": text for name, text in schemas().items()}
    data = {f"data/{path}": content for path, content in _files(_folder("papers" if examples else "empty"))}
    return {path: text.encode() for path, text in texts.items()} | data


def configuration(choices: Choices) -> str:
    """This repository's mkdocs.yml with the owner's names and addresses in the place of ours."""
    text = dict(_shared(CONFIGURATION))[CONFIGURATION].decode()
    author = f"\nsite_author: {scalar(_in_html(choices.author))}" if choices.author else ""
    values = {
        "site_name": scalar(_in_html(choices.name)),
        "site_description": scalar(_in_html(choices.description)) + author,
        "site_url": f'!ENV [PAPERSHELF_SITE_URL, "{choices.site_url or "http://127.0.0.1:8000/"}"]',
        "repo_url": f'!ENV [PAPERSHELF_REPO_URL, "{choices.repo_url}"]',
    }
    for key, value in values.items():
        start, end = re.search(rf"(?m)^{key}: .*$", text).span()  # type: ignore[union-attr] # ours has them all
        text = f"{text[:start]}{key}: {value}{text[end:]}"
    return text


def manifest(hashes: Mapping[str, str]) -> bytes:
    """The text of the file that says how each of the engine's files was when it was written."""
    return (json.dumps({"version": version(), "files": dict(sorted(hashes.items()))}, indent=2) + "\n").encode()


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a text file; a checkout with the line ends of Windows is no change of its owner's."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _in_html(text: str) -> str:
    """A text as Material needs it, which puts names and descriptions into HTML as they are."""
    names = {"<": "&lt;", ">": "&gt;", '"': "&quot;", "&": "&amp;"}
    return re.sub(r'[<>"]|&(?=[#\w])', lambda mark: names[mark[0]], text)


def _folder(name: str) -> Path:
    return theme_folder("shelf") / name


def _shared(name: str) -> Iterator[tuple[str, bytes]]:
    """A shared file, or the files of a shared folder: from the wheel's folder for them, or the top of a checkout."""
    carried = _folder("shared")
    top = carried if carried.is_dir() else theme_folder("shelf").parents[1]
    if (top / name).is_file():
        yield name, (top / name).read_bytes()
    for path, content in _files(top / name):
        yield f"{name}/{path}", content


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files below a folder, by path, without what editors and systems leave."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != ".DS_Store" and not path.name.endswith("~"):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _shown(path: str) -> str:
    """The path in a shelf; a file that would work in this repository, too, has its name's first dot written out."""
    return re.sub(r"(^|/)dot-", r"\1.", path)
