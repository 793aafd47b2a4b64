"""A card reader on the kernel's bus: libccid, pcscd and udev are real, the reader is not."""

from __future__ import annotations

import threading

from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DriverError
from drivers.api.nfc import ReaderPort
from drivers.sim.usbip.ccid import CcidReader
from drivers.sim.usbip.descriptors import About
from drivers.sim.usbip.kernel import Vhci
from drivers.sim.usbip.plug import Plug
from drivers.sim.world import ChipCard, World

_ADVICE = "is pcscd running, with libccid?"


class KernelCardReader(Device, ReaderPort):
    """Reads what is held to ``place``, as an ACR1252 plugged into this machine.

    ``serial`` is its USB serial number, which pcscd makes a part of the reader's name. The
    constructor returns when the machine's pcscd has taken it. Raises DriverUnavailable where
    nothing can be plugged in, DriverError when no pcscd takes it, or in a world of virtual time.
    """

    def __init__(self, world: World, place: str, serial: str = "RIGCCID1") -> None:
        if world.clock.virtual:
            raise DriverError("pcscd runs on real time: a virtual one takes sim.reader")
        self._world, self._place = world, place
        self._about = About(
            vendor_id=0x072F,
            product_id=0x223B,
            make="ACS",
            model="ACR1252 Dual Reader",
            serial=serial,
            release=0x0107,
        )
        self._lock = threading.Lock()
        self._vhci = Vhci()
        self._card: ChipCard | None = None
        self._plugged: tuple[Plug, CcidReader] | None = None
        self.plug()
        world.listen(place, self)

    @property
    def reader_name(self) -> str:
        """The part of the name that is this reader's alone."""
        return self._about.serial

    @property
    def clock(self) -> Clock:
        return self._world.clock

    def plug(self) -> None:
        """Put the cable in; returns when pcscd has the reader. No effect when it is in."""
        with self._lock:
            if self._plugged is None:
                reader = CcidReader(self._about)
                plug = Plug(self._vhci, reader, listening=reader.listening, advice=_ADVICE)
                self._plugged = plug, reader
                if self._card:
                    reader.insert(self._card)

    def unplug(self) -> None:
        """Pull the cable; a card that is there loses its power. No effect when it is pulled."""
        with self._lock:
            plugged, self._plugged = self._plugged, None
            if plugged is not None:
                plugged[0].pull()

    def enter(self, card: ChipCard) -> None:
        """A card came into the field."""
        with self._lock:
            self._card = card
            if self._plugged is not None:
                self._plugged[1].insert(card)

    def leave(self) -> None:
        """The card left the field, with an APDU under way or not."""
        with self._lock:
            self._card = None
            if self._plugged is not None:
                self._plugged[1].remove()

    def close(self) -> None:
        self._world.unlisten(self._place)
        self.unplug()

    def identity(self) -> Identity:
        where = self._plugged[0].bus_id if self._plugged else "unplugged"
        return Identity("Digital Key Rig", f"{self._about.model} on USB {where}")
