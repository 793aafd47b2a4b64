"""Where a line is plugged in, when that is not a fixed path or address of the machine.

A driver takes either the text of a bench file or one of these, and asks again each time it opens
the line: plugged in again, the same device may be at another place.
"""

from __future__ import annotations

import abc


class SerialPlug(abc.ABC):
    """Something at the end of a serial line."""

    @property
    @abc.abstractmethod
    def path(self) -> str:
        """The port to open now, such as "/dev/pts/4". Raises DeviceNotFound while unplugged."""


class SocketPlug(abc.ABC):
    """Something that listens on TCP."""

    @property
    @abc.abstractmethod
    def address(self) -> str:
        """HOST:PORT to connect to now. Raises DeviceNotFound while unplugged."""
