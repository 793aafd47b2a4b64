"""The smallest virtual air: Bumble's own controllers on its local link, without pace or loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from bumble import hci
from bumble.controller import Controller
from bumble.link import LocalLink

from drivers.api.ble import HciAir, HciLine
from drivers.api.clock import Clock
from drivers.api.event_loop import LoopThread


class PhyController(Controller):
    """Bumble's controller names LE Set PHY as supported and then never answers it; this one does.

    Both ends see the update, as LL_PHY_UPDATE_IND would have it.
    """

    def on_hci_le_set_phy_command(self, command: hci.HCI_LE_Set_PHY_Command) -> None:
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        mine = self.find_le_connection_by_handle(command.connection_handle)
        assert mine is not None
        for controller in tuple(self.link.controllers):
            for connection in controller.le_connections.values():
                if controller is self and connection is not mine:
                    continue
                if controller is not self and connection.peer_address != mine.self_address:
                    continue
                phy = command.tx_phys.bit_length()
                done = hci.HCI_LE_PHY_Update_Complete_Event(
                    status=0, connection_handle=connection.handle, tx_phy=phy, rx_phy=phy
                )
                controller.send_hci_packet(done)


class SmallAir(HciAir):
    """Every controller plugged in hears every other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.loop = LoopThread(clock, "small-air")
        self.link = LocalLink()  # type: ignore[no-untyped-call]

    @property
    def clock(self) -> Clock:
        return self._clock

    def plug(self, receive: Callable[[bytes], None], lost: Callable[[Exception], None]) -> HciLine:  # noqa: ARG002
        return SmallLine(self, receive)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        self.loop.call(work, 5)

    def close(self) -> None:
        self.loop.close()


class SmallLine(HciLine):
    """One controller; it is never lost."""

    def __init__(self, air: SmallAir, receive: Callable[[bytes], None]) -> None:
        self._air, self._receive = air, receive
        self._closed = False
        self._controller: Controller
        air.run(self._join())

    async def _join(self) -> None:
        self._controller = PhyController("small", link=self._air.link)
        self._controller.set_packet_sink(self)

    def on_packet(self, packet: bytes) -> None:
        """From the controller."""
        if not self._closed:
            self._receive(packet)

    def send(self, packet: bytes) -> None:
        if not self._closed:
            self._air.loop.post(partial(self._controller.on_packet, packet))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._air.run(self._leave())

    async def _leave(self) -> None:
        controller = self._controller
        for connection in tuple(controller.le_connections.values()):
            self._cut(controller, connection.peer_address)
        controller.le_legacy_advertiser.stop()
        for advertising in controller.advertising_sets.values():
            advertising.stop()
        self._air.link.remove_controller(controller)

    def _cut(self, controller: Controller, peer_address: hci.Address) -> None:
        """The other end misses it after its supervision time; here at once."""
        peer = self._air.link.find_le_controller(peer_address)
        mine = controller.le_connections.pop(peer_address)
        if peer is not None and (theirs := peer.le_connections.get(mine.self_address)):
            loop = asyncio.get_running_loop()
            loop.call_soon(peer.on_le_disconnected, theirs, hci.HCI_CONNECTION_TIMEOUT_ERROR)
