"""The door to pyserial: serial lines of UWB kits, found by USB serial number.

pyserial is imported when a kit is opened, not before.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import Any

from drivers.api.errors import (
    DeviceNotFound,
    DriverUnavailable,
    ErrorTable,
    LinkLost,
    LinkTimeout,
    translated,
)
from drivers.api.uwb import UciPort

ADVICE = "pip install pyserial"


def _library() -> Any:
    """Return pyserial; DriverUnavailable where it is not installed."""
    try:
        import serial  # noqa: PLC0415 - missed only when a kit is opened
        import serial.tools.list_ports  # noqa: PLC0415
    except ImportError as exc:
        raise DriverUnavailable(f"pyserial cannot be imported ({exc}): {ADVICE}") from exc
    return serial


class SerialPort(UciPort):
    """A serial line, held for this program alone. Raises DeviceNotFound on opening."""

    def __init__(self, path: str, baud: int, write_timeout_s: float = 2.0) -> None:
        self._who = path
        library = _library()
        self._errors: ErrorTable = {
            library.SerialTimeoutException: LinkTimeout,
            library.SerialException: LinkLost,
            OSError: LinkLost,
            TypeError: LinkLost,  # pyserial on a line that was closed while it read
        }
        found: ErrorTable = {library.SerialException: DeviceNotFound, OSError: DeviceNotFound}
        with translated(found, "opening", device=path):
            self._line = library.Serial(
                path, baud, timeout=0, write_timeout=write_timeout_s, exclusive=True
            )
            self._line.reset_input_buffer()

    def read(self, timeout_s: float) -> bytes:
        with self._translated("reading"):
            self._line.timeout = timeout_s
            data: bytes = self._line.read(1)
            waiting = self._line.in_waiting if data else 0
            return data + self._line.read(waiting) if waiting else data

    def write(self, data: bytes) -> None:
        with self._translated("sending"):
            self._line.write(data)

    def close(self) -> None:
        with suppress(LinkLost), self._translated("closing"):  # unplugged, there is nothing left
            self._line.cancel_read()
            self._line.close()

    def _translated(self, doing: str) -> AbstractContextManager[None]:
        return translated(self._errors, doing, device=self._who)


def path_of(serial_number: str, ids: tuple[tuple[int, int], ...]) -> str:
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
