"""Make the environment in `.venv` and run one of the project's commands in it: serve, site or test.

`make` calls this; where there is no make, `python tools/bootstrap.py serve` does the same. It uses the standard
library alone, and syntax that an older Python reads too, so that it can say that it is too old.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "papershelf.stamp"

# What `test` runs, the quick ones first; the first that fails ends it. Never `mkdocs build -q`: it counts no warnings.
CHECKS = (
    ("Checking the style", ("ruff", "check", ".")),
    ("Checking the layout", ("ruff", "format", "--check", ".")),
    ("Checking the types", ("mypy",)),
    ("Checking the data", ("papershelf", "check")),
    ("Building the site", ("mkdocs", "build", "--strict")),
)
# The build backend is installed apart, where `-c` does not reach; before pip 25.3 the one variable does, since then the
# other. Relative, because pip splits them at spaces; for pip alone, because the tests start others elsewhere.
FOR_PIP = {
    "PIP_BUILD_CONSTRAINT": "constraints.txt",
    "PIP_CONSTRAINT": "constraints.txt",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
}


class Stop(Exception):  # noqa: N818 - it is no error of ours
    """Why a command ends, in a sentence for the person who gave it."""


def main() -> int:
    """Run the command and give its exit status."""
    options = read_arguments()
    os.chdir(ROOT)
    try:
        require_python()
        if options.command == "serve":
            return serve(options.port)
        if options.command == "site":
            return site()
        return audit(options.part) if options.command == "audit" else test()
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="tools/bootstrap.py", description="Make the environment and run a command.")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="show the site and reload it when a file changes")
    serving.add_argument("--port", type=int, default=8000, help="where on 127.0.0.1 (8000)")
    commands.add_parser("site", help="build the site once; a warning fails the build")
    commands.add_parser("test", help="run all checks")
    auditing = commands.add_parser("audit", help="what takes too long for `test`: html, lighthouse, rebuilds")
    auditing.add_argument("part", nargs="*", help="one of these; all without a name")
    return parser.parse_args()


def serve(port: int) -> int:
    """Show the site until it is interrupted."""
    prepare("run")
    require_port(port)
    return hand_over("mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}")


def site() -> int:
    """Build the site once, strictly."""
    prepare("run")
    return hand_over("mkdocs", "build", "--strict")


def test() -> int:
    """Run every check, and the tests last, so that their summary ends the output."""
    if not has_browser():
        return 1
    prepare("dev")
    for what, module in CHECKS:
        say(what)
        done = in_environment(*module, output=subprocess.PIPE)
        if done.returncode:
            sys.stderr.write(done.stdout.decode(errors="replace"))
            raise Stop(f"`{' '.join(module)}` failed: its words are above.")
    say("Running the tests")
    # What make does with a shell is tested where people start the project with make.
    without_make = ["--ignore=tests/test_make.py"] if os.name == "nt" else []
    # Few at a time, so that at the end no processor waits long for another.
    return in_environment("pytest", "--numprocesses=auto", "--maxschedchunk=4", *without_make).returncode


def audit(parts: list[str]) -> int:
    """Look at length at what `test` can't: tests/audit has the parts, and what each found last."""
    if not has_browser():
        return 1
    prepare("dev")
    return in_environment("tests.audit", *parts).returncode


def prepare(extras: str) -> None:
    """Bring `.venv` up to what pyproject.toml and constraints.txt ask for; `extras` is "run" or "dev".

    The stamp is written last, so an environment without one was never finished and is made again.
    """
    made_from, _, installed = STAMP.read_text().partition(" ") if STAMP.exists() else ("", "", "")
    current = PYTHON.exists() and made_from == fingerprint()
    if current and installed in (extras, "dev"):
        return
    require_venv()
    STAMP.unlink(missing_ok=True)
    if not current:
        say("Making the environment")
        command = [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)]
        if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode:
            raise Stop("The environment in .venv could not be made: Python's words are above.")
    say("Installing what it needs, once")
    target = ".[dev]" if extras == "dev" else "."
    if in_environment("pip", "install", "--quiet", "-c", "constraints.txt", "-e", target, also=FOR_PIP).returncode:
        raise Stop("The environment could not be filled: pip's words are above.")
    STAMP.write_text(f"{fingerprint()} {extras}")


def fingerprint() -> str:
    """Name what an environment is made from; where it is counts, because its scripts hold that path."""
    sources = [Path(name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(repr((str(ROOT), sys.version_info[:2], sources)).encode()).hexdigest()


def require_python() -> None:
    """Stop where this Python is too old."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older one may well run this
        version = ".".join(map(str, sys.version_info[:3]))
        raise Stop(f"Papershelf needs Python 3.11 or later, and {sys.executable} is Python {version}.")


def has_browser() -> bool:
    """Tell whether there is a browser, or one could be installed; if not, it was said."""
    return subprocess.run([sys.executable, "tests/browser.py"], check=False).returncode == 0


def require_venv() -> None:
    """Stop where this Python cannot make environments, as Debian's cannot until it is told to."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        lacks = " and ".join(missing)
        raise Stop(f"{sys.executable} lacks {lacks}: install it (on Debian and Ubuntu: `apt install python3-venv`).")


def require_port(port: int) -> None:
    """Stop where another program listens already; MkDocs would show a traceback."""
    with socket.socket() as probe:
        if os.name == "posix":  # as MkDocs' server does; on Windows it would let two programs listen
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise Stop(f"Port {port} is not free ({error}): choose another, as in `make serve PORT=8001`.") from error


def hand_over(*module: str) -> int:
    """Become the command where the system can, so that nothing stands between it and the terminal."""
    if os.name == "posix":
        os.execve(PYTHON, [str(PYTHON), "-m", *module], variables())
    return in_environment(*module).returncode


def in_environment(
    *module: str, output: int | None = None, also: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a module with the environment's Python, asking nobody anything; `also` are variables for it alone."""
    return subprocess.run(
        [str(PYTHON), "-m", *module],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env={**variables(), **(also or {})},
    )


def variables() -> dict[str, str]:
    """Give the environment variables of every command: ours, and no banner above MkDocs' own words."""
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1"}


def say(what: str) -> None:
    """Tell a person at a terminal what takes its time; a pipe hears nothing."""
    if sys.stderr.isatty():
        print(f"{what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
