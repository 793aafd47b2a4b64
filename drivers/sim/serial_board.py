"""A virtual relay board at the end of a serial cable; a family gives what its firmware answers."""

from __future__ import annotations

import abc
import random
import threading
from pathlib import Path
from typing import ClassVar

from drivers.api.device import Device, Identity
from drivers.api.errors import DeviceNotFound
from drivers.api.plug import SerialPlug
from drivers.sim.body import VirtualBody
from drivers.sim.relay_bank import Fault, RelayBank
from drivers.sim.relay_memory import state_folder
from drivers.sim.serial_cable import SerialCable


class VirtualSerialBoard(Device, SerialPlug):
    """A board with its cable in. ``fault`` is what is wrong with it, and may be set at any time.

    ``body`` None leaves the relays unconnected. ``serial`` is 5 letters and digits. Like a real
    line it is one program's at a time: whoever was first, until it ends.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench, and no two runs, may share."""
    product: ClassVar[str] = "serial board"
    baud: ClassVar[int] = 9600
    usb_powered: ClassVar[bool] = True
    """Whether it loses its power with its cable."""

    def __init__(
        self,
        body: VirtualBody | None,
        serial: str,
        channels: int = 8,
        fault: Fault | None = None,
    ) -> None:
        self.bank = RelayBank(body, serial, channels, fault)
        self.serial = serial
        self._heard = bytearray()
        self._noise = random.Random(serial)  # noqa: S311 - no secret
        self._lock = threading.Lock()
        self._cable: SerialCable | None = None
        self._port = ""
        self._pulled = False
        if self.bank.claim():
            self.plug()

    @abc.abstractmethod
    def answer(self, heard: bytearray) -> bytes:
        """Obey what was heard, take it out of ``heard``, and return what the board says to it.

        What may still become a command stays in ``heard``.
        """

    @property
    def fault(self) -> Fault | None:
        """What is wrong with it."""
        return self.bank.fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        self.bank.fault = fault

    @property
    def path(self) -> str:
        if not self._pulled and self._cable is None and self.bank.claim():
            self.plug()  # the program that had it has ended
        if self._pulled:
            raise DeviceNotFound("it is unplugged", device=self.serial)
        if self._cable is None:
            raise DeviceNotFound("another program holds its port", device=self.serial)
        return str(self._link)

    @property
    def port(self) -> str:
        """The name that the port has until it is unplugged, such as "/dev/pts/4"."""
        return self._port

    def unplug(self) -> None:
        """Pull the cable. No effect when it is pulled."""
        with self._lock:
            self._pulled = True
            self._pull()
            if self.usb_powered:
                self.bank.lose_power()

    def plug(self) -> None:
        """Put the cable back; the port has another name now. No effect when it is in."""
        with self._lock:
            self._pulled = False
            if self._cable is None:
                self._heard.clear()
                self._cable = SerialCable(self._link, self.baud, self.hear, self._port)
                self._port = self._cable.port

    def hear(self, data: bytes) -> None:
        """Take what the host sends (in the cable's thread)."""
        self._heard += data
        self.say(self.answer(self._heard))

    def say(self, answer: bytes) -> None:
        """Send an answer to the host, unless something is wrong with the board."""
        cable = self._cable
        if cable is None or not answer or self.fault is Fault.NO_ANSWER:
            return
        cable.send(self._noise.randbytes(len(answer)) if self.fault is Fault.GARBAGE else answer)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", f"virtual {self.product}", self.serial)

    def close(self) -> None:
        """Let go of the board, its relays as they are: they are the switches' business."""
        with self._lock:
            self._pulled = True
            self._pull()
            self.bank.close()

    @property
    def _link(self) -> Path:
        return state_folder() / "by-id" / f"usb-rig_{self.product.replace(' ', '_')}_{self.serial}"

    def _pull(self) -> None:
        cable, self._cable = self._cable, None
        if cable is not None:
            cable.pull()
