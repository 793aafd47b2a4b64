"""Screen, battery and radios of an Android phone, over its cable; the rest by hand.

Each takes the same part of a phone in somebody's hands, and asks there for what a cable cannot do.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.api.errors import ActionRefused, LinkLost
from drivers.api.phone_controls import Method, PhoneBattery, PhoneRadios, PhoneScreen
from drivers.api.secret_text import SecretText
from drivers.phone import adb_output
from drivers.phone.adb_android import Android

_AIRPLANE_SDK = 30  # cmd connectivity airplane-mode; before, a shell may not do it
_BLUETOOTH_SDK = 33  # cmd bluetooth_manager; before, svc bluetooth
_WRONG = str.maketrans("0123456789", "1234567890")


class AdbScreen(PhoneScreen):
    """The screen, and the lock with a PIN."""

    def __init__(
        self, android: Android, by_hand: PhoneScreen, pin: SecretText | None, bouncer_s: float
    ) -> None:
        """``bouncer_s``: how long the field for the PIN takes to come up [I]."""
        self._android, self._by_hand = android, by_hand
        self._pin, self._bouncer_s = pin, bouncer_s

    def awake(self) -> bool:
        """Whether the screen is on."""
        return adb_output.awake(self._android.read("dumpsys", "power"))

    def locked(self) -> bool:
        """Whether its owner has to authenticate."""
        return adb_output.locked(self._android.read("dumpsys", "trust"))

    def wake(self) -> None:
        """Switch the screen on."""
        self._android.do("input", "keyevent", "KEYCODE_WAKEUP")
        self._android.wants(self.awake, True, "the screen")

    def sleep(self) -> None:
        """Switch the screen off."""
        self._android.do("input", "keyevent", "KEYCODE_SLEEP")
        self._android.wants(self.awake, False, "the screen")

    def lock(self) -> None:
        """Switch the screen off. Raises ActionRefused where that does not lock it at once."""
        self.sleep()
        if not self._android.becomes(self.locked, True):
            advice = "set a PIN, 'Lock after screen timeout: immediately' and no trusted places"
            raise ActionRefused(f"it is not locked with its screen off: {advice}")

    def methods(self) -> tuple[Method, ...]:
        """What the person says; PIN is among it where the bench file has one."""
        found = self._by_hand.methods()
        known = self._pin is None or Method.PIN in found
        return found if known else (*found, Method.PIN)

    def authenticate(self, method: Method, *, right: bool = True) -> bool:
        """A PIN is typed; all else is asked for. The screen is on then."""
        if method is not Method.PIN or self._pin is None:
            return self._by_hand.authenticate(method, right=right)
        self.wake()
        if not self.locked():
            if right:
                return True
            raise ActionRefused("it is not locked, and asks for no PIN")
        pin = self._pin if right else SecretText(self._pin.reveal().translate(_WRONG))
        self._android.do("wm", "dismiss-keyguard")
        time.sleep(self._bouncer_s)
        self._android.do("input", "text", secret=pin)
        self._android.do("input", "keyevent", "KEYCODE_ENTER")
        return self._android.becomes(self.locked, False)

    def asked(self) -> bool:
        return self._by_hand.asked()


class AdbBattery(PhoneBattery):
    """Power. What runs it empty, charges it or presses its button is a person."""

    def __init__(self, android: Android, by_hand: PhoneBattery, boot_s: float) -> None:
        self._android, self._by_hand, self._boot_s = android, by_hand, boot_s
        self._pretends = False

    def left_pretending(self) -> bool:
        """Whether an earlier run has died and left it to believe something."""
        return self.read().pretended and not self._pretends

    def read(self) -> adb_output.BatteryReading:
        """How full it is, and whether something feeds it."""
        return adb_output.battery(self._android.read("dumpsys", "battery"))

    def set_low_power(self, *, on: bool) -> None:
        """A phone on a cable has no low-power mode: it is made to believe that it is on none."""
        if on and self.read().powered:
            self._android.do("dumpsys", "battery", "unplug")
            self._pretends = True
        self._android.do("cmd", "power", "set-mode", "1" if on else "0")
        self._android.wants(lambda: self._android.setting("low_power"), on, "low-power mode")
        if not on:
            self.believe_the_cable()

    def believe_the_cable(self) -> None:
        """Take back what it was made to believe, by this run or one that has died."""
        if self._pretends or self.read().pretended:
            self._android.do("dumpsys", "battery", "reset")
            self._pretends = False

    def drain(self) -> None:
        self._by_hand.drain()
        self._android.shell.forget()

    def charge(self) -> None:
        self._by_hand.charge()
        self._android.wait_for_boot(self._boot_s)

    def shut_down(self) -> None:
        """By its own command, as its button does."""
        self._go_down("reboot", "-p")

    def boot(self) -> None:
        """A cable does not switch a phone on."""
        self._by_hand.boot()
        self._android.wait_for_boot(self._boot_s)

    def reboot(self) -> None:
        """Restart it, and return when it has booted; its screen is locked then."""
        self._go_down("reboot")
        self._android.wait_for_boot(self._boot_s)

    def _go_down(self, *words: str) -> None:
        try:
            self._android.do(*words)
        except LinkLost:
            pass  # it went before it had answered
        finally:
            self._android.shell.forget()
        self._pretends = False


class AdbRadios(PhoneRadios):
    """Airplane mode, mobile network, NFC and Bluetooth."""

    def __init__(self, android: Android, by_hand: PhoneRadios) -> None:
        self._android, self._by_hand = android, by_hand

    def set_airplane(self, *, on: bool) -> None:
        """Asked for below Android 11, whose shell may not switch it."""
        if self._android.sdk < _AIRPLANE_SDK:
            self._by_hand.set_airplane(on=on)
        else:
            self._android.do("cmd", "connectivity", "airplane-mode", _able(on))
        self._android.wants(self.airplane, on, "airplane mode")

    def airplane(self) -> bool:
        """Whether airplane mode is on."""
        return self._android.setting("airplane_mode_on")

    def set_cellular(self, *, on: bool) -> None:
        """Mobile data; Wi-Fi goes off, which would be internet all the same."""
        self._android.do("svc", "wifi", "disable")
        self._android.do("svc", "data", _able(on))
        self._android.wants(lambda: self._android.setting("mobile_data"), on, "mobile data")

    def nfc(self) -> bool | None:
        """Whether NFC is on; None while it changes. Raises ActionRefused where it has none."""
        return self._state("nfc", adb_output.nfc_on)

    def set_nfc(self, *, on: bool) -> None:
        """Switch NFC, and with it whatever a reader could find of the phone."""
        self._android.do("svc", "nfc", _able(on))
        self._android.wants(self.nfc, on, "NFC")

    def bluetooth(self) -> bool | None:
        """Whether Bluetooth is on; None while it changes. Raises ActionRefused without any."""
        return self._state("bluetooth_manager", adb_output.bluetooth_on)

    def set_bluetooth(self, *, on: bool) -> None:
        """Switch Bluetooth."""
        if self._android.sdk < _BLUETOOTH_SDK:
            self._android.do("svc", "bluetooth", _able(on))
        else:
            self._android.do("cmd", "bluetooth_manager", _able(on))
        self._android.wants(self.bluetooth, on, "Bluetooth")

    def _state(self, service: str, read: Callable[[str], bool | None]) -> bool | None:
        text = self._android.read("dumpsys", service)
        if "Can't find service" in text:
            raise ActionRefused(f"this phone has no {service}")
        return read(text)


def _able(on: bool) -> str:
    return "enable" if on else "disable"
