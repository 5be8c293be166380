"""The fast way of generated pages: past Python-Markdown, and past the theme but for one page of each kind.

What it writes equals, byte for byte, what MkDocs makes of the same pages the ordinary way. It is taken only where that
is known: `why_not` says what keeps a site from it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils.meta import get_data

from papershelf.mkdocs_plugin.kept import Kept, Written, write
from papershelf.mkdocs_plugin.shells import NoShellError, Shells, bare, contents
from papershelf.pages import Page, Plan
from papershelf.places import html_file
from papershelf.processes import runs, spread
from papershelf.progress import mixed
from papershelf.quickmark import Converted, Quickmark, UnknownFormError

WORTH_A_PROCESS = 500
"""Pages for which starting another process pays."""

OURS = frozenset({"papershelf", "material/search"})
_PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
_EXTENSION = re.compile(
    r"abbr|admonition|attr_list|def_list|fenced_code|footnotes|md_in_html|sane_lists|tables|toc|pymdownx\."
    r"(?:betterem|caret|details|emoji|highlight|inlinehilite|keys|mark|superfences|tabbed|tasklist|tilde)"
)
"""Markdown extensions that make of our pages what Python-Markdown makes without them, or what `quickmark` makes."""
_KNOWN = frozenset(
    {"page.title", "page.url", "page.canonical_url", "page.edit_url", "page.toc", "page.content", "page.is_homepage"}
    | {"page.meta", "page.meta.title", "page.meta.description", "page.meta.hide", "page.ancestors", "page.active"}
    | {"page.previous_page", "page.next_page", "page.file.src_uri", "page.file.generated_by"}
)
"""What a shell knows of a page."""
_ROOT = "\x01"
"""Begins a way from the site's root; no text holds this character."""
_FORMS = """# A *title* & more {: #probe }

<div class="papershelf-papers" markdown data-search-exclude="">

-   **[One \\*star\\* "quoted" -- (c) :smile: ==x== H~2~O](<https://x.example/a_b?c=d&e=f>)**

    It's a paragraph... with `code`, <https://x.example> and HTML &lt;b>

-   **[Two](<https://x.example>)**

    1/2 and x^2 +-> ++y++ ~~z~~

</div>

## A part {: #part data-search-exclude }

-   tight *entry* <small>with, marks</small>
-   another

```
@misc{a,
  title = {{A & <b>}}
}
```

Some words.
"""
"""A page that has every form; an extension that makes anything else of one shows here."""


def why_not(config: MkDocsConfig) -> str | None:
    """What keeps this site's pages from the fast way, in words; None where nothing does."""
    for event in _PAGE_EVENTS:
        for method in config.plugins.events[event]:
            owner = getattr(method, "__self__", None)
            name = next((name for name, plugin in config.plugins.items() if plugin is owner), None)
            if name not in OURS:
                return f"{name or getattr(method, '__module__', 'a hook')} takes part in each page"
    for extension in config.markdown_extensions:
        if not _EXTENSION.fullmatch(extension):
            return f"the Markdown extension {extension} is not known to leave our pages as they are"
    if config.theme.name != "material":
        return "the theme isn't Material"
    if config.theme.custom_dir and (found := _reads(Path(config.theme.custom_dir))):
        return found
    ordinary = MkDocsPage(None, File.generated(config, "probe.md", content=""), config)
    ordinary.markdown = _FORMS
    ordinary.render(config, Files([]))
    if ordinary.content != Quickmark().convert(_FORMS).html:
        return "markdown_extensions, as mkdocs.yml configures them, make something else of our pages"
    return None


def _reads(folder: Path) -> str | None:
    """The first template of a shelf's own that reads of a page what differs from one to the next."""
    for path in sorted(folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8", errors="replace")
        code = " ".join(re.findall(r"\{[{%].*?[}%]\}", text, re.DOTALL))
        code = re.sub(r"\"[^\"]*\"|'[^']*'|\b(?:if|and|or|not)\s+page(?=\s)", "", code)
        for name in re.findall(r"(?<![\w.])page\b[\w.]*", code):
            if name not in _KNOWN:
                return f"the template {path.relative_to(folder).as_posix()} reads {name}"
        if re.search(r"(?<![\w.])pages\b", code):
            return f"the template {path.relative_to(folder).as_posix()} reads pages"
    return None


class PlannedFile(File):
    """A generated page that MkDocs knows as a target of links, and doesn't make itself."""

    plan: Plan

    def is_documentation_page(self) -> bool:
        """MkDocs makes documentation pages itself."""
        return False

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002
        """Nothing: it was written when all pages were."""


def planned_file(plan: Plan, edit: str | None, config: MkDocsConfig) -> PlannedFile:
    """The file of a page that takes the fast way; `edit` is where it is edited, from the hand-written pages."""
    file = PlannedFile(
        plan.path,
        None,
        config.site_dir,
        config.use_directory_urls,
        dest_uri=html_file(plan.path, directory_urls=config.use_directory_urls),
        inclusion=InclusionLevel.NOT_IN_NAV,
    )
    file.generated_by = "papershelf"
    file.edit_uri = edit
    file.plan = plan
    return file


class Converter:
    """Makes the content of generated pages, with links as MkDocs writes them."""

    def __init__(self, config: MkDocsConfig, files: Files) -> None:
        """Take the files that links may lead to."""
        self._config, self._files = config, files
        self._made: dict[str, str] = {}
        self._folders: dict[str, Quickmark] = {}

    def converted(self, body: str, file: File) -> Converted:
        """The content of a page; raises UnknownFormError where only Python-Markdown can make it."""
        made = self._quickmark(posixpath.dirname(file.src_uri)).convert(body)
        return Converted(_from_page(made.html, file.url), made.headings)

    def _quickmark(self, folder: str) -> Quickmark:
        if folder not in self._folders:
            depth = len(folder.split("/")) if folder else 0
            address = partial(self._address, folder)
            self._folders[folder] = Quickmark(address, self._made, "../" * depth, bare, between="")
        return self._folders[folder]

    def _address(self, folder: str, path: str) -> str:
        """Where a link leads from pages in a folder, as the way from the site's root."""
        target = self._files.src_uris.get(posixpath.normpath(posixpath.join(folder, path)))
        if target is None:
            raise UnknownFormError  # Python-Markdown's way has MkDocs say so.
        return _ROOT + target.url


def _from_page(content: str, at: str) -> str:
    """Content in which links lead from a page, instead of from the site's root."""
    folder, _, name = at.rpartition("/")
    for end in '"#':
        content = content.replace(f'<a href="{_ROOT}{at}{end}', f'<a href="{name or "./"}{end}')
    way = ""
    while folder:
        content = content.replace(f'<a href="{_ROOT}{folder}/', f'<a href="{way}')
        folder, way = folder.rpartition("/")[0], f"../{way}"
    return content.replace(f'<a href="{_ROOT}', f'<a href="{way}')


class GeneratedPage(MkDocsPage):
    """A generated page that stands in the navigation: the theme makes it, its content comes the fast way."""

    def __init__(self, title: str | None, file: File, config: MkDocsConfig, content: Callable[[], Converted]) -> None:
        """Take the place in its file that a page of MkDocs would have."""
        super().__init__(title, file, config)
        self._content = content

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Make the content."""
        try:
            made = self._content()
        except UnknownFormError:
            super().render(config, files)
            return
        self.content, self.toc = made.html, contents(made.headings)
        self.present_anchor_ids = {heading.id for heading in made.headings}


def _weight(file: PlannedFile) -> int:
    """About how many papers' pages take as long; the listings stay together, because they share entries."""
    return 1 if file.src_uri.startswith("papers/") else 4


class Writer:
    """Writes the pages that take the fast way."""

    def __init__(self, config: MkDocsConfig, files: Files, converter: Converter, shells: Shells) -> None:
        """Take what pages are made with."""
        self._config, self._files = config, files
        self._converter, self._shells = converter, shells

    def write(self, planned: Sequence[PlannedFile], kept: Kept) -> dict[str, Written]:
        """Make and write the pages that aren't kept, in as many processes as it is worth; returns all, by path."""
        found = ((file, kept.find(file.plan, file.abs_dest_path, self._shells.digest)) for file in planned)
        written = {file.src_uri: known for file, known in found if known}
        new = [file for file in planned if file.src_uri not in written]
        parts = [mixed(part) for part in runs(new, WORTH_A_PROCESS, _weight)]
        for part in spread(self._written, parts, "Writing pages"):
            written |= part
        pages = ((file.plan, file.abs_dest_path) for file in planned)
        kept.end(Path(self._config.site_dir), pages, written)
        return written | {file.src_uri: self._ordinary(file) for file in new if file.src_uri not in written}

    def _written(self, planned: Iterable[PlannedFile]) -> dict[str, Written]:
        written = {}
        for file in planned:
            page = file.plan.make()
            try:
                made = self._converter.converted(page.body, file)
            except UnknownFormError:
                continue  # left for this build's own process, whose warnings count
            kind = None
            try:
                output, kind = self._shells.fill(page, made.html, made.headings)
            except NoShellError:
                output = self._shells.laid_out(self._page(file, page, made))
            anchors = tuple(heading.id for heading in made.headings)
            shell = self._shells.digest(kind) if kind else b""
            at = write(file.abs_dest_path, output.encode())
            written[page.path] = Written(anchors, kind, shell, at)
        return written

    def _ordinary(self, file: PlannedFile) -> Written:
        """A page made as MkDocs makes it."""
        made = file.plan.make()
        page = self._page(file, made)
        output = self._shells.laid_out(page)
        anchors = tuple(page.present_anchor_ids or ())
        return Written(anchors, None, b"", write(file.abs_dest_path, output.encode()))

    def _page(self, file: PlannedFile, made: Page, content: Converted | None = None) -> MkDocsPage:
        """A page as the theme takes it, with its content where that is known."""
        page = MkDocsPage(None, file, self._config)
        page.markdown, page.meta = get_data(made.text)
        if content:
            page.content, page.toc = content.html, contents(content.headings)
        else:
            page.render(self._config, self._files)
        return page
