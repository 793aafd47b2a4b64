"""Opening and closing devices one by one, when one failure must not hide the others.

The only place where the bench catches every exception: a driver with a fault must not keep the
next device from being closed or made safe. Nothing is swallowed; each caller reports what it gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from drivers.api.device import Device
from drivers.api.errors import DriverError
from rig.bench.description import DeviceEntry, Reference
from rig.bench.registry import driver_class


@dataclass(frozen=True)
class Attempt:
    """How opening one device went: ``device``, or ``error``, or the name it was ``blocked_by``."""

    entry: DeviceEntry
    device: Device | None = None
    error: Exception | None = None
    blocked_by: str = ""


def attempts(entries: Iterable[DeviceEntry], devices: dict[str, Device]) -> Iterator[Attempt]:
    """Open each device in turn and put it into ``devices``, which the caller closes.

    A device built on one that is not there is not tried.
    """
    for entry in entries:
        missing = [name for name in entry.references if name not in devices]
        if missing:
            yield Attempt(entry, blocked_by=missing[0])
            continue
        try:
            device = devices[entry.name] = _construct(entry, devices)
        except Exception as exc:  # noqa: BLE001 - handed to the caller; see the module's docstring
            yield Attempt(entry, error=exc)
        else:
            yield Attempt(entry, device)


def failure_of(action: Callable[[], object]) -> Exception | None:
    """Do it, and return what it raised."""
    try:
        action()
    except Exception as exc:  # noqa: BLE001 - handed to the caller; see the module's docstring
        return exc
    return None


def close_all(devices: dict[str, Device]) -> dict[str, Exception]:
    """Close all devices, last opened first; return what each that failed raised.

    An interrupt in between is raised at the end: the remaining devices are closed all the same.
    """
    failed: dict[str, Exception] = {}
    with ExitStack() as stack:
        for name, device in devices.items():
            stack.callback(_close, name, device, failed)
    return failed


def described(error: Exception) -> str:
    """An error in one line; one that no driver should raise says its class."""
    text = " ".join(str(error).split())
    return text if isinstance(error, DriverError) else f"{type(error).__name__}: {text}"


def _construct(entry: DeviceEntry, devices: dict[str, Device]) -> Device:
    options = {
        name: devices[value.name] if isinstance(value, Reference) else value
        for name, value in entry.options.items()
    }
    device = driver_class(entry.driver)(**options)
    device.name = entry.name
    return device


def _close(name: str, device: Device, failed: dict[str, Exception]) -> None:
    if error := failure_of(device.close):
        failed[name] = error
