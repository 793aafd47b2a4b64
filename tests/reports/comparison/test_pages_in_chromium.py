"""Trend and comparison as a browser lays them out, at a desk and on a phone, scripts forbidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.comparison.page import render_comparison
from reports.history.trend import SeriesKey, TrendNight, TrendSeries
from reports.trends.page import render_trend
from rig.records.verdict import Verdict
from tests.reports.browser import CHROMIUM, Browser
from tests.reports.demo_run import write_demo
from tests.reports.sample_runs import requirement, result, taps, write_run

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
LONG = "X" * 300
EVIL = "\"'><script>owned()</script><img src=x onerror=owned()></style></svg>"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def trend_page(name: str) -> str:
    key = SeriesKey(name, name, f"a::{name}", name, name, name, name, True)
    days = [date(2026, 1, 10) + timedelta(days=n) for n in range(14)]
    nights = tuple(TrendNight(day, [300.0 + n for n in range(9)], 9, 1, 1, False) for day in days)
    other = replace(key, phone=f"{name}2")
    return render_trend(name, [TrendSeries(key, nights), TrendSeries(other, nights)])


def comparison_page(folder: Path, name: str) -> str:
    runs = []
    for number, verdict in enumerate((Verdict.PASS, Verdict.FAIL)):
        measured = taps([300.0, 310.0, 320.0], name=name, unit=name)
        tap = result(f"a::{name}", verdict, requirements=(name,), measurements=(measured,))
        known = (requirement(name), requirement(f"{name}2"))
        head: dict[str, Any] = {
            "run_id": f"{name}{number}",
            "bench": f"{name}{number}",
            "plan_title": name,
        }
        tap = replace(tap, reason=name)
        runs.append(write_run(folder / str(number), [tap], requirements=known, **head))
    return render_comparison(runs[0], runs[1]).text


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("kind", ["trend", "comparison"])
@pytest.mark.parametrize("name", ["Pixel 9", LONG], ids=["usual", "unbreakable"])
def test_nothing_is_wider_than_the_screen(
    tmp_path: Path, browser: Browser, kind: str, name: str, width: int
) -> None:
    page = trend_page(name) if kind == "trend" else comparison_page(tmp_path / "runs", name)
    look = browser.look(page, width)
    assert (look.seen, look.needed) == (width, width), look.sticking_out
    assert look.cut_off == []


@pytest.mark.parametrize("kind", ["trend", "comparison"])
def test_a_hostile_name_cannot_touch_the_page(tmp_path: Path, browser: Browser, kind: str) -> None:
    page = trend_page(EVIL) if kind == "trend" else comparison_page(tmp_path / "runs", EVIL)
    look = browser.look(page, 1280)
    assert "owned()" in look.title  # as text
    assert "<script" not in page


def test_a_realistic_comparison_fits_a_phone(tmp_path: Path, browser: Browser) -> None:
    before, after = write_demo(tmp_path / "one"), write_demo(tmp_path / "two", simulated=False)
    look = browser.look(render_comparison(before, after).text, 390)
    assert look.needed == 390, look.sticking_out
