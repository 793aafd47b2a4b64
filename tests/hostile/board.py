"""A hostile relay board: reports of any content and length, and errors of any kind."""

from __future__ import annotations

import errno
import os
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress

import usb.core

from drivers.api.errors import DriverError
from drivers.api.usb import UsbHost
from drivers.relay.hid import HidRelayBoard
from drivers.sim.relay_board import VirtualRelayBoard, VirtualUsb
from tests.hostile.dice import Dice

SERIAL = f"B{os.getpid() % 10000:04}"  # no other process's board
ERRORS = [*errno.errorcode, None]


class HostileUsb(VirtualUsb, UsbHost):
    """USB with a board that lies as soon as it is held."""

    def __init__(self, board: VirtualRelayBoard, dice: Dice) -> None:
        super().__init__([board])
        self.hostile = False
        self.transfers = 0
        self._dice = dice

    @property
    def backend(self) -> VirtualUsb:
        return self

    def ctrl_transfer(self, dev_handle: object, *request: object, **more: object) -> int:
        self.transfers += 1
        genuine: Callable[..., int] = super().ctrl_transfer
        turn = self._dice.random()
        if not self.hostile or turn < 0.3:
            return genuine(dev_handle, *request, **more)
        if turn < 0.5:
            raise usb.core.USBError("hostile", errno=self._dice.choice(ERRORS))
        data = request[4]
        assert isinstance(data, array)
        said = self._dice.octets(len(data))[: len(data)]
        data[: len(said)] = array("B", said)
        return self._dice.choice((len(said), len(data), 0))


def exchanges() -> Iterator[int]:
    """Commands and readings; how many transfers each took."""
    dice = Dice(31)
    with VirtualRelayBoard(None, SERIAL) as board:
        usb_host = HostileUsb(board, dice)
        with HidRelayBoard(SERIAL, usb_host) as driver:
            uses: list[Callable[[], object]] = [
                lambda: driver.set(dice.randint(1, 8), on=dice.random() < 0.5),
                driver.states,
                driver.inputs,
                driver.self_test,
                driver.identity,
            ]
            while True:
                before, usb_host.hostile = usb_host.transfers, True
                with suppress(DriverError):  # and nothing else
                    dice.choice(uses)()
                usb_host.hostile = False
                yield usb_host.transfers - before
