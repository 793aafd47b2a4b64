"""A single sample: where it begins and ends, in which unit, and the phases it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.trace import Exchange
from rig.measure.errors import SampleError
from rig.measure.outcomes import Inconclusive
from rig.measure.phases import split
from rig.measure.recorder import Measure
from rig.measure.timeline import Timeline
from tests.rig.measure.occurrences import At, StoppedClock, Unlocked, visit


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
