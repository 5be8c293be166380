"""A shelf of one's own, with the built wheel in an environment that knows nothing of this checkout."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from importlib import metadata
from pathlib import Path

import built
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installing import environment, outside
from papershelf.checks import checked
from papershelf.load import Data
from papershelf.scaffold import SHARED
from papershelf.starting import list_id, name_from, pages_address, site_address

ENGINE = "https://code.example/people/papershelf"
GIVEN = (
    "--name", "Alice reads", "--description", "What Alice reads", "--author", "Alice Liddell", "--engine", ENGINE,
    "--repo-url", "git@github.com:alice/reads.git", "--site-url", "https://alice.example/reads",
)  # fmt: skip
CAPTURES = {"trending-papers": 215, "daily-papers-aug-12": 113}


def papershelf(installed: Path, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return outside([str(installed / "papershelf"), *arguments], cwd, **variables)


def build(installed: Path, shelf: Path, **variables: str) -> Path:
    """Build a shelf strictly; returns the site."""
    done = outside([str(installed / "python"), "-m", "mkdocs", "build", "--strict"], shelf, **variables)
    assert done.returncode == 0, done.stdout
    return shelf / "site"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make_older(shelf: Path, path: str, text: str) -> None:
    """Write one of the engine's files as if an older version had."""
    record = json.loads((shelf / ".papershelf.json").read_text())
    record["files"][path] = hashlib.sha256(text.encode()).hexdigest()
    (shelf / ".papershelf.json").write_text(json.dumps(record))
    (shelf / path).write_text(text)


@pytest.fixture(scope="session")
def made(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shelf that nothing is changed in."""
    folder = tmp_path_factory.mktemp("made")
    done = papershelf(installed, "init", "reads", *GIVEN, cwd=folder)
    assert done.returncode == 0, done.stdout
    return folder / "reads"


@pytest.fixture
def shelf(made: Path, tmp_path: Path) -> Path:
    """A new shelf that a test may change."""
    return shutil.copytree(made, tmp_path / "reads")


# A new shelf


def test_its_first_strict_build_passes_and_every_link_leads_somewhere(installed: Path, shelf: Path) -> None:
    site = build(installed, shelf)
    assert built.faults(site, "https://alice.example/reads/") == []
    assert built.read(site / "index.html").one("h1").text.startswith("Alice reads")
    assert "kept by Alice Liddell" in (site / "about/index.html").read_text()

    done = papershelf(installed, "check", cwd=shelf)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("3 papers, 2 topics, 7 tags, 0 lists: no problems.")


def test_it_says_what_to_do_next_in_three_lines(installed: Path, tmp_path: Path) -> None:
    done = papershelf(installed, "init", "reads", *GIVEN, cwd=tmp_path)
    first, *steps = done.stdout.splitlines()
    assert first == "A shelf of 3 papers is in reads. Next, there:"
    assert [line.strip().split()[:2] for line in steps] == [["git", "init"], ["make", "serve:"], ["on", "GitHub,"]]
    assert "git remote add origin https://github.com/alice/reads`" in steps[0]
    assert "https://github.com/alice/reads/settings/pages" in steps[2]


def test_it_is_the_same_bytes_each_time(installed: Path, made: Path, tmp_path: Path) -> None:
    papershelf(installed, "init", "reads", *GIVEN, cwd=tmp_path)
    assert contents(tmp_path / "reads") == contents(made)


def test_git_sees_nothing_new_after_a_build(installed: Path, shelf: Path) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        command = ["git", *who, *words]
        return subprocess.run(command, cwd=shelf, env=environment(), check=True, capture_output=True, text=True).stdout

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "Begin the shelf")
    tracked = set(git("ls-files").splitlines())
    assert tracked == contents(shelf).keys() - {path for path in contents(shelf) if path.startswith(".git/")}
    build(installed, shelf)
    papershelf(installed, "check", cwd=shelf)
    papershelf(installed, "schema", cwd=shelf)
    papershelf(installed, "init", "--update", "--yes", cwd=shelf)
    (shelf / ".venv").mkdir()
    (shelf / ".venv" / "made").touch()
    assert git("status", "--porcelain") == ""


def test_no_file_holds_an_address_of_others_or_a_place_on_this_machine(
    made: Path, root: Path, wheel: Path, installed: Path
) -> None:
    text = "\n".join(content.decode() for content in contents(made).values())
    assert set(re.findall(r"https?://([^/\s\"'<>)]+)", text)) - {"127.0.0.1:8000", "arxiv.org", "json-schema.org"} <= {
        "alice.example", "github.com", "code.example", "$host", "${SITE_URL:-https:",
    }  # fmt: skip
    assert set(re.findall(r"github\.com/[\w./-]+", text)) == {"github.com/alice/reads"}
    assert text.count("code.example") == 1
    assert f"papershelf @ git+{ENGINE}@v{metadata.version('papershelf')}\n" in (made / "requirements.txt").read_text()
    for place in (root, wheel.parent, installed, made.parent, Path.home()):
        assert str(place) not in text


def test_a_fork_takes_its_addresses_from_its_workflows(installed: Path, shelf: Path) -> None:
    fork = {
        "PAPERSHELF_SITE_URL": "https://bob.example/fork/",
        "PAPERSHELF_REPO_URL": "https://code.example/bob/fork",
        "PAPERSHELF_EDIT_URI": "edit/trunk/site_src/",
    }
    site = build(installed, shelf, **fork)
    assert built.faults(site, fork["PAPERSHELF_SITE_URL"]) == []
    text = "\n".join(path.read_text() for path in site.rglob("*.*ml"))
    assert "https://code.example/bob/fork/edit/trunk/data/papers/" in re.sub(r"site_src/\.\./", "", text)
    assert not re.search(r"alice\.example|com/alice", text)


@pytest.mark.parametrize("list_name", CAPTURES)
def test_it_may_start_from_a_capture(installed: Path, root: Path, tmp_path: Path, list_name: str) -> None:
    capture = shutil.copy(root / "data/captures" / f"{list_name}.txt", tmp_path / "000_A Listing.TXT")
    done = papershelf(installed, "init", "new", "--engine", ENGINE, "--from-capture", str(capture), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    new = tmp_path / "new"
    assert (new / "data/captures/000-a-listing.txt").read_bytes() == capture.read_bytes()
    catalogue = checked(Data(new / "data"))
    assert len(catalogue.papers) == len(list(new.glob("data/papers/*/*.yml"))) == CAPTURES[list_name]
    assert (catalogue.topics, catalogue.tags) == ((), ())
    for name in ("topics", "tags"):
        example = re.sub(r"(?m)^# ?", "", (new / f"data/{name}.yml").read_text().partition("#\n")[2])
        assert [sorted(entry) for entry in yaml.safe_load(example)] == [["description", "id", "name"]]
    assert built.faults(build(installed, new)) == []


def test_a_capture_that_does_not_fit_leaves_nothing_behind(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    done = papershelf(installed, "init", "new", "--engine", ENGINE, "--from-capture", "notes.txt", cwd=tmp_path)
    assert done.returncode == 1
    assert "notes.txt:1:1: no papers were found in it" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_list_has_the_id_that_was_given(installed: Path, root: Path, tmp_path: Path) -> None:
    capture = str(root / "data/captures/daily-papers-aug-12.txt")
    start = ("init", "new", "--engine", ENGINE, "--from-capture", capture, "--as")
    assert "can't be a list's id" in papershelf(installed, *start, "Not an id", cwd=tmp_path).stdout
    papershelf(installed, *start, "august", cwd=tmp_path)
    assert (tmp_path / "new/data/captures/august.txt").is_file()


def test_one_that_was_killed_leaves_no_half_of_a_shelf(installed: Path, root: Path, tmp_path: Path) -> None:
    capture = str(root / "data/captures/trending-papers.txt")
    start = ["init", "new", "--engine", ENGINE, "--from-capture", capture]
    running = subprocess.Popen(
        [str(installed / "papershelf"), *start], cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL
    )
    while running.poll() is None and sum(1 for _ in tmp_path.rglob("*.yml")) < 60:
        time.sleep(0.001)
    running.kill()
    running.wait()
    assert not (tmp_path / "new").exists()
    done = papershelf(installed, *start, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


# Where it is written


def test_a_folder_that_holds_something_of_the_same_name_is_refused(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Mine.\n")
    (tmp_path / "data").mkdir()
    assert "the folder holds" in papershelf(installed, "init", ".", cwd=tmp_path).stdout, "before anything is asked"
    done = papershelf(installed, "init", ".", *GIVEN, cwd=tmp_path)
    assert done.returncode == 1
    assert '.:1:1: the folder holds "README.md", "data" already; expected an empty one.' in done.stdout
    assert contents(tmp_path) == {"README.md": b"Mine.\n"}


def test_a_file_is_refused(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("")
    done = papershelf(installed, "init", "new", *GIVEN, cwd=tmp_path)
    assert (done.returncode, "there is a file of this name" in done.stdout) == (1, True)


@pytest.mark.parametrize(("place", "why"), [("file/new", "Not a directory"), ("n" * 300, "File name too long")])
def test_a_place_that_cannot_be_written_to_is_said(installed: Path, tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "file").write_text("")
    done = papershelf(installed, "init", place, *GIVEN, cwd=tmp_path)
    assert done.returncode == 1
    assert f"the shelf can't be written here: {why}" in done.stdout


def test_a_fresh_clone_may_hold_what_is_not_in_the_way(installed: Path, made: Path, tmp_path: Path) -> None:
    for name in (".git/HEAD", "LICENSE"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("theirs\n")
    done = papershelf(installed, "init", ".", *GIVEN, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert contents(tmp_path) == {**contents(made), ".git/HEAD": b"theirs\n", "LICENSE": b"theirs\n"}


# What is said about it


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Anna\'s "Q&A" list & more', None),
        ("!ENV [HOME, PATH]", None),
        ("a: b # c", None),
        ("- x\n  y: z\t\x00", "- x y: z"),
        ("{{ config }} {% raw %}", None),
        ("<script>alert(1)</script>", None),
        ("*this* `that` [here](there) <!-- papershelf: topics -->", None),
        ("&lt; null \\n \\", None),
        ("№ 論文 \u202e\U0001f4da", "№ 論文 \U0001f4da"),
        ("null", None),
    ],
)
def test_a_name_is_only_ever_a_name(installed: Path, tmp_path: Path, name: str, shown: str | None) -> None:
    # No program can be given a NUL; whoever types one sends it through a terminal.
    given = ("--name", name.replace("\x00", "\x01"), "--description", name.replace("\x00", "\x01"), "--author", "x")
    done = papershelf(installed, "init", "new", *given, "--engine", ENGINE, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    page = built.read(build(installed, tmp_path / "new") / "index.html")
    shown = shown or name
    assert page.one("title").text == shown
    assert page.one("h1").text.removesuffix("¶") == shown
    assert page.one("meta", name="description").attributes["content"] == shown
    assert {link.attributes["aria-label"] for link in page.all("a", class_="md-logo")} == {shown}
    assert "alert(1)" not in [script.text for script in page.all("script")]
    assert f"{page.one('h1').text}".count("\n") == 0


@pytest.mark.parametrize(
    ("option", "value"),
    [("--name", " \n"), ("--repo-url", "../here"), ("--repo-url", "https://a.example/x\nsite_name: y"),
     ("--site-url", "javascript:alert(1)"), ("--site-url", 'https://a.example/", x]'), ("--engine", "papershelf==1"),
     ("--engine", "https://a.example/x\n--index-url https://b.example")],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_a_sentence(installed: Path, tmp_path: Path, option: str, value: str) -> None:
    done = papershelf(installed, "init", "new", *GIVEN, option, value, cwd=tmp_path)
    assert done.returncode == 2
    assert f"Error: {option}: " in done.stdout
    assert "; expected " in done.stdout
    assert "Traceback" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_in_a_pipe_nothing_is_asked(installed: Path, tmp_path: Path) -> None:
    done = papershelf(installed, "init", "my-reading_list", cwd=tmp_path)
    assert done.returncode == 2
    assert "--engine: this has to be given; expected the repository that Papershelf comes from" in done.stdout
    done = papershelf(installed, "init", "my-reading_list", "--engine", ENGINE, cwd=tmp_path)
    assert done.returncode == 0
    configuration = (tmp_path / "my-reading_list/mkdocs.yml").read_text()
    assert configuration.startswith('site_name: "My reading list"\nsite_description: "A curated reading list"\n')


def test_at_a_terminal_it_asks(installed: Path, tmp_path: Path) -> None:
    answers = ["Bob reads", "", "Bob", "nonsense", "https://github.com/Bob/Reads", "", ENGINE]
    said = converse([str(installed / "papershelf"), "init", "new"], answers, tmp_path)
    assert [line.split(":")[0] for line in said.splitlines() if ": " in line and "[" in line] == [
        "The shelf's name [New]", "What it is about [A curated reading list]",
        "The site's address [https",
    ]  # fmt: skip
    assert "--repo-url: 'nonsense' can't be used" in said
    configuration = (tmp_path / "new/mkdocs.yml").read_text()
    assert 'site_name: "Bob reads"' in configuration
    assert '[PAPERSHELF_SITE_URL, "https://bob.github.io/Reads/"]' in configuration
    assert '[PAPERSHELF_REPO_URL, "https://github.com/Bob/Reads"]' in configuration


def converse(command: list[str], answers: list[str], cwd: Path) -> str:
    """Run a program in a terminal, answer each time it waits, and return what the screen showed."""
    import pty  # a terminal of its own, which only Unix has

    ours, theirs = pty.openpty()
    variables = environment(TERM="dumb", COLUMNS="200")
    running = subprocess.Popen(command, cwd=cwd, env=variables, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    screen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how Linux says that nobody is at the other end any more
            piece = b""
        if not piece:
            break
        screen += piece
        if answers and re.search(rb"(?:: |\?)$", screen.removesuffix(b" ") + b" "):
            os.write(ours, f"{answers.pop(0)}\n".encode())
    os.close(ours)
    assert running.wait() == 0, screen.decode()
    return screen.decode().replace("\r\n", "\n")


def test_names_and_addresses_are_guessed() -> None:
    assert name_from(Path("/x/my-reading_list")) == "My reading list"
    assert name_from(Path("/")) == "Papers"
    assert pages_address("https://github.com/Alice/Reads") == "https://alice.github.io/Reads/"
    assert pages_address("https://github.com/Alice/alice.github.io") == "https://alice.github.io/"
    assert pages_address("https://code.example/alice/reads") == ""
    assert site_address(" https://alice.example/x// ") == "https://alice.example/x/"
    assert list_id(Path("Daily Papers (Aug 12).txt")) == "daily-papers-aug-12"
    assert list_id(Path("12.txt")) == "list-12"
    assert list_id(Path("論文.txt")) == "list"


# Kept up to date


def test_an_update_shows_a_diff_and_keeps_what_the_owner_changed(installed: Path, shelf: Path, made: Path) -> None:
    make_older(shelf, ".github/workflows/publish.yml", "name: Older\n")
    make_older(shelf, "gone.txt", "What no version has any more.\n")
    (shelf / "Makefile").write_text("mine:\n")
    (shelf / ".vscode/extensions.json").unlink()
    (shelf / "mkdocs.yml").write_text("site_name: Mine\n")
    (shelf / "data/tags.yml").write_text("# mine\n")
    before = contents(shelf)

    looked = papershelf(installed, "init", "--update", cwd=shelf)
    assert looked.returncode == 1
    assert "\n-name: Older\n+" in looked.stdout
    assert looked.stdout.endswith("Nothing was written: say --yes to write it.\n")
    assert contents(shelf) == before

    done = papershelf(installed, "init", "--update", "--yes", cwd=shelf)
    assert done.returncode == 0, done.stdout
    kept = re.findall(r"(?m)^(\S+): changed or removed by you", done.stdout)
    assert kept == [".vscode/extensions.json", "Makefile"]
    after, new = contents(shelf), contents(made)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed == {".github/workflows/publish.yml", "gone.txt", ".papershelf.json"}
    assert after[".github/workflows/publish.yml"] == new[".github/workflows/publish.yml"]

    again = papershelf(installed, "init", "--update", cwd=shelf)
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)
    assert contents(shelf) == after


def test_force_takes_the_engines_files(installed: Path, shelf: Path, made: Path) -> None:
    (shelf / "Makefile").write_text("mine:\n")
    (shelf / ".vscode/extensions.json").unlink()
    (shelf / "site_src/about.md").write_text("# Mine\n")
    done = papershelf(installed, "init", "--update", "--yes", "--force", cwd=shelf)
    assert done.returncode == 0, done.stdout
    assert contents(shelf) == {**contents(made), "site_src/about.md": b"# Mine\n"}


def test_what_no_diff_can_show_is_not_replaced(installed: Path, shelf: Path) -> None:
    (shelf / "Makefile").write_bytes(b"# \xff\n")
    done = papershelf(installed, "init", "--update", "--yes", "--force", cwd=shelf)
    assert done.returncode == 1
    assert "./Makefile:1:3: the byte FF isn't UTF-8 text" in done.stdout
    assert (shelf / "Makefile").read_bytes() == b"# \xff\n"


def test_the_line_ends_of_windows_are_no_change(installed: Path, shelf: Path) -> None:
    for name in ("Makefile", ".gitignore"):
        (shelf / name).write_bytes((shelf / name).read_bytes().replace(b"\n", b"\r\n"))
    done = papershelf(installed, "init", "--update", cwd=shelf)
    assert (done.returncode, "by you" in done.stdout) == (0, False), done.stdout


def test_an_update_asks_at_a_terminal(installed: Path, shelf: Path) -> None:
    make_older(shelf, "constraints.txt", "mkdocs==1.6.0\n")
    said = converse([str(installed / "papershelf"), "init", "--update", str(shelf)], ["y"], shelf.parent)
    assert "Write these changes? [y/N]" in said
    assert said.rstrip().endswith(f"1 file brought up to date with Papershelf {metadata.version('papershelf')}.")


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"files": []}', '{"files": {"../up.txt": "x"}}',
                                    '{"files": {"data/tags.yml": "x"}}', '{"files": {"/etc/motd": "x"}}',
                                    '{"files": {"a": 1}}', pytest.param("[" * 100_000, id="deep")])  # fmt: skip
def test_a_record_that_nobody_wrote_removes_nothing(installed: Path, shelf: Path, record: str) -> None:
    (shelf.parent / "up.txt").write_text("up\n")
    hashed = hashlib.sha256(b"up\n").hexdigest()
    tags = hashlib.sha256((shelf / "data/tags.yml").read_bytes()).hexdigest()
    (shelf / ".papershelf.json").write_text(record.replace('"x"', f'"{tags if "tags" in record else hashed}"'))
    before = contents(shelf.parent)
    done = papershelf(installed, "init", "--update", "--yes", cwd=shelf)
    assert done.returncode == 1
    assert ".papershelf.json:1:1: this isn't what Papershelf wrote" in done.stdout
    assert contents(shelf.parent) == before


def test_a_folder_that_is_no_shelf_is_refused(installed: Path, tmp_path: Path) -> None:
    done = papershelf(installed, "init", "--update", "--yes", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no .papershelf.json here; expected a shelf" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert papershelf(installed, "init", "--update", "--name", "x", cwd=tmp_path).returncode == 2
    assert papershelf(installed, "init", cwd=tmp_path).returncode == 2


# One source


def test_workflows_and_forms_are_those_of_this_repository(made: Path, root: Path) -> None:
    ours = {path for path in contents(root / ".github") if path.startswith(("workflows/", "ISSUE_TEMPLATE/"))}
    only_ours = {"workflows/release.yml"}
    theirs = contents(made / ".github")
    assert theirs == {path: (root / ".github" / path).read_bytes() for path in ours - only_ours}
    # What they run is in a shelf, too.
    text = b"".join(theirs.values()).decode()
    assert set(re.findall(r"pip install (.*)", text)) <= {"-c constraints.txt -r requirements.txt",
                                                         '-c constraints.txt -r "$REQUIREMENTS"'}  # fmt: skip
    assert {"constraints.txt", "requirements.txt", "mkdocs.yml"} <= contents(made).keys()


def test_the_wheel_carries_what_a_shelf_takes_from_this_repository(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    carried = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    del carried["themes"]
    assert carried == {name: f"papershelf/themes/shelf/shared/{name}" for name in (*SHARED, "mkdocs.yml")}


def test_its_configuration_is_this_repositorys_but_for_names_and_addresses(made: Path, root: Path) -> None:
    ours, theirs = ((folder / "mkdocs.yml").read_text().splitlines() for folder in (root, made))
    assert [line for line in theirs if line not in ours] == [
        'site_name: "Alice reads"',
        'site_description: "What Alice reads"',
        'site_author: "Alice Liddell"',
        'site_url: !ENV [PAPERSHELF_SITE_URL, "https://alice.example/reads/"]',
        'repo_url: !ENV [PAPERSHELF_REPO_URL, "https://github.com/alice/reads"]',
    ]
    assert len(theirs) == len(ours) + 1


def test_its_constraints_are_ours_without_what_only_our_checks_need(made: Path, root: Path) -> None:
    pins = {}
    for line in (root / "constraints.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            pins[canonicalize_name(line.split("==")[0])] = line
    needed: set[str] = set()
    wanted = ["papershelf", "hatchling"]  # the second builds the first
    while wanted:
        name = wanted.pop()
        if name not in needed and (name in pins or name == "papershelf"):
            needed.add(name)
            found = (Requirement(text) for text in (metadata.requires(name) if is_installed(name) else None) or ())
            wanted += [canonicalize_name(r.name) for r in found if "extra" not in str(r.marker or "")]
    lines = [line for line in (made / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    expected = [line for name, line in pins.items() if name in needed]
    assert lines == expected, "bring themes/shelf/engine/constraints.txt up to these"


def is_installed(name: str) -> bool:
    return any(canonicalize_name(found.name) == name for found in metadata.distributions())


def test_the_example_papers_are_real(made: Path, root: Path) -> None:
    ours = checked(Data(root / "data")).paper
    examples = checked(Data(made / "data")).papers
    assert len(examples) == 3
    for paper in examples:
        known = ours[paper.id]
        assert (paper.title, paper.arxiv, paper.year) == (known.title, known.arxiv, known.year)
        assert paper.arxiv
        assert paper.summary
        assert not paper.appearances


# Its own commands


def run_make(shelf: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    # The tests may run below a make themselves, which would say so in between.
    apart = {"MAKEFLAGS": "", "MAKELEVEL": "", "MFLAGS": ""}
    return outside([shutil.which("make") or "make", *arguments], shelf, **apart, **variables)


def test_its_makefile_runs_what_it_says(installed: Path, shelf: Path) -> None:
    listed = [line.split()[1] for line in run_make(shelf).stdout.splitlines()]
    assert listed == ["serve", "site", "check", "update", "clean"]
    (shelf / ".venv").symlink_to(installed.parent)
    for name in ("made", "ready"):
        (shelf / ".venv" / name).touch()
    done = run_make(shelf, "site")
    assert done.returncode == 0, done.stdout
    assert (shelf / "site/index.html").is_file()
    assert run_make(shelf, "check").stdout.startswith("3 papers, ")
    for name in ("made", "ready"):
        (shelf / ".venv" / name).unlink()


def test_its_makefile_installs_what_the_constraints_say(shelf: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$PIP_CONSTRAINT $PIP_BUILD_CONSTRAINT python $*" >> log\nmkdir -p .venv/bin\n'
                      'cp "$0" .venv/bin/python 2>/dev/null || true\n')  # fmt: skip
    python.chmod(0o755)
    for _ in range(2):
        assert run_make(shelf, "check", PYTHON=str(python)).returncode == 0
    run = " ".join((shelf / "log").read_text().split())
    assert re.sub(r"python -c .*?11\)\)", "look", run) == (
        "look python -m venv --clear .venv constraints.txt constraints.txt python -m pip install --quiet "
        "--disable-pip-version-check -r requirements.txt python -m papershelf check python -m papershelf check"
    )


def test_its_makefile_says_that_there_is_no_python(shelf: Path, tmp_path: Path) -> None:
    done = run_make(shelf, "site", PATH=str(tmp_path))
    assert done.returncode != 0
    assert "Papershelf needs Python 3.11 or later" in done.stdout


@pytest.mark.parametrize("feature", ["!=", "::=", ".ONESHELL", ".SHELLFLAGS", "$(file", "$(let", "undefine"])
def test_its_makefile_is_plain_enough_for_the_make_of_macos(made: Path, feature: str) -> None:
    assert feature not in (made / "Makefile").read_text()


# From Git, as people install it


def test_it_names_the_git_address_that_the_engine_was_installed_from(
    root: Path, installed: Path, tmp_path: Path
) -> None:
    repository, tag = tmp_path / "repository", f"v{metadata.version('papershelf')}"
    for name in ("generator", "themes", ".github", ".vscode"):
        shutil.copytree(root / name, repository / name)
    for name in ("mkdocs.yml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, repository)
    who = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"], ["tag", tag]):
        subprocess.run([*who, *words], check=True, env=environment(), stdout=subprocess.DEVNULL)
    # Git asks the folder where it is told to ask the host.
    redirected = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
                  "GIT_CONFIG_VALUE_0": ENGINE}  # fmt: skip
    home = shutil.copytree(installed.parent, tmp_path / "environment", symlinks=True)
    python = str(home / installed.name / "python")
    requirement = f"papershelf @ git+{ENGINE}@{tag}"
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--force-reinstall"]
    done = outside([python, "-m", "pip", "install", *options, requirement], tmp_path, **redirected)
    assert done.returncode == 0, done.stdout

    done = outside([python, "-m", "papershelf", "init", "new"], tmp_path)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "new/requirements.txt").read_text().endswith(f"\n{requirement}\n")
