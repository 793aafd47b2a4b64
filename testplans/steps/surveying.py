"""Ranges of a phone at rest over a grid around the vehicle, and walks for the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point
from drivers.api.stage import Carried, Stage, Walk
from drivers.api.uwb import Measurement, RangeStatus
from rig.measure.outcomes import Inconclusive
from rig.measure.ranging import Spot
from rig.measure.ranging_evidence import RangePosition, Survey, WalkDecision, Walks
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.geometry import COOPER, Box
from rig.vehicle.passive.range_log import Listener
from rig.vehicle.passive.tracker import Block
from testplans.steps.walking import HEIGHT_M, Opened, from_handle_m

CELL_M = 1.0
BESIDE_M = 0.3  # nobody stands nearer to the body
SETTLE_S = 0.2  # two blocks: those that were under way while the phone was moved
SILENT_S = 5.0  # without any block, ranging has ended
OPEN, THROUGH = "line of sight", "through the vehicle"
_SKIN_M = 0.1  # anchors on the outside sit in it
_BODY = Box(
    COOPER.outline.front_m - _SKIN_M,
    COOPER.outline.rear_m + _SKIN_M,
    COOPER.outline.left_m - _SKIN_M,
    COOPER.outline.right_m + _SKIN_M,
)
_MEASURED = (RangeStatus.OK, RangeStatus.NEGATIVE)


class WalksOf(Protocol):
    """Begins a set of walks with the vehicle's own zones: ``walks_of("passes at 3 m")``."""

    def __call__(self, name: str) -> Walks: ...


def grid_around(reach_m: float) -> list[Point]:
    """Places a metre apart, about so far from the vehicle's body, in rows that are walked along."""
    body = COOPER.outline
    half_x = round(body.front_m + reach_m)
    half_y = round(body.left_m + reach_m)
    rows = [
        [Point(float(x), float(y), HEIGHT_M) for y in range(-half_y, half_y + 1)]
        for x in range(-half_x, half_x + 1)
    ]
    ordered = [p for n, row in enumerate(rows) for p in (reversed(row) if n % 2 else row)]
    return [p for p in ordered if _beside(p) > BESIDE_M]


def _beside(at: Point) -> float:
    body = COOPER.outline
    out_x = max(body.rear_m - at.x_m, at.x_m - body.front_m, 0.0)
    out_y = max(body.right_m - at.y_m, at.y_m - body.left_m, 0.0)
    return float(max(out_x, out_y))


def sight(anchor: Point, place: Point) -> str:
    """Whether the vehicle's body, its glass included, stands between the two: THROUGH or OPEN."""
    return THROUGH if _BODY.stands_between(anchor, place) else OPEN


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Takes ``blocks`` at each place."""

    passive: PassiveEntry
    stage: Stage
    phone: KeyHolder
    blocks: int

    def over(self, grid: Sequence[Point], carried: Carried, into: Survey) -> list[RangePosition]:
        """Every anchor at every place, into the survey; the phone has met the vehicle before.

        Raises Inconclusive where ranging has ended.
        """
        with self.passive.listening() as seen:
            return [position for at in grid for position in self._at(at, carried, seen, into)]

    def _at(
        self, at: Point, carried: Carried, seen: Listener, into: Survey
    ) -> Iterator[RangePosition]:
        """The anchor that reported most often says how many blocks there were."""
        self.stage.place(self.phone, at, carried)
        self._stand_still(seen, f"at {at.x_m:g}, {at.y_m:g} m")
        measured = seen.take_measured()
        expected = max(map(len, measured.values()))
        for name, place in self.passive.anchors.items():
            condition = f"{carried.value}, {sight(place, at)}"
            spot = Spot(name, at.x_m, at.y_m, place.distance_m(at), condition)
            yield into.add(spot, valid_ranges(measured.get(name, ())), expected)

    def _stand_still(self, seen: Listener, where: str) -> None:
        self.passive.clock.sleep(SETTLE_S)
        seen.forget()
        for _ in range(self.blocks):
            if seen.next_block(SILENT_S) is None:
                told = "; ".join(each.told for each in self.passive.approaches())
                raise Inconclusive(f"{where}: no block for {SILENT_S:g} s: {told}")


def bias_m(position: RangePosition) -> float:
    """The mean error there. Raises Inconclusive where nothing was measured."""
    found = next((s.value for s in position.statistics if s.name == "bias"), None)
    if found is None:
        at = f"{position.x_m:g}, {position.y_m:g} m"
        raise Inconclusive(f"{position.anchor} measured nothing at {at}, in sight of it")
    return found


def valid_ranges(measured: Sequence[Measurement]) -> list[float]:
    """The distances of those that are measurements."""
    return [m.distance_m for m in measured if m.status in _MEASURED and m.distance_m is not None]


def keep_walk(walks: Walks, walked: Opened, what: str, handle: str = "driver") -> None:
    """A walk on which the locks have moved, as the report shows it."""
    t_s = (walked.occurrence.t_ns - walked.walk.begun_ns) / 1e9
    decided = WalkDecision(what, t_s, walked.distance_m)
    record(walks, walked.walk, walked.path, walked.blocks, handle, [decided])


def record(
    walks: Walks,
    walk: Walk,
    path: Path,
    blocks: Sequence[Block],
    handle: str,
    decisions: Sequence[WalkDecision] = (),
) -> None:
    """A walk to, from or past a handle, block by block.

    The true distance is that of the path at its speed, so that nobody has to be asked for each.
    """
    under_way = [block for block in blocks if block.t_ns >= walk.begun_ns]
    times_s = [(block.t_ns - walk.begun_ns) / 1e9 for block in under_way]
    walks.add(
        times_s,
        [from_handle_m(handle, path.after(t_s)) for t_s in times_s],
        [_ranged_m(block, handle) for block in under_way],
        decisions,
    )


def _ranged_m(block: Block, handle: str) -> float | None:
    """How far from the handle the block says that the phone is."""
    place = block.place
    if place is None:
        return None
    if place.at is not None:
        return from_handle_m(handle, place.at)
    return place.handle_m if place.handle == handle else None
