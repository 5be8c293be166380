"""Where each paper stands on the map: near those that are near it by their texts, and on none of them.

The papers are joined with their nearest to ever fewer groups. The last few are laid out by force, and then, from step
to step, each group's members around it: a paper moves to the middle of those near it, and all are spread out again.
Nothing is compared with everything, and topics and tags have no say.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter

from papershelf.cache import Results
from papershelf.model import Catalogue
from papershelf.places import html_address, paper_path
from papershelf.processes import Helper
from papershelf.related import Kin, Pairs, Texts, kin_of, parted, texts_in
from papershelf.site import Download, Site
from papershelf.text import plain

DATA = "assets/map.json"
"""Where what the map is drawn from is in the site."""
BESIDE = "assets/index.md"
"""A page that links lead from as from that file."""

SIDE = 2000
"""Both coordinates are whole numbers from 0 to this."""

# How many neighbours a group has.
MOST_NEAR = 12
# As few groups as these are laid out by force, in so many rounds.
FEW = 60
ROUNDS = 80
# How often each moves to the middle of its neighbours, and how far; how much of the room is then shared out evenly.
AVERAGED = 3
PULL = 0.9
NEAR = 5.0
EVEN = 0.4
# How often those that stand too near each other are pushed apart, and from how near, by the room each would have.
PUSHES = 3
APART = 0.75
GOLDEN = math.pi * (3 - math.sqrt(5))

Point = tuple[float, float]
Edges = list[dict[int, float]]
"""For each node, its neighbours, and how strongly they hold together."""


def places(near: Kin) -> dict[str, tuple[int, int]]:
    """The place of each paper, by its id; `near` are those near each."""
    return dict(zip(near, _places(near.pairs()), strict=True))


def begin(shelf: Catalogue, results: Results, helper: Helper) -> None:
    """Have a helper begin with the places; which papers are near which has to be known."""
    texts = texts_in(shelf)
    results.begin("places", texts.digest, helper, _places, kin_of(texts, results).pairs())


def downloads(shelf: Catalogue, site: Site, results: Results) -> Iterator[Download]:
    """What the map is drawn from: papers with their titles, places and topics."""
    texts = texts_in(shelf)
    topics = tuple((topic.id, topic.name) for topic in shelf.topics)
    filed = tuple((paper.id, paper.topics) for paper in shelf.papers)
    parts = (texts.digest, topics, filed, site.directory_urls)
    yield Download(DATA, partial(_data, shelf, site, texts, results), parts, len(shelf.papers) // 50)


def _data(shelf: Catalogue, site: Site, texts: Texts, results: Results) -> bytes:
    """One column a fact, which is the shortest; addresses lead from the file itself."""
    placed = results.get("places", texts.digest, lambda: _places(kin_of(texts, results).pairs()))
    place = dict(zip(texts.ids, placed, strict=True))
    papers = sorted(shelf.papers, key=lambda paper: paper.id)
    number = {topic.id: at for at, topic in enumerate(shelf.topics)}
    data = {
        "side": SIDE,
        # What stands before and behind an id.
        "address": html_address(paper_path("*"), BESIDE, directory_urls=site.directory_urls).split("*"),
        "topics": [topic.name for topic in shelf.topics],
        "ids": [paper.id for paper in papers],
        "titles": [plain(paper.title) for paper in papers],
        "x": [place[paper.id][0] for paper in papers],
        "y": [place[paper.id][1] for paper in papers],
        "in": [[number[topic] for topic in paper.topics] for paper in papers],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _places(near: Iterable[Pairs]) -> list[tuple[int, int]]:
    return _on_paper(_laid_out(_graph(list(near))))


def _graph(near: Sequence[Pairs]) -> Edges:
    """Each paper with those near it, and those that it is near to."""
    edges: Edges = [{} for _ in near]
    for one, (own, pairs) in enumerate(zip(edges, near, strict=True)):
        for other, likeness in parted(pairs):
            own[other] = edges[other][one] = float(likeness)
    return edges


def _laid_out(edges: Edges) -> list[Point]:
    """Points for a graph: those of its groups, and the members around them."""
    groups = _groups(edges) if len(edges) > FEW else []
    count = max(groups, default=-1) + 1
    if not groups or count > 0.9 * len(edges):
        return _forced(edges) if len(edges) <= 3 * FEW else _sunflower(len(edges))
    middles = _laid_out(_joined(edges, groups, count))
    members: list[int] = [0] * count
    radius = 0.4 / math.sqrt(count)
    points = []
    for group in groups:
        angle = GOLDEN * members[group]
        x, y = middles[group]
        points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
        members[group] += 1
    for _ in range(AVERAGED):
        points = _averaged(points, edges)
    return _spread(points, EVEN)


def _groups(edges: Edges) -> list[int]:
    """The number of each node's group: with its strongest free neighbour, else with its strongest one's group."""
    groups = [-1] * len(edges)
    count = 0
    for node, near in enumerate(edges):
        if groups[node] >= 0:
            continue
        best = min(((-weight, other) for other, weight in near.items() if groups[other] < 0), default=None)
        if best is None and near:
            groups[node] = groups[min((-weight, other) for other, weight in near.items())[1]]
            continue
        groups[node] = count
        if best:
            groups[best[1]] = count
        count += 1
    return groups


def _joined(edges: Edges, groups: Sequence[int], count: int) -> Edges:
    """The graph of the groups."""
    joined: list[defaultdict[int, float]] = [defaultdict(float) for _ in range(count)]
    for own, near in zip(groups, edges, strict=True):
        row = joined[own]
        for other, weight in near.items():
            row[groups[other]] += weight
    for own, row in enumerate(joined):
        row.pop(own, None)
    return [_strongest(row) for row in joined]


def _strongest(near: Mapping[int, float]) -> dict[int, float]:
    """The neighbours that hold a group most strongly."""
    if len(near) <= MOST_NEAR:
        return dict(near)
    return dict(sorted(sorted(near.items()), key=itemgetter(1), reverse=True)[:MOST_NEAR])


def _sunflower(count: int) -> list[Point]:
    """Points evenly over a disc."""
    return [
        (math.sqrt((at + 0.5) / count) * math.cos(GOLDEN * at), math.sqrt((at + 0.5) / count) * math.sin(GOLDEN * at))
        for at in range(count)
    ]


def _forced(edges: Edges) -> list[Point]:
    """Points for a small graph: all push each other away, and neighbours pull each other."""
    points = _sunflower(len(edges))
    if len(edges) < 3:
        return points
    reach = 1.6 / math.sqrt(len(edges))
    strongest = max((weight for near in edges for weight in near.values()), default=1.0)
    for turn in range(ROUNDS):
        heat = 0.2 * (1 - turn / ROUNDS)
        moved = []
        for node, (x, y) in enumerate(points):
            fx, fy = -0.6 * x, -0.6 * y
            near = edges[node]
            for other, (ox, oy) in enumerate(points):
                dx, dy = x - ox, y - oy
                square = dx * dx + dy * dy
                if other != node:
                    push = reach * reach / (square + 1e-6)
                    pull = math.sqrt(square) / reach * math.sqrt(near[other] / strongest) if other in near else 0.0
                    fx += dx * (push - pull)
                    fy += dy * (push - pull)
            size = math.hypot(fx, fy) or 1.0
            step = min(heat, size)
            moved.append((x + fx / size * step, y + fy / size * step))
        points = moved
    return _scaled(points)


def _scaled(points: Sequence[Point], angle: float = 0.0) -> list[Point]:
    """The same shape, turned, around the origin, as large as a disc of radius 1."""
    count = len(points)
    mx, my = (math.fsum(map(itemgetter(axis), points)) / count for axis in (0, 1))
    mean = math.sqrt(math.fsum((x - mx) ** 2 + (y - my) ** 2 for x, y in points) / count) or 1.0
    cosine, sine = (part(angle) * math.sqrt(0.5) / mean for part in (math.cos, math.sin))
    return [((x - mx) * cosine - (y - my) * sine, (x - mx) * sine + (y - my) * cosine) for x, y in points]


def _averaged(points: Sequence[Point], edges: Edges) -> list[Point]:
    """Each point some way towards its neighbours, of which the nearer ones hold it more strongly."""
    near = NEAR / len(points)
    moved = []
    for (x, y), own in zip(points, edges, strict=True):
        total = right = up = 0.0
        for other, weight in own.items():
            ox, oy = points[other]
            dx, dy = ox - x, oy - y
            pull = weight / (near + dx * dx + dy * dy)
            total += pull
            right += pull * dx
            up += pull * dy
        moved.append((x + PULL * right / total, y + PULL * up / total) if total else (x, y))
    return moved


def _spread(points: Sequence[Point], even: float) -> list[Point]:
    """Points part of the way to where each has the same room, on a disc.

    They are turned before, so that from step to step the room is cut along other lines, and none of them shows.
    """
    points = _scaled(points, GOLDEN * len(points))
    axes = [[point[axis] for point in points] for axis in (0, 1)]
    ranked = [(0.0, 0.0)] * len(points)
    waiting = [(list(range(len(points))), -1.0, -1.0, 2.0, 2.0)]
    while waiting:
        nodes, left, bottom, width, height = waiting.pop()
        if len(nodes) <= 1:
            for node in nodes:
                ranked[node] = _round(left + width / 2, bottom + height / 2)
            continue
        axis = 0 if width >= height else 1
        nodes.sort(key=axes[axis].__getitem__)
        half = len(nodes) // 2
        share = half / len(nodes)
        if axis == 0:
            waiting.append((nodes[:half], left, bottom, width * share, height))
            waiting.append((nodes[half:], left + width * share, bottom, width * (1 - share), height))
        else:
            waiting.append((nodes[:half], left, bottom, width, height * share))
            waiting.append((nodes[half:], left, bottom + height * share, width, height * (1 - share)))
    return [(x + even * (rx - x), y + even * (ry - y)) for (x, y), (rx, ry) in zip(points, ranked, strict=True)]


def _round(x: float, y: float) -> Point:
    """A point of a square on a disc, with the same room around it."""
    if abs(x) > abs(y):
        return x * math.cos(math.pi * y / (4 * x)), x * math.sin(math.pi * y / (4 * x))
    if y:
        return y * math.sin(math.pi * x / (4 * y)), y * math.cos(math.pi * x / (4 * y))
    return 0.0, 0.0


def _pushed(points: Sequence[Point], apart: float) -> list[Point]:
    """Points that stand nearer to each other than they should, pushed apart by half of what lacks."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for node, (x, y) in enumerate(points):
        cells[int(x // apart), int(y // apart)].append(node)
    moved = [list(point) for point in points]
    closest = apart * apart
    for (column, row), nodes in cells.items():
        near = [nodes] + [
            cells[place]
            for place in ((column + 1, row), (column - 1, row + 1), (column, row + 1), (column + 1, row + 1))
            if place in cells
        ]
        for others in near:
            for node in nodes:
                x, y = points[node]
                for other in others:
                    ox, oy = points[other]
                    dx, dy = ox - x, oy - y
                    square = dx * dx + dy * dy
                    if square >= closest or (others is nodes and other <= node):
                        continue
                    distance = math.sqrt(square)
                    if not distance:
                        dx, dy, distance = math.cos(GOLDEN * node), math.sin(GOLDEN * node), 1.0
                        lack = apart / 2
                    else:
                        lack = (apart - distance) / 2
                    dx, dy = dx / distance * lack, dy / distance * lack
                    moved[node][0] -= dx
                    moved[node][1] -= dy
                    moved[other][0] += dx
                    moved[other][1] += dy
    return [(x, y) for x, y in moved]


def _on_paper(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Points as whole numbers, none at the place of another."""
    if not points:
        return []
    apart = APART * math.sqrt(math.pi / len(points))
    for _ in range(PUSHES):
        points = _pushed(points, apart)
    reach = max(max(abs(x), abs(y)) for x, y in points) or 1.0
    half = SIDE / 2
    return [(round(half + half * x / reach), round(half + half * y / reach)) for x, y in points]
