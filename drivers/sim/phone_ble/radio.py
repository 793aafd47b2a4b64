"""A phone's Bluetooth LE host: Bumble's, in the air's thread, made once and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bumble import core, hci
from bumble.device import Connection, ConnectionParametersPreferences, Device
from bumble.host import Host
from bumble.keys import KeyStore, PairingKeys
from bumble.pairing import PairingConfig
from bumble.smp import OobContext, OobSharedData

from drivers.sim.ble_air import BleAir
from drivers.sim.phone_ble.bonds import VehicleBond
from drivers.sim.phone_ble.link import PhoneLink, disconnect

SCAN_INTERVAL_MS, SCAN_WINDOW_MS = 550, 96  # facts 4.5
_CONNECTION = ConnectionParametersPreferences(
    connection_interval_min=30.0,
    connection_interval_max=30.0,
    supervision_timeout=2000,
)
_PHY = hci.Phy(hci.HCI_LE_1M_PHY)


class _QuietHost(Host):
    """Bumble's, without the words it makes of each packet."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if self.hci_sink is not None:
            self.hci_sink.on_packet(bytes(packet))

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if isinstance(packet, hci.HCI_Event):
            self.on_hci_event_packet(packet)
        elif isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)


class _OneBond(KeyStore):
    """What Bumble asks for keys: the bond of the vehicle that is being talked to."""

    def __init__(self) -> None:
        self.keys: PairingKeys | None = None

    async def get(self, _name: str) -> PairingKeys | None:
        return self.keys

    async def update(self, _name: str, keys: PairingKeys) -> None:
        self.keys = keys


class PhoneRadio:
    """One link at a time."""

    def __init__(self, air: BleAir, address: str) -> None:
        self.address = address
        self._air = air
        self._keys = _OneBond()
        host = _QuietHost()
        self.controller = air.radio("phone", host)
        host.set_packet_sink(self.controller)
        self._device = Device(name="phone", address=hci.Address(address), host=host)
        self._device.keystore = self._keys
        self._on = False

    async def power_on(self) -> None:
        """Bring the controller up. No effect when it is."""
        if not self._on:
            await _whole(self._device.power_on())
            self._on = True

    async def seek(self, vehicles: Sequence[str], phase_s: float) -> str:
        """Scan until one of these is heard, and say which.

        ``phase_s``: how far into its interval the scan is.
        """
        wanted = {hci.Address(vehicle): vehicle for vehicle in vehicles}
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def on_report(report: hci.HCI_LE_Extended_Advertising_Report_Event.Report) -> None:
            if report.address in wanted and not heard.done():
                heard.set_result(wanted[report.address])

        host = self._device.host
        host.on("advertising_report", on_report)
        try:
            self.controller.scan_phase_s = phase_s
            await _whole(
                self._device.start_scanning(
                    active=False,
                    scan_interval=SCAN_INTERVAL_MS,
                    scan_window=SCAN_WINDOW_MS,
                    scanning_phys=(hci.HCI_LE_1M_PHY,),
                )
            )
            return await heard
        finally:
            host.remove_listener("advertising_report", on_report)
            self.controller.le_scan_enable = False  # as the command does
            self._device.scanning = False

    async def connect(self, vehicle: str) -> PhoneLink:
        """Connect at the vehicle's next advert. Raises core.BaseBumbleError."""
        work = self._device.connect_le(hci.Address(vehicle), {_PHY: _CONNECTION}, timeout=None)
        attempt = asyncio.ensure_future(work)
        try:
            connection = await asyncio.shield(attempt)
        except asyncio.CancelledError:
            await self._device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
            await asyncio.wait((attempt,))
            if attempt.exception() is None:  # it came about at the same moment
                await disconnect(attempt.result())
            raise
        wire = self._air.wire(self.controller, hci.Address(vehicle))
        if wire is None:
            raise core.InvalidStateError("the connection is gone already")
        return PhoneLink(connection, wire)

    async def encrypt(self, link: PhoneLink, bond: VehicleBond) -> None:
        """Encrypt with the long-term key of a bond. Raises hci.HCI_Error."""
        self._keys.keys = PairingKeys(ltk=PairingKeys.Key(bond.ltk, authenticated=True))
        await link.connection.encrypt()

    async def pair(self, link: PhoneLink, ours: OobContext, theirs: OobSharedData) -> VehicleBond:
        """LE Secure Connections with OOB data of both sides. Raises core.ProtocolError."""
        oob = PairingConfig.OobConfig(our_context=ours, peer_data=theirs, legacy_context=None)
        kind = PairingConfig.AddressType.RANDOM
        self._device.pairing_config_factory = _always(
            PairingConfig(oob=oob, identity_address_type=kind)
        )
        self._keys.keys = None
        await link.connection.pair()
        keys = self._keys.keys
        if keys is None or keys.ltk is None:
            raise core.InvalidStateError("pairing left no key")
        return VehicleBond(keys.ltk.value)


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do it to its end even when nobody waits any more: an HCI command has one answer."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise


def _always(config: PairingConfig) -> Callable[[Connection], PairingConfig]:
    return lambda _connection: config
