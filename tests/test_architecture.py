"""The code is built as ARCHITECTURE.md says: who imports whom, and what each module is for."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROWS = (
    ("model",),
    ("problems", "progress", "commonwords"),
    ("processes",),
    ("tex", "git", "yamlmistakes", "journal", "asking", "cache", "quickmark", "folding", "contentpolicy"),
    ("engine", "sending", "templates"),
    ("text", "yamlfile"),
    ("identity", "yamlspans", "comments", "issueform", "suggest", "telling", "reasons"),
    ("related", "searchwords"),
    ("yamledit", "paperlinks", "links", "hygiene"),
    ("values",),
    ("captures", "load", "frombibtex"),
    ("duplicates", "references", "schema"),
    ("tables", "mentions"),
    ("checks",),
    ("importing", "views", "charts", "todo", "places", "news", "ledger"),
    ("layout", "site", "page"),
    ("cite", "export", "feeds", "atlas", "searchindex", "writtenpages", "entries"),
    ("listings",),
    ("downloads", "pages", "drafts", "newpaper", "fmt"),
    ("mkdocs_plugin", "write", "scaffold", "vocabulary", "curating", "addresses", "pagelinks", "propose", "digest"),
    ("starting", "updating", "revisions", "proposalreport"),
    ("diff",),
    ("diffsummary",),
    ("cli",),
)
"""The modules from the core to the rim; each imports only from rows above its own."""

RANK = {name: number for number, row in enumerate(ROWS) for name in row}


def modules(root: Path) -> list[Path]:
    package = root / "generator" / "papershelf"
    return sorted(path for path in package.rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))


def part(path: Path) -> str:
    """The name a module has in the rows: a package counts as one."""
    return path.parent.name if path.parent.name != "papershelf" else path.stem


def imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names} if module == "papershelf" else {module}
    return names


def test_every_module_has_its_row(root: Path) -> None:
    assert {part(path) for path in modules(root)} == set(RANK)


def test_no_arrow_goes_back(root: Path) -> None:
    for path in modules(root):
        own = part(path)
        for name in imports(path):
            if name.startswith("papershelf."):
                other = name.split(".")[1]
                assert other == own or RANK[other] < RANK[own], f"{own} imports {other}"


def test_only_the_plugin_knows_mkdocs(root: Path) -> None:
    knowing = {part(path) for path in modules(root) if any(n.split(".")[0] == "mkdocs" for n in imports(path))}
    assert knowing == {"mkdocs_plugin"}


@pytest.mark.parametrize("module", ["model", "problems"])
def test_facts_read_and_write_nothing(root: Path, module: str) -> None:
    path = root / "generator" / "papershelf" / f"{module}.py"
    assert not imports(path) & {"os", "pathlib", "yaml", "io", "shutil", "subprocess"}
    assert "open(" not in path.read_text(encoding="utf-8")


def test_the_document_shows_the_tree_that_is_there(root: Path) -> None:
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in modules(root):
        if part(path) not in ("captures", "cite", "mkdocs_plugin", "cli"):
            assert f"{path.name} " in text, f"ARCHITECTURE.md does not name {path.name}"
    tree = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert tree
    shown = {line.split()[0].rstrip("/") for line in tree[1].splitlines() if line and not line.startswith(" ")}
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    top = {path.split("/")[0] for path in listed if path and not path.startswith(".")}
    assert shown == top


def test_the_document_gives_a_reason_for_each_dependency(root: Path) -> None:
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"\ndependencies = \[(.*?)\n\]", project, re.DOTALL)
    assert listed
    text = (root / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for name in re.findall(r'^\s*"([a-z0-9-]+)', listed[1], re.MULTILINE):
        assert f"`{name}`" in text, f"ARCHITECTURE.md gives no reason for {name}"
