"""A USB host other than the machine's own."""

from __future__ import annotations

import abc


class UsbHost(abc.ABC):
    """Something with USB devices behind it that the operating system does not know of."""

    @property
    @abc.abstractmethod
    def backend(self) -> object:
        """What pyusb takes as its ``backend`` (a ``usb.backend.IBackend``)."""
