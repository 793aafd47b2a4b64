"""The HCI line to a controller: one that Bumble opens by its text name, or one a virtual air lends.

Packets are those of H4, the type octet first. Whatever comes from a line is handled in the
radio's own thread.
"""

from __future__ import annotations

import abc
import asyncio
import logging
import os
from collections.abc import Callable
from functools import partial

from bumble.transport import open_transport
from bumble.transport.common import Transport, TransportLostError

from drivers.api.ble import HciAir, HciLine
from drivers.api.errors import DriverError, LinkLost
from drivers.api.event_loop import LoopThread

Receive = Callable[[bytes], None]
Lost = Callable[[Exception], None]
_SNOOPER = "BUMBLE_SNOOPER"


def silence() -> None:
    """Turn Bumble's log off, module by module: at DEBUG it prints keys, and whole pairings.

    A level alone would not do: whoever sets one for a single module would have its keys printed.
    """
    logging.getLogger("bumble").setLevel(logging.CRITICAL)  # for modules that come later
    for name, logger in tuple(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] == "bumble" and isinstance(logger, logging.Logger):
            logger.disabled = True


class Line(abc.ABC):
    """One controller, for as long as it is there."""

    @abc.abstractmethod
    def send(self, packet: bytes) -> None:
        """One packet to the controller; in the radio's own thread. What is lost is told there."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Let go of it. Idempotent."""


async def open_line(where: str | HciAir, loop: LoopThread, receive: Receive, lost: Lost) -> Line:
    """Open a line. ``receive`` and ``lost`` are called in the radio's own thread.

    Raises whatever the transport's library does.
    """
    if isinstance(where, HciAir):
        return _LentLine(where, loop, receive, lost)
    if os.environ.get(_SNOOPER):
        raise DriverError(f"{_SNOOPER} is set: it would write keys into a file")
    transport = await open_transport(where)
    silence()  # its module has just been imported
    return _NamedLine(transport, receive, lost)


class _LentLine(Line):
    """A controller of a virtual air, which calls from a thread of its own."""

    def __init__(self, air: HciAir, loop: LoopThread, receive: Receive, lost: Lost) -> None:
        self._lost = lost
        self._line: HciLine = air.plug(
            lambda packet: loop.post(partial(receive, packet)),
            lambda why: loop.post(partial(lost, why)),
        )

    def send(self, packet: bytes) -> None:
        try:
            self._line.send(packet)
        except LinkLost as exc:
            asyncio.get_running_loop().call_soon(self._lost, exc)

    async def close(self) -> None:
        self._line.close()


class _NamedLine(Line):
    """A transport of Bumble's: USB, a serial port, TCP and the rest."""

    def __init__(self, transport: Transport, receive: Receive, lost: Lost) -> None:
        self._transport, self._lost = transport, lost
        self._closed = False
        self._sink = _Sink(receive, self._end)
        transport.source.set_packet_sink(self._sink)
        transport.source.terminated.add_done_callback(self._terminated)

    def send(self, packet: bytes) -> None:
        try:
            self._transport.sink.on_packet(packet)
        except (OSError, TransportLostError) as exc:
            asyncio.get_running_loop().call_soon(self._end, exc)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await self._transport.close()

    def _terminated(self, ended: asyncio.Future[None]) -> None:
        why = None if ended.cancelled() else ended.exception()
        self._end(why if isinstance(why, Exception) else None)

    def _end(self, why: Exception | None = None) -> None:
        if not self._closed:
            self._lost(LinkLost(f"the transport has ended{f': {why}' if why else ''}"))


class _Sink:
    """What a source of Bumble's delivers to."""

    def __init__(self, receive: Receive, ended: Callable[[], None]) -> None:
        self.on_packet = receive
        self.on_transport_lost = ended
