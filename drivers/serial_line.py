"""The door to pyserial: a serial line held for this program alone.

pyserial is imported when a line is opened, not before, and its exceptions become ours here.
"""

from __future__ import annotations

import termios
import time
from contextlib import AbstractContextManager, suppress
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


def _library() -> Any:
    """Return pyserial; DriverUnavailable where it is not installed."""
    try:
        import serial  # noqa: PLC0415 - missed only when a line is opened
        import serial.tools.list_ports  # noqa: PLC0415
    except ImportError as exc:
        raise DriverUnavailable(f"pyserial cannot be imported ({exc}): {ADVICE}") from exc
    return serial


def check_library() -> None:
    """Raise DriverUnavailable where pyserial is not installed."""
    _library()


class SerialLine:
    """A serial line, opened exclusively. ``path`` is best one of /dev/serial/by-id.

    ``coding`` is its parity, N, E or O, and its stop bits; data bits are 8.

    Raises DeviceNotFound on opening, also for a line that another program holds; DriverUnavailable
    without pyserial.
    """

    def __init__(
        self,
        path: str,
        baud: int,
        write_timeout_s: float = 2.0,
        coding: tuple[str, int] = ("N", 1),
    ) -> None:
        self._who = path
        self._rest = b""  # came after what was asked for
        library = _library()
        self._errors: ErrorTable = {
            library.SerialTimeoutException: LinkTimeout,
            library.SerialException: LinkLost,
            OSError: LinkLost,
            termios.error: LinkLost,
            TypeError: LinkLost,  # pyserial on a line that was closed while it read
        }
        found: ErrorTable = {
            library.SerialException: DeviceNotFound,
            OSError: DeviceNotFound,
            termios.error: DeviceNotFound,
        }
        with translated(found, "opening", device=path):
            self._line = library.Serial(
                path,
                baud,
                parity=coding[0],
                stopbits=coding[1],
                timeout=0,
                write_timeout=write_timeout_s,
                exclusive=True,
            )
            self._line.reset_input_buffer()

    def read(self, timeout_s: float) -> bytes:
        """What has come, at least one octet, or b"" when nothing did in time. Raises LinkLost."""
        if rest := self._rest:
            self._rest = b""
            return rest
        with self._translated("reading"):
            self._line.timeout = timeout_s
            data: bytes = self._line.read(1)
            waiting = self._line.in_waiting if data else 0
            return data + self._line.read(waiting) if waiting else data

    def until(self, end: bytes, timeout_s: float, longest: int = 256) -> bytes:
        """The octets up to ``end``, which is taken off.

        Raises LinkTimeout when it does not come in time, FrameError when ``longest`` octets come
        without it, LinkLost.
        """
        deadline_s = time.monotonic() + timeout_s
        data = b""
        while end not in data:
            if len(data) > longest:
                raise FrameError(f"{len(data)} octets without an end", device=self._who)
            data += self._more(deadline_s, data)
        line, _, self._rest = data.partition(end)
        return line

    def exactly(self, count: int, timeout_s: float) -> bytes:
        """So many octets. Raises LinkTimeout when they do not come in time, LinkLost."""
        deadline_s = time.monotonic() + timeout_s
        data = b""
        while len(data) < count:
            data += self._more(deadline_s, data)
        self._rest = data[count:]
        return data[:count]

    def write(self, data: bytes) -> None:
        """Send all of it. Raises LinkLost, or LinkTimeout when the other side takes nothing."""
        with self._translated("sending"):
            self._line.write(data)

    def drain(self) -> None:
        """Wait until what was sent has left this machine. Raises LinkLost."""
        with self._translated("sending"):
            self._line.flush()

    def discard(self) -> None:
        """Forget what has come unasked. Raises LinkLost when the line is gone."""
        self._rest = b""
        with self._translated("reading"):
            if waiting := self._line.in_waiting:
                self._line.timeout = 0
                self._line.read(waiting)

    def close(self) -> None:
        """Let go of it; a ``read`` under way returns or raises. Idempotent, from any thread."""
        with suppress(LinkLost), self._translated("closing"):  # unplugged, there is nothing left
            self._line.cancel_read()
            self._line.close()

    def _more(self, deadline_s: float, so_far: bytes) -> bytes:
        data = self.read(max(0.0, deadline_s - time.monotonic()))
        if not data and time.monotonic() >= deadline_s:
            said = f"only {so_far[:32]!r} came in time" if so_far else "no answer in time"
            raise LinkTimeout(said, device=self._who)
        return data

    def _translated(self, doing: str) -> AbstractContextManager[None]:
        return translated(self._errors, doing, device=self._who)


def path_of(serial_number: str, ids: tuple[tuple[int, int], ...] = ()) -> str:
    """The path of the USB serial line with this serial number, such as "/dev/ttyACM0".

    ``ids`` are the kit's known USB ids; a line of other ids with the number is taken too where
    there is no other, since firmware changes them. Raises DeviceNotFound with what is plugged in.
    """
    lines = list(_library().tools.list_ports.comports())
    mine = [line for line in lines if line.serial_number == serial_number]
    known = [line for line in mine if (line.vid, line.pid) in ids]
    fitting = known or mine
    if len(fitting) == 1:
        return str(fitting[0].device)
    if fitting:
        places = " and ".join(line.device for line in fitting)
        raise DeviceNotFound(f"several serial lines have it: {places}", device=serial_number)
    seen = ", ".join(sorted(line.serial_number for line in lines if line.serial_number))
    raise DeviceNotFound(
        f"no serial line has this USB serial number; seen: {seen or 'none'}", device=serial_number
    )
