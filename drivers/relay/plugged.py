"""The HID relay boards that are plugged in."""

from __future__ import annotations

import re

from drivers.api.plugged import Plugged
from drivers.api.usb import UsbHost
from drivers.relay.hid_usb import backend_of, boards_seen


def boards(usb: UsbHost | None = None) -> tuple[Plugged, ...]:
    """Each by its own serial. A board is asked for it, and no relay is switched.

    Raises DriverUnavailable without libusb, DriverError when a board may not be opened.
    """
    found = []
    for identity in boards_seen(backend_of(usb)):
        relays = re.fullmatch(r"USBRelay([1-8])", identity.model)
        what = f"{identity.make} {identity.model}".strip()
        options = {"serial": identity.serial}
        found.append(Plugged("relay.hid", options, what, int(relays[1]) if relays else 0))
    return tuple(found)
