"""Asks for addresses over HTTP, politely: a few at a time, one by one at each host, HEAD before GET, and again later.

Uses urllib3 itself, since what requests adds can't stay: its redirects jump the queue of the host they lead to, and
read whole bodies.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import quote, urljoin
from urllib.robotparser import RobotFileParser

import urllib3
from urllib3 import exceptions
from urllib3.util import Retry, parse_url

_OF_HOST = frozenset({"no name", "refused", "unreachable"})
_PASSING = _OF_HOST | {"slow", "broken"}


@dataclass(frozen=True)
class Answer:
    """What came of asking: the status of an answer, or what failed, as `links` tells it."""

    status: int = 0
    failure: str = ""
    location: str = ""
    """Where a redirect leads to."""
    moved_to: str = ""
    """Where the permanent redirects at the beginning of the way lead to."""
    retry_after: float = 0
    challenged: bool = False
    """Whether a bot wall says that it is one."""

    @property
    def passing(self) -> bool:
        """Whether asking again may help."""
        return self.failure in _PASSING or self.status in (408, 425, 429) or 500 <= self.status < 600


@dataclass(frozen=True)
class Limits:
    """How politely to ask, in seconds, and how long to believe an answer, in days."""

    at_once: int = 8
    pause: float = 1.0  # between two requests to one host; its robots.txt may ask for more
    timeout: float = 20.0
    attempts: int = 3
    backoff: float = 2.0
    longest_wait: float = 60.0  # a host that wants a longer one isn't asked again in this run
    redirects: int = 10
    per_host: int = 300  # asked in one run, those unasked for longest first
    fresh_days: int = 7
    patience: int = 3  # on so many days an address may fail before it is called dead
    save_every: float = 5.0


def one_form(url: str) -> str:
    """An address as it is asked for: in ASCII, without a fragment, and harmless in Markdown wherever it is from."""
    with contextlib.suppress(exceptions.LocationValueError):  # such a one is asked for, and then called malformed
        parsed = parse_url(url)
        url = parsed._replace(fragment=None, path=parsed.path or "/").url
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~")


def user_agent(about: str | None = None) -> str:
    """How an asker introduces itself, with the address where people read whose it is."""
    where = f"; +{one_form(about)}" if about else ""
    return f"papershelf/{version('papershelf')} (checks the links of a reading list{where})"


class _Host:
    """A host's queue: whoever asks it holds the lock."""

    def __init__(self, pause: float) -> None:
        self.lock, self.pause, self.not_before = threading.Lock(), pause, 0.0


class Asker:
    """Asks for addresses, from several threads; never twice at once for a host, and with a pause in between."""

    def __init__(
        self,
        agent: str,
        limits: Limits | None = None,
        *,
        pool: urllib3.PoolManager | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take how it introduces itself, and its collaborators; a `ProxyManager` is a pool, too."""
        self._agent, self._limits = agent, limits or Limits()
        self._pool = pool or urllib3.PoolManager(num_pools=2 * self._limits.at_once)
        self._clock, self._sleep = clock, sleep
        self._hosts: dict[str, _Host] = {}
        self._rules: dict[str, RobotFileParser] = {}
        self._closed: dict[str, Answer] = {}

    def __call__(self, url: str) -> Answer:
        """Follow an address to its end."""
        seen, moved_to, permanent = [url], "", True
        while (answer := self._ask(url)).location:
            url, permanent = answer.location, permanent and answer.status in (301, 308)
            moved_to = url if permanent else moved_to
            if not url.startswith(("http://", "https://")):
                return Answer(failure="not web")
            if url in seen or len(seen) > self._limits.redirects:
                return Answer(failure="circle")
            seen.append(url)
        return dataclasses.replace(answer, moved_to=moved_to)

    def _ask(self, url: str) -> Answer:
        """The answer to one address: by HEAD, else by GET, and by GET again as long as that may help."""
        try:
            parsed = parse_url(url)
        except exceptions.LocationValueError:
            return Answer(failure="malformed")
        if not parsed.host:
            return Answer(failure="malformed")
        site, longest = f"{parsed.scheme}://{parsed.netloc}", self._limits.longest_wait
        if site in self._closed:
            return self._closed[site]
        if not self._may_ask(site, url):
            return Answer(failure="robots")
        for attempt in range(self._limits.attempts):
            answer, _ = self._request("GET" if attempt else "HEAD", url, self._limits.backoff * 2**attempt)
            if answer.retry_after > longest:
                break
            if not answer.passing and (attempt or answer.status < 400):
                return answer
        if answer.failure in _OF_HOST or answer.status == 429 or answer.retry_after > longest:
            self._closed[site] = answer  # its other addresses would hear the same
        return answer

    def _may_ask(self, site: str, url: str) -> bool:
        if site not in self._rules:
            answer, body = self._request("GET", f"{site}/robots.txt", keep=500_000)
            rules, host = _rules(body.decode("utf-8", "replace") if answer.status == 200 else ""), self._host(site)
            wanted = min(int(rules.crawl_delay(self._agent) or 0), self._limits.longest_wait)
            host.pause = max(host.pause, wanted)
            host.not_before = max(host.not_before, self._clock() + host.pause)
            self._rules[site] = rules
        try:
            return self._rules[site].can_fetch(self._agent, url)
        except ValueError:  # no rule can be about an address that isn't one; asking for it says so
            return True

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(parse_url(url).host or "", _Host(self._limits.pause))

    def _request(self, method: str, url: str, backoff: float = 0, keep: int = 0) -> tuple[Answer, bytes]:
        """One request, when its host's turn has come, and the first `keep` bytes of what came."""
        host = self._host(url)
        with host.lock:
            if (wait := host.not_before - self._clock()) > 0:
                self._sleep(wait)
            answer, body = self._send(method, url, keep)
            wait = answer.retry_after or (backoff if answer.passing else 0)
            host.not_before = self._clock() + max(host.pause, min(wait, self._limits.longest_wait))
        return answer, body

    def _send(self, method: str, url: str, keep: int) -> tuple[Answer, bytes]:
        try:
            response = self._pool.request(
                method, url, headers={"User-Agent": self._agent, "Accept": "*/*"}, timeout=self._limits.timeout,
                redirect=False, retries=False, preload_content=False,
            )  # fmt: skip
            body = response.read(keep) if keep else b""
        except exceptions.HTTPError as error:
            return Answer(failure=_failure(error)), b""
        if method == "HEAD":
            response.release_conn()
        else:
            response.close()  # nobody reads the rest
        return _answer(url, response), body


def _rules(text: str) -> RobotFileParser:
    """The rules of a robots.txt, without the lines at which the parser stops: numbers and addresses that are none."""

    def is_readable(line: str) -> bool:
        try:
            RobotFileParser().parse(["User-agent: *", line])
        except ValueError:
            return False
        return True

    rules = RobotFileParser()
    rules.parse(list(filter(is_readable, text.splitlines())))
    return rules


def _answer(url: str, response: urllib3.BaseHTTPResponse) -> Answer:
    location, wait = response.get_redirect_location() or "", 0.0
    try:
        # Headers are read as Latin-1; servers that don't encode an address mean UTF-8.
        location = location and one_form(urljoin(url, location.encode("latin-1").decode("utf-8", "replace")))
    except ValueError:
        location = "unreadable:"
    if response.status in (429, 503):
        with contextlib.suppress(exceptions.InvalidHeader, ValueError, OverflowError):
            wait = Retry().get_retry_after(response) or 0
    return Answer(response.status, "", location, "", wait, "cf-mitigated" in response.headers)


def _failure(error: exceptions.HTTPError) -> str:
    cause = error.__cause__
    if isinstance(error, exceptions.NameResolutionError):
        # Without a network no name is known either; most systems then say "try again".
        again = isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN
        return "unreachable" if again else "no name"
    if isinstance(error, exceptions.ConnectTimeoutError):
        return "refused" if isinstance(cause, ConnectionRefusedError) else "unreachable"
    if isinstance(error, exceptions.SSLError):
        return "certificate"
    if isinstance(error, exceptions.LocationValueError):
        return "malformed"
    return "slow" if isinstance(error, exceptions.ReadTimeoutError) else "broken"
