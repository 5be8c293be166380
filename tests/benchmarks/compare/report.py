"""What was measured as Markdown tables and as a picture, for the terminal and for README.md."""

from __future__ import annotations

import argparse
import html
import math
import os
import platform
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median

OURS, RENAMED, CLONED, AGAIN, STOCK, HUGO = "ours", "renamed", "cloned", "again", "stock", "hugo"
LABELS = {
    OURS: "Papershelf",
    RENAMED: "Papershelf, every page anew, but no text: a topic was renamed",
    CLONED: "Papershelf, the whole site of a fresh clone with the cache, one tag edited",
    AGAIN: "Papershelf, again after one edited tag",
    STOCK: "stock MkDocs + Material",
    HUGO: "Hugo + Pagefind",
}
NOTE = (
    "Peak MB is the memory of all processes of a build together. Ours ÷ this is the time of our first build by that"
    " of this one in the same turn; behind the strokes that with every page anew, and that of a fresh clone with the"
    " cache."
)
README = Path(__file__).parents[1] / "README.md"
PICTURE = README.with_name("compare.svg")
BEGIN, END = "<!-- compare: begin -->", "<!-- compare: end -->"


@dataclass(frozen=True)
class Cost:
    """What one build took, and what it made."""

    seconds: float
    megabytes: float
    bytes: int
    files: int
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """All turns of one way with so many papers, or why there are none."""

    papers: int
    way: str
    turns: tuple[Cost, ...]
    why_not: str = ""

    def median(self, value: Callable[[Cost], float]) -> float:
        """The median over all turns."""
        return median(value(turn) for turn in self.turns)

    @property
    def seconds(self) -> float:
        """The median of the time."""
        return self.median(lambda turn: turn.seconds)


def circumstances(options: argparse.Namespace, found: Mapping[str, str]) -> str:
    """What was measured, when, on what, and the command that gives it; no names of hosts or folders."""
    corpus = f" --corpus {options.corpus.name}" if options.corpus else ""
    sizes = " ".join(map(str, options.papers))
    given = f"--papers {sizes} --runs {options.runs} --slow-limit {options.slow_limit}"
    given += "".join([" --stages"] if options.stages else [])
    if len(options.only) < 3:
        given += f" --only {' '.join(options.only)}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    turns = "one turn" if options.runs == 1 else f"medians of {options.runs} turns"
    papers = (
        "papers of a corpus, and others mixed from these where there are too few" if options.corpus else "made papers"
    )
    tools = ", ".join(f"{name} {version}" for name, version in found.items())
    return (
        f"{datetime.now(tz=UTC):%Y-%m-%d}, {platform.system()} on {platform.machine()} with {cores} cores; {tools};"
        f" {papers}; {turns}. The command:\n\n"
        f"    python tests/benchmarks/bench_compare.py{corpus} {given}"
    )


def versions(programs: Mapping[str, tuple[str | None, str]]) -> dict[str, str]:
    """The versions of Python, of packages, and of programs that are there; each program says its own when asked."""
    found = {"Python": platform.python_version()}
    found |= {name: metadata.version(name) for name in ("mkdocs", "mkdocs-material")}
    for name, (program, question) in programs.items():
        if program:
            answer = subprocess.run([program, question], capture_output=True, text=True, check=False).stdout
            found[name] = match[0] if (match := re.search(r"\d+(\.\d+)+", answer)) else "of unknown version"
    return found


# Tables


def tables(results: Sequence[Result], stages: Mapping[int, Mapping[str, float]] | None) -> str:
    """The comparison, and where they were asked for the stages of our build."""
    of_size = {
        size: {result.way: result for result in results if result.papers == size}
        for size in {result.papers for result in results}
    }
    lines = [
        "| papers | built by | seconds | ms a paper | ours ÷ this | peak MB | site MB | files |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
        *(row(result, of_size[result.papers]) for result in results),
    ]
    lines += ["", NOTE]
    return "\n".join([*lines, *([] if stages is None else ["", *stage_table(stages)])])


def row(result: Result, ours: Mapping[str, Result]) -> str:
    """One way and size as a row of the table."""
    head = f"| {result.papers:,} | {LABELS[result.way]} |"
    if not result.turns:
        return f"{head} not run: {result.why_not} | | | | | |"
    ratio = ""
    if result.way in (STOCK, HUGO):
        ratio = " / ".join(
            f"{by(mine, result):.2f}" for mine in map(ours.get, (OURS, RENAMED, CLONED)) if mine and mine.turns
        )
    parts = [f"{median(turn.parts[part] for turn in result.turns):.2f}" for part in result.turns[0].parts]
    split = f" ({' + '.join(parts)})" if len(parts) > 1 else ""
    cells = (
        f"{result.seconds:.2f}{split}",
        f"{1000 * result.seconds / result.papers:.2f}",
        ratio,
        f"{result.median(lambda turn: turn.megabytes):,.0f}",
        f"{result.median(lambda turn: turn.bytes) / 1e6:,.1f}",
        f"{result.median(lambda turn: turn.files):,.0f}",
    )
    return f"{head} {' | '.join(cells)} |"


def by(one: Result, other: Result) -> float:
    """The median of the times of one by those of the other, turn by turn."""
    pairs = zip(one.turns, other.turns, strict=True)
    return median(mine.seconds / theirs.seconds for mine, theirs in pairs)


def stage_table(stages: Mapping[int, Mapping[str, float]]) -> list[str]:
    """The seconds of each stage by the number of papers, and the power of that number with which it grows."""
    sizes = sorted(stages)
    names = list(dict.fromkeys(name for size in sizes for name in stages[size]))
    lines = [
        "| stage of our build, seconds | " + " | ".join(f"{size:,}" for size in sizes) + " | grows with N to the |",
        "|---|" + "---:|" * (len(sizes) + 1),
    ]
    for name in names:
        times = [stages[size].get(name, 0.0) for size in sizes]
        lines.append(f"| {name} | " + " | ".join(f"{time:.3f}" for time in times) + f" | {growth(sizes, times)} |")
    return lines if len(names) > 1 else [*lines, "", "The build doesn't name its stages in its debug log."]


def growth(sizes: Sequence[int], times: Sequence[float]) -> str:
    """The power between the last two sizes, where what is the same at any size counts least."""
    if len(sizes) < 2 or min(times[-2:]) <= 0:
        return ""
    return f"{math.log(times[-1] / times[-2]) / math.log(sizes[-1] / sizes[-2]):.2f}"


# The picture

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 172, 40, 44
LEADING = 17
SHAPES = {
    OURS: ("M-4 -4H4V4H-4Z", "none"),
    RENAMED: ("M-4 0H4M0 -4V4", "6 2"),
    CLONED: ("M0 -5V5M-4 -3L4 3M-4 3L4 -3", "1 3"),
    AGAIN: ("M0 -5L5 4H-5Z", "2 4"),
    STOCK: ("M-4 -4L4 4M-4 4L4 -4", "8 4"),
    HUGO: ("M0 -5L5 0L0 5L-5 0Z", "12 3 2 3"),
}
"""A mark and a dash for each way, so that colour alone never tells them apart."""
SHORT = {
    OURS: "Papershelf", RENAMED: "after a renamed topic", CLONED: "a clone with the cache",
    AGAIN: "after one edited tag", STOCK: "MkDocs + Material", HUGO: "Hugo + Pagefind",
}  # fmt: skip
STYLE = """\
<style>
svg { --back: #fff; --ink: #1f2328; --grid: #d1d9e0;
  --ours: #0550ae; --anew: #1a7f37; --again: #0a7d8c; --stock: #b3420a; --hugo: #8250df; }
@media (prefers-color-scheme: dark) { svg { --back: #0d1117; --ink: #e6edf3; --grid: #3d444d;
  --ours: #79c0ff; --anew: #7ee787; --again: #56d4dd; --stock: #ffa657; --hugo: #d2a8ff; } }
text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.grid { stroke: var(--grid); fill: none; }
</style>"""


@dataclass(frozen=True)
class Scale:
    """Numbers from a power of ten to another, along a length."""

    low: int
    high: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Scale:
        """The scale that holds all values."""
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), start, end)

    def at(self, value: float) -> float:
        """Where a value stands."""
        return self.start + (self.end - self.start) * (math.log10(value) - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def picture(results: Sequence[Result]) -> str:
    """Seconds by papers, both in powers of ten: a line that climbs as the grid does grows with N."""
    lines = {way: [r for r in results if r.way == way and r.turns] for way in SHAPES}
    lines = {way: points for way, points in lines.items() if points}
    every = [point for points in lines.values() for point in points]
    x = Scale.over([point.papers for point in every], LEFT, WIDTH - RIGHT)
    y = Scale.over([point.seconds for point in every], HEIGHT - BOTTOM, TOP)
    largest = "; ".join(
        f"{LABELS[way]}: {points[-1].seconds:.1f} s for {points[-1].papers:,} papers" for way, points in lines.items()
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
            ' role="img" aria-labelledby="title desc">',
            '<title id="title">Seconds to build a site, by its papers</title>',
            f'<desc id="desc">{html.escape(largest)}.</desc>',
            STYLE,
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="var(--back)"/>',
            *grid(x, y),
            *(line(way, points, x, y) for way, points in lines.items()),
            *names({way: y.at(points[-1].seconds) for way, points in lines.items()}),
            "</svg>\n",
        ]
    )


def grid(x: Scale, y: Scale) -> list[str]:
    """The lines at the powers of ten, and what they stand for."""
    drawn = [f'<text x="{LEFT - 40}" y="{TOP - 18}">seconds, whole build</text>']
    drawn.append(f'<text x="{x.end:.0f}" y="{HEIGHT - 8}" text-anchor="end">papers</text>')
    for value in y.ticks:
        at = y.at(value)
        drawn.append(f'<path class="grid" d="M{x.start:.1f} {at:.1f}H{x.end:.1f}"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{at + 4.5:.1f}" text-anchor="end">{value:,g}</text>')
    for value in x.ticks:
        at = x.at(value)
        drawn.append(f'<path class="grid" d="M{at:.1f} {y.end:.1f}V{y.start:.1f}"/>')
        drawn.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>')
    return drawn


def line(way: str, points: Sequence[Result], x: Scale, y: Scale) -> str:
    """A way's line with a mark at each size."""
    places = [(x.at(point.papers), y.at(point.seconds)) for point in points]
    mark, dash = SHAPES[way]
    path = "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
    marks = "".join(f'<path d="{mark}" transform="translate({a:.1f} {d:.1f})"/>' for a, d in places)
    return (
        f'<g stroke="var(--{way})" stroke-width="2" fill="none"><path d="M{path}" stroke-dasharray="{dash}"/>'
        f'<g fill="var(--back)">{marks}</g></g>'
    )


def names(ends: Mapping[str, float]) -> list[str]:
    """What each line is, beside its end with its mark, moved down where two would stand upon each other."""
    drawn: list[str] = []
    last = 0.0
    left = WIDTH - RIGHT + 18
    for way, end in sorted(ends.items(), key=lambda item: item[1]):
        last = max(end, last + LEADING)
        drawn.append(
            f'<path d="{SHAPES[way][0]}" transform="translate({left} {last:.1f})" stroke="var(--{way})"'
            f' stroke-width="2" fill="none"/><text x="{left + 12}" y="{last + 4.5:.1f}">{SHORT[way]}</text>'
        )
    return drawn


# README.md


def write(results: Sequence[Result], text: str, told: str) -> None:
    """Put what was measured between the markers of README.md, and the picture beside it."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    alt = "Seconds to build a site by its papers; the table has the numbers"
    section = f"\n\n{told}\n\n![{alt}]({PICTURE.name})\n\n{text}\n\n"
    PICTURE.write_text(picture(results), encoding="utf-8")
    README.write_text(f"{before}{BEGIN}{section}{END}{after}", encoding="utf-8")
