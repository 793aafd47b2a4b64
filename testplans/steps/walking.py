"""Ways around the vehicle with a phone, and what passive entry makes of them.

Speeds are those of CCC's recommendation and of a brisk walk (EXT-CCC-PERF: 6 m, at most 2.1 m/s).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point
from drivers.api.stage import Carried, Stage, Walk
from rig.measure.timeline import Occurrence
from rig.vehicle.car import Car
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.conditions import locked_passively, reached, unlocked_passively
from rig.vehicle.passive.geometry import COOPER
from rig.vehicle.passive.tracker import Block

WALK_MPS, BRISK_MPS = 1.4, 2.1
FAR_M, NEAR_M = 6.0, 0.3  # from the handle: where an approach begins and ends
HEIGHT_M = 1.0  # of a phone in a hand, a pocket
SEAT_M = 0.6  # of a phone on a seat or in the pocket of who sits
DRIVERS_SEAT = Point(-0.1, 0.35, SEAT_M)
SETTLE_S = 3.0  # at rest: in which whatever is to happen has long happened
FOREVER_S = 60.0  # of the bench's own time: longer than any walk here


@dataclass(frozen=True, slots=True)
class Opened:
    """A walk that moved the locks: when, and how far from the handle the phone was."""

    occurrence: Occurrence
    distance_m: float
    walk: Walk
    path: Path
    blocks: list[Block]  # ranged on the way


def beside(handle: str, distance_m: float, along_m: float = 0.0) -> Point:
    """The place straight out from a handle, and ``along_m`` further forward."""
    at = COOPER.handles[handle]
    side = 1 if at.y_m > 0 else -1
    return Point(at.x_m + along_m, at.y_m + side * distance_m, HEIGHT_M)


def towards(handle: str, speed_mps: float, from_m: float = FAR_M, to_m: float = NEAR_M) -> Path:
    """Straight to a handle."""
    return Path((beside(handle, from_m), beside(handle, to_m)), speed_mps)


def away_from(handle: str, speed_mps: float, to_m: float = FAR_M) -> Path:
    """Straight away from a handle."""
    return Path((beside(handle, NEAR_M), beside(handle, to_m)), speed_mps)


def past(handle: str, at_m: float, speed_mps: float = WALK_MPS, half_m: float = 8.0) -> Path:
    """Along the side of a handle, no nearer to it than ``at_m``."""
    return Path((beside(handle, at_m, half_m), beside(handle, at_m, -half_m)), speed_mps)


def from_handle_m(handle: str, place: Point) -> float:
    """How far a place is from a handle, over the ground."""
    at = COOPER.handles[handle]
    return Point(at.x_m, at.y_m).distance_m(Point(place.x_m, place.y_m))


def approach(
    car: Car,
    stage: Stage,
    phone: KeyHolder,
    path: Path,
    carried: Carried = Carried.IN_HAND,
    handle: str = "driver",
) -> Opened:
    """Walk to the vehicle until it opens, and on to the end. Raises as the condition does."""
    with car.passive.listening() as seen:
        walk = stage.walk(phone, path, carried)
        occurrence = unlocked_passively(car.passive).wait(path.duration_s + SETTLE_S)
        distance_m = from_handle_m(handle, walk.where(occurrence.t_ns))
        walk.finish()
        return Opened(occurrence, distance_m, walk, path, seen.take_blocks())


def leave(car: Car, stage: Stage, phone: KeyHolder, path: Path) -> Opened:
    """Walk away until the vehicle locks, and on to the end."""
    with car.passive.listening() as seen:
        walk = stage.walk(phone, path)
        occurrence = locked_passively(car.passive).wait(path.duration_s + FOREVER_S)
        distance_m = from_handle_m("driver", walk.where(occurrence.t_ns))
        walk.finish()
        return Opened(occurrence, distance_m, walk, path, seen.take_blocks())


def meet(car: Car, stage: Stage, phone: KeyHolder) -> None:
    """Let phone and vehicle meet for the first time, which takes longer than ever after.

    They pair by Bluetooth and the key proves itself; from now on the phone is known.
    """
    with car.passive.preparing():
        stage.place(phone, beside("driver", FAR_M))
        reached(car.passive, "set_up").wait(FOREVER_S)
        go_away(car, stage, phone)


def opens_nothing(
    car: Car,
    stage: Stage,
    phone: KeyHolder,
    paths: Iterable[Path],
    walked: Callable[[Walk, Path, list[Block]], object] = lambda _walk, _path, _blocks: None,
) -> list[str]:
    """Walk each path to its end and rest; which of them have opened the locked vehicle.

    ``walked`` is told of each walk that is over, with what was ranged on it.
    """
    opening = []
    for number, path in enumerate(paths):
        car.lock_all()
        with car.passive.listening() as seen:
            walk = stage.walk(phone, path)
            walk.finish()
            walked(walk, path, seen.take_blocks())
        car.clock.sleep(SETTLE_S)
        if (moved := car.passive.next_movement(0, unlocked=True)) is not None:
            at = walk.where(moved.t_ns)
            opening.append(f"walk {number}: {from_handle_m('driver', at):.2f} m from the handle")
    return opening


def somebody_was_judged(seen: Iterable[Approach]) -> None:
    """That nothing opened says something of a phone only if one came as far as being ranged.

    Raises what kept the last one from it, Inconclusive as a rule.
    """
    found = list(seen)
    if any(each.refused or "set_up" in each.timeline.marks for each in found):
        return
    for each in reversed(found):
        each.raise_if_broken()


def go_away(car: Car, stage: Stage, phone: KeyHolder) -> None:
    """Out of range until it counts as gone, the vehicle locked by hand: for the next approach."""
    stage.take_away(phone)
    car.clock.sleep(car.passive.settings.rearm_s + SETTLE_S)
    car.lock_all()
    while car.passive.next_movement(0) is not None:
        continue
