"""What dumpsys prints on Android 10 to 15: for people, and differently from version to version.

Written after the ``dump`` methods of the Android Open Source Project, shortened to some lines
around those that matter.
"""

from __future__ import annotations


def power(android: int, *, awake: bool) -> str:
    """``dumpsys power``."""
    state = "Awake" if awake else "Dozing" if android >= 12 else "Asleep"
    lines = ["POWER MANAGER (dumpsys power)", "", "Power Manager State:", "  mDirty=0x0"]
    lines += [f"  mWakefulness={state}", "  mWakefulnessChanging=false", "  mIsPowered=true"]
    if android >= 13:
        lines = [*lines[:4], "  mLastGlobalWakeTime=5302", *lines[4:]]
    return "\n".join([*lines, f"Display Power: state={'ON' if awake else 'OFF'}"])


def trust(android: int, *, locked: bool) -> str:
    """``dumpsys trust``: one line a user, longer with each version."""
    more = ", isActiveUnlockRunning=0" if android >= 14 else ""
    more += ", strongAuthRequired=0x1" if android >= 11 else ""
    state = "trusted=0, trustManaged=0, deviceLocked="
    return "\n".join(
        [
            "Trust manager state:",
            f' User "Work" (id=10, flags=0x1030): {state}1{more}',
            f' User "Owner" (id=0, flags=0xc13) (current): {state}{int(locked)}{more}',
            "   Enabled agents:",
        ]
    )


def battery(android: int, *, level: int, usb: bool, pretended: bool) -> str:
    """``dumpsys battery``."""
    lines = ["Current Battery Service state:"]
    if pretended:
        lines.append("  (UPDATES STOPPED -- use 'reset' to restart)")
    lines += ["  AC powered: false", f"  USB powered: {str(usb).lower()}"]
    lines.append("  Wireless powered: false")
    if android >= 13:
        lines.append("  Dock powered: false")
    lines += ["  Max charging current: 500000", f"  status: {2 if usb else 3}", "  health: 2"]
    lines += ["  present: true", f"  level: {level}", "  scale: 100", "  voltage: 4123"]
    return "\n".join([*lines, "  temperature: 250", "  technology: Li-ion"])


def nfc(android: int, *, on: bool) -> str:
    """``dumpsys nfc``."""
    first = [] if android < 13 else ["mIsNfcUserRestricted=false"]
    return "\n".join([*first, f"mState={'on' if on else 'off'}", "mIsZeroClickRequested=true"])


def bluetooth(android: int, *, on: bool) -> str:
    """``dumpsys bluetooth_manager``."""
    address = "XX:XX:XX:XX:12:34" if android >= 13 else "00:11:22:33:12:34"
    state = ["  enabled: true", "  state: ON"] if on else ["  enabled: false", "  state: OFF"]
    return "\n".join(["Bluetooth Status", *state, f"  address: {address}", "  name: phone"])


def package(name: str, version: str) -> str:
    """``dumpsys package``."""
    lines = ["Packages:", f"  Package [{name}] (abcdef0):", "    userId=10123"]
    return "\n".join([*lines, "    versionCode=42 minSdk=29", f"    versionName={version}"])
