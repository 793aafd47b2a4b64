"""The carriage itself: where it is, how fast, and where it was.

Two frames of coordinates, in mm: the controller counts from where it believes to be (``machine``),
and the rail is where it is (``true``). Homing makes them one; lost steps part them.
"""

from __future__ import annotations

import math
from bisect import bisect_right

from drivers.sim.grbl_rail.planner import Place, Planner

_STEP_NS = 1_000_000
_KEPT = 120_000  # moments


class Mechanics:
    """Moves on when it is told the time. ``holding``: it slows down to a stop."""

    def __init__(self, true: Place, travel: Place, deviation: float, now_ns: int) -> None:
        self.machine: Place = (0.0,) * len(true)
        self.planner, self._deviation = Planner(deviation), deviation
        self.speed = 0.0
        self.holding = False
        self.hit_end = False
        self._offset, self._travel = true, travel
        self._now_ns = now_ns
        self._times_ns, self._trues = [now_ns], [true]

    @property
    def true(self) -> Place:
        """Where the carriage really is."""
        return tuple(m + o for m, o in zip(self.machine, self._offset, strict=True))

    @property
    def moves(self) -> bool:
        return self.speed > 0 or (bool(self.planner.blocks) and not self.holding)

    def advance(self, now_ns: int) -> None:
        """Move on to that time. ``hit_end`` is set when it has run into an end."""
        while self._now_ns < now_ns and self.moves:
            step_ns = min(_STEP_NS, now_ns - self._now_ns)
            self._step(step_ns / 1e9)
            self._now_ns += step_ns
            self._note()
        self._now_ns = max(self._now_ns, now_ns)

    def at(self, t_ns: int) -> Place:
        """Where it was at a time, as far as it has been moved on; later, where it is."""
        after = bisect_right(self._times_ns, t_ns)
        if after == 0 or after == len(self._times_ns):
            return self._trues[max(0, after - 1)]
        begin_ns, end_ns = self._times_ns[after - 1], self._times_ns[after]
        share = (t_ns - begin_ns) / (end_ns - begin_ns)
        pairs = zip(self._trues[after - 1], self._trues[after], strict=True)
        return tuple(a + share * (b - a) for a, b in pairs)

    def go(self, end: Place, rate: float, acceleration: float) -> None:
        """Queue a move to a place of the machine."""
        blocks = self.planner.blocks
        if not blocks:
            self._note_rest()
        self.planner.add(blocks[-1].end if blocks else self.machine, end, rate, acceleration)

    def in_machine(self, true: Place) -> Place:
        """What the controller calls a place of the rail, rightly or not."""
        return tuple(t - o for t, o in zip(true, self._offset, strict=True))

    def halt(self, lost_mm: float = 0.0) -> None:
        """Stop dead and forget all moves; ``lost_mm`` of steps are lost by that."""
        self.planner, self.speed, self.holding = Planner(self._deviation), 0.0, False
        self._offset = tuple(o + lost_mm for o in self._offset)
        self._note()

    def found_home(self) -> None:
        """The controller knows where it is from now on."""
        self.machine, self._offset = self.true, (0.0,) * len(self._offset)

    def _step(self, dt_s: float) -> None:
        block = self.planner.blocks[0]
        left = math.dist(self.machine, block.end)
        slowing = max(0.0, self.speed - block.acceleration * dt_s)
        if self.holding:
            self.speed = slowing
        else:
            stops = math.sqrt(block.leaves**2 + 2 * block.acceleration * left)
            faster = self.speed + block.acceleration * dt_s
            self.speed = min(faster, max(min(block.rate, stops), slowing))
        self._run(self.speed * dt_s + (0.0 if self.holding else 1e-7))
        self._stop_at_the_ends()

    def _run(self, distance: float) -> None:
        blocks = self.planner.blocks
        while blocks:
            left = math.dist(self.machine, blocks[0].end)
            if distance < left:
                on = distance / left
                pairs = zip(self.machine, blocks[0].end, strict=True)
                self.machine = tuple(a + on * (b - a) for a, b in pairs)
                return
            distance -= left
            self.machine = blocks.popleft().end
        self.speed = 0.0

    def _stop_at_the_ends(self) -> None:
        """What runs into the end of the rail stands there, and loses steps."""
        true = self.true
        kept = tuple(min(max(t, -r), 0.0) for t, r in zip(true, self._travel, strict=True))
        if math.dist(kept, true) > 1e-3:
            self._offset = tuple(k - m for k, m in zip(kept, self.machine, strict=True))
            self.hit_end = True

    def _note_rest(self) -> None:
        if self._now_ns > self._times_ns[-1]:
            self._note()

    def _note(self) -> None:
        if len(self._times_ns) > _KEPT:
            del self._times_ns[: _KEPT // 2], self._trues[: _KEPT // 2]
        self._times_ns.append(self._now_ns)
        self._trues.append(self.true)
