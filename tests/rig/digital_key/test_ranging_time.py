"""Clocks: the phone's to the vehicle's to an anchor's, with how wrong they may be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.ble_messages import TimeSync
from rig.digital_key.errors import RangingMismatch
from rig.digital_key.ranging_time import AnchorClock, DeviceClock

CAPTURED = TimeSync(49846, 108_407_019_930, 0x6F, True, 100, True, 1)
CLOCK = DeviceClock(CAPTURED, event_ns=5_000_000_000)


def test_the_captured_uncertainty_is_15_ms() -> None:
    assert CLOCK.uncertainty_us == 15_025
    assert DeviceClock(replace(CAPTURED, uncertainty=0), 0).uncertainty_us == 1


def test_a_time_of_the_phone_is_one_of_the_vehicle() -> None:
    at_event = CLOCK.on_vehicle(108_407_019_930)
    assert (at_event.t_ns, at_event.within_ns) == (5_000_000_000, 15_025_000)
    later = CLOCK.on_vehicle(108_407_019_930 + 10_000_000)
    assert later.t_ns == 15_000_000_000
    assert later.within_ns == 15_025_000 + 1_200_000, "100 ppm and 20 ppm over ten seconds"


def test_the_vehicles_own_stamp_counts_too() -> None:
    assert replace(CLOCK, event_within_ns=7).on_vehicle(0).within_ns == (
        CLOCK.on_vehicle(0).within_ns + 7
    )


def test_a_time_sync_that_failed_gives_no_clock() -> None:
    with pytest.raises(RangingMismatch, match="Time_Sync"):
        DeviceClock(replace(CAPTURED, success=False), 0)


@given(st.integers(0, 2**50), st.integers(0, 2**50), st.integers(0, 255), st.integers(0, 0xFFFF))
def test_conversion_keeps_order_and_bounds_its_error(
    device_us: int, then_us: int, uncertainty: int, ppm: int
) -> None:
    sync = replace(CAPTURED, uncertainty=uncertainty, max_ppm=ppm)
    one, other = (DeviceClock(sync, 0).on_vehicle(us) for us in (device_us, then_us))
    assert (one.t_ns - other.t_ns) == (device_us - then_us) * 1000
    assert one.within_ns >= 1000


def pairs(ppm: float, count: int = 11, step_ns: int = 200_000_000) -> list[tuple[int, int]]:
    """Readings of an anchor's clock that began 7 s before the vehicle's."""
    at = (7 * 10**9 + i * step_ns for i in range(count))
    return [(ns, 7_000_000 + round(ns / 1000 * (1 + ppm / 1e6))) for ns in at]


@pytest.mark.parametrize("ppm", [-30, 0, 12.5, 39])
def test_an_anchors_clock_is_followed_with_its_rate(ppm: float) -> None:
    clock = AnchorClock.from_pairs(pairs(ppm))
    assert clock.ppm == pytest.approx(ppm, abs=0.5)
    assert clock.within_us <= 1
    ahead_ns = 60 * 10**9
    assert clock.on_anchor(ahead_ns) == pytest.approx(
        7_000_000 + ahead_ns / 1000 * (1 + ppm / 1e6), abs=30
    )


def test_one_reading_has_an_offset_and_no_rate() -> None:
    clock = AnchorClock.from_pairs([(10**9, 500)])
    assert (clock.ppm, clock.within_us) == (0, 0)
    assert clock.on_anchor(10**9 + 3_000) == 503


def test_readings_too_close_to_each_other_tell_no_rate() -> None:
    clock = AnchorClock.from_pairs([(0, 0), (10_000_000, 10_040)])
    assert clock.ppm == 0
    assert clock.within_us == 20
    assert clock.on_anchor(10_000_000) == 10_020


@pytest.mark.parametrize(
    "read",
    [[], [(5, 1), (4, 2)], [(5, 1), (5, 1)], pairs(41), pairs(-300)],
    ids=["none", "backwards", "at once", "too fast", "too slow"],
)
def test_clocks_that_cannot_be_compared_are_refused(read: list[tuple[int, int]]) -> None:
    with pytest.raises(RangingMismatch, match="anchor clock"):
        AnchorClock.from_pairs(read)
