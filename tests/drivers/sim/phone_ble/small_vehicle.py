"""A vehicle on Bumble, as small as a phone's tests need it, written from the facts alone.

It advertises, offers service FFF5, pairs with OOB data and passes DK messages on to the test, which
plays the rest. Tests call it from their own thread; it lives in the air's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bumble import core, hci
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, Service
from bumble.host import Host
from bumble.keys import MemoryKeyStore, PairingKeys
from bumble.l2cap import LeCreditBasedChannel, LeCreditBasedChannelSpec
from bumble.pairing import PairingConfig
from bumble.smp import OobContext, OobSharedData

from drivers.sim.ble_air import BleAir
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.ble_air.radio_room import Sink
from tests.drivers.sim.phone.applet_bench import VEHICLE, VEHICLE_ID
from tests.home_key.independent_reader import CCC, Form, Reader

T = TypeVar("T")
M = TypeVar("M", bound=dk.DkMessage)
ADDRESS = "C4:4D:49:00:00:01"
SPSM = 0x81
_PATIENCE_S = 20.0


class SmallVehicle:
    """Everything that happened is kept: links, channels, what each phone said."""

    def __init__(self, air: BleAir) -> None:
        self.air = air
        self.links: list[Connection] = []
        self.linked_s: list[float] = []
        self._advertises = True
        self.channels: list[LeCreditBasedChannel] = []
        self.encrypted_then: list[bool] = []  # when a channel was opened
        self.ends: list[int] = []
        self._said: asyncio.Queue[bytes]
        self._device: Device
        self.run(self._begin())

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = _PATIENCE_S) -> T:
        """Do something in the air's thread, on its time."""
        return self.air.loop.call(work, timeout_s)

    # --- what a test does ---------------------------------------------------------------------

    def hears(self, kind: type[M]) -> M:
        """The next DK message of the phone, which is to be of this kind."""
        message = dk.decode(self.run(self._said.get()))
        assert isinstance(message, kind), message
        return message

    def hears_bytes(self) -> bytes:
        """The next SDU, whatever it is."""
        return self.run(self._said.get())

    def hears_nothing(self, for_s: float = 3.0) -> bool:
        """Whether nothing comes in that time."""

        async def wait() -> bool:
            try:
                await asyncio.wait_for(self._said.get(), for_s)
            except TimeoutError:
                return True
            return False

        return self.run(wait(), for_s + 1)

    def says(self, *messages: dk.DkMessage) -> None:
        """Send DK messages, an SDU each."""
        self.says_bytes(*(dk.encode(message) for message in messages))

    def says_bytes(self, *messages: bytes) -> None:
        async def write() -> None:
            for message in messages:
                self.channels[-1].write(message)

        self.run(write())

    def exchange(self, apdu: bytes) -> bytes:
        """One APDU to the secure element and back."""
        self.says(dk.ApduRequest(kind=dk.ApduKind.SECURE_ELEMENT, apdu=apdu))
        return self.hears(dk.ApduResponse).apdu

    def reader(self, form: Form = CCC) -> Reader:
        """An independent reader that talks to the applet over Bluetooth LE."""
        return Reader(self.exchange, VEHICLE, VEHICLE_ID, form)

    def accepts_first_approach(self) -> dk.FirstApproachRequest:
        """Answer First_Approach_RQ and be ready to be paired with."""
        request = self.hears(dk.FirstApproachRequest)
        context = OobContext()
        ours = context.share()
        theirs = OobSharedData(c=request.confirm, r=request.random)
        oob = PairingConfig.OobConfig(our_context=context, peer_data=theirs, legacy_context=None)
        config = PairingConfig(oob=oob, identity_address_type=PairingConfig.AddressType.RANDOM)
        self._device.pairing_config_factory = lambda _connection: config
        octets = bytes.fromhex(ADDRESS.replace(":", ""))
        self.says(dk.FirstApproachResponse(address=octets, confirm=ours.c, random=ours.r))
        return request

    def forgets_bonds(self) -> None:
        """Its keys are gone."""
        self._device.keystore = MemoryKeyStore()

    def mistakes_bonds(self) -> None:
        """Its key is another than the phone's."""
        keys = PairingKeys(ltk=PairingKeys.Key(bytes(16), authenticated=True))
        peer = str(self.links[-1].peer_address)
        store = MemoryKeyStore()
        self.run(store.update(peer, keys))
        self._device.keystore = store

    def falls_silent(self) -> None:
        """It advertises no more."""
        self._advertises = False
        self.run(self._device.stop_advertising())

    def advertises_again(self) -> None:
        """For another phone, while one is connected."""
        self.run(self._advertise())

    def hangs_up(self) -> None:
        """End the latest link."""
        self.run(self.links[-1].disconnect())

    def asks_for_time(self) -> None:
        """Trigger Procedure 1 of Time_Sync."""
        self.run(self.links[-1].set_phy())

    # --- in the air's thread ------------------------------------------------------------------

    async def _begin(self) -> None:
        self._said = asyncio.Queue()
        sink = Sink()
        radio = self.air.radio("small vehicle", sink)
        sink.host = Host(None, radio)
        self._device = Device(name="vehicle", address=hci.Address(ADDRESS), host=sink.host)
        self._device.keystore = MemoryKeyStore()
        self._device.add_service(self._service())
        await self._device.power_on()
        self._device.create_l2cap_server(LeCreditBasedChannelSpec(psm=SPSM), self._opened)
        self._device.on("connection", self._linked)
        await self._advertise()

    async def _advertise(self) -> None:
        await self._device.start_advertising(
            advertising_data=b"",
            scan_response_data=b"",
            advertising_interval_min=42.5,
            advertising_interval_max=42.5,
        )

    def _service(self) -> Service:
        def readable(uuid: str | int, value: bytes) -> Characteristic[bytes]:
            name = core.UUID(uuid) if isinstance(uuid, str) else core.UUID.from_16_bits(uuid)
            return Characteristic(
                name, Characteristic.Properties.READ, Characteristic.Permissions.READABLE, value
            )

        characteristics = [
            readable("D3B5A130-9E23-4B3A-8BE4-6B1EE5F980A3", SPSM.to_bytes(2, "big")),
            readable(0x2A07, b"\xf8"),
            readable("C6D7D4A1-E2B0-4E95-B576-DF983D1A5D9F", b"\x00\x01"),
        ]
        return Service(core.UUID.from_16_bits(0xFFF5), characteristics)

    def _linked(self, connection: Connection) -> None:
        self.links.append(connection)
        self.linked_s.append(self.air.loop.loop.time())
        connection.on("disconnection", self._ended)

    def _ended(self, reason: int) -> None:
        self.ends.append(reason)
        if self._advertises:
            self._again = asyncio.ensure_future(self._advertise())

    def _opened(self, channel: LeCreditBasedChannel) -> None:
        self.channels.append(channel)
        self.encrypted_then.append(bool(channel.connection.encryption))
        channel.sink = self._said.put_nowait
