"""What an Android phone's shell prints, read with suspicion; of Android 10 to 15.

dumpsys is written for people and changes from version to version, so each reader looks for the
one line that it needs, and says None, or raises FrameError, where that is not there. Sources: the
``dump`` methods of the Android Open Source Project; makers add lines of their own [I].
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.api.errors import FrameError

_WAKEFULNESS = re.compile(r"^\s*(?:mWakefulness|getWakefulnessLocked\(\))=(\w{1,20})", re.MULTILINE)
_USER = re.compile(r"^.{0,200}?\(id=(\d{1,6}),.{0,100}?deviceLocked=([01]).*$", re.MULTILINE)
_NFC = re.compile(r"^\s*mState=(on|off|turning on|turning off)\s*$", re.MULTILINE)
_BLUETOOTH = re.compile(r"^\s*state:\s*(ON|OFF|\w*TURNING_\w+|BLE_\w+)\s*$", re.MULTILINE)
_VERSION = re.compile(r"^\s*versionName=(\S{1,80})\s*$", re.MULTILINE)
_POWERED = re.compile(r"^\s*(?:AC|USB|Wireless|Dock) powered:\s*(true|false)\s*$", re.MULTILINE)
_STOPPED = "UPDATES STOPPED"

_AWAKE = {"Awake": True, "Dreaming": True, "Asleep": False, "Dozing": False}


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """``pretended``: somebody has told the phone what to believe (``dumpsys battery unplug``)."""

    level_percent: int
    powered: bool
    pretended: bool


def awake(power: str) -> bool:
    """Whether the screen is on, by ``dumpsys power``. Raises FrameError where it does not say."""
    match = _WAKEFULNESS.search(power)
    if match is None or match[1] not in _AWAKE:
        raise _unreadable("dumpsys power", "no mWakefulness", power)
    return _AWAKE[match[1]]


def locked(trust: str) -> bool:
    """Whether its owner has to authenticate, by ``dumpsys trust``; of the user in front.

    Raises FrameError where it does not say.
    """
    users = list(_USER.finditer(trust))
    in_front = [user for user in users if "(current)" in user[0]] or [
        user for user in users if user[1] == "0"
    ]
    if len(in_front) != 1:
        raise _unreadable("dumpsys trust", "no deviceLocked of the current user", trust)
    return in_front[0][2] == "1"


def battery(text: str) -> BatteryReading:
    """``dumpsys battery``. Raises FrameError for a level that is none."""
    level, scale = _number(text, "level"), _number(text, "scale")
    powered = _POWERED.findall(text)
    if scale <= 0 or not 0 <= level <= scale or not powered:
        raise _unreadable("dumpsys battery", "no level, scale or power", text)
    return BatteryReading(round(100 * level / scale), "true" in powered, _STOPPED in text)


def nfc_on(text: str) -> bool | None:
    """``dumpsys nfc``; None while it changes. Raises FrameError where there is no NFC."""
    match = _NFC.search(text)
    if match is None:
        raise _unreadable("dumpsys nfc", "no mState", text)
    return {"on": True, "off": False}.get(match[1])


def bluetooth_on(text: str) -> bool | None:
    """``dumpsys bluetooth_manager``; None while it changes. Raises FrameError without one."""
    match = _BLUETOOTH.search(text)
    if match is None:
        raise _unreadable("dumpsys bluetooth_manager", "no state", text)
    if match[1].startswith("BLE_"):
        return False  # scanning for location alone: nothing connects
    return {"ON": True, "OFF": False}.get(match[1])


def flag(text: str) -> bool:
    """``settings get``: 1 or 0; "null" is what was never set. Raises FrameError."""
    if text not in ("0", "1", "null"):
        raise _unreadable("settings get", "neither 0 nor 1", text)
    return text == "1"


def version_of(package: str) -> str | None:
    """``dumpsys package``: the installed version, None where there is none."""
    match = _VERSION.search(package)
    return match[1] if match else None


def sdk(text: str) -> int:
    """``getprop ro.build.version.sdk``. Raises FrameError."""
    if not (text.isdecimal() and len(text) <= 3):
        raise _unreadable("getprop ro.build.version.sdk", "no number", text)
    return int(text)


def _number(text: str, name: str) -> int:
    match = re.search(rf"^\s*{name}:\s*(\d{{1,6}})\s*$", text, re.MULTILINE)
    return int(match[1]) if match else -1


def _unreadable(command: str, what: str, text: str) -> FrameError:
    begin = " ".join(text.split())[:60]
    return FrameError(f"{command}: {what} in what begins with {begin!r}")
