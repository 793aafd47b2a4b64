"""A controller of an air behind a TCP port, HCI as H4 frames it, for a radio with a text name."""

from __future__ import annotations

import asyncio
from functools import partial

from bumble.transport.common import PacketParser

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import SystemClock
from drivers.api.event_loop import LoopThread


class TcpController:
    """Plugs a fresh controller in for whoever connects; one at a time, on real time."""

    def __init__(self, air: HciAir) -> None:
        self._air = air
        self._loop = LoopThread(SystemClock(), "tcp-controller", files=True)
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.plug_in()

    @property
    def name(self) -> str:
        """What a radio is opened by."""
        return f"tcp-client:127.0.0.1:{self.port}"

    def plug_in(self) -> None:
        """Listen, on the port it had."""
        self._loop.call(self._listen(), 5)

    def unplug(self) -> None:
        """Cut the connection and listen no more."""
        self._loop.call(self._cut(), 5)

    def close(self) -> None:
        self.unplug()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._writer is not None:
            self._writer.close()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writer = writer
        line = self._air.plug(
            lambda packet: self._loop.post(partial(writer.write, packet)), lambda _why: None
        )
        parser = PacketParser(_Into(line))
        try:
            while data := await reader.read(4096):
                parser.feed_data(data)
        except ConnectionError:
            pass
        finally:
            line.close()
            writer.close()
            self._tasks.discard(task)


class _Into:
    def __init__(self, line: HciLine) -> None:
        self.on_packet = line.send
