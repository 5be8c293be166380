"""`papershelf digest --send`, against a real mail server on loopback that refuses, breaks off and hangs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mail import PASSWORD, USER, Post, post_office
from papershelf.journal import lock
from papershelf.problems import ProblemsError, RefusedError
from papershelf.sending import Log, Sender, addresses, is_address, sender, server

Run = Callable[..., subprocess.CompletedProcess[str]]
ANN, BO, CY, DI = (f"{name}@name.example" for name in ("ann", "bo", "cy", "di"))
WORDS = ["digest", "--since", "2026-03-01", "--send", "--to", "readers.txt"]
ASK = "nobody knows whether it has it. Ask there, or send again with --retry-uncertain."


@pytest.fixture
def shelf(toy: Path) -> Path:
    """The toy shelf with one paper that came later, and a list of readers."""
    paper = toy / "data/papers/s/serial-widgets.yml"
    paper.write_text(paper.read_text(encoding="utf-8").replace("2026-01-02", "2026-03-04"), encoding="utf-8")
    (toy / "readers.txt").write_text(f"# Readers\n{ANN}\n\n{BO}  # who asked for it\n{CY}\n{ANN.upper()}\n", "utf-8")
    return toy


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with post_office(tmp_path) as post:
        yield post


Send = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def send(shelf: Path, run: Run, post: Post) -> Send:
    """Run the command as a scheduled job does; whatever it says, it says no password and shows no traceback."""

    def send(*more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        done = run("papershelf", *WORDS, *more, cwd=shelf, env={**post.environment, **environment})
        assert "Traceback" not in done.stdout
        assert PASSWORD not in done.stdout
        for log in shelf.glob("*.log"):
            assert PASSWORD not in log.read_text(encoding="utf-8")
        return done

    return send


def log_of(shelf: Path) -> list[tuple[str, str]]:
    lines = (shelf / "digest-2026-03-01.log").read_text(encoding="utf-8").splitlines()
    return [(entry["to"], entry["state"]) for entry in map(json.loads, lines[1:])]


@pytest.mark.parametrize("implicit", [False, True])
def test_each_address_gets_one_mail_of_its_own_over_tls(
    shelf: Path, run: Run, tmp_path: Path, *, implicit: bool
) -> None:
    with post_office(tmp_path, implicit=implicit) as post:
        done = run("papershelf", *WORDS, cwd=shelf, env=post.environment)
    assert done.returncode == 0, done.stdout
    assert "Sent to 3 of 3 addresses." in done.stdout
    assert post.to == [ANN, BO, CY]
    assert [mail["To"] for _, mail in post.received] == [ANN, BO, CY]
    assert len({mail["Message-ID"] for _, mail in post.received}) == 3
    for _, mail in post.received:
        assert mail["Subject"] == "1 new paper on A Toy Shelf"
        assert mail["From"] == "Toy Shelf <shelf@name.example>"
        assert mail["List-Unsubscribe"] == "<mailto:shelf@name.example?subject=unsubscribe>"
        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_mail_arrives_as_it_was_written_whatever_its_lines_begin_with(
    tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", post.environment["SSL_CERT_FILE"])
    lines = b"Subject: x\r\n\r\n.\r\n.one\r\n..two\r\nand ."
    log = Log(tmp_path / "log", "key")
    (outcome,) = Sender(server(post.environment), log, lambda _: lines).send([ANN])
    log.close()
    assert outcome.state == "sent"
    assert post.received[0][1].get_content() == ".\r\n.one\r\n..two\r\nand .\r\n"


def test_started_again_it_sends_to_nobody_twice_and_to_whom_is_new(shelf: Path, send: Send, post: Post) -> None:
    assert send().returncode == 0
    with (shelf / "readers.txt").open("a", encoding="utf-8") as file:
        file.write(f"{DI}\n")
    done = send()
    assert "Sent to 1 of 4 addresses; 3 had it before." in done.stdout
    assert done.returncode == 0
    assert post.to == [ANN, BO, CY, DI]


def test_a_paper_that_is_merged_late_is_in_the_next_mail_and_each_in_one(shelf: Path, send: Send, post: Post) -> None:
    def run(until: str) -> str:
        return send("--until", until, "--once", "told.json").stdout

    def titles() -> list[list[str]]:
        bodies = [mail.get_body(("plain",)).get_content() for _, mail in post.received if mail["To"] == BO]
        return [re.findall(r"^\* (.*?)\r?$", body, re.MULTILINE) for body in bodies]

    serial, late = "Serial Widgets", "Late Widgets"
    post.on_rcpt = lambda address: "550 full" if address == BO else None
    run("2026-03-05")
    post.on_rcpt = lambda _: None
    paper = "title: Late Widgets\nadded: 2026-03-02\ntopics: [widgets]\n"
    (shelf / "data/papers/l").mkdir(exist_ok=True)
    (shelf / "data/papers/l/late-widgets.yml").write_text(paper, encoding="utf-8")
    run("2026-03-05")
    assert titles() == [[serial]], "what came meanwhile is not in a mail that others have without it"
    run("2026-03-06")
    assert titles() == [[serial], [late]]
    assert "Nothing new since 1 March 2026: no mail." in run("2026-03-07")
    (shelf / "data/papers/l/late-widgets.yml").rename(shelf / "data/papers/l/later-widgets.yml")
    (shelf / "data/papers/l/later-widgets.yml").write_text(f"{paper}aliases: [late-widgets]\n", encoding="utf-8")
    assert "Nothing new" in run("2026-03-08")
    (shelf / "told.json").write_text('{"a": 1}', encoding="utf-8")
    assert "isn't a file that --once wrote" in run("2026-03-09")


def test_a_dry_run_remembers_nothing(shelf: Path, send: Send) -> None:
    send("--until", "2026-03-05", "--once", "told.json", "--dry-run")
    assert not (shelf / "told.json").exists()


def test_a_refused_address_is_told_and_the_others_get_it_and_it_is_tried_again(
    shelf: Path, send: Send, post: Post
) -> None:
    post.on_rcpt = lambda address: "550 no such \x1b[31muser" if address == BO else None
    done = send()
    assert done.returncode == 1
    assert f"{BO}: not sent. 550 no such ?[31muser" in done.stdout
    assert "Sent to 2 of 3 addresses." in done.stdout
    post.on_rcpt = lambda _: None
    assert send().returncode == 0
    assert post.to == [ANN, CY, BO]


def test_a_mail_that_is_refused_after_it_was_given_is_not_sent(send: Send, post: Post) -> None:
    post.on_data = lambda address: "554 looks like spam" if address == BO else None
    done = send()
    assert f"{BO}: not sent. 554 looks like spam" in done.stdout
    assert post.to == [ANN, CY]
    assert done.returncode == 1


def test_a_connection_that_breaks_before_the_mail_is_taken_up_again(shelf: Path, send: Send, post: Post) -> None:
    post.on_rcpt = lambda address: "break" if address == BO and post.heard.count(BO) == 1 else None
    done = send()
    assert done.returncode == 0, done.stdout
    assert post.to == [ANN, BO, CY]
    assert [state for to, state in log_of(shelf) if to == BO] == ["sending", "broken", "sending", "sent"]


def test_a_server_that_breaks_off_each_time_ends_the_run_and_nobody_is_uncertain(
    shelf: Path, send: Send, post: Post
) -> None:
    post.on_rcpt = lambda _: "break"
    done = send()
    assert done.returncode == 1
    assert "The server breaks the connection off, again and again. Start again later." in done.stdout
    assert "nobody knows" not in done.stdout
    post.on_rcpt = lambda _: None
    assert "Sent to 3 of 3 addresses." in send().stdout
    assert post.to == [ANN, BO, CY]


def test_what_became_of_a_mail_is_unknown_when_the_connection_breaks_after_it(
    shelf: Path, send: Send, post: Post
) -> None:
    post.on_data = lambda address: "break" if address == BO else None
    done = send()
    assert done.returncode == 1
    assert f"{BO}: {ASK}" in done.stdout
    assert post.to == [ANN, CY]
    # Started again, it is named again, and nobody hears of it.
    post.on_data = lambda _: None
    done = send()
    assert done.returncode == 1
    assert f"{BO}: {ASK}" in done.stdout
    assert "Sent to 0 of 3 addresses; 2 had it before." in done.stdout
    assert post.to == [ANN, CY]
    assert f"{BO}: nobody knows whether it has it; --retry-uncertain sends again" in send("--dry-run").stdout
    done = send("--retry-uncertain")
    assert done.returncode == 0
    assert post.to == [ANN, CY, BO]


def test_sent_again_a_mail_has_the_id_it_had(shelf: Path, send: Send, post: Post) -> None:
    """So that a server which has it already shows it once."""
    assert send().returncode == 0
    assert send("--log", "another.log").returncode == 0
    mails = [(address, mail["Message-ID"]) for address, mail in post.received]
    assert mails[:3] == mails[3:]


def test_killed_half_way_and_started_again_nobody_gets_it_twice(shelf: Path, send: Send, post: Post) -> None:
    post.on_data = lambda address: "hang" if address == BO else None
    command = [sys.executable, "-m", "papershelf", *WORDS]
    process = subprocess.Popen(
        command, cwd=shelf, env={**os.environ, **post.environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 60
    while BO not in post.heard:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    # What is about to be sent is on the disk before its outcome is known.
    assert log_of(shelf) == [(ANN, "sending"), (ANN, "sent"), (BO, "sending")]
    process.kill()
    process.communicate()
    assert post.to == [ANN]
    post.on_data = lambda _: None
    done = send()
    assert done.returncode == 1
    assert f"{BO}: {ASK}" in done.stdout
    assert post.to == [ANN, CY]


def test_killed_at_any_moment_it_leaves_one_uncertain_at_most(shelf: Path, send: Send, post: Post) -> None:
    """The log cut off at each byte, as a kill or a power cut may leave it."""
    assert send().returncode == 0
    log = shelf / "digest-2026-03-01.log"
    whole, key = log.read_bytes(), json.loads(log.read_text(encoding="utf-8").splitlines()[0])["digest"]
    for end in range(len(whole) + 1):
        log.write_bytes(whole[:end])
        opened = Log(log, key)
        states = [opened.state(address) for address in (ANN, BO, CY)]
        opened.close()
        assert states.count("uncertain") <= 1
        began = [json.loads(line)["to"] for line in whole[:end].split(b"\n")[:-1] if b'"to"' in line]
        for address, state in zip((ANN, BO, CY), states, strict=True):
            assert (state is None) == (address not in began)


def test_a_wrong_password_is_told_in_a_line_without_it(send: Send, post: Post) -> None:
    wrong = "not the password at all"
    done = send(PAPERSHELF_SMTP_PASSWORD=wrong)
    assert done.returncode == 1
    assert re.search(
        r"Error: localhost:\d+ doesn't take the user and the password \(535\)\. Look at PAPERSHELF_SMTP_USER and "
        r"PAPERSHELF_SMTP_PASSWORD\.",
        done.stdout,
    )
    assert wrong not in done.stdout
    assert post.heard == []


def test_a_server_whose_certificate_nobody_vouches_for_hears_no_password(send: Send, post: Post) -> None:
    done = send(SSL_CERT_FILE="")
    assert done.returncode == 1
    assert "can't be trusted" in done.stdout
    assert post.heard == []


def test_a_server_without_tls_hears_no_password(shelf: Path, run: Run, tmp_path: Path) -> None:
    with post_office(tmp_path, encrypted=False) as post:
        done = run("papershelf", *WORDS, cwd=shelf, env=post.environment)
    assert done.returncode == 1
    assert "STARTTLS extension not supported by server" in done.stdout
    assert "Traceback" not in done.stdout
    assert post.heard == []


def test_the_wrong_kind_of_tls_is_told(send: Send) -> None:
    done = send(PAPERSHELF_SMTP_TLS="implicit")
    assert "doesn't talk TLS there. PAPERSHELF_SMTP_TLS says how encryption begins" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", "9"), ("no-such-host.invalid", "587")])
def test_a_server_that_is_not_there_is_told(send: Send, host: str, port: str) -> None:
    done = send(PAPERSHELF_SMTP_HOST=host, PAPERSHELF_SMTP_PORT=port)
    assert f'Error: "{host}:{port}" can\'t be reached: ' in done.stdout
    assert done.returncode == 1


def test_two_runs_at_once_are_kept_apart(shelf: Path, send: Send, post: Post) -> None:
    with (shelf / "digest-2026-03-01.log").open("w") as file:
        assert lock(file.fileno())
        done = send()
    assert done.returncode == 1
    assert "another run is sending by this log" in done.stdout
    assert post.heard == []


def test_a_log_is_for_one_digest(shelf: Path, send: Send, post: Post) -> None:
    assert send().returncode == 0
    done = send("--tag", "serial", "--log", "digest-2026-03-01.log")
    assert done.returncode == 1
    assert "is the log of another digest" in done.stdout
    key = (shelf / "digest-2026-03-01.log").read_text(encoding="utf-8").splitlines()[0]
    (shelf / "other.log").write_text(f"{key}\nwhat?\n", encoding="utf-8")
    assert "line 2 isn't a line of a log of ours" in send("--log", "other.log").stdout
    assert len(post.to) == 3


def test_a_dry_run_says_what_would_go_to_whom_and_leaves_nothing(shelf: Path, send: Send, post: Post) -> None:
    before = sorted(shelf.iterdir())
    done = send("--dry-run", PAPERSHELF_SMTP_HOST="")
    assert done.returncode == 0
    assert "1 new paper:\n  2026-03-04 Serial Widgets\n" in done.stdout
    assert f"{ANN}: would get it\n{BO}: would get it\n{CY}: would get it\n" in done.stdout
    assert sorted(shelf.iterdir()) == before
    assert post.heard == []
    assert send().returncode == 0
    assert f"{ANN}: has it already\n" in send("--dry-run").stdout


def test_without_news_nobody_gets_a_mail_and_no_server_is_asked_for(shelf: Path, run: Run, post: Post) -> None:
    command = ["digest", "--since", "2026-03-05", "--send", "--to", "readers.txt"]
    done = run("papershelf", *command, cwd=shelf)
    assert (done.returncode, done.stdout) == (0, "Nothing new since 5 March 2026: no mail.\n")
    assert not list(shelf.glob("digest*"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"HOST": ""}, "set PAPERSHELF_SMTP_HOST."),
        ({"HOST": "", "FROM": ""}, "set PAPERSHELF_SMTP_HOST and PAPERSHELF_SMTP_FROM."),
        ({"PASSWORD": ""}, "PAPERSHELF_SMTP_USER and PAPERSHELF_SMTP_PASSWORD go together"),
        ({"PASSWORD": "pässword"}, "can hold signs of ASCII alone"),
        ({"PORT": "smtp"}, 'PAPERSHELF_SMTP_PORT is "smtp"'),
        ({"PORT": "70000"}, 'PAPERSHELF_SMTP_PORT is "70000"'),
        ({"TLS": "none"}, 'PAPERSHELF_SMTP_TLS is "none"'),
        ({"FROM": "somebody"}, 'PAPERSHELF_SMTP_FROM is "somebody"'),
        ({"FROM": "a@b.example\nBcc: c@d.example"}, "PAPERSHELF_SMTP_FROM is"),
    ],
)
def test_what_the_environment_lacks_is_told(change: dict[str, str], told: str) -> None:
    whole = {"HOST": "mail.example", "FROM": "a@b.example", "USER": USER, "PASSWORD": PASSWORD, **change}
    with pytest.raises(RefusedError) as caught:
        server({f"PAPERSHELF_SMTP_{name}": value for name, value in whole.items()})
    assert told in str(caught.value)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("port", "tls", "expected"),
    [("", "", (587, "starttls")), ("465", "", (465, "implicit")), ("", "implicit", (465, "implicit"))],
)
def test_port_and_tls_follow_from_each_other(port: str, tls: str, expected: tuple[int, str]) -> None:
    names = {"HOST": "mail.example", "FROM": "A Shelf <a@b.example>", "PORT": port, "TLS": tls}
    found = server({f"PAPERSHELF_SMTP_{name}": value for name, value in names.items()})
    assert (found.port, found.tls) == expected
    assert PASSWORD not in repr(server({f"PAPERSHELF_SMTP_{n}": v for n, v in names.items()} | {
        "PAPERSHELF_SMTP_USER": USER, "PAPERSHELF_SMTP_PASSWORD": PASSWORD,
    }))  # fmt: skip
    assert str(found.sender) == "A Shelf <a@b.example>"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("ann@name.example", True), ("o'neil+list@sub.name.example", True), ("x@localhost", True),
        ("ann", False), ("@name.example", False), ("ann@", False), ("Ann <ann@name.example>", False),
        ("ann@name.example, bo@name.example", False), ("änn@name.example", False), ("a b@name.example", False),
        ("ann@name.example\r\nBcc: x@y.example", False), (f"{'a' * 65}@name.example", False), ("a@-b.example", False),
    ],
)  # fmt: skip
def test_what_an_address_is(text: str, *, good: bool) -> None:
    assert is_address(text) is good


def test_lines_that_are_no_addresses_are_all_told() -> None:
    with pytest.raises(ProblemsError) as caught:
        addresses("ann@name.example\nBo <bo@name.example>\n\nno\n", "readers.txt")
    assert [str(problem) for problem in caught.value.problems] == [
        'readers.txt:2:1: "Bo <bo@name.example>" is no address; expected one address a line, such as '
        "ann@name.example, in ASCII",
        'readers.txt:4:1: "no" is no address; expected one address a line, such as ann@name.example, in ASCII',
    ]


def test_a_name_before_the_address_may_hold_anything_on_one_line() -> None:
    assert sender('"Shelf, A; (Toy)" <a@b.example>').display_name == "Shelf, A; (Toy)"
