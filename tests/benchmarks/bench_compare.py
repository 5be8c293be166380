"""Our build beside stock MkDocs + Material and Hugo + Pagefind, on the same papers: time, memory, bytes, files.

    python tests/benchmarks/bench_compare.py                          # 300 to 10,000 made papers
    python tests/benchmarks/bench_compare.py --corpus papers.jsonl.gz --papers 300 100000 --runs 1
    python tests/benchmarks/bench_compare.py --write                  # and into README.md, with a picture

Every build is a process of its own, measured as a whole, of a site that is empty before; the ways take turns, so that a
slow minute of the machine meets all of them. A ratio compares two builds of the same turn, and the table has the median
of all turns. Each site is looked through after each build: every paper has its page, is in a topic and in the search
index, or the benchmark stops.

Hugo and Pagefind are used where they are installed: Hugo from the PATH, Pagefind from the PATH or the Python package
`pagefind[bin]`. What isn't there, or would take very long, stands in the table as not run. Where making many files is
slow, all ways are: TMPDIR names another disk, or one in memory.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from bench_build import ids_in, make_shelf, timed
from compare import report, sites
from compare.report import AGAIN, CLONED, HUGO, OURS, RENAMED, STOCK, Cost, Result

MKDOCS = (sys.executable, "-m", "mkdocs", "build", "--strict")
SIZES = [300, 1000, 5000, 10_000]
SLOW = 5000
STAGE = re.compile(r"stage (?P<name>[^:]+): (?P<seconds>\d+\.\d+) s$")
"""How the plugin names a stage of a build in its debug log: this line is all that the benchmark knows of it."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Way:
    """A way to make a site: the commands, each with the name of its part, and the folders that a clean build lacks."""

    name: str
    commands: tuple[tuple[str, Sequence[str]], ...]
    site: str = "site"
    made: tuple[str, ...] = ("site",)
    most: int | None = None
    why_not: str = ""

    def not_run(self, papers: int) -> str:
        """Why there is no such build of so many papers; nothing where there is one."""
        return self.why_not or (f"more than {self.most:,} papers" if self.most and papers > self.most else "")


def main() -> None:
    """Measure, print the table, and write it where that is asked for."""
    options = arguments()
    ways = [way for way in all_ways(options.slow_limit) if way.name in options.only]
    results: list[Result] = []
    stages: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="papershelf-bench-") as folder:
        for size in options.papers:
            place = Path(folder) / str(size)
            projects = {way.name: place / way.name for way in ways} | {OURS: place / OURS}
            apart(prepare, place, options.corpus, size)
            results += measured(ways, projects, place / "expected.json", size, options.runs)
            if options.stages:
                stages[size] = stage_seconds(projects[OURS])
            shutil.rmtree(place)
    text = report.tables(results, stages if options.stages else None)
    print("\n".join([report.circumstances(options, versions()), "", text]))
    if options.write:
        report.write(results, text, report.circumstances(options, versions()))


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--corpus", type=Path, help="JSON lines with title and abstract, gzipped or not; else made ones"
    )
    parser.add_argument("--papers", type=int, nargs="+", default=SIZES, help="how many papers, of each shelf")
    parser.add_argument("--runs", type=int, default=3, help="turns, of which the median is told")
    parser.add_argument(
        "--slow-limit",
        type=int,
        default=SLOW,
        help=f"the most papers for stock MkDocs ({SLOW:,}); Hugo with Pagefind gets ten times as many",
    )
    ways = [OURS, STOCK, HUGO]
    parser.add_argument("--only", nargs="+", choices=ways, default=ways, help="measure only these")
    parser.add_argument("--stages", action="store_true", help="also tell the stages of our build, and how each grows")
    parser.add_argument("--write", action="store_true", help="put the tables and a picture into README.md")
    return parser.parse_args()


def all_ways(slow: int) -> Iterator[Way]:
    """Ours and the others, as far as they are installed."""
    yield Way(OURS, (("", MKDOCS),), made=("site", ".cache"))
    yield Way(STOCK, (("", MKDOCS),), most=slow)
    hugo, pagefind = shutil.which("hugo"), find_pagefind()
    absent = " and ".join(name for name, found in (("Hugo", hugo), ("Pagefind", pagefind)) if not found)
    commands = (("Hugo", (str(hugo), "--quiet")), ("Pagefind", (str(pagefind), "--site", "public")))
    why_not = absent and f"{absent} not installed"
    yield Way(HUGO, commands, "public", ("public", "resources"), most=10 * slow, why_not=why_not)


def find_pagefind() -> str | None:
    """Pagefind's program, without the Python that starts it in its package: that would count as its time."""
    if (package := importlib.util.find_spec("pagefind_bin")) and package.origin:
        inside = (Path(package.origin).with_name(name) for name in ("pagefind_extended", "pagefind"))
        return next((str(path) for path in inside if path.is_file()), None)
    return shutil.which("pagefind")


def apart(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a process of its own: what a parent takes counts as the peak of any child started later."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()


def prepare(place: Path, corpus: Path | None, size: int) -> None:
    """Make a shelf of so many papers, and the same for the others."""
    place.mkdir()
    make_shelf(place / OURS, corpus, size)
    sites.write_sources(place / OURS, place / STOCK, place / HUGO, place / "expected.json")


def measured(ways: Sequence[Way], projects: dict[str, Path], expected: Path, size: int, runs: int) -> Iterator[Result]:
    """The costs of all ways for one size, which take turns."""
    costs: dict[str, list[Cost]] = {
        name: [] for way in ways for name in ((OURS, *LATER) if way.name == OURS else (way.name,))
    }
    for run in range(runs):
        for way in ways:
            if not way.not_run(size):
                say(f"{size:,} papers, turn {run + 1} of {runs}: {way.name}")
                clean(way, projects[way.name])
                costs[way.name].append(build(way, projects[way.name], expected))
                for name, build_again in LATER.items() if way.name == OURS else ():
                    say(f"{size:,} papers, turn {run + 1} of {runs}: {name}")
                    costs[name].append(build_again(way, projects[OURS], expected))
    reasons = {way.name: way.not_run(size) for way in ways}
    for name, turns in costs.items():
        yield Result(size, name, tuple(turns), reasons.get(name, ""))


def clean(way: Way, project: Path) -> None:
    """Remove what earlier builds left."""
    for name in way.made:
        shutil.rmtree(project / name, ignore_errors=True)


def build(way: Way, project: Path, expected: Path, shows: tuple[str, str] | None = None) -> Cost:
    """Build a site, see that it is whole and a paper's page shows what is told, and tell what it cost."""
    parts = [(name, *timed(project, command)) for name, command in way.commands]
    site = project / way.site
    if lack := apart(sites.missing, site, expected):
        raise SystemExit(f"{way.name}: {lack}")
    if shows and shows[1] not in sites.page(site, "papers", shows[0]).read_text(encoding="utf-8"):
        raise SystemExit(f"{way.name}: the page of {shows[0]} doesn't show {shows[1]}")
    seconds = {name: time for name, time, _ in parts}
    cost = Cost(sum(seconds.values()), max(peak for _, _, peak in parts), *sites.size(site), parts=seconds)
    say(f"    {cost.seconds:.2f} s, {cost.megabytes:,.0f} MB")
    return cost


def build_tagged(way: Way, shelf: Path, expected: Path) -> Cost:
    """Build our site after one paper got one more tag, and see that its page shows it."""
    path = next(path for path in sorted((shelf / "data" / "papers").rglob("*.yml")) if "\ntags:\n" in path.read_text())
    new = next(tag for tag in ids_in(shelf / "data" / "tags.yml") if f"  - {tag}\n" not in path.read_text())
    with edited(path, "\ntags:\n", f"\ntags:\n  - {new}\n"):
        return build(way, shelf, expected, shows=(path.stem, f"tags/{new}/"))


def build_cloned(way: Way, shelf: Path, expected: Path) -> Cost:
    """Build our site as on a fresh clone, whose files are all new, with the cache and one paper with one more tag."""
    shutil.rmtree(shelf / way.site)
    for path in (shelf / "data").rglob("*.yml"):
        path.touch()
    return build_tagged(way, shelf, expected)


def build_renamed(way: Way, shelf: Path, expected: Path) -> Cost:
    """Build our site after a topic got another name, which makes each page another one: none is kept, but no text."""
    shutil.rmtree(shelf / way.site)
    topics = shelf / "data" / "topics.yml"
    name = next(re.finditer(r'^  name: "(.*)"$', topics.read_text(encoding="utf-8"), re.MULTILINE))[1]
    topic = ids_in(topics)[0]
    paper = next(path for path in (shelf / "data" / "papers").rglob("*.yml") if f"\n  - {topic}\n" in path.read_text())
    with edited(topics, f'  name: "{name}"', f'  name: "{name} Renamed"'):
        return build(way, shelf, expected, shows=(paper.stem, f"{name} Renamed"))


@contextmanager
def edited(path: Path, before: str, after: str) -> Iterator[None]:
    """A file with one place in it changed, until what is done with it is done."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


LATER = {CLONED: build_cloned, AGAIN: build_tagged, RENAMED: build_renamed}
"""What else our site is built after: each finds the cache that the one before it left."""


def stage_seconds(shelf: Path) -> dict[str, float]:
    """The stages of a clean build of ours, as far as its debug log names them; the logging itself takes time, too."""
    found: dict[str, float] = {}
    for name in ("site", ".cache"):
        shutil.rmtree(shelf / name, ignore_errors=True)
    with tempfile.TemporaryFile() as log:
        found["whole build"], _ = timed(shelf, (*MKDOCS, "--verbose"), log)
        log.seek(0)
        for line in log:
            if stage := STAGE.search(line.decode(errors="replace").rstrip()):
                found[stage["name"]] = found.get(stage["name"], 0.0) + float(stage["seconds"])
    return found


def versions() -> dict[str, str]:
    """The versions of what was measured, as far as it is installed."""
    return report.versions({"Hugo": (shutil.which("hugo"), "version"), "Pagefind": (find_pagefind(), "--version")})


def say(what: str) -> None:
    """Tell somebody who waits what is being done."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
