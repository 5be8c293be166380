"""Links are checked against a server on loopback that plays every part; nothing else is ever contacted."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import json
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from papershelf import links
from papershelf.asking import Answer, Asker, Limits, one_form, user_agent
from papershelf.links import Address, Place, Result, judge
from papershelf.model import Catalogue, Links, Paper, Relation, Tag, Topic

TODAY = datetime.date(2026, 3, 2)
DAY = datetime.timedelta(days=1)
QUICK = Limits(pause=0, backoff=0, timeout=10)
ABOUT = "https://code.example/readers/shelf"


# The server


class Server(socketserver.ThreadingTCPServer):
    """Plays the part that a path names, and keeps a record of who asked for what, when, and how many at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str | None] = set()
        self.times: list[tuple[str, float, float]] = []
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.release = threading.Event()
        self.meeting = threading.Barrier(3)
        self.cut_off = threading.Event()
        self.robots: str | None = None

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{path}"

    def requests(self, path: str) -> list[str]:
        """The methods a path was asked for with."""
        return [method for method, asked in self.asked if asked == path]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are a part of the play."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_HEAD(self) -> None:
        self.play()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def play(self) -> None:
        host = (self.headers["Host"] or "").rpartition(":")[0]
        name = self.path.split("/")[1].split("?")[0]
        with self.server.lock:
            began = time.monotonic()
            self.server.agents.add(self.headers["User-Agent"])
            self.server.asked.append((self.command, self.path))
            times = sum(asked == self.path for _, asked in self.server.asked)
            for key in (host, "all"):
                self.server.under_way[key] += 1
                self.server.most[key] = max(self.server.most[key], self.server.under_way[key])
        part = getattr(self, f"play_{name.replace('-', '_').replace('.', '_')}", None)
        try:
            if name in ("take-time", "meet"):
                self.wait(name)
        finally:
            # Before the answer leaves: the client may ask again as soon as it has it.
            with self.server.lock:
                for key in (host, "all"):
                    self.server.under_way[key] -= 1
                self.server.times.append((host, began, time.monotonic()))
        if part:
            part(times)
        else:
            self.answer(int(name) if name.isdigit() else 200)

    def wait(self, name: str) -> None:
        if name == "meet":
            with contextlib.suppress(threading.BrokenBarrierError):
                self.server.meeting.wait(timeout=5)
        time.sleep(0.02)

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"ok")

    def play_robots_txt(self, times: int) -> None:
        if self.server.robots is None:
            return self.answer(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.robots.encode())))
        self.end_headers()
        self.wfile.write(self.server.robots.encode())
        return None

    def play_get_only(self, times: int) -> None:
        """/get-only/405: this status for HEAD."""
        self.answer(int(self.path.split("/")[2]) if self.command == "HEAD" else 200)

    def play_to(self, times: int) -> None:
        """/to/301/302/ok: a chain of these."""
        _, _, status, *rest = self.path.split("/")
        target = "/".join(rest)
        self.answer(int(status), Location=f"/to/{target}" if rest[0].isdigit() and len(rest) > 1 else f"/{target}")

    def play_relative(self, times: int) -> None:
        self.answer(301, Location="../ok?from=relative#part")

    def play_loop(self, times: int) -> None:
        self.answer(302, Location="/loop/b" if self.path.endswith("a") else "/loop/a")

    def play_further(self, times: int) -> None:
        self.answer(302, Location=f"/further/{int(self.path.split('/')[2]) + 1}")

    def play_to_ftp(self, times: int) -> None:
        self.answer(301, Location="ftp://127.0.0.1/x")

    def play_to_script(self, times: int) -> None:
        self.answer(301, Location="javascript:alert(1)")

    def play_to_nonsense(self, times: int) -> None:
        self.answer(301, Location="http://[")

    def play_to_unicode(self, times: int) -> None:
        self.answer(301, Location="/übung".encode().decode("latin-1"))

    def play_to_markup(self, times: int) -> None:
        self.answer(301, Location="/ok?q=`<b>](x) @reader")

    def play_to_host(self, times: int) -> None:
        """/to-host/b.localhost: there, to what takes its time."""
        self.answer(302, Location=self.server.url(f"/take-time{self.path}", self.path.split("/")[2]))

    def play_busy_once(self, times: int) -> None:
        if times == 1:
            return self.answer(429, Retry_After="7")
        return self.answer(200)

    def play_busy_long(self, times: int) -> None:
        self.answer(429, Retry_After="86400")

    def play_busy_strangely(self, times: int) -> None:
        self.answer(429, Retry_After="9" * 5000)

    def play_fails_once(self, times: int) -> None:
        self.answer(500 if times == 1 else 200)

    def play_challenge(self, times: int) -> None:
        self.answer(503, cf_mitigated="challenge")

    def play_slow(self, times: int) -> None:
        self.server.release.wait(timeout=20)
        self.answer(200)

    def play_hold(self, times: int) -> None:
        self.play_slow(times)

    def play_hangs_up(self, times: int) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def play_no_http(self, times: int) -> None:
        self.close_connection = True
        self.wfile.write(b"SSH-2.0-server\r\n\r\n")

    def play_endless(self, times: int) -> None:
        """A body without end, of a redirect, too; and no length, so that only the connection's end would end it."""
        self.close_connection = True
        if self.command == "HEAD":
            return self.answer(405)
        self.send_response(302 if "redirect" in self.path else 200)
        self.send_header("Location", "/ok")
        self.end_headers()
        try:
            while not self.server.release.is_set():
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.server.cut_off.set()
        return None

    def play_wrong_length(self, times: int) -> None:
        self.close_connection = True
        self.send_response(405 if self.command == "HEAD" else 200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b"short")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=lambda: running.serve_forever(poll_interval=0.01), daemon=True)
        thread.start()
        yield running
        running.release.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names are looked up here, so that none leaves the machine: those that end with localhost are hosts of ours."""
    real, names = socket.getaddrinfo, list[str]()

    def here(host: str, *arguments: object, **others: object) -> object:
        names.append(host)
        if host == "later.invalid":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if host != "127.0.0.1" and not host.endswith("localhost"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real("127.0.0.1", *arguments, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    yield names
    assert {name for name in names if not name.endswith(("localhost", ".invalid"))} <= {"127.0.0.1"}


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def told(server: Server, path: str, limits: Limits = QUICK) -> tuple[str, str]:
    """The verdict on a path of the server, and why."""
    result = judge(Asker("test", limits)(one_form(server.url(path))), None, TODAY)
    return result.verdict, result.reason


# What each answer means


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ok", ("alive", "200 OK")),
        ("/204", ("alive", "204 No Content")),
        ("/300", ("alive", "300 Multiple Choices")),
        ("/get-only/405", ("alive", "200 OK")),
        ("/get-only/501", ("alive", "200 OK")),
        ("/get-only/403", ("alive", "200 OK")),
        ("/get-only/404", ("alive", "200 OK")),
        ("/get-only/503", ("alive", "200 OK")),
        ("/404", ("dead", "404 Not Found")),
        ("/410", ("dead", "410 Gone")),
        ("/400", ("blocked", "400 Bad Request")),
        ("/401", ("blocked", "401 Unauthorized")),
        ("/403", ("blocked", "403 Forbidden")),
        ("/429", ("blocked", "429 Too Many Requests")),
        ("/451", ("blocked", "451 Unavailable For Legal Reasons")),
        ("/999", ("blocked", "999")),
        ("/408", ("flaky", "408 Request Timeout")),
        ("/500", ("flaky", "500 Internal Server Error")),
        ("/503", ("flaky", "503 Service Unavailable")),
        ("/challenge", ("blocked", "503 Service Unavailable")),
        ("/fails-once", ("alive", "200 OK")),
        ("/hangs-up", ("flaky", "the answer breaks off or isn't HTTP")),
        ("/no-http", ("flaky", "the answer breaks off or isn't HTTP")),
        ("/wrong-length", ("alive", "200 OK")),
        ("/to/301/ok", ("moved", "200 OK")),
        ("/to/308/ok", ("moved", "200 OK")),
        ("/to/302/ok", ("alive", "200 OK")),
        ("/to/303/307/ok", ("alive", "200 OK")),
        ("/to/301/404", ("dead", "404 Not Found")),
        ("/to/301/403", ("blocked", "403 Forbidden")),
        ("/loop/a", ("blocked", "it redirects without end, as pages do that want cookies")),
        ("/further/1", ("blocked", "it redirects without end, as pages do that want cookies")),
        ("/to-ftp", ("blocked", "it redirects to what is no web address")),
        ("/to-script", ("blocked", "it redirects to what is no web address")),
        ("/to-nonsense", ("blocked", "it redirects to what is no web address")),
        ("/ok#fragment", ("alive", "200 OK")),
        ("/grüße/東京", ("alive", "200 OK")),
        ("/with space", ("alive", "200 OK")),
    ],
)
def test_an_answer_means(server: Server, path: str, expected: tuple[str, str]) -> None:
    assert told(server, path) == expected


def test_a_good_head_is_enough_and_a_refused_one_is_asked_by_get(server: Server) -> None:
    told(server, "/ok")
    told(server, "/get-only/405")
    told(server, "/404")
    assert server.requests("/ok") == ["HEAD"]
    assert server.requests("/get-only/405") == server.requests("/404") == ["HEAD", "GET"]


def test_what_may_pass_is_asked_three_times(server: Server) -> None:
    told(server, "/503")
    told(server, "/hangs-up")
    assert server.requests("/503") == server.requests("/hangs-up") == ["HEAD", "GET", "GET"]


def test_fragments_stay_here_and_letters_are_encoded(server: Server) -> None:
    told(server, "/grüße/with space?q=ä#part")
    assert server.requests("/gr%C3%BC%C3%9Fe/with%20space?q=%C3%A4") == ["HEAD"]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/to/301/ok", "/ok"),
        ("/to/301/308/ok", "/ok"),
        ("/to/301/302/ok", "/to/302/ok"),
        ("/to/302/301/ok", ""),
        ("/to/302/ok", ""),
        ("/relative/page", "/ok?from=relative"),
        ("/to-unicode", "/%C3%BCbung"),
        ("/to-markup", "/ok?q=%60%3Cb%3E%5D(x)%20@reader"),
    ],
)
def test_moved_to_is_where_the_permanent_redirects_lead(server: Server, path: str, target: str) -> None:
    result = judge(Asker("test", QUICK)(server.url(path)), None, TODAY)
    assert result.moved_to == (server.url(target) if target else "")


def test_a_slow_host_is_given_up(server: Server) -> None:
    began = time.monotonic()
    limits = Limits(pause=0, backoff=0, timeout=0.2, attempts=2)
    assert told(server, "/slow", limits) == ("flaky", "the host takes too long to answer")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["/endless", "/endless/redirect"])
def test_a_body_without_end_is_not_read(server: Server, path: str) -> None:
    assert told(server, path) == ("alive", "200 OK")
    assert server.cut_off.wait(timeout=5)


def test_nobody_listens(server: Server) -> None:
    url = f"http://127.0.0.1:{unused_port()}/"
    answer = Asker("test", QUICK)(url)
    assert (answer.failure, judge(answer, None, TODAY).verdict) == ("refused", "dead")


def test_no_host_of_this_name_is_confirmed(looked_up: list[str]) -> None:
    answer = Asker("test", QUICK)("http://nobody.invalid/")
    assert (answer.failure, judge(answer, None, TODAY).verdict) == ("no name", "dead")
    assert looked_up.count("nobody.invalid") >= 2


def test_a_machine_without_network_calls_nothing_dead() -> None:
    answer = Asker("test", QUICK)("http://later.invalid/")
    assert (answer.failure, judge(answer, None, TODAY).verdict) == ("unreachable", "flaky")


@pytest.mark.parametrize("url", ["http://[", "http://", f"http://{'a' * 64}.localhost/", "http://127.0.0.1:99999/"])
def test_what_cannot_be_an_address(url: str) -> None:
    answer = Asker("test", QUICK)(one_form(url))
    assert (answer.failure, judge(answer, None, TODAY).verdict) == ("malformed", "dead")


def test_a_host_that_no_rule_can_name_is_asked_for() -> None:
    answer = Asker("test", QUICK)(one_form(f"http://%5B.localhost:{unused_port()}/"))
    assert (answer.failure, judge(answer, None, TODAY).verdict) == ("refused", "dead")


def test_plain_http_behind_https_is_no_verdict_of_death(server: Server) -> None:
    answer = Asker("test", QUICK)(server.url("/ok").replace("http:", "https:"))
    assert judge(answer, None, TODAY).verdict == "blocked"


def test_what_goes_on_failing_is_dead_on_the_third_day() -> None:
    result, told_each_day = None, []
    for day in (0, 0, 7, 14, 21):
        result = judge(Answer(503), result, TODAY + day * DAY)
        told_each_day.append((result.verdict, result.failed_days))
    assert told_each_day == [("flaky", 1), ("flaky", 1), ("flaky", 2), ("dead", 3), ("dead", 4)]
    assert result
    assert result.since == TODAY
    assert judge(Answer(200), result, TODAY + 22 * DAY) == Result("alive", "200 OK", TODAY + 22 * DAY)


# Politeness


def test_retry_after_is_waited_for_then_asked_again(server: Server) -> None:
    clock = Clock()
    answer = Asker("test", Limits(pause=1, backoff=2), clock=clock, sleep=clock.sleep)(server.url("/busy-once"))
    assert answer.status == 200
    assert clock.naps == pytest.approx([1, 7])


def test_the_waits_between_attempts_grow(server: Server) -> None:
    clock = Clock()
    asker = Asker("test", Limits(pause=1, backoff=2, attempts=4), clock=clock, sleep=clock.sleep)
    asker(server.url("/503"))
    asker(server.url("/ok"))
    assert clock.naps == pytest.approx([1, 2, 4, 8, 16])


@pytest.mark.parametrize("path", ["/busy-long", "/429"])
def test_a_host_that_wants_to_be_left_alone_is(server: Server, path: str) -> None:
    asker = Asker("test", QUICK)
    assert asker(server.url(path)).status == 429
    asked = len(server.asked)
    assert asker(server.url("/ok")).status == 429
    assert asker(server.url("/ok", "localhost")).status == 200
    assert len(server.requests(path)) == (1 if path == "/busy-long" else 3)
    assert [path for _, path in server.asked[asked:]] == ["/robots.txt", "/ok"]


def test_a_retry_after_that_is_none_is_passed_over(server: Server) -> None:
    assert told(server, "/busy-strangely") == ("blocked", "429 Too Many Requests")


def test_robots_txt_is_asked_for_once_and_followed(server: Server) -> None:
    server.robots = "User-agent: *\nDisallow: /private\nCrawl-delay: 3\n"
    clock = Clock()
    asker = Asker(user_agent(), Limits(pause=1), clock=clock, sleep=clock.sleep)
    assert judge(asker(server.url("/private/x")), None, TODAY).verdict == "blocked"
    assert judge(asker(server.url("/to/302/private")), None, TODAY).verdict == "blocked"
    assert asker(server.url("/ok")).status == 200
    assert not server.requests("/private/x") + server.requests("/private")
    assert server.requests("/robots.txt") == ["GET"]
    assert clock.naps == pytest.approx([3, 3])


@pytest.mark.parametrize(
    "line",
    [
        "Crawl-delay: ²",
        f"Crawl-delay: {'9' * 400}",
        f"Crawl-delay: {'9' * 5000}",
        "Disallow: //[x",
        "Request-rate: ²/³",
    ],
)
def test_a_line_of_robots_txt_that_nobody_can_read_ends_nothing(server: Server, line: str) -> None:
    server.robots = f"User-agent: *\n{line}\nDisallow: /private\n"
    clock = Clock()
    asker = Asker("test", QUICK, clock=clock, sleep=clock.sleep)
    assert asker(server.url("/ok")).status == 200
    assert asker(server.url("/private")).failure == "robots"


def test_who_asks_says_so_in_ascii(server: Server) -> None:
    Asker(user_agent("https://shelf.example/书\n架"), QUICK)(server.url("/ok"))
    (agent,) = server.agents
    assert "; +https://shelf.example/%E4%B9%A6%0A%E6%9E%B6)" in (agent or "")


def test_who_asks_says_so(server: Server) -> None:
    Asker(user_agent(ABOUT), QUICK)(server.url("/ok"))
    (agent,) = server.agents
    assert re.fullmatch(rf"papershelf/[\d.]+ \(checks the links of a reading list; \+{re.escape(ABOUT)}\)", agent or "")


def listed(*urls: str) -> tuple[Address, ...]:
    return tuple(Address(url, (Place("papers/x/x.yml", "links.code"),)) for url in urls)


def test_never_two_at_once_for_a_host_and_a_pause_in_between(server: Server, tmp_path: Path) -> None:
    hosts, limits = ("127.0.0.1", "localhost", "c.localhost"), Limits(at_once=3, pause=0.05, backoff=0)
    urls = [server.url(f"/take-time/{number}", host) for host in hosts for number in range(3)]
    urls += [server.url(f"/to-host/c.localhost/{number}", host) for host in hosts[:2] for number in range(2)]
    results = links.check(listed(*urls), Asker("test", limits), tmp_path / "links.json", TODAY, limits)
    assert {result.verdict for result in results.values()} == {"alive"}
    assert len(server.asked) == len(urls) + 4 + len(hosts)
    for host in hosts:
        times = sorted((began, ended) for at, began, ended in server.times if at == host)
        assert server.most[host] == 1
        assert min(after[0] - before[1] for before, after in pairwise(times)) >= 0.05


def test_so_many_at_once_and_no_more(server: Server, tmp_path: Path) -> None:
    urls = [server.url("/meet", f"{letter}.localhost") for letter in "abcdef"]
    limits = Limits(at_once=3, pause=0)
    server.robots = ""
    links.check(listed(*urls), Asker("test", limits), tmp_path / "links.json", TODAY, limits)
    assert not server.meeting.broken, "three never met"
    assert server.most["all"] == 3


# What is remembered


@pytest.fixture
def check(server: Server, tmp_path: Path) -> Callable[..., dict[Address, Result]]:
    """Check these paths of the server on a day, with one cache."""

    def run(day: datetime.date, *paths: str, limits: Limits = QUICK) -> dict[Address, Result]:
        server.asked.clear()
        urls = listed(*(server.url(path) for path in paths))
        return links.check(urls, Asker("test", limits), tmp_path / ".cache" / "links.json", day, limits)

    return run


Check = Callable[..., dict[Address, Result]]


def asked_for(server: Server) -> set[str]:
    return {path for _, path in server.asked if path != "/robots.txt"}


def test_what_is_known_freshly_is_not_asked_again(check: Check, server: Server) -> None:
    paths = ("/ok", "/to/301/ok", "/403", "/404", "/503")
    first = check(TODAY, *paths)
    again = check(TODAY, *paths)
    assert (server.asked, again) == ([], first)
    check(TODAY + DAY, *paths)
    assert asked_for(server) == {"/404", "/503"}
    check(TODAY + 7 * DAY, *paths)
    assert asked_for(server) == set(paths)
    check(TODAY + 6 * DAY, *paths)
    assert asked_for(server) == set(paths), "a day in the future is no knowledge"


def test_everything_can_be_asked_again(check: Check, server: Server) -> None:
    check(TODAY, "/ok", "/404")
    check(TODAY, "/ok", "/404", limits=Limits(pause=0, backoff=0, fresh_days=0))
    assert asked_for(server) == {"/ok", "/404"}


def test_what_left_the_shelf_leaves_the_cache(check: Check, tmp_path: Path, server: Server) -> None:
    check(TODAY, "/ok", "/204")
    check(TODAY, "/204")
    assert list(json.loads((tmp_path / ".cache" / "links.json").read_text())) == [server.url("/204")]
    assert [path.name for path in (tmp_path / ".cache").iterdir()] == ["links.json"]


def test_a_large_host_is_asked_in_turns(check: Check, server: Server) -> None:
    paths, limits = [f"/ok/{number}" for number in range(5)], Limits(pause=0, backoff=0, per_host=2, fresh_days=2)
    told_of = []
    for day in range(4):
        told_of.append(len(check(TODAY + day * DAY, *paths, limits=limits)))
    assert told_of == [2, 4, 5, 5]
    assert asked_for(server) == {"/ok/1", "/ok/2"} or asked_for(server) == {"/ok/2", "/ok/3"}


GOOD = {"verdict": "alive", "reason": "200 OK", "day": "2026-03-01", "moved_to": "", "since": None, "failed_days": 0}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[1]", b"null", b"7", b"\xff\xfe", b"[" * 100_000, b'{"URL": 1}', b'{"URL": {}}', b'{"URL": null}',
        *(json.dumps({"URL": GOOD | change}).encode() for change in (
            {"verdict": "fine"}, {"verdict": []}, {"day": "soon"}, {"day": 7}, {"failed_days": None},
            {"failed_days": float("inf")}, {"more": 1},
        )),
    ],
)  # fmt: skip
def test_a_corrupt_cache_is_as_good_as_none(check: Check, server: Server, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / ".cache" / "links.json"
    cache.parent.mkdir()
    cache.write_bytes(content.replace(b"URL", server.url("/ok").encode()))
    assert [result.verdict for result in check(TODAY, "/ok").values()] == ["alive"]
    assert asked_for(server) == {"/ok"}
    check(TODAY, "/ok")
    assert server.asked == []


def test_a_good_cache_is_read(check: Check, server: Server, tmp_path: Path) -> None:
    cache = tmp_path / "known.json"
    cache.write_text(json.dumps({server.url("/ok"): GOOD}))
    (address,) = listed(server.url("/ok"))
    assert links.known([address], cache) == {address: Result("alive", "200 OK", datetime.date(2026, 3, 1))}


CHILD = """
import datetime, pathlib, sys
from papershelf.asking import Asker, Limits
from papershelf.links import Address, Place, check
cache, day, *urls = sys.argv[1:]
limits = Limits(at_once=1, pause=0, save_every=0)
listed = [Address(url, (Place("papers/x/x.yml", "links.code"),)) for url in urls]
check(listed, Asker("test", limits), pathlib.Path(cache), datetime.date.fromisoformat(day), limits)
"""


def test_what_was_learned_before_a_kill_is_kept(server: Server, tmp_path: Path) -> None:
    cache, urls = tmp_path / "links.json", [server.url(path) for path in ("/ok", "/404", "/to/301/ok", "/hold", "/204")]
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(cache), TODAY.isoformat(), *urls])
    try:
        deadline = time.monotonic() + 10
        while len(links.known(listed(*urls), cache)) < 3:
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        child.kill()
        child.wait()
    server.release.set()
    server.asked.clear()
    results = links.check(listed(*urls), Asker("test", QUICK), cache, TODAY, QUICK)
    assert [result.verdict for result in results.values()] == ["alive", "dead", "moved", "alive", "alive"]
    assert asked_for(server) == {"/hold", "/204"}


def test_our_own_mistake_is_raised_and_what_was_learned_kept(tmp_path: Path) -> None:
    def ask(url: str) -> Answer:
        if url.endswith("b"):
            raise ZeroDivisionError
        return Answer(200)

    urls = listed("http://localhost/a", "http://localhost/b", "http://localhost/c")
    with pytest.raises(ZeroDivisionError):
        links.check(urls, ask, tmp_path / "links.json", TODAY, QUICK)
    assert [address.url for address in links.known(urls, tmp_path / "links.json")] == ["http://localhost/a"]


def test_nothing_more_is_asked_after_an_interruption_and_what_was_learned_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, before = list[str](), threading.Event(), set(threading.enumerate())

    def ask(url: str) -> Answer:
        asked.append(url)
        assert len(asked) == 1 or go_on.wait(timeout=5)
        return Answer(200)

    def interrupt(path: Path, results: Mapping[str, Result]) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(links, "_write_cache", interrupt)  # the first time of many that it is called

    urls = listed(*(f"http://localhost/{number}" for number in range(9)))
    with pytest.raises(KeyboardInterrupt):
        links.check(urls, ask, tmp_path / "links.json", TODAY, replace(QUICK, save_every=0))
    go_on.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=5)
    assert len(asked) <= 2
    assert len(links.known(urls, tmp_path / "links.json")) == 1


# What is collected, and told

CATALOGUE = Catalogue(
    papers=(
        Paper(
            id="alpha", title="Alpha", source="papers/a/alpha.yml", arxiv="1910.02054",
            links=Links(code="https://code.example/Alpha#readme", data="ftp://data.example/x"),
            note="See [this](https://notes.example/a_b), not `https://in.code.example/`.",
            abstract=r"Code is at \url{https://code.example/Alpha} and javascript:alert(1).",
            relations=(Relation(distinct="beta", why="As https://why.example/ says."),),
        ),
        Paper(id="beta", title="Beta", source="papers/b/beta.yml", links=Links(paper="HTTPS://Paper.Example/Ä b")),
        Paper(id="gamma", title="Gamma", source="papers/g/gamma.yml", doi="10.1/x", summary="At https://sum.example/."),
        Paper(id="delta", title="Delta", source="papers/d/delta.yml", acl="2020.acl-main.1"),
    ),
    topics=(Topic("t", "T", "What https://topic.example/ says."),),
    tags=(Tag("g", "G", "What [it](http://tag.example/) means."),),
)  # fmt: skip


def test_every_address_of_a_catalogue_once_with_its_places() -> None:
    assert {found.url: [(at.source, at.key) for at in found.places] for found in links.addresses(CATALOGUE)} == {
        "http://tag.example/": [("tags.yml", "g, description")],
        "https://aclanthology.org/2020.acl-main.1/": [("papers/d/delta.yml", "acl")],
        "https://arxiv.org/abs/1910.02054": [("papers/a/alpha.yml", "arxiv")],
        "https://code.example/Alpha": [("papers/a/alpha.yml", "abstract"), ("papers/a/alpha.yml", "links.code")],
        "https://doi.org/10.1/x": [("papers/g/gamma.yml", "doi")],
        "https://notes.example/a_b": [("papers/a/alpha.yml", "note")],
        "https://paper.example/%C3%84%20b": [("papers/b/beta.yml", "links.paper")],
        "https://sum.example/": [("papers/g/gamma.yml", "summary")],
        "https://topic.example/": [("topics.yml", "t, description")],
        "https://why.example/": [("papers/a/alpha.yml", "relations")],
    }


def results_of(day: datetime.date) -> dict[Address, Result]:
    """What is known of the catalogue's addresses after being asked on a day; the dead have been so since before."""
    dead = Result("dead", "404 Not Found", TODAY - DAY, since=TODAY - DAY, failed_days=1)
    answers = {
        "https://code.example/Alpha": Answer(404),
        "https://arxiv.org/abs/1910.02054": Answer(404),
        "https://paper.example/%C3%84%20b": Answer(200, moved_to="https://new.example/b"),
        "https://doi.org/10.1/x": Answer(200, moved_to="https://elsewhere.example/x"),
        "https://notes.example/a_b": Answer(503),
        "https://why.example/": Answer(403),
    }
    found = links.addresses(CATALOGUE)
    failing = (404, 503)
    return {
        address: judge(answer, dead if answer.status in failing else None, day, patience=9)
        for address in found
        for answer in [answers.get(address.url, Answer(200))]
    }


REPORT = """\
10 addresses: 2 dead, 1 moved, 1 flaky, 1 blocked, 5 alive.

## Dead (2)

These lead nowhere any more.

- <https://arxiv.org/abs/1910.02054>: 404 Not Found, since 2026-03-01
  - `data/papers/a/alpha.yml`, arxiv. The address follows from `arxiv`: check that.
- <https://code.example/Alpha>: 404 Not Found, since 2026-03-01
  - `data/papers/a/alpha.yml`, abstract. The abstract stays as captured; a working address can stand in `links`.
  - `data/papers/a/alpha.yml`, links.code. Write where it is now, or remove it.

## Moved for good (1)

These still lead there, by redirects that call themselves permanent.

- <https://paper.example/%C3%84%20b>, now <https://new.example/b>: 200 OK
  - `data/papers/b/beta.yml`, links.paper. Write the new address.

## Failing now (1)

Nothing to do yet: what goes on failing will be called dead.

- <https://notes.example/a_b>: 503 Service Unavailable, since 2026-03-01
  - `data/papers/a/alpha.yml`, note.

## Can't be told from here (1)

These turn machines away. Open them by hand now and then.

- <https://why.example/>: 403 Forbidden
  - `data/papers/a/alpha.yml`, relations.
"""


def test_the_report_says_what_to_do_and_is_the_same_as_long_as_nothing_changes() -> None:
    assert links.markdown(results_of(TODAY)) == REPORT
    assert links.markdown(results_of(TODAY + 7 * DAY)) == REPORT


def test_lines_for_a_terminal() -> None:
    lines = list(links.text_lines(results_of(TODAY), "shelf/data"))
    assert lines[0] == (
        "shelf/data/papers/a/alpha.yml: arxiv: dead: https://arxiv.org/abs/1910.02054 "
        "(404 Not Found, since 2026-03-01). The address follows from `arxiv`: check that."
    )
    assert lines[3] == (
        "shelf/data/papers/b/beta.yml: links.paper: moved: https://paper.example/%C3%84%20b, now "
        "https://new.example/b (200 OK). Write the new address."
    )
    assert lines[-1] == "10 addresses: 2 dead, 1 moved, 1 flaky, 1 blocked, 5 alive."
    assert len(lines) == 7


def test_no_address_at_all() -> None:
    assert links.markdown({}) == "0 addresses: none.\n"
    assert list(links.text_lines({})) == ["0 addresses: none."]


def test_a_report_fits_into_an_issue() -> None:
    many = {
        address: judge(Answer(404), None, TODAY) for n in range(2000) for address in listed(f"http://h.example/{n}")
    }
    report = links.markdown(many)
    assert 59_000 < len(report) < 65_000
    assert report.endswith("\n\nThere is more; `papershelf links` prints it all.\n")
