"""The same papers as projects for stock MkDocs + Material and for Hugo, and what a site holds that was made of them.

Where these projects could have been given more or less to do than our site has, they have less: neither has related
papers or citations, Hugo makes no feeds, and an item of its listings is a title and a summary.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from papershelf.checks import checked
from papershelf.entries import source_link
from papershelf.load import Data
from papershelf.model import Catalogue, Paper
from papershelf.text import address, markdown, plain, prose

HUGO = Path(__file__).parent / "hugo"
PASSAGES = 20
"""From so many papers' pages the first words of the abstract are looked for; of all others the page has to be there."""

STOCK = """\
site_name: Papers
site_description: The same papers in a plain project
site_url: http://127.0.0.1:8000/
theme:
  name: material
  font: false
plugins:
  - search
  - tags
nav:
  - index.md
  - Topics:
{topics}
  - tags.md
not_in_nav: /papers/
"""


def write_sources(shelf: Path, stock: Path, hugo: Path, expected: Path) -> None:
    """Write the papers of a shelf for the others, and what each site has to hold."""
    catalogue = checked(Data(shelf / "data"))
    write_stock(catalogue, stock)
    write_hugo(catalogue, hugo)
    papers = catalogue.papers
    some = papers[:: max(1, len(papers) // PASSAGES)]
    holds = {
        "papers": [paper.id for paper in papers],
        "topics": [topic.id for topic in catalogue.topics],
        "passages": {paper.id: words(plain(paper.abstract or paper.title))[:8] for paper in some},
    }
    expected.write_text(json.dumps(holds), encoding="utf-8")


def write_stock(catalogue: Catalogue, folder: Path) -> None:
    """A plain project: a page a paper, all of a topic's papers on one page, and the tag index of Material's plugin.

    An abstract stands twice, on its paper's page and in its first topic; further topics have the title and summary.
    """
    docs = folder / "docs"
    for name in ("papers", "topics"):
        (docs / name).mkdir(parents=True)
    entries = [f"      - topics/{topic.id}.md" for topic in catalogue.topics]
    (folder / "mkdocs.yml").write_text(STOCK.format(topics="\n".join(entries)), encoding="utf-8")
    items = [f"- [{markdown(topic.name)}](topics/{topic.id}.md)" for topic in catalogue.topics]
    write(docs / "index.md", "# Papers", f"{len(catalogue.papers):,} papers.", "\n".join(items))
    write(docs / "tags.md", "# Tags", "<!-- material/tags -->")
    for paper in catalogue.papers:
        tags = "\n".join(f"  - {quoted(catalogue.tag[name].name)}" for name in paper.tags)
        matter = f"---\ntitle: {quoted(plain(paper.title))}\ntags:\n{tags}\n---"
        links = ", ".join(f"[{markdown(catalogue.topic[name].name)}](../topics/{name}.md)" for name in paper.topics)
        write(docs / "papers" / f"{paper.id}.md", matter, *body(paper), f"Topics: {links}")
    for topic in catalogue.topics:
        inside = (part for paper in catalogue.papers if topic.id in paper.topics for part in entry(paper, topic.id))
        write(docs / "topics" / f"{topic.id}.md", f"# {markdown(topic.name)}", prose(topic.description), *inside)


def entry(paper: Paper, topic: str) -> Iterator[str]:
    """A paper as a topic of the plain project shows it."""
    yield f"## [{markdown(paper.title, links=False)}](../papers/{paper.id}.md)"
    yield markdown(paper.summary or "")
    if topic == paper.topics[0]:
        yield markdown(paper.abstract or "")


def write_hugo(catalogue: Catalogue, folder: Path) -> None:
    """The same for Hugo: a page a paper, its topics and tags as taxonomies, whose lists have a hundred items a page."""
    shutil.copytree(HUGO, folder)
    for kind in ("papers", "topics", "tags"):
        (folder / "content" / kind).mkdir(parents=True)
    for paper in catalogue.papers:
        matter = {"title": plain(paper.title), "summary": paper.summary or ""}
        terms = {"topics": list(paper.topics), "tags": list(paper.tags)}
        label, url = source_link(paper)
        head = json.dumps({**matter, **terms, "source": {"label": label, "url": url}}, indent=1, ensure_ascii=False)
        write(folder / "content" / "papers" / f"{paper.id}.md", head, markdown(paper.abstract or ""))
    for topic in catalogue.topics:
        write_term(folder / "content" / "topics" / topic.id, topic.name, prose(topic.description))
    for tag in catalogue.tags:
        write_term(folder / "content" / "tags" / tag.id, tag.name, "")


def write_term(folder: Path, name: str, text: str) -> None:
    """The page of a topic or tag for Hugo."""
    folder.mkdir()
    write(folder / "_index.md", json.dumps({"title": name}, ensure_ascii=False), text)


def body(paper: Paper) -> Iterator[str]:
    """A paper as its own page of the plain project shows it."""
    label, url = source_link(paper)
    yield f"# {markdown(paper.title, links=False)}"
    yield markdown(paper.summary or "")
    yield f"[{markdown(label)}](<{address(url)}>)"
    yield markdown(paper.abstract or "")


def write(path: Path, *parts: str) -> None:
    """Write the parts that aren't empty, with a blank line between them."""
    path.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def quoted(text: str) -> str:
    """A text for front matter; Material prints it into the page as it is."""
    return json.dumps(html.escape(text, quote=False), ensure_ascii=False)


# What a site holds


def size(site: Path) -> tuple[int, int]:
    """The bytes and the number of a site's files."""
    total = count = 0
    for folder, _, names in os.walk(site):
        count += len(names)
        total += sum((Path(folder) / name).lstat().st_size for name in names)
    return total, count


def missing(site: Path, expected: Path) -> str:
    """What a site lacks of what it has to hold; nothing where it is whole."""
    holds = json.loads(expected.read_text(encoding="utf-8"))
    papers: Sequence[str] = holds["papers"]
    passages: Mapping[str, Sequence[str]] = holds["passages"]
    pages = [paper for paper in papers if page(site, "papers", paper).is_file()]
    if len(pages) < len(papers):
        return f"only {len(pages):,} of {len(papers):,} papers have a page"
    for paper, passage in passages.items():
        if " ".join(passage) not in " ".join(words(shown(page(site, "papers", paper)))):
            return f"the page of {paper} lacks its abstract"
    topics = [topic for topic in holds["topics"] if not page(site, "topics", topic).is_file()]
    if topics:
        return f"{len(topics)} topics have no page"
    if not (site / "tags" / "index.html").is_file():
        return "there is no index of tags"
    listed = set(papers) & set(linked(site / "topics"))
    if len(listed) < len(papers):
        return f"the topics lead to {len(listed):,} of {len(papers):,} papers only"
    found = indexed(site)
    return "" if found >= len(papers) else f"the search index holds {found:,} of {len(papers):,} papers"


def page(site: Path, kind: str, name: str) -> Path:
    """The file behind an address, which is the same for everybody."""
    return site / kind / name / "index.html"


def linked(folder: Path) -> Iterator[str]:
    """The ids of all papers that the pages below a folder link to."""
    for path in folder.rglob("index.html"):
        yield from re.findall(r'href="?[^">\s]*papers/([a-z0-9-]+)/', path.read_text(encoding="utf-8"))


def indexed(site: Path) -> int:
    """How many papers the search index of a site knows: ours, Material's, or Pagefind's."""
    ours = list((site / "assets" / "search").glob("titles-*.json"))
    if ours:
        return sum(len(json.loads(file.read_text(encoding="utf-8"))["titles"]) for file in ours)
    material, pagefind = site / "search" / "search_index.json", site / "pagefind" / "pagefind-entry.json"
    if material.is_file():
        entries = json.loads(material.read_text(encoding="utf-8"))["docs"]
        found = {entry["location"].split("#")[0] for entry in entries}
        return sum(bool(re.fullmatch(r"papers/[^/]+/", location)) for location in found)
    if pagefind.is_file():
        languages = json.loads(pagefind.read_text(encoding="utf-8"))["languages"]
        return sum(language["page_count"] for language in languages.values())
    return 0


def shown(path: Path) -> str:
    """A page's text as a reader sees it."""
    return html.unescape(re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8")))


def words(text: str) -> list[str]:
    """A text's words without marks, which renderers set each in their own way."""
    return re.findall(r"\w+", text)
