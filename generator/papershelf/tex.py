"""Turn TeX leftovers of a sentence into readable Unicode; what has no such form stays as typed."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum


class Mode(Enum):
    """Whether a piece of TeX stands in a sentence or in a formula."""

    TEXT = 1
    MATH = 2


Typeset = tuple[str, int] | None
"""What a piece of TeX shows and where it ends; None where it has no Unicode form."""


def _words(table: str) -> tuple[str, ...]:
    return tuple(table.split())


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_SYMBOLS = _pairs(
    """
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ
    nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ
    Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω times × div ÷ cdot · pm ± mp ∓ sim ∼
    simeq ≃ approx ≈ equiv ≡ cong ≅ propto ∝ neq ≠ ne ≠ le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ll ≪ gg ≫ in ∈
    notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ cup ∪ cap ∩ setminus ∖ emptyset ∅ varnothing ∅ forall ∀
    exists ∃ neg ¬ land ∧ wedge ∧ lor ∨ vee ∨ oplus ⊕ otimes ⊗ odot ⊙ circ ∘ bullet • star ⋆ ast * dagger † ddagger ‡
    rightarrow → to → longrightarrow ⟶ leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ implies ⇒ Leftarrow ⇐
    Leftrightarrow ⇔ iff ⇔ mapsto ↦ uparrow ↑ downarrow ↓ nearrow ↗ searrow ↘ infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏
    int ∫ ell ℓ hbar ℏ Re ℜ Im ℑ aleph ℵ prime ′ angle ∠ perp ⊥ bot ⊥ top ⊤ parallel ∥ mid | vert | Vert ‖ lvert |
    rvert | lVert ‖ rVert ‖ langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ ldots … dots … cdots ⋯ triangle △
    square □ checkmark ✓ deg ° textdegree ° textgreater > textless < textasciitilde ~ textbackslash \\ textbar |
    textunderscore _ textasciicircum ^ textendash – textemdash — textquoteleft ‘ textquoteright ’ textquotedblleft “
    textquotedblright ” textbullet • textpm ± texttimes × copyright © pounds £ euro € S § LaTeX LaTeX TeX TeX ss ß
    ae æ AE Æ oe œ OE Œ aa å AA Å o ø l ł L Ł i ı eg e.g. ie i.e. etc etc. vs vs. wrt w.r.t. cf cf."""
) | {"etal": "et al.", "quad": " ", "qquad": " ", "left": "", "right": "", "big": "", "Big": "", "displaystyle": ""}
_FUNCTIONS = _words("log ln exp sin cos tan tanh min max sup inf lim arg argmax argmin det dim ker gcd Pr")
_PROSE_ONLY = _words("eg ie etal etc vs wrt cf LaTeX TeX")
_MATH_ONLY = _words("left right big Big displaystyle quad qquad prime top bot mid in ni S i l L o")
_LOOKS = _words(
    """textbf textit texttt textsc textrm textsf textsl textup textmd textnormal text emph underline mbox hbox mathrm
    mathbf mathit mathsf mathtt mathcal mathfrak mathscr mathbb boldsymbol bm operatorname"""
)
_ACCENTS = _pairs(
    """` \u0300 ' \u0301 ^ \u0302 ~ \u0303 = \u0304 u \u0306 . \u0307 " \u0308 r \u030a H \u030b v \u030c d \u0323
    c \u0327 k \u0328 b \u0331 hat \u0302 widehat \u0302 tilde \u0303 widetilde \u0303 bar \u0304 overline \u0305
    dot \u0307 ddot \u0308 vec \u20d7"""
)
_RAISED = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ*∘†‡′⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ*°†‡′ᵀ",
        strict=True,
    )
)
_LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_DOUBLE_STRUCK = _pairs("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ E 𝔼 F 𝔽 S 𝕊 1 𝟙")

# Some captures have lost the backslash: `textbf{x}`, `2.5times`, `7{times}`, `360^circ`, `{bf MASK}`.
_LOST_LOOK = re.compile(rf"(?<![A-Za-z\\])(?:{'|'.join(_LOOKS)})(?=\{{[^{{}}]*\}})")
_LOST_TIMES = re.compile(r"times(?:(?<=\dtimes)|(?<=\^circtimes))(?![a-z])")
_LOST_SYMBOL = re.compile(r"\s*(?:times|sim|approx|pm|circ|[=,+-])\s*")
_TOKEN = re.compile(
    # Begins with one set of characters, so that the search runs past all others.
    r"[\\$^_{~](?:(?<=\\)(?:(?P<command>[A-Za-z]+)|(?P<control>[^A-Za-z]))"
    r"|(?<=\$)(?P<dollars>\$?)|(?<=[\^_])(?P<script>)|(?<=\{)(?P<brace>)|(?<=~)(?P<tie>))"
)
_ACCENTED = re.compile(r"(?P<braces>\{)?(?:\\(?=[ij]\b))?(?P<letter>[A-Za-z])(?(braces)\})")
_CONTRACTED = re.compile(r"(?<=\w\\')(?:s|t|re|ve|ll|d|m)\b")
_FONT = re.compile(r"(?:\\(?:em|it|bf|tt|sc|rm|sf|sl|itshape|bfseries|ttfamily|scshape)\b|bf\b)\s*")
_SCRIPT = re.compile(r"-?\d+|[*+]|circ(?![a-z])|[^\W\d_]")
_CLOSING_DOLLARS = {"$": re.compile(r"(?<![\\\s])\$(?!\$)"), "$$": re.compile(r"(?<!\\)\$\$")}
_STRONG = re.compile(r"\\[A-Za-z%,]|[\^_Α-Ωα-ωϑϕ]")
_OPERATOR_OR_NUMBER = re.compile(r"[A-Za-z=<>≤≥+*/×∈|()-]|^\d[\d.,]*$")
_MONEY_AND_WORDS = re.compile(r"\d[^\\]*\s[A-Za-z]{2,}[^\\]*")
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*(?![\d)])")  # `\$1 million` came as `\1 million`
_QUANTITY = re.compile(r"(?:^|[\s([<>≈+-])\$?\d[\d.,]*(?:\\?%|[KMBTkx])?$")
HELD = "\x01"  # stands for a link while its surroundings are typeset; text.clean() has dropped any other


def _group(source: str, start: int) -> tuple[str, int] | None:
    """Return what the braces opening at start enclose and where they end; deep nesting is refused, as recursive."""
    if not source.startswith("{", start):
        return None
    depth = 0
    for found in re.compile(r"\\.|[{}]").finditer(source, start, start + 2000):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth > 20:
            return None
        if depth == 0 and found[0] == "}":
            return source[start + 1 : found.start()], found.end()
    return None


def _typeset(source: str, mode: Mode) -> str | None:
    """Return the readable form: what has none stays as typed, or, in a formula, makes the whole of it None."""
    out: list[str] = []
    end = 0
    while found := _TOKEN.search(source, end):
        out.append(source[end : found.start()])
        shown = _HANDLERS[str(found.lastgroup)](found, mode)
        if shown is None and mode is Mode.MATH:
            return None
        text, end = shown or (found[0], found.end())
        out.append(text)
    out.append(source[end:])
    return "".join(out)


def _inside(source: str, start: int, mode: Mode) -> Typeset:
    """Typeset the group in braces that opens at start."""
    if (group := _group(source, start)) is None:
        return None
    shown = _typeset(group[0], mode)
    return None if shown is None else (shown, group[1])


def _before(found: re.Match[str]) -> str:
    """Return the character before a match, if there is one."""
    return found.string[max(found.start() - 1, 0) : found.start()]


def _command(found: re.Match[str], mode: Mode) -> Typeset:
    name, end = found["command"], found.end()
    if name in _LOOKS:
        return _look(found, mode)
    if name in _FUNCTIONS or (name in _SYMBOLS and (mode is Mode.MATH or name not in _MATH_ONLY)):
        return _symbol(found, mode)
    if name in ("frac", "tfrac", "dfrac", "sqrt"):
        return _fraction(found.string, end) if name != "sqrt" else _root(found.string, end)
    if name in _ACCENTS and (group := _inside(found.string, end, mode)):
        return _accented(name, group)
    if name == "footnote" and (group := _inside(found.string, end, Mode.TEXT)):
        return f" ({group[0]})", group[1]
    if name in ("href", "url") and found.string.startswith("{" + HELD, end):
        return _inside(found.string, end, mode)
    return None


def _look(found: re.Match[str], mode: Mode) -> Typeset:
    """Typeset what a command gives another look to; plain text has that look only for the sets of numbers."""
    name = found["command"]
    shown = _inside(found.string, found.end(), Mode.TEXT if name.startswith(("text", "mbox", "hbox", "emph")) else mode)
    if shown is None or (mode is Mode.MATH and re.search(r"[\\^{}]", shown[0])):
        return None
    return (_DOUBLE_STRUCK.get(shown[0], shown[0]), shown[1]) if name == "mathbb" else shown


def _symbol(found: re.Match[str], mode: Mode) -> Typeset:
    """Typeset a command without arguments, with the space that TeX takes for its end."""
    name, end = found["command"], found.end()
    shown = _SYMBOLS.get(name, name)
    if found.string.startswith("{}", end):
        end += 2
    if name in _PROSE_ONLY and shown.endswith(".") and found.string.startswith(".", end):
        end += 1
    if name in _FUNCTIONS:
        return (f" {shown}" if _before(found).isalnum() else shown), end
    if mode is Mode.MATH and not _before(found).isspace() and not shown.isspace() and found.string.startswith(" ", end):
        end += 1
    return shown, end


def _fraction(source: str, start: int) -> Typeset:
    above = _inside(source, start, Mode.MATH)
    below = above and _inside(source, above[1], Mode.MATH)
    if not above or not below:
        return None
    return f"{_operand(above[0])}/{_operand(below[0])}", below[1]


def _root(source: str, start: int) -> Typeset:
    under = _inside(source, start, Mode.MATH)
    return under and (f"√{_operand(under[0])}", under[1])


def _operand(shown: str) -> str:
    """Put brackets round what would bind differently on one line."""
    return shown if re.fullmatch(r"[\w.]+", shown) else f"({shown})"


def _accented(accent: str, base: tuple[str, int]) -> Typeset:
    letter = base[0].replace("ı", "i").replace("ȷ", "j")
    if len(letter) != 1 or not letter.isalpha():
        return None
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent]), base[1]


def _control(found: re.Match[str], mode: Mode) -> Typeset:
    mark, end = found["control"], found.end()
    if mark in "%&#_${}":
        return mark, end
    if mark in ", " or (mode is Mode.MATH and mark in ";:!"):
        return ("" if mark == "!" else " "), end
    if mark in "([" and mode is Mode.TEXT:
        return _bracketed(found)
    if mark == "|" and mode is Mode.MATH:
        return "‖", end
    if _AMOUNT.match(found.string, end - 1):
        return f"${mark}", end
    return _mark_accent(found) if mark in _ACCENTS else None


def _mark_accent(found: re.Match[str]) -> Typeset:
    r"""Typeset `\'e`, `\"{o}`, `\'{\i}`; and the quotes that a capture escaped, as in `query\'s`."""
    mark, end = found["control"], found.end()
    if mark == "'" and _CONTRACTED.match(found.string, end):
        return "'", end
    letter = _ACCENTED.match(found.string, end)
    if letter and (mark not in "=." or letter["braces"]):
        shown = unicodedata.normalize("NFC", letter["letter"] + _ACCENTS[mark])
        if len(shown) == 1:
            return shown, letter.end()
    return (mark, end) if mark in "'\"~" else None


def _bracketed(found: re.Match[str]) -> Typeset:
    r"""Typeset a formula in `\(…\)` or `\[…\]`."""
    close = found.string.find({"(": "\\)", "[": "\\]"}[found["control"]], found.end())
    return None if close < 0 else _formula(found, close, close + 2)


def _dollars(found: re.Match[str], mode: Mode) -> Typeset:
    close = _CLOSING_DOLLARS[found[0]].search(found.string, found.end(), found.end() + 400)
    if mode is Mode.MATH or close is None:
        return None
    body, before, after = (
        found.string[found.end() : close.start()],
        _before(found),
        found.string[close.end() : close.end() + 1],
    )
    if len(found[0]) == 1 and not _is_formula(body, before, after):
        return None
    return _formula(found, close.start(), close.end())


def _is_formula(body: str, before: str, after: str) -> bool:
    """Tell a formula between two dollars from two prices."""
    # A third dollar between the two tells that the first was a price.
    if not body or body[0].isspace() or "$" in body or _MONEY_AND_WORDS.fullmatch(body):
        return False
    if _STRONG.search(body):
        return "\\" in body or not after.isdigit()
    words = [word for word in re.findall(r"[A-Za-z]{2,}", body) if word not in _FUNCTIONS]
    return bool(_OPERATOR_OR_NUMBER.search(body)) and not (
        words or before.isalnum() or after.isdigit() or body[-1] in ",;:."
    )


def _formula(found: re.Match[str], close: int, end: int) -> Typeset:
    """Typeset a formula as a whole; one with anything that has no Unicode form stays as typed."""
    body = found.string[found.end() : close].strip()
    bare = re.sub(r"\\.", "", body)
    shown = _typeset(body, Mode.MATH) if bare.count("{") == bare.count("}") else None
    if shown is None:
        return found.string[found.start() : end], end
    return shown.replace("''", "″").replace("'", "′"), end


def _script(found: re.Match[str], mode: Mode) -> Typeset:
    r"""Raise or lower what follows `^` or `_`; outside a formula `_` is part of a name."""
    before = _before(found)
    if mode is Mode.TEXT and (found[0] == "_" or not (before.isalnum() or before in tuple(")]}|*'"))):
        return None
    if (
        shown := _inside(found.string, found.end(), Mode.MATH) or _bare_script(found.string, found.end(), mode)
    ) is None:
        return None
    table = _RAISED if found[0] == "^" else _LOWERED
    letters = [table.get(letter) for letter in ("∘" if shown[0] == "circ" else shown[0])]
    return ("".join(filter(None, letters)), shown[1]) if letters and all(letters) else None


def _bare_script(source: str, start: int, mode: Mode) -> Typeset:
    """Typeset what is raised without braces: in a sentence, one letter only where no other follows."""
    command = _TOKEN.match(source, start)
    if command and command["command"]:
        return _command(command, Mode.MATH)
    bare = _SCRIPT.match(source, start)
    if not bare or (mode is Mode.TEXT and bare[0].isalpha() and source[bare.end() : bare.end() + 1].isalpha()):
        return None
    return bare[0], bare.end()


def _brace(found: re.Match[str], mode: Mode) -> Typeset:
    r"""Open a group that is TeX: `{\em x}`, `{\sigma}`, `7{times}`, `1{,}879`; other braces stay as typed."""
    if (group := _group(found.string, found.start())) is None:
        return None
    body, end = group
    if font := _FONT.match(body):
        body = body[font.end() :]
    elif _LOST_SYMBOL.fullmatch(body):
        return _SYMBOLS.get(body.strip(), body.strip()), end
    elif mode is Mode.TEXT and not body.startswith("\\" if _before(found).isalnum() else ("\\", HELD)):
        return None
    shown = _typeset(body, mode)
    if shown is None or (mode is Mode.TEXT and not font and re.search(r"[\\{}]", shown)):
        return None
    return shown, end


def _tie(found: re.Match[str], mode: Mode) -> Typeset:
    """Show a tie as the space it is, and leave the `~` that means about or to."""
    before, after = (
        found.string[max(found.start() - 20, 0) : found.start()],
        found.string[found.end() : found.end() + 1],
    )
    joins = before[-1:].strip() and before[-1:] not in "([</=~" and after.strip() and after not in "~)]"
    between_numbers = after.isdigit() and _QUANTITY.search(before)
    return None if not joins or between_numbers else (" ", found.end())


_HANDLERS = {
    "command": _command,
    "control": _control,
    "dollars": _dollars,
    "script": _script,
    "brace": _brace,
    "tie": _tie,
}

_ESCAPED_QUOTES = re.compile(r'(?<!\w)\\"(?=\S)([^"\\]{1,200})\\"(?!\w)')  # before they are taken for accents
_TYPOGRAPHY = (
    ("``", re.compile(r"``([^`\s][^`]{0,400}?)(?:''|\"|``)"), r"“\1”"),
    ("''", re.compile(r"(?<![\w'])''([^'`\s][^'`]{0,200}?)(?<!\s)''(?![\w'])"), r"“\1”"),
    ("''", re.compile(r"(?<!\w)\"([^\"`\s][^\"`]{0,200}?)(?<!\s)''(?!\w)"), r"“\1”"),
    ("`", re.compile(r"(?<![\w`])`([^`\s][^`]{0,200}?)(?<!\s)'(?![\w'])"), r"‘\1’"),
    ("---", re.compile(r"(?<!-)---(?!-)"), "—"),
    ("--", re.compile(r"--(?:(?<=\d--)(?=\d)|(?<= --)(?= ))"), "–"),
)


def readable(text: str) -> str:
    """Typeset a folded text, with its quotes and dashes."""
    text = _LOST_TIMES.sub("×", text)
    if "{" in text:
        text = _LOST_LOOK.sub(r"\\\g<0>", text)
    if '\\"' in text:
        text = _ESCAPED_QUOTES.sub(r"“\1”", text)
    if any(mark in text for mark in "\\$^{~"):
        text = _typeset(text, Mode.TEXT) or ""
    for mark, pattern, shown in _TYPOGRAPHY:
        text = pattern.sub(shown, text) if mark in text else text
    return " ".join(text.split())
