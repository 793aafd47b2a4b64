"""The virtual chip as a device of a bench: a serial path, and a place where things are held to."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import ExitStack
from typing import Literal

from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DriverError
from drivers.api.nfc import FrontEndLine
from drivers.sim.isodep.faults import RfMisbehaviour
from drivers.sim.pn532.antenna import Antenna
from drivers.sim.pn532.chip import Chip
from drivers.sim.pn532.faults import ChipMisbehaviour
from drivers.sim.pn532.line import Interrupted, Line
from drivers.sim.world import World

_QUIET_S = 0.05  # after which half a frame is forgotten, and cards that have left are let go


class VirtualPn532(Device, FrontEndLine):
    """A PN532 on a pseudo-terminal, ``path``. Whatever is held to ``place`` is in its field.

    ``misbehave`` plants faults of the chip, ``rf`` those of the air and of whatever is in the
    field; ``unplug`` and ``plug`` take its line away and bring one back. A line that is opened at
    another speed than the chip's is not understood, as on a real one: whoever raised the speed and
    did not lower it again has to plug it in anew.
    """

    def __init__(self, world: World, place: str, pace: Literal["real", "free"] = "real") -> None:
        """``pace`` "free": time in which nothing answers on the air passes at once.

        Raises DriverError in a world whose time is virtual: a serial line's is not.
        """
        if world.clock.virtual:
            raise DriverError("a serial line runs on real time: a virtual one takes sim.reader")
        self._world, self._place, self._free = world, place, pace == "free"
        chance = random.Random(f"{world.seed}/{place}")  # noqa: S311 - of the simulation
        self.misbehave, self.rf = ChipMisbehaviour(chance), RfMisbehaviour()
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._path = ""
        self._closed = False
        self._thread: threading.Thread | None = None
        self._antenna = Antenna(chance, self.rf, self._pause)
        self.plug()
        world.listen(place, self._antenna)

    @property
    def path(self) -> str:
        return self._path

    @property
    def clock(self) -> Clock:
        return self._world.clock

    def plug(self, *, elsewhere: bool = False) -> None:
        """Power the chip and put it on its line. No effect when it is plugged in.

        Its path is free to be another one, as with USB adapters; ``elsewhere`` makes sure. Raises
        DriverError for one that is closed.
        """
        with self._lock:
            if self._closed:
                raise DriverError("it is closed", device=self.name)
            if self._thread is None:
                self._line = line = _line_apart_from(self._path if elsewhere else "")
                self._path = line.path
                chip = Chip(self._antenna, self._pause, free=self._free)
                # Apart from the world's clock: waiting for its host, it must not hold up the time.
                self._thread = threading.Thread(
                    target=self._serve, args=(line, chip), name="pn532", daemon=True
                )
                self._thread.start()

    def unplug(self) -> None:
        """Pull the cable; the chip forgets everything. No effect when it is pulled."""
        with self._lock:
            thread, self._thread = self._thread, None
            line, self._line = self._line, None
            if thread is not None and line is not None:
                line.wake()
                thread.join()
                line.close()

    def close(self) -> None:
        with self._lock:
            closed, self._closed = self._closed, True
        if closed:
            return
        self._world.unlisten(self._place)
        self.unplug()
        self._antenna.close()

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual PN532 at {self._path}", self._place, "1.6")

    def _pause(self, waited_for: socket.socket | None, within_s: float) -> bool:
        """How chip and cards wait: no longer than until the host speaks."""
        line = self._line
        if line is None:  # pulled out meanwhile
            raise Interrupted
        return line.wait(waited_for, within_s)

    def _serve(self, line: Line, chip: Chip) -> None:
        try:
            while self._line is line:
                data = line.read(_QUIET_S)
                if not data:
                    chip.silence()
                    self._antenna.tidy()
                elif chip.hears_at(line.speed):
                    for out in chip.hear(data):
                        line.send(self.misbehave.spoilt(out))
        finally:
            self._antenna.switch(on=False)


def _line_apart_from(path: str) -> Line:
    """A new line that is not there; the kernel hands out the lowest number that is free."""
    with ExitStack() as refused:
        while (line := Line()).path == path:
            refused.callback(line.close)
        return line
