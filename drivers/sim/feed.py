"""A virtual kit that draws its power through a relay."""

from __future__ import annotations

from typing import ClassVar

from drivers.api.device import Device, Identity
from drivers.api.errors import DriverError
from drivers.sim.relay_board import VirtualRelayBoard
from drivers.sim.uwb_chip.device import VirtualKit


class VirtualFeed(Device):
    """The cable of a kit through the normally closed contact of a relay: energised, it is cut.

    Raises DriverError when the board has no such channel.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("board", "channel")
    """Options that no two entries of a bench may share."""

    def __init__(self, board: VirtualRelayBoard, channel: int, feeds: VirtualKit) -> None:
        if not 1 <= channel <= board.channels:
            raise DriverError(f"no relay {channel}: {board.serial} has 1 to {board.channels}")
        self._board, self._fed = board, feeds
        self._bit = 1 << (channel - 1)
        board.followers.append(self._follow)
        self._follow(board.memory.relays)

    def identity(self) -> Identity:
        return Identity("Digital Key Rig", "virtual power feed")

    def close(self) -> None:
        if self._follow in self._board.followers:
            self._board.followers.remove(self._follow)

    def _follow(self, relays: int) -> None:
        if relays & self._bit:
            self._fed.unplug()
        else:
            self._fed.plug()
