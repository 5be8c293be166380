"""Make captured text readable, with real links, and write it safely as Markdown and HTML."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from papershelf.tex import HELD, readable


@dataclass(frozen=True, slots=True)
class Link:
    """An http(s) address with the text it is shown by."""

    label: str
    url: str


Part = str | Link

# The same names stand on many pages, and while serving the same texts are written again after each edit.
_remembered = lru_cache(maxsize=2**13)
_MARKS = ("\\", "$", "^", "~", "{", "`", "''", "--", "://", "times")

# Directional overrides, lone surrogates and the two non-characters show nothing and break the page or its file.
_DROPPED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_JOINER = re.compile("[\u200c\u200d]")


def clean(text: str) -> tuple[str, int]:
    """Drop the characters that show nothing, and count them; a joiner stays where its script needs it."""
    if text.isprintable():
        return text, 0
    kept = _DROPPED.sub("", text)
    joined = _JOINER.sub(lambda found: found[0] if _needs_joiner(kept, found.start()) else "", kept)
    return joined, len(text) - len(joined)


def _needs_joiner(text: str, at: int) -> bool:
    neighbours = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    return all(
        letter > "\u036f" and unicodedata.category(letter)[0] in "LMS" and "LATIN" not in unicodedata.name(letter, "")
        for letter in neighbours
    )


def _folded(text: str) -> str:
    return " ".join(clean(text)[0].split())


def _is_marked(folded: str) -> bool:
    """Whether a text may hold what isn't to be read as it stands."""
    return any(mark in folded for mark in _MARKS)


_LABEL = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_LINK = re.compile(
    rf"\\href\s*\{{\s*(https?://[^\W_][^{{}}\s]*)\s*\}}\s*{_LABEL}"
    r"|\\url\s*\{\s*(https?://[^\W_][^{}\s]*)\s*\}"
    r"|\[([^\[\]]+)\]\((https?://[^\W_](?:[^\s()]|\([^\s()]*\))*)\)"
    rf"|(https?://[^\W_](?:[!#-;=?-Z_a-z~]|\\[_#%&~]){{0,2000}})(?:{_LABEL})?",
    re.IGNORECASE | re.ASCII,
)
_NO_BREAK = re.compile(r"\\(?:allowbreak|nobreakdash)(?![A-Za-z])\s*")


@_remembered
def parts(text: str) -> tuple[Part, ...]:
    """Split a captured text into readable text and links; only http and https ever become a link."""
    folded = _folded(text)
    if not _is_marked(folded):
        return (folded,) if folded else ()
    links: list[Link] = []

    def hold(found: re.Match[str]) -> str:
        link, rest = _link(found)
        links.append(link)
        return HELD + rest

    whole = _NO_BREAK.sub("", folded)
    pieces = readable(_LINK.sub(hold, whole) if "://" in whole else whole).split(HELD)
    woven = [pieces[0], *(part for pair in zip(links, pieces[1:], strict=True) for part in pair)]
    return tuple(part for part in woven if part)


def _link(found: re.Match[str]) -> tuple[Link, str]:
    """Return the link of a match of _LINK, and the punctuation that follows its address."""
    named, label, plain_url, shown, target, bare, mangled = found.groups()
    if bare and mangled is None:
        named, rest = _trimmed(bare)
    else:
        named, rest = named or plain_url or target or bare, ""
    url = re.sub(r"\\([_#%&~$])", r"\1", named)
    return Link(readable(label or shown or mangled or "") or url, url), rest


def _trimmed(address: str) -> tuple[str, str]:
    """Part an address from the punctuation of the sentence it stands in."""
    end = len(address)
    while address[end - 1] in ".,;:!?'*$&)" and not (address[end - 1] == ")" and _balanced(address[:end])):
        end -= 1
    return address[:end], address[end:]


@_remembered
def plain(text: str) -> str:
    """Return the readable text alone, for titles, descriptions and search."""
    folded = _folded(text)
    return _shown(parts(text)) if _is_marked(folded) else folded


def _shown(pieces: tuple[Part, ...]) -> str:
    return "".join([part if isinstance(part, str) else part.label for part in pieces])


# Python-Markdown has no backslash escape for what opens a definition, a fold, a note or a block of an extension.
_EARLY_CLOSE = re.compile(r"^([^\[\]]*\]):")
_OPENER = re.compile(r":(?=\s|::)|\?(?=\?\?)|/(?=//)|\^")
# Each branch begins with a sign of its own, so that the search runs past everything else.
_HAZARD = re.compile(r"`|\*|\[|\]|\{|\||~|\^|\\(?![A-Za-z0-9])|_(?<![^\W_]_)|#(?=#*$)|<(?! )|&(?=#|[-.\w]+;)")
_LINE_START = re.compile(r"^(\d*)((?<!\d)(?:[#>]|!(?=!!)|[-+](?=[\s+-]|$))|(?<=\d)[.)](?=\s|$))")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
# Some extensions read a pair of these as marks. One alone stays; two are entities, which hold with and without them.
_PAIRED = {"~": "&#126;", "^": "&#94;"}


def escape_html(text: str) -> str:
    """Write readable text, as plain() gives it, as HTML."""
    return _opener(_label(_entities(text, _pairs(text))))


def escape_markdown(text: str) -> str:
    """Write readable text, as plain() gives it, as one line of Markdown that shows just that."""
    return _line_start(_label(_inline(text, _pairs(text))))


@_remembered
def html(text: str, *, links: bool = True) -> str:
    """Return the readable text as HTML to stand inside an element."""
    if not links:
        return escape_html(plain(text))
    pieces = parts(text)
    pairs = _pairs(_shown(pieces))
    written = (_entities(part, pairs) if isinstance(part, str) else _html_link(part, pairs) for part in pieces)
    return _opener("".join(written))


@_remembered
def markdown(text: str, *, links: bool = True) -> str:
    """Return the readable text as one line of Markdown, of which Python-Markdown makes the very bytes of html()."""
    if not links:
        return escape_markdown(plain(text))
    pieces = parts(text)
    line, pairs = "", _pairs(_shown(pieces))
    for part in pieces:
        line = line + _inline(part, pairs) if isinstance(part, str) else _then_link(line, part, pairs)
    return _line_start(line)


def _pairs(shown: str) -> str:
    """Return those of `~` and `^` that a text shows more than once."""
    return "".join(mark for mark in _PAIRED if shown.count(mark) > 1)


def _entities(text: str, pairs: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in pairs:
        text = text.replace(mark, _PAIRED[mark])
    return text


def _inline(text: str, pairs: str) -> str:
    def escaped(found: re.Match[str]) -> str:
        mark = found[0]
        if mark in _PAIRED:
            return _PAIRED[mark] if mark in pairs else mark
        return _ENTITIES.get(mark) or f"\\{mark}"

    return _HAZARD.sub(escaped, text)


def _line_start(line: str) -> str:
    """Keep a line from becoming a heading, a list, a quotation or a fold."""
    return _opener(_LINE_START.sub(r"\1\\\2", line))


def _opener(line: str) -> str:
    """Write as an entity what opens a block and has no backslash escape."""
    return f"&#{ord(line[0])};{line[1:]}" if _OPENER.match(line) else line


def _html_link(link: Link, pairs: str) -> str:
    # An address that is shown as it is stands in Markdown between < and >, where there are no marks.
    pairs = "" if link.label == address(link.url) else pairs
    return f'<a href="{_entities(address(link.url), "")}">{_label(_entities(link.label, pairs))}</a>'


def _label(shown: str) -> str:
    """Keep `[a]: b](c)` from becoming the address of a reference."""
    return _EARLY_CLOSE.sub(r"\1&#58;", shown)


def _then_link(line: str, link: Link, pairs: str) -> str:
    """Add a link to a line of Markdown."""
    url = address(link.url)
    if link.label == url:
        return f"{line}<{url}>"
    return _no_picture(line) + f"[{_label(_inline(link.label, pairs))}]({url})"


def _no_picture(line: str) -> str:
    """Keep a `!` from making a picture of the link that follows."""
    return f"{line[:-1]}\\!" if line.endswith("!") else line


_SAFE = re.compile(r"[A-Za-z0-9_.\-/:?#%=+@,!$*~]*")  # no &, which may begin an entity


def address(url: str) -> str:
    """Quote what ends or confuses an address in Markdown or HTML."""
    if _SAFE.fullmatch(url):
        return url
    quoted = quote(url, safe="/:?#%&=+@,;!$*~" + ("()" if _balanced(url) else ""))
    return re.sub(r"(&\w+);", r"\1%3B", quoted.replace("&#", "%26#"))  # `&copy;` and `&#1` would be read as entities


def _balanced(url: str) -> bool:
    depth = 0
    for mark in re.findall(r"[()]", url):
        depth += 1 if mark == "(" else -1
        if depth < 0:
            return False
    return depth == 0


_ADDRESS = r"https?://[^\W_](?:[^\s()<>\"]|\([^\s()<>\"]*\))*"
_WANTED = re.compile(
    r"(?P<escape>\\[\\`*_\[\]])|(?<!`)`(?P<code>[^`]+)`(?!`)|(?P<mark>[*_]+)"
    rf"|\[(?P<label>[^\[\]]+)\]\((?P<url>{_ADDRESS})\)|(?P<bare>https?://[^\s*`<>\[\]]+)"
)


@_remembered
def prose(text: str) -> str:
    """Return a curator's note as Markdown in which emphasis, code and http(s) links work, and all else is text."""
    folded = _folded(text)
    if re.fullmatch(r"(?:[*_]\s*)+", folded):
        return escape_markdown(folded)  # a rule across the page
    return _line_start(re.sub(r"^\*(?=\s)", r"\\*", _wanted(folded)))


def _wanted(text: str) -> str:
    """Escape all of a line of Markdown but emphasis, code and links."""
    line, end, pairs = "", 0, _pairs(text)
    for found in _WANTED.finditer(text):
        line += _inline(text[end : found.start()], pairs)
        line = (_no_picture(line) if found["label"] else line) + _kept(found)
        end = found.end()
    return line + _inline(text[end:], pairs)


def _kept(found: re.Match[str]) -> str:
    if code := found["code"]:
        # Python-Markdown looks for HTML before it looks for code.
        return f"<code>{_inline(code, '~^')}</code>" if re.search("[<&]", code) else found[0]
    if bare := found["bare"]:
        return _inline(bare, "~^")  # its `_` is no emphasis
    if label := found["label"]:
        return f"[{_wanted(label)}]({address(found['url'])})"
    return found[0]


_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[^\W_a-z])|[。！？]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|w\.r\.t|vs|cf|resp|approx|a\.k\.a|Fig|Figs|Eq|Eqs|Sec|Tab|No|Dr|Mr|Ms|Mrs|Prof|St)"
    r"|(?<![\w'])[A-Z](?:\.[A-Z])*)$",
    re.IGNORECASE,
)


def first_sentence(text: str, limit: int = 200) -> str:
    """Return the first sentence as readable text, cut at a word with … where it is longer than limit characters."""
    readable = plain(text)
    ends = (found for found in _SENTENCE_END.finditer(readable) if not _abbreviates(readable, found))
    end = next((found.end() for found in ends), len(readable))
    return readable[:end] if end <= limit else _cut(readable, limit)


def _abbreviates(text: str, found: re.Match[str]) -> bool:
    return found[0][0] == "." and bool(_ABBREVIATION.search(text[max(found.start() - 12, 0) : found.start()]))


def _cut(text: str, limit: int) -> str:
    """Cut at the last whole word that leaves room for the sign of the cut."""
    head = text[:limit]
    word = head.rfind(" ")
    return head[: word if word > 0 else limit - 1].rstrip(" ,;:.-–—(") + "…"
