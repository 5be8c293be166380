"""The digest: what is news, and the mail, as a mail program reads it."""

from __future__ import annotations

import datetime
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import built
import pytest

from papershelf.checks import checked
from papershelf.digest import NOBODY, Wanted, digest, message
from papershelf.load import Data
from papershelf.model import Catalogue, Paper, Tag, Topic
from papershelf.news import NEWEST, news
from papershelf.places import theme_folder
from papershelf.problems import RefusedError
from papershelf.site import Site

Run = Callable[..., subprocess.CompletedProcess[str]]
BEGAN, DAY, NEXT = (datetime.date(2026, 3, number) for number in (1, 4, 5))
NOW = datetime.datetime(2026, 3, 6, 7, 8, tzinfo=datetime.UTC)
SITE = Site("A Toy &amp; <Shelf>", "https://site.example/some/shelf/")
SENDER = Address("", addr_spec="shelf@name.example")
TOPICS = (Topic("one", "One & <Only>", "D."), Topic("two", "Two", "D.", ("zwei",)))
TAGS = (Tag("red", "Red", "D."),)


def paper(name: str, day: datetime.date | None = DAY, **more: object) -> Paper:
    return Paper(id=name, title=f"Title of {name}", added=day, **more)  # type: ignore[arg-type]


FIRST = paper("first", BEGAN)


def shelf(*papers: Paper) -> Catalogue:
    return Catalogue(papers, TOPICS, TAGS)


def mail(catalogue: Catalogue, since: datetime.date = DAY, sender: Address = SENDER) -> EmailMessage:
    made = digest(catalogue, SITE, Wanted(since))
    found = message_from_bytes(message(made, catalogue, SITE, sender, NOW, theme_folder("mail")), policy=default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def part(found: EmailMessage, kind: str) -> str:
    body = found.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def names(papers: tuple[Paper, ...]) -> list[str]:
    return [paper.id for paper in papers]


def test_news_is_what_came_since_and_before_and_never_what_the_shelf_began_with() -> None:
    one = shelf(paper("c", NEXT), paper("b"), paper("a"), FIRST, paper("undated", None))
    assert names(news(one, DAY)) == ["c", "b", "a"]
    assert names(news(one, NEXT)) == ["c"]
    assert names(news(one, DAY, NEXT)) == ["b", "a"]
    assert names(news(one, datetime.date.min)) == ["c", "b", "a"]
    assert names(news(shelf(FIRST, paper("also", BEGAN)), BEGAN)) == []


def test_of_topics_and_tags_a_paper_needs_one() -> None:
    one = shelf(paper("c", topics=("one",)), paper("b", topics=("two",)), paper("a", tags=("red",)), FIRST)
    assert names(news(one, DAY, topics=("two",))) == ["b"]
    assert names(news(one, DAY, topics=("two",), tags=("red",))) == ["b", "a"]
    assert digest(one, SITE, Wanted(DAY, topics=("zwei",), tags=("red",))).about == "Two, Red"


def test_the_first_import_is_told_apart_from_nothing(root: Path) -> None:
    catalogue = checked(Data(root / "data"))
    made = digest(catalogue, SITE, Wanted(datetime.date(2020, 1, 1)))
    day = min(paper.added for paper in catalogue.papers if paper.added)
    assert day not in {paper.added for paper in made.papers}


def test_the_same_digest_has_the_same_key_and_another_one_another() -> None:
    one = shelf(paper("a"), FIRST)
    wanted = Wanted(DAY, topics=("one", "two"))
    keys = [
        digest(catalogue, SITE, asked).key
        for catalogue, asked in (
            (one, wanted), (one, replace(wanted, topics=("two", "one"))),
            (one, replace(wanted, topics=("one", "zwei"))), (shelf(paper("b"), *one.papers), wanted),
            (one, Wanted(DAY)), (one, Wanted(NEXT)), (one, Wanted(DAY, NEXT)),
        )
    ]  # fmt: skip
    assert len(set(keys[:4])) == 1
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted(DAY, topics=("tow",)), 'There is no topic "tow". Did you mean "two"?'),
        (Wanted(DAY, tags=("{0}",)), 'There is no tag "{0}".'),
    ],
)
def test_an_unknown_name_is_told(wanted: Wanted, told: str) -> None:
    with pytest.raises(RefusedError, match=re.escape(told)):
        digest(shelf(), SITE, wanted)


def test_without_the_sites_address_there_is_no_mail() -> None:
    with pytest.raises(RefusedError, match="no site_url, which the links in a mail need"):
        digest(shelf(), Site("S"), Wanted(DAY))


def test_a_mail_has_text_and_html_with_the_same_papers_and_addresses() -> None:
    one = paper("a", summary="What is *new* & <good>.", topics=("one",), arxiv="2001.00001")
    two = paper("b", abstract=r"It costs 19\% and $10^8$ steps. More of it.")
    found = mail(shelf(one, two, FIRST))
    assert found["Subject"] == "2 new papers on A Toy & <Shelf>"
    assert found["From"] == '"A Toy & <Shelf>" <shelf@name.example>'
    assert found["Date"].datetime == NOW
    assert found["To"] is None
    text, page = part(found, "plain"), built.parse(part(found, "html"))
    base = "https://site.example/some/shelf/"
    assert f"* Title of a\n  What is *new* & <good>.\n  {base}papers/a/\n" in text
    assert f"* Title of b\n  It costs 19% and 10⁸ steps.\n  {base}papers/b/\n" in text
    links = [link.attributes["href"] for link in page.all("a")]
    assert [link for link in links if "/papers/" in link] == [f"{base}papers/a/", f"{base}papers/b/"]
    assert {f"{base}topics/one/", f"{base}new/", "https://arxiv.org/abs/2001.00001"} <= {*links}
    assert "What is *new* & <good>." in page.text
    assert "One & <Only>" in page.text


def test_the_html_survives_mail_clients() -> None:
    """Style stands at the elements, layout is in tables, nothing is loaded, and every line is short and of ASCII."""
    catalogue = shelf(*(paper(f"p{number}", summary="Ünï 文字 " * 60) for number in range(5)), FIRST)
    made = digest(catalogue, SITE, Wanted(DAY))
    raw = message(made, catalogue, SITE, SENDER, NOW, theme_folder("mail"))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    page = built.parse(part(mail(catalogue), "html"))
    names = {element.tag for element in page.walk()}
    assert not names & {"script", "link", "img", "iframe", "form", "svg"}
    assert "table" in names
    assert all(table.attributes["role"] == "presentation" for table in page.all("table"))
    for tag in ("a", "h1", "h2", "p"):
        assert all("style" in element.attributes for element in page.all(tag)), tag
    style = page.one("style").text
    assert "prefers-color-scheme: dark" in style
    # Each colour that stands at an element is another one in the dark: its element has a class that turns it.
    turned = set(re.findall(r"\.(\w+)[ ,{]", style))
    coloured = [element for element in page.walk() if "color:" in element.attributes.get("style", "")]
    assert coloured
    for element in coloured:
        near = [e for e in page.walk() if element in e.walk()]
        assert any({*e.attributes.get("class", "").split()} & turned for e in near)


def test_a_large_digest_names_the_newest_and_says_how_many_more() -> None:
    catalogue = shelf(*(paper(f"p{number}") for number in range(NEWEST + 7)), FIRST)
    found = mail(catalogue)
    assert found["Subject"].startswith(f"{NEWEST + 7} new papers")
    assert part(found, "plain").count("\n* ") == NEWEST
    assert "And 7 more: https://site.example/some/shelf/new/" in part(found, "plain")
    assert "7 more stand among" in part(found, "html")


@pytest.mark.parametrize(
    "evil", ["A\r\nBcc: x@y.example", "A\nSubject: no\n\nbody", "A\x00\x1b[31m", "\u202eA" + "x" * 999]
)
def test_no_name_brings_a_header_along(evil: str) -> None:
    site = Site(evil, "https://site.example/")
    topics = (Topic("one", evil, "D."),)
    catalogue = Catalogue((Paper(id="p", title=evil, added=DAY, topics=("one",)), FIRST), topics)
    made = digest(catalogue, site, Wanted(DAY, topics=("one",)))
    raw = message(made, catalogue, site, SENDER, NOW, theme_folder("mail"))
    found = message_from_bytes(raw, policy=default)
    assert {name.lower() for name in found} == {
        "subject", "from", "date", "auto-submitted", "list-id", "list-unsubscribe", "mime-version", "content-type",
    }  # fmt: skip
    assert len(found.get_all("subject") or ()) == 1
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"[^\x20-\x7e\r\n\t]", head)


def test_the_same_digest_is_the_same_bytes() -> None:
    catalogue = shelf(paper("a"), FIRST)
    made = digest(catalogue, SITE, Wanted(DAY))
    assert len({message(made, catalogue, SITE, SENDER, NOW, theme_folder("mail")) for _ in range(3)}) == 1


def test_a_mail_that_nobody_sends_is_from_nobody_and_offers_no_unsubscribing() -> None:
    found = mail(shelf(paper("a"), FIRST), sender=NOBODY)
    assert found["From"].endswith("<digest@shelf.invalid>")
    assert found["List-Unsubscribe"] is None


# The command


def test_the_command_writes_a_mail_and_says_so(toy: Path, run: Run) -> None:
    file = toy / "data/papers/s/serial-widgets.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-01-02", "2026-03-04"), encoding="utf-8")
    done = run("papershelf", "digest", "--since", "2026-01-01", "--topic", "widgets", cwd=toy)
    assert done.returncode == 0
    assert "digest-2026-01-01-widgets.eml: 1 new paper.\n" in done.stdout
    assert "The links lead to http://127.0.0.1:8000/, which is this machine" in done.stdout
    found = message_from_bytes((toy / "digest-2026-01-01-widgets.eml").read_bytes(), policy=default)
    assert found["Subject"] == "1 new paper on A Toy Shelf: Widgets"


def test_what_a_shelf_began_with_is_no_mail_and_a_sentence_says_why(toy: Path, run: Run) -> None:
    done = run("papershelf", "digest", "--since", "2026-01-01", cwd=toy)
    assert (done.returncode, done.stdout) == (
        0,
        "Nothing new since 1 January 2026: no mail. "
        "What came on 2 January 2026, 4 papers, is what the shelf began with.\n",
    )
    assert not list(toy.glob("*.eml"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "Missing option '--since'"),
        (["--since", "yesterday"], "'yesterday' does not match the format"),
        (["--since", "2026-01-01", "--send"], "--send needs --to FILE: the addresses, one a line."),
        (["--since", "2026-01-01", "--retry-uncertain"], "go with --send"),
        (["--since", "2026-01-01", "--once", "x.json"], "--once needs --until DATE"),
        (["--since", "2026-01-01", "--tag", "serail"], 'There is no tag "serail". Did you mean "serial"?'),
        (["--since", "2026-01-01", "--config", "no.yml"], "'no.yml' does not exist"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_message(toy: Path, run: Run, arguments: list[str], told: str) -> None:
    done = run("papershelf", "digest", *arguments, cwd=toy)
    assert done.returncode != 0
    assert told in done.stdout
    assert "Traceback" not in done.stdout
