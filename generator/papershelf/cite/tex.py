"""Readable text to TeX that compiles with any engine; letters for which TeX has no form stay as they are."""

from __future__ import annotations

import re
import unicodedata

# A letter's mark to the command that sets it.
_ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331",
                    "`'^~=u.\"rHvdckb", strict=True))  # fmt: skip
# Each sign with the command for it: in text, in a group of its own, in a formula.
_TEXT = r"""\ textbackslash ~ textasciitilde ^ textasciicircum … ldots • textbullet
§ S ¶ P © copyright ® textregistered ™ texttrademark ° textdegree € texteuro £ pounds"""
_LETTERS = "ß ss ø o Ø O ł l Ł L æ ae Æ AE œ oe Œ OE ı i"
_FORMULA = """α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi
π pi ρ rho σ sigma ς varsigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega ϵ epsilon ϕ phi ϑ vartheta Γ Gamma Δ Delta
Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega µ mu × times ± pm ÷ div ≤ leq ≥ geq ≠ neq ≈ approx
∼ sim ≡ equiv ∝ propto → rightarrow ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ↑ uparrow ↓ downarrow ∞ infty ∈ in
⊂ subset ∪ cup ∩ cap ∀ forall ∃ exists ∇ nabla ∂ partial ∑ sum ∏ prod ∫ int · cdot ⋅ cdot ∗ ast ∘ circ ⊗ otimes
⊕ oplus ℓ ell ¬ neg ⟨ langle ⟩ rangle ⋆ star † dagger ‡ ddagger"""
_LITERALLY = r"""{ \{ } \} & \& % \% $ \$ # \# _ \_ – -- — --- ‘ ` ’ ' “ `` ” '' ¡ !` ¿ ?` ‑ - − $-$
< $<$ > $>$ | $|$"""


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


SIGNS = {
    "\u00a0": "~",
    "\u00ad": r"\-",
    "\u2009": r"\,",
    "\u202f": r"\,",
    **_pairs(_LITERALLY),
    **{sign: rf"\{name}{{}}" for sign, name in _pairs(_TEXT).items()},
    **{sign: rf"{{\{name}}}" for sign, name in _pairs(_LETTERS).items()},
    **{sign: rf"$\{name}$" for sign, name in _pairs(_FORMULA).items()},
    **{sign: f"$^{{{number}}}$" for number, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: f"$_{{{number}}}$" for number, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}
"""Each sign that TeX reads as another one, or not at all, with what it reads as that sign."""


_MARKED = re.compile(r"[^A-Za-z0-9 !\"'()*+,./:;=?@\[\]`-]")


def tex(text: str) -> str:
    """Text as TeX; a line of it, without paragraphs."""
    return _MARKED.sub(_written, unicodedata.normalize("NFC", text))


def _written(found: re.Match[str]) -> str:
    sign = found[0]
    if known := SIGNS.get(sign):
        return known
    parts = unicodedata.normalize("NFD", sign)
    letter, marks = parts[0], parts[1:]
    if not marks or not (letter.isascii() and letter.isalpha()) or not all(mark in _ACCENTS for mark in marks):
        return sign
    for mark in marks:
        command = _ACCENTS[mark]
        letter = rf"\{command}{{{letter}}}" if command.isalpha() or len(letter) > 1 else rf"\{command}{letter}"
    return f"{{{letter}}}"
