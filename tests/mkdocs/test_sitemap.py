"""The sitemap of a site that has more addresses than one file may hold: every page in one part, and all parts named."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree

import pytest
from mkdocs.config.defaults import MkDocsConfig

from papershelf.mkdocs_plugin.sitemap import MOST, UNDATED, sitemap

Run = Callable[..., subprocess.CompletedProcess[str]]

SITE = "https://x.example/a/shelf/"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def whole(root: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sitemap of the toy, which is small."""
    target = tmp_path_factory.mktemp("toy") / "site"
    done = run("mkdocs", "build", "--strict", "--site-dir", str(target), cwd=root / "tests" / "toy")
    assert done.returncode == 0, done.stdout
    assert {path.name for path in target.glob("sitemap*")} == {"sitemap.xml", "sitemap.xml.gz"}
    return (target / "sitemap.xml").read_text(encoding="utf-8")


def config(folder: Path, site: str = SITE) -> MkDocsConfig:
    """As much of MkDocs' configuration as matters here."""
    return cast(MkDocsConfig, SimpleNamespace(site_dir=str(folder), site_url=site))


def dated(text: str, kind: str = "url") -> list[tuple[str, str]]:
    """The addresses of a sitemap in their order, each with its date."""
    entries = ElementTree.fromstring(text).iter(SPACE + kind)
    return [(entry.findtext(f"{SPACE}loc") or "", entry.findtext(f"{SPACE}lastmod") or "") for entry in entries]


def part(folder: Path, number: int) -> str:
    """What a part of a sitemap holds."""
    return gzip.decompress((folder / f"sitemap-{number}.xml.gz").read_bytes()).decode()


def entry(address: str, date: str = "2026-01-02") -> str:
    return f"<url>\n         <loc>{address}</loc>\n         <lastmod>{date}</lastmod>\n    </url>"


def test_what_fits_into_a_file_stays_in_one(whole: str, tmp_path: Path) -> None:
    count = len(dated(whole))
    assert count > 10
    assert sitemap(whole, (), config(tmp_path)) == whole
    assert sitemap(whole, (), config(tmp_path), most=count) == whole
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("most", [1, 7, -1])
def test_every_page_is_in_exactly_one_part_and_the_index_names_all(whole: str, tmp_path: Path, most: int) -> None:
    pages = dated(whole)
    most = most if most > 0 else len(pages) - 1
    index = sitemap(whole, (), config(tmp_path), most)
    assert ElementTree.fromstring(index).tag == f"{SPACE}sitemapindex"
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    files = {name: gzip.decompress(content).decode() for name, content in written.items()}
    assert len(files) == -(-len(pages) // most)
    names = [address.removeprefix(SITE) for address, _ in dated(index, "sitemap")]
    assert names == [f"sitemap-{number}.xml.gz" for number in range(1, len(files) + 1)]
    parts = [dated(files[name]) for name in names]
    assert [page for part in parts for page in part] == pages == sorted(pages)
    assert max(map(len, parts)) <= most
    assert [date for _, date in dated(index, "sitemap")] == [max(date for _, date in part) for part in parts]
    assert sitemap(whole, (), config(tmp_path), most) == index
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == written


def test_pages_that_mkdocs_does_not_make_are_sorted_in(whole: str, tmp_path: Path) -> None:
    more = [entry("http://127.0.0.1:8000/papers/zzz/"), entry("http://127.0.0.1:8000/a&amp;b/", UNDATED)]
    one = dated(sitemap(whole, more, config(tmp_path)))
    assert one == sorted(
        [*dated(whole), ("http://127.0.0.1:8000/papers/zzz/", "2026-01-02"), ("http://127.0.0.1:8000/a&b/", "")]
    )
    sitemap(whole, more, config(tmp_path), most=5)
    numbers = range(1, len(list(tmp_path.iterdir())) + 1)
    assert [page for n in numbers for page in dated(part(tmp_path, n))] == one


def test_parts_without_dates_have_none_in_the_index(tmp_path: Path) -> None:
    output = (
        f'<?xml version="1.0"?>\n<urlset xmlns="{SPACE[1:-1]}">\n    {entry("https://x.example/", UNDATED)}\n</urlset>'
    )
    index = sitemap(
        output, [entry("https://x.example/b/", UNDATED), entry("https://x.example/c/")], config(tmp_path), 2
    )
    assert dated(index, "sitemap") == [(f"{SITE}sitemap-1.xml.gz", ""), (f"{SITE}sitemap-2.xml.gz", "2026-01-02")]


def test_a_file_holds_as_many_as_the_protocol_allows(whole: str, tmp_path: Path) -> None:
    assert MOST == 50_000
    more = [entry(f"http://127.0.0.1:8000/papers/{number:05}/") for number in range(MOST)]
    index = sitemap(whole, more, config(tmp_path))
    sizes = [len(dated(part(tmp_path, number))) for number in (1, 2)]
    assert sizes == [MOST, len(dated(whole))]
    assert len(dated(index, "sitemap")) == 2


def test_a_site_without_an_address_has_no_sitemap(tmp_path: Path) -> None:
    output = f'<urlset xmlns="{SPACE[1:-1]}">\n</urlset>'
    assert sitemap(output, [entry("/papers/a/")], config(tmp_path, ""), 1) == output
