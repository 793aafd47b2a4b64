"""One connection of a phone to a vehicle: service, channel, events, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bumble import core, hci
from bumble.device import Connection, Peer
from bumble.l2cap import LeCreditBasedChannel, LeCreditBasedChannelSpec

from drivers.sim.ble_air.wire import Wire
from drivers.sim.phone_ble.bonds import Service

_SERVICE = core.UUID.from_16_bits(0xFFF5)
_SPSM = core.UUID("D3B5A130-9E23-4B3A-8BE4-6B1EE5F980A3")
_TX_POWER = core.UUID.from_16_bits(0x2A07)
_ANTENNA = core.UUID("C6D7D4A1-E2B0-4E95-B576-DF983D1A5D9F")
_LARGEST = 1024  # octets of a DK message that the phone takes; facts know of 255


class NoService(Exception):
    """What answered there is no vehicle, or tells of no channel."""


class PhoneLink:
    """Times are of the world, in nanoseconds. ``lost`` is done once the connection is over."""

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self.connection = connection
        self.lost: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._wire = wire
        self._dropping: asyncio.Task[hci.HCI_ErrorCode] | None = None
        self._channel: LeCreditBasedChannel | None = None
        connection.on("disconnection", self._end)

    @property
    def began_ns(self) -> int:
        """Event 0 of the connection."""
        return round(self._wire.began_s * 1e9)

    @property
    def encrypted(self) -> bool:
        """Whether the link is encrypted."""
        return bool(self.connection.encryption)

    def on_phy_update(self, told: Callable[[int, int], None]) -> None:
        """``told`` gets event count and time of each LL_PHY_UPDATE_IND."""

        def update(_phy: object) -> None:
            count = self._wire.event_count(asyncio.get_running_loop().time())
            told(count, round(self._wire.event_s(count) * 1e9))

        self.connection.on("connection_phy_update", update)

    async def read_service(self) -> Service:
        """Read what service 0xFFF5 tells. Raises NoService, ProtocolError."""
        peer = Peer(self.connection)
        found = await peer.discover_service(_SERVICE)
        if not found:
            raise NoService("no service FFF5")
        await peer.discover_characteristics(service=found[0])
        values = []
        for wanted in (_SPSM, _TX_POWER, _ANTENNA):
            there = peer.get_characteristics_by_uuid(wanted, found[0])
            values.append(await there[0].read_value() if there else b"")
        spsm, power, antenna = values
        if len(spsm) != 2 or not 0x80 <= int.from_bytes(spsm, "big") <= 0xFF:
            raise NoService("no SPSM")
        return Service(
            int.from_bytes(spsm, "big"),
            int.from_bytes(power, "big", signed=True),
            int.from_bytes(antenna, "big"),
        )

    async def open(self, spsm: int, take: Callable[[bytes], None]) -> None:
        """Open the channel; ``take`` gets each SDU. Raises l2cap.L2capError with the result."""
        spec = LeCreditBasedChannelSpec(psm=spsm, mtu=_LARGEST, mps=_LARGEST + 2)
        self._channel = await self.connection.create_l2cap_channel(spec)
        self._channel.sink = take
        self._channel.on("close", self.drop)

    def send(self, message: bytes) -> None:
        """One SDU. Nothing happens once the channel is closed."""
        if self._channel is not None:
            self._channel.write(message)

    def drop(self) -> None:
        """End the connection, politely and without waiting. Idempotent."""
        if not self.lost.done() and self.connection.handle in self.connection.device.connections:
            self._dropping = disconnect(self.connection)

    def _end(self, reason: int) -> None:
        # Bumble keeps a request that the link did not live to see answered, and takes the number
        # for taken on every later link. A phone has one link at a time: all that wait are of this.
        self.connection.device.l2cap_channel_manager.le_coc_requests.clear()
        if not self.lost.done():
            self.lost.set_result(reason)


def disconnect(connection: Connection) -> asyncio.Task[hci.HCI_ErrorCode]:
    """End a connection; the task is to be kept, so that it is not collected before it has run."""
    command = hci.HCI_Disconnect_Command(
        connection_handle=connection.handle,
        reason=hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR,
    )
    host = connection.device.host
    return asyncio.ensure_future(host.send_async_command(command, check_status=False))
