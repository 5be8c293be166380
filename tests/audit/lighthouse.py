"""Lighthouse looks at four pages as a phone on a slow line sees them, three times each, as speed varies."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.audit.results import Found, Outcome
from tests.audit.serving import serve
from tests.browser import FLAGS, find_browser, is_root
from tests.node import VERSIONS, package, run

RUNS = 3
PAPER = "papers/zero-memory-optimizations-toward-training-trillion-parameter-models/"
ASKED = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
TIMES = {
    "first-contentful-paint": "first paint", "largest-contentful-paint": "largest", "total-blocking-time": "blocked",
}  # fmt: skip


def audit(site: Path, port: int) -> Outcome:
    """Look at the pages; a page's performance is that of its run in the middle, all else that of its worst."""
    largest = max(site.glob("topics/*/index.html"), key=lambda path: path.stat().st_size)
    pages = {"home": "", "the largest topic": f"topics/{largest.parent.name}/", "a paper": PAPER, "/find/": "find/"}
    with serve(site, port) as base:
        runs = {name: [_run(base + path) for _ in range(RUNS)] for name, path in pages.items()}
    asked = ", ".join(str(least) for least in ASKED.values())
    found = []
    for name, reports in runs.items():
        middle = sorted(reports, key=lambda report: _score(report, "performance"))[RUNS // 2]
        scores = {what: min(_score(report, what) for report in reports) for what in ASKED}
        scores["performance"] = _score(middle, "performance")
        times = (f"{says} {middle['audits'][key]['displayValue']}" for key, says in TIMES.items())
        said = f"{', '.join(map(str, scores.values()))} ({', '.join(times)})".replace("\u00a0", " ")
        found.append(Found(name, asked, said, all(scores[what] >= least for what, least in ASKED.items())))
    index = statistics.median(report["environment"]["benchmarkIndex"] for some in runs.values() for report in some)
    browser = subprocess.run([find_browser(), "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"[\d.]+", browser)
    return Outcome(
        f"Lighthouse {VERSIONS['lighthouse']} (mobile, simulated throttling; performance, accessibility, best "
        f"practices, SEO) with Chromium {version[0] if version else '?'}; the machine's index was {index:.0f}",
        tuple(found),
    )


def _score(report: dict[str, Any], category: str) -> int:
    return round(100 * (report["categories"][category]["score"] or 0))


def _run(address: str) -> dict[str, Any]:
    """Lighthouse's report on a page; what keeps it from a full score, but for speed, is printed."""
    flags = ["--headless=new", *FLAGS, *(["--no-sandbox"] if is_root() else [])]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        done = run(
            package("lighthouse") / "cli" / "index.js", address, "--quiet", "--output=json", f"--output-path={file}",
            f"--only-categories={','.join(ASKED)}", f"--chrome-flags={' '.join(flags)}", CHROME_PATH=find_browser(),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"Lighthouse can't look at {address}: {done.stderr}")
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if error := report.get("runtimeError"):
        raise RuntimeError(f"Lighthouse can't look at {address}: {error['message']}")
    for name, category in report["categories"].items():
        for reference in category["auditRefs"]:
            one = report["audits"][reference["id"]]
            if name != "performance" and reference["weight"] and one["score"] is not None and one["score"] < 1:
                print(f"{address}: {name}: {one['title']} {json.dumps(one.get('details', {}).get('items', []))[:300]}")
    return report
