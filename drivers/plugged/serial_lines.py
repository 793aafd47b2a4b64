"""The serial lines on USB, by names that do not depend on the order of plugging in."""

from __future__ import annotations

from pathlib import Path

from drivers.api.errors import DriverUnavailable
from drivers.api.plugged import SeenLine

BY_ID = Path("/dev/serial/by-id")


def lines(by_id: Path = BY_ID) -> tuple[SeenLine, ...]:
    """Each line that pyserial lists with USB ids. Raises DriverUnavailable without pyserial."""
    try:
        from serial.tools import list_ports  # noqa: PLC0415 - missed only when it is called for
    except ImportError as exc:
        raise DriverUnavailable(
            f"pyserial cannot be imported ({exc}): pip install pyserial"
        ) from exc
    names = _links(by_id)
    return tuple(
        SeenLine(
            names.get(str(Path(port.device).resolve()), port.device),
            port.vid,
            port.pid,
            port.serial_number or "",
            port.product or port.description or "",
        )
        for port in sorted(list_ports.comports(), key=lambda port: port.device)
        if port.vid is not None and port.pid is not None
    )


def _links(folder: Path) -> dict[str, str]:
    """The link to each device. udev makes none for a device without a serial number of its own."""
    if not folder.is_dir():
        return {}
    return {str(link.resolve()): str(link) for link in sorted(folder.iterdir())}
