"""Which USB devices a bench file means, by the data that the drivers give of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drivers.api.usb_family import UsbFamily, UsbId
from rig.bench.description import BenchDescription, DeviceEntry
from rig.bench.lease import real_devices

_IDS = re.compile(r"(?:usb:)?([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?![0-9A-Fa-f:])")
_SERIAL_LINE = ("tty", "com", "/dev/")


@dataclass(frozen=True, slots=True)
class UsbUse:
    """A device of the bench and a make that it may be. ``serial`` is "" where the file has none."""

    device: str
    driver: str
    family: UsbFamily
    serial: str = ""

    @property
    def by_pcscd(self) -> bool:
        """Whether pcscd is to hold it, and not this program."""
        return self.driver == "nfc.pcsc"


def usb_uses(description: BenchDescription, families: Sequence[UsbFamily]) -> Iterator[UsbUse]:
    """The USB devices of a bench, each with every make it may be; virtual ones are none.

    Ids in an option ("usb:072f:2200") leave nothing but these.
    """
    real = real_devices(description)
    for entry in description.devices:
        if entry.name not in real:
            continue
        named = _ids_named(entry)
        serial = entry.options.get("serial")
        for family in families:
            if entry.driver in family.drivers and not _elsewhere(entry, family):
                use = UsbUse(entry.name, entry.driver, family, str(serial or ""))
                if (narrowed := _narrowed(family, named)) is not None:
                    yield replace(use, family=narrowed)


def _narrowed(family: UsbFamily, named: tuple[UsbId, ...]) -> UsbFamily | None:
    """The family with the ids that the bench names; None where they are not its."""
    if not named:
        return family
    if not family.ids:  # such as UWB boards on bulk endpoints, or any Bluetooth controller
        return replace(family, ids=named, interface="")
    common = tuple(one for one in family.ids if one in named)
    return replace(family, ids=common) if common else None


def _elsewhere(entry: DeviceEntry, family: UsbFamily) -> bool:
    """Whether an option says that it is no USB device of this kind at all."""
    texts = [v.casefold() for v in entry.options.values() if isinstance(v, str)]
    if entry.driver == "ble.bumble":
        return not any(text.startswith(("usb:", "pyusb:")) for text in texts)
    on_line = any(text.startswith(_SERIAL_LINE) for text in texts)
    on_usb = any(text.startswith("usb") for text in texts)
    return on_line if family.reach.value == "usb" else on_usb


def _ids_named(entry: DeviceEntry) -> tuple[UsbId, ...]:
    found = []
    for option, value in entry.options.items():
        if option in ("usb_id", "transport", "path", "port", "device") and isinstance(value, str):
            found += [(int(v, 16), int(p, 16)) for v, p in _IDS.findall(value)]
    return tuple(found)
