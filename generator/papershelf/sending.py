"""Sends one mail to many addresses, one by one, so that nobody gets it twice, whatever stops it.

What is about to be sent is in the log, on the disk, before a server hears of it, and what became of it after. So a run
that was stopped leaves one address at most of which nobody knows whether it has the mail. Such an address is left alone
until somebody says otherwise; all others are known to have it, or known not to.
"""

from __future__ import annotations

import json
import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import Literal

from papershelf.journal import lock
from papershelf.problems import Problem, ProblemsError, RefusedError, literal, quoted

PREFIX = "PAPERSHELF_SMTP_"
TIMEOUT = 60.0
"""Seconds that a server may take for an answer."""
LAST_ANSWER = 600.0
"""The same for the one after the mail, as RFC 5321 has it: who waits too short doesn't know what became of it."""
IN_A_ROW = 2
"""How many connections may break, one after the other, before nothing more is tried."""

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?)+")
_BROKEN = (smtplib.SMTPServerDisconnected, OSError)

State = Literal["sent", "refused", "broken", "uncertain"]


@dataclass(frozen=True)
class Server:
    """The server that mails are given to, and who sends them; nothing shows the password."""

    host: str
    port: int
    tls: Literal["starttls", "implicit"]
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Outcome:
    """What became of one address: whether it was sent to, refused, or nobody knows; and why, in words."""

    address: str
    state: State
    why: str = ""


def server(environment: Mapping[str, str]) -> Server:
    """The server that the environment names; raises RefusedError where something is missing or can't be."""
    values = {name: environment.get(PREFIX + name, "").strip() for name in ("HOST", "PORT", "USER", "FROM", "TLS")}
    password = environment.get(f"{PREFIX}PASSWORD", "")
    missing = [PREFIX + name for name in ("HOST", "FROM") if not values[name]]
    if missing:
        raise RefusedError(f"The environment doesn't say how to send: set {' and '.join(missing)}.")
    if bool(values["USER"]) != bool(password):
        raise RefusedError(f"{PREFIX}USER and {PREFIX}PASSWORD go together: set both, or none.")
    if not (values["USER"] + password).isascii() or not (values["USER"] + password).isprintable():
        raise RefusedError(f"{PREFIX}USER and {PREFIX}PASSWORD can hold signs of ASCII alone.")
    port = values["PORT"] or ("465" if values["TLS"] == "implicit" else "587")
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 2**16:
        raise RefusedError(f"{PREFIX}PORT is {{}}, and a port is a number up to 65535, such as 587.", port)
    tls = values["TLS"] or ("implicit" if port == "465" else "starttls")
    if tls not in ("starttls", "implicit"):
        raise RefusedError(f"{PREFIX}TLS is {{}}, and can be starttls or implicit.", tls)
    kind: Literal["starttls", "implicit"] = "implicit" if tls == "implicit" else "starttls"
    return Server(values["HOST"], int(port), kind, sender(values["FROM"]), values["USER"], password)


def sender(text: str) -> Address:
    """Whom mails are from: an address, or a name and an address as in `A Shelf <shelf@name.example>`."""
    name, address = parseaddr(text)
    try:
        if is_address(address) and text.isprintable():
            return Address(name, addr_spec=address)
    except (HeaderParseError, ValueError):
        pass
    raise RefusedError(f"{PREFIX}FROM is {{}}, and is to be an address, such as shelf@name.example.", text)


def is_address(text: str) -> bool:
    """Whether a text is an address that every server takes: of ASCII alone, and nothing but an address."""
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text))


def addresses(text: str, shown: str) -> list[str]:
    """The addresses of a list, one a line; raises ProblemsError with the lines that are none.

    Behind `#` stands a remark. What stands there twice, by other capitals too, is sent to once.
    """
    found: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        address = line.partition("#")[0].strip()
        if address and not is_address(address):
            what = f"{quoted(address)} is no address"
            problems.append(Problem(shown, number, 1, what, "one address a line, such as ann@name.example, in ASCII"))
        elif address:
            found.setdefault(address.lower(), address)
    if problems:
        raise ProblemsError(problems)
    return list(found.values())


class Log:
    """What became of each address of one digest, in a file that is written to and never over."""

    def __init__(self, path: Path, key: str) -> None:
        """Open the log of the digest that `key` tells from others, and keep other runs from it.

        Raises RefusedError where the file is another digest's log or none, and while another run has it.
        """
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if not lock(self._file):
                raise RefusedError("{}: another run is sending by this log. Wait for it, and try again.", path)
            self._states = self._begun(key)
        except BaseException:
            self.close()
            raise

    def state(self, address: str) -> State | None:
        """What became of an address, as far as it was ever tried."""
        return self._states.get(address.lower())

    def begin(self, address: str) -> None:
        """Note that an address is about to be sent to."""
        self._write({"to": address, "state": "sending"})

    def end(self, outcome: Outcome) -> None:
        """Note what became of it."""
        why = {"why": outcome.why} if outcome.why else {}
        self._write({"to": outcome.address, "state": outcome.state, **why})
        self._states[outcome.address.lower()] = outcome.state

    def close(self) -> None:
        """Let other runs have the log."""
        os.close(self._file)

    def _begun(self, key: str) -> dict[str, State]:
        """What is in the log already; in a new one, the line that says of which digest it is."""
        text = _whole(os.read(self._file, os.fstat(self._file).st_size))
        os.ftruncate(self._file, len(text))
        os.lseek(self._file, 0, os.SEEK_END)
        if text:
            return _entries(text, self._path, key)
        self._write({"digest": key})
        _sync_folder(self._path.parent)
        return {}

    def _write(self, entry: Mapping[str, str]) -> None:
        os.write(self._file, json.dumps(entry).encode("ascii") + b"\n")
        os.fsync(self._file)


def states(path: Path, key: str) -> dict[str, State]:
    """What a digest's log says of each address, without beginning one; raises RefusedError as Log does."""
    text = _whole(path.read_bytes()) if path.exists() else b""
    return _entries(text, path, key) if text else {}


def _whole(text: bytes) -> bytes:
    """The lines of a log that are whole.

    One that was cut off says nothing: what it is about hadn't begun, or nobody knows what became of it.
    """
    return text[: text.rfind(b"\n") + 1]


def _entries(text: bytes, path: Path, key: str) -> dict[str, State]:
    """What became of each address, by the lines of a log."""
    first, *lines = (_entry(line, number, path) for number, line in enumerate(text.splitlines(), 1))
    if first.get("digest") != key:
        advice = "It is for another day, other topics or another site: name another file with --log."
        raise RefusedError(f"{{}} is the log of another digest. {advice}", path)
    known: dict[str, State] = {"sent": "sent", "refused": "refused", "broken": "broken"}
    return {line["to"].lower(): known.get(line["state"], "uncertain") for line in lines}


def _entry(line: bytes, number: int, path: Path) -> dict[str, str]:
    try:
        entry = json.loads(line)
        if isinstance(entry, dict) and (number == 1 or {*map(type, (entry["to"], entry["state"]))} == {str}):
            return entry
    except (ValueError, KeyError, RecursionError):
        pass
    advice = "Name another file with --log."
    raise RefusedError(f"{{}}: line {number} isn't a line of a log of ours. {advice}", path)


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file be on the disk, too, where the system knows that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Sender:
    """Gives mails to a server, one by one, over one connection as long as it holds."""

    def __init__(self, server: Server, log: Log, mail: Callable[[str], bytes]) -> None:
        """Take the server, the log, and what makes the mail to an address."""
        self._server, self._log, self._mail = server, log, mail
        self._connection: smtplib.SMTP | None = None

    def send(self, to: Iterable[str]) -> Iterator[Outcome]:
        """Send to each address, and say what became of it; raises RefusedError where nothing more can be sent."""
        broken = 0
        try:
            for address in to:
                outcome = self._one(address)
                if outcome.state == "broken":  # before the mail was given, so that it can be tried again
                    outcome = self._one(address)
                broken = broken + 1 if outcome.state in ("broken", "uncertain") else 0
                yield outcome
                if broken == IN_A_ROW:
                    raise RefusedError("The server breaks the connection off, again and again. Start again later.")
        finally:
            self._hang_up()

    def _one(self, address: str) -> Outcome:
        connection = self._connected()
        self._log.begin(address)
        outcome = self._given(connection, address)
        self._log.end(outcome)
        if outcome.state in ("broken", "uncertain"):
            self._connection = None
            connection.close()
        elif outcome.state == "refused":
            with suppress(*_BROKEN):
                connection.rset()
        return outcome

    def _given(self, connection: smtplib.SMTP, address: str) -> Outcome:
        """Give the mail to the server, step by step, as what a broken connection means depends on the step."""
        body = re.sub(rb"(?m)^\.", b"..", self._mail(address))
        try:
            steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
                partial(connection.mail, self._server.sender.addr_spec),
                partial(connection.rcpt, address),
                partial(connection.docmd, "DATA"),
            )
            for step in steps:
                code, reply = step()
                if code == 421:
                    return Outcome(address, "broken", self._said(code, reply))
                if code not in (250, 251, 354):
                    return Outcome(address, "refused", self._said(code, reply))
        except _BROKEN as error:
            return Outcome(address, "broken", _why(error))
        try:
            connection.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            if connection.sock:
                connection.sock.settimeout(LAST_ANSWER)
            code, reply = connection.getreply()
            if connection.sock:
                connection.sock.settimeout(TIMEOUT)
        except _BROKEN as error:
            return Outcome(address, "uncertain", _why(error))
        if code == 250:
            return Outcome(address, "sent")
        return Outcome(address, "broken" if code == 421 else "refused", self._said(code, reply))

    def _connected(self) -> smtplib.SMTP:
        """The connection; raises RefusedError where there is none to be had."""
        if self._connection is None:
            where = f"{self._server.host}:{self._server.port}"
            try:
                self._connection = self._connect()
            except smtplib.SMTPAuthenticationError as error:
                # What the server says of it may repeat what it was told.
                refused = f"{where} doesn't take the user and the password ({error.smtp_code}). Look at "
                raise RefusedError(literal(f"{refused}{PREFIX}USER and {PREFIX}PASSWORD.")) from None
            except ssl.SSLCertVerificationError as error:
                advice = "SSL_CERT_FILE can name a file of authorities to trust."
                raise RefusedError(
                    f"The certificate of {{}} can't be trusted: {{}}. {advice}", where, error.verify_message
                ) from None
            except ssl.SSLError:
                advice = f"{PREFIX}TLS says how encryption begins: implicit, mostly at 465, or starttls, mostly at 587."
                raise RefusedError(f"{{}} doesn't talk TLS there. {advice}", where) from None
            except smtplib.SMTPNotSupportedError as error:
                raise RefusedError("{} can't do what is needed: {}", where, self._safe(str(error))) from None
            except smtplib.SMTPResponseException as error:
                raise RefusedError("{} refuses: {}", where, self._said(error.smtp_code, error.smtp_error)) from None
            except (smtplib.SMTPException, OSError, UnicodeError) as error:
                raise RefusedError(
                    f"{{}} can't be reached: {{}}. Look at {PREFIX}HOST and {PREFIX}PORT.", where, _why(error)
                ) from None
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        to, context = self._server, ssl.create_default_context()
        if to.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(to.host, to.port, timeout=TIMEOUT)
        try:
            if to.tls == "starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if to.user:
                connection.login(to.user, to.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        if self._connection:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection.close()
            self._connection = None

    def _said(self, code: int, reply: bytes | str) -> str:
        """What a server said, on one line."""
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        return self._safe(f"{code} {text}")

    def _safe(self, text: str) -> str:
        """A text of a server's as it can be shown and kept: without the password, and with nothing that steers."""
        line = " ".join(text.split())
        hidden = line.replace(self._server.password, "…") if self._server.password else line
        return "".join(letter if letter.isprintable() else "?" for letter in hidden)[:200]


def _why(error: Exception) -> str:
    """Why a connection broke or didn't come about, in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the connection was broken off"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
