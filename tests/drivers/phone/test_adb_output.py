"""What phones print, of several makers and versions, and what is taken for none of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.errors import FrameError
from drivers.phone import adb_output as read

POWER_10 = "POWER MANAGER\n\nPower Manager State:\n  mDirty=0x0\n  mWakefulness=Asleep\n"
POWER_15 = (
    "POWER MANAGER\n  mLastGlobalWakeTime=1\n  mWakefulness=Awake\n"
    "  PowerGroup: mWakefulness=Dozing\nDisplay Power: state=ON\n"
)
TRUST_10 = ' User "Owner" (id=0, flags=0x13) (current): trusted=0, trustManaged=1, deviceLocked=1'
TRUST_15 = (
    ' User "Work profile" (id=10, flags=0x1030): trusted=0, deviceLocked=1\n'
    ' User "Owner" (id=0, flags=0x4c13) (current): trustState=UNTRUSTED, trustManaged=0, '
    "deviceLocked=0, isActiveUnlockRunning=0, strongAuthRequired=0x0"
)
TRUST_SECOND = (
    ' User "Owner" (id=0, flags=0x13): trusted=0, deviceLocked=0\n'
    ' User "Guest" (id=11, flags=0x14) (current): trusted=0, deviceLocked=1'
)
BATTERY_SAMSUNG = (
    "Current Battery Service state:\n  AC powered: true\n  USB powered: false\n"
    "  Wireless powered: false\n  mWirelessPowerSharingExternalEvent: 0\n  status: 2\n"
    "  level: 43\n  scale: 100\n  mSavedBatteryAsoc: 98\n  level: 99\n"
)

READ: dict[str, tuple[Callable[[], object], object]] = {
    "asleep, 10": (lambda: read.awake(POWER_10), False),
    "awake, 15": (lambda: read.awake(POWER_15), True),
    "dozing": (lambda: read.awake("  mWakefulness=Dozing"), False),
    "locked, 10": (lambda: read.locked(TRUST_10), True),
    "unlocked, 15": (lambda: read.locked(TRUST_15), False),
    "locked, a second user": (lambda: read.locked(TRUST_SECOND), True),
    "battery of a Samsung": (
        lambda: read.battery(BATTERY_SAMSUNG),
        read.BatteryReading(43, powered=True, pretended=False),
    ),
    "nfc on": (lambda: read.nfc_on("mState=on\nmIsZeroClick=1"), True),
    "nfc, changing": (lambda: read.nfc_on("mState=turning off"), None),
    "bluetooth off": (lambda: read.bluetooth_on("Bluetooth Status\n  state: OFF"), False),
    "bluetooth, changing": (lambda: read.bluetooth_on("  state: BLE_TURNING_ON"), False),
    "bluetooth, on its way": (lambda: read.bluetooth_on("  state: TURNING_ON"), None),
    "a setting": (lambda: read.flag("1"), True),
    "a setting never set": (lambda: read.flag("null"), False),
    "a version": (lambda: read.version_of("    versionName=1.2-rc3\n    versionName=0"), "1.2-rc3"),
    "no version": (lambda: read.version_of("Unable to find package: x"), None),
    "an api level": (lambda: read.sdk("35"), 35),
}


@pytest.mark.parametrize(("reading", "wanted"), READ.values(), ids=READ)
def test_it_is_read(reading: Callable[[], object], wanted: object) -> None:
    assert reading() == wanted


REFUSED: dict[str, Callable[[], object]] = {
    "no power": lambda: read.awake(""),
    "another power": lambda: read.awake("mWakefulness=Sleepwalking"),
    "nobody in front": lambda: read.locked(
        TRUST_10.replace("id=0", "id=9").replace("(current)", "")
    ),
    "two in front": lambda: read.locked(f"{TRUST_10}\n{TRUST_10}"),
    "locked twice": lambda: read.locked(TRUST_10.replace("deviceLocked=1", "deviceLocked=2")),
    "a level without scale": lambda: read.battery("  USB powered: true\n  level: 5"),
    "a level beyond": lambda: read.battery("  USB powered: true\n  level: 101\n  scale: 100"),
    "a level below": lambda: read.battery("  USB powered: true\n  level: -1\n  scale: 100"),
    "no word of power": lambda: read.battery("  level: 5\n  scale: 100"),
    "no nfc": lambda: read.nfc_on("Can't find service: nfc"),
    "no bluetooth": lambda: read.bluetooth_on("state: maybe"),
    "a setting of words": lambda: read.flag("Exception occurred"),
    "no api level": lambda: read.sdk("VanillaIceCream"),
    "much of nothing": lambda: read.locked('User "' + "(id=0," * 50_000),
}


@pytest.mark.parametrize("reading", REFUSED.values(), ids=REFUSED)
def test_what_is_none_of_it_is_refused(reading: Callable[[], object]) -> None:
    with pytest.raises(FrameError):
        reading()
