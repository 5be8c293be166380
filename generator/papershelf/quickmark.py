"""The Markdown that generated pages are written in, to the very HTML that Python-Markdown makes of it, much faster.

Pages are Markdown that a person can read, and every renderer reads them. Python-Markdown takes some ten milliseconds
for one, so this reads the few forms that our own templates write: headings with an id, paragraphs, lists, a fence,
a `<div markdown>`, links, emphasis and escapes. Of anything else it makes nothing at all, and the page takes the
ordinary way. Tests compare every page of the shelf and of thousands of real papers with what Python-Markdown makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HEADER_LINK = '<a class="headerlink" href="#{}" title="Permanent link">&para;</a>'


class UnknownFormError(Exception):
    """The text has a form that only Python-Markdown reads."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, its id, and its text as HTML."""

    level: int
    id: str
    html: str

    @property
    def text(self) -> str:
        """The same without marks, as a table of contents shows it."""
        return re.sub("<[^>]*>", "", self.html)


@dataclass(frozen=True, slots=True)
class Converted:
    """A page's body as HTML, and its headings."""

    html: str
    headings: tuple[Heading, ...]


_HEADING = re.compile(r"(#{1,3}) (.+?) \{: #([\w-]+)( data-search-exclude)? \}")
_DIV = re.compile(r"<div class=\"([\w -]+)\" markdown( data-search-exclude=\"\")?>")
_FENCE = re.compile(r"```\n((?:(?!```).*\n)+)```")
_FILES = (".md", ".bib", ".ris", ".xml", ".json")
"""How the files of the site end to which our pages lead."""
_ITEM = "-   "
_INDENT = "    "
# What may open another block: no paragraph of ours begins so.
_OPENS_BLOCK = re.compile(r"[\s#>+\-=:|!?~/^]|\d+[.)](?:\s|$)|[*_](?:\s|$)|```|<(?!https?://|/?(?:small|code)>)")
_MAY_OPEN = frozenset(" \t#>+-=:|!?~/^0123456789*_`<")
# Each branch begins with a sign of its own, so that the search runs past everything else; the last ones are those that
# mean nothing here, or nothing that is known.
_TOKEN = re.compile(
    r"\\([\\`*_{}\[\]()>#+\-.!|])"
    r"|\[([^\[\]\\]*(?:\\.[^\[\]\\]*)*)\]\((?:<([^<>\s]*)>|([^\s()<>\"'`\\]*))\)"
    r"|<(https?://[^<>\s]*)>"
    r"|\*\*((?![\s*])[^*\\]*(?:\\.[^*\\]*)*)(?<!\s)\*\*"
    r"|\*((?![\s*])[^*\\]*(?:\\.[^*\\]*)*)(?<!\s)\*"
    r"|`((?!\s)[^`\\\n<&]+(?<!\s))`(?!`)"
    r"|<(/?(?:small|code)>)"
    r"|&((?:#[0-9]+|[a-zA-Z0-9]+);)"
    r"|\\|\[|\]|<|>|&|\*|`|\{|\||_"
)
_ESCAPED, _LABEL, _ADDRESS, _PATH, _SHOWN, _STRONG, _EM, _CODE, _TAG, _ENTITY = range(1, 11)
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


MOST_KEPT = 2**15
"""How many entries, and how many links, are remembered."""
_QUOTED = frozenset(" \t\n\r\f\v\"'=<>`")
"""What the value of an attribute is quoted for."""
_FROM_ROOT = "](\0"
"""Stands in a key for the way from a page to the site's root."""


class Quickmark:
    """Converts pages whose links mean the same: those of one folder."""

    def __init__(
        self,
        address: Callable[[str], str] = str,
        made: dict[str, str] | None = None,
        up: str = "",
        finished: Callable[[str], str] | None = None,
    ) -> None:
        """Take what makes the address of a link to a file of the site, as `.md`.

        `finished` makes of the HTML of a heading or a fence what is to stand there, where nothing is to be spared:
        then the line ends between blocks, ends of entries and the quotes of attributes are left out, too.
        `made` keeps for other folders, too, what entries of lists and links became whose links all begin with `up`,
        which leads to the site's root: there the same ones differ in nothing else.
        """
        self._address, self._finished = address, finished or str
        self._between, self._end = ("", "") if finished else ("\n", "</li>")
        # An address in the site holds nothing that needs quotes.
        self._quoted: Callable[[str], str] = _quoted if finished else _always
        self._own: Callable[[str], str] = str if finished else _always
        self._made = {} if made is None else made
        self._up, self._upward = up, f"]({up}"
        self._links: dict[str, str] = {}
        self._headings: dict[str, tuple[Heading, str]] = {}

    def convert(self, text: str) -> Converted:
        """The body of a page as HTML; raises UnknownFormError where only Python-Markdown can say what it is."""
        blocks = [block.strip("\n") for block in text.split("\n\n") if block and block != "\n"]
        headings: list[Heading] = []
        html = self._between.join(self._written(blocks, headings))
        return Converted(html, tuple(headings))

    def _written(self, blocks: list[str], headings: list[Heading]) -> Iterator[str]:
        """Each block as HTML."""
        depth = at = 0
        while at < len(blocks):
            block = blocks[at]
            at += 1
            if block.startswith(_ITEM):
                end = at
                while end < len(blocks) and blocks[end].startswith((_ITEM, _INDENT)):
                    end += 1
                yield self._list(block, blocks[at:end])
                at = end
            elif block[0] == "#":
                heading, html = self._heading(block)
                headings.append(heading)
                yield html
            elif block.startswith("<div ") and (found := _DIV.fullmatch(block)):
                depth += 1
                yield f"<div class={self._quoted(found[1])}{found[2] or ''}>"
            elif block == "</div>" and depth:
                depth -= 1
                yield block
            elif found := _FENCE.fullmatch(block):
                written = f'<div class="highlight"><pre><span></span><code>{_code(found[1])}</code></pre></div>'
                yield self._finished(written)
            else:
                within = at < len(blocks) and blocks[at] == "</div>"
                yield self._last(block) if within else self._paragraph(block)
        if depth:
            raise UnknownFormError

    def _heading(self, block: str) -> tuple[Heading, str]:
        if known := self._headings.get(block):
            return known
        found = _HEADING.fullmatch(block)
        if not found:
            raise UnknownFormError
        level, html, anchor, hidden = len(found[1]), self._inline(found[2]), found[3], found[4] or ""
        link = HEADER_LINK.format(anchor)
        written = self._finished(f"<h{level}{hidden} id={self._own(anchor)}>{html}{link}</h{level}>")
        made = Heading(level, anchor, html), written
        if level > 1:
            self._headings[block] = made  # the parts of a page have the same names on all
        return made

    def _list(self, block: str, following: list[str]) -> str:
        if "\n" in block:
            if following:
                raise UnknownFormError  # some entries with a blank line between them, some without
            written = [self._tight(line) for line in block.split("\n")]
        elif following:
            entries = [block]
            for part in following:
                if part.startswith(_ITEM):
                    entries.append(part)
                else:
                    entries[-1] += f"\n\n{part}"
            written = [self._loose(entry) for entry in entries]
        else:
            written = [self._tight(block)]
        return self._between.join(("<ul>", *written, "</ul>"))

    def _tight(self, entry: str) -> str:
        if not entry.startswith(_ITEM):
            raise UnknownFormError
        return f"<li>{self._text(entry[len(_ITEM) :])}{self._end}"

    def _loose(self, entry: str) -> str:
        """An entry with a paragraph for each of its parts."""
        key = entry.replace(self._upward, _FROM_ROOT)
        if html := self._made.get(key):
            return html
        parts = entry.split("\n\n")
        if any("\n" in part for part in parts):
            raise UnknownFormError
        before = [self._paragraph(part[len(_INDENT) :]) for part in parts[:-1]]
        html = self._between.join(("<li>", *before, self._last(parts[-1][len(_INDENT) :]), self._end))
        if entry.count("](") == entry.count(self._upward) + entry.count("](<") and "\\](" not in entry:
            _keep(self._made, key, html)
        return html

    def _paragraph(self, text: str) -> str:
        return f"<p>{self._text(text)}</p>"

    def _last(self, text: str) -> str:
        """The last paragraph in what surrounds it, which ends with that."""
        return f"<p>{self._text(text)}{self._end and '</p>'}"

    def _text(self, text: str) -> str:
        """What stands in a paragraph."""
        for line in text.split("\n") if "\n" in text else (text,):
            if not line or line[-1].isspace() or (line[0] in _MAY_OPEN and _OPENS_BLOCK.match(line)):
                raise UnknownFormError
        return self._inline(text)

    def _inline(self, text: str) -> str:
        """Text with marks in it as HTML."""
        return _TOKEN.sub(self._token, text)

    def _token(self, found: re.Match[str]) -> str:
        kind = found.lastindex
        if kind is None:
            return _bare(found)
        if kind in (_PATH, _ADDRESS):
            if _before(found) == "!":
                raise UnknownFormError  # a picture
            return self._links.get(found[0]) or self._link(found[0], found[_LABEL], found[kind])
        if kind == _ESCAPED:
            return _SIGNS.get(found[_ESCAPED], found[_ESCAPED])
        if kind in (_EM, _STRONG):
            before, behind = _before(found), _behind(found)
            if before == "*" or before.isalnum() or behind == "*" or behind.isalnum():
                raise UnknownFormError
            tag, text = "em" if kind == _EM else "strong", found[kind]
            return f"<{tag}>{text if text.isalnum() else self._inline(text)}</{tag}>"
        if kind == _SHOWN:
            return f"<a href={self._quoted(_attribute(found[kind]))}>{_code(found[kind])}</a>"
        if kind == _CODE and _before(found) != "`":
            return f"<code>{_code(found[kind])}</code>"
        if kind in (_TAG, _ENTITY):
            return found[0]
        raise UnknownFormError

    def _link(self, whole: str, label: str, target: str) -> str:
        within = target.startswith(self._up) and target.endswith(".md") and ":" not in target
        key = f"[{label}{_FROM_ROOT}{target.removeprefix(self._up)}"
        html = self._made.get(key) if within else None
        if html is None:
            path, mark, anchor = target.partition("#")
            ours = path.endswith(_FILES) and ":" not in path
            address = self._address(path) + mark + anchor if ours else target
            value = (self._own if ours else self._quoted)(_attribute(address))
            html = f"<a href={value}>{self._inline(label)}</a>"
            if within:
                _keep(self._made, key, html)
        _keep(self._links, whole, html)
        return html


def _keep(made: dict[str, str], key: str, html: str) -> None:
    """Remember what became of something; of a very large shelf, what was made lately."""
    if len(made) >= MOST_KEPT:
        made.clear()
    made[key] = html


def _bare(found: re.Match[str]) -> str:
    """A sign that stands for itself, if it does."""
    sign = found[0]
    if sign in "&>":
        return _SIGNS[sign]
    before, behind = _before(found), _behind(found)
    if (sign == "<" and behind == " ") or (sign == "\\" and behind.isalnum() and behind.isascii()):
        return _SIGNS.get(sign, sign)
    if sign == "_" and before.isalnum():
        return sign
    raise UnknownFormError


def _before(found: re.Match[str]) -> str:
    """The character before, if there is one."""
    start = found.start()
    return found.string[start - 1] if start else ""


def _behind(found: re.Match[str]) -> str:
    """The character behind, if there is one."""
    end = found.end()
    return found.string[end : end + 1]


def _code(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(value: str) -> str:
    """The value of an attribute, in quotes where HTML asks for some."""
    return value if value and _QUOTED.isdisjoint(value) else _always(value)


def _always(value: str) -> str:
    return f'"{value}"'


def _attribute(address: str) -> str:
    return _code(address).replace('"', "&quot;")
