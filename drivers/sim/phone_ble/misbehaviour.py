"""Faults that a test plants in a phone's Bluetooth half. Real ones have no such thing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum


class BleFault(Enum):
    """What goes wrong; ``at`` says where, for the second half of them."""

    NO_FIRST_APPROACH = "without a bond, opens the channel and says nothing"
    UNENCRYPTED = "opens the channel without encrypting, although it has a bond"
    WRONG_URSK = "ranges with another key"
    WRONG_STS = "ranges with an STS index that is off by one"
    SILENT = "keeps back a message"
    DROPS = "drops the link at a step, or in the place of a message"
    REPLAYS = "sends what it sent the last time in the place of a message"
    ALTERS = "flips the last bit of a message"
    GARBAGE = "sends random bytes in the place of a message"


class Step(Enum):
    """Where a link may be dropped, besides at messages."""

    CONNECTED = "connected"
    ENCRYPTED = "encrypted"
    SERVICE_READ = "service read"
    CHANNEL_OPENED = "channel opened"
    PAIRED = "paired"


At = Step | type[object]


@dataclass(frozen=True, slots=True)
class _Plan:
    fault: BleFault
    at: At | None


class BleMisbehaviour:
    """Stands between the phone's dialogue and its channel; does nothing until it is told to."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._plan: _Plan | None = None
        self._sent: dict[type[object], bytes] = {}

    @contextmanager
    def __call__(self, fault: BleFault, *, at: At | None = None) -> Iterator[None]:
        """Within the block, let this happen; ``at`` a message's class, None for every one.

        DROPS takes a Step too. What is REPLAYed is the same message as it was sent before; the
        first one goes out as it is.
        """
        before, self._plan = self._plan, _Plan(fault, at)
        try:
            yield
        finally:
            self._plan = before

    def does(self, fault: BleFault) -> bool:
        """Whether this one is planted now."""
        return self._plan is not None and self._plan.fault is fault

    def drops_at(self, step: Step) -> bool:
        """Whether the link is to be dropped here."""
        return self._plan == _Plan(BleFault.DROPS, step)

    def send(
        self,
        kind: type[object],
        data: bytes,
        out: Callable[[bytes], None],
        drop: Callable[[], None],
    ) -> None:
        """Send a message of this class as it is, but for what is planted."""
        earlier = self._sent.get(kind, data)
        self._sent[kind] = data
        plan = self._plan
        if plan is None or plan.at not in (None, kind):
            out(data)
        elif plan.fault is BleFault.DROPS:
            drop()
        elif plan.fault is not BleFault.SILENT:
            out(self._spoilt(plan.fault, data, earlier))

    def _spoilt(self, fault: BleFault, data: bytes, earlier: bytes) -> bytes:
        if fault is BleFault.REPLAYS:
            return earlier
        if fault is BleFault.ALTERS:
            return data[:-1] + bytes((data[-1] ^ 0x01,))
        return self._chance.randbytes(len(data)) if fault is BleFault.GARBAGE else data
