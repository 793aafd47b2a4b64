"""What an attacker at the ranges cannot do: each range that cannot be true has its name.

The attacker stands between the anchors and the decision, so the same attack meets real anchors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from drivers.api.phone import Phone
from drivers.api.space import Point
from drivers.api.stage import Stage
from drivers.api.uwb import Measurement, RangeStatus
from rig.measure.outcomes import Inconclusive
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.interference import Between
from testplans.steps import walking

pytestmark = pytest.mark.requirement("DK-SEC-03")
AT_THE_HANDLE = walking.beside("driver", walking.NEAR_M)
IN_RANGE = walking.beside("driver", 5.0)
LEAP = range(15, 23)  # of 30 blocks: less than the second after which agreement begins anew
Spoil = Callable[[Measurement, Measurement], Measurement]


@dataclass(slots=True)
class Recorded:
    """Measurements by anchor: the first of each, and a way to keep what is measured."""

    first: dict[str, Measurement] = field(default_factory=dict)

    def keep(self, anchor: str, one: Measurement) -> Measurement:
        """Let it pass, and keep an anchor's first range."""
        if one.status is RangeStatus.OK:
            self.first.setdefault(anchor, one)
        return one

    def as_then(self, anchor: str, one: Measurement) -> Measurement:
        """What is measured now, as far away as it was then."""
        then = self.first.get(anchor)
        if then is None:
            return one
        return replace(one, status=RangeStatus.OK, distance_m=then.distance_m)

    def by_distance(self) -> list[str]:
        """The anchors, that with the shortest range first."""
        return sorted(self.first, key=lambda name: self.first[name].distance_m or 0.0)


def recorded_at(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, place: Point
) -> Recorded:
    """What every anchor measures of a phone there, which then goes away."""
    record = Recorded()
    with passive.between(Between(measured=record.keep)):
        stage.place(phone, place)
        car.clock.sleep(2 * walking.SETTLE_S)
    walking.go_away(car, stage, phone)
    passive.approaches()
    assert record.first
    return record


def told_while_shut(car: Car, passive: PassiveEntry) -> str:
    """What the trace says of the approaches that opened and started nothing."""
    moved = passive.next_movement(10.0)
    pressed = car.press_start_stop()
    told = "; ".join(approach.told for approach in passive.approaches())
    assert moved is None, told
    assert car.locked
    assert not pressed.accepted, told
    return told


def _later(first: Measurement, one: Measurement) -> Measurement:
    return replace(one, t_ns=max(one.t_ns, first.t_ns) + 1_000_000_000)


def _of_another_block(_first: Measurement, one: Measurement) -> Measurement:
    if one.sts_index is None or one.block is None:
        raise Inconclusive("the anchors tell no STS index")
    return replace(one, sts_index=one.sts_index + 10_000)


SPOILT: dict[str, Spoil] = {
    "negative distance": lambda _f, one: replace(one, status=RangeStatus.NEGATIVE, distance_m=-1.0),
    "measurement failed": lambda _f, one: replace(one, status=RangeStatus.FAILED, distance_m=0.3),
    "STS index out of step": _of_another_block,
    "replayed block": lambda first, one: replace(one, block=first.block, sts_index=first.sts_index),
    "late": _later,
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_range_that_cannot_count_opens_nothing_and_is_named(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, name: str
) -> None:
    first: dict[str, Measurement] = {}

    def measured(anchor: str, one: Measurement) -> Measurement:
        return SPOILT[name](first.setdefault(anchor, one), one)

    with passive.between(Between(measured=measured)):
        stage.place(phone, AT_THE_HANDLE)
        assert f"{name}: " in told_while_shut(car, passive)


def test_ranges_below_the_figure_of_merit_never_count(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """Where a vehicle asks for one; its unit is the chip's own."""
    passive.use(replace(passive.settings, min_figure_of_merit=50))
    poor = Between(measured=lambda _anchor, one: replace(one, figure_of_merit=49))
    with passive.between(poor):
        stage.place(phone, AT_THE_HANDLE)
        assert "figure of merit too low" in told_while_shut(car, passive)


def test_a_leap_to_the_handle_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """All anchors agree, block after block, on a place where nobody can have come so fast."""
    record = recorded_at(car, passive, stage, phone, AT_THE_HANDLE)

    def measured(anchor: str, one: Measurement) -> Measurement:
        return record.as_then(anchor, one) if (one.block or 0) % 30 in LEAP else one

    with passive.between(Between(measured=measured)):
        stage.place(phone, IN_RANGE)
        assert "faster than" in told_while_shut(car, passive)


def test_a_place_that_is_nearer_now_and_then_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """Near enough to be walked to in a block: the blocks before and after outvote it, unfiltered.

    A Kalman filter would take it away alone, and hide that.
    """
    record = recorded_at(car, passive, stage, phone, walking.beside("driver", 0.8))
    passive.use(replace(passive.settings, filter="none"))

    def measured(anchor: str, one: Measurement) -> Measurement:
        return record.as_then(anchor, one) if (one.block or 0) % 10 == 9 else one

    with passive.between(Between(measured=measured)):
        stage.place(phone, walking.beside("driver", 1.3))
        told_while_shut(car, passive)


def test_one_anchor_that_reads_short_is_found_out(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """The nearest one, by less than two anchors may differ: no place explains it all the same."""
    nearest = recorded_at(car, passive, stage, phone, IN_RANGE).by_distance()[0]

    def measured(anchor: str, one: Measurement) -> Measurement:
        if anchor != nearest or one.distance_m is None:
            return one
        return replace(one, distance_m=max(0.1, one.distance_m - 2.5))

    with passive.between(Between(measured=measured)):
        stage.place(phone, IN_RANGE)
        assert "anchors disagree" in told_while_shut(car, passive)


def test_one_anchor_that_reads_short_does_not_speak_for_jammed_ones(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """All but two are silenced; the one that still tells the truth contradicts the other."""
    by_distance = recorded_at(car, passive, stage, phone, AT_THE_HANDLE).by_distance()
    short, honest = by_distance[0], by_distance[-1]

    def measured(anchor: str, one: Measurement) -> Measurement:
        if anchor == short:
            return replace(one, status=RangeStatus.OK, distance_m=0.1)
        if anchor == honest:
            return one
        return replace(one, status=RangeStatus.NO_ANSWER, distance_m=None)

    with passive.between(Between(measured=measured)):
        stage.place(phone, walking.beside("driver", walking.FAR_M))
        assert "anchors disagree" in told_while_shut(car, passive)


def test_short_distances_at_the_very_beginning_open_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """When nothing came before that they could contradict: five blocks, and the truth after."""
    record = recorded_at(car, passive, stage, phone, AT_THE_HANDLE)
    left = dict.fromkeys(record.first, 5)

    def measured(anchor: str, one: Measurement) -> Measurement:
        if one.status is not RangeStatus.OK or not left.get(anchor):
            return one
        left[anchor] -= 1
        return record.as_then(anchor, one)

    with passive.between(Between(measured=measured)):
        stage.place(phone, IN_RANGE)
        assert "faster than" in told_while_shut(car, passive)
