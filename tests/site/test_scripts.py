"""Our scripts mean what their types say: TypeScript's checker reads them, where Node is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import NoNode, package, run

OPTIONS = (
    "--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2023", "--lib", "es2023,dom,dom.iterable",
    "--module", "esnext", "--moduleResolution", "bundler", "--pretty", "false", "--listFiles",
)  # fmt: skip


def test_the_types_of_the_scripts_are_right(site: Path) -> None:
    """As they are in the built site: frame.js is a template until then."""
    try:
        checker = package("typescript") / "bin" / "tsc"
    except NoNode as reason:
        pytest.skip(f"Nobody checks the types of the scripts. {reason}")
    scripts = [*site.glob("assets/*.js"), *site.glob("assets/search/*.js")]
    assert len(scripts) > 9
    done = run(checker, *OPTIONS, str(Path(__file__).with_name("material.d.ts")), *map(str, scripts))
    assert done.returncode == 0, done.stdout
    assert {path.resolve() for path in scripts} <= {Path(line) for line in done.stdout.splitlines()}
