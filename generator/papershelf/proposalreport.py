"""What became of a proposal, said to whoever opened the issue, and to the workflow that goes on with it."""

from __future__ import annotations

import re
import secrets

from papershelf.issueform import code
from papershelf.load import Data
from papershelf.problems import ProblemsError, RefusedError
from papershelf.propose import Proposal

LONGEST_TITLE = 120

_DONE = {
    "paper": "This becomes a paper's file",
    "mend": "This changes a paper's file",
    "tag": "This describes a tag",
}
# What a code host, a shell or a workflow could take for more than text, each by what looks like it.
_LOOKALIKES = str.maketrans({"`": "'", "$": "＄", "\\": "/", "<": "‹", ">": "›", "@": "＠", "#": "＃", '"': "”"})


def report(made: Proposal, data: Data, *, markdown: bool) -> str:
    """What was made, in which files, and what a maintainer has to know."""
    paths = [f"{data.shown}/{source}" for source in made.change.texts]
    lines = [f"{_DONE[made.kind]}: {', '.join(code(path, 200) if markdown else path for path in paths)}.", ""]
    if made.notes:
        lines += ["Before it is merged:", "", *(f"- {note}" for note in made.notes), ""]
    diff = made.change.diff(data.root, data.shown).rstrip("\n")
    if not markdown:
        return "\n".join([*lines, diff])
    fence = "`" * (max((len(run) for run in re.findall(r"`+", diff)), default=2) + 1)
    fence = max(fence, "```", key=len)
    return "\n".join(
        [*lines, "<details><summary>What changes</summary>", "", f"{fence}diff", diff, fence, "", "</details>"]
    )


def refusal(error: RefusedError, *, markdown: bool) -> str:
    """Why nothing was made of an issue, as an answer to it."""
    if not markdown:
        return str(error)
    return f"Nothing could be made of this yet. {error.said(code)}\n\nEdit the issue, and it can be tried again."


def unreadable(error: ProblemsError, *, markdown: bool) -> str:
    """Why nothing was made of an issue where problems are in the way: of the shelf's data, or of what was proposed."""
    if not markdown:
        return str(error)
    lines = (f"- {code(problem, 400)}" for problem in error.problems[:20])
    return "\n".join(["Nothing could be made of this, as there are problems:", "", *lines])


def outputs(made: Proposal, data: Data) -> str:
    """What the next steps of a workflow need, as its file of outputs takes it: no text can end its own value."""
    files = [f"{data.shown}/{source}" for source in made.change.texts]
    values = {"file": files[0], "files": "\n".join(files), "branch": branch(made), "title": title(made)}
    end = f"end-{secrets.token_hex(16)}"
    return "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())


def branch(made: Proposal) -> str:
    """The name of the branch for a proposal: an id can stand in one as it is."""
    return f"{made.kind}/{made.id}"


def title(made: Proposal) -> str:
    """The title of a pull request: one line in which nothing is live, whatever it is put into."""
    line = " ".join(made.title.translate(_LOOKALIKES).split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 2]}…”"
