"""A paper to BibTeX. What isn't known is left out, never invented."""

from __future__ import annotations

from papershelf.model import Paper
from papershelf.text import plain

_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    }
)  # fmt: skip


def bibtex(paper: Paper) -> str:
    """One entry; its key is the paper's id, which is unique and never changes."""
    fields = {
        "title": f"{{{_tex(paper.title)}}}",
        "author": " and ".join(_tex(author) for author in paper.authors),
        "year": str(paper.year or ""),
        "booktitle": _tex(paper.venue or ""),
        "eprint": paper.arxiv or "",
        "archivePrefix": "arXiv" if paper.arxiv else "",
        "doi": paper.doi or "",
        "url": paper.url or "",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "@misc{" + ",\n".join([paper.id, *lines]) + "\n}"


def _tex(text: str) -> str:
    return plain(text).translate(_SPECIAL)
