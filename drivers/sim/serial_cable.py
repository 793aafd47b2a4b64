"""A serial cable whose other end is in this process: a pseudo-terminal that can be pulled.

As on a real machine the port has a name that changes with each plugging in, and a link that does
not, as udev makes one below /dev/serial/by-id. A host that talks at another baud rate is not
understood; a pseudo-terminal does not tell of parity and stop bits, and has no modem lines.
"""

from __future__ import annotations

import os
import pty
import select
import termios
import threading
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_CHUNK = 4096
_PATIENCE_S = 0.1  # that long a full line is waited for; then, as on a real one, the rest is lost


class SerialCable:
    """One stay of a cable in its socket. ``hear`` is called in a thread with what the host sends.

    ``link`` is made to lead to the port; ``but_not`` is the name it had the last time.
    """

    def __init__(
        self, link: Path, baud: int, hear: Callable[[bytes], None], but_not: str = ""
    ) -> None:
        self._master, slave = pty.openpty()
        if os.ttyname(slave) == but_not:
            taken, self._master, slave = (self._master, slave), *pty.openpty()
            for descriptor in taken:
                os.close(descriptor)
        self._slave = slave  # kept open, so that hosts may come and go
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        self._speed: int = getattr(termios, f"B{baud}")
        self._hear = hear
        self.pulled = False
        self._stop, self._stopping = os.pipe()
        self.port = os.ttyname(slave)
        self._link = link
        self._lead()
        self._thread = threading.Thread(
            target=self._listen, name=f"serial {self.port}", daemon=True
        )
        self._thread.start()

    def send(self, data: bytes) -> None:
        """Send to the host; what nobody takes is lost."""
        with suppress(OSError):
            while data and select.select([], [self._master], [], _PATIENCE_S)[1]:
                data = data[os.write(self._master, data) :]

    def pull(self) -> None:
        """End it: a host that has it open finds it gone. Idempotent; not from ``hear``."""
        if self.pulled:
            return
        os.write(self._stopping, b"!")
        self.pulled = True
        self._thread.join()
        with suppress(FileNotFoundError):
            if os.readlink(self._link) == self.port:
                self._link.unlink()
        for descriptor in (self._master, self._slave, self._stop, self._stopping):
            os.close(descriptor)

    def _lead(self) -> None:
        self._link.parent.mkdir(exist_ok=True)
        fresh = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.port)
        fresh.replace(self._link)

    def _listen(self) -> None:
        """Hear what comes, and what is under way when the cable is pulled."""
        while self._master in select.select([self._master, self._stop], [], [])[0]:
            with suppress(BlockingIOError):
                data = os.read(self._master, _CHUNK)
                if self._understood():
                    self._hear(data)

    def _understood(self) -> bool:
        """Whether the host talks at the baud rate of the board."""
        return self._speed in termios.tcgetattr(self._slave)[4:6]
