"""One run with a test for every way to end, looked at from all sides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from rig.records.verdict import Verdict

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk, Outcome

SOURCE = """
from drivers.api.errors import LinkLost
import threading
from rig.measure.limits import at_most
from rig.measure.outcomes import Inconclusive, NotApplicable

@pytest.fixture
def broken():
    assert 1 == 2

@pytest.fixture
def late():
    yield
    raise LinkLost("gone", device="tray")

def test_passes(): pass
def test_fails(): assert 1 == 2, "the door stays shut"
def test_breaks(): raise LinkLost("gone", device="driver_handle")
def test_goes_wrong(): {}["key"]
def test_cannot_be_judged(): raise Inconclusive("nobody answered")
def test_is_skipped(): pytest.skip("no time")
def test_does_not_apply(): raise NotApplicable("no option 322")
def test_observes(observe): observe("second tap", "locks", ambiguity="AMB-41")
def test_takes_note(observe): observe("temperature", 21)
def test_observes_nonsense(observe): observe("x", 1, ambiguity="AMB-99")
def test_asks_for_a_phone(phone): pass
def test_set_up_breaks(broken): pass
def test_teardown_breaks(late): pass
def test_fails_and_teardown_breaks(late): assert False
def test_never_measures(measure): measure("taps", unit="ms").repeat(3)
def test_measures_half(measure):
    with measure("taps", unit="ms").repeat(3) as taps:
        next(taps).takes(1)
def test_keeps_its_limit(measure, limits, plan):
    with measure("tap", unit="ms", **limits("tap")).repeat(plan.count("few")) as taps:
        for tap in taps: tap.takes(7)
def test_misses_its_limit(measure, limits):
    with measure("tap", unit="ms", **limits("tap")).once() as tap: tap.takes(11)
def test_measures_in_another_unit(measure):
    with measure("tap", unit="s").once() as tap: tap.takes(1)
def test_judges_outside_a_block(measure, limits):
    next(measure("tap", unit="ms", **limits("tap")).each()).takes(11)
def test_misses_and_cannot_go_on(measure, limits):
    with measure("tap", unit="ms", **limits("tap")).repeat(9) as taps:
        next(taps).takes(11)
        raise Inconclusive("the phone is empty")
def test_misses_and_breaks(measure, limits):
    with measure("tap", unit="ms", **limits("tap")).repeat(9) as taps:
        next(taps).takes(11)
        raise LinkLost("gone", device="driver_handle")
def test_keeps_and_cannot_go_on(measure, limits):
    with measure("tap", unit="ms", **limits("tap")).repeat(9) as taps:
        next(taps).takes(7)
        raise Inconclusive("the phone is empty")
def test_misses_in_another_unit_and_breaks(measure, limits):
    with measure("tap", unit="s", **limits("tap")).repeat(9) as taps:
        next(taps).takes(11)
        raise Inconclusive("the phone is empty")
@pytest.mark.xfail(reason="known")
def test_is_expected_to_fail(): assert False
@pytest.mark.xfail(reason="known")
def test_is_expected_to_fail_and_passes(): pass
def test_loses_a_thread():
    def read(): raise LinkLost("gone", device="tray")
    thread = threading.Thread(target=read, name="reader tray")
    thread.start()
    thread.join()
"""
PLAN = "limits: {tap: {max: {at_most: 10, unit: ms, basis: plan}}}\ncounts: {few: 4}\n"

ENDINGS = [
    ("test_passes", Verdict.PASS, ""),
    ("test_fails", Verdict.FAIL, "the door stays shut assert 1 == 2"),
    ("test_breaks", Verdict.ERROR, "driver_handle: gone"),
    ("test_goes_wrong", Verdict.ERROR, "KeyError: 'key'"),
    ("test_cannot_be_judged", Verdict.INCONCLUSIVE, "nobody answered"),
    ("test_is_skipped", Verdict.INCONCLUSIVE, "no time"),
    ("test_does_not_apply", Verdict.NOT_APPLICABLE, "no option 322"),
    ("test_observes", Verdict.OBSERVED, ""),
    ("test_takes_note", Verdict.PASS, ""),
    ("test_observes_nonsense", Verdict.ERROR, "ValueError: no ambiguity 'AMB-99'"),
    ("test_asks_for_a_phone", Verdict.INCONCLUSIVE, "bench tiny has no owner_phone"),
    ("test_set_up_breaks", Verdict.ERROR, "in setup: assert 1 == 2"),
    ("test_teardown_breaks", Verdict.ERROR, "in teardown: tray: gone"),
    ("test_fails_and_teardown_breaks", Verdict.FAIL, "assert False; in teardown: tray: gone"),
    ("test_never_measures", Verdict.FAIL, "taps: 0 of 3 samples were taken"),
    ("test_measures_half", Verdict.FAIL, "taps: only 1 of 3"),
    ("test_keeps_its_limit", Verdict.PASS, ""),
    ("test_misses_its_limit", Verdict.FAIL, "at most 10 ms was asked"),
    ("test_measures_in_another_unit", Verdict.ERROR, "measured in s, and the plan limits it in ms"),
    ("test_judges_outside_a_block", Verdict.FAIL, "at most 10 ms was asked"),
    ("test_misses_and_cannot_go_on", Verdict.FAIL, "10 ms was asked; the phone is empty"),
    ("test_misses_and_breaks", Verdict.FAIL, "10 ms was asked; driver_handle: gone"),
    ("test_keeps_and_cannot_go_on", Verdict.INCONCLUSIVE, "the phone is empty"),
    ("test_misses_in_another_unit_and_breaks", Verdict.ERROR, "in s, and the plan limits it in ms"),
    ("test_is_expected_to_fail", Verdict.FAIL, "assert False"),
    ("test_is_expected_to_fail_and_passes", Verdict.PASS, ""),
    ("test_loses_a_thread", Verdict.ERROR, "Exception in thread reader tray: tray: gone"),
]


@pytest.fixture(scope="module")
def every(shared_desk: Desk) -> Outcome:
    shared_desk.write_plan("test_it.py", SOURCE, PLAN)
    return shared_desk.run("--plan=plan.yaml", f"--junit-xml={shared_desk.folder / 'junit.xml'}")


@pytest.mark.parametrize(("name", "verdict", "reason"), ENDINGS, ids=[e[0] for e in ENDINGS])
def test_a_test_ends_with(every: Outcome, name: str, verdict: Verdict, reason: str) -> None:
    result = every.result(name)
    assert result.verdict is verdict
    assert reason in result.reason
    assert bool(result.reason) is bool(reason)


def test_every_test_has_one_result_in_the_order_of_the_plan(every: Outcome) -> None:
    names = [r.test.partition("::")[2] for r in every.run.results]
    assert names == [e[0] for e in ENDINGS]
    assert [r.test for r in every.run.results] == list(every.run.started.selected)


def test_the_run_fails_when_a_requirement_failed(every: Outcome) -> None:
    assert every.status == 1
    assert every.run.finished is not None
    assert every.run.finished.exit_status == 1
    assert every.run.finished.verdict is Verdict.FAIL


def test_the_head_says_what_was_run_on_what(every: Outcome) -> None:
    head = every.run.started
    assert (head.plan, head.plan_title, head.bench) == ("plan", "A plan", "tiny")
    assert head.simulated
    assert len(head.requirements) == 200
    assert [d.driver for d in head.devices] == ["sim.world"]
    assert head.plan_sha256
    assert head.bench_sha256


def test_a_measurement_keeps_all_its_samples(every: Outcome) -> None:
    (taken,) = every.result("test_keeps_its_limit").measurements
    assert (taken.samples, taken.wanted) == ((7.0, 7.0, 7.0, 7.0), 4)
    assert [j.verdict for j in taken.judgements] == [Verdict.PASS]
    (half,) = every.result("test_measures_half").measurements
    assert (half.samples, half.wanted) == ((1.0,), 3)


def test_a_missed_limit_is_told_once(every: Outcome) -> None:
    assert every.result("test_misses_its_limit").reason.count("was asked") == 1


def test_a_person_reads_what_was_observed_and_under_which_ambiguity(every: Outcome) -> None:
    assert "second tap: locks (AMB-41)" in every.output


def test_a_person_reads_verdict_assertion_and_stamp(every: Outcome) -> None:
    assert "the door stays shut" in every.output
    assert "cannot be judged" in every.output
    assert "SIMULATED" in every.output
    assert "Traceback" not in every.output
    assert "short test summary" not in every.output


JUNIT = [
    ("test_passes", None),
    ("test_fails", "failure"),
    ("test_breaks", "error"),
    ("test_set_up_breaks", "error"),
    ("test_cannot_be_judged", "skipped"),
    ("test_does_not_apply", "skipped"),
    ("test_observes", None),
    ("test_never_measures", "failure"),
    ("test_is_expected_to_fail", "failure"),
    ("test_is_expected_to_fail_and_passes", None),
    ("test_misses_and_breaks", "failure"),
]


@pytest.mark.parametrize(("name", "tag"), JUNIT)
def test_junit_tells_failures_from_errors(
    every: Outcome, shared_desk: Desk, name: str, tag: str | None
) -> None:
    tree = ET.parse(shared_desk.folder / "junit.xml")  # noqa: S314 - written by this test
    (case,) = [c for c in tree.iter("testcase") if c.get("name") == name]
    assert [child.tag for child in case if child.tag in ("failure", "error", "skipped")] == (
        [tag] if tag else []
    )
    properties = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert properties["verdict"] == every.result(name).verdict
    assert properties["requirements"] == "DK-UNLOCK-01"
    observed = "second tap: locks (AMB-41)" if name == "test_observes" else None
    assert properties.get("observed") == observed
