"""The measure fixture: what it records, and what it says at the end of its block."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.clock import SystemClock
from drivers.api.errors import CardLost
from drivers.api.trace import Exchange
from rig.measure.errors import LimitError, MeasureError, SampleError
from rig.measure.limits import Limits, at_most
from rig.measure.outcomes import Inconclusive, LimitMissed, NotMeasured, Unmet
from rig.measure.phases import split
from rig.measure.recorder import Measure
from rig.measure.timeline import Occurrence, Timeline
from rig.records.codec import decode, encode
from rig.records.run import Measurement
from rig.records.verdict import Verdict

MS = 1_000_000
NO_LIMIT: dict[str, Any] = {"p95": 1000}


class Unlocked:
    """A door that unlocks a given time after each presence."""

    def __init__(self, *durations_ms: float) -> None:
        self.durations_ms = iter(durations_ms)
        self.waited_s: list[float] = []

    def wait(self, timeout_s: float = 5.0) -> Occurrence:
        self.waited_s.append(timeout_s)
        end_ns = 100 * MS + int(next(self.durations_ms) * MS)
        return Occurrence(end_ns, Timeline({"presence": 100 * MS}))


class Never:
    """A door that stays locked."""

    def wait(self, timeout_s: float = 5.0) -> Occurrence:
        raise Unmet(f"driver's door still locked after {timeout_s} s")


class At:
    """Something that came true at a given time, in a given visit."""

    def __init__(self, t_ms: int, timeline: Timeline | None = None) -> None:
        self.occurrence = Occurrence(t_ms * MS, timeline)

    def wait(self, timeout_s: float = 5.0) -> Occurrence:  # noqa: ARG002 - it is true already
        return self.occurrence


class StoppedClock(SystemClock):
    """A clock at which the whole test takes no time."""

    def now_ns(self) -> int:
        return 99 * MS


def visit() -> Timeline:
    marks = {
        "presence": 100 * MS,
        "selected": 130 * MS,
        "authenticated": 230 * MS,
        "commanded": 240 * MS,
        "feedback": 300 * MS,
    }
    return Timeline(
        marks,
        [
            Exchange("handle", 105 * MS, 125 * MS, b"", b""),
            Exchange("handle", 140 * MS, 220 * MS, b"", b""),
            Exchange("handle", 250 * MS, 290 * MS, b"", b""),  # after the relay was commanded
        ],
    )


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
    ("unit", "value"), [("s", 0.25), ("ms", 250), ("us", 250e3), ("ns", 250e6)]
)
def test_a_duration_is_converted_to_the_unit_asked_for(unit: str, value: float) -> None:
    measure = Measure()
    with measure("tap_to_unlock", unit=unit).once() as tap:
        tap.ends_with(Unlocked(250))
    assert measure.finished[0].samples == (value,)


def test_a_sample_can_begin_at_another_mark() -> None:
    measure = Measure()
    with measure("decide", unit="ms").once() as tap:
        tap.begins_at("authenticated")
        tap.ends_with(At(300, visit()))
    assert measure.finished[0].samples == (70.0,)


def test_a_sample_can_begin_when_the_test_says_so() -> None:
    measure = Measure(clock=StoppedClock())
    with measure("close_to_lock", unit="ms").once() as sample:
        sample.starts()
        sample.ends_with(At(300))
    (found,) = measure.finished
    assert (found.samples, found.phases) == ((201.0,), {})


def test_phases_name_the_time_between_marks_and_who_spent_it() -> None:
    measure = Measure()
    with measure("tap_to_unlock", unit="ms").once() as tap:
        tap.ends_with(At(300, visit()))
    assert list(measure.finished[0].phases.items()) == [
        ("presence to selected", (30.0,)),
        ("selected to authenticated", (100.0,)),
        ("authenticated to commanded", (10.0,)),
        ("commanded to feedback", (60.0,)),
        ("device time", (100.0,)),
        ("host time", (40.0,)),
    ]


def test_a_phase_that_only_later_samples_have_still_comes_before_device_time() -> None:
    measure = Measure()
    with measure("tap_to_unlock", unit="ms").repeat(2) as taps:
        for tap, timeline in zip(taps, [Timeline({"presence": 0}), visit()], strict=True):
            tap.ends_with(At(300, timeline))
    assert [*measure.finished[0].phases][-2:] == ["device time", "host time"]


@given(
    st.dictionaries(
        st.sampled_from(["presence", "selected", "decided", "commanded", "feedback"]),
        st.integers(0, 1000),
        min_size=1,
    ),
    st.lists(st.integers(0, 1000), max_size=12).map(sorted),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_phases_add_up_to_the_sample_whatever_the_marks(
    marks: dict[str, int], edges: list[int], begin_ns: int, duration_ns: int
) -> None:
    exchanges = [
        Exchange("r", *pair, b"", b"") for pair in zip(edges[::2], edges[1::2], strict=False)
    ]
    phases = split(Timeline(marks, exchanges), begin_ns, begin_ns + duration_ns)
    device, host = phases.pop("device time"), phases.pop("host time")
    assert sum(phases.values()) == duration_ns
    assert device >= 0
    assert host >= 0
    assert device + host <= duration_ns


def test_a_condition_true_before_the_sample_began_is_inconclusive() -> None:
    measure = Measure()
    with (
        pytest.raises(Inconclusive, match="true before it began"),
        measure("tap_to_unlock", unit="ms").once() as tap,
    ):
        tap.ends_with(At(99, visit()))
    assert measure.finished[0].samples == ()


def test_a_duration_without_a_beginning_is_an_error_of_the_test() -> None:
    sample = Measure()("tap_to_unlock", unit="ms").sample()
    with pytest.raises(SampleError, match="no visit to measure from"):
        sample.ends_with(At(300))
    sample.begins_at("felt")
    with pytest.raises(SampleError, match="no mark 'felt'; has: presence, selected"):
        sample.ends_with(At(300, visit()))


def test_a_duration_in_metres_is_an_error_before_anybody_waits() -> None:
    door = Unlocked(500)
    with pytest.raises(SampleError, match="not measured in m"):
        Measure()("distance", unit="m").sample().ends_with(door)
    assert door.waited_s == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(SampleError, match="is no value"):
        Measure()("distance", unit="m").sample().takes(value)


def test_a_sample_is_taken_once() -> None:
    sample = Measure()("distance", unit="m").sample()
    sample.takes(1.5)
    with pytest.raises(SampleError, match="taken before"):
        sample.takes(1.6)


def test_plain_values_are_kept_in_their_unit() -> None:
    measure = Measure()
    with measure("unlock_distance", unit="m", of="approaches").repeat(2) as approaches:
        for approach, distance_m in zip(approaches, [1.5, 1.75], strict=True):
            approach.takes(distance_m)
    assert measure.finished[0].samples == (1.5, 1.75)


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
