"""Serial lines of UWB kits, found by USB serial number."""

from __future__ import annotations

from drivers.api.uwb import UciPort
from drivers.serial_line import SerialLine, path_of

__all__ = ["SerialPort", "path_of"]


class SerialPort(SerialLine, UciPort):
    """A serial line, held for this program alone. Raises DeviceNotFound on opening."""
