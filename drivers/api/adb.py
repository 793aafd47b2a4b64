"""The Android debug bridge: a server on TCP that has phones behind it."""

from __future__ import annotations

import abc


class AdbListener(abc.ABC):
    """Something that speaks adb's smart sockets on a TCP address (a virtual server)."""

    @property
    @abc.abstractmethod
    def address(self) -> str:
        """Host and port, such as "127.0.0.1:5037"."""
