"""The cable of a virtual USB device: pushed into the kernel's hub, and pulled out of it."""

from __future__ import annotations

import socket
import threading

from drivers.api.errors import DriverError
from drivers.sim.usbip.function import UsbFunction
from drivers.sim.usbip.kernel import Vhci
from drivers.sim.usbip.line import UsbLine

PATIENCE_S = 30.0  # for a slow machine to make a device's acquaintance


class Plug:
    """One stay of a function on the bus. The constructor returns when the kernel is done with it.

    ``driver`` is the kernel's that takes it, "" when none does; ``listening``, if given, is set by
    whoever hears that a program has taken it too, and is waited for. Raises what ``Vhci`` does.
    """

    def __init__(
        self,
        vhci: Vhci,
        function: UsbFunction,
        driver: str = "",
        listening: threading.Event | None = None,
        advice: str = "",
    ) -> None:
        self._vhci = vhci
        own, of_the_kernel = socket.socketpair()
        self._line = UsbLine(function, own)
        with of_the_kernel:
            try:
                self._port = vhci.attach(of_the_kernel, function.about.speed)
            except DriverError:
                self._line.close()
                raise
        try:
            self.bus_id = vhci.wait_for(self._port, driver, PATIENCE_S)
        except DriverError:
            self.pull()
            raise
        if listening is not None and not listening.wait(PATIENCE_S):
            self.pull()
            raise DriverError(f"no program takes it in {PATIENCE_S:g} s: {advice}")

    def pull(self) -> None:
        """Pull the cable; returns when the function has ended. Idempotent."""
        self._vhci.detach(self._port)
        self._line.close()
