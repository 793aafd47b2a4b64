"""nfcpy, or a clear word about what to install; and the chips it opens, by path."""

from __future__ import annotations

import errno
import logging
import re
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from drivers.api.errors import DeviceNotFound, DriverError, DriverUnavailable

ADVICE = "run `make` again to install nfcpy"
_SPEEDS = (115_200, 921_600, 460_800, 230_400)  # in which a chip may have been left
_WAKE = bytes(10)  # a chip that sleeps loses the first octets (nfcpy sends the same)
_READ_MS = 5_000  # where nfcpy would wait for ever
_LEAST_READ_MS = 500  # a host that is busy for a moment is no chip that hangs; nfcpy has 100 ms
_TTY = re.compile(r"tty:([A-Za-z0-9-]+):pn532")
_USB = re.compile(r"usb:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}")


@cache
def load_nfcpy() -> Any:
    """Return nfcpy's modules; DriverUnavailable where it is not installed."""
    try:
        found = SimpleNamespace(
            clf=import_module("nfc.clf"),
            tag=import_module("nfc.tag"),
            tt4=import_module("nfc.tag.tt4"),
            transport=import_module("nfc.clf.transport"),
            pn53x=import_module("nfc.clf.pn53x"),
            pn532=import_module("nfc.clf.pn532"),
            rcs380=import_module("nfc.clf.rcs380"),
        )
    except ImportError as exc:
        raise DriverUnavailable(f"nfcpy cannot be imported ({exc}): {ADVICE}") from exc
    # It logs each RF timeout as an error, and all of them become exceptions of ours.
    logging.getLogger("nfc").setLevel(logging.CRITICAL)
    return found


def serial_port(path: str) -> str:
    """The device file of a serial path; "" for one of USB. Raises DriverError for any other."""
    if path.startswith("/dev/"):
        return path
    if found := _TTY.fullmatch(path):
        name = found[1]
        return f"/dev/tty{name}" if re.fullmatch(r"(S|ACM|AMA|USB)\d+", name) else f"/dev/{name}"
    if _USB.fullmatch(path):
        return ""
    raise DriverError(
        f"not a path of a contactless front end: {path!r}; allowed are a device file such as "
        "/dev/serial/by-id/..., tty:USB0:pn532, and usb:072f:2200"
    )


def open_front_end(path: str, baud: int) -> Any:
    """Return nfcpy's front end on a path. Raises nfcpy's errors, DriverError and DeviceNotFound."""
    lib = load_nfcpy()
    front_end = lib.clf.ContactlessFrontend()
    if port := serial_port(path):
        front_end.device = _open_serial(lib, port, baud)
        return front_end
    found = lib.transport.USB.find(path) or []
    if len(found) != 1:
        raise DeviceNotFound(f"{len(found)} devices fit, and it has to be one", device=path)
    if not front_end.open(path):
        raise DeviceNotFound("nfcpy found no front end that it knows", device=path)
    _be_patient(front_end.device.chipset.transport)
    return front_end


def _be_patient(transport: Any) -> None:
    """Wait for a chip's answers long enough, and never for ever."""
    read = transport.read
    transport.read = lambda timeout=0: read(max(timeout or _READ_MS, _LEAST_READ_MS))


def _open_serial(lib: Any, port: str, baud: int) -> Any:
    """A PN532 on a serial port.

    By ourselves: nfcpy takes no names such as by-id ones, runs a
    shell to ask for the port's speeds, and does not find a chip that was left at another one.
    """
    transport = lib.transport.TTY(port)
    try:
        transport.tty.exclusive = True
        _be_patient(transport)
        chipset = lib.pn532.Chipset(transport, logging.getLogger("nfc.clf.pn532"))
        _wake(transport, chipset)
        chipset.sam_configuration("normal")
        if baud != _SPEEDS[0]:
            chipset.set_serial_baudrate(baud)
            transport.baudrate = baud
        return lib.pn532.Device(chipset, logging.getLogger("nfc.clf.pn532"))
    except BaseException:
        transport.tty.close()
        raise


def _wake(transport: Any, chipset: Any) -> None:
    """Have the chip answer at the speed it has when powered, whatever it was left at."""
    failed: Exception = OSError(errno.ETIMEDOUT, "nothing answers")
    for speed in _SPEEDS:
        transport.baudrate = speed
        transport.write(_WAKE)
        try:
            chipset.get_firmware_version()
            if speed != _SPEEDS[0]:
                chipset.set_serial_baudrate(_SPEEDS[0])
                transport.baudrate = _SPEEDS[0]
        except (OSError, IndexError, lib_error()) as exc:
            failed = exc if speed == _SPEEDS[0] else failed
        else:
            return
    raise failed


def lib_error() -> type[Exception]:
    """What nfcpy raises for a refusal of the chip."""
    found: type[Exception] = load_nfcpy().pn53x.Chipset.Error
    return found


def abandon(front_end: Any) -> None:
    """Let go of a front end that is gone or hangs: nfcpy's farewell would want to speak to it."""
    device, front_end.device = front_end.device, None
    transport = getattr(getattr(device, "chipset", None), "transport", None)
    if transport is None:
        return
    tty = getattr(transport, "tty", None)
    try:
        tty.close() if tty is not None else transport.close()
    except Exception:  # whatever is left of it, we are done with it
        logging.getLogger("nfc").debug("the line was gone before it was closed", exc_info=True)
