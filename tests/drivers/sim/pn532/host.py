"""Hosts of the virtual chip: nfcpy as it is, and a bare one that says what it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Literal

from drivers.sim.isodep.application import ready_within
from drivers.sim.isodep.faults import RfMisbehaviour
from drivers.sim.pn532 import VirtualPn532
from drivers.sim.pn532.antenna import Antenna
from drivers.sim.pn532.chip import Chip
from drivers.sim.pn532.line import Interrupted
from drivers.sim.world import World
from tests.contracts.echo_card import EchoCard

# nfcpy has no types.
nfc: Any = import_module("nfc")
clf: Any = import_module("nfc.clf")
tags: Any = import_module("nfc.tag")
transports: Any = import_module("nfc.clf.transport")
pn532: Any = import_module("nfc.clf.pn532")
pn53x: Any = import_module("nfc.clf.pn53x")

PLACE = "driver_handle"


class Bench:
    """A world with a chip at a place."""

    def __init__(self, pace: Literal["real", "free"] = "free") -> None:
        self.world = World(seed=1)
        self.chip = VirtualPn532(self.world, PLACE, pace)

    def hold(self, card: EchoCard | None = None) -> EchoCard:
        """Hold a card to the chip."""
        held = card or EchoCard()
        self.world.bring(held, PLACE)
        return held

    def close(self) -> None:
        self.chip.close()
        self.world.close()


class PatientTty(transports.TTY):  # type: ignore[misc]
    """Nfcpy's line with a host that waits longer for the chip: its 0.1 s are short in a busy CI."""

    patience_ms = 5000

    def read(self, timeout: float) -> Any:
        return super().read(max(timeout, self.patience_ms))


def opened(path: str, *, patient: bool = True) -> Any:
    """Nfcpy's front end on a serial path; it takes only names in /dev by itself."""
    frontend = clf.ContactlessFrontend()
    frontend.device = pn532.init((PatientTty if patient else transports.TTY)(path))
    return frontend


@contextmanager
def impatient(frontend: Any) -> Iterator[None]:
    """Within the block it waits as long as nfcpy wants to, which is for what never comes."""
    line = frontend.device.chipset.transport
    line.patience_ms = 0
    try:
        yield
    finally:
        line.patience_ms = PatientTty.patience_ms


@contextmanager
def nfcpy(bench: Bench) -> Iterator[Any]:
    """Nfcpy's front end on the bench's chip, closed as nfcpy closes it."""
    frontend = opened(bench.chip.path)
    try:
        yield frontend
    finally:
        frontend.close()


def sensed(frontend: Any) -> Any:
    """What nfcpy finds of type A."""
    return frontend.sense(clf.RemoteTarget("106A"))


def cut_off(frontend: Any) -> None:
    """Let go of a line that is gone: nfcpy's own farewell would want to speak to the chip."""
    frontend.device.chipset.transport.tty.close()


def activated(frontend: Any) -> Any:
    """Nfcpy's type 4 tag for what is in the field."""
    target = sensed(frontend)
    assert target is not None, "nothing was found"
    tag = tags.activate(frontend, target)
    assert tag is not None, "what was found was not activated"
    return tag


class BareHost:
    """A chip without a line. Time without an answer passes at once; endless polling is ended."""

    def __init__(self) -> None:
        self.speaks = False  # while a command is carried out
        self.rf = RfMisbehaviour()
        self.antenna = Antenna(World(seed=1).random, self.rf, self._pause)
        self.chip = Chip(self.antenna, self._pause, free=True)

    def say(self, octets: str) -> list[str]:
        """Send octets, and return what comes back, each in hexadecimal."""
        return [out.hex().upper() for out in self.chip.hear(bytes.fromhex(octets))]

    def command(self, data: str) -> str:
        """The data of the answer to a command, both without their direction."""
        octets = bytes.fromhex("D4" + data)
        assert len(octets) < 0x100, "a bare host has no extended frames"
        head = bytes((0, 0, 0xFF, len(octets), -len(octets) & 0xFF))
        frame = head + octets + bytes((-sum(octets) & 0xFF, 0))
        ack, answer = self.say(frame.hex())
        assert ack == "0000FF00FF00"
        return answer[16 if answer.startswith("0000FFFFFF") else 10 : -4]

    def close(self) -> None:
        self.antenna.close()

    def _pause(self, waited_for: socket.socket | None, within_s: float) -> bool:
        if waited_for is not None:
            return ready_within(waited_for, within_s)
        if within_s or self.speaks:
            raise Interrupted
        return False
