"""A board of relays and inputs whose commands and readings fail."""

from __future__ import annotations

from drivers.api.clock import TimeSource
from drivers.api.relay import RelayBoard
from drivers.api.sensor import InputBoard
from drivers.sim.faults.link import RATE, Wrapping, failure

_COMMAND = {
    "command lost": "lost",
    "command refused": "refused",
    "unplugged for a moment": "gone",
    "library crashes": "crash",
}
_READING = {"reading lost": "lost", "reading damaged": "damaged", "reading cut short": "cut short"}


class FaultyBoard(Wrapping, RelayBoard, InputBoard):
    """Wraps any board; options as of Wrapping. Without inputs behind it, it has none."""

    link = "relay board"
    faults = (
        *_COMMAND,
        *_READING,
        "command ignored",
        "command late",
        "command given twice",
        "other relay moves",
        "relay drops out",
        "reading late",
        "inputs stuck",
        "input flickers",
        "gone for good",
    )

    def __init__(
        self,
        board: RelayBoard,
        rate: float = RATE,
        fault: str = "",
        seed: int = 0,
        time: TimeSource | None = None,
    ) -> None:
        super().__init__(board, rate, fault, seed, time)
        self._inner = board
        self._stuck: tuple[bool, ...] = ()

    def plant(self, fault: str, seed: int) -> None:
        super().plant(fault, seed)
        self._stuck = self._read() if fault == "inputs stuck" else ()

    @property
    def channels(self) -> int:
        return self._inner.channels

    def set(self, channel: int, *, on: bool) -> None:
        self.raise_if_gone()
        chance = self.chance
        if fault := chance.strikes_now(*_COMMAND):
            raise failure(_COMMAND[fault], self.name)
        if chance.strikes_now("command ignored"):
            return
        if chance.strikes_now("command late"):
            self.delay()
        if chance.strikes_now("other relay moves"):
            channel = channel % self.channels + 1
        self._inner.set(channel, on=on)
        if chance.strikes_now("command given twice"):
            self._inner.set(channel, on=on)
        if on and chance.strikes_now("relay drops out"):
            self._inner.set(channel, on=False)

    def states(self) -> tuple[bool, ...]:
        self.raise_if_gone()
        self._fail_reading()
        return self._inner.states()

    def inputs(self) -> tuple[bool, ...]:
        self.raise_if_gone()
        self._fail_reading()
        true = self._read()
        if self._stuck and self._stuck != true:
            self.chance.struck()
            return self._stuck
        if true and self.chance.strikes_now("input flickers"):
            place = self.chance.random.randrange(len(true))
            return (*true[:place], not true[place], *true[place + 1 :])
        return true

    def _read(self) -> tuple[bool, ...]:
        return self._inner.inputs() if isinstance(self._inner, InputBoard) else ()

    def _fail_reading(self) -> None:
        if fault := self.chance.strikes_now(*_READING):
            raise failure(_READING[fault], self.name)
        if self.chance.strikes_now("reading late"):
            self.delay()
