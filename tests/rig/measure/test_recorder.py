"""The measure fixture: what it records, and what it says at the end of its block."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from drivers.api.errors import CardLost
from rig.measure.errors import LimitError, MeasureError
from rig.measure.limits import Limits, at_most
from rig.measure.outcomes import Inconclusive, LimitMissed, NotMeasured, Unmet
from rig.measure.recorder import Measure
from rig.records.codec import decode, encode
from rig.records.run import Measurement
from rig.records.verdict import Verdict
from tests.rig.measure.occurrences import NO_LIMIT, Never, Unlocked


def test_repeated_taps_leave_samples_statistics_and_a_judgement() -> None:
    measure, door = Measure(), Unlocked(*range(400, 459))
    p95 = at_most(1000, basis="plan")
    with measure("tap_to_unlock", unit="ms", p95=p95).repeat(59) as taps:
        for tap in taps:
            tap.ends_with(door)
    (found,) = measure.finished
    assert (found.name, found.unit, found.wanted) == ("tap_to_unlock", "ms", 59)
    assert found.samples == tuple(float(ms) for ms in range(400, 459))
    assert {s.name: s.value for s in found.statistics}["p95"] == 456.0
    assert found.judgements[0].verdict is Verdict.PASS
    assert found.judgements[0].statement.endswith("(59 taps, 0 above)")
    assert decode(encode(found), (Measurement,)) == found


def test_a_missed_limit_fails_with_its_statement() -> None:
    measure = Measure()
    with (
        pytest.raises(
            LimitMissed, match=r"tap_to_unlock p95: only 0\.0 % of taps were within 1000"
        ),
        measure("tap_to_unlock", unit="ms", p95=at_most(1000, basis="plan")).once() as tap,
    ):
        tap.ends_with(Unlocked(1500))
    assert issubclass(LimitMissed, AssertionError)
    assert measure.finished[0].judgements[0].verdict is Verdict.FAIL


def test_too_few_samples_are_inconclusive_and_say_how_many_it_takes() -> None:
    measure = Measure()
    with (
        pytest.raises(Inconclusive, match="it takes 58 more"),
        measure("tap_to_unlock", unit="ms", p95=at_most(1000, basis="plan")).once() as tap,
    ):
        tap.ends_with(Unlocked(500))
    assert measure.finished[0].samples == (500.0,)


def test_a_sample_not_ended_is_missing() -> None:
    measure = Measure()

    def forget_the_second() -> None:
        with measure("tap_to_unlock", unit="ms").repeat(3) as taps:
            for turn, tap in enumerate(taps):
                if turn != 1:
                    tap.ends_with(Unlocked(500))

    with pytest.raises(NotMeasured, match="only 2 of 3 taps were taken"):
        forget_the_second()
    (found,) = measure.finished
    assert (found.wanted, len(found.samples)) == (3, 2)


def test_a_measurement_declared_and_never_begun_is_on_record_as_missing() -> None:
    measure = Measure()
    measure("tap_to_unlock", unit="ms", max=at_most(1, basis="plan"))
    (found,) = measure.finished
    assert (found.wanted, found.samples, found.statistics) == (1, (), ())
    assert found.judgements[0].verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("broken", [CardLost("gone", device="driver_handle"), KeyboardInterrupt()])
def test_what_breaks_the_block_passes_through_and_the_samples_are_kept(
    broken: BaseException,
) -> None:
    measure = Measure()

    def break_after_one() -> None:
        with measure("tap_to_unlock", unit="ms", p95=at_most(1, basis="plan")).repeat(2) as taps:
            next(taps).ends_with(Unlocked(500))
            raise broken

    with pytest.raises(type(broken)) as caught:
        break_after_one()
    assert caught.value is broken
    assert measure.finished[0].samples == (500.0,)


def test_a_condition_that_stays_false_fails_the_test() -> None:
    measure = Measure()
    with (
        pytest.raises(Unmet, match=r"after 0\.5 s"),
        measure("tap_to_unlock", unit="ms").once() as tap,
    ):
        tap.ends_with(Never(), timeout_s=0.5)


def test_two_limits_are_both_told_when_both_are_missed() -> None:
    limits = Limits(
        {
            "wait": {
                "max": {"at_most": 10, "basis": "plan"},
                "mean": {"at_most": 5, "basis": "plan"},
            }
        }
    )
    measure = Measure()
    with (
        pytest.raises(LimitMissed, match=r"max: the largest.*; wait mean: the mean"),
        measure("wait", unit="ms", **limits("wait")).once() as sample,
    ):
        sample.takes(12)


@pytest.mark.parametrize(
    ("declare", "error"),
    [
        (lambda m: m("x", unit="ms", **NO_LIMIT), MeasureError),
        (lambda m: m("x", unit="ms", p101=at_most(1, basis="plan")), LimitError),
        (lambda m: m("x", unit="ms").repeat(0), MeasureError),
        (lambda m: (m("x", unit="ms"), m("x", unit="ms")), MeasureError),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(
    declare: Callable[[Measure], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        declare(Measure())


def test_progress_is_told_before_the_first_sample_and_after_each() -> None:
    told: list[object] = []
    measure = Measure(progress=lambda *step: told.append(step))
    with measure("tap_to_unlock", unit="ms").repeat(2) as taps:
        for tap in taps:
            tap.ends_with(Unlocked(400))
    assert told == [
        ("tap_to_unlock", 0, 2, None, "ms"),
        ("tap_to_unlock", 1, 2, 400.0, "ms"),
        ("tap_to_unlock", 2, 2, 400.0, "ms"),
    ]


def test_measurements_come_out_in_the_order_of_declaration() -> None:
    measure = Measure()
    for name in ("b", "a"):
        with measure(name, unit="m").once() as sample:
            sample.takes(1)
    assert [m.name for m in measure.finished] == ["b", "a"]


def test_measuring_does_not_import_numpy() -> None:
    code = "import sys, rig.measure.recorder; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
