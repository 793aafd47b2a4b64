"""A place in the world with a virtual reader of the real PC/SC stack."""

from __future__ import annotations

import socket
import threading

from drivers.api.device import Device, Identity
from drivers.api.nfc import ReaderPort
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.vpcd_visit import VpcdVisit
from drivers.sim.world import ChipCard, World

_CONNECT_TIMEOUT_S = 5.0


class PcscSlot(Device, ReaderPort):
    """Connects whatever is held to ``place`` to the next free reader of a private pcscd."""

    def __init__(self, world: World, pcscd: PrivatePcscd, place: str) -> None:
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

    def enter(self, card: ChipCard) -> None:
        """A card came into the field: connecting to vpcd is inserting it."""
        with self._lock:
            self._card = card
            self._insert()

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
                self._insert()

    def _insert(self) -> None:
        address = ("127.0.0.1", self._slot.port)
        try:
            connection = socket.create_connection(address, timeout=_CONNECT_TIMEOUT_S)
        except ConnectionRefusedError:
            # pcscd is down. A phone can be held to a dead reader; it is served after a restart.
            return
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._visit = VpcdVisit(self._card_here(), connection)

    def _card_here(self) -> ChipCard:
        if self._card is None:
            raise RuntimeError("no card to insert")
        return self._card

    def _remove(self) -> None:
        if self._visit:
            self._visit.end()
            self._visit = None
