"""Whether the map of a large shelf stutters: the shipped script in a real browser.

    python tests/benchmarks/bench_map.py                             # made papers
    python tests/benchmarks/bench_map.py --corpus papers.jsonl.gz

A reader moves the pointer over the map, switches topics off and on, and zooms and drags. Told is the time from one
frame to the next, and how long the script draws for a frame that needs it; a browser that has nothing else to do shows
one each 16.7 ms.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench_duplicates import made, read
from bench_search import Served, serving
from playwright.sync_api import Browser, Page, sync_playwright

from papershelf import atlas
from papershelf.cache import Results
from papershelf.model import Catalogue, Paper, Topic
from papershelf.places import theme_folder
from papershelf.site import Site

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browser import launch_options  # noqa: E402

TOPICS = 20
STEPS = 120
CANVAS = ".papershelf-map__canvas"
PAGE = """<!doctype html><title>Map</title><body class="md-typeset" data-md-color-scheme="default">
<div class="papershelf-map"><p><a href="assets/map.json">data</a></p></div>
<script type="module">
import { draw } from "/assets/map.js";
draw(document.querySelector(".papershelf-map"));
</script>"""
WATCH = """() => {
    window.gaps = [], window.spent = [];
    const ask = window.requestAnimationFrame.bind(window);
    let last = performance.now();
    window.requestAnimationFrame = paint => ask(now => {
        const start = performance.now();
        paint(now);
        window.spent.push(performance.now() - start);
    });
    const next = () => {
        const now = performance.now();
        window.gaps.push(now - last);
        last = now;
        ask(next);
    };
    ask(next);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines with title and abstract, gzipped or not")
    parser.add_argument("--papers", type=int, nargs="*", default=[300, 10_000], help="how many of them")
    options = parser.parse_args()
    papers = read(options.corpus) if options.corpus else made(max(options.papers), random.Random(1))
    print("| papers | what a reader does | frames | from frame to frame, ms | 95% | longest | drawing, ms | longest |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for size in options.papers:
            shelf = filed(papers[:size])
            (drawn,) = atlas.downloads(shelf, Site("A shelf"), Results())
            for row in measured(browser, drawn.make()):
                print(f"| {len(shelf.papers):,} | {row} |", flush=True)
        browser.close()


def filed(papers: list[Paper]) -> Catalogue:
    """Papers with a topic or two each."""
    rng, topics = random.Random(1), tuple(Topic(f"topic-{n}", f"Topic {n}", "") for n in range(TOPICS))
    names = [topic.id for topic in topics]
    return Catalogue(
        tuple(replace(paper, topics=tuple(rng.sample(names, rng.choice((1, 1, 2))))) for paper in papers), topics
    )


def measured(browser: Browser, data: bytes) -> Iterator[str]:
    """A row of the table for each thing that a reader does."""
    files = {name: (theme_folder("material") / name).read_bytes() for name in ("assets/map.js", "assets/map.css")}
    with serving(Served({**files, "assets/map.json": data, "index.html": PAGE.encode()})) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.goto(address)
        page.locator(f"{CANVAS}[data-dots]").wait_for()
        page.evaluate(WATCH)
        for says, does in DEEDS.items():
            time.sleep(0.5)
            page.evaluate("() => { window.gaps.length = window.spent.length = 0; }")
            does(page)
            gaps, spent = page.evaluate("() => [window.gaps, window.spent]")
            shown = f"{median(gaps):.0f} | {quantiles(gaps, n=20)[-1]:.0f} | {max(gaps):.0f}"
            drawing = f"{median(spent):.1f} | {max(spent):.1f}" if spent else "nothing is drawn | "
            yield f"{says} | {len(gaps)} | {shown} | {drawing}"
        page.close()


def hover(page: Page) -> None:
    """Move the pointer round the map, in and out."""
    for x, y in spiral(page):
        page.mouse.move(x, y)


def switch(page: Page) -> None:
    """Switch each topic off, and on again."""
    for box in page.locator(".papershelf-map input").all() * 2:
        box.evaluate("box => box.click()")


def drag(page: Page) -> None:
    """Zoom in, and drag the map about."""
    page.get_by_role("button", name="Zoom in").click()
    places = list(spiral(page))
    page.mouse.move(*places[0])
    page.mouse.down()
    for x, y in places:
        page.mouse.move(x, y)
    page.mouse.up()


DEEDS: dict[str, Callable[[Page], Any]] = {
    "moves the pointer": hover,
    "switches topics": switch,
    "zooms and drags": drag,
}


def spiral(page: Page) -> Iterator[tuple[float, float]]:
    box = page.locator(CANVAS).bounding_box()
    if box is None:
        raise SystemExit("there is no map")
    for step in range(STEPS):
        far = 0.45 * min(box["width"], box["height"]) * (0.1 + 0.9 * abs(math.sin(step / 30)))
        yield (
            box["x"] + box["width"] / 2 + far * math.cos(step / 6),
            box["y"] + box["height"] / 2 + far * math.sin(step / 6),
        )


if __name__ == "__main__":
    main()
