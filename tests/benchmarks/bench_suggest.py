"""How good and how fast suggestions are: `python tests/benchmarks/bench_suggest.py [--tune]`, on the shipped shelf.

Each paper is asked for as if it had no topics and tags and were the only one to file. Against ours stand the plain
baseline (count the tags, or topics, of the ten nearest papers by TF-IDF cosine) and the same counting over our folded
and weighted terms, which shows what is due to the terms and what to the rest. The weights in `suggest.py` come from one
half of the papers (`--tune` finds them again, by logistic regression); the figures to believe are the other half's.
What a tag is said to mean was written by people who had read these papers, and leaving one out doesn't unwrite that:
so there is a row without names and descriptions, too.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from papershelf import suggest
from papershelf.checks import checked
from papershelf.load import Data
from papershelf.model import Catalogue, Paper
from papershelf.suggest import TAGS, TOPICS, WEIGHTS, Features, Kind, Suggester, Suggestion

NEAREST = 10
RESAMPLES = 5_000
KINDS: tuple[Kind, ...] = ("topic", "tag")
ASKED: dict[Kind, tuple[str, int]] = {
    "topic": ("first topic in the first two", TOPICS),
    "tag": ("tags in the first five", TAGS),
}

Answers = Mapping[str, Mapping[Kind, Sequence[str]]]
"""For each paper, what was suggested, the likeliest first."""


# Suggesting, in three ways


def counted(papers: Sequence[Paper], terms: Callable[[Paper], Counter[str]], asked: slice = slice(None)) -> Answers:
    """The topics and tags that most of the ten nearest papers have; of as many, those of a nearer one."""
    vectors = tf_idf([terms(paper) for paper in papers])
    answers: dict[str, Mapping[Kind, Sequence[str]]] = {}
    for number, vector in list(enumerate(vectors))[asked]:
        near = [
            (-sum(weight * other.get(term, 0.0) for term, weight in vector.items()), papers[at].id, papers[at])
            for at, other in enumerate(vectors)
            if at != number
        ]
        nearest = [paper for *_, paper in sorted(near, key=lambda entry: entry[:2])[:NEAREST]]
        # A Counter keeps the order in which it met what it counts, the nearest paper's first.
        topics = Counter(topic for paper in nearest for topic in paper.topics)
        tags = Counter(tag for paper in nearest for tag in paper.tags)
        answers[papers[number].id] = {
            "topic": [name for name, _ in topics.most_common(TOPICS)],
            "tag": [name for name, _ in tags.most_common(TAGS)],
        }
    return answers


def tf_idf(bags: Sequence[Counter[str]]) -> list[dict[str, float]]:
    """A vector of length one for each bag of terms."""
    frequency = Counter(term for bag in bags for term in bag)
    vectors = []
    for bag in bags:
        vector = {term: (1 + math.log(n)) * math.log(len(bags) / frequency[term]) for term, n in bag.items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        vectors.append({term: weight / length for term, weight in vector.items()})
    return vectors


def plain_words(paper: Paper) -> Counter[str]:
    """The words of title and abstract as they are, but for the commonest."""
    words = suggest._WORD.findall(f"{paper.title} {paper.abstract}".lower())
    return Counter(word for word in words if len(word) > 1 and word not in suggest._COMMON)


def our_terms(paper: Paper) -> Counter[str]:
    return suggest._text(paper).counts


def ours(suggester: Suggester, papers: Sequence[Paper]) -> dict[str, tuple[Suggestion, ...]]:
    return {paper.id: suggester.suggest(replace(paper, topics=(), tags=())) for paper in papers}


def named(suggestions: Mapping[str, Sequence[Suggestion]]) -> Answers:
    return {
        paper: {kind: [one.id for one in found if one.kind == kind] for kind in KINDS}
        for paper, found in suggestions.items()
    }


def from_papers_alone(suggester: Suggester, papers: Sequence[Paper]) -> Answers:
    """Ours, as if topics and tags had neither names nor descriptions."""
    answers: dict[str, dict[Kind, list[str]]] = {}
    for paper in papers:
        answers[paper.id] = {}
        for kind in KINDS:
            seen = {n: f._replace(described=0.0, named=0.0) for n, f in suggester.features(paper, kind).items()}
            best = sorted(seen, key=lambda name: (-suggest._chance(kind, seen[name]), name))
            answers[paper.id][kind] = best[: ASKED[kind][1]]
    return answers


# Measuring


def wanted(paper: Paper, kind: Kind) -> Sequence[str]:
    return paper.topics[:1] if kind == "topic" else paper.tags


def recalls(answers: Answers, papers: Sequence[Paper], kind: Kind) -> list[float]:
    """For each paper, the share of what is wanted that was suggested."""
    found = [set(wanted(paper, kind)) & set(answers[paper.id][kind]) for paper in papers]
    return [len(names) / len(wanted(paper, kind)) for names, paper in zip(found, papers, strict=True)]


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """The 95% interval of the mean, by drawing the papers again with replacement."""
    rng = random.Random(7)
    means = sorted(fmean(rng.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    return means[round(0.025 * RESAMPLES)], means[round(0.975 * RESAMPLES) - 1]


def compare(rows: Sequence[tuple[str, Answers]], papers: Sequence[Paper]) -> None:
    """Print each way's recall; the last is ours, and each other's row says how much better ours is."""
    for kind in KINDS:
        best = recalls(rows[-1][1], papers, kind)
        for label, answers in rows:
            recall = recalls(answers, papers, kind)
            line = f"{ASKED[kind][0] if answers is rows[0][1] else '':30}{label:34}{100 * fmean(recall):8.1f}"
            if answers is not rows[-1][1]:
                differences = [one - other for one, other in zip(best, recall, strict=True)]
                low, high = interval(differences)
                line += f"{100 * fmean(differences):+12.1f}   {100 * low:+.1f} to {100 * high:+.1f}"
            print(line)


def calibration(suggestions: Mapping[str, Sequence[Suggestion]], papers: Sequence[Paper]) -> None:
    """Print, for suggestions of about the same confidence, how many are right."""
    print(f"\n{'confidence':12}{'topics':>8}{'mean':>8}{'right':>8}{'tags':>10}{'mean':>8}{'right':>8}")
    bins: defaultdict[tuple[int, Kind], list[tuple[float, bool]]] = defaultdict(list)
    for paper in papers:
        for one in suggestions[paper.id]:
            right = one.id in (paper.topics if one.kind == "topic" else paper.tags)
            bins[min(int(5 * one.confidence), 4), one.kind].append((one.confidence, right))
    for low in range(5):
        line = f"{low / 5:.1f} to {(low + 1) / 5:.1f}  "
        for kind in KINDS:
            found = bins[low, kind]
            mean, share = (fmean(column) for column in zip(*found, strict=True)) if found else (0.0, 0.0)
            line += f"{len(found):8}{mean:8.2f}{share:8.2f}  "
        print(line.rstrip())


def filled_in(suggester: Suggester, papers: Sequence[Paper]) -> None:
    """Print how much of what `best` gives for writing is right, and how much of what is wanted it gives."""
    given = {paper.id: suggester.best(replace(paper, topics=(), tags=())) for paper in papers}
    for place, word in enumerate(("topics", "tags")):
        real = {paper.id: set(paper.tags if place else paper.topics) for paper in papers}
        right = sum(len(real[paper] & set(found[place])) for paper, found in given.items())
        total, want = sum(len(found[place]) for found in given.values()), sum(map(len, real.values()))
        none = sum(not found[place] for found in given.values())
        print(f"best(): {total} {word}, {right / total:.0%} right, {right / want:.0%} of all; none for {none} papers")


def young(catalogue: Catalogue, tuning: Sequence[Paper], asked: Sequence[Paper]) -> None:
    """Print what a shelf that has just begun gets: only some papers, none of those asked for, have topics and tags."""
    print(f"\n{'curated':>8}{'first topic':>13}{'tags':>7}   recall, %, for the papers not tuned on")
    for count in (len(tuning), 50, 10):
        curated = {paper.id for paper in tuning[:count]}
        papers = tuple(
            paper if paper.id in curated else replace(paper, topics=(), tags=()) for paper in catalogue.papers
        )
        answers = named(ours(Suggester(replace(catalogue, papers=papers)), asked))
        topics, tags = (100 * fmean(recalls(answers, asked, kind)) for kind in KINDS)
        print(f"{count:8}{topics:13.1f}{tags:7.1f}")


def speed(catalogue: Catalogue) -> None:
    """Print the time to learn and to suggest, as papers grow; the added ones are made of two papers' sentences."""
    print(f"\n{'papers':>8}{'seconds to learn':>18}{'ms/paper asked':>16}")
    rng = random.Random(4)
    for count in (len(catalogue.papers), 1_000, 3_000, 10_000):
        papers = [*catalogue.papers, *(mixed(rng, catalogue.papers, n) for n in range(count - len(catalogue.papers)))]
        started = time.process_time()
        suggester = Suggester(replace(catalogue, papers=tuple(papers)))
        learnt = time.process_time()
        for paper in catalogue.papers[:100]:
            suggester.suggest(paper)
        print(f"{count:8,}{learnt - started:18.2f}{10 * (time.process_time() - learnt):16.1f}")


def mixed(rng: random.Random, papers: Sequence[Paper], number: int) -> Paper:
    one, other = rng.sample(papers, 2)
    sentences = f"{one.abstract} {other.abstract}".split(". ")
    abstract = ". ".join(rng.sample(sentences, len(sentences) // 2))
    return replace(one, id=f"mixed-{number}", title=f"{one.title[:30]} {other.title[-30:]}", abstract=abstract)


# Tuning


def tuned(suggester: Suggester, papers: Sequence[Paper], kind: Kind) -> list[float]:
    """The weights that make the curators' choices likeliest (logistic regression, by Newton's steps)."""
    rows, right = [], []
    for paper in papers:
        for name, features in suggester.features(paper, kind).items():
            # Names of topics are too long to stand in a text: a few that do would weigh by chance.
            rows.append(features if kind == "tag" else features._replace(named=0.0))
            right.append(name in (paper.topics if kind == "topic" else paper.tags))
    weights = [0.0] * len(Features._fields)
    for _ in range(25):
        slope = [-RIDGE * weight for weight in weights]
        curve = [[RIDGE * (one == other) for other in range(len(weights))] for one in range(len(weights))]
        for row, is_right in zip(rows, right, strict=True):
            chance = 1 / (1 + math.exp(-sum(w * value for w, value in zip(weights, row, strict=True))))
            for one, value in enumerate(row):
                slope[one] += value * (is_right - chance)
                for other, value_too in enumerate(row):
                    curve[one][other] += value * value_too * chance * (1 - chance)
        step = solved(curve, slope)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return weights


RIDGE = 0.3
"""How strongly weights are held near 0: next to nothing, for the sake of columns that are all 0."""


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of a small system of linear equations (Gauss and Jordan)."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(len(rows)):
        best = max(range(at, len(rows)), key=lambda number: abs(rows[number][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for number, row in enumerate(rows):
            if number != at:
                rows[number] = [value - row[at] * pivot for value, pivot in zip(row, rows[at], strict=True)]
    return [row[-1] for row in rows]


def tune(suggester: Suggester, papers: Sequence[Paper]) -> None:
    """Print the weights that the papers give, beside those in use, and those of five subsets, as a measure of trust."""
    for kind in KINDS:
        print(f"\n{kind:12}" + "".join(f"{name:>11}" for name in Features._fields))
        print(f"{'in use':12}" + "".join(f"{weight:11.1f}" for weight in WEIGHTS[kind]))
        print(f"{'found':12}" + "".join(f"{weight:11.1f}" for weight in tuned(suggester, papers, kind)))
        for fold in range(5):
            some = [paper for number, paper in enumerate(papers) if number % 5 != fold]
            print(f"{f'without {fold + 1}/5':12}" + "".join(f"{w:11.1f}" for w in tuned(suggester, some, kind)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how good and how fast suggestions are.")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the shelf's data")
    parser.add_argument("--tune", action="store_true", help="find the weights on the tuning half, and stop")
    arguments = parser.parse_args()
    catalogue = checked(Data(arguments.data, str(arguments.data)))
    papers = [paper for paper in catalogue.papers if paper.topics and paper.tags]
    random.Random(1).shuffle(papers)
    half = len(papers) // 2
    suggester = Suggester(catalogue)
    if arguments.tune:
        print(f"tuned on {half} of {len(papers)} papers")
        tune(suggester, papers[:half])
        return
    suggestions = ours(suggester, papers)
    rows = [
        ("counting the ten nearest", counted(papers, plain_words)),
        ("the same, with our terms", counted(papers, our_terms)),
        ("ours, without names, descriptions", from_papers_alone(suggester, papers)),
        ("ours", named(suggestions)),
    ]
    for label, some in ((f"not tuned on: {len(papers) - half}", papers[half:]), (f"all: {len(papers)}", papers)):
        print(f"\n{f'papers {label}':30}{'recall, %, of':34}{'recall':>8}{'ours better':>12}   95% interval")
        compare(rows, some)
        calibration(suggestions, some)
        filled_in(suggester, some)
    young(catalogue, papers[:half], papers[half:])
    speed(catalogue)


if __name__ == "__main__":
    main()
