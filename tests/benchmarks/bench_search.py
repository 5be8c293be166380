"""How well and how fast search finds what people type, and what it loads: the shipped code in a real browser.

    python tests/benchmarks/bench_search.py                             # the shelf that ships
    python tests/benchmarks/bench_search.py --corpus papers.jsonl.gz    # and a corpus, 400 queries of each kind

A corpus is a file of JSON lines with `title` and `abstract`. Queries are made by rule, with a fixed seed; the answer
that counts is the one paper that the query was made from. The reciprocal rank is 1 where it comes first, 1/2 where
second … and 0 behind the tenth; the table has the mean. Bytes are what the server sends, compressed by gzip.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median, quantiles

from playwright.sync_api import Browser, sync_playwright

from papershelf import searchindex
from papershelf.cache import Results
from papershelf.checks import checked
from papershelf.folding import words
from papershelf.identity import new_id
from papershelf.load import Data
from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.places import theme_folder
from papershelf.site import Site
from papershelf.text import plain

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browser import launch_options  # noqa: E402

SEED = 20_261_122
KINDS = ("exact title", "three title words", "the same, two typos", "five words of the abstract", "the name alone")
TARGETS = {False: (0.99, 0.95, 0.90, 0.95, 0.97), True: (0.99, 0.88, 0.80, 0.80, 0.92)}
STOP = searchindex.STOP | {
    "via",
    "using",
    "between",
    "through",
    "towards",
    "toward",
    "over",
    "under",
    "do",
    "does",
    "what",
}
COLD = 7
"""How often the first search is timed, each time in a new browser context with nothing cached."""

RUN = """async ({queries, limit}) => {
    const { open } = await import("/assets/search/engine.js");
    const engine = await open(location.origin + "/");
    const ranks = [], times = [];
    for (const [query, id] of queries) {
        const start = performance.now();
        const { results } = await engine.find(query, { limit });
        times.push(performance.now() - start);
        ranks.push(results.findIndex(result => result.id === id));
    }
    return { ranks, times };
}"""
FIRST = """async query => {
    const start = performance.now();
    const { open } = await import("/assets/search/engine.js");
    const engine = await open(location.origin + "/");
    const opened = performance.now();
    const { results } = await engine.find(query);
    return [opened - start, performance.now() - opened, results.length];
}"""


@dataclass
class Served:
    """A folder of files in memory, and what was sent of them."""

    files: dict[str, bytes]
    sent: list[tuple[str, int]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines with title and abstract, gzipped or not")
    parser.add_argument("--papers", type=int, help="how many papers of the corpus")
    parser.add_argument("--queries", type=int, default=400, help="how many queries of each kind on the corpus")
    parser.add_argument("--misses", type=int, default=0, help="how many queries of each kind to show that came late")
    options = parser.parse_args()
    shelves = [(checked(Data(ROOT / "data", "data")), 10**9)]
    if options.corpus:
        shelves.append((catalogue(options.corpus, options.papers), options.queries))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        for shelf, count in shelves:
            measure(browser, shelf, count, options.misses)
        browser.close()


def catalogue(corpus: Path, count: int | None) -> Catalogue:
    """The papers of a corpus, with topics and tags dealt out as a shelf has them."""
    opened = gzip.open if corpus.suffix == ".gz" else open
    topics = tuple(Topic(f"topic-{n}", f"Topic {n}", "") for n in range(12))
    tags = tuple(Tag(f"tag-{n}", f"Label {n}", "") for n in range(120))
    rng, taken, papers = random.Random(SEED), set(), []
    with opened(corpus, "rt", encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            name = new_id(entry["title"], entry.get("arxiv"), taken)
            taken.add(name)
            on = (rng.choice(topics).id,)
            tagged = tuple(tag.id for tag in rng.sample(tags, rng.randint(2, 5)))
            papers.append(Paper(name, entry["title"], topics=on, tags=tagged, abstract=entry["abstract"]))
    return Catalogue(tuple(papers[:count]), topics, tags)


# Queries


def queries(papers: Sequence[Paper], count: int) -> dict[str, list[tuple[str, str]]]:
    """For each kind, queries with the id of the paper that is to be found."""
    rng = random.Random(SEED)
    once = fives(papers)
    makers = (exact, three, lambda r, p: mistyped(r, p), lambda r, p: phrase(r, p, once), name_alone)
    made = {}
    for kind, make in zip(KINDS, makers, strict=True):
        order = rng.sample(papers, len(papers))
        found = ((make(rng, paper), paper.id) for paper in order)
        made[kind] = [(query, name) for query, name in found if query][:count]
    return made


def exact(_: random.Random, paper: Paper) -> str:
    return plain(paper.title)


def title_words(paper: Paper) -> list[str]:
    """The words of a title as they are printed, none twice, without stop words."""
    found = re.findall(r"[^\W_]+", plain(paper.title))
    return list({word.lower(): word for word in found if word.lower() not in STOP and len(word) > 1}.values())


def three(rng: random.Random, paper: Paper) -> str:
    some = title_words(paper)
    return " ".join(rng.sample(some, 3)) if len(some) >= 3 else ""


def mistyped(rng: random.Random, paper: Paper) -> str:
    """Three words of the title, two of which have a typo; drawn again where there aren't two that are long enough."""
    some = title_words(paper)
    for _ in range(100):
        if len(some) < 3:
            break
        drawn = rng.sample(some, 3)
        long = [at for at, word in enumerate(drawn) if len(word) >= 5]
        if len(long) >= 2:
            for at in rng.sample(long, 2):
                drawn[at] = typo(rng, drawn[at])
            return " ".join(drawn)
    return ""


def typo(rng: random.Random, word: str) -> str:
    """A word with one letter left out, doubled by another, replaced, or swapped with the next."""
    while True:
        at, letter = rng.randrange(len(word)), rng.choice("abcdefghijklmnopqrstuvwxyz")
        wrong = rng.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
            )
        )
        if wrong.lower() != word.lower():
            return wrong


def fives(papers: Sequence[Paper]) -> Counter[int]:
    """In how many papers five consecutive words stand, by their hash."""
    seen: Counter[int] = Counter()
    for paper in papers:
        found = [*words(plain(paper.title))[0], "", *words(plain(paper.abstract or ""))[0]]
        seen.update({hash(tuple(found[at : at + 5])) for at in range(len(found) - 4)})
    return seen


def phrase(rng: random.Random, paper: Paper, once: Counter[int]) -> str:
    found = words(plain(paper.abstract or ""))[0]
    places = [at for at in range(len(found) - 4) if once[hash(tuple(found[at : at + 5]))] == 1]
    at = rng.choice(places) if places else 0
    return " ".join(found[at : at + 5]) if places else ""


def name_alone(_: random.Random, paper: Paper) -> str:
    name, colon, _rest = plain(paper.title).partition(":")
    return name if colon and len(name.split()) <= 3 else ""


# Measuring


def measure(browser: Browser, shelf: Catalogue, count: int, misses: int) -> None:
    started = time.process_time()
    downloads = list(searchindex.downloads(shelf, Site("Shelf", None), Results()))
    files = {download.path: download.make() for download in downloads}
    seconds = time.process_time() - started
    index = sum(map(len, files.values()))
    for script in sorted((theme_folder("material") / "assets" / "search").glob("*.js")):
        files[f"assets/search/{script.name}"] = script.read_bytes()
    files["assets/search/pages.json"] = b"[]"
    files["index.html"] = b"<!doctype html><title>Search</title>"
    asked = queries(shelf.papers, count)
    large = len(shelf.papers) > 1000
    print(f"\n{len(shelf.papers):,} papers; the index: {len(downloads)} files, {index / 1e6:.1f} MB, {seconds:.1f} s")
    print(f"{'kind':30}{'queries':>8}{'MRR@10':>9}{'wanted':>8}{'first':>8}{'ms':>8}{'95%':>7}")
    served = Served(files)
    with serving(served) as address:
        page = browser.new_page()
        page.goto(address)
        for (kind, some), target in zip(asked.items(), TARGETS[large], strict=True):
            done = page.evaluate(RUN, {"queries": some, "limit": 10})
            scores = [1 / (rank + 1) if rank >= 0 else 0.0 for rank in done["ranks"]]
            high = quantiles(done["times"], n=20)[-1] if len(some) > 1 else 0.0
            top = fmean(score == 1 for score in scores)
            print(
                f"{kind:30}{len(some):8,}{fmean(scores):9.3f}{target:8.2f}{top:8.1%}{median(done['times']):8.1f}{high:7.1f}",
                flush=True,
            )
            late = [(query, rank + 1) for (query, _), rank in zip(some, done["ranks"], strict=True) if rank]
            for query, rank in late[:misses]:
                print(f"    {rank or '-'}: {query}")
        page.close()
        cold = [first(browser, served, address, query) for query, _ in every_kind(asked)]
    for what, times in (
        ("search opened", [before for before, _, _ in cold]),
        ("first key to first result, search open", [after for _, after, _ in cold]),
        ("both together, nothing loaded", [before + after for before, after, _ in cold]),
    ):
        print(f"{what:42} median {median(times):5.0f} ms, slowest {max(times):5.0f} ms")
    sizes = [size / 1000 for _, _, size in cold]
    print(f"{'bytes until then, gzip':42} median {median(sizes):5.0f} KB, most    {max(sizes):5.0f} KB")


def every_kind(asked: dict[str, list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    for some in asked.values():
        yield from some[:COLD]


def first(browser: Browser, served: Served, address: str, query: str) -> tuple[float, float, int]:
    """Milliseconds to open search where nothing is loaded, then to the results, and the bytes that both took."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    served.sent.clear()
    before, after, found = page.evaluate(FIRST, query)
    context.close()
    if not found:
        raise SystemExit(f"nothing found for {query!r}")
    return before, after, sum(size for _, size in served.sent)


@contextmanager
def serving(served: Served) -> Iterator[str]:
    """A server on loopback that sends files compressed."""
    packed = {path: gzip.compress(content, 6) for path, content in served.files.items()}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/") or "index.html"
            body = packed.get(path)
            self.send_response(200 if body else 404)
            kind = {"js": "text/javascript", "json": "application/json"}.get(path.rpartition(".")[2], "text/html")
            self.send_header("Content-Type", kind)
            if body:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")
            served.sent.append((path, len(body or b"")))

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


if __name__ == "__main__":
    main()
