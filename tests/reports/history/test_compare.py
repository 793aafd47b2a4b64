"""Two runs are held against each other: what stands otherwise, and which way it went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports.history.as_json import comparison_as_json
from reports.history.compare import Change, Direction, compare_runs, direction_of
from reports.history.errors import NoSuchRun
from reports.history.importing import import_run
from reports.history.runs import list_runs
from reports.history.store import History
from reports.history.wording import comparison_as_text
from reports.standing import Standing
from rig.records.run import Result, TestStarted
from rig.records.verdict import Verdict
from tests.reports.sample_runs import result, taps, write_run

NAMES = ("DK-LOCK-01", "DK-UNLOCK-01")
TAP = result("a::tap", requirements=NAMES[1:], measurements=(taps([300.0, 320.0]),))
LOCK = result("a::lock", requirements=NAMES)


class Bench:
    """Brings runs of these results into a history."""

    def __init__(self, history: History, folder: Path) -> None:
        self.history, self._folder = history, folder

    def ran(self, run_id: str, *results: Result, **head: Any) -> None:
        folder = write_run(self._folder / run_id, results, run_id=run_id, **head)
        import_run(self.history, folder)


@pytest.fixture
def bench(history: History, tmp_path: Path) -> Bench:
    return Bench(history, tmp_path)


def test_the_same_results_differ_in_nothing(bench: Bench) -> None:
    bench.ran("one", TAP, LOCK)
    bench.ran("two", TAP, LOCK)
    found = compare_runs(bench.history, "one", "two")
    assert (found.requirements, found.tests, found.got_worse) == ((), (), False)
    assert [(m.before, m.after, m.factor) for m in found.medians] == [(310.0, 310.0, 1.0)]


def test_a_test_that_fails_takes_its_requirements_along(bench: Bench) -> None:
    bench.ran("one", TAP, LOCK)
    bench.ran("two", TAP, result("a::lock", Verdict.FAIL, requirements=NAMES))
    found = compare_runs(bench.history, "one", "two")
    assert found.tests == (Change("a::lock", "pass", "fail"),)
    assert found.requirements == tuple(Change(name, "pass", "fail") for name in NAMES)
    assert found.got_worse
    assert not compare_runs(bench.history, "two", "one").got_worse


def test_a_pass_after_a_retry_is_no_pass(bench: Bench) -> None:
    bench.ran("one", TAP)
    again = result("a::tap", attempt=2, requirements=NAMES[1:], measurements=(taps([400.0]),))
    bench.ran("two", result("a::tap", Verdict.ERROR, requirements=NAMES[1:]), again)
    found = compare_runs(bench.history, "one", "two")
    assert found.tests == (Change("a::tap", "pass", "pass after retry"),)
    assert [(m.before, m.after) for m in found.medians] == [(310.0, 400.0)]
    assert found.got_worse


def test_what_is_not_run_any_more_is_counted_by_itself_and_did_not_get_worse(
    bench: Bench,
) -> None:
    bench.ran("one", TAP)
    bench.ran("two", LOCK)
    found = compare_runs(bench.history, "one", "two")
    assert [(c.name, c.after, c.direction) for c in found.tests] == [
        ("a::lock", "pass", Direction.BETTER),
        ("a::tap", "not run", Direction.GONE),
    ]
    assert not found.got_worse
    told = json.loads(comparison_as_json(found))
    assert told["not_run_any_more"] == {"requirements": 0, "tests": 1}
    assert [test["direction"] for test in told["tests"]] == ["better", "not run any more"]
    said = list(comparison_as_text(found))
    assert "tests that stand otherwise: 2, 1 of them not run any more (x)" in said
    assert "x  pass -> not run  a::tap" in said
    assert [(m.before, m.after, m.factor) for m in found.medians] == [(310.0, None, None)]


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ("not applicable", "fail", Direction.WORSE),
        ("not applicable", "pass", Direction.OTHER),
        ("fail", "not applicable", Direction.OTHER),
        ("not run", "inconclusive", Direction.OTHER),
        ("fail", "not run", Direction.GONE),
        ("not applicable", "not run", Direction.GONE),
        ("not run", "error", Direction.WORSE),
        ("fail", "error", Direction.BETTER),
        ("a word of another rig", "pass", Direction.BETTER),
        ("fail", "waived fail", Direction.OTHER),
        ("conditional fail", "fail", Direction.OTHER),
        ("error", "conditional fail", Direction.WORSE),
        ("inconclusive", "conditional pass", Direction.OTHER),
        ("conditional pass", "error", Direction.WORSE),
        ("pass", "conditional pass", Direction.WORSE),
        ("pass", "quarantined", Direction.OTHER),
        ("quarantined", "waived fail", Direction.WORSE),
        ("error", "not finished", Direction.BETTER),
    ],
)
def test_each_change_goes_one_way(before: str, after: str, direction: Direction) -> None:
    assert Change("x", before, after).direction is direction


def test_every_standing_has_a_rank_which_is_that_of_what_it_counts_as() -> None:
    ranks = {standing: standing.rank for standing in Standing}
    counts_as = {standing: standing.verdict for standing in Standing if standing.verdict}
    for standing, verdict in counts_as.items():
        if standing is not Standing.RETRIED:  # a pass, and yet not a plain one
            assert ranks[standing] == ranks[Standing(verdict.value)], standing
    assert direction_of(Standing.PASS, Standing.RETRIED) is Direction.WORSE
    assert max(ranks.values()) == ranks[Standing.FAIL]


def test_a_run_is_named_by_the_beginning_of_its_id(bench: Bench) -> None:
    for run_id in ("2026-one", "2026-two", "2026-two-b", "Q%"):
        bench.ran(run_id, TAP)
    found = compare_runs(bench.history, "2026-o", "2026-two")
    assert (found.first.run_id, found.second.run_id) == ("2026-one", "2026-two")
    for name in ("%", "2026_", "q", "' OR ''='"):
        with pytest.raises(NoSuchRun, match="no run "):
            compare_runs(bench.history, "2026-one", name)
    with pytest.raises(NoSuchRun, match="several runs begin with '2026-': 2026-one, 2026-two, "):
        compare_runs(bench.history, "2026-", "2026-one")


def test_runs_are_listed_newest_first_with_what_they_are(
    history: History, bench: Bench, tmp_path: Path
) -> None:
    bench.ran("early", TAP, started_utc="2026-03-01T10:00:00+02:00")
    cut = TestStarted("a::lock", 1, ())
    late: dict[str, Any] = {
        "run_id": "late",
        "started_utc": "2026-03-01T09:00:00+00:00",
        "simulated": True,
    }
    import_run(history, write_run(tmp_path / "late", [TAP, LOCK], cut_off=cut, **late))
    first, second = list_runs(history)
    assert (first.run_id, first.complete, first.simulated, first.results) == (
        "late",
        False,
        True,
        2,
    )
    assert (second.run_id, second.complete, second.verdict) == ("early", True, "pass")
    assert [run.run_id for run in list_runs(history, 1)] == ["late"]
