"""A virtual air with a peripheral and a central on it, both plain Bumble hosts in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from bumble import hci
from bumble.device import Connection, ConnectionParametersPreferences, Device
from bumble.host import Host
from bumble.keys import MemoryKeyStore, PairingKeys
from bumble.l2cap import LeCreditBasedChannel, LeCreditBasedChannelSpec

from drivers.sim.ble_air import BleAir
from drivers.sim.ble_air.controller import AirController
from drivers.sim.world import World

T = TypeVar("T")
VEHICLE = hci.Address("C4:4D:49:00:00:01")
PHONE = hci.Address("D0:00:00:00:00:02")
SPSM = 0x81
INTERVAL_S, TIMEOUT_S = 0.030, 2.0
PACKET_S = 0.0007  # from packet to packet of one event
_PREFERENCES = ConnectionParametersPreferences(
    connection_interval_min=INTERVAL_S * 1000,
    connection_interval_max=INTERVAL_S * 1000,
    supervision_timeout=int(TIMEOUT_S * 1000),
)


class Sink:
    """Hands a controller's packets to a host that is made after it."""

    host: Host

    def on_packet(self, packet: bytes) -> None:
        self.host.on_packet(packet)


class LoopClock:
    """The time of the loop that one runs in, which is virtual here."""

    sleep = staticmethod(asyncio.sleep)


@dataclass
class Room:
    """The air, and who is on it. Times are those of the loop, in seconds."""

    air: BleAir
    clock: LoopClock = field(default_factory=LoopClock)
    vehicle: Device = field(init=False)
    phone: Device = field(init=False)
    radios: dict[str, AirController] = field(default_factory=dict)
    accepted: list[Connection] = field(default_factory=list)
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    ends: list[tuple[str, float, int]] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = 60.0) -> T:
        """Run something in the air's thread, on virtual time."""
        return self.air.loop.call(work, timeout_s)

    def now_s(self) -> float:
        return self.air.loop.loop.time()

    async def begin(self) -> None:
        self.vehicle = await self._power_on("vehicle", VEHICLE)
        self.phone = await self._power_on("phone", PHONE)
        spec = LeCreditBasedChannelSpec(psm=SPSM)
        self.vehicle.create_l2cap_server(spec, self._opened)
        self.vehicle.on("connection", self._connected)

    async def connect(self, *, interval_ms: float = 42.5) -> Connection:
        """Advertise and connect; both ends' disconnections are noted."""
        await self.vehicle.start_advertising(
            advertising_interval_min=interval_ms, advertising_interval_max=interval_ms
        )
        connection = await self.phone.connect_le(
            VEHICLE, {hci.Phy(hci.HCI_LE_1M_PHY): _PREFERENCES}, timeout=None
        )
        self._note_end("phone", connection)
        return connection

    async def channel(self, connection: Connection) -> LeCreditBasedChannel:
        return await connection.create_l2cap_channel(LeCreditBasedChannelSpec(psm=SPSM))

    def _opened(self, channel: LeCreditBasedChannel) -> None:
        channel.sink = lambda data: self.heard.append((self.now_s(), data))

    def _connected(self, connection: Connection) -> None:
        self.accepted.append(connection)
        self._note_end("vehicle", connection)

    def _note_end(self, who: str, connection: Connection) -> None:
        connection.on("disconnection", lambda reason: self.ends.append((who, self.now_s(), reason)))

    async def _power_on(self, name: str, address: hci.Address) -> Device:
        sink = Sink()
        self.radios[name] = radio = self.air.radio(name, sink)
        sink.host = Host(None, radio)
        device = Device(name=name, address=address, host=sink.host)
        await device.power_on()
        return device


@contextmanager
def room(seed: int = 7) -> Iterator[Room]:
    """On virtual time; inside, the calling thread lets it be skipped."""
    with World(seed=seed, time="virtual") as world, BleAir(world) as air:
        made = Room(air)
        with world.clock.skipping():
            made.run(made.begin())
            yield made


def exact(value: float) -> object:
    return pytest.approx(value, abs=1e-6)


async def joined(here: Room) -> tuple[float, LeCreditBasedChannel]:
    """When the connection began, and a channel of the phone's on it."""
    connection = await here.connect()
    channel = await here.channel(connection)
    return began(here), channel


def began(here: Room) -> float:
    wire = here.air.wire(here.radios["phone"], VEHICLE)
    assert wire is not None
    return wire.began_s


async def bonded(here: Room) -> None:
    """Both hosts know the same long-term key."""
    for device, peer in ((here.phone, VEHICLE), (here.vehicle, PHONE)):
        keys = PairingKeys(ltk=PairingKeys.Key(bytes(range(16)), authenticated=True))
        device.keystore = MemoryKeyStore()
        await device.keystore.update(str(peer), keys)
