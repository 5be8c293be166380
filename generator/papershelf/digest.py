"""What is new as a mail: what is in it, and the message with its text and its HTML.

The message is the same for everybody; what differs, whom it is for, is put before it when it is sent.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from papershelf import text
from papershelf.entries import source_link
from papershelf.layout import counted
from papershelf.model import Catalogue, Paper
from papershelf.news import NEWEST, first_day, in_words, news
from papershelf.places import paper_path, topic_path
from papershelf.problems import RefusedError
from papershelf.references import Names, names_of
from papershelf.site import Site

WIDTH = 72
NOBODY = Address("", addr_spec="digest@shelf.invalid")
"""Whom a message is from that nobody sends yet: a message needs a sender, and this address can be nobody's."""


@dataclass(frozen=True)
class Wanted:
    """Which papers a digest is to have: those that came on `since` or later and before `until`, of these groups."""

    since: datetime.date
    until: datetime.date | None = None
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Digest:
    """The papers that are new, newest first, what of the shelf they are, and what tells this digest from any other."""

    papers: tuple[Paper, ...]
    about: str
    key: str
    began: str = ""
    """Where there is nothing new because the shelf only began, that in a sentence."""


def digest(shelf: Catalogue, site: Site, wanted: Wanted) -> Digest:
    """What is new on a shelf; raises RefusedError for topics and tags that it doesn't have, or without an address."""
    if not site.url:
        raise RefusedError("mkdocs.yml has no site_url, which the links in a mail need. PAPERSHELF_SITE_URL gives it.")
    for_topics, for_tags = names_of(shelf)
    topics = tuple(_id_of(name, for_topics) for name in wanted.topics)
    tags = tuple(_id_of(name, for_tags) for name in wanted.tags)
    papers = news(shelf, wanted.since, wanted.until, topics=topics, tags=tags)
    names = [text.plain(shelf.topic[name].name) for name in topics] + [
        text.plain(shelf.tag[name].name) for name in tags
    ]
    asked = (site.url, str(wanted.since), str(wanted.until), sorted(topics), sorted(tags))
    key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]
    began, first = "", first_day(shelf)
    if first and not papers and wanted.since <= first:
        count = counted(sum(paper.added == first for paper in shelf.papers))
        began = f"What came on {in_words(first)}, {count}, is what the shelf began with."
    return Digest(papers, ", ".join(names), key, began)


def _id_of(name: str, words: Names) -> str:
    if known := words.known_as(name):
        return known
    there = f"There is no {words.word} {{}}."
    if near := words.nearest(name):
        raise RefusedError(f"{there} Did you mean {{}}?", name, near)
    raise RefusedError(there, name)


def message(made: Digest, shelf: Catalogue, site: Site, sender: Address, now: datetime.datetime, theme: Path) -> bytes:
    """The digest as a mail to nobody yet; `theme` is the folder `themes/mail`."""
    values = _values(made, shelf, site)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = _header(f"{values['count']} on {site.title}" + (f": {made.about}" if made.about else ""))
    mail["From"] = Address(sender.display_name or _header(site.title), addr_spec=sender.addr_spec)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    host = urlsplit(site.url or "").hostname or "shelf.invalid"
    mail["List-Id"] = f"<digest.{host}>"
    if sender is not NOBODY:
        mail["List-Unsubscribe"] = f"<mailto:{sender.addr_spec}?subject=unsubscribe>"
    # Quoted-printable keeps every line short and of ASCII alone, whatever a server on the way allows.
    mail.set_content(_laid_out(theme, "digest.txt.jinja", values), cte="quoted-printable")
    mail.add_alternative(_laid_out(theme, "digest.html.jinja", values), subtype="html", cte="quoted-printable")
    # The boundary is made of chance otherwise, and the same digest is to be the same bytes.
    mail.set_boundary(f"=_{made.key}")
    return mail.as_bytes()


def addressed(mail: bytes, to: str, sender: Address, made: Digest) -> bytes:
    """The mail to one address, with an id that it has again when it is sent again: most servers then show it once."""
    own = hashlib.sha256(f"{made.key} {to}".encode()).hexdigest()[:32]
    return f"To: {to}\r\nMessage-ID: <{own}@{sender.domain}>\r\n".encode("ascii") + mail


def _header(shown: str) -> str:
    """A text as a header may hold it: on one line, and no longer than a mail client shows."""
    line = " ".join(text.clean(shown)[0].split())
    return line if len(line) <= 200 else line[:199] + "…"


def _values(made: Digest, shelf: Catalogue, site: Site) -> dict[str, Any]:
    return {
        "site": site.title,
        "home": site.url,
        "count": counted(len(made.papers), "new paper"),
        "about": made.about,
        "papers": list(map(partial(_shown, shelf=shelf, site=site), made.papers[:NEWEST])),
        "more": max(0, len(made.papers) - NEWEST),
        "new": site.address("new.md"),
    }


def _shown(paper: Paper, shelf: Catalogue, site: Site) -> dict[str, Any]:
    """A paper as the mail shows it: its title, what is new in it, and one quiet line."""
    abstract = text.first_sentence(paper.abstract, 300) if paper.abstract else ""
    topics = [(text.plain(shelf.topic[name].name), site.address(topic_path(name))) for name in paper.topics]
    return {
        "title": text.plain(paper.title),
        "address": site.address(paper_path(paper.id)),
        "summary": text.plain(paper.summary) if paper.summary else abstract,
        "topics": topics,
        "day": in_words(paper.added) if paper.added else "",
        "url": paper.url and text.address(paper.url),
        "place": source_link(paper)[0],
    }


def _laid_out(theme: Path, template: str, values: dict[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(theme), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=template.endswith(".html.jinja"), keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["wrapped"] = _wrapped
    return environment.get_template(template).render(values)


def _wrapped(shown: str, indent: int = 0) -> str:
    """A paragraph of plain text in lines that no client breaks once more; an address stays whole."""
    space = " " * indent
    return fill(
        shown, WIDTH, initial_indent=space, subsequent_indent=space, break_long_words=False, break_on_hyphens=False
    )
