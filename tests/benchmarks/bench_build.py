"""What a shelf costs as it grows: import, load and check, strict build, and the rebuild after one edited tag.

    python tests/benchmarks/bench_build.py                        # the shelf that ships, and 1,000 made papers
    python tests/benchmarks/bench_build.py --corpus papers.jsonl.gz --papers 1000 5000

A corpus is a file of JSON lines with `title` and `abstract`. Every step is a process of its own; times are wall time,
and the memory is the most that all its processes had together. Compare rows of one run with each other: the machine is
not always as fast.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
HEADER = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
SEED = 20_261_121


@dataclass(frozen=True)
class Row:
    """One measured step."""

    papers: int
    step: str
    seconds: float
    megabytes: float | None


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines with title and abstract, gzipped or not")
    parser.add_argument("--papers", type=int, nargs="*", default=[1000], help="how many papers of the corpus")
    options = parser.parse_args()
    print(
        f"Papers: the shelf that ships, and {f'those of {options.corpus.name}' if options.corpus else 'made ones'}.\n"
    )
    print(f"{'papers':>8}  {'step':<34} {'seconds':>8} {'papers/s':>9} {'peak MB':>8}")
    with tempfile.TemporaryDirectory(prefix="papershelf-bench-") as folder:
        for row in measured(Path(folder), options.corpus, options.papers):
            memory = f"{row.megabytes:8.0f}" if row.megabytes else f"{'':8}"
            print(
                f"{row.papers:8,}  {row.step:<34} {row.seconds:8.2f} {row.papers / row.seconds:9,.0f} {memory}",
                flush=True,
            )


def measured(folder: Path, corpus: Path | None, sizes: list[int]) -> Iterator[Row]:
    """Every row, the shelf that ships first."""
    shelf = folder / "shelf"
    shelf.mkdir()
    for name in ("data", "site_src"):
        shutil.copytree(ROOT / name, shelf / name)
    shutil.copy(ROOT / "mkdocs.yml", shelf)
    empty = folder / "empty"
    empty.mkdir()
    captures = sorted((ROOT / "data" / "captures").glob("*.txt"), reverse=True)
    total = len(list((shelf / "data" / "papers").rglob("*.yml")))
    spent = [run(empty, "papershelf", "import", str(capture)) for capture in captures]
    yield Row(total, "import both captures", sum(t for t, _ in spent), max(m for _, m in spent))
    yield from steps(shelf, total)
    for size in sizes:
        grown = folder / f"shelf-{size}"
        yield Row(size, "import a capture", *make_shelf(grown, corpus, size))
        yield from steps(grown, size)


def make_shelf(folder: Path, corpus: Path | None, size: int) -> tuple[float, float]:
    """Make a shelf of so many papers, imported and curated; what the import cost."""
    folder.mkdir()
    shutil.copytree(ROOT / "site_src", folder / "site_src")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "many.txt").write_text(HEADER + "\n".join(papers(corpus, size)) + "\n", encoding="utf-8")
    cost = run(folder, "papershelf", "import", "many.txt")
    curate(folder / "data")
    return cost


def steps(shelf: Path, total: int) -> Iterator[Row]:
    """Load, build and rebuild one shelf."""
    yield Row(total, "load and check", *run(shelf, "papershelf", "check"))
    yield Row(total, "mkdocs build --strict", *run(shelf, "mkdocs", "build", "--strict"))
    yield Row(total, "serve: one edited tag until served", served_edit(shelf), None)


def run(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run a Python module; its seconds and the peak of its memory in MB."""
    return timed(folder, [sys.executable, "-m", *arguments])


def timed(folder: Path, command: Sequence[str], log: int | IO[bytes] = subprocess.DEVNULL) -> tuple[float, float]:
    """Run a command; its seconds and the peak of its memory in MB, that of all its processes together."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    with memory(process.pid) as seen:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed in {folder}")
    return seconds, max(usage.ru_maxrss * (1024 if sys.platform != "darwin" else 1), *seen) / 1e6


@contextmanager
def memory(process: int) -> Iterator[list[int]]:
    """The bytes that a process and all below it have together, looked at again and again; none where it can't be seen.

    What several of them hold counts once. To look takes longer the more there is, and is done a fortieth of the time.
    """
    seen, end = [0], threading.Event()

    def look() -> None:
        pause = 0.0
        while not end.wait(pause):
            start = time.perf_counter()
            seen.append(sum(map(share, family(process))))
            pause = max(0.02, 40 * (time.perf_counter() - start))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        end.set()
        watcher.join()


def family(process: int) -> Iterator[int]:
    """A process and all below it."""
    yield process
    with suppress(OSError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            yield from family(int(child))


def share(process: int) -> int:
    """The bytes of memory of a process, each by how many processes it is shared by."""
    with suppress(OSError):
        found = re.search(r"^Pss: +(\d+) kB$", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    return 0


def served_edit(shelf: Path) -> float:
    """Seconds from saving a changed tag to the first answer that shows it."""
    with serving(shelf) as server:
        wait_for(f"{server.address}papers/", "</html>")
        time.sleep(3)  # the watcher starts after the first answer
        return next(edits(shelf, server.address))


@dataclass(frozen=True)
class Server:
    """A shelf that is served: the address of its site, and the number of the process."""

    address: str
    process: int


@contextmanager
def serving(shelf: Path) -> Iterator[Server]:
    """Serve a shelf on loopback; the site's folder is left beside it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "TMPDIR": str(shelf.parent)}
    with subprocess.Popen(
        command, cwd=shelf, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield Server(f"http://127.0.0.1:{port}/", process.pid)
        finally:
            process.terminate()


def edits(shelf: Path, address: str) -> Iterator[float]:
    """For one paper after another, seconds from saving one more tag to the first answer that shows it."""
    known = ids_in(shelf / "data" / "tags.yml")
    for path in sorted((shelf / "data" / "papers").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        new = next(tag for tag in known if f"  - {tag}\n" not in text)
        if "\ntags:\n" in text:
            start = time.perf_counter()
            path.write_text(text.replace("\ntags:\n", f"\ntags:\n  - {new}\n", 1), encoding="utf-8")
            wait_for(f"{address}papers/{path.stem}/", f"tags/{new}/")
            yield time.perf_counter() - start


def wait_for(address: str, text: str) -> None:
    """Ask until the answer holds the text."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                if text in answer.read().decode():
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"{address} never showed {text}")


def papers(corpus: Path | None, size: int) -> Iterator[str]:
    """Titles and abstracts, one line each, in turn."""
    rows = from_corpus(corpus) if corpus else made()
    seen: set[str] = set()
    while len(seen) < size:
        title, abstract = next(rows)
        if title not in seen:
            seen.add(title)
            yield title
            yield abstract


def from_corpus(corpus: Path) -> Iterator[tuple[str, str]]:
    """The papers of a corpus whose abstracts are long enough for a capture, and then others mixed from these."""
    content = gzip.decompress(corpus.read_bytes()) if corpus.suffix == ".gz" else corpus.read_bytes()
    rows = [json.loads(line) for line in content.decode("utf-8").split("\n") if line]
    texts = [(" ".join(row["title"].split()), " ".join((row["abstract"] or "").split())) for row in rows]
    texts = [(title, abstract) for title, abstract in texts if len(abstract) > 300 and len(title) < 150]
    yield from texts
    yield from mixed(texts)


def mixed(texts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Papers with halves of two others' titles, and an abstract as long as one's, its words in an order found there.

    Whole sentences of others would make papers look alike that don't in a real shelf.
    """
    chance = random.Random(SEED)
    abstracts = [abstract.split() for _, abstract in texts]
    following: dict[str, list[str]] = {}
    for words in abstracts:
        for word, after in pairwise([*words, words[0]]):
            following.setdefault(word, []).append(after)
    titles = [title.split() for title, _ in texts]
    while True:
        for words, mine in zip(abstracts, titles, strict=True):
            other = chance.choice(titles)
            title = " ".join([*mine[: len(mine) // 2 + 1], *other[len(other) // 2 :]])
            said = [words[0]]
            for _ in words[1:]:
                said.append(chance.choice(following[said[-1]]))
            abstract = " ".join(said)
            if len(abstract) > 300 and len(title) < 150:
                yield title, abstract


def made() -> Iterator[tuple[str, str]]:
    """Made papers, the same ones each time."""
    chance = random.Random(SEED)
    syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(6000)]
    while True:
        title = " ".join(chance.choices(words, k=chance.randint(5, 12))).capitalize()
        sentences = (" ".join(chance.choices(words, k=chance.randint(12, 30))).capitalize() + "." for _ in range(8))
        yield title, " ".join(sentences)


def curate(data: Path) -> None:
    """Give every paper topics, tags and a summary by rule, from the vocabulary that ships."""
    for name in ("topics.yml", "tags.yml"):
        shutil.copy(ROOT / "data" / name, data)
    known_topics, known_tags = (ids_in(data / name) for name in ("topics.yml", "tags.yml"))
    chance = random.Random(SEED)
    for path in sorted((data / "papers").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        topics = chance.sample(known_topics, k=chance.randint(1, 2))
        tags = chance.sample(known_tags, k=chance.randint(2, 5))
        lines = ["topics:", *(f"  - {name}" for name in topics), "tags:", *(f"  - {name}" for name in tags)]
        head, rest = text.split("\n", 1)
        summary = "summary: Says in one sentence what is new here, and what it gives to those who read it."
        path.write_text("\n".join([head, *lines, summary, rest]), encoding="utf-8")


def ids_in(path: Path) -> list[str]:
    """The ids of a file that holds a list."""
    return re.findall(r"^- id: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)


if __name__ == "__main__":
    main()
