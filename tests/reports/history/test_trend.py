"""A trend is of nights, pooled over their runs, apart for all that makes them incomparable."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reports.history.importing import import_run
from reports.history.nights import night_of, to_utc
from reports.history.store import History
from reports.history.trend import trend
from rig.records.journal import read_run
from rig.records.run import DeviceRecord, TestStarted
from rig.records.verdict import Verdict
from tests.reports.sample_runs import STARTED, result, taps, write_run

NAME = "DK-UNLOCK-03"
PHONES = {
    "pixel": DeviceRecord("owner", "phone.adb", False, "Google", "Pixel 9", "P1", "15"),
    "iphone": DeviceRecord("owner", "phone.operator", False, "Apple", "iPhone 15", "F17X", "18"),
}


def night_run(folder: Path, number: int, began: str, samples: list[float], **more: Any) -> Path:
    verdict = more.pop("verdict", Verdict.PASS)
    phone = PHONES[more.pop("phone", "pixel")]
    taken = (taps(samples),) if samples else ()
    tap = result("a::test_tap", verdict, requirements=(NAME,), measurements=taken)
    name = f"run-{number}"
    head = {"run_id": name, "started_utc": began, "devices": (phone, *STARTED.devices), **more}
    return write_run(folder / name, [tap], **head)


def test_a_night_passes_midnight_and_pools_its_runs(history: History, tmp_path: Path) -> None:
    import_run(history, night_run(tmp_path, 1, "2026-03-01T23:00:00+00:00", [300.0, 310.0]))
    import_run(history, night_run(tmp_path, 2, "2026-03-02T03:00:00+00:00", [900.0]))
    import_run(
        history,
        night_run(tmp_path, 3, "2026-03-02T14:00:00+02:00", [200.0], verdict=Verdict.FAIL),
    )
    (series,) = trend(history, NAME)
    assert (series.key.metric, series.key.unit, series.key.test) == (
        "tap_to_unlock",
        "ms",
        "a::test_tap",
    )
    assert [(n.night, n.median, n.samples) for n in series.nights] == [
        (date(2026, 3, 1), 310.0, [300.0, 310.0, 900.0]),
        (date(2026, 3, 2), 200.0, [200.0]),
    ]
    assert [(n.passed, n.judged) for n in series.nights] == [(2, 2), (0, 1)]


@pytest.mark.parametrize(
    "other",
    [
        {"phone": "iphone"},
        {"vehicle": {"software": "25-11"}},
        {"bench": "table"},
        {"devices": STARTED.devices},
        {"simulated": True},
    ],
    ids=["phone", "software", "bench", "no phone", "simulated"],
)
def test_what_cannot_be_compared_is_another_series(
    history: History, tmp_path: Path, other: dict[str, Any]
) -> None:
    first = {"vehicle": {"software": "25-07"}}
    import_run(history, night_run(tmp_path, 1, "2026-03-01T23:00:00+00:00", [300.0], **first))
    second = night_run(tmp_path, 2, "2026-03-01T23:30:00+00:00", [400.0], **{**first, **other})
    import_run(history, second)
    assert sorted(s.nights[0].median or 0 for s in trend(history, NAME)) == [300.0, 400.0]


def test_the_newest_nights_are_asked_for(history: History, tmp_path: Path) -> None:
    for day in range(1, 6):
        began = f"2026-03-0{day}T23:00:00+00:00"
        import_run(history, night_run(tmp_path, day, began, [100.0 * day]))
    (series,) = trend(history, NAME, nights=2)
    assert [night.median for night in series.nights] == [400.0, 500.0]
    assert len(trend(history, NAME)[0].nights) == 5


def test_a_night_with_a_killed_run_says_so(history: History, tmp_path: Path) -> None:
    tap = result("a::test_tap", requirements=(NAME,), measurements=(taps([300.0]),))
    cut = TestStarted("a::test_next", 1, ())
    import_run(history, write_run(tmp_path / "run", [tap], cut_off=cut))
    ((night,),) = (series.nights for series in trend(history, NAME))
    assert (night.complete, night.samples) == (False, [300.0])


def test_verdicts_without_a_measurement_are_a_series(history: History, tmp_path: Path) -> None:
    import_run(history, night_run(tmp_path, 1, "2026-03-01T23:00:00+00:00", []))
    (series,) = trend(history, NAME)
    assert (series.key.metric, series.nights[0].median) == ("", None)
    assert (series.nights[0].passed, series.nights[0].judged) == (1, 1)


def test_series_with_a_metric_come_first(history: History, tmp_path: Path) -> None:
    for number, samples in enumerate([[], [300.0]]):
        import_run(history, night_run(tmp_path, number, "2026-03-01T23:00:00+00:00", samples))
    assert [series.key.metric for series in trend(history, NAME)] == ["tap_to_unlock", ""]


def test_a_requirement_that_nothing_speaks_of_has_no_series(
    history: History, tmp_path: Path
) -> None:
    import_run(history, night_run(tmp_path, 1, "2026-03-01T23:00:00+00:00", [1.0]))
    for name in ("DK-UNLOCK-04", "' OR '1'='1", "%", "", "DK-UNLOCK-0_"):
        assert trend(history, name) == []


def test_a_trend_is_what_the_journals_say(history: History, tmp_path: Path) -> None:
    """The same from the run folders, without a database."""
    chance = random.Random(4)  # noqa: S311 - no secret
    pools: dict[tuple[str, date], list[float]] = defaultdict(list)
    for number in range(12):
        began = (
            f"2026-03-{1 + number // 2:02}T{chance.choice(['02', '11', '12', '23'])}:00:00+00:00"
        )
        samples = [round(chance.lognormvariate(5.8, 0.1), 3) for _ in range(chance.randint(0, 9))]
        phone = chance.choice(["pixel", "iphone"])
        folder = night_run(tmp_path, number, began, samples, phone=phone)
        import_run(history, folder)
        run = read_run(folder)
        for measured in run.results[0].measurements:
            pools[phone, night_of(to_utc(run.started.started_utc))] += measured.samples
    found = {
        ("pixel" if "Pixel" in series.key.phone else "iphone", night.night): night.median
        for series in trend(history, NAME)
        for night in series.nights
        if series.key.metric
    }
    assert found == {key: statistics.median(pool) for key, pool in pools.items()}


@pytest.mark.parametrize(
    ("time", "night"),
    [
        ("2026-03-02T11:59:59+00:00", date(2026, 3, 1)),
        ("2026-03-02T12:00:00+00:00", date(2026, 3, 2)),
        ("2026-03-02T01:00:00+13:00", date(2026, 3, 1)),
        ("2026-03-02T09:00:00", date(2026, 3, 1)),
        ("0001-01-01T00:00:00+00:00", date(1, 1, 1)),
    ],
)
def test_a_night_goes_from_noon_to_noon(time: str, night: date) -> None:
    assert night_of(to_utc(time)) == night


def test_a_measurement_that_knows_its_phone_is_of_that_phone_alone(
    history: History, tmp_path: Path
) -> None:
    both = tuple(replace(phone, name=name) for name, phone in PHONES.items())
    for number, devices in enumerate((both, both[:1]), 1):
        taken = (taps([300.0], device="pixel"),)
        tap = result("a::test_tap", requirements=(NAME,), measurements=taken)
        began = f"2026-03-0{number}T22:00:00+00:00"
        head: dict[str, Any] = {"run_id": f"run-{number}", "started_utc": began}
        import_run(history, write_run(tmp_path / f"{number}", [tap], devices=devices, **head))
    (series,) = trend(history, NAME)
    assert series.key.phone == "Google Pixel 9 P1"
    assert len(series.nights) == 2
