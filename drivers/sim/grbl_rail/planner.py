"""Straight moves in a row, and the speeds at which one may go over into the next.

After GRBL's own planner: each move may end at a speed from which the moves behind it can still be
stopped in time, and a corner is taken as slowly as its junction deviation ($11) wants. Lengths
are mm, times s.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

BLOCKS = 15  # that may wait: GRBL's planner buffer, without the one it keeps free

Place = tuple[float, ...]


@dataclass(slots=True)
class Block:
    """One straight move. ``leaves`` is how fast it may end."""

    start: Place
    end: Place
    rate: float
    acceleration: float
    length: float
    unit: Place
    junction: float = 0.0  # with the move before it
    leaves: float = 0.0


class Planner:
    """The moves that wait, the first one under way."""

    def __init__(self, deviation: float) -> None:
        self.blocks: deque[Block] = deque()
        self._deviation = deviation

    @property
    def is_full(self) -> bool:
        return len(self.blocks) >= BLOCKS

    def add(self, start: Place, end: Place, rate: float, acceleration: float) -> None:
        """Put a move behind the others. No effect when it goes nowhere."""
        length = math.dist(start, end)
        if length < 1e-6:
            return
        unit = tuple((b - a) / length for a, b in zip(start, end, strict=True))
        block = Block(start, end, rate, acceleration, length, unit)
        if self.blocks:
            last = self.blocks[-1]
            block.junction = min(self._corner(last, block), last.rate, rate)
        self.blocks.append(block)
        self._plan()

    def _corner(self, a: Block, b: Block) -> float:
        """How fast the corner between two moves may be taken."""
        cosine = -sum(x * y for x, y in zip(a.unit, b.unit, strict=True))
        if cosine < -0.999999:
            return math.inf  # straight on
        if cosine > 0.999999:
            return 0.0  # back
        half = math.sqrt((1 - cosine) / 2)
        return math.sqrt(a.acceleration * self._deviation * half / (1 - half))

    def _plan(self) -> None:
        """From the last move, which ends at rest, backwards."""
        later: Block | None = None
        for block in reversed(self.blocks):
            if later is None:
                block.leaves = 0.0
            else:
                stops = math.sqrt(later.leaves**2 + 2 * later.acceleration * later.length)
                block.leaves = min(later.junction, stops)
            later = block
