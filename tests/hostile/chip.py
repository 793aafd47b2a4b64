"""A hostile UWB chip on a line: it answers as a chip does, spoilt, or with anything at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drivers.api.errors import DriverError
from drivers.api.uwb import FiraSession
from drivers.sim.uwb_channel import UwbChannel
from drivers.sim.uwb_chip.chip import UwbChip
from drivers.sim.uwb_chip.scene import standing_at
from drivers.uwb.anchor import UciAnchor
from drivers.uwb.host import Patience
from drivers.uwb.kit import TCP
from drivers.uwb.uci.profiles import GENERIC
from tests.drivers.uwb.scripted_port import ScriptedPort
from tests.hostile.dice import Dice

KIT = replace(TCP, patience=Patience(answer_s=0.001, retry_pause_s=0, retries=3))
FIRA = FiraSession(session_id=7, address=1, peers=(2,))
MORE = 0x10  # of a header's first octet: another segment follows


class HostileChip:
    """``answers`` counts what it said to commands."""

    def __init__(self, dice: Dice) -> None:
        self.answers = 0
        self._dice = dice
        self._chip = UwbChip(GENERIC, standing_at(2.0), UwbChannel(), now_ns=0)
        self._tame = 0

    def opened(self) -> ScriptedPort:
        """A line to it; the first commands are answered well, so that it is taken for a chip."""
        self._tame = 2
        return ScriptedPort(self.answer)

    def answer(self, frame: bytes) -> list[bytes]:
        self.answers += 1
        said = self._chip.hear(frame, 0)
        self._tame -= 1
        turn = self._dice.random()
        if self._tame >= 0 or turn < 0.5:
            return [said]
        if turn < 0.7:
            return [self._dice.altered(said), said]
        if turn < 0.9:
            return [self._message(frame), said]
        return [self._unending(), said] if turn < 0.97 else [self._dice.randbytes(0xFFFF), said]

    def _message(self, frame: bytes) -> bytes:
        """A response to the command, or any notification, with any payload."""
        kind = self._dice.choice((0x40, 0x60))
        group = frame[0] & 0x0F if kind == 0x40 else self._dice.randrange(16)
        payload = self._dice.octets(255)[:255]
        return bytes((kind | group, frame[1], 0, len(payload))) + payload

    def _unending(self) -> bytes:
        """Segments that are never the last, of any message, empty or full."""
        dice = self._dice
        payload = dice.choice((b"", b"\xff", dice.randbytes(255)))
        first, second = 0x60 | MORE | dice.randrange(16), dice.randrange(64)
        return (bytes((first, second, 0, len(payload))) + payload) * dice.randint(1, 200)


def exchanges() -> Iterator[int]:
    """Sessions begun, asked for and stopped; how many commands were answered each time."""
    dice = Dice(21)
    chip = HostileChip(dice)
    while True:
        before = chip.answers
        try:
            with UciAnchor(KIT, chip.opened, "desk") as anchor:
                while chip.answers < before + 200:
                    _use(anchor, dice)
        except DriverError:
            pass  # it could not be opened, or was lost, and says so
        yield max(chip.answers - before, 1)


def _use(anchor: UciAnchor, dice: Dice) -> None:
    try:
        if dice.random() < 0.5:
            ranging = anchor.start(replace(FIRA, session_id=dice.randrange(1, 1 << 32)))
            ranging.next(0)
            ranging.stop()
        else:
            anchor.capabilities()
    except DriverError:
        pass  # a refusal, a silence, a frame that is none
