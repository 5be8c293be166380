"""The fast way of generated pages: past Python-Markdown, and past the theme but for one page of each kind.

What it writes equals, byte for byte, what MkDocs makes of the same pages the ordinary way. It is taken only where that
is known: `why_not` says what keeps a site from it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page as MkDocsPage

from papershelf.mkdocs_plugin.shells import bare, contents
from papershelf.page import Plan
from papershelf.places import file_in, html_file
from papershelf.quickmark import Converted, Quickmark, UnknownFormError

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
    """A generated page that MkDocs knows as a target of links, and doesn't make itself.

    What is seldom asked of it is made when it is asked: there may be a hundred thousand.
    """

    src_dir = None
    inclusion = InclusionLevel.NOT_IN_NAV
    generated_by = "papershelf"

    def __init__(self, plan: Plan, edit_root: str, site_dir: str, *, directory_urls: bool) -> None:
        """Take what makes the page; `edit_root` leads to what it is edited in, from the hand-written pages."""
        # Set one by one: MkDocs looks at each path in several ways, and ids need neither escapes nor another form.
        self.src_uri, self.plan, self._edit_root = plan.path, plan, edit_root
        self.dest_dir, self.use_directory_urls = site_dir, directory_urls
        self.abs_dest_path = file_in(site_dir, self.dest_uri)

    @property
    def dest_uri(self) -> str:  # type: ignore[override]
        """The file that it becomes, below the site's folder."""
        return html_file(self.src_uri, directory_urls=self.use_directory_urls)

    @property
    def url(self) -> str:  # type: ignore[override]
        """Its address, from the site's root."""
        return (self.dest_uri.removesuffix("index.html") or "./") if self.use_directory_urls else self.dest_uri

    @property
    def edit_uri(self) -> str | None:
        """Where it is edited, from the hand-written pages."""
        return self.plan.edit and f"{self._edit_root}/{self.plan.edit}"

    def is_documentation_page(self) -> bool:
        """MkDocs makes documentation pages itself."""
        return False

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002
        """Nothing: it was written when all pages were."""


class Converter:
    """Makes the content of generated pages, with links as MkDocs writes them."""

    def __init__(self, config: MkDocsConfig, files: Files, made: dict[str, str]) -> None:
        """Take the files that links may lead to; `made` is what `Quickmark` made before of entries and links.

        All of those lead to pages of the catalogue, which are where they are for as long as `Pages.shared` is the same.
        """
        self._config, self._files, self._made = config, files, made
        self._folders: dict[str, Quickmark] = {}

    def converted(self, body: str, file: File) -> Converted:
        """The content of a page; raises UnknownFormError where only Python-Markdown can make it."""
        made = self._quickmark(posixpath.dirname(file.src_uri)).convert(body)
        return Converted(_from_page(made.html, file.url), made.headings)

    def _quickmark(self, folder: str) -> Quickmark:
        if folder not in self._folders:
            depth = len(folder.split("/")) if folder else 0
            address = partial(self._address, folder)
            self._folders[folder] = Quickmark(address, self._made, "../" * depth, bare)
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
    for end in ">#":
        content = content.replace(f"<a href={_ROOT}{at}{end}", f"<a href={name or './'}{end}")
    way = ""
    while folder:
        content = content.replace(f"<a href={_ROOT}{folder}/", f"<a href={way}")
        folder, way = folder.rpartition("/")[0], f"../{way}"
    return content.replace(f"<a href={_ROOT}", f"<a href={way}")


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
