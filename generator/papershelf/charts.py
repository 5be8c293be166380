"""Pictures as inline SVG: plain functions of plain values, the same bytes each run.

A picture is a `<figure>` without blank lines, which Python-Markdown leaves alone. Every colour is a custom property
with a fallback, so that both palettes, and a page without our style sheet, show it in their own colours. A picture
that holds links has the role `group`: the role `img` would hide the links from a screen reader.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# All lengths are units of the viewBox. A phone of 360 px leaves 328 px of text, which makes 13 units 10 px; a wide
# screen shows the picture at `ENLARGED`, where they are as large as the text around it.
WIDTH = 420
ENLARGED = 1.1
FONT = 13
LEADING = 13.5
PITCH = 36  # 28 px on that phone: a finger needs 24, and two lines of a name stand apart from the next
LABEL_LIMIT = 200
GAP = 9
EDGE = 3  # room for the focus ring at the left
BAR = 13
NUMBER = 12
LINES = 30  # more make a tangle in which nobody follows one

TEXT = "var(--ps-chart-text, var(--md-default-fg-color, currentColor))"
BACKGROUND = "var(--ps-chart-background, var(--md-default-bg-color, Canvas))"
BAR_COLOUR = "var(--ps-chart-bar, var(--md-typeset-a-color, currentColor))"
LINE_COLOUR = "var(--ps-chart-line, var(--md-typeset-a-color, currentColor))"
AXIS_COLOUR = "var(--ps-chart-axis, var(--md-default-fg-color--light, currentColor))"

# There are no font metrics where pages are made: widths in em, those of the wider ones among common sans serifs.
WIDTHS = {0.33: " iljI.,:;'’|!()[]ftr/-‑", 0.95: "mwMW@%—…", 0.74: "ABCDEGHKNOPQRSTUVXYZ&"}
EM_OF = {character: em for em, characters in WIDTHS.items() for character in characters}
USUAL_EM = 0.61
UNSEEN_SPACE = '<tspan font-size="0"> </tspan>'
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Bar:
    """A topic as the pictures show it: its name, how many papers it holds, and the address that a click opens."""

    label: str
    count: int
    href: str


@dataclass(frozen=True)
class _Tie:
    """Two topics, by their places, and how many papers stand in both."""

    first: int
    second: int
    count: int

    @property
    def span(self) -> int:
        """How many rows lie between the two ends."""
        return self.second - self.first


@dataclass(frozen=True)
class _Arc:
    """Half an ellipse that opens to the right from an axis."""

    x: float
    top: float
    bottom: float
    reach: float

    def at(self, angle: float) -> tuple[float, float]:
        """The point at an angle in degrees, 0 being the one farthest from the axis."""
        turn = math.radians(angle)
        middle, half = (self.top + self.bottom) / 2, (self.bottom - self.top) / 2
        return self.x + self.reach * math.cos(turn), middle + half * math.sin(turn)

    @property
    def path(self) -> str:
        """The curve as path data."""
        radii = f"{_number(self.reach)} {_number((self.bottom - self.top) / 2)}"
        return f"M{_number(self.x)} {_number(self.top)}A{radii} 0 0 1 {_number(self.x)} {_number(self.bottom)}"


def topic_sizes(rows: Sequence[Bar], *, prefix: str = "topic-sizes") -> str:
    """Papers per topic as bars, in the order given; `prefix` begins the picture's ids, which a page may hold once."""
    if not rows:
        return _instead("There are no topics yet.")
    labels = _label_column(row.label for row in rows)
    start = _axis(labels)
    most = max(row.count for row in rows)
    room = WIDTH - start - _text_width(str(most)) - GAP
    items = [
        _topic(row, label, start, index, _bar(row.count, start, index, room * row.count / max(most, 1)))
        for index, (row, label) in enumerate(zip(rows, labels, strict=True))
    ]
    body = [_list("Topics", items), _axis_line(start, len(rows))]
    caption = _sizes_caption(rows)
    return _figure("sizes", prefix, "Papers per topic", caption, len(rows), body, caption)


def topic_overlap(rows: Sequence[Bar], shared: Mapping[tuple[int, int], int], *, prefix: str = "topic-overlap") -> str:
    """How topics share papers, as arcs between their names; `shared` counts the papers of two places in `rows`."""
    ties = _ties(shared)
    if not ties:
        return _instead("No paper stands in two topics yet." if len(rows) > 1 else "There are no two topics yet.")
    labels = _label_column(row.label for row in rows)
    start = _axis(labels)
    drawn = _strongest(ties)
    arcs = _arcs(drawn, start)
    node = f'<circle class="ps-chart__node" cx="{_number(start)}" cy="{{}}" r="2.5" fill="{AXIS_COLOUR}"/>'
    items = [
        _topic(row, label, start, index, node.format(_number(_middle(index))))
        for index, (row, label) in enumerate(zip(rows, labels, strict=True))
    ]
    names = [_clean(row.label) for row in rows]
    body = [_lines(drawn, arcs, names), _numbers(drawn, arcs), _list("Topics", items)]
    described = f"The first pairs: {'; '.join(f'{_pair(tie, names)}: {tie.count}' for tie in drawn[:5])}."
    caption = _overlap_caption(ties, drawn, names)
    return _figure("overlap", prefix, "Papers that topics share", described, len(rows), body, caption)


def _bar(count: int, start: float, index: int, length: float) -> str:
    """A row's bar with its count at the end."""
    middle = _middle(index)
    return (
        f'<rect class="ps-chart__bar" x="{_number(start)}" y="{_number(middle - BAR / 2)}" width="{_number(length)}"'
        f' height="{BAR}" fill="{BAR_COLOUR}" fill-opacity=".75"/>'
        f'<text class="ps-chart__count" x="{_number(start + length + GAP / 2)}" y="{_number(middle + FONT * 0.35)}"'
        f' fill="{TEXT}">{count}</text>'
    )


def _ties(shared: Mapping[tuple[int, int], int]) -> list[_Tie]:
    """The pairs that share a paper, the strongest first, each once whichever way round it was given."""
    counts: dict[tuple[int, int], int] = {}
    for (one, other), count in shared.items():
        if one != other and count > 0:
            counts[min(one, other), max(one, other)] = count
    ties = (_Tie(first, second, count) for (first, second), count in counts.items())
    return sorted(ties, key=lambda tie: (-tie.count, tie.first, tie.second))


def _strongest(ties: Sequence[_Tie]) -> list[_Tie]:
    """The pairs to draw: all, or where that would be a tangle, those above the least count that leaves few enough."""
    least = ties[LINES].count if len(ties) > LINES else 0
    return [tie for tie in ties if tie.count > least] or list(ties)


def _arcs(ties: Sequence[_Tie], start: float) -> list[_Arc]:
    """A curve for each pair: the farther apart its topics, the farther it reaches, so that no two lie on each other."""
    widest = max(tie.span for tie in ties)
    room = WIDTH - start - FONT
    # The power gives near neighbours, which share the most, more room than their distance would.
    return [
        _Arc(start, _middle(tie.first), _middle(tie.second), room * (tie.span / max(widest, 6)) ** 0.6) for tie in ties
    ]


def _lines(ties: Sequence[_Tie], arcs: Sequence[_Arc], names: Sequence[str]) -> str:
    """The curves, as wide as the papers are many, each with its pair and number in words."""
    thickest = min(10.0, 0.6 * ties[0].count)
    paths = [
        f'<path class="ps-chart__line" role="img" d="{arc.path}"'
        f' stroke-width="{_number(max(0.8, thickest * tie.count / ties[0].count))}">'
        f"<title>{html.escape(_pair(tie, names))}: {_papers(tie.count)}</title></path>"
        for tie, arc in zip(ties, arcs, strict=True)
    ]
    opening = f'<g role="group" aria-label="Pairs of topics" fill="none" stroke="{LINE_COLOUR}" stroke-opacity=".75">'
    return "\n".join([opening, *paths, "</g>"])


def _numbers(ties: Sequence[_Tie], arcs: Sequence[_Arc]) -> str:
    """The counts of two and more, each in a gap of its curve, the strongest placed first and none upon another."""
    taken: list[tuple[float, float]] = []
    texts: list[str] = []
    for tie, arc in zip(ties, arcs, strict=True):
        points = (arc.at(angle) for angle in (0, -20, 20, -40, 40, -55, 55))
        free = next((point for point in points if tie.count > 1 and _is_free(point, taken)), None)
        if free is not None:
            taken.append(free)
            texts.append(f'<text x="{_number(free[0])}" y="{_number(free[1] + NUMBER * 0.35)}">{tie.count}</text>')
    opening = (
        f'<g class="ps-chart__numbers" aria-hidden="true" pointer-events="none" text-anchor="middle"'
        f' font-size="{NUMBER}" fill="{TEXT}" stroke="{BACKGROUND}" stroke-width="5" stroke-linejoin="round"'
        f' paint-order="stroke">'
    )
    return "\n".join([opening, *texts, "</g>"])


def _is_free(point: tuple[float, float], taken: Iterable[tuple[float, float]]) -> bool:
    """Whether a number here would touch none of those that stand already."""
    return all(abs(point[0] - x) > 1.6 * NUMBER or abs(point[1] - y) > 1.2 * NUMBER for x, y in taken)


def _topic(row: Bar, label: Sequence[str], start: float, index: int, mark: str) -> str:
    """A row: one link around its label and its mark, of which the whole height can be hit."""
    x, middle = _number(start - GAP), _middle(index)
    first = middle + FONT * 0.35 - LEADING * (len(label) - 1) / 2
    # A space between the lines keeps words apart for whoever reads the text alone; it has no size, or it would shift
    # the line and be underlined.
    lines = "".join(
        f"{UNSEEN_SPACE if line.startswith(' ') else ''}"
        f'<tspan x="{x}" y="{_number(first + LEADING * number)}">{html.escape(line.lstrip())}</tspan>'
        for number, line in enumerate(label)
    )
    name = html.escape(f"{_clean(row.label)}: {_papers(row.count)}")
    return (
        f'<g role="listitem"><a class="ps-chart__topic" href="{html.escape(_clean(row.href))}" aria-label="{name}">'
        f'<rect x="{EDGE}" y="{_number(middle - PITCH / 2)}" width="{_number(start - EDGE)}"'
        f' height="{PITCH}" fill-opacity="0"/>'
        f'<text class="ps-chart__label" text-anchor="end">{lines}</text>{mark}</a></g>'
    )


def _list(name: str, items: Iterable[str]) -> str:
    """Items as a list that a screen reader counts."""
    return "\n".join([f'<g role="list" aria-label="{name}">', *items, "</g>"])


def _axis_line(x: float, count: int) -> str:
    """The hairline that bars stand on."""
    return (
        f'<path class="ps-chart__axis" d="M{_number(x)} 0V{_number(count * PITCH)}" fill="none"'
        f' stroke="{AXIS_COLOUR}" stroke-opacity=".6"/>'
    )


def _figure(kind: str, prefix: str, title: str, described: str, rows: int, body: Sequence[str], caption: str) -> str:
    """A picture of so many rows in its figure, with its name, its description and its caption."""
    ident = html.escape(prefix)
    # A search would show names and numbers run together; the caption says it in words.
    height = rows * PITCH
    return "\n".join(
        [
            f'<figure class="ps-chart ps-chart--{kind}">',
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{_number(WIDTH * ENLARGED)}" height="{_number(height * ENLARGED)}" font-size="{FONT}"'
            f' fill="currentColor" role="group" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc"'
            ' data-search-exclude="">',
            f'<title id="{ident}-title">{title}</title>',
            f'<desc id="{ident}-desc">{html.escape(described)}</desc>',
            *body,
            "</svg>",
            f"<figcaption>{html.escape(caption)}</figcaption>",
            "</figure>",
        ]
    )


def _instead(sentence: str) -> str:
    """A sentence where there is nothing to draw."""
    return f'<p class="ps-chart-none">{sentence}</p>'


def _sizes_caption(rows: Sequence[Bar]) -> str:
    """What the bars show: the largest topic and the smallest."""
    largest, smallest = max(rows, key=lambda row: row.count), min(rows, key=lambda row: row.count)
    if len(rows) == 1:
        return f"The one topic so far is “{_clean(largest.label)}”, with {_papers(largest.count)}."
    if largest.count == smallest.count:
        return f"Each of the {len(rows)} topics holds {_papers(largest.count)}."
    return (
        f"The largest of {len(rows)} topics is “{_clean(largest.label)}”, with {_papers(largest.count)},"
        f" and the smallest “{_clean(smallest.label)}”, with {smallest.count}; a paper may stand in more than one."
    )


def _overlap_caption(ties: Sequence[_Tie], drawn: Sequence[_Tie], names: Sequence[str]) -> str:
    """How the arcs are read and what they show: how many pairs share papers, the strongest, and what was left out."""
    possible = len(names) * (len(names) - 1) // 2
    most_hidden = max((tie.count for tie in ties[len(drawn) :]), default=0)
    up_to = "just one" if most_hidden == 1 else f"{most_hidden} or fewer"
    left_out = f"; the {len(ties) - len(drawn)} pairs that share {up_to} are not drawn" if most_hidden else ""
    return (
        f"A line joins two topics that share papers, the thicker the more: {len(ties)} of {possible} pairs"
        f" {'does' if len(ties) == 1 else 'do'}, most of all {_pair(ties[0], names)},"
        f" with {_papers(ties[0].count)}{left_out}."
    )


def _pair(tie: _Tie, names: Sequence[str]) -> str:
    """Two topics by name, in quotes because many names hold an “and”."""
    return f"“{names[tie.first]}” and “{names[tie.second]}”"


def _papers(count: int) -> str:
    """A number of papers in words."""
    return f"{count} paper{'' if count == 1 else 's'}"


def _label_column(labels: Iterable[str]) -> list[tuple[str, ...]]:
    """Each label in one line or two."""
    return [_wrapped(_clean(label)) for label in labels]


def _axis(labels: Iterable[Sequence[str]]) -> float:
    """Where the labels end and the drawing begins."""
    return max(_text_width(line.lstrip()) for label in labels for line in label) + GAP


def _middle(index: int) -> float:
    """The height of a row's middle."""
    return PITCH * (index + 0.5)


def _wrapped(label: str) -> tuple[str, ...]:
    """A label in one line, or in the two that are most alike in width; what is too long even so is cut."""
    if _text_width(label) <= LABEL_LIMIT:
        return (label,)
    # The second line keeps the space it begins with, which tells a new word from a part after a hyphen.
    breaks = [match.start() for match in re.finditer(r" |(?<=\S[-‑])(?=\S)", label)] or [len(_fitting(label))]
    place = min(breaks, key=lambda at: (max(_text_width(label[:at]), _text_width(label[at:].lstrip())), at))
    return _cut(label[:place]), _cut(label[place:])


def _cut(line: str) -> str:
    """A line that fits, with an ellipsis where something is left out."""
    return line if _text_width(line.lstrip()) <= LABEL_LIMIT else _fitting(line, FONT).rstrip() + "…"


def _fitting(line: str, reserve: float = 0) -> str:
    """As much of a line's beginning as fits."""
    return next(line[:end] for end in range(len(line), -1, -1) if _text_width(line[:end]) <= LABEL_LIMIT - reserve)


def _text_width(text: str) -> float:
    """About how wide a text is."""
    return FONT * sum(_ems(text))


def _ems(text: str) -> Iterator[float]:
    """About how wide each character is."""
    for character in text:
        yield 1.0 if unicodedata.east_asian_width(character) in "WF" else EM_OF.get(character, USUAL_EM)


def _clean(text: str) -> str:
    """A text on one line without the characters that XML forbids, which would break the picture."""
    return " ".join(NOT_IN_XML.sub("", text).split())


def _number(value: float) -> str:
    """A length with at most one decimal."""
    return f"{round(value, 1):g}"
