"""Importing: what is on the shelf already is found, nothing curated is touched, and a stop half-way does no harm."""

from __future__ import annotations

import datetime
import hashlib
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from conftest import Run
from papershelf.checks import checked
from papershelf.importing import apply, plan
from papershelf.load import Data
from papershelf.model import Catalogue
from papershelf.problems import ProblemsError

DAY = datetime.date(2026, 1, 2)
CAPTURES = ("trending-papers", "daily-papers-aug-12")


def contents(folder: Path) -> dict[str, str]:
    """What a folder holds, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def bring_in(root: Path, data: Data, name: str) -> int:
    catalogue = checked(data) if data.root.exists() else Catalogue()
    what = plan(root / "data" / "captures" / f"{name}.txt", name, catalogue, data, DAY)
    return sum(1 for _ in apply(what, data))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Data:
    """Both captures, imported into an empty folder. Not to be changed."""
    data = Data(tmp_path_factory.mktemp("imported") / "data")
    for name in CAPTURES:
        bring_in(root, data, name)
    return data


def test_the_two_captures_make_304_papers_with_328_appearances(imported: Data) -> None:
    catalogue = checked(imported)
    assert len(catalogue.papers) == 304
    assert sum(len(paper.appearances) for paper in catalogue.papers) == 328
    merged = [paper for paper in catalogue.papers if len(paper.appearances) > 1]
    assert len(merged) == 24
    spelled = [(paper.title[:8], place.title) for paper in merged for place in paper.appearances if place.title]
    rest = "Large-scale Autoregressive Pretrained Chinese Language Models with Auto-parallel Computation"
    assert spelled == [("PanGu-α:", f"PanGu-$α$: {rest}")]


@pytest.mark.parametrize(
    "titles",
    [
        ("ParaNames: A Massively Multilingual Entity Name Corpus", "ParaNames 1.0: Creating an Entity Name Corpus"),
        ("Inference Acceleration for Large Language Models on CPUs", "Inference Performance Optimization for Large"),
        ("PyTorch Distributed", "PyTorch FSDP"),
        ("ZeRO: Memory", "ZeRO-Infinity"),
    ],
)
def test_look_alikes_stay_two_papers(imported: Data, titles: tuple[str, str]) -> None:
    found = [paper.id for title in titles for paper in checked(imported).papers if paper.title.startswith(title)]
    assert len(set(found)) == 2


def test_the_papers_that_ship_are_those_of_the_captures(imported: Data, root: Path) -> None:
    made, shipped = checked(imported), checked(Data(root / "data"))
    assert made.paper.keys() == shipped.paper.keys()
    for paper in made.papers:
        curated = shipped.paper[paper.id]
        assert (curated.title, curated.abstract, curated.appearances) == (
            paper.title,
            paper.abstract,
            paper.appearances,
        )


def test_the_order_of_importing_changes_no_id(tmp_path: Path, root: Path, imported: Data) -> None:
    data = Data(tmp_path / "data")
    for name in reversed(CAPTURES):
        bring_in(root, data, name)
    assert checked(data).paper.keys() == checked(imported).paper.keys()


def test_importing_again_changes_no_byte(tmp_path: Path, root: Path) -> None:
    data = Data(tmp_path / "data")
    for name in CAPTURES:
        bring_in(root, data, name)
    before = contents(data.root)
    for name in CAPTURES:
        assert bring_in(root, data, name) == 0
    assert contents(data.root) == before


def test_what_a_curator_wrote_stays_byte_for_byte(toy: Path) -> None:
    """A second list names a paper that was curated with comments and an order of its own."""
    path = toy / "data" / "papers" / "s" / "serial-widgets.yml"
    curated = "# mine\n" + path.read_text().replace("year:", "year:   ") + "# the end, with no list after it\n"
    path.write_text(curated)
    listing = (toy / "data" / "captures" / "toy-daily.txt").read_text().replace("Jan 2", "Jan 3")
    (toy / "again.txt").write_text(listing)
    data = Data(toy / "data")
    list(apply(plan(toy / "again.txt", "again", checked(data), data, DAY), data))
    added = "  - list: again\n    position: 1\n"
    assert path.read_text().replace(added, "") == curated
    assert [place.list for place in checked(data).paper["serial-widgets"].appearances][-1] == "again"


def test_a_changed_title_does_not_bring_the_paper_in_again(toy: Path) -> None:
    path = toy / "data" / "papers" / "s" / "serial-widgets.yml"
    path.write_text(path.read_text().replace("Serial Widgets", "Widgets, One by One"))
    data = Data(toy / "data")
    what = plan(data.root / "captures" / "toy-daily.txt", "toy-daily", checked(data), data, DAY)
    assert (what.new, what.merged, what.known) == ((), (), 2)


def test_equal_titles_with_unlike_abstracts_are_asked_about_and_never_merged(toy: Path) -> None:
    text = (toy / "data" / "captures" / "toy-daily.txt").read_text()
    other = "Quite another work by the same name, on the history of trains in the Alps. " * 5
    old = text.split("\n\n")[7]
    assert old.startswith("Before widgets")
    (toy / "other.txt").write_text(text.replace(old, other.strip()))
    data = Data(toy / "data")
    what = plan(toy / "other.txt", "other", checked(data), data, DAY)
    assert [paper.title for paper in what.new] == ["Serial Widgets"]
    assert what.new[0].id.startswith("serial-widgets-")
    assert [match.verdict for match in what.likely] == ["likely"]


def test_a_changed_capture_under_a_known_id_is_refused(toy: Path) -> None:
    data = Data(toy / "data")
    changed = toy / "toy-daily.txt"
    changed.write_text((data.root / "captures" / "toy-daily.txt").read_text() + "\nMore\n")
    with pytest.raises(ProblemsError) as error:
        plan(changed, "toy-daily", checked(data), data, DAY)
    assert 'isn\'t the text that is known as "toy-daily"' in str(error.value)
    assert "--as" in str(error.value)


def test_one_capture_is_one_list(toy: Path) -> None:
    data = Data(toy / "data")
    with pytest.raises(ProblemsError, match='this text is known as "toy-daily"'):
        plan(data.root / "captures" / "toy-daily.txt", "toy-again", checked(data), data, DAY)


def test_control_and_zero_width_characters_are_dropped_and_counted(toy: Path) -> None:
    text = (toy / "data" / "captures" / "toy-daily.txt").read_text()
    dirty = text.replace("Serial Widgets", "Ser\u200bial\x07 Wid\x9bgets\ufeff").replace(
        "Gadgets are", "Gad\x02gets are"
    )
    (toy / "dirty.txt").write_text(dirty)
    data = Data(toy / "data")
    what = plan(toy / "dirty.txt", "dirty", checked(data), data, DAY)
    assert what.dropped == 5
    assert [paper.title for paper, _ in what.merged] == ["Serial Widgets", "Gadgets for Widgets: Costs \\$5 and More"]


def test_residue_stops_an_import_until_told_otherwise(toy: Path, run: Run) -> None:
    text = (toy / "data" / "captures" / "toy-trending.txt").read_text().split("\n")
    (toy / "torn.txt").write_text("\n".join(text[:4] + text[5:]))
    before = contents(toy / "data")
    refused = run("papershelf", "import", "torn.txt", cwd=toy)
    assert refused.returncode == 1
    assert "residue" in refused.stdout
    assert "Nothing was written" in refused.stdout
    assert contents(toy / "data") == before
    assert run("papershelf", "import", "torn.txt", "--allow-residue", cwd=toy).returncode == 0
    assert run("papershelf", "check", cwd=toy).returncode == 0


def test_the_account_names_residue_by_line(toy: Path, run: Run) -> None:
    text = (toy / "data" / "captures" / "toy-trending.txt").read_text().split("\n")
    (toy / "torn.txt").write_text("\n".join(text[:4] + text[5:]))
    output = run("papershelf", "import", "torn.txt", cwd=toy).stdout
    assert "Lines: 3 header, 2 title, 2 abstract, 0 blank, 1 residue." in output
    assert "line 5: residue: Before widgets were parallel they were serial" in output


def test_an_import_stopped_anywhere_leaves_data_that_loads_and_can_be_finished(root: Path, tmp_path: Path) -> None:
    whole = Data(tmp_path / "whole")
    for name in CAPTURES:
        bring_in(root, whole, name)
    total = len(contents(whole.root))
    for stop in (1, 2, 3, 50, 216, 217, 218, 219, 300):
        data = Data(tmp_path / f"stopped-{stop}")
        left = stop
        for name in CAPTURES:
            catalogue = checked(data) if data.root.exists() else Catalogue()
            steps = apply(plan(root / "data" / "captures" / f"{name}.txt", name, catalogue, data, DAY), data)
            left -= sum(1 for _ in islice(steps, left))
            if not left:
                break
        checked(data)
        for name in CAPTURES:
            bring_in(root, data, name)
        assert len(contents(data.root)) == total
        assert contents(data.root) == contents(whole.root), f"stopped after {stop} files"


def test_a_killed_import_leaves_data_that_loads(root: Path, tmp_path: Path, run: Run) -> None:
    capture = root / "data" / "captures" / "trending-papers.txt"
    command = [sys.executable, "-m", "papershelf", "import", str(capture)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "data").rglob("*.yml"))) < 20 and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert run("papershelf", "check", cwd=tmp_path).returncode == 0
    assert run("papershelf", "import", str(capture), cwd=tmp_path).returncode == 0
    assert "215 papers, 0 topics, 0 tags, 1 list: no problems." in run("papershelf", "check", cwd=tmp_path).stdout
