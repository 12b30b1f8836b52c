"""A report in headless Chromium: the table is there, all figures drawn, nothing fails, nothing is fetched."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from results.report import write_report
from results.tables import Run

pytestmark = pytest.mark.browser
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--window-size=1000,1400",
    "--virtual-time-budget=5000",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; script-src 'unsafe-inline'"
)
WATCH = f"""<meta http-equiv="Content-Security-Policy" content="{POLICY}"><script>
window.failed = [];
addEventListener("error", e => failed.push(String(e.message || e.target.tagName)), true);
addEventListener("unhandledrejection", e => failed.push(String(e.reason)));
addEventListener("securitypolicyviolation", e => failed.push("fetches " + e.blockedURI));
</script>"""
LOOK = """<script>
const whole = new Promise(done => addEventListener("load", () => setTimeout(done, 200)));
Promise.all([whole, document.fonts.ready]).then(() => {
  const size = e => {
    const box = e.getBoundingClientRect();
    return [e.dataset.figure, box.width, box.height, e.querySelectorAll("path,use").length];
  };
  const verdicts = document.querySelectorAll("table[data-table=verdicts] tbody tr:not(.chance)");
  const numbers = document.querySelectorAll("table[data-table=verdicts] a.number");
  const note = document.createElement("pre");
  note.id = "seen";
  note.textContent = JSON.stringify({
    failed,
    figures: [...document.querySelectorAll("svg[data-figure]")].map(size),
    rows: verdicts.length,
    cells: [...numbers].map(a => a.textContent),
    font: [...document.fonts].length === 1 && [...document.fonts].every(f => f.status === "loaded"),
    wide: document.documentElement.scrollWidth <= innerWidth,
    fetched: performance.getEntriesByType("resource").map(r => r.name).filter(n => !n.startsWith("data:")),
  });
  document.body.append(note);
});</script>"""


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")


def browse(page: Path, profile: Path, extra: str = "") -> dict[str, Any]:
    """Open a copy of the page that writes down what it saw and what a policy of fetching nothing refused."""
    watched = page.with_name("watched.html")
    text = page.read_text(encoding="utf-8").replace("<head>", "<head>" + WATCH, 1)
    watched.write_text(text.replace("</body>", extra + LOOK + "</body>"), encoding="utf-8")
    command = [chromium(), *FLAGS, f"--user-data-dir={profile}", "--dump-dom", watched.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    return dict(json.loads(html.unescape(found[1])))


@pytest.mark.parametrize("which", ["run", "real"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_opens_whole_in_a_browser(
    which: str, tmp_path: Path, language: str, request: pytest.FixtureRequest
):
    run: Run = request.getfixturevalue(which)
    page = write_report([run.folder], language, tmp_path / "report.html")
    seen = browse(page, tmp_path / "profile")
    assert seen["failed"] == [] and seen["fetched"] == []
    assert (
        seen["rows"] == len(run.manifest.capacity_targets) >= 5
        and len(seen["cells"]) > 20
        and all(cell.strip() for cell in seen["cells"])
    )
    drawn = set(re.findall(r'data-figure="([^"]+)"', page.read_text(encoding="utf-8")))
    assert {name for name, *_ in seen["figures"]} == drawn
    assert all(width > 100 and height > 50 and marks > 5 for _, width, height, marks in seen["figures"])
    assert seen["font"], "the embedded font did not load"
    assert seen["wide"], "the page is wider than the window"


def test_a_page_that_fetches_or_fails_would_be_caught(folder: Path, tmp_path: Path):
    page = write_report([folder], "en", tmp_path / "report.html")
    bad = '<img src="http://example.invalid/x.png"><script>nothing.here()</script>'
    failed = ""
    for attempt in range(5):  # a busy machine may tell of the refusal only after the page was looked at
        failed += " ".join(browse(page, tmp_path / f"profile{attempt}", bad)["failed"])
        if "fetches" in failed:
            break
    assert "fetches http://example.invalid" in failed and "nothing is not defined" in failed
