"""The door to pyserial for stages: a line found by USB serial number, with lines of text on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from drivers.api.errors import (
    DeviceNotFound,
    DriverUnavailable,
    ErrorTable,
    FrameError,
    LinkLost,
    LinkTimeout,
    translated,
)

ADVICE = "pip install pyserial"
_LONGEST = 256  # octets of a line; GRBL's are below 128


def _library() -> Any:
    """Return pyserial; DriverUnavailable where it is not installed."""
    try:
        import serial  # noqa: PLC0415 - missed only when a line is opened
        import serial.tools.list_ports  # noqa: PLC0415
    except ImportError as exc:
        raise DriverUnavailable(f"pyserial cannot be imported ({exc}): {ADVICE}") from exc
    return serial


class TextLine:
    """A serial line of text, held for this program alone. One thread reads, any may write.

    ``gone``: it was pulled out or closed, and nothing brings this one back.
    """

    def __init__(self, path: str, baud: int, write_timeout_s: float = 2.0) -> None:
        """Raises DeviceNotFound when it cannot be opened."""
        self._who, library = path, _library()
        self._errors: ErrorTable = {
            library.SerialTimeoutException: LinkTimeout,
            library.SerialException: LinkLost,
            OSError: LinkLost,
            TypeError: LinkLost,  # pyserial on a line that was closed while it read
        }
        self._unread, self.gone = b"", False
        found: ErrorTable = {library.SerialException: DeviceNotFound, OSError: DeviceNotFound}
        with translated(found, "opening", device=path):
            self._line = library.Serial(
                path, baud, timeout=0, write_timeout=write_timeout_s, exclusive=True
            )
            self._line.reset_input_buffer()

    def read(self, timeout_s: float) -> str | None:
        """The next line without its end and without empty ones; None when none came in time.

        Raises LinkLost when the line is gone, FrameError for bytes that make no line of ASCII.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            while b"\n" in self._unread:
                line, _, self._unread = self._unread.partition(b"\n")
                if text := _text(line, self._who):
                    return text
            if len(self._unread) > _LONGEST:
                self._unread = b""
                raise FrameError(f"no line ends within {_LONGEST} octets", device=self._who)
            left_s = deadline_s - time.monotonic()
            data = self._some(max(0.0, left_s))
            if not data and left_s <= 0:
                return None
            self._unread += data

    def write(self, data: bytes) -> None:
        """Send all of it. Raises LinkLost, or LinkTimeout when nothing takes it."""
        with self._translated("sending"):
            self._line.write(data)

    def forget(self) -> None:
        """Drop what was not read."""
        self._unread = b""
        with self._translated("reading"):
            self._line.reset_input_buffer()

    def close(self) -> None:
        """Let go of it. Idempotent."""
        with suppress(LinkLost), self._translated("closing"):  # unplugged, there is nothing left
            self._line.close()
        self.gone = True

    def _some(self, timeout_s: float) -> bytes:
        with self._translated("reading"):
            self._line.timeout = timeout_s
            data: bytes = self._line.read(1)
            waiting = self._line.in_waiting if data else 0
            return data + self._line.read(waiting) if waiting else data

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            with translated(self._errors, doing, device=self._who):
                yield
        except LinkLost:
            self.gone = True
            raise


def path_of(serial_number: str) -> str:
    """The path of the USB serial line with this serial number, such as "/dev/ttyACM0".

    Raises DeviceNotFound with what is plugged in.
    """
    lines = list(_library().tools.list_ports.comports())
    mine = [line for line in lines if line.serial_number == serial_number]
    if len(mine) == 1:
        return str(mine[0].device)
    if mine:
        places = " and ".join(line.device for line in mine)
        raise DeviceNotFound(f"several serial lines have it: {places}", device=serial_number)
    seen = ", ".join(sorted(line.serial_number for line in lines if line.serial_number))
    raise DeviceNotFound(
        f"no serial line has this USB serial number; seen: {seen or 'none'}", device=serial_number
    )


def _text(line: bytes, who: str) -> str:
    try:
        text = line.decode("ascii").strip()
    except UnicodeDecodeError:
        text = "\0"
    if text and not text.isprintable():
        raise FrameError(f"no line of text: {line[:40]!r}", device=who)
    return text
