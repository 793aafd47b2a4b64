"""The L2CAP channel on the SPSM: admitted or refused before it is made, one message an SDU.

Bumble's own server takes every channel there is a server for, encrypted or not, joins messages
that wait for credits into one SDU, and keeps the number of a channel that was closed. Hence the
request is judged, and the channel made, here.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from functools import partial
from typing import Protocol

from bumble import l2cap
from bumble.device import Connection

from drivers.api.ble import INSUFFICIENT_ENCRYPTION, Channel, KeyService
from drivers.api.errors import DriverError, LinkLost
from drivers.api.event_loop import LoopThread

Request = l2cap.L2CAP_LE_Credit_Based_Connection_Request
Response = l2cap.L2CAP_LE_Credit_Based_Connection_Response
Result = Response.Result

FLUSH_S = 0.5
"""For what was sent to leave before a channel or link ends. A phone that gives no credits does not
hold the vehicle up."""

_CREDITS = 64
_LEAST = 23  # octets of MTU and MPS (Core, Vol 3 Part A, 4.22)


class SduChannel(l2cap.LeCreditBasedChannel):
    """A channel whose every message is an SDU of its own, the empty one too."""

    def write(self, data: bytes) -> None:
        if self.state is self.State.CONNECTED:
            self.out_queue.append(struct.pack("<H", len(data)) + data)
            self.drained.clear()
            self.process_output()

    def process_output(self) -> None:
        while self.credits > 0 and self.out_queue:
            sdu = self.out_queue.popleft()
            frame, rest = sdu[: self.peer_mps], sdu[self.peer_mps :]
            if rest:
                self.out_queue.appendleft(rest)
            self.credits -= 1
            self.send_pdu(frame)
        if not self.out_queue:
            self.drained.set()

    async def flushed(self) -> None:
        """Wait until what was written has left the host, but not for long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.drain(), FLUSH_S)


class Gate(Protocol):
    """Who judges requests for a channel, and gets what comes of them."""

    @property
    def offered(self) -> KeyService | None:
        """What is served; None while nothing is."""
        ...

    def admits(self, connection: Connection) -> Result:
        """SUCCESS, or why this phone gets no channel now."""
        ...

    def opened(self, connection: Connection, channel: SduChannel) -> None:
        """It was told that it has its channel."""
        ...


class KeyChannels(l2cap.ChannelManager):
    """The channel manager of a vehicle: one kind of channel, and only for whom the gate admits.

    It has no servers of Bumble's, so that enhanced channels and those of BR/EDR find none.
    """

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def on_l2cap_le_credit_based_connection_request(
        self, connection: Connection, cid: int, request: Request
    ) -> None:
        service = self._gate.offered
        result, channel = self._judged(service, connection, request), None
        if service is not None and result == Result.CONNECTION_SUCCESSFUL:
            channel = self._made(service, connection, request)
        answer = Response(
            identifier=request.identifier,
            destination_cid=channel.source_cid if channel else 0,
            mtu=channel.mtu if channel else _LEAST,
            mps=channel.mps if channel else _LEAST,
            initial_credits=_CREDITS if channel else 0,
            result=result,
        )
        self.send_control_frame(connection, cid, answer)
        if channel is not None:
            self._gate.opened(connection, channel)

    def on_channel_closed(self, channel: l2cap.ClassicChannel | l2cap.LeCreditBasedChannel) -> None:
        handle = channel.connection.handle
        self.channels.get(handle, {}).pop(channel.source_cid, None)
        self.le_coc_channels.get(handle, {}).pop(channel.destination_cid, None)

    def _judged(
        self, service: KeyService | None, connection: Connection, request: Request
    ) -> Result:
        if service is None or request.le_psm != service.spsm:
            return Result.CONNECTION_REFUSED_LE_PSM_NOT_SUPPORTED
        if min(request.mtu, request.mps) < _LEAST:
            return Result.CONNECTION_REFUSED_UNACCEPTABLE_PARAMETERS
        if not 0x0040 <= request.source_cid <= 0x007F:
            return Result.CONNECTION_REFUSED_INVALID_SOURCE_CID
        if request.source_cid in self.le_coc_channels.get(connection.handle, {}):
            return Result.CONNECTION_REFUSED_SOURCE_CID_ALREADY_ALLOCATED
        return self._gate.admits(connection)

    def _made(self, service: KeyService, connection: Connection, request: Request) -> SduChannel:
        ours = self.channels.setdefault(connection.handle, {})
        theirs = self.le_coc_channels.setdefault(connection.handle, {})
        source_cid = self.find_free_le_cid(ours)
        if source_cid is None:
            raise DriverError("no channel number is free")  # of 64, and a link has one channel
        channel = SduChannel(
            manager=self,
            connection=connection,
            psm=request.le_psm,
            source_cid=source_cid,
            destination_cid=request.source_cid,
            mtu=service.largest_message,
            mps=min(service.largest_message + 2, 65_533),
            credits=request.initial_credits,
            peer_mtu=request.mtu,
            peer_mps=request.mps,
            peer_credits=_CREDITS,
            connected=True,
        )
        ours[source_cid] = theirs[request.source_cid] = channel
        return channel


REFUSED = Result(INSUFFICIENT_ENCRYPTION)


class BumbleChannel(Channel):
    """A phone's channel, for callers in any thread."""

    def __init__(self, channel: SduChannel, loop: LoopThread) -> None:
        self._channel, self._loop = channel, loop
        self.over = False  # set where the link is told that it is

    def send(self, message: bytes) -> None:
        if self.over:
            raise LinkLost("the channel is closed")
        if len(message) > self._channel.peer_mtu:
            largest = self._channel.peer_mtu
            raise DriverError(f"a message of {len(message)} octets: the phone takes {largest}")
        self._loop.post(partial(self._channel.write, bytes(message)))

    def close(self) -> None:
        if not self.over:
            self.over = True
            self._loop.post(self._close)

    async def flushed(self) -> None:
        """Wait until what was sent has left the host, but not for long."""
        await self._channel.flushed()

    def _close(self) -> None:
        self._loop.loop.create_task(self._disconnect())

    async def _disconnect(self) -> None:
        await self._channel.flushed()
        if self._channel.state is SduChannel.State.CONNECTED:
            await self._channel.disconnect()
