"""A radio, its links and channels that keep the contract of drivers.api.ble, in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api.ble import (
    Advert,
    Bond,
    Channel,
    KeyService,
    Link,
    OobData,
    RadioListener,
    VehicleRadio,
)
from drivers.api.clock import Clock
from drivers.api.device import Identity
from drivers.api.errors import LinkLost

VEHICLE = "C4:4D:49:00:00:01"


class MemoryRadio(VehicleRadio):
    """Phones connect by ``connect``. ``broken`` is a controller that is gone."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.name = "radio"
        self.listener: RadioListener | None = None
        self.advert: Advert | None = None
        self.bonds: tuple[Bond, ...] = ()
        self.broken = False
        self.links: list[MemoryLink] = []

    @property
    def address(self) -> str:
        return VEHICLE

    def serve(self, service: KeyService, listener: RadioListener) -> None:
        assert 0x80 <= service.spsm <= 0xFF
        self.listener = listener

    def advertise(self, advert: Advert | None) -> None:
        if self.broken:
            raise LinkLost("the controller is gone", device=self.name)
        self.advert = advert

    def know(self, bonds: tuple[Bond, ...]) -> None:
        self.bonds = bonds

    def recover(self) -> None:
        if self.broken:
            self.broken, self.advert = False, None

    def identity(self) -> Identity:
        return Identity()

    def close(self) -> None:
        self.advert = None

    def connect(self, peer: str, phone: Callable[[MemoryLink, bytes], None]) -> MemoryLink:
        """A phone connects; ``phone`` takes what the vehicle sends."""
        assert self.advert is not None, "nothing is advertised"
        assert self.listener is not None
        link = MemoryLink(self, peer, phone)
        self.links.append(link)
        self.listener.connected(link, self.clock.now_ns())
        return link

    def break_down(self) -> None:
        """The controller is unplugged."""
        self.broken = True
        for link in self.links:
            link.drop("the controller is gone")
        assert self.listener is not None
        self.listener.failed(LinkLost("unplugged", device=self.name), self.clock.now_ns())


class MemoryLink(Link):
    """A connection, with the phone's hand on it."""

    def __init__(
        self, radio: MemoryRadio, peer: str, phone: Callable[[MemoryLink, bytes], None]
    ) -> None:
        self._radio, self._peer, self._phone = radio, peer, phone
        self._encrypted = False
        self.alive = True
        self.channel: MemoryChannel | None = None
        self.theirs: OobData | None = None
        self.phy_updates = True

    @property
    def listener(self) -> RadioListener:
        assert self._radio.listener is not None
        return self._radio.listener

    @property
    def now_ns(self) -> int:
        return self._radio.clock.now_ns()

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def encrypted(self) -> bool:
        return self._encrypted

    def pair_oob(self, theirs: OobData) -> OobData:
        self.theirs = theirs
        return OobData(os.urandom(16), os.urandom(16))

    def trigger_time_sync(self) -> None:
        if self.phy_updates:
            self.listener.phy_updated(self, self.now_ns)
            self._phone(self, b"phy")

    def disconnect(self) -> None:
        self.drop("by the vehicle")

    # --- the phone's hand ----------------------------------------------------------------

    def encrypt(self) -> bool:
        """With the key of a bond; whether the radio knows one."""
        self._encrypted = any(bond.address == self._peer for bond in self._radio.bonds)
        if self._encrypted:
            self.listener.encrypted(self, self.now_ns)
        return self._encrypted

    def pair(self, bond: Bond | None) -> None:
        """As a pairing ends."""
        if bond is None:
            self.listener.pairing_failed(self, "confirm value failed", self.now_ns)
            return
        self._encrypted = True
        self.listener.encrypted(self, self.now_ns)
        self.listener.paired(self, bond, self.now_ns)

    def open_channel(self) -> bool:
        if not self.listener.admits(self):
            self.listener.channel_refused(self, self.now_ns)
            return False
        self.channel = MemoryChannel(self)
        self.listener.channel_opened(self, self.channel, self.now_ns)
        return True

    def send(self, message: bytes) -> None:
        if self.alive:
            self.listener.received(self, message, self.now_ns)

    def drop(self, why: str) -> None:
        if self.alive:
            self.alive = False
            self.listener.disconnected(self, why, self.now_ns)

    def deliver(self, message: bytes) -> None:
        self._phone(self, message)


@dataclass
class MemoryChannel(Channel):
    """Delivers at once."""

    link: MemoryLink
    closed: bool = field(default=False)

    def send(self, message: bytes) -> None:
        if self.closed or not self.link.alive:
            raise LinkLost("the channel is gone")
        assert len(message) <= 255
        self.link.deliver(message)

    def close(self) -> None:
        self.closed = True
