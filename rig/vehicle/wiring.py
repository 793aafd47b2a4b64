"""Which device of the bench plays which part of the vehicle: the device's name is its role.

========================================  ==============================================
``driver_handle``, ``tray``               NFC readers
``unlock_<lock>``, ``unlocked_<lock>``    relay and sensor of a lock
``open_<closure>``                        contact of a door or the trunk
``release_trunk``                         relay that lets the unlocked trunk spring open
``accessory``, ``drive_ready``            relays of the power states
``is_accessory``, ``is_drive_ready``      their sensors
``body``                                  whoever opens and shuts doors and trunk
========================================  ==============================================

Locks and closures are ``driver``, ``passenger``, ``rear_left``, ``rear_right`` and ``trunk``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from drivers.api.body import Closures
from drivers.api.device import Device
from drivers.api.nfc import NfcReader
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from rig.vehicle.errors import WiringError

DOORS = ("driver", "passenger", "rear_left", "rear_right")
TRUNK = "trunk"
CLOSURES = (*DOORS, TRUNK)
HANDLE, TRAY = "driver_handle", "tray"

D = TypeVar("D", bound=Device)


@dataclass(frozen=True)
class Wiring:
    """The devices of a bench by role."""

    readers: Mapping[str, NfcReader]
    unlock: Mapping[str, Switch]
    unlocked: Mapping[str, Sensor]
    opened: Mapping[str, Sensor]
    release_trunk: Switch
    power: Mapping[str, Switch]
    power_on: Mapping[str, Sensor]
    body: Closures | None


def wire_up(devices: Mapping[str, Device]) -> Wiring:
    """Find every role among the devices. Raises WiringError naming what is missing or wrong."""
    return Wiring(
        readers={place: _role(devices, place, NfcReader) for place in (HANDLE, TRAY)},
        unlock={lock: _role(devices, f"unlock_{lock}", Switch) for lock in CLOSURES},
        unlocked={lock: _role(devices, f"unlocked_{lock}", Sensor) for lock in CLOSURES},
        opened={closure: _role(devices, f"open_{closure}", Sensor) for closure in CLOSURES},
        release_trunk=_role(devices, "release_trunk", Switch),
        power={name: _role(devices, name, Switch) for name in ("accessory", "drive_ready")},
        power_on={n: _role(devices, f"is_{n}", Sensor) for n in ("accessory", "drive_ready")},
        body=_role(devices, "body", Closures) if "body" in devices else None,
    )


def _role(devices: Mapping[str, Device], name: str, kind: type[D]) -> D:
    found = devices.get(name)
    if isinstance(found, kind):
        return found
    what = "missing" if found is None else f"a {type(found).__name__}"
    raise WiringError(f"the vehicle needs a {kind.__name__} named {name!r}; it is {what}")
