"""The trend page: what is drawn, what is judged and against what, and what is not."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from reports.figures.trend import NIGHTS
from reports.history.trend import SeriesKey, TrendNight, TrendSeries
from reports.regression.baseline import Acceptance, accept, freeze
from reports.trends.judged import judge_history
from reports.trends.kept import to_kept
from reports.trends.page import render_trend
from reports.trends.series import to_series
from tests.reports.figures.svg_reader import Picture
from tests.reports.page_reader import Page

BEGIN = date(2026, 1, 10)
KEY = SeriesKey("tap_to_unlock", "ms", "a::test_tap", "hatch", "Pixel 9", "22-11", "desk 1", False)
HOSTILE = "</svg><script>owned()</script>$\\frac\x1b\ud800"


def day(number: int) -> date:
    return BEGIN + timedelta(days=number)


def series(count: int, *, slower_from: int = 1000, key: SeriesKey = KEY) -> TrendSeries:
    chance = random.Random(5)  # noqa: S311 - a seed, no secret
    nights = []
    for number in range(count):
        middle = 310 * chance.lognormvariate(0, 0.01) * (1.15 if number >= slower_from else 1.0)
        taken = [middle * chance.lognormvariate(0, 0.08) for _ in range(20)]
        nights.append(TrendNight(day(number), taken, 20, 1, 1))
    return TrendSeries(key, tuple(nights))


def page(*found: TrendSeries, **more: Any) -> Page:
    return Page(render_trend("DK-UNLOCK-03", found, **more))


def test_an_unchanged_series_says_so_and_has_every_night() -> None:
    found = page(series(30))
    assert "No change was found" in found.text
    assert (
        "No baseline was given: these are the first ten nights, accepted by nobody." in found.text
    )
    assert len(found.find("tr")) == 31
    assert found.row("2026-01-10").endswith("20 of 20 1 of 1 baseline")
    assert found.row("2026-02-08").endswith("unchanged")
    assert "Last night 2026-02-08:" in found.by_id("n1d").text
    assert found.find("h1")[0].text == "DK-UNLOCK-03"
    assert 'content: "page' in found.source


def test_a_change_stands_with_its_first_night_and_its_alerts() -> None:
    judged = judge_history(series(40, slower_from=25), {})
    assert judged.found.since == (day(25),)
    assert min(judged.found.alerts) in {day(25), day(26), day(27)}
    assert day(39) in judged.found.alerts
    found = page(series(40, slower_from=25))
    assert "The nights changed since: 2026-02-04" in found.text
    assert found.row("2026-02-18").endswith(" alert")
    start = found.source.index("<svg")
    drawn = Picture(found.source[start : found.source.index("</svg>", start) + 6])
    assert {"alert", "change since", "2026-02-04", "baseline, frozen (10)"} <= set(drawn.texts())


@pytest.mark.parametrize("count", [1, 9])
def test_fewer_than_ten_nights_say_so_and_nothing_is_judged(count: int) -> None:
    found = page(series(count))
    assert f"Not enough nights: {count} of 10. There is no baseline" in found.text
    assert "baseline, frozen" not in found.source
    assert found.row("2026-01-10").endswith("1 of 1 \u2013")


def test_ten_nights_are_a_baseline() -> None:
    found = page(series(10))
    assert "Not enough nights" not in found.text
    assert "Baseline: 311" in found.text


def test_a_baseline_that_a_person_accepted_is_named_with_them() -> None:
    history = series(40, slower_from=20)
    (known,) = to_series([history])
    who = Acceptance("A. Muster", day(35), "new firmware")
    kept = to_kept(known, accept(known.series, day(22), day(35), who), golden="")
    found = page(history, baselines={KEY: kept})
    assert "Accepted by A. Muster on 2026-02-14: new firmware." in found.text
    assert judge_history(history, {KEY: kept}).found.alerts == frozenset()
    first = page(history, baselines={KEY: to_kept(known, freeze(known.series), golden="")})
    assert "The first baseline, accepted by nobody." in first.text
    assert "No baseline was given" not in first.text


def test_the_golden_device_is_divided_out_where_the_baseline_says_so() -> None:
    """The bench itself is 15 % slower from the 25th night on; the phone is not."""
    golden = replace(KEY, phone="golden", test="a::test_golden")
    both = [series(40, slower_from=25), series(40, slower_from=25, key=golden)]
    (known, _of_golden) = to_series(both, "golden")
    baseline = freeze(known.series)
    assert baseline.has_golden
    kept = to_kept(known, replace(baseline, weight=1.0), golden="golden")
    assert judge_history(both[0], {}).found.alerts
    assert judge_history(both[0], {KEY: kept}, both).found.alerts == frozenset()


def test_series_of_one_quantity_stand_side_by_side_by_what_tells_them_apart() -> None:
    other = replace(KEY, phone="iPhone 15")
    found = page(series(12), series(12, key=other))
    assert found.by_id("m1d").text == "A panel for each of: Pixel 9; iPhone 15."
    assert len(found.find("svg", "drawn")) == 3
    alone = page(series(12), series(12, key=replace(KEY, metric="other")))
    assert 'id="together"' not in alone.source
    assert len(alone.find("svg", "drawn")) == 2


def test_stamps_stand_on_top_and_in_the_margin() -> None:
    assert not page(series(3)).find("p", "stamp")
    cut = TrendSeries(replace(KEY, simulated=True), tuple(series(3).nights))
    cut.nights[1].complete = False
    found = page(cut)
    stamps = [e.text for e in found.find("p", "stamp")]
    assert stamps == [
        "SIMULATED - no compliance verdict",
        "INCOMPLETE - in 1 night a run was cut off",
    ]
    assert "@top-left" in found.source
    assert "▲ a run was cut off" in found.row("2026-01-11")


def test_verdicts_alone_are_a_table() -> None:
    nights = tuple(TrendNight(day(n), [], 0, n % 2, 1) for n in range(3))
    found = page(TrendSeries(replace(KEY, metric="", unit=""), nights))
    assert "Verdicts alone: there is nothing to draw." in found.text
    assert not found.find("svg")
    assert found.row("2026-01-11").startswith("2026-01-11 \u2013 \u2013 0 of 0 1 of 1")


def test_amounts_below_zero_are_differences() -> None:
    nights = tuple(TrendNight(day(n), [-0.1, 0.1, 0.05, 0.0, 0.02], 5, 1, 1) for n in range(12))
    assert "No change was found" in page(TrendSeries(KEY, nights)).text


def test_names_stay_text_and_the_same_gives_the_same() -> None:
    evil = SeriesKey(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, False)
    both = (series(12, key=evil), series(12, key=replace(evil, phone=f"{HOSTILE}2")))
    text = render_trend(HOSTILE, both)
    found = Page(text)
    assert not found.find("script")
    assert not [e for e in found.elements if any(n.startswith("on") for n in e.attributes)]
    assert "$\\frac" in found.text
    assert text == render_trend(HOSTILE, both)


def test_many_nights_are_drawn_as_the_newest() -> None:
    found = page(series(400))
    assert len(found.find("tr")) == 400 + 2  # two tables, each with its head
    assert found.source.count("<circle") == NIGHTS + 1  # and that of the legend
