"""The workflows and issue forms: safe by two linters and by rule, and their own steps run in a clean clone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import serve_folder
from papershelf.issueform import HEADINGS, NEEDED

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
PINNED = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
PROGRAMS = Path(sysconfig.get_path("scripts"))

Mapping = dict[str, Any]


def read(path: Path) -> Mapping:
    # YAML 1.1 takes the key `on` for the truth.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(path.read_text("utf-8")).items()}


def jobs(path: Path) -> dict[str, Mapping]:
    return dict(read(path)["jobs"])


def steps(path: Path) -> Iterator[Mapping]:
    for job in jobs(path).values():
        yield from job.get("steps", ())


def uses(path: Path) -> Iterator[str]:
    """Every action or workflow that a workflow calls, as it is written, with the comment behind it."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\s*(?:- )?uses: (.*)", line):
            yield match[1]


# By rule


def lint(*command: str) -> None:
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing() -> None:
    # Without the linters of scripts, which some machines have and some don't.
    lint("actionlint", "-shellcheck=", "-pyflakes=")


def test_zizmor_finds_nothing() -> None:
    lint("zizmor", "--offline", "--quiet", "--strict-collection", ".github")


def test_no_workflow_asks_a_linter_to_look_away() -> None:
    assert not [path for path in ROOT.glob(".github/**/*.y*ml") if re.search(r"zizmor|actionlint", path.read_text())]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
class TestWorkflow:
    """What holds for each workflow."""

    def test_every_action_is_pinned_by_a_full_commit_with_its_version(self, path: Path) -> None:
        for action in uses(path):
            assert PINNED.fullmatch(action) or action.startswith("$/.github/workflows/shelf-check.yml #")

    def test_it_never_runs_a_strangers_words_with_our_rights(self, path: Path) -> None:
        assert "pull_request_target" not in read(path)["on"]
        assert "workflow_run" not in read(path)["on"]

    def test_no_expression_stands_in_a_script(self, path: Path) -> None:
        for step in steps(path):
            assert "${{" not in step.get("run", "")
            assert "${{" not in step.get("with", {}).get("script", "")

    def test_no_secret_is_read(self, path: Path) -> None:
        assert "secrets" not in path.read_text(encoding="utf-8")

    def test_rights_are_named_job_by_job(self, path: Path) -> None:
        assert read(path)["permissions"] in ({}, {"contents": "read"})
        for job in jobs(path).values():
            assert "write-all" not in str(job.get("permissions"))
            assert "timeout-minutes" in job or "uses" in job

    def test_no_checkout_leaves_its_token_behind(self, path: Path) -> None:
        for step in steps(path):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False

    def test_it_names_no_repository_and_no_branch(self, path: Path) -> None:
        text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"https?://(?!\$|127\.0\.0\.1)", text)
        assert not re.search(r"\b(main|master|gh-pages)\b", text)


def rights(right: str) -> set[str]:
    """The jobs that may do more than read a thing."""
    return {
        f"{path.stem}: {name}"
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        if job.get("permissions", {}).get(right) == "write"
    }


def test_only_these_jobs_may_write() -> None:
    assert rights("contents") == {"propose: open", "release: release"}
    assert rights("pull-requests") == {"propose: open"}
    assert rights("issues") == {"links: links", "propose: answer"}
    assert rights("pages") == rights("id-token") == {"publish: deploy"}


def test_a_pull_request_may_read_and_nothing_else() -> None:
    for name in ("check", "shelf-check"):
        path = ROOT / f".github/workflows/{name}.yml"
        assert read(path)["permissions"] == {"contents": "read"}
        assert not [job for job in jobs(path).values() if "permissions" in job]


def test_one_commit_stands_for_each_action() -> None:
    pinned = {action for path in WORKFLOWS for action in uses(path) if "@" in action}
    names = [re.sub(r"^([\w-]+/[\w-]+)[^@]*", r"\1", action) for action in pinned]
    assert len({name.split("@")[0] for name in names}) == len(set(names))


# The forms


def labels(path: Path) -> list[str]:
    return [element["attributes"]["label"] for element in read(path)["body"]]


def test_the_forms_ask_for_what_the_command_reads() -> None:
    assert {path.stem: tuple(labels(path)) for path in FORMS} == HEADINGS


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_one_that_the_code_host_shows(path: Path) -> None:
    form = read(path)
    assert form.keys() == {"name", "description", "title", "labels", "body"}
    ids = [element["id"] for element in form["body"]]
    assert len(set(ids)) == len(ids) == len(set(labels(path)))
    for element in form["body"]:
        assert element.keys() <= {"type", "id", "attributes", "validations"}
        assert element["type"] in ("input", "textarea")
        assert re.fullmatch(r"[A-Za-z0-9_-]+", element["id"])
        assert element["attributes"].keys() <= {"label", "description", "placeholder"}
        assert element.get("validations", {}).keys() <= {"required"}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_requires_what_the_command_needs(path: Path) -> None:
    required = [e["attributes"]["label"] for e in read(path)["body"] if e.get("validations", {}).get("required")]
    assert set(required) >= set(NEEDED[path.stem])
    assert path.stem != "paper" or required == ["Title", "Link"]


def test_the_hook_for_pre_commit_runs_the_check() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["entry"], hook["language"], hook["pass_filenames"]) == ("papershelf check", "python", False)
    assert re.match(hook["files"], "data/tags.yml")


# What they run


@dataclass
class Runner:
    """Runs the steps of a workflow's job in a folder, as the code host's machine would."""

    folder: Path
    home: Path
    programs: Path
    """Stands for what actions/setup-python puts on the PATH."""
    variables: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, str] = field(default_factory=dict)

    def run(self, step: Mapping) -> subprocess.CompletedProcess[str]:
        """Run a step's script with the variables it declares."""
        assert step.keys() <= {"name", "id", "if", "env", "run"}
        own = {name: self._evaluated(str(value)) for name, value in step.get("env", {}).items()}
        path = os.pathsep.join([str(self.programs), os.environ["PATH"]])
        script = self.home / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        return subprocess.run(
            ["bash", "-e", str(script)], cwd=self.folder,
            env=self._machine() | {"PATH": path} | self.variables | own,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            timeout=300,
        )  # fmt: skip

    def summary(self) -> str:
        """What the steps wrote for the job's summary."""
        return (self.home / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")

    def _machine(self) -> dict[str, str]:
        theirs = ("PYTHON", "PAPERSHELF_", "GIT_", "GITHUB_", "VIRTUAL_ENV", "COVERAGE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
        files = {name: str(self.home / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP")}
        return kept | files | {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "readers/shelf"}

    def _evaluated(self, text: str) -> str:
        known = {
            "github.event.repository.default_branch": "main",
            "github.repository": "readers/shelf",
            "github.server_url": "https://code.example",
            "inputs.requirements": "requirements.txt",
            "vars.PAPERSHELF_SITE_URL": "",
            **self.expressions,
        }
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: known[match[1]], text)


def named(name: str, workflow: str) -> Mapping:
    (found,) = (step for step in steps(ROOT / f".github/workflows/{workflow}.yml") if step.get("name") == name)
    return found


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A machine with an empty folder, and with no programs but those of this one."""
    for name in ("folder", "home", "home/RUNNER_TEMP", "programs"):
        (tmp_path / name).mkdir()
    return Runner(tmp_path / "folder", tmp_path / "home", tmp_path / "programs")


def program(runner: Runner, name: str, script: str) -> None:
    path = runner.programs / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("repository", "domain", "address"),
    [
        ("readers/shelf", "", "https://readers.github.io/shelf/"),
        ("Readers/Shelf", "", "https://readers.github.io/Shelf/"),
        ("Readers/readers.github.io", "", "https://readers.github.io/"),
        ("readers/shelf", "https://papers.example/", "https://papers.example/"),
    ],
)
def test_a_site_is_told_its_address(runner: Runner, repository: str, domain: str, address: str) -> None:
    program(runner, "mkdocs", 'echo "$*: $PAPERSHELF_SITE_URL, $PAPERSHELF_REPO_URL, $PAPERSHELF_EDIT_URI"')
    runner.variables = {"GITHUB_REPOSITORY": repository, "GITHUB_REPOSITORY_OWNER": repository.partition("/")[0]}
    runner.expressions = {
        "github.repository": repository, "vars.PAPERSHELF_SITE_URL": domain,
        "github.event.repository.default_branch": "trunk",
    }  # fmt: skip
    done = runner.run(named("Build the site", "publish"))
    assert done.stdout == f"build --strict: {address}, https://code.example/{repository}, edit/trunk/site_src/\n"


@pytest.mark.parametrize(("papers", "refused"), [(700, False), (1100, True)])
def test_a_site_that_is_too_large_is_refused_with_what_is_large(runner: Runner, papers: int, *, refused: bool) -> None:
    for name, megabytes in (("papers/a.html", papers), ("search/search_index.json", 200), ("index.html", 1)):
        path = runner.folder / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(megabytes * 1_000_000)
    done = runner.run(named("Refuse a site that GitHub Pages would not take", "publish"))
    assert done.returncode == int(refused)
    said = "The site has 1301 MB, and GitHub Pages takes 1000 MB. Large are: papers (1101MB), search (201MB), "
    assert (said in done.stdout) is refused


@pytest.mark.parametrize(("tag", "refused"), [("v1.2.3", False), ("v1.2.4", True), ("1.2.3", True)])
def test_a_tag_that_is_not_the_version_is_refused(runner: Runner, tag: str, *, refused: bool) -> None:
    program(runner, "python", f'exec "{sys.executable}" "$@"')
    (runner.folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    runner.variables = {"GITHUB_REF_NAME": tag}
    done = runner.run(named("Refuse a tag that is not the version", "release"))
    assert done.returncode == int(refused)
    assert (f"The tag is {tag}, and the version in pyproject.toml 1.2.3" in done.stdout) is refused


@pytest.mark.parametrize(
    ("written", "opened", "said"),
    [
        ("success", "12", "This becomes a paper's file.\n\nThis is pull request #12 now. [What happened]"),
        ("success", "", "The pull request could not be opened. Does the repository allow it?"),
        ("failure", "", "So this is no pull request yet."),
    ],
)
def test_an_issue_is_answered(runner: Runner, written: str, opened: str, said: str) -> None:
    comment = runner.home / "comment.md"
    program(runner, "gh", (
        'if [ "$1" = run ]; then mkdir proposal; printf "This becomes a paper\'s file." > proposal/answer.md; fi\n'
        f'if [ "$1" = issue ]; then echo "$3" > \'{comment}\'; cat "$5" >> \'{comment}\'; fi'
    ))  # fmt: skip
    runner.variables = {"GITHUB_RUN_ID": "34", "GITHUB_SERVER_URL": "https://code.example"}
    runner.expressions = {
        "github.event.issue.number": "7", "github.token": "",
        "needs.write.result": written, "needs.open.outputs.number": opened,
    }  # fmt: skip
    done = runner.run(named("Answer", "propose"))
    assert done.returncode == 0, done.stdout
    text = comment.read_text(encoding="utf-8")
    assert text.startswith("7\n")
    assert said in text
    assert "(https://code.example/readers/shelf/actions/runs/34)" in text


# All of them, in a clean clone

ELSEWHERE = {
    "check: Test the engine": "these are the tests",
    "propose: Take the change, in the data alone": "asks the code host: here with a stand-in for its program",
    "propose: Answer": "tells the code host: here with a stand-in for its program",
    "release: Make the release": "asks the code host",
}
ISSUE = """### Title

A Study of Shelves and What Stands on Them

### Link

https://arxiv.org/abs/2401.01234

### Abstract

_No response_

### Topics

_No response_

### Tags

_No response_

### Summary

_No response_

### Why

It is about shelves.
"""


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@reader.example")
    done = subprocess.run(
        ["git", *identity, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Runner:
    """A clean clone of what this checkout holds, on a branch of its own, and a new Python."""
    origin, clone, home = tmp_path / "origin", tmp_path / "clone", tmp_path / "home"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in listed:
        if (ROOT / name).is_file():
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, origin / name)
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message=The shelf")
    git(tmp_path, "clone", "--quiet", "origin", "clone")
    git(clone, "switch", "--quiet", "--create=change")
    (home / "RUNNER_TEMP").mkdir(parents=True)
    venv.create(home / "python", with_pip=True, symlinks=True)
    return Runner(clone, home, home / "python" / "bin")


def run_job(runner: Runner, workflow: str, job: str) -> str:
    """Run the scripts of a job one after another, and give what they printed."""
    said = ""
    for step in jobs(ROOT / f".github/workflows/{workflow}.yml")[job]["steps"]:
        if "run" in step:
            done = runner.run(step)
            assert done.returncode == 0, f"{step['name']}: {done.stdout}"
            said += done.stdout
    return said


RUN_HERE = {
    ("shelf-check", "check"), ("publish", "build"), ("propose", "write"), ("links", "links"), ("release", "build"),
}  # fmt: skip


def test_every_script_is_run_here_but_for_those_that_cannot_be() -> None:
    other = {
        f"{path.stem}: {step['name']}"
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        for step in job.get("steps", ())
        if "run" in step and (path.stem, name) not in RUN_HERE
    }
    assert other == set(ELSEWHERE)


def test_the_scripts_do_in_a_clean_clone_what_they_are_for(machine: Runner) -> None:
    clone, paper = (
        machine.folder,
        "data/papers/z/zero-memory-optimizations-toward-training-trillion-parameter-models.yml",
    )
    text = (clone / paper).read_text(encoding="utf-8")
    machine.variables = {"GITHUB_BASE_REF": "main", "GITHUB_REPOSITORY_OWNER": "readers"}

    # A pull request that changes a tag
    (clone / paper).write_text(text.replace("\n  - memory-optimization\n", "\n  - load-balancing\n"), "utf-8")
    git(clone, "commit", "--quiet", "--all", "--message=Another tag")
    run_job(machine, "shelf-check", "check")
    assert "Load balancing" in machine.summary()
    assert "python -m http.server" in machine.summary()
    page = (clone / "site" / "papers" / Path(paper).stem / "index.html").read_text(encoding="utf-8")
    assert f"https://code.example/readers/shelf/edit/main/{paper}" in page

    # One that mistypes it
    (clone / paper).write_text(text.replace("\n  - memory-optimization\n", "\n  - memory-optimisation\n"), "utf-8")
    done = machine.run(named("Check the data", "shelf-check"))
    assert done.returncode == 1
    assert re.search(rf"::error file={paper},line=\d+,col=\d+,.*memory-optimization", done.stdout)
    assert machine.run(named("List every problem", "shelf-check")).returncode == 0
    assert f"{paper}:" in machine.summary().partition("```text")[2]
    git(clone, "reset", "--quiet", "--hard", "origin/main")

    # The default branch
    run_job(machine, "publish", "build")
    assert "<loc>https://readers.github.io/shelf/</loc>" in (clone / "site/sitemap.xml").read_text(encoding="utf-8")

    # A proposal, which reaches the second job as a patch
    (machine.home / "event.json").write_text(json.dumps({"issue": {"body": ISSUE}}), encoding="utf-8")
    machine.variables |= {"GITHUB_EVENT_PATH": str(machine.home / "event.json"), "GITHUB_WORKSPACE": str(clone)}
    machine.expressions = {"github.event.issue.number": "7", "github.token": ""}
    run_job(machine, "propose", "write")
    added = "data/papers/a/a-study-of-shelves-and-what-stands-on-them.yml"
    assert git(clone, "diff", "--cached", "--name-only").split() == [added]
    git(clone, "reset", "--quiet", "--hard")
    program(machine, "gh", f"mv '{clone}/proposal' proposal")
    done = machine.run(named("Take the change, in the data alone", "propose"))
    assert done.returncode == 0, done.stdout
    assert git(clone, "status", "--porcelain", "--untracked-files=all") == f"?? {added}\n"
    body = (machine.home / "RUNNER_TEMP/proposal/body.md").read_text(encoding="utf-8")
    assert "A Study of Shelves" in body
    assert "Closes #7." in body
    git(clone, "clean", "--quiet", "--force", "-d")

    # One of the other forms
    mend = (
        f"### Paper\n\n{Path(paper).stem}\n\n### What is wrong\n\nA tag.\n\n### What is right\n\ntags: load-balancing\n"
    )
    (machine.home / "event.json").write_text(json.dumps({"issue": {"body": mend}}), encoding="utf-8")
    done = machine.run(named("Write what is proposed", "propose"))
    assert done.returncode == 0, done.stdout
    assert git(clone, "status", "--porcelain", "--", "data") == f" M {paper}\n"
    git(clone, "reset", "--quiet", "--hard")
    shutil.rmtree(clone / "proposal")

    # One whose words mean harm, and one as long as an issue can be
    for title, length in (("../../$(touch harm) `touch harm` ${{ github.token }}", 1), ("An Abstract", 65_000)):
        hostile = ISSUE.replace("A Study of Shelves and What Stands on Them", title, 1)
        hostile = hostile.replace("_No response_", "\u4e66" * length, 1)
        (machine.home / "event.json").write_text(json.dumps({"issue": {"body": hostile}}), encoding="utf-8")
        shutil.rmtree(clone / "proposal", ignore_errors=True)
        done = machine.run(named("Write what is proposed", "propose"))
        assert done.returncode == int(length > 1), done.stdout
        assert (clone / "proposal/answer.md").stat().st_size < 4000
        changed = git(clone, "status", "--porcelain", "--untracked-files=all", "--", ".", ":!proposal").splitlines()
        assert all(line.startswith("?? data/papers/") for line in changed)
        assert not list(machine.home.parent.rglob("harm"))
    git(clone, "clean", "--quiet", "--force", "-d")

    # The weekly look at the addresses, of which one is left, on this machine
    shutil.rmtree(clone / "data/papers")
    with serve_folder(clone) as address:
        shelved = clone / "data/papers/g/gone.yml"
        shelved.parent.mkdir(parents=True)
        shelved.write_text(f'title: "Gone"\nlinks:\n  paper: {address}gone\n', encoding="utf-8")
        (clone / "data/lists.yml").unlink()
        shutil.rmtree(clone / "data/captures")
        run_job(machine, "links", "links")
    assert f"<{address}gone>" in (clone / "report.md").read_text(encoding="utf-8")
    git(clone, "reset", "--quiet", "--hard")

    # A version's tag
    machine.run({"run": "python -m pip uninstall --yes papershelf"})
    version = re.search(r'(?m)^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert version
    machine.variables = {"GITHUB_REF_NAME": f"v{version[1]}"}
    run_job(machine, "release", "build")
    assert (machine.home / "RUNNER_TEMP/toy/site/index.html").is_file()


def test_the_documents_name_what_to_switch_on() -> None:
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "KEEPING.md"))
    for setting in ("**GitHub Actions**", "**Allow GitHub Actions to create and approve pull requests**", "`accepted`"):
        assert setting in text
