"""The Content-Security-Policy of a site lets in what its pages hold, and nothing else."""

from __future__ import annotations

import pytest

from papershelf.contentpolicy import content_policy, wants

# As `printf 'run()' | openssl dgst -sha256 -binary | base64` says, and the same of `a{}`.
RUN = "'sha256-AvyuiL0SD1mVY3NNxR+V2uo+lhk6RMFrytWmRt6CrJQ='"
STYLE = "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='"


def test_a_page_of_files_alone_needs_no_more_than_the_sites_own() -> None:
    page = """<title>On <style> and <script>run()</title><link rel=stylesheet href=a.css><script src="a.js"></script>
        <img src=a.png srcset="a.png, b.png 2x"><p>Style = good, on = off; once=1 <b class=style>=</b>
        <!-- <style>a{}</style> -->        <script type="application/ld+json">{}</script><link rel="canonical" href="https://x.example/">"""
    assert list(wants(page)) == []
    policy = content_policy([page])
    assert "unsafe" not in policy
    assert "sha256" not in policy
    assert content_policy([]) == policy
    assert policy.startswith("default-src 'self'; ")
    assert "; script-src 'self'; style-src 'self'" in policy


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<script>run()</script>", [("script-src", RUN)]),
        ("<SCRIPT>run()</SCRIPT>", [("script-src", RUN)]),
        ("<script type='module' async>run()</script>", [("script-src", RUN)]),
        ('<script type="text/javascript">run()</script>', [("script-src", RUN)]),
        ("<style media=print>a{}</style>", [("style-src", STYLE)]),
        ("<p class=x onclick = 'run()'>", [("script-src", "'unsafe-hashes'"), ("script-src", RUN)]),
        ("<p\nonclick=run()>", [("script-src", "'unsafe-hashes'"), ("script-src", RUN)]),
        ('<p title="a > b" style="a{}">', [("style-src", "'unsafe-hashes'"), ("style-src", STYLE)]),
        ("<script src=//x.example/a.js></script>", [("script-src", "https://x.example")]),
        ("<iframe src='http://x.example:80/a'></iframe>", [("frame-src", "http://x.example:80")]),
        ("<img srcset='a.png, https://x.example/b.png 2x'>", [("img-src", "https://x.example")]),
        ("<video src=data:video/mp4;base64,AA==></video>", [("media-src", "data:")]),
        ("<form action='https://x.example/'>", [("form-action", "https://x.example")]),
        ("<link rel='preconnect' href='https://x.example' crossorigin>", [("font-src", "https://x.example")]),
        ("<link href='https://x.example/css?a&amp;b' rel=stylesheet>", [("style-src", "https://x.example")]),
        ("<img src='http://[broken'>", []),
    ],
)
def test_what_a_page_holds_or_loads_from_elsewhere_is_named(html: str, found: list[tuple[str, str]]) -> None:
    assert list(wants(f"<p>Before</p>{html}<p>Behind</p>")) == found


def test_a_hash_is_of_the_text_as_a_browser_reads_it() -> None:
    assert list(wants("<style>a\r\n{}</style>")) == list(wants("<style>a\n{}</style>"))
    assert list(wants("<p onclick='a &amp;&amp; b'>")) == list(wants('<p onclick="a && b">'))


def test_the_policy_is_the_same_in_any_order_and_names_everything_once() -> None:
    pages = [
        "<script>run()</script>",
        "<img src=https://x.example/a>",
        "<script>run()</script><iframe src=https://y.example>",
    ]
    policy = content_policy(pages)
    assert content_policy(reversed(pages)) == policy
    assert f"; script-src 'self' {RUN}; " in policy
    assert "; img-src 'self' data: https://x.example; " in policy
    assert policy.endswith("; frame-src 'self' https://y.example")
