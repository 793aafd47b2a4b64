"""Bumble's stack over one controller, from its reset to its loss."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from bumble import att, hci, smp
from bumble.company_ids import COMPANY_IDENTIFIERS
from bumble.core import BaseBumbleError
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.host import Host
from bumble.transport.common import TransportLostError

from drivers.api.ble import Advert, Bond, HciAir, KeyService
from drivers.api.device import Identity
from drivers.api.errors import DriverError
from drivers.ble.advertise import Advertiser
from drivers.ble.bonds import Bonds
from drivers.ble.channel import REFUSED, KeyChannels, Result, SduChannel
from drivers.ble.errors import opening, ours
from drivers.ble.gatt import key_service
from drivers.ble.link import BumbleLink, quietly
from drivers.ble.pairing import KeyPairing, Oob
from drivers.ble.pulse import Pulse
from drivers.ble.transport import Line, open_line, silence
from drivers.ble.vehicle import Vehicle

_log = logging.getLogger(__name__)
_NAME = "Vehicle"
_FAREWELL_S = 1.0
_UNSERVED = KeyService(spsm=0x0080, tx_power_dbm=0, antenna_id=0)


class Stack:
    """One controller's life. Everything happens in the radio's own thread.

    ``died`` is told once when the controller is gone, and not when it was shut.
    """

    def __init__(self, vehicle: Vehicle, died: Callable[[DriverError], None]) -> None:
        silence()
        self._vehicle, self._died = vehicle, died
        self._bonds = Bonds(vehicle)
        self._links: dict[int, BumbleLink] = {}
        self._line: Line | None = None
        self._pulse = Pulse(self._probe, self.lose)
        self.loss: Exception | None = None
        self.up = False
        self.host = Host()
        self.host.set_packet_sink(self)
        self.device = self._made_device()
        self._advertiser = Advertiser(self.device)

    async def start(self, where: str | HciAir) -> None:
        """Open the line and bring the controller up.

        Raises DeviceNotFound, DriverUnavailable.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_astonished)
        try:
            with opening(where if isinstance(where, str) else "the virtual air"):
                self._line = await open_line(where, self._vehicle.loop, self._received, self.lose)
                with ours("opening"):
                    await self.device.power_on()
        except BaseException:
            await self._drop()
            raise
        self.device.address_resolver = self._bonds
        self.up = True

    async def advertise(self, advert: Advert | None) -> None:
        """Advertise this from now on. Raises DeviceRefused, LinkLost, ValueError."""
        with ours("advertising"):
            await self._advertiser.want(advert)

    async def shut(self) -> None:
        """End every link and leave the controller reset: silent. Idempotent."""
        self.up = False
        if self.loss is None:
            with suppress(BaseBumbleError, TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(self._farewell(), _FAREWELL_S)
        await self._drop()

    def identity(self) -> Identity:
        """Who the controller says it is."""
        version = self.host.local_version
        if version is None:
            return Identity(model="Bluetooth LE controller")
        return Identity(
            make=COMPANY_IDENTIFIERS.get(version.company_identifier, ""),
            model=f"Bluetooth {_core(version.hci_version)} controller",
            serial=self.device.public_address.to_string(with_type_qualifier=False),
            firmware=f"HCI {version.hci_version}.{version.hci_subversion}, "
            f"LMP {version.lmp_version}.{version.lmp_subversion}",
        )

    async def ask(self) -> None:
        """Ask the controller for anything. Raises LinkLost when it does not answer."""
        with ours("asking the controller"):
            await self.host.send_sync_command(hci.HCI_Read_Local_Version_Information_Command())

    # What the line carries; the host takes this for its packet sink.

    def on_packet(self, packet: bytes) -> None:
        """From host to controller."""
        if self._line is None:
            raise TransportLostError("the controller is gone")
        self._vehicle.tap.passed(packet, sent=True)
        self._pulse.sent(packet)
        self._line.send(packet)

    def _received(self, packet: bytes) -> None:
        if self.loss is None:
            self._vehicle.tap.passed(packet, sent=False)
            self._pulse.received(packet)
            self.host.on_packet(packet)

    def lose(self, why: Exception) -> None:
        """The controller is gone, or does not do what it should."""
        if self.loss is not None:
            return
        self.loss, was_up, self.up = why, self.up, False
        self._vehicle.tap.lost()
        self._vehicle.loop.loop.create_task(self._drop())
        if (pending := self.host.pending_response) is not None and not pending.done():
            pending.set_exception(TransportLostError(str(why)))
        self.host.emit("flush")  # every link is over
        if was_up:
            self._died(why if isinstance(why, DriverError) else DriverError(str(why)))

    # What the channels and pairings ask.

    @property
    def offered(self) -> KeyService | None:
        """What is served."""
        return self._vehicle.service

    def admits(self, connection: Connection) -> Result:
        """Whether this phone gets a channel: one, when the listener says so."""
        link = self._links.get(connection.handle)
        if link is None or link.channel is not None:
            return Result.CONNECTION_REFUSED_NO_RESOURCES_AVAILABLE
        if self._vehicle.tell.admits(link):
            return Result.CONNECTION_SUCCESSFUL
        link.refused()
        return REFUSED

    def opened(self, connection: Connection, channel: SduChannel) -> None:
        """It has it."""
        if (link := self._links.get(connection.handle)) is not None:
            link.opened(channel)

    def prepared(self, connection: Connection) -> Oob | None:
        """The pairing that is expected on this link."""
        link = self._links.get(connection.handle)
        return link.take_oob() if link else None

    def paired(self, connection: Connection, bond: Bond) -> None:
        """It ended well."""
        if (link := self._links.get(connection.handle)) is not None:
            link.paired(bond)

    def pairing_failed(self, connection: Connection, why: str) -> None:
        """It did not."""
        if (link := self._links.get(connection.handle)) is not None:
            link.pairing_failed(why)

    def _made_device(self) -> Device:
        config = DeviceConfiguration(
            name=_NAME,
            address=hci.Address(self._vehicle.address),
            irk=self._vehicle.irk,
            classic_enabled=False,
            classic_smp_enabled=False,
            l2cap_extended_features=(),
        )
        device = Device(config=config)
        device.gatt_server.add_service(key_service(lambda: self._vehicle.service or _UNSERVED))
        self._pairing = KeyPairing(device, self)
        device.smp_manager = self._pairing
        channels = KeyChannels(self)
        channels.register_fixed_channel(smp.SMP_CID, device.on_smp_pdu)
        channels.register_fixed_channel(att.ATT_CID, device.on_gatt_pdu)
        device.l2cap_channel_manager = channels
        device.host = self.host
        self.host.long_term_key_provider = self._long_term_key
        device.on(device.EVENT_CONNECTION, self._connected)
        return device

    def _connected(self, connection: Connection) -> None:
        link = BumbleLink(connection, self._vehicle.loop, self._vehicle.tell)
        self._links[connection.handle] = link
        connection.on(connection.EVENT_DISCONNECTION, lambda _why: self._ended(connection))
        self._vehicle.tell(lambda listener, t_ns: listener.connected(link, t_ns))
        self._begin(self._advertiser.renew())

    def _ended(self, connection: Connection) -> None:
        self._links.pop(connection.handle, None)
        if self.loss is None:
            self._begin(self._advertiser.retry())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._vehicle.loop.loop.create_task(quietly(work))

    async def _long_term_key(self, handle: int, rand: bytes, ediv: int) -> bytes | None:
        connection = self.device.lookup_connection(handle)
        if connection is None or any(rand) or ediv:  # those are of legacy pairings
            return None
        key = self._pairing.session_key(connection)
        return key or self._bonds.key_of(connection.peer_address)

    def _probe(self) -> None:
        self._begin(self.ask())

    async def _farewell(self) -> None:
        await self._advertiser.want(None)
        for connection in tuple(self.device.connections.values()):
            await connection.disconnect(
                hci.HCI_REMOTE_DEVICE_TERMINATED_CONNECTION_DUE_TO_POWER_OFF_ERROR
            )
        await self.host.send_sync_command(hci.HCI_Reset_Command())

    async def _drop(self) -> None:
        self._pulse.stop()
        line, self._line = self._line, None
        if line is not None:
            await line.close()


def _core(hci_version: int) -> str:
    name = hci.SpecificationVersion(hci_version).name
    return name.removeprefix("BLUETOOTH_CORE_").replace("_", ".")


def _astonished(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say where something failed in the stack, mostly on what a phone sent; never with what data.

    The context that asyncio would print holds whole packets.
    """
    found = context.get("exception")
    if found is None:
        _log.warning("%s", context.get("message"))
        return
    where = traceback.extract_tb(found.__traceback__)[-1:]
    at = f" at {where[0].name}, line {where[0].lineno} of {where[0].filename}" if where else ""
    _log.warning("%s%s", type(found).__name__, at)
