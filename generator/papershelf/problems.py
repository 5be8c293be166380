"""A problem in the data, said so that whoever meets it can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_LONG_NAME = 30


@dataclass(frozen=True, order=True)
class Problem:
    """Where something is wrong, what was found, what was expected, and what to do."""

    path: str
    line: int
    column: int
    found: str
    expected: str = ""
    advice: str = ""

    def __str__(self) -> str:
        """One line: `file:line:column: found; expected …. Advice.`"""
        return _visible(f"{self.path}:{self.line}:{self.column}: {self.message}")

    @property
    def message(self) -> str:
        """What was found, what was expected and what to do, without the place."""
        message = self.found
        if self.expected:
            message += f"; expected {self.expected}"
        if self.advice:
            message += f". {self.advice}"
        return _visible(message)

    @property
    def annotation(self) -> str:
        """The same as a command to a GitHub workflow, which shows it on the line that it is about."""
        places = {"file": self.path, "line": self.line, "col": self.column, "title": self.found}
        properties = ",".join(f"{name}={_property(_visible(str(value)))}" for name, value in places.items())
        return f"::error {properties}::{_escaped(self.message)}"


class ProblemsError(Exception):
    """Carries the problems that stop a command; the only exception that is shown to a user without a traceback."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Take the problems, sorted by place."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__(report(self.problems))


class RefusedError(Exception):
    """What can't be done, and what to do instead, in sentences; a `{}` in them stands for a text that somebody wrote.

    A terminal shows such a text in quotes; an answer on a code host quotes it otherwise.
    """

    def __init__(self, sentences: str, *texts: object) -> None:
        """Take the sentences, and what stands in place of each `{}`."""
        self._sentences, self._texts = sentences, texts
        super().__init__(self.said(quoted))

    def said(self, quote: Callable[[object], str]) -> str:
        """The sentences, with the texts quoted in this way."""
        return self._sentences.format(*map(quote, self._texts))


def literal(sentences: str) -> str:
    """Sentences for a RefusedError in which braces are braces."""
    return sentences.replace("{", "{{").replace("}", "}}")


def report(problems: Iterable[Problem]) -> str:
    """Every problem on a line of its own, by place, with a count at the end."""
    lines = [str(problem) for problem in sorted(set(problems))]
    return "\n".join([*lines, f"{len(lines)} problem{'s' if len(lines) != 1 else ''} found."])


def quoted(value: object, limit: int = 80) -> str:
    """A value as it is shown in a message: in quotes, on one line, cut where it is longer than any id."""
    text = _visible(" ".join(str(value).split()))
    return f'"{text if len(text) <= limit else text[: limit - 1] + "…"}"'


def none_of(names: Sequence[str]) -> str:
    """What is missing, as a sentence lists it: no topics, tags or summary."""
    *first, last = names
    return f"no {', '.join(first)} or {last}" if first else f"no {last}"


def _visible(text: str) -> str:
    """A text whose characters all show: others (in a file's name, too) could break the line or steer the terminal."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else f"<U+{ord(letter):04X}>" for letter in text)


def _escaped(text: str) -> str:
    """A text as a workflow command takes it: a line end would end the command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The same for a property, which a comma or a colon would end."""
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def nearest(value: str, known: Iterable[str]) -> str | None:
    """The known value that was probably meant, if any is near: spelled alike, or the only one that begins alike."""
    known, value = list(known), value.lower()
    # Any two titles have more than half of their letters in common.
    cutoff = 0.6 if len(value) < _LONG_NAME else 0.8
    if matches := difflib.get_close_matches(value, known, n=1, cutoff=cutoff):
        return matches[0]
    alike = [name for name in known if len(value) > 2 and (name.startswith(value) or value.startswith(f"{name}-"))]
    return alike[0] if len(alike) == 1 else None


def did_you_mean(value: str, known: Iterable[str], otherwise: str = "") -> str:
    """Advice that names the nearest known value, or says something else where none is near."""
    match = nearest(value, known)
    return f'Did you mean "{match}"?' if match else otherwise
