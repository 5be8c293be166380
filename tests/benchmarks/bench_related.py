"""What else to read, and the map: how good and how fast: `python tests/benchmarks/bench_related.py --corpus FILE`.

On the shelf it counts how often papers that are said to be related share their topics and tags, against papers drawn
by chance and against those that share the rarest tags, which know the topics from the start. On a corpus (else made
papers) it measures processor time, of all processes together, and memory.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from bench_duplicates import made, read

from papershelf import atlas, related
from papershelf.cache import Results
from papershelf.checks import checked
from papershelf.load import Data
from papershelf.model import Catalogue, Paper
from papershelf.related import RELATED
from papershelf.site import Site

Found = Mapping[str, Sequence[str]]


def by_texts(papers: Sequence[Paper]) -> Found:
    near = related.kin(related.texts_of(papers))
    return {name: [other for other, *_ in found[:RELATED]] for name, found in near.items()}


def by_tags(papers: Sequence[Paper]) -> Found:
    """Those that share the most tags: a rare one counts for more, and a topic for a little."""
    counts = Counter(tag for paper in papers for tag in paper.tags)

    def alike(one: Paper, other: Paper) -> float:
        shared = sum(math.log(1 + len(papers) / counts[tag]) for tag in one.tags if tag in other.tags)
        return shared + len({*one.topics} & {*other.topics}) if shared else 0.0

    return {
        one.id: [paper.id for paper in sorted(papers, key=lambda p: (p is one, -alike(one, p), p.id))[:RELATED]]
        for one in papers
    }


def by_chance(papers: Sequence[Paper]) -> Found:
    rng = random.Random(1)
    return {one.id: rng.sample([paper.id for paper in papers if paper is not one], RELATED) for one in papers}


def on_the_map(papers: Sequence[Paper]) -> Found:
    """The nearest dots."""
    place = atlas.places(related.kin(related.texts_of(papers)))
    return {
        name: sorted(place, key=lambda other: (other == name, math.dist(place[other], at), other))[:RELATED]
        for name, at in place.items()
    }


WAYS: Mapping[str, Callable[[Sequence[Paper]], Found]] = {
    "by texts": by_texts, "by tags": by_tags, "by chance": by_chance, "nearest on the map": on_the_map,
}  # fmt: skip


def quality(shelf: Catalogue) -> None:
    print(f"| {len(shelf.papers)} papers, five related to each | share a topic, % | tags in common |")
    print("|---|---:|---:|")
    for label, way in WAYS.items():
        pairs = [(shelf.paper[one], shelf.paper[other]) for one, found in way(shelf.papers).items() for other in found]
        topics = sum(bool({*one.topics} & {*other.topics}) for one, other in pairs)
        tags = sum(len({*one.tags} & {*other.tags}) for one, other in pairs)
        print(f"| {label} | {100 * topics / len(pairs):.1f} | {tags / len(pairs):.2f} |")


def measured(papers: Sequence[Paper]) -> tuple[float, float, float, float]:
    """Seconds of processor time for relating, for the map and for both again, and the peak of memory in MB."""
    at, results, site = [_spent()], Results(), Site("A shelf")
    related.kin_of(related.texts_of(papers), results)
    at.append(_spent())
    (drawn,) = atlas.downloads(Catalogue(tuple(papers)), site, results)
    drawn.make()
    at.append(_spent())
    related.kin_of(related.texts_of(papers), results)
    (drawn,) = atlas.downloads(Catalogue(tuple(papers)), site, results)
    drawn.make()
    at.append(_spent())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1000 if sys.platform != "darwin" else 1e6)
    return at[1] - at[0], at[2] - at[1], at[3] - at[2], peak


def _spent() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def speed(papers: Sequence[Paper], sizes: Sequence[int]) -> None:
    print("\n| papers | relating, s | the map, s | both again, s | wall, s | peak MB |")
    print("|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        # In a process of its own, so that the peak and what is remembered are its own.
        receiver, sender = multiprocessing.Pipe(duplex=False)
        started = time.perf_counter()
        child = multiprocessing.get_context("fork").Process(target=_tell, args=(sender, papers[:size]))
        child.start()
        relating, mapping, again, peak = receiver.recv()
        child.join()
        wall = time.perf_counter() - started
        print(f"| {len(papers[:size]):,} | {relating:.2f} | {mapping:.2f} | {again:.2f} | {wall:.2f} | {peak:.0f} |")


def _tell(sender: Connection, papers: Sequence[Paper]) -> None:
    sender.send(measured(papers))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how good and how fast related papers and the map are.")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the shelf's data")
    parser.add_argument("--corpus", type=Path, help="papers as gzipped JSON lines with title, abstract and arxiv")
    parser.add_argument("--papers", type=int, nargs="*", default=[300, 1_000, 3_000, 10_000], help="how many of them")
    arguments = parser.parse_args()
    papers = read(arguments.corpus) if arguments.corpus else made(max(arguments.papers), random.Random(1))
    speed(papers, arguments.papers)
    print()
    quality(checked(Data(arguments.data, str(arguments.data))))


if __name__ == "__main__":
    main()
