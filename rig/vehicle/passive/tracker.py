"""One phone's ranges, block by block, and what they prove. Pure: no radio, no clock."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drivers.api.space import Point
from drivers.api.uwb import Measurement
from rig.vehicle.passive.cabin_place import place_by_cabin
from rig.vehicle.passive.filters import filter_of
from rig.vehicle.passive.geometry import VehicleGeometry
from rig.vehicle.passive.plausible import Plausibility, Plausible
from rig.vehicle.passive.position import Fix, Ranged, disagreement, fix, fix_past_obstacles
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.validity import NOTHING_HEARD, STS_FAILED, Grid, Valid, Validity
from rig.vehicle.passive.zones import Located, Zone, bounded, located

DISAGREE = "anchors disagree"
OBSTRUCTED = "too long: obstructed"
NOT_YET = "too few ranges yet"
ALONE = "one anchor alone"


@dataclass(frozen=True, slots=True)
class Block:
    """What one block proved. ``place`` is None where no range of it was believed."""

    number: int
    t_ns: int
    place: Located | None
    inconsistent: bool
    ranges_m: Mapping[str, float] = field(default_factory=dict)  # filtered, by anchor


class _Anchor:
    """What is kept for one anchor."""

    def __init__(self, at: Point, grid: Grid, settings: PassiveSettings) -> None:
        self.at = at
        self.validity = Validity(grid, settings)
        self.plausibility = Plausibility(settings, grid.block_ns / 1e9)
        self.filter = filter_of(settings)

    def begin(self, grid: Grid, settings: PassiveSettings) -> None:
        """The session runs on a new grid; what the phone was seen to do before still counts."""
        self.validity = Validity(grid, settings)


@dataclass(slots=True)
class _Open:
    """A block whose ranges are still coming in."""

    number: int
    t_ns: int
    heard: set[str] = field(default_factory=set)  # anchors that reported, whatever they did
    believed: dict[str, Ranged] = field(default_factory=dict)
    doubted: int = 0
    refused: list[str] = field(default_factory=list)


class Tracker:
    """Takes the measurements of every anchor; closes blocks.

    ``rejections`` counts every measurement that did not count, by name.
    """

    def __init__(
        self,
        anchors: Mapping[str, Point],
        geometry: VehicleGeometry,
        settings: PassiveSettings,
    ) -> None:
        self._places, self._geometry, self._settings = anchors, geometry, settings
        self._anchors: dict[str, _Anchor] = {}
        self._grid: Grid | None = None
        self._open: _Open | None = None
        self._near: Point | None = None
        self.rejections: Counter[str] = Counter()
        self.blocks: deque[Block] = deque(maxlen=max(settings.n, settings.inside_n))
        self.bad_sts = self.unheard = 0  # blocks in a row
        self.first_valid_ns: int | None = None  # when the first range came that may count

    def begin(self, grid: Grid) -> None:
        """Ranging begins, or begins anew, on this grid."""
        self._grid, self._open = grid, None
        for name, at in self._places.items():
            if name in self._anchors:
                self._anchors[name].begin(grid, self._settings)
            else:
                self._anchors[name] = _Anchor(at, grid, self._settings)

    def take(self, anchor: str, m: Measurement) -> Iterator[Block]:
        """One measurement; yields the blocks that it closes."""
        if self._grid is None:
            return
        number = m.block if m.block is not None else self._grid.block_at(m.t_ns)
        if self._open is not None and number > self._open.number:
            yield from self.close()
        if self._open is None:
            self._open = _Open(number, m.t_ns)
        self._open.heard.add(anchor)
        self._judge(anchor, m, self._open)
        if self._open.heard == set(self._anchors):
            yield from self.close()

    def close(self) -> Iterator[Block]:
        """Close the open block, however many anchors have reported; yields it."""
        now, self._open = self._open, None
        if now is None:
            return
        block = self._closed(now)
        self.blocks.append(block)
        yield block

    @property
    def is_open(self) -> bool:
        """Whether a block waits for more anchors."""
        return self._open is not None

    def last(self, count: int) -> tuple[Block, ...]:
        """The last blocks, oldest first."""
        return tuple(self.blocks)[-count:]

    def resting_inside(self) -> bool:
        """Whether the middle of the last blocks' places is in the cabin, and most agree."""
        blocks = self.last(self._settings.inside_n)
        places = [b.place for b in blocks if b.place is not None]
        if len(places) * 2 <= self._settings.inside_n:
            return False
        inside = sum(p.zone is Zone.INSIDE for p in places)
        return inside * 2 > len(places)

    def _judge(self, name: str, m: Measurement, now: _Open) -> None:
        anchor = self._anchors[name]
        verdict = anchor.validity.judge(m)
        if not isinstance(verdict, Valid):
            self.rejections[verdict] += 1
            now.refused.append(verdict)
            return
        if self.first_valid_ns is None:
            self.first_valid_ns = m.t_ns
        plausible = anchor.plausibility.judge(m.t_ns, verdict.distance_m)
        if plausible is Plausible.YES:
            filtered = anchor.filter.update(m.t_ns, verdict.distance_m)
            now.believed[name] = Ranged(anchor.at, filtered)
        elif plausible is Plausible.NOT_YET:
            self.rejections[NOT_YET] += 1
        else:
            self.rejections[f"faster than {self._settings.speed_cap_mps:g} m/s"] += 1
            now.doubted += 1

    def _count_rows(self, now: _Open) -> None:
        """Blocks in a row in which no anchor heard anything, or all that did had a bad STS."""
        heard = [why for why in now.refused if why != NOTHING_HEARD]
        nothing = len(now.refused) == len(now.heard)
        self.unheard = self.unheard + 1 if nothing and not heard else 0
        bad = nothing and bool(heard) and all(why == STS_FAILED for why in heard)
        self.bad_sts = self.bad_sts + 1 if bad else 0

    def _closed(self, now: _Open) -> Block:
        self._count_rows(now)
        ranges: Mapping[str, Ranged] = now.believed
        doubted = now.doubted > 0 and now.doubted >= len(ranges)
        filtered = {name: r.distance_m for name, r in ranges.items()}
        if len(ranges) < min(self._settings.anchors_least, len(self._anchors)):
            # One could be made to read short, and the rest be jammed.
            self.rejections.update([ALONE] * len(ranges))
            return Block(now.number, now.t_ns, None, doubted, filtered)
        ranges, verdict = self._agreed(ranges)
        if verdict is not None:
            self.rejections[DISAGREE] += 1
            return Block(now.number, now.t_ns, None, verdict, filtered)
        within = place_by_cabin(ranges, self._geometry)
        if within is not None and self._geometry.cabin.holds(within):
            return Block(now.number, now.t_ns, self._inside(within), doubted, filtered)
        settings = self._settings
        found = fix_past_obstacles(ranges, settings.phone_height_m, self._near, settings.residual_m)
        if found is None and len(ranges) < len(now.believed):
            return Block(now.number, now.t_ns, None, doubted, filtered)
        if found is None:
            place = bounded(ranges, self._geometry, self._settings)
        elif self._impossible(found):
            self.rejections[DISAGREE] += 1
            return Block(now.number, now.t_ns, None, True, filtered)
        else:
            self._near = found.at
            known = within is not None  # the anchors in the cabin know: it is not in there
            place = located(found.at, self._geometry, self._settings, outside=known)
        return Block(now.number, now.t_ns, place, doubted, filtered)

    def _agreed(self, ranges: Mapping[str, Ranged]) -> tuple[Mapping[str, Ranged], bool | None]:
        """The ranges without those that are obstructed; and whether it ends here, inconsistent.

        Where one anchor stands against one, the others' place says which of the two is wrong.
        """
        settings = self._settings
        wrong = disagreement(ranges, settings.triangle_m)
        if wrong.short:
            return ranges, True
        kept = {n: r for n, r in ranges.items() if n not in wrong.long | wrong.either}
        self.rejections.update([OBSTRUCTED] * len(wrong.long))
        if wrong.either:
            found = fix(kept, settings.phone_height_m, self._near) if len(kept) > 3 else None
            if found is None:
                return ranges, False
            for name in wrong.either:
                ranged = ranges[name]
                if ranged.distance_m - ranged.at.distance_m(found.at) < -settings.residual_m:
                    return ranges, True
        return kept, None

    def _inside(self, at: Point) -> Located:
        handle, far_m = self._geometry.nearest(at)
        return Located(Zone.INSIDE, handle, far_m, at)

    def _impossible(self, found: Fix) -> bool:
        return found.shortest_m < -self._settings.residual_m
