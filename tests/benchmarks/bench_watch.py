"""What `mkdocs serve` costs somebody who writes: the wait for the first page, for each edit, and the idle time between.

    python tests/benchmarks/bench_watch.py          # the shelf that ships, and 10,000 made papers
    python tests/benchmarks/bench_watch.py --corpus papers.jsonl.gz --papers 1000 --edits 9

The server is a process of its own, on loopback. Its idle time is the processor time that Linux counts for it while
nothing changes and nobody asks; an edit is one more tag in a paper's file, until the paper's page is served with it.
Where other programs run, too, an edit's processor time says more than the wait.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from bench_build import ROOT, edits, make_shelf, serving, wait_for

SETTLING = 3.0
"""Seconds after the first answer, before idle time is measured."""


@dataclass(frozen=True)
class Row:
    """What serving a shelf costs: seconds to the first page, the share of a core while idle, seconds of each edit."""

    papers: int
    first: float
    idle: float
    edits: tuple[float, ...]
    worked: float
    """Processor seconds of an edit."""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines with title and abstract, gzipped or not")
    parser.add_argument("--papers", type=int, nargs="*", default=[10_000], help="how many papers of the corpus")
    parser.add_argument("--idle", type=float, default=30, help="seconds for which nothing changes")
    parser.add_argument("--edits", type=int, default=5, help="edits, of which the median is told")
    options = parser.parse_args()
    if not Path("/proc/self/stat").exists():
        sys.exit("The idle time is read from /proc, which only Linux has.")
    print("| papers | start to first page, s | idle, % of a core | save to served, s | all edits | processor s |")
    print("|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="papershelf-bench-") as name:
        for size in (None, *options.papers):
            row = measured(shelf(Path(name), options.corpus, size), options.idle, options.edits)
            spent = f"{median(row.edits):.2f} | {min(row.edits):.2f} to {max(row.edits):.2f} | {row.worked:.2f}"
            print(f"| {row.papers:,} | {row.first:.1f} | {100 * row.idle:.2f} | {spent} |", flush=True)


def shelf(folder: Path, corpus: Path | None, size: int | None) -> Path:
    """A shelf of so many papers; without a number, a copy of the one that ships."""
    place = folder / f"shelf-{size}"
    if size:
        make_shelf(place, corpus, size)
        return place
    for name in ("data", "site_src"):
        shutil.copytree(ROOT / name, place / name)
    shutil.copy(ROOT / "mkdocs.yml", place)
    return place


def measured(place: Path, seconds: float, count: int) -> Row:
    """Serve a shelf, wait, edit."""
    papers = len(list((place / "data" / "papers").rglob("*.yml")))
    start = time.perf_counter()
    with serving(place) as server:
        wait_for(f"{server.address}papers/", "</html>")
        first = time.perf_counter() - start
        time.sleep(SETTLING)
        before, begin = processor_seconds(server.process), time.perf_counter()
        time.sleep(seconds)
        idle = (processor_seconds(server.process) - before) / (time.perf_counter() - begin)
        before = processor_seconds(server.process)
        spent = tuple(islice(edits(place, server.address), count))
        worked = (processor_seconds(server.process) - before) / count
        return Row(papers, first, idle, spent, worked)


def processor_seconds(process: int) -> float:
    """The processor time of a process, with that of its children that have ended (see `man 5 proc`)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
