"""A place in the world with a virtual reader of the real PC/SC stack."""

from __future__ import annotations

import socket
import threading

from drivers.api.clock import Clock
from drivers.api.device import Device, Identity
from drivers.api.errors import DriverError
from drivers.api.nfc import ReaderPort
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.vpcd_visit import VpcdVisit
from drivers.sim.world import ChipCard, World

_LOOKS = 20  # of ours at a pcscd between two of its own at the card


class PcscSlot(Device, ReaderPort):
    """Connects whatever is held to ``place`` to the next free reader of a private pcscd."""

    def __init__(self, world: World, pcscd: PrivatePcscd, place: str) -> None:
        """Raises DriverError in a world whose time is virtual: pcscd's is not."""
        if world.clock.virtual:
            raise DriverError("pcscd runs on real time: a virtual one takes sim.reader")
        self._world, self._place = world, place
        self._lock = threading.Lock()
        self._card: ChipCard | None = None
        self._visit: VpcdVisit | None = None
        self._slot = pcscd.claim(on_restart=self._insert_again)
        self._pcscd = pcscd
        self._closed = False
        world.listen(place, self)

    @property
    def reader_name(self) -> str:
        return self._slot.reader_name

    @property
    def clock(self) -> Clock:
        return self._world.clock

    def enter(self, card: ChipCard) -> None:
        """A card came into the field: connecting to vpcd is inserting it."""
        with self._lock:
            self._card = card
            self._visit = VpcdVisit(card, self._connect)

    def leave(self) -> None:
        """The card left the field, with an APDU under way or not."""
        with self._lock:
            self._card = None
            self._remove()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._world.unlisten(self._place)
        self.leave()
        self._pcscd.release(self._slot)

    def identity(self) -> Identity:
        return Identity(make="Digital Key Rig", model=f"virtual PC/SC slot {self.reader_name!r}")

    def _insert_again(self) -> None:
        with self._lock:
            self._remove()
            if self._card:
                self._visit = VpcdVisit(self._card, self._connect)

    def _connect(self, ended: threading.Event) -> socket.socket | None:
        """Connect once pcscd has seen that the card before has gone.

        Two cards in between two of its looks would be one to it, and the second would never be
        given power. A pcscd that is down serves nobody until it is
        restarted, just as a phone can be held to a dead reader.
        """
        look_s = self._pcscd.looks_every_s / _LOOKS
        while not (empty := self._pcscd.sees_empty(self._slot)):
            if empty is None or ended.wait(look_s):
                return None
        try:
            connection = socket.create_connection(("127.0.0.1", self._slot.port))
        except ConnectionRefusedError:
            return None
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _remove(self) -> None:
        if self._visit:
            self._visit.end()
            self._visit = None
