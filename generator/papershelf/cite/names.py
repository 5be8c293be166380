"""The name of an author in two parts, where it is safe to part it.

Of `Ann Mary Smith` nobody knows whether Mary belongs to the given names or to the family's. So a name is parted only
where it has two words, or initials alone between the first and the last, or a particle before the last.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LETTER = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_INITIAL = rf"[{_LETTER}]\.?(?:-?[{_LETTER}]\.)*"
_PARTICLE = "(?:al|bin|da|de|del|della|den|der|di|dos|du|el|la|le|ten|ter|van|von) "
_PERSON = re.compile(
    rf"([{_LETTER}][{_LETTER}'’.-]*(?: {_INITIAL})*) ((?:{_PARTICLE})*[{_LETTER}][{_LETTER}'’-]+)"
)  # fmt: skip
_INVERTED = re.compile(rf"([{_LETTER}'’ -]+), ([{_LETTER}'’. -]+)")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")
_GROUP = re.compile(
    r"[&,;0-9]|\b(?:AI|Alliance|Association|Authors|Center|Centre|Collaboration|Committee|Community|Consortium|"
    r"Contributors|Foundation|Group|Inc|Initiative|Institute|Labs?|Network|Organi[sz]ation|Project|Research|Society|"
    r"Team|University|Workshop|and|others)\b"
)


@lru_cache(maxsize=2**14)
def parted(name: str) -> tuple[str, str] | None:
    """The family name and the given names; None where the name has to stay as it is."""
    if (found := _INVERTED.fullmatch(name)) and not _SUFFIX.fullmatch(found[2]):
        return found[1], found[2]
    if is_group(name):
        return None
    found = _PERSON.fullmatch(name)
    return (found[2], found[1]) if found else None


@lru_cache(maxsize=2**14)
def is_group(name: str) -> bool:
    """Whether no tool may look for a person's parts in a name: it is a group's, or holds a sign that parts names."""
    inverted = _INVERTED.fullmatch(name)
    return _GROUP.search(name) is not None and (inverted is None or _SUFFIX.fullmatch(inverted[2]) is not None)
