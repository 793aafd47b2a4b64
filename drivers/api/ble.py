"""Bluetooth LE on the vehicle's side: a peripheral that phones connect to (facts 5.1).

Everything is told to a ``RadioListener`` as it happens, with the time; a method here starts
something, or sends, and never waits for the phone. HCI is the lowest seam: a controller is named
as Bumble names it ("usb:0"), or lent by a virtual air.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.api.clock import Clock
from drivers.api.device import Device

INSUFFICIENT_ENCRYPTION = 0x0008
"""The result with which a channel is refused on a link that is not encrypted (facts 5.1)."""


@dataclass(frozen=True, slots=True)
class Advert:
    """What is advertised, connectable, on 1M PHY. No ``service_data`` at all: passive entry.

    ``service_data`` is that of owner pairing: AD type 0x21, UUID included; AD 0x03 goes with it.
    """

    interval_ms: float = 42.5
    service_data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyService:
    """Service 0xFFF5: what a phone reads before it opens a channel."""

    spsm: int  # 0x0080 to 0x00FF
    tx_power_dbm: int
    antenna_id: int
    largest_message: int = 255  # octets of a DK message that the vehicle takes


@dataclass(frozen=True, slots=True)
class OobData:
    """What one side tells the other out of band for LE Secure Connections: 16 octets each.

    In the octet order of AD types 0x22 and 0x23, that of Bluetooth: least significant first.
    """

    confirm: bytes
    random: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bond:
    """What a pairing leaves: the phone's identity, and the long-term key to encrypt with again."""

    address: str  # of the phone, "AA:BB:CC:DD:EE:FF"
    ltk: bytes = field(repr=False)
    irk: bytes = field(repr=False, default=b"")


class Channel(abc.ABC):
    """An L2CAP channel on the SPSM. One DK message is one SDU."""

    @abc.abstractmethod
    def send(self, message: bytes) -> None:
        """Send one message, in order.

        Raises LinkLost when the channel is gone, DriverError for a message that is longer than
        the phone takes. One that is on its way when the channel goes is lost, as on the air.
        """

    @abc.abstractmethod
    def close(self) -> None:
        """Close it, after what was sent before. Nothing is told of it any more. Idempotent."""


class Link(abc.ABC):
    """A phone's connection."""

    @property
    @abc.abstractmethod
    def peer(self) -> str:
        """The phone's address as it connected; its identity address once that was resolved."""

    @property
    @abc.abstractmethod
    def encrypted(self) -> bool:
        """Whether the link is encrypted now."""

    @abc.abstractmethod
    def pair_oob(self, theirs: OobData) -> OobData:
        """Be ready to pair by LE Secure Connections with OOB data; returns ours for the phone.

        The phone begins. How it ends is told by ``paired`` or ``pairing_failed``, or the link is
        gone before. The data serve for one pairing, a failed one too; one that the phone begins
        without fails. Raises LinkLost, and ValueError when theirs are not 16 octets each.
        """

    @abc.abstractmethod
    def trigger_time_sync(self) -> None:
        """Ask for a PHY update, which triggers Procedure 1 of Time_Sync; told by ``phy_updated``.

        Raises LinkLost. A controller or phone that cannot do it tells nothing: have a timer.
        """

    @abc.abstractmethod
    def disconnect(self) -> None:
        """End the connection, after what was sent before; told by ``disconnected``. Idempotent.

        A phone that does not take what is left for it holds this up by a second at most.
        """


class RadioListener(abc.ABC):
    """Who is told. All calls come from the radio's own thread and must return at once."""

    @abc.abstractmethod
    def connected(self, link: Link, t_ns: int) -> None:
        """A phone has connected; this is event 0 of Time_Sync Procedure 0."""

    @abc.abstractmethod
    def encrypted(self, link: Link, t_ns: int) -> None:
        """The link is encrypted: after a pairing, or with the key of a bond."""

    @abc.abstractmethod
    def paired(self, link: Link, bond: Bond, t_ns: int) -> None:
        """A pairing has ended well."""

    @abc.abstractmethod
    def pairing_failed(self, link: Link, why: str, t_ns: int) -> None:
        """A pairing has not."""

    @abc.abstractmethod
    def admits(self, link: Link) -> bool:
        """Whether a channel may be opened on this link now; answered at once.

        No: it is refused with INSUFFICIENT_ENCRYPTION, and ``channel_refused`` is told. Not asked
        for a second channel of one link, a wrong SPSM and the like, which the radio refuses itself.
        """

    @abc.abstractmethod
    def channel_refused(self, link: Link, t_ns: int) -> None:
        """A phone asked for a channel, and was refused."""

    @abc.abstractmethod
    def channel_opened(self, link: Link, channel: Channel, t_ns: int) -> None:
        """A phone has opened its channel."""

    @abc.abstractmethod
    def received(self, link: Link, message: bytes, t_ns: int) -> None:
        """One SDU came in, whatever it holds; never more than the service's largest message."""

    def channel_closed(self, link: Link, channel: Channel, t_ns: int) -> None:  # noqa: B027 - few ask
        """The phone has closed its channel, or broken its rules; the connection stands.

        Not told of a channel that the vehicle closed, nor of one that went with its connection.
        """

    @abc.abstractmethod
    def phy_updated(self, link: Link, t_ns: int) -> None:
        """The event of Time_Sync Procedure 1."""

    @abc.abstractmethod
    def disconnected(self, link: Link, why: str, t_ns: int) -> None:
        """The connection is over, its channel with it."""

    @abc.abstractmethod
    def failed(self, why: Exception, t_ns: int) -> None:
        """The controller itself is gone or broken: no link lives, nothing is advertised.

        The end of every link was told just before.
        """


class VehicleRadio(Device):
    """A Bluetooth LE controller that plays the vehicle. Closing it ends every link, silently."""

    @property
    @abc.abstractmethod
    def address(self) -> str:
        """The vehicle's identity address."""

    @abc.abstractmethod
    def serve(self, service: KeyService, listener: RadioListener) -> None:
        """Offer the service and say what happens to this listener from now on."""

    @abc.abstractmethod
    def advertise(self, advert: Advert | None) -> None:
        """Advertise this from now on, also after a connection; None: stop.

        Raises LinkLost, DeviceRefused, DriverError before anything is served, and ValueError for
        data that do not fit. Not from the radio's own thread, as ``recover`` and ``close``.
        """

    @abc.abstractmethod
    def know(self, bonds: tuple[Bond, ...]) -> None:
        """The phones whose links can be encrypted without pairing; all others are forgotten."""

    @abc.abstractmethod
    def recover(self) -> None:
        """Bring a controller that failed back. Raises DeviceNotFound; no effect on one that works.

        Service, listener and bonds are kept; nothing is advertised.
        """


class HciLine(abc.ABC):
    """One controller's HCI, packets as H4 frames them (type octet first)."""

    @abc.abstractmethod
    def send(self, packet: bytes) -> None:
        """From host to controller. Any thread; never waits. Raises LinkLost when it is gone."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of the controller, which falls silent. Idempotent."""


class HciAir(abc.ABC):
    """Lends virtual controllers that hear each other."""

    @property
    @abc.abstractmethod
    def clock(self) -> Clock:
        """The time that passes on this air."""

    @abc.abstractmethod
    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:
        """A fresh controller.

        ``receive`` takes its packets and ``lost`` that it is gone; both are called from the air's
        own thread and return at once.
        """
