"""What surrounds the content of a generated page, made once by the theme for all pages of a kind.

Two papers' pages differ in their title, description, addresses and content, and in nothing else. So the theme lays out
one page that has a mark in the place of each of these, and the pages of that kind are made by filling the marks.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import jinja2
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents

from papershelf.page import Page, meta_values
from papershelf.quickmark import Heading

_SLOT = "papershelf-slot-"
_CONTENT = f"<h1 id={_SLOT}content></h1>"
_DIGITS = "80008000800080008000"
"""The mark for the number of a page of all papers, which templates tell from a paper's id by its digits."""
_YAML = ".yml"
"""How the files that pages are edited in end; an edit link may be made of what stands before it."""
_CITED = '<meta name={} content="{}">'
"""A tag of a paper's citation but the title's, as partials/describe.html writes it and `squeezed` leaves it."""
_PLACE = {
    f"{_SLOT}title": 0, f"{_SLOT}description": 1, f"{_SLOT}name": 2, _DIGITS: 2, f"{_SLOT}number": 3, f"{_SLOT}edit": 4,
    f"{_SLOT}anchor": 5, f"{_SLOT}cited": 6, _CONTENT: 7,
}  # fmt: skip
"""Where what goes into each mark stands in what a page alone has."""
_BETWEEN = "\0"
"""Parts what a page alone has: no text holds this character."""
_MARK = re.compile(rf"({_CONTENT}|{_SLOT}[a-z]+|{_DIGITS})")
# What stands between tags is one space at most to a browser, but not in these.
_KEPT = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)", re.DOTALL)
_SPACE = re.compile(r"[ \t\r]*\n\s*")
# Before and after these not even one space shows.
_APART = re.compile(
    r"\n(?=<!doctype|</?(?:article|body|div|footer|head|header|html|input|label|link|main|meta|nav|script|title|ul)\b)"
)
_ARTICLE = re.compile(r"(<article\b.*</article>)", re.DOTALL)
# Around the article: what assets/frame.js makes where a page lacks it, and what says nothing to anybody who reads.
_MADE = re.compile(
    r'<link rel="icon"[^>]*>\s*|<meta name="generator"[^>]*>\s*|<div data-md-component="announce">\s*</div>\s*|'
    r'<input class="md-toggle" data-md-toggle="search"[^>]*>\s*|'
    r'<div class="md-dialog"[^>]*>\s*<div class="md-dialog__inner md-typeset"></div>\s*</div>\s*|'
    r'(?<=<body dir="ltr")(?: data-md-color-[a-z]+="[^"]*")+|(?<=<body dir="rtl")(?: data-md-color-[a-z]+="[^"]*")+'
)
# The names by which Material's script finds these, unless it takes them from other pages as they are: then the header
# in `themes/frame` has its name, too. The way past the header leads to a shorter name than the title's.
_NAMED = re.compile(r' data-md-component="(?:container|content)"')
_NAMED_HEADER = 'data-md-component="header"'
_MAIN = "__m"
_MAIN_NAMED = ('<main class="md-main" data-md-component="main"', f'<main class="md-main" id="{_MAIN}"')
_SKIP = re.compile(r'<div data-md-component="skip">\s*<a href="#[^"]*" (class="md-skip")>\s*(.*?)\s*</a>\s*</div>')
# In it: what search needn't be told of a page that it doesn't read; and a heading's link to itself, which frame.js
# makes where the heading is too short for it to need a line of its own, and papershelf.css hides behind a title.
_MADE_WITHIN = re.compile(
    r'<h(?:(1 id=[^>]*>(?:[^<]|<(?!/h))*?)|([2-6])(?: data-search-exclude(?:="")?)?( id=[^>]*>[^<>]{1,24}))'
    r'<a class="headerlink"[^>]*>&para;</a>(?=</h)'
)
# Before and after a block no white space shows; the end of an entry and of a last paragraph follows from what comes
# next; and what says that a text could have had colours, but has none. Each begins with letters that are found quickly.
_AROUND_BLOCKS = re.compile(r"\n(?=</?(?:div|h[1-6]|li|p|ul)\b)")
_ENDS = re.compile(r"</(?:li|p)>(?=<li>|</(?:div|li|ul)>)")
_UNCOLOURED = re.compile(r'<div class="highlight"><pre><span></span>(<code>[^<]*</code></pre>)</div>')
# Attributes in the article whose values need no quotes: `quickmark` writes none around them.
_VALUE = re.compile(r'<(a href|div class|h[1-6](?: data-search-exclude(?:="")?)? id)="([^\s"\'=<>`]+)"(?=[ >])')
# Those around it, unless text is going to be filled in.
_QUOTED = re.compile(
    r"(?<= )((?:autocomplete|charset|class|data-md-[a-z-]+|dir|for|href|id|lang|name|property|rel|src|target|type)=)"
    rf'"((?![^\s"]*{_SLOT}[dt])[^\s"\'=<>`]+)"(?=[ >])'
)


class NoShellError(Exception):
    """A page whose surroundings can't be shared with others."""


@dataclass(frozen=True)
class Kind:
    """What pages have to have in common to share their surroundings."""

    folder: str
    name: str
    """A mark; of a further page of a listing that stands in the navigation its name, to which the way is short."""
    numbered: bool
    edit: str | None
    """A mark for a file of its own; the name of one that many pages are edited in."""
    hide: tuple[str, ...]
    tagged: bool
    found: bool
    cited: bool
    headings: tuple[Heading, ...]
    """All behind the first, which is the title; none where the page shows no table of contents."""


class Shells:
    """The surroundings of each kind of page, made when they are first needed."""

    def __init__(
        self, config: MkDocsConfig, env: jinja2.Environment, nav: Navigation, files: Files, edit_root: str
    ) -> None:
        """Take what the theme lays out with; `edit_root` leads from the hand-written pages to the data."""
        self._config, self._env, self._nav = config, env, nav
        self._documents = files.documentation_pages()
        self._in_nav = frozenset(file.src_uri for file in self._documents)
        self._edit_root = edit_root
        # A shelf's own templates may show it all the same.
        self._hides_toc = not config.theme.custom_dir
        self._shells: dict[Kind, tuple[list[bytes | int], bytes]] = {}
        self._kinds: dict[Kind, Kind] = {}

    def parted(self, page: Page, content: str, headings: tuple[Heading, ...]) -> tuple[Kind, bytes]:
        """What kind of page it is, and what it alone has: with its content, which has nothing to spare.

        Raises NoShellError where only the theme itself can lay it out.
        """
        folder, name, number = places(page.path)
        # A page at the site's root, which has no folder, is one of its kind.
        if not name or not headings or headings[0].level != 1:
            raise NoShellError(page.path)
        mark = _DIGITS if name.isdigit() else f"{_SLOT}name"
        within = name if number and f"{folder}/{name}.md" in self._in_nav else mark
        edit = f"{_SLOT}edit{_YAML}" if page.edit and "/" in page.edit else page.edit
        listed = () if "toc" in page.hide and self._hides_toc else headings[1:]
        kind = Kind(
            folder, within, bool(number), edit, page.hide, bool(page.tags), page.found, bool(page.cited_as), listed
        )
        self._shell(kind)
        kind = self._kinds.setdefault(kind, kind)
        cited = "".join(_CITED.format(name, html.escape(value)) for name, value in page.cited_as[1:])
        edit = (page.edit or "").removesuffix(_YAML)
        own = (*meta_values(page), name, number, edit, headings[0].id, cited, content)
        return kind, _BETWEEN.join(own).encode()

    def filled(self, kind: Kind, own: bytes) -> bytes:
        """A whole page as HTML: the shell of its kind around what it alone has."""
        parts = own.split(_BETWEEN.encode())
        return b"".join([part if isinstance(part, bytes) else parts[part] for part in self._shell(kind)[0]])

    def digest(self, kind: Kind) -> bytes:
        """What tells the shell of a kind of page from any other; of a kind that shares none, nothing."""
        try:
            return self._shell(kind)[1]
        except NoShellError:
            return b""

    def _shell(self, kind: Kind) -> tuple[list[bytes | int], bytes]:
        """The shell of a kind of page in parts, those that are bytes and places of what a page alone has."""
        return self._shells.get(kind) or self._made(kind)

    def _made(self, kind: Kind) -> tuple[list[bytes | int], bytes]:
        number = f"/{_SLOT}number" if kind.numbered else ""
        file = File.generated(
            self._config, f"{kind.folder}/{kind.name}{number}.md", content="", inclusion=InclusionLevel.NOT_IN_NAV
        )
        file.generated_by = "papershelf"
        if kind.edit:
            file.edit_uri = posixpath.join(self._edit_root, kind.edit)
        page = MkDocsPage(None, file, self._config)
        page.markdown, page.content = "", _CONTENT
        page.meta = {"title": f"{_SLOT}title", "description": f"{_SLOT}description"}
        page.meta |= {"citation_title": f"{_SLOT}title", "citation_slot": f"{_SLOT}cited"} if kind.cited else {}
        page.meta |= {"hide": list(kind.hide)} if kind.hide else {}
        page.toc = contents((Heading(1, f"{_SLOT}anchor", f"{_SLOT}heading"), *kind.headings))
        output = self.laid_out(page).replace(_CITED.format("citation_slot", f"{_SLOT}cited"), f"{_SLOT}cited")
        parts = _MARK.split(output)
        before, _, after = output.partition(_CONTENT)
        # What is squeezed in the article is squeezed in the content, too.
        outside = "<article" not in before or "</article>" not in after
        if parts.count(_CONTENT) != 1 or f"{_SLOT}heading" in parts or outside:
            raise NoShellError(kind.folder)
        # The kind is a part of the digest: without its marks, the shell of two kinds may be the same text.
        shell = [_PLACE[part] if part in _PLACE else part.encode() for part in parts]
        made = self._shells[kind] = shell, blake2b(repr((kind, parts)).encode(), digest_size=16).digest()
        return made

    def laid_out(self, page: MkDocsPage) -> str:
        """A page as MkDocs makes it, with everything that plugins add."""
        context = get_context(self._nav, self._documents, self._config, page)
        template = self._env.get_template(page.meta.get("template", "main.html"))
        context = self._config.plugins.on_page_context(context, page=page, config=self._config, nav=self._nav)
        return self._config.plugins.on_post_page(template.render(context), page=page, config=self._config)


def places(path: str) -> tuple[str, str, str]:
    """A page's folder, name and, of a further page of a listing, number: `tags/x/2.md` is tags, x, 2."""
    folder, _, rest = path.removesuffix(".md").partition("/")
    name, _, number = rest.partition("/")
    return folder, name, number


def contents(headings: Sequence[Heading]) -> TableOfContents:
    """The table of contents that MkDocs makes of these headings."""
    found: list[AnchorLink] = []
    above: list[tuple[int, list[AnchorLink]]] = [(0, found)]
    for heading in headings:
        while above[-1][0] >= heading.level:
            above.pop()
        entry = AnchorLink(heading.text, heading.id, heading.level)
        above[-1][1].append(entry)
        above.append((heading.level, entry.children))
    return TableOfContents(found)


def squeezed(page: str) -> str:
    """HTML without what no browser needs: white space that it doesn't show, quotes, and what a script makes."""
    parts = _KEPT.split(page)
    # Of each three parts, the first is text between, the second is kept, the third is the name of its element.
    spaced = "".join(
        part if number % 3 else _SPACE.sub("\n", part) for number, part in enumerate(parts) if number % 3 != 2
    )
    named = _NAMED_HEADER in spaced
    return "".join(
        _VALUE.sub(r"<\1=\2", bare(part)) if number % 2 else _around(part, named=named)
        for number, part in enumerate(_ARTICLE.split(spaced))
    )


def _around(part: str, *, named: bool) -> str:
    """What stands around an article, without what a script makes; `named` says whether its parts keep their names."""
    part = _MADE.sub("", part)
    if not named:
        part = _NAMED.sub("", _SKIP.sub(rf'<a href="#{_MAIN}" \1>\2</a>', part).replace(*_MAIN_NAMED))
    return _QUOTED.sub(r"\1\2", _APART.sub("", part))


def bare(content: str) -> str:
    """Content without what a script makes, and without what no browser shows."""
    spared = _ENDS.sub("", _AROUND_BLOCKS.sub("", _MADE_WITHIN.sub(r"<h\1\2\3", content)))
    return _UNCOLOURED.sub(r"<pre>\1", spared)
