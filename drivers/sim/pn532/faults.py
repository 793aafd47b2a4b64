"""Faults a test plants in the chip and on its line. Real ones have no such thing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from drivers.sim.pn532.host_frame import ACK_FRAME


class ChipFault(Enum):
    """What goes wrong between chip and host."""

    SILENT = "takes what it is sent and says nothing at all"
    STUCK = "acknowledges and never answers"
    NO_ACK = "answers without having acknowledged"
    GARBAGE = "sends random octets instead of an answer"
    NOISE = "sends random octets before its answer"
    BAD_CHECKSUM = "sends an answer whose data do not match their checksum"
    CUT = "sends the first half of an answer"


@dataclass(frozen=True, slots=True)
class _Plan:
    fault: ChipFault
    at: int
    most: int


class ChipMisbehaviour:
    """Stands between the chip and its line; does nothing until a fault is planted."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._plan: _Plan | None = None
        self._count = 0

    @contextmanager
    def __call__(self, fault: ChipFault, *, at: int = 1, most: int = 0) -> Iterator[None]:
        """Within the block, let this happen from the ``at``-th answer on, ``most`` times.

        ``most`` 0 has no end. Counted are answers; acknowledgements go with theirs.
        """
        before, self._plan = self._plan, _Plan(fault, at, most)
        self._count = 0
        try:
            yield
        finally:
            self._plan = before

    def spoilt(self, out: bytes) -> bytes:
        """What the host gets of this."""
        plan = self._plan
        if plan is None:
            return out
        is_ack = out == ACK_FRAME
        self._count += is_ack
        late = plan.most and self._count >= plan.at + plan.most
        if self._count < plan.at or late:
            return out
        return self._ack(plan.fault, out) if is_ack else self._answer(plan.fault, out)

    def _ack(self, fault: ChipFault, out: bytes) -> bytes:
        return b"" if fault in (ChipFault.SILENT, ChipFault.NO_ACK) else out

    def _answer(self, fault: ChipFault, out: bytes) -> bytes:
        match fault:
            case ChipFault.SILENT | ChipFault.STUCK:
                return b""
            case ChipFault.GARBAGE:
                return self._chance.randbytes(len(out))
            case ChipFault.NOISE:
                return self._chance.randbytes(8) + out
            case ChipFault.BAD_CHECKSUM:
                return out[:-2] + bytes((out[-2] ^ 0x5A,)) + out[-1:]
            case ChipFault.CUT:
                return out[: len(out) // 2]
            case _:
                return out
