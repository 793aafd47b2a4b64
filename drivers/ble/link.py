"""A phone's connection, for callers in any thread, and what happens on it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from bumble import hci
from bumble.core import BaseBumbleError, ConnectionPHY
from bumble.device import Connection

from drivers.api.ble import Bond, Link, OobData
from drivers.api.errors import LinkLost
from drivers.api.event_loop import LoopThread
from drivers.ble.channel import FLUSH_S, BumbleChannel, SduChannel
from drivers.ble.pairing import Oob
from drivers.ble.vehicle import Teller


class BumbleLink(Link):
    """One connection until it is over."""

    def __init__(self, connection: Connection, loop: LoopThread, tell: Teller) -> None:
        self._connection, self._loop, self._tell = connection, loop, tell
        self._oob: Oob | None = None
        self._phy = hci.Phy.LE_1M
        self.channel: BumbleChannel | None = None
        self._over = self._ending = False
        on = connection.on
        on(connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, self._encryption_changed)
        on(connection.EVENT_CONNECTION_ENCRYPTION_KEY_REFRESH, self._encryption_changed)
        on(connection.EVENT_CONNECTION_PHY_UPDATE, self._phy_updated)
        on(connection.EVENT_DISCONNECTION, self._disconnected)

    @property
    def peer(self) -> str:
        return str(self._connection.peer_address.to_string(with_type_qualifier=False))

    @property
    def encrypted(self) -> bool:
        return not self._over and bool(self._connection.is_encrypted)

    def pair_oob(self, theirs: OobData) -> OobData:
        oob = Oob(theirs)
        self._check()
        self._oob = oob
        return oob.ours()

    def trigger_time_sync(self) -> None:
        self._check()
        self._loop.post(lambda: self._spawn(self._update_phy()))

    def disconnect(self) -> None:
        if not self._over and not self._ending:
            self._ending = True
            self._loop.post(lambda: self._spawn(self._disconnect()))

    def take_oob(self) -> Oob | None:
        """The OOB data of the pairing that is expected; they serve once."""
        oob, self._oob = self._oob, None
        return oob

    def opened(self, channel: SduChannel) -> None:
        """The phone has its channel."""
        self.channel = mine = BumbleChannel(channel, self._loop)
        channel.sink = lambda message: self._received(mine, message)
        channel.on(channel.EVENT_CLOSE, lambda: self._closed(mine))
        self._tell(lambda listener, t_ns: listener.channel_opened(self, mine, t_ns))

    def refused(self) -> None:
        """The phone was refused one."""
        self._tell(lambda listener, t_ns: listener.channel_refused(self, t_ns))

    def paired(self, bond: Bond) -> None:
        """A pairing ended well."""
        self._tell(lambda listener, t_ns: listener.paired(self, bond, t_ns))

    def pairing_failed(self, why: str) -> None:
        """A pairing did not."""
        self._tell(lambda listener, t_ns: listener.pairing_failed(self, why, t_ns))

    def _received(self, channel: BumbleChannel, message: bytes) -> None:
        if not channel.over:
            self._tell(lambda listener, t_ns: listener.received(self, message, t_ns))

    def _closed(self, channel: BumbleChannel) -> None:
        by_us, channel.over = channel.over, True
        if self.channel is channel:
            self.channel = None
        if not by_us:
            self._tell(lambda listener, t_ns: listener.channel_closed(self, channel, t_ns))

    def _encryption_changed(self) -> None:
        if self._connection.is_encrypted:
            self._tell(lambda listener, t_ns: listener.encrypted(self, t_ns))
        else:  # no phone that is well does that
            self.disconnect()

    def _phy_updated(self, phy: ConnectionPHY) -> None:
        self._phy = hci.Phy(phy.tx_phy)
        self._tell(lambda listener, t_ns: listener.phy_updated(self, t_ns))

    def _disconnected(self, reason: int) -> None:
        if self._over:
            return
        self._over = True
        if self.channel is not None:
            self.channel.over = True
        why = hci.HCI_ErrorCode(reason).name if reason else "the controller is gone"
        self._tell(lambda listener, t_ns: listener.disconnected(self, why, t_ns))

    async def _update_phy(self) -> None:
        """Ask for the other PHY: to ask for the one in use changes nothing on the air."""
        other = hci.Phy.LE_2M if self._phy == hci.Phy.LE_1M else hci.Phy.LE_1M
        device = self._connection.device
        wanted = other if device.supports_le_phy(other) else hci.Phy.LE_1M
        await device.set_connection_phy(self._connection, [wanted], [wanted])

    async def _disconnect(self) -> None:
        if self.channel is not None:
            await self.channel.flushed()
        with suppress(TimeoutError, ValueError):  # ValueError: nothing was ever sent
            await asyncio.wait_for(self._connection.drain(), FLUSH_S)
        await self._connection.disconnect()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._loop.loop.create_task(quietly(work))

    def _check(self) -> None:
        if self._over:
            raise LinkLost(f"{self.peer} is not connected any more")


async def quietly(work: Coroutine[Any, Any, None]) -> None:
    """What fails here fails because link or controller are gone, which is told on its own."""
    try:
        await work
    except BaseBumbleError:
        return
