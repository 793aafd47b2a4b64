"""What a night comes to: its exit status, and every reason for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from reports.history.baselines import baselines_in_force
from reports.history.quarantine import Quarantine, add_quarantine
from reports.history.store import History
from reports.history.tables import ChangePointRow
from reports.nightly.errors import NightError
from reports.nightly.state import Check, Gate
from reports.nightly.steps import judge, tonight
from rig.bench.load import load_bench
from rig.plans.plan import Plan
from rig.records.run import TestStarted
from rig.records.verdict import Verdict
from tests.reports.nightly.night_files import (
    FIRST,
    TRAY,
    UNLOCK,
    Nights,
    golden,
    tray,
    unlock,
)
from tests.reports.page_reader import Page
from tests.reports.sample_runs import result, taps


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with History(tmp_path / "h.db") as history:
        yield Nights(tmp_path, history)


STATUSES = [
    ([Verdict.PASS, Verdict.OBSERVED], 0),
    ([Verdict.PASS, Verdict.FAIL], 1),
    ([Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE], 1),
    ([Verdict.PASS, Verdict.ERROR, Verdict.INCONCLUSIVE], 3),
    ([Verdict.PASS, Verdict.INCONCLUSIVE], 4),
]


@pytest.mark.parametrize(("verdicts", "status"), STATUSES)
def test_the_gate_has_the_statuses_of_a_run(
    nights: Nights, verdicts: list[Verdict], status: int
) -> None:
    results = [result(f"a.py::test_{n}", verdict) for n, verdict in enumerate(verdicts)]
    assert nights.gate(0, *results).status == status


def test_a_bench_that_is_not_well_is_no_fault_of_the_product(nights: Nights) -> None:
    task = nights.task()
    night = tonight(task, datetime(2026, 10, 1, 22, tzinfo=UTC))
    night.checks.append(Check("2026-10-01T22:00:00+00:00", 3, ["!! tray", "1 device needs care"]))
    judge(task, night)
    assert night.gate == Gate(
        3,
        ["the bench's self-check is not fine: 1 device needs care"],
        ["self-check"],
    )
    assert "1 device needs care" in (night.folder / "night.html").read_text()


def test_a_test_without_a_result_is_the_rigs_fault_and_is_named(nights: Nights) -> None:
    begun = TestStarted(TRAY, 1, ())
    gate = nights.spend(0, [unlock(0)], cut_off=begun).gate
    assert gate is not None
    assert gate.status == 3
    assert f"1 test without a result: {TRAY}" in gate.reasons


def test_fewer_than_ten_nights_are_no_baseline_and_the_page_says_so(nights: Nights) -> None:
    nights.building([unlock(0)], 7)
    page = next(
        (nights.folder / "runs" / "nights" / "desk" / "nightly").glob("*-07/night.html")
    ).read_text()
    assert "not enough nights: 7 of 10" in page
    assert not baselines_in_force(nights.history)


def test_a_regression_closes_the_gate_and_an_unchanged_night_does_not(nights: Nights) -> None:
    nights.building([unlock(0)])
    kept = {one.key.metric: one for one in baselines_in_force(nights.history)}
    assert kept["tap_to_unlock"].figures["nights"] == 10
    assert kept["tap_to_unlock"].key.phone == "Google Pixel P1"
    assert nights.gate(10, unlock(10)) == Gate(0, [], [])
    gates = [nights.gate(n, unlock(n, 420.0)) for n in (11, 12, 13)]
    assert gates[-1].status == 1
    assert "tap_to_unlock: unlocks" in gates[-1].reasons[0]
    assert "since 2026-10-12" in gates[-1].reasons[0]
    series = kept["tap_to_unlock"].key.handle
    table = ChangePointRow
    told = select(table.night, table.since, table.tier).where(table.series == series)
    with nights.history.reading() as session:
        newest = session.execute(told.order_by(table.night)).all()[-1]
    assert tuple(newest) == (FIRST + timedelta(days=13), FIRST + timedelta(days=11), "alert")


def test_what_gets_better_is_shown_as_a_possible_fault_and_closes_no_gate(nights: Nights) -> None:
    nights.building([unlock(0)])
    found = [nights.spend(n, [unlock(n, 280.0)]) for n in (10, 11, 12)][-1]
    assert found.gate == Gate(0, [], [])
    assert found.message["improved"]
    assert "Better, or a measurement fault" in (found.folder / "night.html").read_text()


def test_what_the_golden_device_shows_too_is_divided_out(nights: Nights) -> None:
    nights.golden = "golden_phone"
    nights.building([unlock(0), golden(0)])
    kept = next(k for k in baselines_in_force(nights.history) if k.key.phone == "Google Pixel P1")
    assert kept.golden == "Google Pixel G7"
    both = [nights.gate(n, unlock(n, 437.0), golden(n, 375.0)) for n in (10, 11, 12)][-1]
    assert both.status == 3
    assert [r for r in both.reasons if r.startswith("the golden device itself has changed")]
    assert not [r for r in both.reasons if r.startswith("regression")]


def test_what_the_golden_device_does_not_show_is_the_products(nights: Nights) -> None:
    nights.golden = "golden_phone"
    nights.building([unlock(0), golden(0)])
    alone = [nights.gate(n, unlock(n, 420.0), golden(n)) for n in (10, 11, 12)][-1]
    assert alone.status == 1


def test_a_golden_device_that_the_bench_lacks_is_said(nights: Nights) -> None:
    nights.golden = "nobody"
    assert nights.gate(0, unlock(0)).reasons == ["the bench has no device 'nobody' to be golden"]


def test_a_night_judged_again_finds_the_same(nights: Nights) -> None:
    nights.building([unlock(0)])
    first = [nights.spend(n, [unlock(n, 420.0)]) for n in (10, 11, 12)][-1]
    page, gate = (first.folder / "night.html").read_bytes(), first.gate
    first.gate = None
    judge(nights.task(), first)
    assert first.gate == gate
    assert (first.folder / "night.html").read_bytes() == page


def hold(nights: Nights, test: str, days: int = 14, since: int = 0) -> None:
    first = FIRST + timedelta(days=since)
    held = Quarantine(test, "beck", "DK-77", first, first + timedelta(days=days))
    add_quarantine(nights.history, held)


def test_a_test_in_quarantine_runs_is_listed_by_itself_and_does_not_gate(nights: Nights) -> None:
    hold(nights, TRAY.partition("[")[0])
    night = nights.spend(0, [unlock(0), tray(Verdict.FAIL)])
    assert night.gate == Gate(0, [], [])
    assert night.message["tests"] == "1 pass, 1 in quarantine"
    page = (night.folder / "night.html").read_text()
    assert "DK-77" in page
    passing = nights.spend(1, [unlock(1), tray()])
    assert passing.message["tests"] == "1 pass, 1 in quarantine"


def test_a_quarantine_that_is_over_gates_again(nights: Nights) -> None:
    hold(nights, TRAY, days=14)
    assert nights.gate(14, tray(Verdict.FAIL)).status == 0
    assert nights.gate(15, tray(Verdict.FAIL)).status == 1


def test_a_quarantine_of_what_blocks_a_release_is_void(nights: Nights) -> None:
    hold(nights, UNLOCK)
    night = nights.spend(0, [unlock(0, verdict=Verdict.FAIL)])
    assert night.gate is not None
    assert night.gate.status == 1
    assert "DK-A-01 is of priority P1" in (night.folder / "night.html").read_text()


def test_a_test_that_passes_and_fails_by_turns_is_proposed_for_quarantine(nights: Nights) -> None:
    for n in range(20):
        found = nights.spend(n, [tray(Verdict.FAIL if n in (3, 16) else Verdict.PASS)])
        assert bool(found.message["flaky"]) == (n >= 16), n
    assert "4 of 19, at least" in (found.folder / "night.html").read_text()


def test_pass_rates_that_sink_close_the_gate_without_any_figure(nights: Nights) -> None:
    nights.building([tray()] * 1, 10)
    for n in range(10, 17):
        gate = nights.gate(n, tray(Verdict.FAIL))
    assert any(r.startswith("regression: starts [ios]") for r in gate.reasons)


def test_two_plans_of_one_night_are_two_nights_on_a_bench(nights: Nights) -> None:
    at = datetime(2026, 10, 1, 22, tzinfo=UTC)
    first = tonight(nights.task(), at)
    other = replace(nights.task(), plan=Plan(name="smoke", title="Smoke"))
    assert tonight(other, at).folder != first.folder
    assert tonight(nights.task(), at) == first


def test_another_bench_of_the_same_name_is_not_taken_for_it(nights: Nights, tmp_path: Path) -> None:
    at = datetime(2026, 10, 1, 22, tzinfo=UTC)
    tonight(nights.task(), at)
    path = tmp_path / "other.yaml"
    path.write_bytes((tmp_path / "desk.yaml").read_bytes())
    with pytest.raises(NightError, match="this is another bench of that name"):
        tonight(replace(nights.task(), bench=load_bench(path)), at)


def test_what_tonights_plan_does_not_measure_is_counted_and_not_judged(nights: Nights) -> None:
    nights.building([unlock(0)])
    other = result("a.py::test_x", measurements=(taps([300.0] * 9),))
    nights.spend(10, [unlock(10), other])
    night = nights.spend(11, [other])
    page = Page((night.folder / "night.html").read_text())
    said = [p.text for p in page.find("p", "muted") if " not " in p.text]
    assert said[:2] == ["1 not judged: not enough nights: 2 of 10", "1 not measured tonight"]


def test_a_metric_of_few_samples_is_said_to_have_too_few(nights: Nights) -> None:
    night = nights.spend(0, [result("a.py::test_x", measurements=(taps([300.0, 310.0]),))])
    page = (night.folder / "night.html").read_text()
    assert "not enough nights: 0 of 10: a night counts from 5 samples on" in page
    assert "No metric can be judged yet." in page
