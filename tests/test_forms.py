"""Which pages lead to the issue forms of the repository, in a site as MkDocs builds it."""

from __future__ import annotations

import re
from pathlib import Path

import built
import pytest

from bad_data import add
from conftest import Run

REMOVED = """\
- {id: gone, kind: paper, title: Gone, reason: Retracted., date: "2026-08-12", aliases: [gone-before]}
- {id: lost, kind: tag, title: Lost, reason: Nobody used it., date: "2026-08-12"}
- {id: old, kind: topic, title: Old, reason: Too large., date: "2026-08-12"}
"""
CONTRIBUTE = "# Contribute\n\nThere are forms.\n"
PAGES = ("papers/gone", "tags/lost", "topics/old", "contribute", "papers/serial-widgets")


@pytest.mark.parametrize("repository", [True, False])
def test_a_page_leads_to_the_forms_that_can_do_something_for_it(toy: Path, run: Run, *, repository: bool) -> None:
    add(toy, {"data/removed.yml": REMOVED, "site_src/contribute.md": CONTRIBUTE})
    config = toy / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace("nav:\n", "nav:\n  - Contribute: contribute.md\n")
    config.write_text(text if repository else re.sub(r"(?m)^repo_url: .*\n", "", text), encoding="utf-8")
    done = run("mkdocs", "build", "--strict", cwd=toy)
    assert done.returncode == 0, done.stdout
    found = {page: built.forms(toy / "site", page) for page in PAGES}
    if not repository:
        assert not any(found.values())
        return
    assert found == {
        "papers/gone": [],
        "tags/lost": [],
        "topics/old": [],
        "contribute": ["paper.yml", "mend.yml", "tag.yml"],
        "papers/serial-widgets": ["mend.yml&paper=serial-widgets", "tag.yml&papers=serial-widgets"],
    }
