"""A mail server on loopback that does what a test asks for: real SMTP over TLS, with a certificate of its own."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "keeper", "correct horse battery"  # not a secret: nothing else knows them
FROM = "Toy Shelf <shelf@name.example>"


@dataclass
class Post:
    """What the server got, and how it behaves: each rule gets an address, and says what to answer, or breaks off."""

    received: list[tuple[str, EmailMessage]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    on_rcpt: Callable[[str], str | None] = lambda _: None
    on_data: Callable[[str], str | None] = lambda _: None
    port: int = 0
    asks_for_password: bool = True
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def to(self) -> list[str]:
        """Whom mails came for."""
        return [address for address, _ in self.received]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        assert session.authenticated or not self.asks_for_password
        self.heard.append(address)
        answer = self.on_rcpt(address)
        if answer == "break":
            server.transport.abort()
        elif answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        answer = self.on_data(address)
        if answer == "break":
            server.transport.abort()
            return "250 nobody hears this"
        if answer == "hang":
            await asyncio.sleep(60)
        if answer and answer != "hang":
            return answer
        content = envelope.original_content or b""
        found = message_from_bytes(content, policy=default)
        assert isinstance(found, EmailMessage)
        self.received.append((address, found))
        return "250 OK"


@contextmanager
def post_office(folder: Path, *, implicit: bool = False, encrypted: bool = True) -> Iterator[Post]:
    """Run a server for as long as a test needs it; `environment` is what leads a command to it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    post = Post(asks_for_password=encrypted)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        post.port = free.getsockname()[1]
    options: dict[str, Any] = {}
    if encrypted:
        options = {"ssl_context": context} if implicit else {"tls_context": context, "require_starttls": True}
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=post.port,
        authenticator=_known,
        auth_required=encrypted and not implicit,  # the library warns of asking for it without STARTTLS
        auth_require_tls=not implicit,
        server_hostname="localhost",
        **options,
    )
    post.environment = {
        "PAPERSHELF_SMTP_HOST": "localhost",
        "PAPERSHELF_SMTP_PORT": str(post.port),
        "PAPERSHELF_SMTP_TLS": "implicit" if implicit else "starttls",
        "PAPERSHELF_SMTP_USER": USER,
        "PAPERSHELF_SMTP_PASSWORD": PASSWORD,
        "PAPERSHELF_SMTP_FROM": FROM,
        "SSL_CERT_FILE": str(folder / "authority.pem"),
    }
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def _known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)
