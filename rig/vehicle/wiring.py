"""Which device of the bench plays which part of the vehicle: the device's name is its role.

========================================  ==============================================
``driver_handle``, ``tray``               NFC readers
``unlock_<lock>``, ``unlocked_<lock>``    relay and sensor of a lock
``open_<closure>``                        contact of a door or the trunk
``release_trunk``                         relay that lets the unlocked trunk spring open
``accessory``, ``drive_ready``            relays of the power states
``is_accessory``, ``is_drive_ready``      their sensors
``body``                                  whoever opens and shuts doors and trunk
``head_unit``                             display, and the finger on it
``ble``, ``anchor_<name>``                Bluetooth LE, and UWB anchors by their places
``stage``                                 whoever brings phones to places around the vehicle
========================================  ==============================================

Locks and closures are ``driver``, ``passenger``, ``rear_left``, ``rear_right`` and ``trunk``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.api.ble import VehicleRadio
from drivers.api.body import Closures
from drivers.api.device import Device
from drivers.api.head_unit import HeadUnit
from drivers.api.nfc import NfcReader
from drivers.api.phone import KeyHolder, PhoneRack
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from drivers.api.stage import Stage
from drivers.api.uwb import RangingAnchor
from rig.vehicle.errors import WiringError

DOORS = ("driver", "passenger", "rear_left", "rear_right")
TRUNK = "trunk"
CLOSURES = (*DOORS, TRUNK)
HANDLE, TRAY = "driver_handle", "tray"
POWER = ("accessory", "drive_ready")
RADIO, ANCHOR = "ble", "anchor_"


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
    head_unit: HeadUnit | None
    radio: VehicleRadio | None = None
    anchors: Mapping[str, RangingAnchor] = field(default_factory=dict)  # without the prefix


_NEEDED: Mapping[str, type] = {
    **dict.fromkeys((HANDLE, TRAY), NfcReader),
    **{f"unlock_{lock}": Switch for lock in CLOSURES},
    **{f"unlocked_{lock}": Sensor for lock in CLOSURES},
    **{f"open_{closure}": Sensor for closure in CLOSURES},
    "release_trunk": Switch,
    **dict.fromkeys(POWER, Switch),
    **{f"is_{name}": Sensor for name in POWER},
}
_OPTIONAL: Mapping[str, type] = {
    "body": Closures,
    "head_unit": HeadUnit,
    RADIO: VehicleRadio,
    "stage": Stage,
}


def wiring_problem(classes: Mapping[str, type]) -> str:
    """What keeps devices of these classes, by name, from being a vehicle; "" when nothing does."""
    optional = {**_OPTIONAL, **dict.fromkeys(anchors_among(classes), RangingAnchor)}
    roles = {**_NEEDED, **{name: kind for name, kind in optional.items() if name in classes}}
    lacking = [
        (name, kind) for name, kind in roles.items() if not issubclass(classes.get(name, _No), kind)
    ]
    if not lacking:
        return ""
    (first, kind), *others = lacking
    what = f"a {classes[first].__name__}" if first in classes else "missing"
    also = "; it also needs "
    also += ", ".join(f"{name} ({other.__name__})" for name, other in others)
    return f"the vehicle needs a {kind.__name__} named {first!r}; it is {what}" + also * bool(
        others
    )


def felt_by(switch: str) -> str:
    """The sensor's name that says what a switch of this name did; "" where nothing says it.

    What ``release_trunk`` lets spring open does not shut again by itself.
    """
    if switch.removeprefix("unlock_") in CLOSURES and switch.startswith("unlock_"):
        return f"unlocked_{switch.removeprefix('unlock_')}"
    return f"is_{switch}" if switch in POWER else ""


def anchors_among(names: Iterable[str]) -> list[str]:
    """The names of those that are to be anchors."""
    return [name for name in names if name.startswith(ANCHOR)]


def wire_up(devices: Mapping[str, Device]) -> Wiring:
    """Find every role among the devices. Raises WiringError naming what is missing or wrong."""
    if problem := wiring_problem({name: type(device) for name, device in devices.items()}):
        raise WiringError(problem)
    found: Mapping[str, Any] = devices  # each of the class that its role asks for
    return Wiring(
        readers={place: found[place] for place in (HANDLE, TRAY)},
        unlock={lock: found[f"unlock_{lock}"] for lock in CLOSURES},
        unlocked={lock: found[f"unlocked_{lock}"] for lock in CLOSURES},
        opened={closure: found[f"open_{closure}"] for closure in CLOSURES},
        release_trunk=found["release_trunk"],
        power={name: found[name] for name in POWER},
        power_on={name: found[f"is_{name}"] for name in POWER},
        body=found.get("body"),
        head_unit=found.get("head_unit"),
        radio=found.get(RADIO),
        anchors={name.removeprefix(ANCHOR): found[name] for name in anchors_among(found)},
    )


def holders_among(devices: Mapping[str, Device]) -> list[KeyHolder]:
    """Whatever can be held to a reader, the phones of a rack included."""
    single = [device for device in devices.values() if isinstance(device, KeyHolder)]
    racks = [device for device in devices.values() if isinstance(device, PhoneRack)]
    return [*single, *(phone for rack in racks for phone in rack.phones())]


class _No:
    """The class of a device that is not there."""
