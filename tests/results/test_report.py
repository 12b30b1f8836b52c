"""The report is one file that fetches nothing, runs nothing, and takes a scenario's text as text."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from results.facts import first_page
from results.report import render, write_report
from results.tables import Run, open_run
from sim.errors import RunError
from tests.results.small_run import make_run


class Page(HTMLParser):
    """Collects ids, links, tags and the texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and tag == "a":
                self.links.append(value or "")

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module", params=["zh", "en"])
def path(request, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([folder], request.param, tmp_path_factory.mktemp("report") / "r.html")


@pytest.fixture(scope="module")
def html(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_nothing_runs_and_nothing_is_fetched(page: Page):
    assert not {"script", "iframe", "img", "object", "embed", "base", "form"} & set(page.tags)
    sources = [
        v for n, v in page.attributes if n in ("src", "href", "xlink:href", "data", "srcset", "action")
    ]
    assert all(v.startswith(("#", "data:")) for v in sources)
    assert not [n for n, _ in page.attributes if n.startswith("on")]


def test_no_style_reaches_outside(html: str):
    assert "@import" not in html
    for target in re.findall(r"url\(([^)]{0,40})", html):
        assert target.startswith(("data:", "#", '"#', "'#")), target


def test_every_link_leads_somewhere_and_no_id_stands_twice(page: Page):
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_every_number_of_the_first_page_has_its_fold(page: Page, run: Run):
    facts = {f"run0:{id}" for id in first_page(run, "en").facts}
    assert facts <= set(page.ids)


def test_the_first_page_comes_in_the_order_that_was_asked_for(html: str):
    marks = [
        'class="scope"',
        'class="sentence"',
        'data-table="verdicts"',
        'data-figure="cascade-childcare-full"',
        'class="turning"',
        'data-figure="monthly"',
        'data-figure="map"',
        'data-figure="left-out-',
        'data-table="movers"',
        'data-table="assumptions"',
    ]
    places = [html.index(mark) for mark in marks]
    assert places == sorted(places)


def test_text_of_a_scenario_is_data(folder: Path, tmp_path: Path):
    evil = '<script>alert("x")</script><img src=http://x.y/z onerror=a>{{ 7 * 7 }}'
    copy = Path(shutil.copytree(folder, tmp_path / "evil"))
    raw = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    raw["title"] = raw["description"] = {"zh": evil, "en": evil}
    raw["scenario"] = evil
    raw["places"] = [evil]
    raw["services"][0]["name"] = {"zh": evil, "en": evil}
    raw["services"][0]["standard"]["reason"] = evil
    raw["settings"][0] |= {"title_zh": evil, "source": evil, "reason": evil, "unit": evil}
    raw["capacity_targets"][0]["title"] = {"zh": evil, "en": evil}
    raw["capacity_targets"][0]["unit"] = {"zh": evil, "en": evil}
    raw["notes"] = [{"zh": evil, "en": evil}]
    raw["counties"][0]["name"] = evil
    (copy / "manifest.json").write_text(json.dumps(raw), encoding="utf-8")
    html = write_report([copy], "zh", tmp_path / "r.html").read_text(encoding="utf-8")
    page = Page(html)
    assert "script" not in page.tags and "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "49" not in "".join(t for t in page.text if "alert" in t)
    assert evil in "".join(page.text)


def test_figures_stand_beside_the_page_as_png(path: Path, html: str):
    drawn = set(re.findall(r'data-figure="([^"]+)"', html))
    files = {png.stem: png for png in path.with_name("r_figures").glob("*.png")}
    assert set(files) == drawn and len(drawn) >= 12
    for png in files.values():
        assert png.read_bytes().startswith(b"\x89PNG") and png.stat().st_size > 5000


def test_several_runs_stand_in_one_report_with_their_comparison(folder: Path, tmp_path: Path):
    html = write_report([folder, folder], "en", tmp_path / "r.html").read_text(encoding="utf-8")
    page = Page(html)
    assert html.count('data-table="verdicts"') == 2 and html.count('data-table="comparison"') == 1
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_runs_that_cannot_be_paired_are_said_so_in_the_language_of_the_page(folder: Path, tmp_path: Path):
    other = make_run(tmp_path / "other", replications=2)
    html = write_report([folder, other], "zh", tmp_path / "r.html").read_text(encoding="utf-8")
    assert "不能配对比较" in html and "cannot be paired" not in html


def test_the_same_run_gives_the_same_page(folder: Path, html: str):
    language = "zh" if 'lang="zh-CN"' in html else "en"
    assert render([open_run(folder)], language) == html


def test_a_report_without_runs_or_in_another_language_is_refused(folder: Path):
    with pytest.raises(RunError, match="no run folder"):
        write_report([])
    with pytest.raises(RunError, match="zh or en"):
        write_report([folder], "fr")
