"""Whether the addresses that stand in the data still lead somewhere: asked politely, remembered by day.

What an answer means is decided without the network, by `judge`; only `asking` speaks HTTP.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import queue
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import responses
from itertools import accumulate
from pathlib import Path
from typing import Literal, TypeAlias

from papershelf import yamlfile
from papershelf.asking import Answer, Limits, one_form
from papershelf.model import Catalogue, Paper
from papershelf.progress import counted
from papershelf.text import Link, parts

Verdict = Literal["dead", "moved", "flaky", "blocked", "alive"]

_FAILURES: Mapping[str, tuple[Verdict, str]] = {
    "malformed": ("dead", "this can't be an address"),
    "no name": ("dead", "there is no host of this name"),
    "refused": ("dead", "the host refuses the connection"),
    "unreachable": ("flaky", "the host can't be reached"),
    "slow": ("flaky", "the host takes too long to answer"),
    "broken": ("flaky", "the answer breaks off or isn't HTTP"),
    # People may get past these, so a machine can't call them dead.
    "certificate": ("blocked", "the certificate isn't trusted here"),
    "circle": ("blocked", "it redirects without end, as pages do that want cookies"),
    "not web": ("blocked", "it redirects to what is no web address"),
    "robots": ("blocked", "the host's robots.txt asks machines to stay away"),
}


@dataclass(frozen=True, order=True)
class Place:
    """Where an address stands: the path of the file below data/, and the key in it."""

    source: str
    key: str


@dataclass(frozen=True)
class Address:
    """An address in its one form, with every place it stands in."""

    url: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Result:
    """What is known of an address: from which day, and for what failed since when and on how many days."""

    verdict: Verdict
    reason: str
    day: datetime.date
    moved_to: str = ""
    since: datetime.date | None = None
    failed_days: int = 0


Ask: TypeAlias = Callable[[str], Answer]


# The addresses of a catalogue


def addresses(catalogue: Catalogue) -> tuple[Address, ...]:
    """Every http(s) address of a catalogue once, sorted, with the places it stands in."""
    found: dict[str, set[Place]] = {}
    for url, place in _written(catalogue):
        if url.lower().startswith(("http://", "https://")):
            found.setdefault(one_form(url), set()).add(place)
    return tuple(Address(url, tuple(sorted(places))) for url, places in sorted(found.items()))


def _written(catalogue: Catalogue) -> Iterator[tuple[str, Place]]:
    for paper in catalogue.papers:
        yield from ((url, Place(paper.source, key)) for key, url in _of_paper(paper))
    for source, entries in (("topics.yml", catalogue.topics), ("tags.yml", catalogue.tags)):
        for entry in entries:
            yield from ((url, Place(source, f"{entry.id}, description")) for url in _in_text(entry.description))


def _of_paper(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.url:
        yield next((key for key in _GIVEN if getattr(paper, key)), "links.paper"), paper.url
    for key in ("code", "data", "project"):
        if url := getattr(paper.links, key, None):
            yield f"links.{key}", url
    texts = [("summary", paper.summary), ("note", paper.note), ("abstract", paper.abstract)]
    texts += [("relations", relation.why) for relation in paper.relations]
    yield from ((key, url) for key, text in texts for url in _in_text(text or ""))


def _in_text(text: str) -> Iterator[str]:
    if "://" in text:
        # What stands in code is no link to readers.
        yield from (part.url for part in parts(re.sub(r"`[^`]*`", " ", text)) if isinstance(part, Link))


# What an answer means


def judge(answer: Answer, earlier: Result | None, today: datetime.date, patience: int = Limits.patience) -> Result:
    """The verdict on an answer; what fails on enough different days is dead in the end."""
    if answer.failure:
        verdict, reason = _FAILURES[answer.failure]
    else:
        verdict, reason = _of_status(answer), f"{answer.status} {responses.get(answer.status, '')}".rstrip()
    if verdict not in ("dead", "flaky"):
        moved_to = answer.moved_to if verdict == "alive" else ""
        return Result("moved" if moved_to else verdict, reason, today, moved_to)
    since, days = today, 1
    if earlier and earlier.since:
        since, days = earlier.since, earlier.failed_days + (earlier.day != today)
    return Result("dead" if days >= patience else verdict, reason, today, since=since, failed_days=days)


def _of_status(answer: Answer) -> Verdict:
    if answer.status < 400:
        return "alive"
    if answer.status in (404, 410):
        return "dead"
    return "flaky" if answer.passing and answer.status != 429 and not answer.challenged else "blocked"


def is_fresh(result: Result, today: datetime.date, fresh_days: int) -> bool:
    """Whether a result still holds: what failed is asked again on the next day."""
    return 0 <= (today - result.day).days < (min(fresh_days, 1) if result.since else fresh_days)


# A run


def check(
    listed: Sequence[Address],
    ask: Ask,
    cache: Path,
    today: datetime.date,
    limits: Limits | None = None,
) -> dict[Address, Result]:
    """What is known of each address, after asking for what isn't known freshly; without those never asked.

    What was learned is written to the cache as it comes, so that a run that is ended isn't lost.
    """
    limits = limits or Limits()
    results = {address.url: result for address, result in known(listed, cache).items()}
    due = [a.url for a in listed if a.url not in results or not is_fresh(results[a.url], today, limits.fresh_days)]
    groups = _by_host(sorted(due, key=lambda url: results[url].day if url in results else datetime.date.min), limits)
    total, saved = sum(map(len, groups)), time.monotonic()
    try:
        for url, answer in counted(_in_parallel(groups, ask, limits.at_once), "Asking for addresses", total):
            results[url] = judge(answer, results.get(url), today, limits.patience)
            if time.monotonic() - saved >= limits.save_every:
                _write_cache(cache, results)
                saved = time.monotonic()
    finally:
        _write_cache(cache, results)
    return {address: results[address.url] for address in listed if address.url in results}


def _by_host(urls: Iterable[str], limits: Limits) -> list[list[str]]:
    """The addresses of each host, those of the largest first: it takes the longest."""
    groups: dict[str, list[str]] = {}
    for url in urls:
        groups.setdefault(url.split("/")[2], []).append(url)
    return sorted((group[: limits.per_host] for group in groups.values()), key=len, reverse=True)


def _in_parallel(groups: Sequence[Sequence[str]], ask: Ask, at_once: int) -> Iterator[tuple[str, Answer]]:
    todo: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[str, Answer] | Exception] = queue.SimpleQueue()
    stopped = threading.Event()
    for group in groups:
        todo.put(group)

    def work() -> None:
        try:
            while True:
                for url in todo.get_nowait():
                    if stopped.is_set():
                        return
                    done.put((url, ask(url)))
        except queue.Empty:
            pass
        except Exception as bug:  # raised again where it is seen
            done.put(bug)

    # Daemons, because an executor's threads hold the process for as long as a host lets them wait.
    for _ in range(at_once):
        threading.Thread(target=work, daemon=True).start()
    try:
        for _ in range(sum(map(len, groups))):
            if isinstance(item := done.get(), Exception):
                raise item
            yield item
    finally:
        stopped.set()


# What is remembered


def known(listed: Iterable[Address], cache: Path) -> dict[Address, Result]:
    """What is known of the addresses without asking; a cache that can't be read is as good as none."""
    try:
        entries = json.loads(cache.read_bytes())
        return {address: _result(**entries[address.url]) for address in listed if address.url in entries}
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return {}


def _result(verdict: str, reason: str, day: str, moved_to: str, since: str | None, failed_days: int) -> Result:
    kind = {str(name): name for name in _ORDER}[verdict]
    first = datetime.date.fromisoformat(since) if since else None
    return Result(kind, str(reason), datetime.date.fromisoformat(day), str(moved_to), first, int(failed_days))


def _write_cache(path: Path, results: Mapping[str, Result]) -> None:
    entries = {url: dataclasses.asdict(result) for url, result in sorted(results.items())}
    yamlfile.write(path, json.dumps(entries, indent=1, default=datetime.date.isoformat) + "\n")


# What is told

_SECTIONS: Mapping[Verdict, tuple[str, str]] = {
    "dead": ("Dead", "These lead nowhere any more."),
    "moved": ("Moved for good", "These still lead there, by redirects that call themselves permanent."),
    "flaky": ("Failing now", "Nothing to do yet: what goes on failing will be called dead."),
    "blocked": ("Can't be told from here", "These turn machines away. Open them by hand now and then."),
}
_ORDER: tuple[Verdict, ...] = (*_SECTIONS, "alive")
_GIVEN = ("arxiv", "acl", "doi")
# An issue of GitHub holds 65,536 characters.
_LONGEST_REPORT = 60_000


def markdown(results: Mapping[Address, Result], shown: str = "data") -> str:
    """The report for an issue: the same bytes as long as nothing changes, and never longer than an issue can be."""
    lines = [counts(results), ""]
    for verdict, (heading, meaning) in _SECTIONS.items():
        items = [(address, result) for address, result in results.items() if _told(address, result) == verdict]
        lines += [f"## {heading} ({len(items)})", "", meaning, ""] if items else []
        for address, result in items:
            arrow = f", now <{result.moved_to}>" if result.moved_to else ""
            lines.append(f"- <{address.url}>{arrow}: {_reason(result)}")
            lines += [
                f"  - `{shown}/{at.source}`, {at.key}. {_advice(verdict, at.key)}".rstrip() for at in address.places
            ]
        lines += [""] if items else []
    for number, length in enumerate(accumulate(len(line) + 1 for line in lines)):
        if length > _LONGEST_REPORT:
            lines[number:] = ["", "There is more; `papershelf links` prints it all.", ""]
            break
    return "\n".join(lines)


def text_lines(results: Mapping[Address, Result], shown: str = "data") -> Iterator[str]:
    """The same for a terminal: a line for each place of an address that isn't simply alive, and the counts."""
    for verdict in _SECTIONS:
        for address, result in results.items():
            arrow = f", now {result.moved_to}" if result.moved_to else ""
            found = f"{verdict}: {address.url}{arrow} ({_reason(result)})"
            for at in address.places if _told(address, result) == verdict else ():
                yield f"{shown}/{at.source}: {at.key}: {found}. {_advice(verdict, at.key)}".rstrip()
    yield counts(results)


def counts(results: Mapping[Address, Result]) -> str:
    """How many addresses there are, and how many of each kind."""
    numbers = Counter(_told(address, result) for address, result in results.items())
    kinds = [f"{numbers[verdict]} {verdict}" for verdict in _ORDER if numbers[verdict]]
    return f"{len(results)} address{'' if len(results) == 1 else 'es'}: {', '.join(kinds) or 'none'}."


def _told(address: Address, result: Result) -> Verdict:
    """The verdict, but for a move that leaves nothing to mend: where it stands as captured or follows from a number."""
    if result.verdict == "moved" and all(place.key in (*_GIVEN, "abstract") for place in address.places):
        return "alive"
    return result.verdict


def _reason(result: Result) -> str:
    return f"{result.reason}, since {result.since}" if result.since else result.reason


def _advice(verdict: Verdict, key: str) -> str:
    if verdict not in ("dead", "moved"):
        return ""
    if key in _GIVEN:
        return f"The address follows from `{key}`: check that." if verdict == "dead" else ""
    if key == "abstract":
        return "The abstract stays as captured; a working address can stand in `links`." if verdict == "dead" else ""
    return "Write the new address." if verdict == "moved" else "Write where it is now, or remove it."
