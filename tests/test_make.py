"""What a newcomer meets first: `make`, the environment it makes, and what it says where something is missing."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import browser

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make") or "make"
COPIED = ("Makefile", "constraints.txt", "pyproject.toml", "tests/browser.py", "tools/bootstrap.py")
NOT_IN_MAKE_3_81 = ("!=", "::=", ".ONESHELL", ".SHELLFLAGS", "$(file", "$(let", "$(intcmp", "$(guile", "undefine")


class Checkout:
    """A copy of the files that start the project, beside a PATH that holds nothing but fakes."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"  # with a space, as people's folders have
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in COPIED:
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)

    def add_program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def add_python(self, name: str, quirk: str = "") -> None:
        """Put this very Python on the PATH, changed by a line of code that it runs when it starts."""
        site = self.programs / f"{name} site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(f"import sys\n{quirk}\n")
        self.add_program(name, f"PYTHONPATH='{site}' exec '{sys.executable}' \"$@\"")

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.programs), **variables}
        return subprocess.run(
            [MAKE, *arguments],
            cwd=self.root,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def finish_environment(self) -> None:
        """Stand in for what pip takes a minute for: an environment that says what it is asked to run."""
        self.add_python("python3")
        python = self.root / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text('#!/bin/sh\necho "ran $*, banner off: $NO_MKDOCS_2_WARNING"\n')
        python.chmod(0o755)
        code = "import bootstrap; print(bootstrap.fingerprint(), 'run', end='')"
        stamp = subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": "tools"},
            check=True,
            capture_output=True,
            text=True,
        )
        (self.root / ".venv" / "papershelf.stamp").write_text(stamp.stdout)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def words(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What a command said on the error stream, without make's own last word."""
    return [line for line in done.stderr.splitlines() if not re.match(r"g?make(\[\d+\])?: ", line)]


def test_make_alone_lists_the_commands(checkout: Checkout) -> None:
    done = checkout.make()
    commands = [line.split()[1] for line in done.stdout.splitlines()]
    assert commands == ["serve", "site", "test", "audit", "clean"]
    assert checkout.make("help").stdout == done.stdout


@pytest.mark.parametrize("command", ["serve", "site", "test", "audit"])
def test_no_python_at_all_is_said_in_one_sentence(checkout: Checkout, command: str) -> None:
    done = checkout.make(command)
    assert done.returncode != 0
    assert len(words(done)) == 1
    assert "needs Python 3.11 or later" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(checkout: Checkout) -> None:
    checkout.add_python("python3", "sys.version_info = (3, 10, 4)")
    done = checkout.make("site")
    assert done.returncode != 0
    assert len(words(done)) == 1
    assert "needs Python 3.11 or later" in done.stderr


def test_without_make_a_python_that_is_too_old_says_so_itself(checkout: Checkout) -> None:
    checkout.add_python("python3", "sys.version_info = (3, 10, 4)")
    done = subprocess.run(
        [checkout.programs / "python3", "tools/bootstrap.py", "site"],
        cwd=checkout.root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.search(r"needs Python 3\.11 or later, and .* is Python 3\.10\.4\.", done.stderr)


def test_a_python_without_venv_says_what_to_install(checkout: Checkout) -> None:
    checkout.add_python("python3", "sys.modules['ensurepip'] = None")
    done = checkout.make("serve")
    assert done.returncode != 0
    assert len(words(done)) == 1
    assert "lacks ensurepip: install it (on Debian and Ubuntu: `apt install python3-venv`)." in done.stderr
    assert not (checkout.root / ".venv").exists()


@pytest.mark.parametrize("named", ["python3.12", "python3", "python"])
def test_the_first_python_that_is_new_enough_is_taken(checkout: Checkout, named: str) -> None:
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python"):
        checkout.add_program(name, f"echo {name} ran $2 >&2" if name == named else "exit 1")
    assert words(checkout.make("site")) == [f"{named} ran site"]


def test_the_python_that_a_variable_names_comes_first(checkout: Checkout) -> None:
    checkout.add_program("mine", "echo mine ran $2 >&2")
    checkout.add_program("python3.13", "echo theirs ran $2 >&2")
    assert words(checkout.make("site", PYTHON="mine")) == ["mine ran site"]
    assert words(checkout.make("site", "PYTHON=mine")) == ["mine ran site"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_finished_environment_is_used_at_once(checkout: Checkout) -> None:
    checkout.finish_environment()
    port = free_port()
    done = checkout.make("serve", f"PORT={port}")
    assert done.stdout == f"ran -m mkdocs serve --dev-addr 127.0.0.1:{port}, banner off: 1\n"
    assert done.stderr == ""
    assert "ran -m mkdocs build --strict," in checkout.make("site").stdout


@pytest.mark.parametrize("change", ["constraints.txt", "pyproject.toml", ".venv/papershelf.stamp"])
def test_an_environment_that_is_old_or_half_made_is_made_again(checkout: Checkout, change: str) -> None:
    checkout.finish_environment()
    changed = checkout.root / change
    changed.write_text("" if changed.suffix == ".stamp" else changed.read_text() + "# changed\n")
    site = next(checkout.programs.glob("* site"))
    (site / "venv.py").write_text("import sys; print('made again:', *sys.argv[1:], flush=True); sys.exit(1)\n")
    done = checkout.make("site")
    assert done.returncode != 0
    assert re.match(r"made again: --clear .*\.venv\n$", done.stdout)
    assert not (checkout.root / ".venv" / "papershelf.stamp").exists()


def test_a_port_that_is_taken_is_said_in_one_sentence(checkout: Checkout) -> None:
    checkout.finish_environment()
    done = checkout.make("serve", "PORT=65536")
    assert done.returncode != 0
    assert len(words(done)) == 1
    assert "choose another, as in `make serve PORT=8001`" in done.stderr


def test_a_browser_that_is_named_and_missing_ends_the_tests_before_the_long_work(checkout: Checkout) -> None:
    checkout.add_python("python3")
    done = checkout.make("test", PAPERSHELF_BROWSER="no-such-browser")
    assert done.returncode != 0
    assert words(done) == ["PAPERSHELF_BROWSER names 'no-such-browser', and no such browser starts on this machine."]
    assert not (checkout.root / ".venv").exists()


@pytest.fixture
def bare_machine(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """No browser, no package manager, and nobody's variable."""
    monkeypatch.setenv("PATH", str(checkout.programs))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "PLACES", ())
    return checkout


@pytest.mark.usefixtures("bare_machine")
def test_no_browser_and_no_package_manager_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert browser.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("The tests need a browser: install Chromium or Chrome (`apt install chromium`")


def test_a_missing_browser_is_installed_where_that_is_allowed(
    bare_machine: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "is_root", lambda: True)
    chromium = bare_machine.programs / "chromium"
    bare_machine.add_program("pacman", f"echo '#!/bin/sh' >'{chromium}'; /bin/chmod +x '{chromium}'")
    assert browser.main() == 0
    assert browser.find_browser() == str(chromium)


def test_no_password_is_asked_for_to_install_a_browser(
    bare_machine: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "is_root", lambda: False)
    bare_machine.add_program("pacman", "echo ran >&2")
    bare_machine.add_program("sudo", "exit 1")
    assert browser.main() == 1
    assert capsys.readouterr().err.startswith("The tests need a browser")


def test_a_name_without_a_browser_behind_it_is_no_browser(bare_machine: Checkout) -> None:
    bare_machine.add_program("chromium", "echo install the snap; exit 10")
    bare_machine.add_program("google-chrome", "echo Chrome 1")
    assert browser.find_browser() == str(bare_machine.programs / "google-chrome")


@pytest.mark.parametrize("root", [True, False])
def test_the_browser_has_its_sandbox_off_for_root_alone(
    bare_machine: Checkout, monkeypatch: pytest.MonkeyPatch, *, root: bool
) -> None:
    bare_machine.add_program("chromium", "exit 0")
    monkeypatch.setattr(browser, "is_root", lambda: root)
    assert browser.launch_options()["chromium_sandbox"] is not root


@pytest.mark.parametrize("feature", NOT_IN_MAKE_3_81)
def test_the_makefile_is_plain_enough_for_the_make_of_macos(feature: str) -> None:
    assert feature not in (ROOT / "Makefile").read_text(encoding="utf-8")


def pins() -> dict[str, str]:
    """The constraints file as names and versions."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.+!-]*)", line) for line in lines if line[:1] != "#"]
    assert all(found), "a line of constraints.txt is neither a comment nor name==version"
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def test_every_requirement_of_the_project_is_pinned_to_a_version_that_it_allows() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = settings["build-system"]["requires"] + settings["project"]["dependencies"]
    for extra in settings["project"]["optional-dependencies"].values():
        wanted += extra
    pinned = pins()
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name), "none")
        assert version in requirement.specifier, f"constraints.txt has {version} for {requirement}"


def test_every_pinned_version_allows_the_oldest_python_that_the_project_does() -> None:
    only_to_build = {"editables", "hatchling", "tomlkit", "trove-classifiers"}
    for name, version in pins().items():
        if name not in only_to_build:
            found = metadata.metadata(name)
            assert found["Version"] == version, f"the environment has {name} {found['Version']}"
            allowed = found.get("Requires-Python", "")
            assert "3.11.0" in SpecifierSet(allowed), f"{name} {version} asks for Python {allowed}"
