"""What stands between an anchor on the vehicle and a phone: sheet metal, glass, a body.

All of this is inferred [I]; the figures of each kind of path are measured (``uwb_channel``).

* The vehicle is a box of a MINI Cooper's size: metal from the floor pan to the sills of the
  windows, glass from there to the roof, and a roof of metal. Seats and people inside are air.
* Sheet metal lets nothing through at 6.5 or 8 GHz. Behind one panel a phone is heard around its
  edge, through the window above it: a direct path that is weak, BODY. With two panels between,
  all that arrives has gone around the car: no direct path, WALL.
* Glass is LIGHT, however many panes: some decibels, and little delay.
* An anchor nearer than SKIN_M to a side of the box is mounted on the outside: it looks out from
  the skin, and back through its own panel. Any other anchor within the box is an interior one.
* A hand leaves the path open. A trouser pocket in front is LIGHT. A pocket at the back has the
  carrier's body between the phone and everything that lies ahead: BODY; what lies behind sees it
  freely. Ahead is where they walk, and for one who only ever stood, where the vehicle is.
* Of several obstacles on one path the worst counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.api.space import Point
from drivers.api.stage import Carried
from drivers.sim.ranging_air import Call, RangingAir, Reply
from drivers.sim.uwb_channel import Obstacle
from drivers.sim.uwb_chip.scene import Shot, Sight
from drivers.uwb.uci.codes import Status

SKIN_M = 0.10
_OUTSIDE_M = 0.001  # how far an anchor on the skin looks out of it
_FASTEST_MPS = 5.0  # whoever is elsewhere sooner has been put there
_STEP_M = 0.02  # less is no step, and does not turn anybody
_SEVERITY = (Obstacle.NONE, Obstacle.LIGHT, Obstacle.BODY, Obstacle.WALL)
_Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class CarBody:
    """The box, around the middle of the vehicle's frame."""

    length_m: float = 3.86
    width_m: float = 1.73
    floor_m: float = 0.30
    sill_m: float = 0.95
    roof_m: float = 1.30

    def between(self, anchor: Point, phone: Point) -> Obstacle:
        """What a straight path from an anchor meets of the vehicle."""
        begin = _vector(self.mounted(anchor))
        step = _difference(_vector(phone), begin)
        panels = panes = 0
        for axis, share in self._crossings(begin, step):
            z_m = begin[2] + share * step[2]
            glass = axis != 2 and z_m > self.sill_m
            panes += glass
            panels += not glass
        if panels:
            return Obstacle.BODY if panels == 1 else Obstacle.WALL
        return Obstacle.LIGHT if panes else Obstacle.NONE

    def mounted(self, anchor: Point) -> Point:
        """Where an anchor looks from: one within the skin, from its outside."""
        x_m, y_m = anchor.x_m, anchor.y_m
        if not self._holds(anchor):
            return anchor
        half_x_m, half_y_m = self.length_m / 2, self.width_m / 2
        if half_x_m - abs(x_m) < SKIN_M:
            x_m = (half_x_m + _OUTSIDE_M) * (1 if x_m > 0 else -1)
        if half_y_m - abs(y_m) < SKIN_M:
            y_m = (half_y_m + _OUTSIDE_M) * (1 if y_m > 0 else -1)
        return Point(x_m, y_m, anchor.z_m)

    def _holds(self, place: Point) -> bool:
        within = abs(place.x_m) <= self.length_m / 2 and abs(place.y_m) <= self.width_m / 2
        return within and self.floor_m <= place.z_m <= self.roof_m

    def _crossings(self, begin: _Vector, step: _Vector) -> Iterator[tuple[int, float]]:
        """Axis of each face that a path goes through, and how far along the path that is."""
        half_x_m, half_y_m = self.length_m / 2, self.width_m / 2
        sides = ((-half_x_m, half_x_m), (-half_y_m, half_y_m), (self.floor_m, self.roof_m))
        for axis, pair in enumerate(sides):
            for side_m in pair:
                if not step[axis]:
                    continue
                share = (side_m - begin[axis]) / step[axis]
                at = (begin[other] + share * step[other] for other in range(3))
                inside = (
                    sides[other][0] <= where_m <= sides[other][1]
                    for other, where_m in enumerate(at)
                    if other != axis
                )
                if 0 < share < 1 and all(inside):
                    yield axis, share


def worst(*obstacles: Obstacle) -> Obstacle:
    """The one that decides what a path with all of these is like."""
    return max(obstacles, key=_SEVERITY.index)


def carried_between(
    carried: Carried, phone: Point, anchor: Point, heading: tuple[float, float]
) -> Obstacle:
    """What the way of carrying puts between phone and anchor; ``heading`` is where they face."""
    if carried is Carried.IN_HAND:
        return Obstacle.NONE
    if carried is Carried.FRONT_POCKET:
        return Obstacle.LIGHT
    ahead_m = (anchor.x_m - phone.x_m) * heading[0] + (anchor.y_m - phone.y_m) * heading[1]
    return Obstacle.BODY if ahead_m > 0 else Obstacle.NONE


class AirScene:
    """A scene of CCC sessions: whoever answers on the air, seen from one anchor.

    Called from the anchor's own thread alone.
    """

    def __init__(self, air: RangingAir, anchor: Point, body: CarBody | None = None) -> None:
        self._air, self._anchor = air, anchor
        self._body = body or CarBody()
        self._walkers: dict[int, Walker] = {}

    def __call__(self, shot: Shot) -> Sight | None:
        call = Call(shot.session_id, shot.sts_index or 0, shot.ursk or b"", shot.t_ns, self._anchor)
        reply = self._air.call(call)
        if reply is None:
            return None
        if not reply.sts_fits:
            return Sight(0.0, status=Status.PHY_STS_FAILED)
        heading = self._walkers.setdefault(shot.session_id, Walker()).heading(reply.at, shot.t_ns)
        return self._seen(reply, heading)

    def _seen(self, reply: Reply, heading: tuple[float, float]) -> Sight:
        obstacle = worst(
            self._body.between(self._anchor, reply.at),
            carried_between(reply.carried, reply.at, self._anchor, heading),
        )
        distance_m = self._anchor.distance_m(reply.at) + reply.shift_m
        return Sight(distance_m, obstacle, late_ns=reply.late_ns)


class Walker:
    """Where somebody faces, from where they were seen."""

    def __init__(self) -> None:
        self._last: tuple[Point, int] | None = None
        self._heading: tuple[float, float] | None = None

    def heading(self, at: Point, t_ns: int) -> tuple[float, float]:
        """The way they walk, by this sight and the last ones; standing, the way to the vehicle."""
        if self._last is None:
            self._last = at, t_ns
        before, before_ns = self._last
        dx_m, dy_m = at.x_m - before.x_m, at.y_m - before.y_m
        moved_m = (dx_m * dx_m + dy_m * dy_m) ** 0.5
        if moved_m > _STEP_M:
            walked = moved_m <= _FASTEST_MPS * max(0.0, (t_ns - before_ns) / 1e9)
            self._heading = (dx_m, dy_m) if walked else None
            self._last = at, t_ns
        return self._heading or (-at.x_m, -at.y_m)


def _vector(place: Point) -> _Vector:
    return place.x_m, place.y_m, place.z_m


def _difference(a: _Vector, b: _Vector) -> _Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]
