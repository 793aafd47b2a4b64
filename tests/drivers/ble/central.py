"""A phone for these tests: a Bumble central on any air, that does as it is told, right or wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

from bumble import hci, l2cap, smp
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.host import Host
from bumble.keys import MemoryKeyStore, PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

from drivers.api.ble import Bond, HciAir, OobData
from drivers.api.event_loop import LoopThread
from drivers.ble.transport import silence

T = TypeVar("T")
_IDENTITY = PairingDelegate.KeyDistribution.DISTRIBUTE_IDENTITY_KEY


class Central:
    """Methods wait for what they do, on the air's time."""

    def __init__(self, air: HciAir, address: str, *, private: bool = False) -> None:
        """``private``: on the air under a resolvable address, behind which is ``address``."""
        silence()
        self.loop = LoopThread(air.clock, "central")
        self.irk = bytes(range(16))
        self.address = address
        self._oob: PairingConfig.OobConfig | None = None
        self.received: list[bytes] = []
        self.channel: l2cap.LeCreditBasedChannel | None = None
        self.phy_updates = 0
        self.connection: Connection
        self.device: Device
        self.do(self._start(air, private))

    def do(self, work: Coroutine[Any, Any, T], timeout_s: float = 20) -> T:
        with self.loop.clock.skipping():
            return self.loop.call(work, timeout_s)

    async def _start(self, air: HciAir, private: bool) -> None:
        host = Host()
        post = self.loop.post
        self.line = air.plug(
            lambda packet: post(partial(host.on_packet, packet)),
            lambda _why: None,
        )
        host.set_packet_sink(self)
        config = DeviceConfiguration(
            name="phone", address=hci.Address(self.address), irk=self.irk, classic_enabled=False
        )
        self.device = Device(config=config, host=host)
        self.device.pairing_config_factory = self._pairing_config
        await self.device.power_on()
        if private:
            self.device.random_address = hci.Address.generate_private_address(self.irk)
            command = hci.HCI_LE_Set_Random_Address_Command(
                random_address=self.device.random_address
            )
            await self.device.send_sync_command(command)

    def on_packet(self, packet: bytes) -> None:
        """From its host."""
        self.line.send(packet)

    def _pairing_config(self, _connection: Connection) -> PairingConfig:
        return PairingConfig(
            identity_address_type=PairingConfig.AddressType.RANDOM,
            delegate=PairingDelegate(
                local_initiator_key_distribution=_IDENTITY,
                local_responder_key_distribution=_IDENTITY,
            ),
            oob=self._oob,
        )

    def scan(self, for_s: float = 1.0) -> list[Advertisement]:
        """All adverts of so long a time; Bumble's controllers invent a scan response to each."""
        found: list[Advertisement] = []
        self.device.on("advertisement", found.append)
        self.do(self.device.start_scanning(active=False, filter_duplicates=False))
        with self.loop.clock.skipping():
            self.loop.clock.sleep(for_s)
        self.do(self.device.stop_scanning())
        self.device.remove_listener("advertisement", found.append)
        return [advert for advert in found if not advert.is_scan_response]

    def connect(self, address: str) -> None:
        async def work() -> None:
            self.connection = await self.device.connect(hci.Address(address), timeout=10)
            self.connection.on("connection_phy_update", self._count_phy)

        self.do(work())

    def _count_phy(self, _phy: object) -> None:
        self.phy_updates += 1

    def read(self) -> dict[str, bytes]:
        """Every characteristic of service 0xFFF5."""

        async def work() -> dict[str, bytes]:
            peer = Peer(self.connection)
            (service,) = await peer.discover_service("FFF5")
            found = await service.discover_characteristics()
            return {str(one.uuid): bytes(await one.read_value()) for one in found}

        return self.do(work())

    def open(self, spsm: int, mtu: int = 255) -> l2cap.LeCreditBasedChannel:
        """Raises L2capError with the vehicle's result where it refuses."""

        async def work() -> l2cap.LeCreditBasedChannel:
            spec = l2cap.LeCreditBasedChannelSpec(spsm, mtu=mtu, mps=64, max_credits=8)
            channel = await self.connection.create_l2cap_channel(spec)
            channel.sink = self.received.append
            return channel

        self.channel = self.do(work())
        return self.channel

    def send(self, *messages: bytes) -> None:
        """Each as an SDU of its own."""

        async def work() -> None:
            assert self.channel is not None
            for message in messages:
                self.channel.write(message)
                await self.channel.drain()

        self.do(work())

    def close_channel(self) -> None:
        assert self.channel is not None
        self.do(self.channel.disconnect())

    def wait_until_closed(self) -> None:
        """Until the vehicle has closed the channel; all it sent before has come by then."""

        async def work() -> None:
            channel = self.channel
            assert channel is not None
            if channel.state is channel.State.CONNECTED:
                closed = asyncio.Event()
                channel.on(channel.EVENT_CLOSE, closed.set)
                await closed.wait()

        self.do(work())

    def oob(self) -> tuple[smp.OobContext, OobData]:
        """Fresh data of its own, and what the vehicle is told of them."""
        context = smp.OobContext()
        shared = context.share()
        return context, OobData(confirm=shared.c, random=shared.r)

    def pair(self, context: smp.OobContext, theirs: OobData | None) -> None:
        """Raises ProtocolError where it fails."""
        data = smp.OobSharedData(c=theirs.confirm, r=theirs.random) if theirs else None
        self._oob = PairingConfig.OobConfig(context, data, None)
        self.do(self._paired())

    async def _paired(self) -> None:
        await self.connection.pair()

    def know(self, vehicle: str, ltk: bytes) -> None:
        """Have the bond with a vehicle."""
        keys = PairingKeys()
        keys.ltk = PairingKeys.Key(value=ltk)
        store = MemoryKeyStore()
        store.all_keys[vehicle] = keys
        self.device.keystore = store

    def encrypt(self) -> None:
        """With the bond it has. Raises HCI_Error where the vehicle has none."""
        self.do(self.connection.encrypt())

    def bond(self, ltk: bytes) -> Bond:
        """What the vehicle has to know."""
        return Bond(self.address, ltk, self.irk)

    def mute_pairing(self) -> None:
        """Have the host ignore what comes on SMP: what a test says there is all that is said."""
        channels = self.device.l2cap_channel_manager
        channels.register_fixed_channel(smp.SMP_CID, lambda _handle, _pdu: None)

    def say(self, cid: int, pdu: bytes) -> None:
        """Any octets on any L2CAP channel."""

        async def work() -> None:
            self.device.send_l2cap_pdu(self.connection.handle, cid, pdu)

        self.do(work())

    def disconnect(self) -> None:
        async def work() -> None:
            await self.connection.disconnect()

        self.do(work())

    def close(self) -> None:
        self.line.close()
        self.loop.close()
