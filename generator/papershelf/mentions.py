"""What people mean by what they write into a field: addresses, topics and tags, papers."""

from __future__ import annotations

import re

from papershelf.identity import nearest_id
from papershelf.issueform import code
from papershelf.model import Catalogue, Paper
from papershelf.problems import RefusedError, did_you_mean, nearest
from papershelf.references import Names

MOST_LINKS = 10
MOST_NAMES = 30

_LABELLED = re.compile(r"\[[^\[\]\n]{0,300}\]\(([^()\s]{1,2000})\)")
_SPACED = re.compile(r"(?i)\b(arxiv|doi|acl)(?::\s+|\s+(?=\d))")


def addresses(text: str) -> list[str]:
    """The addresses and numbers in a field, with or without Markdown's marks around them."""
    spread = _SPACED.sub(r"\1:", _LABELLED.sub(r" \1 ", text))
    words = [word for word in (part.strip("<>,;") for part in spread.split()) if any(map(str.isalnum, word))]
    # People put words before an address, as "PDF:"; a field without any address is shown to them as a whole.
    found = [word for word in words if re.search(r"[\d/]|\w\.\w", word)] or [" ".join(words)] * bool(words)
    if len(found) > MOST_LINKS:
        raise RefusedError(f"There are more than {MOST_LINKS} addresses. Keep those that lead to the paper.")
    return found


def each(text: str) -> list[str]:
    """The names in a field: one a line, or with commas between them."""
    parts = (re.sub(r"^[-*•\s`\"']+|[\s`\"'.]+$", "", part) for part in re.split(r"[,;\n]", text))
    found = [part for part in parts if part]
    if len(found) > MOST_NAMES:
        raise RefusedError(f"There are more than {MOST_NAMES} names in one field. Keep the most fitting ones.")
    return found


def names(text: str, words: Names) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of topics or tags that are named, and what to say of each name that means none."""
    parts, known, unknown = each(text), dict[str, None](), []
    while parts:
        # A name may hold commas: the longest that is known counts.
        tries = ((words.known_as(", ".join(parts[:count])), count) for count in range(min(4, len(parts)), 0, -1))
        name, count = next(((name, count) for name, count in tries if name), (None, 1))
        if name:
            known[name] = None
        else:
            near = words.nearest(parts[0])
            advice = f"the nearest is {code(near)}" if near else "none is spelled like it"
            unknown.append(f"The {words.word} {code(parts[0])} isn't known here and was left out; {advice}.")
        parts = parts[count:]
    return tuple(known), tuple(unknown)


def mentioned_paper(text: str, catalogue: Catalogue) -> Paper:
    """The paper that is meant by its id, its title, or the address of its page or file."""
    name = re.sub(r"(?:/index\.html|\.html|\.yml|\.md)?/?(?:[?#].*)?>?$", "", text).rsplit("/", 1)[-1]
    aliases = {alias: paper for paper in catalogue.papers for alias in paper.aliases}
    for known in (name, nearest_id(text) or ""):
        if paper := catalogue.paper.get(known) or aliases.get(known):
            return paper
    near = nearest(name[:100], catalogue.paper)
    advice = f"The id that is spelled most like it is “{near}”." if near else "Give the address of its page."
    raise RefusedError(f"There is no paper {{}} on this shelf. {advice}", text)


def paper_named(name: str, catalogue: Catalogue) -> Paper:
    """The paper with an id; raises RefusedError where there is none."""
    if name not in catalogue.paper:
        advice = did_you_mean(name, catalogue.paper, "A paper's id is the name of its file, without .yml.")
        raise RefusedError(f"There is no paper {{}} on the shelf. {advice}", name)
    return catalogue.paper[name]
