"""Faults a test plants between a card and the air. Real cards have them without being asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from drivers.sim.isodep.selection import Frame


class RfFault(Enum):
    """What goes wrong on the air."""

    MUTE = "hears and never answers"
    NO_RATS = "answers polling and selection, not RATS"
    BAD_CRC = "its answers arrive with a wrong checksum"
    LOST_ANSWER = "its answers are lost"
    LOST_COMMAND = "the reader's frames are lost"
    WTX_STORM = "asks for more time again and again instead of answering"


@dataclass(frozen=True, slots=True)
class _Plan:
    fault: RfFault
    every: int
    most: int


class RfMisbehaviour:
    """Stands between a card and the air; does nothing until a fault is planted.

    Of standard frames only: polling has no checksum, and a lost poll is a poll too few.
    """

    def __init__(self) -> None:
        self.hits = 0  # of the planted fault, since it was planted
        self._plan: _Plan | None = None
        self._count = 0

    @contextmanager
    def __call__(self, fault: RfFault, *, every: int = 1, most: int = 0) -> Iterator[None]:
        """Within the block, let this happen to every so manieth frame, ``most`` times in all.

        ``most`` 0 has no end. MUTE and NO_RATS know neither: such a card is as it is.
        """
        before, self._plan = self._plan, _Plan(fault, every, most)
        self.hits = self._count = 0
        try:
            yield
        finally:
            self._plan = before

    def is_planted(self, fault: RfFault) -> bool:
        """Whether this one is planted now, for as long as it is."""
        return self._plan is not None and self._plan.fault is fault

    def strikes(self, fault: RfFault) -> bool:
        """Whether this one happens now, to this frame; counts it."""
        plan = self._plan
        if plan is None or plan.fault is not fault or (plan.most and self.hits >= plan.most):
            return False
        self._count += 1
        if self._count % plan.every:
            return False
        self.hits += 1
        return True

    def inward(self, frame: Frame) -> Frame | None:
        """What reaches the card of a frame."""
        if self.is_planted(RfFault.MUTE):
            return None
        if not frame.is_short and self.strikes(RfFault.LOST_COMMAND):
            return None
        return frame

    def outward(self, frame: Frame) -> Frame | None:
        """What reaches the reader of an answer."""
        if len(frame.data) <= 2:  # to a poll
            return frame
        if self.strikes(RfFault.LOST_ANSWER):
            return None
        if self.strikes(RfFault.BAD_CRC):
            return replace(frame, data=frame.data[:-1] + bytes((frame.data[-1] ^ 0x5A,)))
        return frame
