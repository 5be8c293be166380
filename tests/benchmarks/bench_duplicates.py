"""How well and how fast duplicates are found: `python tests/benchmarks/bench_duplicates.py --corpus FILE`.

Papers are retitled by rule, seven ways, each with its abstract as is, edited as for a second version, cut to a third,
and missing; the index of all papers is asked for each. Against them stand the pairs of different papers that are
nearest by TF-IDF, which `papershelf.duplicates` doesn't use. Half "tune" is for choosing thresholds, half "report" for
the figures that are told. Without a corpus it makes its own papers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import nlargest
from pathlib import Path

from papershelf.duplicates import Index, compare, find
from papershelf.model import Paper

PER_KIND = 40
NEAREST = 200
CONDITIONS = ("as is", "edited", "cut short", "missing")
# Two papers with this many whole sentences in common are one work or a slip of the corpus: shown apart, not counted.
SENTENCES_IN_COMMON = 3

# Retitlings: each gives another title for the same paper, or None where the rule has nothing to change.

SPELLINGS = {
    "ization": "isation", "izing": "ising", "ized": "ised", "ize": "ise", "modeling": "modelling", "color": "colour",
    "behavior": "behaviour", "labeled": "labelled", "center": "centre", "analyzing": "analysing",
    "neighbor": "neighbour",
}  # fmt: skip


def spelling(title: str, rng: random.Random, _other: str) -> str | None:
    for american, british in SPELLINGS.items():
        if american in title:
            return title.replace(american, british)
    long = list(re.finditer(r"[A-Za-z]{6,}", title))
    if not long:
        return None
    at = rng.choice(long).start() + rng.randrange(1, 4)
    return rng.choice((title[:at] + title[at + 1] + title[at] + title[at + 2 :], title[:at] + title[at + 1 :]))


def subtitle_dropped(title: str, _rng: random.Random, _other: str) -> str | None:
    return title.split(": ")[0] if ": " in title else None


def subtitle_changed(title: str, rng: random.Random, other: str) -> str | None:
    """Half of the subtitle's words become words of another title."""
    if ": " not in title:
        return None
    head, subtitle = title.split(": ", 1)
    kept, words = subtitle.split(), other.split()
    for at in rng.sample(range(len(kept)), (len(kept) + 1) // 2):
        kept[at] = rng.choice(words)
    return f"{head}: {' '.join(kept)}"


def tex(title: str, rng: random.Random, _other: str) -> str | None:
    if "α" in title or "τ" in title:
        return title.replace("α", r"$\alpha$").replace("τ", r"$\tau$")
    words = title.split()
    at = rng.randrange(len(words))
    if not words[at].isalnum():
        return None
    words[at] = rng.choice((r"\textbf{%s}", r"\emph{%s}", "``%s''", r"{\em %s}", "{%s}")) % words[at]
    return " ".join(words)


def hyphens(title: str, rng: random.Random, _other: str) -> str | None:
    if "-" in title:
        return title.replace("-", rng.choice(("", " ", "–")))
    words = title.split()
    at = rng.randrange(len(words) - 1) if len(words) > 1 else 0
    return "-".join((" ".join(words[: at + 1]), " ".join(words[at + 1 :]))) if len(words) > 1 else None


def word_order(title: str, _rng: random.Random, _other: str) -> str | None:
    """`A: B` becomes `B: A`, `A for B` becomes `For B: A`."""
    if ": " in title:
        head, subtitle = title.split(": ", 1)
        return f"{subtitle}: {head}"
    found = re.search(r" (for|with|via|in|of|from|by) ", title)
    return f"{found[1].capitalize()} {title[found.end() :]}: {title[: found.start()]}" if found else None


def case(title: str, rng: random.Random, _other: str) -> str | None:
    return rng.choice((title.upper(), title.lower(), title.capitalize()))


KINDS: tuple[Callable[[str, random.Random, str], str | None], ...] = (
    spelling, subtitle_dropped, subtitle_changed, tex, hyphens, word_order, case,
)  # fmt: skip


def edited(abstract: str, rng: random.Random, other: str) -> str:
    """A second version: a sentence dropped, one word in twelve changed."""
    sentences = re.split(r"(?<=[.!?]) ", abstract)
    if len(sentences) > 2:
        del sentences[rng.randrange(len(sentences))]
    words, others = " ".join(sentences).split(), other.split()
    for at in rng.sample(range(len(words)), len(words) // 12):
        words[at] = rng.choice(others)
    return " ".join(words)


# Papers


def read(corpus: Path) -> list[Paper]:
    """The corpus's papers, without identifiers: a capture has none."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Paper(id=f"{row['arxiv']}", title=row["title"], abstract=row["abstract"]) for row in rows]


def made(count: int, rng: random.Random) -> list[Paper]:
    """Papers of made words, used as unevenly as real ones; those of a field have words in common."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "or")]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(12_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    fields = [rng.sample(words, 150) for _ in range(60)]
    papers = []
    for number in range(count):
        field = rng.choice(fields)
        text = rng.choices(words, weights, k=190)
        text[::4] = rng.choices(field, k=len(text[::4]))
        name = "".join(rng.choices(syllables, k=3)).capitalize()
        title = f"{name}: {' '.join(rng.sample(field, 3))} for {' '.join(rng.choices(words, k=2))}"
        sentences = (" ".join(text[at : at + 19]).capitalize() + "." for at in range(0, len(text), 19))
        papers.append(Paper(f"made-{number:05d}", title, abstract=" ".join(sentences)))
    return papers


# Pairs of different papers


def nearest(papers: Sequence[Paper], count: int) -> list[tuple[Paper, Paper]]:
    """The pairs with the highest TF-IDF cosine of title and abstract, the nearest first."""
    bags = [Counter(re.findall(r"\w+", f"{paper.title} {paper.abstract}".lower())) for paper in papers]
    frequency = Counter(word for bag in bags for word in bag)
    vectors = []
    for bag in bags:
        vector = {word: (1 + math.log(n)) * math.log(len(papers) / frequency[word]) for word, n in bag.items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        vectors.append({word: weight / length for word, weight in vector.items()})
    postings: defaultdict[str, list[int]] = defaultdict(list)
    rough: dict[tuple[int, int], float] = {}
    for number, vector in enumerate(vectors):
        # Words that no more than a hundred papers have in common tell the candidates; all words, how near they are.
        near: defaultdict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            if frequency[word] <= 100:
                for other in postings[word]:
                    near[other] += weight * vectors[other][word]
                postings[word].append(number)
        rough |= {(other, number): near[other] for other in nlargest(10, near, key=near.__getitem__)}
    candidates = nlargest(20 * count, rough, key=rough.__getitem__)
    cosine = {(a, b): sum(w * vectors[b].get(word, 0) for word, w in vectors[a].items()) for a, b in candidates}
    return [(papers[a], papers[b]) for a, b in nlargest(count, cosine, key=cosine.__getitem__)]


def one_text(one: Paper, other: Paper) -> bool:
    """Whether two abstracts have whole sentences in common."""
    sentences, others = (set(re.findall(r"[^.!?]{40,}", paper.abstract or "")) for paper in (one, other))
    return len(sentences & others) >= SENTENCES_IN_COMMON


# Measuring


def retitlings(papers: Sequence[Paper], rng: random.Random) -> list[tuple[str, str, Paper, str]]:
    """For each kind and condition: the kind, the condition, the retitled paper and the id of the one it was."""
    found = []
    for kind in KINDS:
        done = 0
        for paper in rng.sample(papers, len(papers)):
            other = rng.choice(papers)
            title = kind(paper.title, rng, other.title)
            if title is None or title == paper.title:
                continue
            abstract = paper.abstract or ""
            texts = (abstract, edited(abstract, rng, other.abstract or ""), abstract[: len(abstract) // 3], None)
            for condition, text in zip(CONDITIONS, texts, strict=True):
                found.append((kind.__name__, condition, Paper("retitled", title, abstract=text), paper.id))
            if (done := done + 1) == PER_KIND:
                break
    return found


@dataclass
class Tally:
    """What the index answered, by kind and condition."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    hits: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    strays: Counter[tuple[str, str]] = field(default_factory=Counter)
    false: Counter[tuple[str, str]] = field(default_factory=Counter)

    def recall(self, kinds: Sequence[str], condition: str) -> str:
        total = sum(self.tried[kind, condition] for kind in kinds)
        same, likely = (sum(self.hits[kind, condition, v] for kind in kinds) for v in ("same", "likely"))
        return f"{percent(same, total)} / {percent(same + likely, total)}"

    def precision(self, kinds: Sequence[str], condition: str) -> str:
        right = {v: sum(self.hits[kind, condition, v] for kind in kinds) for v in ("same", "likely")}
        wrong = {v: self.strays[condition, v] + self.false[condition, v] for v in ("same", "likely")}
        sure = percent(right["same"], right["same"] + wrong["same"])
        return f"{sure} / {percent(sum(right.values()), sum(right.values()) + sum(wrong.values()))}"


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def count(counted: Counter[tuple[str, str]], condition: str) -> str:
    return f"{counted[condition, 'same']} / {counted[condition, 'same'] + counted[condition, 'likely']}"


def tally(
    papers: Sequence[Paper],
    half: Sequence[Paper],
    pairs: Sequence[tuple[Paper, Paper]],
    twins: Sequence[tuple[Paper, Paper]],
    rng: random.Random,
    say: Callable[[str], None],
) -> Tally:
    """Ask for every retitling and every pair of different papers; mistakes are said."""
    counts = Tally()
    index = Index(papers)
    known = {frozenset((one.id, other.id)) for one, other in twins}
    for kind, condition, paper, original in retitlings(half, rng):
        counts.tried[kind, condition] += 1
        for match in index.matches(paper):
            if match.second == original:
                counts.hits[kind, condition, match.verdict] += 1
            elif frozenset((match.second, original)) not in known:
                counts.strays[condition, match.verdict] += 1
                say(f"stray, {condition}: {paper.title} | {match.second} | {match.evidence}")
    for one, other in pairs:
        for condition in CONDITIONS:
            pair = compare(one, replace(other, abstract=None) if condition == "missing" else other)
            if pair:
                counts.false[condition, pair.verdict] += 1
                say(f"false, {condition}: {one.title} | {other.title} | {pair.evidence}")
    return counts


def row(label: str, cells: Iterable[str]) -> None:
    print(f"{label:20}" + "".join(f"{cell:>15}" for cell in cells))


def show(counts: Tally, negatives: int) -> None:
    """Print recall by kind, and precision."""
    kinds = [kind.__name__ for kind in KINDS]
    total = sum(counts.tried[kind, CONDITIONS[0]] for kind in kinds)
    print(f"\n{total} retitlings, the {negatives} nearest pairs of different papers; in a cell: same / same or likely")
    row("the abstract is", CONDITIONS)
    for kind in kinds:
        row(f"{kind.replace('_', ' ')}, %", (counts.recall([kind], condition) for condition in CONDITIONS))
    row("recall, %", (counts.recall(kinds, condition) for condition in CONDITIONS))
    row("false among nearest", (count(counts.false, condition) for condition in CONDITIONS))
    row("false elsewhere", (count(counts.strays, condition) for condition in CONDITIONS))
    row("precision, %", (counts.precision(kinds, condition) for condition in CONDITIONS))


def show_twins(twins: Sequence[tuple[Paper, Paper]]) -> None:
    """Print the near pairs that aren't counted, and what they were found to be."""
    print(f"\nset apart, not counted: {len(twins)} near pairs with {SENTENCES_IN_COMMON} sentences in common")
    for one, other in twins:
        match = compare(one, other)
        print(f"  {match.verdict if match else '-':7}{one.id} {one.title[:50]} | {other.id} {other.title[:50]}")


def measure_speed(papers: Sequence[Paper]) -> None:
    """Print the time of `find` as papers grow, and its peak memory."""
    print(f"\n{'papers':>8}{'seconds':>10}{'ms/paper':>10}{'peak MB':>9}{'matches':>9}")
    for count in (300, 1_000, 3_000, 10_000):
        some = papers[:count]
        started = time.process_time()
        matches = find(some)
        seconds = time.process_time() - started
        tracemalloc.start()
        find(some)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(f"{len(some):8,}{seconds:10.2f}{1000 * seconds / len(some):10.2f}{peak:9.0f}{len(matches):9}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how well and how fast duplicates are found.")
    parser.add_argument("--corpus", type=Path, help="papers as gzipped JSON lines with title, abstract and arxiv")
    parser.add_argument("--half", choices=("tune", "report"), default="report", help="which half to measure on")
    parser.add_argument("--verbose", action="store_true", help="show every mistake")
    arguments = parser.parse_args()
    papers = read(arguments.corpus) if arguments.corpus else made(10_000, random.Random(1))
    source = f"the papers of {arguments.corpus.name}" if arguments.corpus else "papers made for this purpose"
    print(f'measured on {source}: {len(papers):,}; half "{arguments.half}"')
    shuffled = random.Random(2).sample(papers, len(papers))
    # Every other paper, and every other of the nearest pairs, counted from the first or the second.
    start = 0 if arguments.half == "tune" else 1
    near = nearest(papers, 2 * NEAREST + 40)[start::2]
    twins = [pair for pair in near if one_text(*pair)]
    pairs = [pair for pair in near if pair not in twins][:NEAREST]
    say = print if arguments.verbose else lambda _: None
    counts = tally(papers, shuffled[start::2], pairs, twins, random.Random(3 + start), say)
    show(counts, len(pairs))
    show_twins(twins)
    measure_speed(shuffled)


if __name__ == "__main__":
    main()
