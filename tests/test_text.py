"""What captured titles and abstracts read like, and that Markdown and HTML show just that and run nothing."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import unicodedata
from pathlib import Path

import markdown as python_markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papershelf import text
from papershelf.text import Link

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("PAPERSHELF_CORPUS", ROOT / ".." / "shared" / "corpus" / "papers.jsonl.gz"))
CAPTURES = sorted((ROOT / "data" / "captures").glob("*.txt"))
SITE = python_markdown.Markdown(
    extensions=[
        *("toc", "tables", "fenced_code", "attr_list", "md_in_html", "footnotes", "def_list"),
        *("pymdownx.superfences", "pymdownx.tilde", "pymdownx.caret"),
    ]
)
PLAIN_SITE = python_markdown.Markdown(extensions=["toc", "tables", "fenced_code", "attr_list", "md_in_html"])
"""What a shelf has whose mkdocs.yml names no more than the pages need."""
SHARP = r"""
    # 1. 2) > ::: !!! ??? /// === *** | [TOC] [^1]: *[x]: {#id} <!-- --> <--> &amp; &lt; &#1; & < <5 <b> </p>
    <script> <? \ ` `` '' ' " \" $ ^ _ __ ~ ~~ ^^ ( ) [ ] { } ! ![ https://a.b/c https://x.y/(z) https://q.r{lab} http://
    a@b.c \href{https://a.b}{l} [l](https://a.b/c(d)) <a@b.c> \textbf{ \alpha \frac{1}{2} x^2 $x_i$ \( \) \% \'e \name
    times 2times wzxhzdk:0 klzzwxh:0000 é 中 a b1 5 % @ ; : = -- --- ? /"""
NASTY = [
    *SHARP.split(),
    *("- ", "+ ", "* ", ": ", "{: .c}", "\x02", "\x03", "\u200b", "\xa0", "\u2028", "\n", "\t", " ", "  "),
]


def rendered(source: str) -> str:
    SITE.reset()
    return SITE.convert(source)


def made(count: int) -> list[str]:
    """Texts that nobody would write, the same ones each time."""
    chance = random.Random(20)
    return ["".join(chance.choices(NASTY, k=chance.randint(1, 9))) for _ in range(count)]


def corpus() -> list[str]:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    return [str(paper[field]) for paper in papers for field in ("title", "abstract") if paper.get(field)]


def captured() -> list[str]:
    return [line for path in CAPTURES for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


MEASURED = ["corpus" if CORPUS.is_file() else "made", "captures" if CAPTURES else "made-too"]


@pytest.fixture(scope="module", params=MEASURED)
def texts(request: pytest.FixtureRequest) -> list[str]:
    """Every text of the corpus and of the captures, or texts made here where they are absent."""
    source = {"corpus": corpus, "captures": captured}.get(request.param, lambda: made(3000))
    return source()


READABLE = {
    "greek": (r"$α$ $\alpha$ \alpha {\sigma} {\Theta}(40K)", "α α α σ Θ(40K)"),
    "abbreviations": (
        r"\eg~progress, (\eg, x), \ie, \etal., \etc. \eg. y",
        "e.g. progress, (e.g., x), i.e., et al., etc. e.g. y",
    ),
    "unknown macros": (
        r"we train \tool, \ours{} and {\name} with \method",
        r"we train \tool, \ours{} and {\name} with \method",
    ),
    "double quotes": ("``memory wall'', ``one,\" ``two`` and ''three''", "“memory wall”, “one,” “two” and “three”"),
    "single quotes": ("`DevOps' and `less is more'", "‘DevOps’ and ‘less is more’"),
    "no quotes": ("a Student`s test, `code`, the users' 'x'", "a Student`s test, `code`, the users' 'x'"),
    "escaped quotes": (
        '``features\\" and \\"open weights\\"; the query\\\'s',
        "“features” and “open weights”; the query's",
    ),
    "escaped signs": (r"19\% Q\&A a\_b \#1 \$5 \{x\}", "19% Q&A a_b #1 $5 {x}"),
    "powers": (
        r"10^8 2^{13} 3^{rd} d^{-1} 10^-4 R^2AI 360^circ 360^{\circ} A^* (IA)^3",
        "10⁸ 2¹³ 3ʳᵈ d⁻¹ 10⁻⁴ R²AI 360° 360° A* (IA)³",
    ),
    "no powers": (r"n^{{4}/{3}} T^{-1/3} ^_^ [^1] 10^(-9) a^word", r"n^{{4}/{3}} T^{-1/3} ^_^ [^1] 10^(-9) a^word"),
    "indices in a formula": (r"$x_i$ $x_{12}$ \(W_1\) H$_2$O", "xᵢ x₁₂ W₁ H₂O"),
    "indices in a sentence": ("x_{i} pi_0 snake_case", "x_{i} pi_0 snake_case"),
    "times": (
        r"13.7times faster, 256times256, 7{times}, $2\times 3$, 10$\times$",
        "13.7× faster, 256×256, 7×, 2×3, 10×",
    ),
    "the word times": ("10 times, sometimes, 3timesteps", "10 times, sometimes, 3timesteps"),
    "looks": (r"\textbf{a} \emph{b}\textit{c} \texttt{D}ual {\em e} {\it vs.}", "a bc Dual e vs."),
    "lost looks": (r"texttt{D}ual mathcal{O}(n) {bf MASK} {sim}11%", "Dual O(n) MASK ∼11%"),
    "look left open": (r"a \textbf{b and {c", r"a \textbf{b and {c"),
    "formula": (r"$O(n \log n)$, $\mathcal{O}(n)$ in $\mathbb{R}^n$", "O(n log n), O(n) in ℝⁿ"),
    "relations": (
        r"$n \le 5$, $n\geq 5$, $a \rightarrow b \to \infty$, $\sim$5, $\approx 3$, $\pm$",
        "n ≤ 5, n≥5, a → b → ∞, ∼5, ≈3, ±",
    ),
    "roots and fractions": (r"\sqrt{n} $\sqrt{a+b}$ \frac{1}{2} $\frac{a+b}{2}$", "√n √(a+b) 1/2 (a+b)/2"),
    "words in a formula": (
        r"$x = 1 \text{ if } y$, $\mathrm{max}(a \cdot b)$, $a, \ldots, b$",
        "x = 1 if y, max(a · b), a, …, b",
    ),
    "formula of one letter": ("$k$-NN of $n$ on $95\\%$ of $x'$", "k-NN of n on 95% of x′"),
    "formula in brackets": (r"\( O(n^3) \) and \[x^2\] and $$y^2$$", "O(n³) and x² and y²"),
    "formula without a form": (
        r"$\foo x^2$ and \( L_{1,2} \) and $x^{a/b}$",
        r"$\foo x^2$ and \( L_{1,2} \) and $x^{a/b}$",
    ),
    "formula left open": (r"$x^ and {x", r"$x^ and {x"),
    "accents": (
        r"\"{o} \'e \c{c} Schr\"odinger na\"{\i}ve Bolet\'{\i}n It\^o \v{s} {\"u} Ma\'nczak",
        "ö é ç Schrödinger naïve Boletín Itô š ü Mańczak",
    ),
    "ties": (r"models~(LLMs), Fig.~3, RTX~5090, \ours~is", r"models (LLMs), Fig. 3, RTX 5090, \ours is"),
    "about": ("~100% of ~5.1, a ~9.9-fold (~3) \\~8B", "~100% of ~5.1, a ~9.9-fold (~3) ~8B"),
    "ranges": ("75%~89%, 1~4 and 1M~4M", "75%~89%, 1~4 and 1M~4M"),
    "dashes": ("a---b, 1--16, x -- y, vision--language, --flag", "a—b, 1–16, x – y, vision--language, --flag"),
    "spaces": (" a\n b\t c\xa0d, e.g.\\ f, 300\\,k ", "a b c d, e.g. f, 300 k"),
    "digits in groups": (r"1{,}879 and N{=}4", "1,879 and N=4"),
    "money": (
        r"$5 and $10, $1.2M, US$5 to A$6, $3 to $5, \$5, 4$ an hour",
        "$5 and $10, $1.2M, US$5 to A$6, $3 to $5, $5, 4$ an hour",
    ),
    "two prices and a formula": (r"Costs $5 and $10 while $\alpha$ stays", "Costs $5 and $10 while α stays"),
    "a price, formulas, a price": (r"For $5, $x^2$ and $\beta_1$; then $6.", "For $5, x² and β₁; then $6."),
    "money beside a formula": ("$5 for $n$ files of type_a, or US$6.", "$5 for n files of type_a, or US$6."),
    "money that lost its dollar": (r"worth \1 million; \3) a step", r"worth $1 million; \3) a step"),
    "bare braces": ("{BERT} in {-1, 0, 1}", "{BERT} in {-1, 0, 1}"),
    "entities": ("&amp; &lt;b> <script>", "&amp; &lt;b> <script>"),
    "footnote": (r"board\footnote{See there.}", "board (See there.)"),
}


@pytest.mark.parametrize(("captured_text", "readable"), READABLE.values(), ids=READABLE)
def test_captured_text_reads_as_a_person_would_typeset_it(captured_text: str, readable: str) -> None:
    assert text.plain(captured_text) == readable


HERE = Link("here", "https://a.b/x")
LINKED = {
    "named": (r"\href{https://a.b/x}{\emph{here}}.", (HERE, ".")),
    "address": (r"at~\url{https://a.b/c_d}.", ("at ", Link("https://a.b/c_d", "https://a.b/c_d"), ".")),
    "command lost": ("See https://a.b/x{here}.", ("See ", HERE, ".")),
    "command lost in braces": ("{https://a.b/x{here},}", (HERE, ",")),
    "Markdown": ("the [here](https://a.b/x)", ("the ", HERE)),
    "bare": ("(https://a.b/x), so", ("(", Link("https://a.b/x", "https://a.b/x"), "), so")),
    "balanced": ("https://a.b/x_(y).", (Link("https://a.b/x_(y)", "https://a.b/x_(y)"), ".")),
    "escaped": (r"https://a.b/x\_y\#z", (Link("https://a.b/x_y#z", "https://a.b/x_y#z"),)),
    "broken": (r"https://a\allowbreak-b.c", (Link("https://a-b.c", "https://a-b.c"),)),
    "script": (r"\href{javascript:x}{y} [y](javascript:x)", (r"\href{javascript:x}{y} [y](javascript:x)",)),
    "file": ("file:///etc ftp://a.b https://", ("file:///etc ftp://a.b https://",)),
}


@pytest.mark.parametrize(("captured_text", "parts"), LINKED.values(), ids=LINKED)
def test_only_http_addresses_become_links(captured_text: str, parts: tuple[text.Part, ...]) -> None:
    assert text.parts(captured_text) == parts


def test_markup_in_a_title_is_text() -> None:
    assert text.html("<script>x</script> & co") == "&lt;script&gt;x&lt;/script&gt; &amp; co"
    assert text.markdown("<script> *x* a_b 3.5 (c) - d!") == "&lt;script> \\*x\\* a_b 3.5 (c) - d!"


def test_links_are_written_as_links_unless_unwanted() -> None:
    source = "Wow!\\href{https://a.b/?x=1&y=(}{it} at https://a.b/c"
    assert text.markdown(source) == "Wow\\![it](https://a.b/?x=1&y=%28) at <https://a.b/c>"
    assert text.html(source, links=False) == "Wow!it at https://a.b/c"
    assert rendered(text.markdown(source)) == f"<p>{text.html(source)}</p>"


@pytest.mark.parametrize(
    ("captured_text", "kept", "dropped"),
    [
        ("a\x00b\x02\x03\x7f\x85c\t\n", "ab\x85c\t\n", 4),
        ("zero\u200bwidth\ufeff\u2060\u200d", "zerowidth", 4),
        ("over\u202eride \ud800", "override ", 2),
        ("می\u200cخواهم क्\u200dष 👩\u200d💻", "می\u200cخواهم क्\u200dष 👩\u200d💻", 0),
        ("plain é", "plain é", 0),
    ],
)
def test_characters_that_show_nothing_are_dropped_and_counted(captured_text: str, kept: str, dropped: int) -> None:
    assert text.clean(captured_text) == (kept, dropped)


PROSE = {
    "**a** *b* _c_ `d_e` [f](https://a.b/c_d)": (
        '<strong>a</strong> <em>b</em> <em>c</em> <code>d_e</code> <a href="https://a.b/c_d">f</a>'
    ),
    "[**a**](http://a.b) a_b_c 2 * 3": '<a href="http://a.b"><strong>a</strong></a> a_b_c 2 * 3',
    "<script>x</script> &lt;script": "&lt;script&gt;x&lt;/script&gt; &amp;lt;script",
    "`<b>` `&amp;`": "<code>&lt;b&gt;</code> <code>&amp;amp;</code>",
    "![a](https://a.b)": '!<a href="https://a.b">a</a>',
    "[a](javascript:x) [b][c] <https://a.b/_c_>": "[a](javascript:x) [b][c] &lt;https://a.b/_c_&gt;",
    "# a": "# a",
    "- a": "- a",
    "* a": "* a",
    "1. a\n2. b": "1. a 2. b",
    "***": "***",
    "**a**{: .b} {#c}": "<strong>a</strong>{: .b} {#c}",
    "a\n\n    b": "a b",
    r"\*a\* `": "*a* `",
}


@pytest.mark.parametrize(("note", "shown"), PROSE.items(), ids=PROSE)
def test_a_note_may_emphasise_and_link_and_nothing_else(note: str, shown: str) -> None:
    assert rendered(text.prose(note)) == f"<p>{shown}</p>"


SENTENCES = {
    "We use e.g. GPT-4, i.e. Turbo, w.r.t. 3.5 GHz. It works.": "We use e.g. GPT-4, i.e. Turbo, w.r.t. 3.5 GHz.",
    "Smith et al. (2020) vs. J. R. Doe. Next.": "Smith et al. (2020) vs. J. R. Doe.",
    "Does it? Yes.": "Does it?",
    "He said “stop.” (See Fig. 3.) Then.": "He said “stop.”",
    "It gains 95\\%. 3 follow.": "It gains 95%.",
    "No end": "No end",
    "": "",
}


@pytest.mark.parametrize(("abstract", "sentence"), SENTENCES.items(), ids=SENTENCES)
def test_the_first_sentence_ends_where_it_ends(abstract: str, sentence: str) -> None:
    assert text.first_sentence(abstract) == sentence


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    assert text.first_sentence("one two, three four", limit=12) == "one two…"
    assert text.first_sentence("x" * 50, limit=10) == "x" * 9 + "…"


def differing_places(source: str) -> list[str]:
    """Name the places of a page where Markdown shows a text in another way than HTML does."""
    line, shown = text.markdown(source), text.html(source)
    name, shown_name = text.markdown(source, links=False), text.html(source, links=False)
    if not line:
        return []
    places = {
        "paragraph": (line, f"<p>{shown}</p>"),
        "between paragraphs": (f"a\n\n{line}\n\nb", f"<p>a</p>\n<p>{shown}</p>\n<p>b</p>"),
        "item": (f"- {line}", f"<ul>\n<li>{shown}</li>\n</ul>"),
        "link": (f"- [{name}](x.md) – {name}", f'<ul>\n<li><a href="x.md">{shown_name}</a> – {shown_name}</li>\n</ul>'),
    }
    differing = [place for place, (given_line, expected) in places.items() if rendered(given_line) != expected]
    heading = re.sub(r' id="[^"]*"', "", rendered(f"# {line}"), count=1)
    return differing if heading == f"<h1>{shown}</h1>" else [*differing, "heading"]


def special(source: str) -> bool:
    return bool(re.search(r"[\\$^_~{}`<>&\[\]*#|]|://", source))


def test_markdown_shows_each_text_as_html_does(texts: list[str]) -> None:
    short = [source for source in texts if len(source) < 200]
    chosen = [source for source in texts if special(source)][::12] + texts[::60] + [s for s in short if special(s)]
    assert [(source, places) for source in chosen if (places := differing_places(source))] == []


@pytest.mark.parametrize("source", ["~5 and ~6", "~a~", "^a^", "2^a^b", "~~no~~", "^^no^^", "x^(a) ~ y^(b)", "a|b"])
def test_paired_signs_show_alike_with_and_without_the_extensions_that_read_them(source: str) -> None:
    expected = f"<p>{text.html(source)}</p>"
    assert PLAIN_SITE.reset().convert(text.markdown(source)) == expected
    assert rendered(text.markdown(source)) == expected


def test_markdown_shows_nasty_texts_as_html_does() -> None:
    assert [(source, places) for source in made(1500) if (places := differing_places(source))] == []


@settings(max_examples=400, derandomize=True, deadline=None, database=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(NASTY), max_size=10).map("".join)))
def test_markdown_shows_any_text_as_html_does(source: str) -> None:
    assert differing_places(source) == []


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(st.lists(st.sampled_from([*NASTY, "**", "`a`", "[x](https://a.b)"]), max_size=10).map("".join))
def test_a_note_never_makes_more_than_emphasis_code_and_links(note: str) -> None:
    tags = set(re.findall(r"</?(\w+)", rendered(text.prose(note))))
    assert tags <= {"p", "em", "strong", "code", "a"}


def letters(source: str) -> str:
    """Reduce a text, captured or readable, to its letters and digits, without commands, addresses and marks."""
    source = re.sub(r"\\(allowbreak|nobreakdash)\s*", "", source)
    source = re.sub(r"https?://[^\s{}]+", " ", re.sub(r"\\([_#%&])", r"\1", source))
    source = re.sub(r"\\(?=(eg|ie|etal|etc|vs|LaTeX|max|min|log|i)\b)", "", source)
    source = re.sub(r"\\[A-Za-z]+|(text|math)[a-z]*(?=\{)|\{bf |times|circ|sim|approx", " ", source)
    return re.sub(r"[^A-Za-z0-9]", "", unicodedata.normalize("NFKD", source))


def test_no_letter_or_digit_is_lost(texts: list[str]) -> None:
    if texts == made(3000):
        texts = [source for source in texts if not special(source)]
    assert [source for source in texts if letters(source) != letters(text.plain(source))] == []


def test_text_without_tex_stays_as_typed(texts: list[str]) -> None:
    untouched = [s for s in texts if not re.search(r"[\\$^_~{}`'\x00-\x09\u200b]|--|\dtimes|://", s)]
    assert len(untouched) > len(texts) / 20
    assert [s for s in untouched if text.plain(s) != " ".join(s.split())] == []


STRAY = {
    "known symbol": r"\\(alpha|sigma|Theta|times|pm|approx|deg|LaTeX|eg|ie|etc|[%&#])",
    "look of letters": r"\\(textbf|textit|emph|texttt|textsc)\{[^{}]*\}",
    "formula": r"\$[α-ω]\$|\$[A-Za-z]\$|\\\([^{]*?\\\)",
    "lost times": r"\dtimes\b",
    "accent": r"[a-z]\\[\"'`^][a-z]|\\[\"'`^]\{\\?[a-z]\}",
    "quotes": r"``[\w ]+''",
    "power": r"\w\^\{?\d+\}?(?![\d/.])",
    "tie": r"[a-z]~[a-z(]",
}


@pytest.mark.parametrize("pattern", STRAY.values(), ids=STRAY)
def test_no_tex_that_has_a_readable_form_is_left(texts: list[str], pattern: str) -> None:
    if texts == made(3000):
        texts = [source for source, _ in READABLE.values() if not re.search(r"foo|without|L_", source)]
    left = [(found[0], source) for source in texts if (found := re.search(pattern, "".join(said(source))))]
    assert left == []


def said(source: str) -> list[str]:
    return [part for part in text.parts(source) if isinstance(part, str)]


def test_money_is_no_formula(texts: list[str]) -> None:
    prices = [
        source for source in texts if 0 < source.count("$") == len(re.findall(r"\$\d", source)) and "\\" not in source
    ]
    assert [source for source in prices if text.plain(source).count("$") != source.count("$")] == []


@pytest.mark.parametrize(
    "source", ["{" * 9000, "\\textbf{" * 3000 + "}" * 3000, "$a" * 5000, "^{" * 4000, "https://a.b" + ")" * 9000]
)
def test_hostile_nesting_breaks_nothing(source: str) -> None:
    assert 0 < len(text.plain(source)) <= len(source)
    assert text.markdown(source)
