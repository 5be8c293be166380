"""Pictures: what they show, in what form, and that nothing in a name can break them."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import markdown
import pytest

from papershelf.charts import LABEL_LIMIT, LINES, Bar, _text_width, topic_overlap, topic_sizes

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert('x')</script>",
    'R&D "quoted" & more',
    "*stars* _under_ `code` [link](x) {: .attr }",
    "line\n\nbreak\x00\x0b",
    "]]> --> </svg> </figure>",
    "$\\alpha$ # Heading",
]
ROWS = [
    Bar("Distributed Training Systems", 43, "distributed-training/"),
    Bar("Pipeline, Tensor and Sequence Parallelism", 36, "model-parallelism/"),
    Bar("Communication-Efficient and Decentralized Training", 20, "communication-efficient-training/"),
    Bar("Inference on CPUs, Edge Devices and Accelerators", 1, "inference-hardware/"),
    Bar("Speech", 0, "speech/"),
]
SHARED = {(0, 1): 15, (0, 2): 8, (1, 2): 3, (3, 2): 1, (2, 4): 0}
TWENTY = [Bar(f"Topic {number} of Efficient Multilingual Learning", number + 3, f"t{number}/") for number in range(20)]
CROWDED = {pair: 1 + sum(pair) % 7 for pair in itertools.combinations(range(20), 2) if sum(pair) % 3}
PICTURES = {
    "sizes": topic_sizes(ROWS),
    "overlap": topic_overlap(ROWS, SHARED),
    "twenty topics": topic_sizes(TWENTY),
    "twenty crowded topics": topic_overlap(TWENTY, CROWDED),
    "one topic": topic_sizes(ROWS[:1]),
    "hostile sizes": topic_sizes([Bar(label, 3, "a/?b=1&c='\"<") for label in HOSTILE]),
    "hostile overlap": topic_overlap([Bar(label, 3, "a/") for label in HOSTILE], {(0, 1): 2, (2, 5): 1, (3, 4): 1}),
    "no topics": topic_sizes([]),
    "no overlap": topic_overlap(ROWS, {}),
}
DRAWN = [name for name in PICTURES if not name.startswith("no ")]


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)


def texts(picture: str) -> list[str]:
    return [" ".join("".join(text.itertext()).split()) for text in parsed(picture).iter(f"{SVG}text")]


def links(picture: str) -> dict[str, str]:
    return {link.attrib["aria-label"]: link.attrib["href"] for link in parsed(picture).iter(f"{SVG}a")}


def caption(picture: str) -> str:
    return parsed(picture).findtext("figcaption") or ""


def bars(picture: str) -> list[float]:
    found = [rect for rect in parsed(picture).iter(f"{SVG}rect") if rect.get("class") == "ps-chart__bar"]
    return [float(rect.attrib["width"]) for rect in found]


def lines(picture: str) -> dict[str, ET.Element]:
    found = [path for path in parsed(picture).iter(f"{SVG}path") if path.get("class") == "ps-chart__line"]
    return {path.findtext(f"{SVG}title") or "": path for path in found}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_well_formed_and_one_block(name: str) -> None:
    parsed(PICTURES[name])
    assert PICTURES[name].startswith(("<figure ", "<p "))
    assert "\n\n" not in PICTURES[name]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(
    "extensions", [[], ["md_in_html", "attr_list", "toc", "tables", "smarty"]], ids=["plain", "ours"]
)
def test_markdown_leaves_it_byte_for_byte(name: str, extensions: list[str]) -> None:
    page = f"# Title\n\nBefore.\n\n{PICTURES[name]}\n\nAfter, *with emphasis*.\n"
    made = markdown.markdown(page, extensions=extensions)
    assert f"\n{PICTURES[name]}\n" in made
    assert made.endswith("<p>After, <em>with emphasis</em>.</p>")


@pytest.mark.parametrize("name", DRAWN)
def test_it_has_a_name_and_a_description_and_shows_its_links_to_a_screen_reader(name: str) -> None:
    svg = parsed(PICTURES[name]).find(f"{SVG}svg")
    assert svg is not None
    assert svg.get("role") == "group"
    ids = {element.get("id"): "".join(element.itertext()) for element in svg.iter() if element.get("id")}
    assert ids[svg.get("aria-labelledby")]
    assert ids[svg.get("aria-describedby")]
    assert len(re.findall(r' id="', PICTURES[name])) == len(ids)


@pytest.mark.parametrize("name", DRAWN)
def test_no_script_no_inline_style_and_colours_that_follow_the_palette(name: str) -> None:
    for element in parsed(PICTURES[name]).iter():
        assert element.tag.removeprefix(SVG) not in {"script", "style"}
        assert not [key for key in element.attrib if key == "style" or key.startswith("on")]
        for paint in (element.get("fill"), element.get("stroke")):
            assert paint is None or re.fullmatch(r"none|currentColor|var\(--ps-chart-[a-z]+, .+\)", paint)


@pytest.mark.parametrize("name", DRAWN)
def test_its_caption_is_one_sentence(name: str) -> None:
    assert re.fullmatch(r"[A-Z].*[^.]\.", caption(PICTURES[name]))


def test_the_same_values_give_the_same_bytes_in_whatever_order_the_pairs_come() -> None:
    assert topic_sizes(ROWS) == PICTURES["sizes"]
    assert topic_overlap(ROWS, dict(reversed(SHARED.items()))) == PICTURES["overlap"]
    assert topic_overlap(ROWS, {(b, a): count for (a, b), count in SHARED.items()}) == PICTURES["overlap"]


def test_twenty_topics_stay_small() -> None:
    assert len(PICTURES["twenty topics"].encode()) < 25_000
    assert len(PICTURES["twenty crowded topics"].encode()) < 25_000


def test_a_name_broken_at_a_hyphen_stays_a_word() -> None:
    label = "Unsupervised Cross-Lingually-Transferable"
    assert texts(topic_sizes([Bar(label, 1, "a/")])) == [label, "1"]


def test_two_pictures_on_a_page_have_ids_of_their_own() -> None:
    ids = re.findall(r' id="([^"]+)"', topic_sizes(ROWS) + topic_sizes(ROWS, prefix="other") + PICTURES["overlap"])
    assert len(ids) == len(set(ids)) == 6


def test_sizes_show_every_label_and_count() -> None:
    assert texts(PICTURES["sizes"]) == [text for row in ROWS for text in (row.label, str(row.count))]


def test_sizes_link_every_topic() -> None:
    assert links(PICTURES["sizes"]) == {
        "Distributed Training Systems: 43 papers": "distributed-training/",
        "Pipeline, Tensor and Sequence Parallelism: 36 papers": "model-parallelism/",
        "Communication-Efficient and Decentralized Training: 20 papers": "communication-efficient-training/",
        "Inference on CPUs, Edge Devices and Accelerators: 1 paper": "inference-hardware/",
        "Speech: 0 papers": "speech/",
    }


def test_bars_are_as_long_as_counts_are_large() -> None:
    widths = bars(PICTURES["sizes"])
    assert widths[0] > 150
    assert widths == pytest.approx([widths[0] * row.count / 43 for row in ROWS], abs=0.06)


def test_bars_and_counts_stay_inside() -> None:
    svg = parsed(topic_sizes([Bar("Large", 123_456, "a/"), Bar("Small", 1, "b/")])).find(f"{SVG}svg")
    assert svg is not None
    width = float(svg.attrib["viewBox"].split()[2])
    counts = [text for text in svg.iter(f"{SVG}text") if text.get("class") == "ps-chart__count"]
    assert all(float(text.attrib["x"]) + _text_width(text.text or "") <= width for text in counts)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ROWS[:1], "The one topic so far is “Distributed Training Systems”, with 43 papers."),
        (
            ROWS[:4],
            "The largest of 4 topics is “Distributed Training Systems”, with 43 papers, and the smallest “Inference on "
            "CPUs, Edge Devices and Accelerators”, with 1; a paper may stand in more than one.",
        ),
        ([Bar("A", 2, "a/"), Bar("B", 2, "b/")], "Each of the 2 topics holds 2 papers."),
        ([Bar("A", 0, "a/"), Bar("B", 0, "b/")], "Each of the 2 topics holds 0 papers."),
    ],
)
def test_the_caption_of_sizes_says_what_is_seen(rows: list[Bar], sentence: str) -> None:
    assert caption(topic_sizes(rows)) == sentence


def test_overlap_shows_and_links_every_topic_and_counts_pairs_of_two_and_more() -> None:
    shown = texts(PICTURES["overlap"])
    assert {text for text in shown if text.isdigit()} == {"15", "8", "3"}
    assert [text for text in shown if not text.isdigit()] == [row.label for row in ROWS]
    assert list(links(PICTURES["overlap"]).values()) == [row.href for row in ROWS]


def test_overlap_says_every_pair_in_words_the_strongest_first() -> None:
    named = list(lines(PICTURES["overlap"]))
    assert len(named) == 4
    assert named[0] == "“Distributed Training Systems” and “Pipeline, Tensor and Sequence Parallelism”: 15 papers"
    assert named[3].endswith("and “Inference on CPUs, Edge Devices and Accelerators”: 1 paper")


def test_lines_are_as_thick_as_papers_are_many() -> None:
    widths = [float(path.attrib["stroke-width"]) for path in lines(PICTURES["overlap"]).values()]
    assert widths == [9, 4.8, 1.8, 0.8]


def test_the_caption_of_overlap_says_what_is_seen() -> None:
    assert caption(PICTURES["overlap"]) == (
        "A line joins two topics that share papers, the thicker the more: 4 of 10 pairs do, most of all “Distributed "
        "Training Systems” and “Pipeline, Tensor and Sequence Parallelism”, with 15 papers."
    )


def test_a_tangle_is_thinned_and_the_caption_says_so() -> None:
    picture = PICTURES["twenty crowded topics"]
    drawn = len(lines(picture))
    assert 0 < drawn <= LINES
    assert f"; the {len(CROWDED) - drawn} pairs that share 6 or fewer are not drawn." in caption(picture)


def test_pairs_that_are_all_alike_are_all_drawn() -> None:
    picture = topic_overlap(TWENTY, dict.fromkeys(CROWDED, 1))
    assert len(lines(picture)) == len(CROWDED)
    assert "not drawn" not in caption(picture)


@pytest.mark.parametrize("name", ["hostile sizes", "hostile overlap"])
def test_hostile_labels_are_text(name: str) -> None:
    names = list(links(PICTURES[name]))
    assert names == [f"{label}: 3 papers" for label in [*HOSTILE[:3], "line break", *HOSTILE[4:]]]
    assert "<script" not in PICTURES[name]


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (topic_sizes([]), "There are no topics yet."),
        (topic_overlap([], {}), "There are no two topics yet."),
        (topic_overlap(ROWS[:1], {}), "There are no two topics yet."),
        (topic_overlap(ROWS, {(0, 1): 0}), "No paper stands in two topics yet."),
    ],
)
def test_where_there_is_nothing_to_draw_a_sentence_says_so(picture: str, sentence: str) -> None:
    assert picture == f'<p class="ps-chart-none">{sentence}</p>'


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Speech and Sign Language", ["Speech and Sign Language"]),
        (
            "Communication-Efficient and Decentralized Training",
            ["Communication-Efficient", "and Decentralized Training"],
        ),
        ("Donau" * 20, [r"(Donau)+D?o?n?a?u?", r"D?o?n?a?u?(Donau)+D?o?n?a?u?…"]),
        ("機械翻訳" * 5, [r"[機械翻訳]+", r"[機械翻訳]+"]),
        ("A topic with a name that goes on and on and never seems to come to any end at all", [r"A topic.*", r".*…"]),
    ],
)
def test_a_long_label_takes_two_lines_that_fit(label: str, shown: list[str]) -> None:
    spans = parsed(topic_sizes([Bar(label, 1, "a/")])).iter(f"{SVG}tspan")
    found = [span.text for span in spans if span.text and span.text.strip()]
    assert len(found) == len(shown)
    assert all(re.fullmatch(pattern, line) for pattern, line in zip(shown, found, strict=True))
    assert all(_text_width(line) <= LABEL_LIMIT for line in found)
