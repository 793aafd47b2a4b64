"""What anchors report and blocks prove, for whoever listens: a survey, a walk that is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drivers.api.clock import Clock
from drivers.api.uwb import Measurement
from rig.vehicle.passive.arrivals import Arrivals
from rig.vehicle.passive.tracker import Block


class Listener:
    """Takes in all that comes while it listens; another thread's to read."""

    def __init__(self, clock: Clock) -> None:
        self._measured: Arrivals[tuple[str, Measurement]] = Arrivals(clock)
        self._blocks: Arrivals[Block] = Arrivals(clock)

    def next_block(self, timeout_s: float) -> Block | None:
        """The oldest block not yet taken; None when none came in time."""
        return self._blocks.next(timeout_s)

    def take_blocks(self) -> list[Block]:
        """All blocks not yet taken, oldest first."""
        return self._blocks.take()

    def take_measured(self) -> dict[str, list[Measurement]]:
        """All measurements not yet taken, by anchor, without antenna delays, oldest first."""
        by_anchor: dict[str, list[Measurement]] = {}
        for anchor, measured in self._measured.take():
            by_anchor.setdefault(anchor, []).append(measured)
        return by_anchor

    def forget(self) -> None:
        """Begin anew: what came until now is of no use."""
        self._measured.take()
        self._blocks.take()

    def hear(self, anchor: str, measured: Measurement) -> None:
        self._measured.put((anchor, measured))

    def close(self, block: Block) -> None:
        self._blocks.put(block)


class RangeLog:
    """Keeps nothing itself: without a listener, what is told here is gone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: tuple[Listener, ...] = ()

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Listen while the block lasts."""
        listener = Listener(self._clock)
        self._listeners = (*self._listeners, listener)
        try:
            yield listener
        finally:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

    def measured(self, anchor: str, measured: Measurement) -> None:
        """An anchor has reported."""
        for listener in self._listeners:
            listener.hear(anchor, measured)

    def closed(self, block: Block) -> None:
        """A block is over."""
        for listener in self._listeners:
            listener.close(block)
