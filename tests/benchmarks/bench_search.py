"""How well and how fast search finds what people type, and what it loads: the shipped code in a real browser.

    python tests/benchmarks/bench_search.py                             # the shelf that ships
    python tests/benchmarks/bench_search.py --corpus papers.jsonl.gz    # and a corpus, 400 queries of each kind

A corpus is a file of JSON lines with `title` and `abstract`. Queries are made by rule, with a fixed seed; the answer
that counts is the one paper that the query was made from. The reciprocal rank is 1 where it comes first, 1/2 where
second … and 0 behind the tenth; the table has the mean. Times to the first result are those of the dialog: from what is
typed to what it shows where it stands open, and from the key that opens it where nothing is loaded and all is typed at
once. Bytes are what the server sends, compressed by gzip.
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

from papershelf import searchindex, searchwords, writtenpages
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
KINDS = (
    "exact title", "three title words", "the same, two typos", "five words of the abstract", "the name alone",
    "a rare word of it, one typo",
)  # fmt: skip
TARGETS = {False: (0.99, 0.95, 0.90, 0.95, 0.97, None), True: (0.99, 0.88, 0.80, 0.80, 0.92, None)}
"""What is aimed at, on a shelf and on a corpus; of typos in words that stand in no title nothing is asked."""
STOP = searchwords.STOP | {
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
"""How many queries of each kind are timed to the first result, each in a new browser context with nothing cached."""

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
PAGE = """<!doctype html><title>Search</title><header class="md-header__inner"></header>
<script src="assets/papershelf.js"></script>"""
SHOWN = """const shown = () => new Promise(done => {
    const observer = new MutationObserver(() => {
        if (!document.querySelector("[role=option]")) return;
        observer.disconnect();
        done(performance.now());
    });
    observer.observe(document, { childList: true, subtree: true });
});
const press = key =>
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
"""
COLD_FIRST = f"""async query => {{
    {SHOWN}
    const start = performance.now();
    press("/");
    for (const letter of query) press(letter);
    return await shown() - start;
}}"""
WARM_FIRST = f"""async query => {{
    {SHOWN}
    const field = document.querySelector("[role=combobox]");
    field.value = query;
    const start = performance.now();
    field.dispatchEvent(new Event("input"));
    return await shown() - start;
}}"""


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
    once, alone = fives(papers), rare_words(papers)

    def said(rng: random.Random, paper: Paper) -> str:
        return phrase(rng, paper, once)

    def rare(rng: random.Random, paper: Paper) -> str:
        return typo(rng, rng.choice(alone[paper.id])) if alone[paper.id] else ""

    makers = (exact, three, mistyped, said, name_alone, rare)
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


def rare_words(papers: Sequence[Paper]) -> dict[str, list[str]]:
    """Of each paper, the words of five letters or more that stand in its abstract and in no other text."""
    said = {paper.id: {*words(plain(f"{paper.summary} {paper.abstract}"))[0]} for paper in papers}
    titled = {paper.id: {*words(plain(paper.title))[0]} for paper in papers}
    counts = Counter(word for paper in papers for word in said[paper.id] | titled[paper.id])
    every = {word for some in titled.values() for word in some}
    return {
        name: sorted(word for word in some - every if counts[word] == 1 and len(word) >= 5 and word.isalpha())
        for name, some in said.items()
    }


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
    scripts = theme_folder("material") / "assets"
    for script in (scripts / "papershelf.js", *sorted((scripts / "search").glob("*.js"))):
        files[f"assets/{script.relative_to(scripts).as_posix()}"] = script.read_bytes()
    written = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "site_src").glob("*.md"))}
    pages = writtenpages.download(Site("Shelf", None), lambda: written)
    files[pages.path] = pages.make()
    files["index.html"] = PAGE.encode()
    asked = queries(shelf.papers, count)
    large = len(shelf.papers) > 1000
    print(f"\n{len(shelf.papers):,} papers; the index: {len(downloads)} files, {index / 1e6:.1f} MB, {seconds:.1f} s")
    print(f"{'kind':32}{'queries':>7}{'MRR@10':>9}{'wanted':>8}{'first':>8}{'ms':>8}{'95%':>7}")
    served = Served(files)
    with serving(served) as address:
        page = browser.new_page()
        page.goto(address)
        for (kind, some), target in zip(asked.items(), TARGETS[large], strict=True):
            done = page.evaluate(RUN, {"queries": some, "limit": 10})
            scores = [1 / (rank + 1) if rank >= 0 else 0.0 for rank in done["ranks"]]
            high = quantiles(done["times"], n=20)[-1] if len(some) > 1 else 0.0
            top = fmean(score == 1 for score in scores)
            shown = (f"{kind:32}{len(some):7,}{fmean(scores):9.3f}", f"{target:8.2f}" if target else " " * 8)
            print(*shown, f"{top:8.1%}{median(done['times']):8.1f}{high:7.1f}", sep="", flush=True)
            late = [(query, rank + 1) for (query, _), rank in zip(some, done["ranks"], strict=True) if rank]
            for query, rank in late[:misses]:
                print(f"    {rank or '-'}: {query}")
        page.close()
        some = list(every_kind(asked))
        warm = opened(browser, address, some)
        cold = [first(browser, served, address, query) for query in some]
    print(f"\nTo the first result, {len(some)} queries:")
    for what, numbers, unit in (
        ("search open", warm, "ms"),
        ("nothing loaded, opened and typed at once", [spent for spent, _ in cold], "ms"),
        ("bytes until then, gzip", [size / 1000 for _, size in cold], "KB"),
    ):
        high = quantiles(numbers, n=20)[-1]
        print(f"{what:42} median {median(numbers):5.0f} {unit}, 95% {high:5.0f}, most {max(numbers):5.0f}")


def every_kind(asked: dict[str, list[tuple[str, str]]]) -> Iterator[str]:
    for some in asked.values():
        yield from (query for query, _ in some[:COLD])


def opened(browser: Browser, address: str, some: Sequence[str]) -> list[float]:
    """Milliseconds to the first result of each query, in a dialog that was open before it was typed."""
    times = []
    for query in some:
        # Each in a page of its own: what another search had read must not help.
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(address)
            page.keyboard.press("/")
            page.get_by_role("combobox").wait_for()
            page.wait_for_load_state("networkidle")
            times.append(page.evaluate(WARM_FIRST, query))
    return times


def first(browser: Browser, served: Served, address: str, query: str) -> tuple[float, int]:
    """Milliseconds from the key that opens search, where nothing is loaded, to the first result, and the bytes."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        served.sent.clear()
        spent = page.evaluate(COLD_FIRST, query)
        return spent, sum(size for path, size in served.sent if path.startswith("assets/"))


@contextmanager
def serving(served: Served) -> Iterator[str]:
    """A server on loopback that sends files compressed."""
    packed = {path: gzip.compress(content, 6) for path, content in served.files.items()}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without it the second packet of an answer waits for the first to be acknowledged, some 40 ms.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/") or "index.html"
            body = packed.get(path)
            self.send_response(200 if body else 404)
            kind = {"js": "text/javascript", "json": "application/json", "css": "text/css"}.get(
                path.rpartition(".")[2], "text/html"
            )
            self.send_header("Content-Type", kind)
            if body:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")
            served.sent.append((path, len(body or b"")))

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            # A browser that has seen enough drops its connections.
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(*_)

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


if __name__ == "__main__":
    main()
