"""Faults in what passive entry makes of ranges: which count, what they prove, where that is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drivers.api.uwb import RangeStatus
from drivers.uwb import readings
from rig.vehicle.passive import caller, decision, doorkeeper, front_desk, tracker, validity, zones
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.geometry import VehicleGeometry
from rig.vehicle.passive.plausible import Plausibility, Plausible
from rig.vehicle.passive.position import Disagreement
from rig.vehicle.passive.tracker import Tracker
from rig.vehicle.passive.validity import Validity
from rig.vehicle.passive.zones import Zone
from rig.vehicle.wiring import CLOSURES
from tests.runs.planted.replacing import replace_in

_judge, _in_step = Validity.judge, Validity._in_step  # noqa: SLF001


def _judge_as_if(change: Callable[[Any], Any]) -> None:
    """Let every measurement be judged as this one instead."""
    replace_in(Validity, "judge", lambda self, m: _judge(self, change(m)))


def _decide_with(**figures: Any) -> None:
    """Decide where a key is with other figures than those in force."""
    for name in ("in_unlock_zone", "has_left"):
        decide = getattr(decision, name)
        replace_in(
            doorkeeper,
            name,
            lambda blocks, settings, decide=decide: decide(blocks, replace(settings, **figures)),
        )


# --- what counts ----------------------------------------------------------------------------


def trust_a_bad_sts() -> None:
    _judge_as_if(
        lambda m: replace(m, status=RangeStatus.OK) if m.status is RangeStatus.STS_FAILED else m
    )


def read_a_bad_sts_as_good() -> None:
    """In the driver: what the anchor says of the STS is not looked at."""
    good = dict.fromkeys(readings._CCC_STATUS, RangeStatus.OK)  # noqa: SLF001
    replace_in(readings, "_CCC_STATUS", good)


def never_end_a_session_of_bad_sts() -> None:
    replace_in(caller.Caller, "_secure_ranging_failed", lambda _self: None)


def take_what_failed_for_measured() -> None:
    _judge_as_if(
        lambda m: replace(m, status=RangeStatus.OK) if m.status is RangeStatus.FAILED else m
    )


def take_negative_distances_for_none() -> None:
    _judge_as_if(
        lambda m: m if m.distance_m is None else replace(m, distance_m=max(0.0, m.distance_m))
    )


def ignore_the_figure_of_merit() -> None:
    _judge_as_if(lambda m: replace(m, figure_of_merit=None))


def ignore_the_sts_index() -> None:
    replace_in(
        Validity,
        "_in_step",
        lambda self, m, far_m: _in_step(self, replace(m, sts_index=None), far_m),
    )


def take_a_block_again() -> None:
    def anew(self: Any, m: Any, far_m: float) -> Any:
        self._block = -1
        return _in_step(self, m, far_m)

    replace_in(Validity, "_in_step", anew)


def take_what_comes_late() -> None:
    def in_time(self: Any, m: Any, far_m: float) -> Any:
        found = _in_step(self, m, far_m)
        return validity.Valid(self._block, far_m) if found == validity.LATE else found

    replace_in(Validity, "_in_step", in_time)


def count_no_missed_blocks() -> None:
    replace_in(Tracker, "_count_rows", lambda *_: None)


def let_it_come_at_any_speed() -> None:
    replace_in(Plausibility, "_fit", lambda *_: True)


def believe_the_first_ranges() -> None:
    agree = Plausibility._agree  # noqa: SLF001

    def at_once(self: Any, new: Any) -> Plausible:
        agree(self, new)
        self._last = new
        return Plausible.YES

    replace_in(Plausibility, "_agree", at_once)


def let_anchors_contradict_each_other() -> None:
    replace_in(tracker, "disagreement", lambda *_: Disagreement())


def let_a_place_contradict_its_ranges() -> None:
    made = Tracker.__init__

    def tolerant(self: Tracker, anchors: Any, geometry: Any, settings: Any) -> None:
        made(self, anchors, geometry, replace(settings, residual_m=math.inf))

    replace_in(Tracker, "__init__", tolerant)


def decide_by_one_block() -> None:
    _decide_with(k=1, n=1)


def call_nothing_a_relay() -> None:
    def patient(phone: str, radio: str, settings: Any, _most_s: float, **more: Any) -> Approach:
        return Approach(phone, radio, settings, math.inf, **more)

    replace_in(front_desk, "Approach", patient)


# --- where it is ----------------------------------------------------------------------------


def unlock_from_afar() -> None:
    _decide_with(unlock_m=4.0, lock_m=5.0)


def leave_at_the_unlock_radius() -> None:
    """No hysteresis: whoever is not in the unlock zone has left."""
    replace_in(Zone, "away", property(lambda self: self not in (Zone.INSIDE, Zone.UNLOCK)))


def mistake_outside_for_inside() -> None:
    replace_in(caller.Caller, "is_inside", property(lambda self: self.rangers.running))


def swap_inside_and_outside() -> None:
    resting = Tracker.resting_inside
    replace_in(Tracker, "resting_inside", lambda self: not resting(self))


def mistake_left_for_right() -> None:
    nearest = VehicleGeometry.nearest
    other = {"driver": "passenger", "passenger": "driver"}

    def mirrored(self: VehicleGeometry, at: Any) -> tuple[str, float]:
        name, far_m = nearest(self, at)
        return other.get(name, name), far_m

    replace_in(VehicleGeometry, "nearest", mirrored)


def open_every_side() -> None:
    replace_in(doorkeeper.Doorkeeper, "_locks", lambda *_: CLOSURES)


def open_at_every_handle() -> None:
    """Whatever the setting says of which of them open passively."""
    for module in (decision, zones):
        replace_in(module, "may_open", lambda *_: True)


CAUGHT_BY: dict[Callable[[], None], str] = {
    trust_a_bad_sts: "not_measured and STS_FAILED",
    read_a_bad_sts_as_good: "cheats and URSK",
    never_end_a_session_of_bad_sts: "not_measured and STS_FAILED",
    take_what_failed_for_measured: "cannot_count and failed",
    take_negative_distances_for_none: "cannot_count and negative",
    ignore_the_figure_of_merit: "figure_of_merit",
    ignore_the_sts_index: "cannot_count and index",
    take_a_block_again: "cannot_count and replayed",
    take_what_comes_late: "cannot_count and late",
    count_no_missed_blocks: "compared_wrongly",
    let_it_come_at_any_speed: "leap_to_the_handle",
    believe_the_first_ranges: "very_beginning",
    let_anchors_contradict_each_other: "jammed",
    let_a_place_contradict_its_ranges: "found_out",
    decide_by_one_block: "nearer_now_and_then",
    call_nothing_a_relay: "slow_round_trip",
    unlock_from_afar: "turning_back",
    leave_at_the_unlock_radius: "between_the_two_radii",
    mistake_outside_for_inside: "outside_a_door",
    swap_inside_and_outside: "never_mistaken",
    mistake_left_for_right: "only_the_side and driver",
    open_every_side: "only_the_side and passenger",
    open_at_every_handle: "does_not_open_passively",
}
