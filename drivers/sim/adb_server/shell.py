"""The shell of a virtual phone: the commands that a real one would take, and what they do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import Method
from drivers.sim.adb_server import dumps
from drivers.sim.phone import VirtualPhone

SDK = {10: 29, 11: 30, 12: 31, 13: 33, 14: 34, 15: 35}
_LEVEL = 80  # percent, of a phone that runs
_EXIT = re.compile(r"^(?P<command>.*); echo (?P<mark>\w+:)\$\?$", re.DOTALL)

Done = tuple[int, str]
Words = list[str]


class Shell:
    """``pin`` is that of its lock screen. Screen off at first.

    ``log`` is every command that came, as it came.
    """

    def __init__(
        self, phone: VirtualPhone, android: int, pin: str, apps: Mapping[str, str]
    ) -> None:
        self._phone, self._android, self._pin, self._apps = phone, android, pin, apps
        self.log: list[str] = []
        self.stuck: set[str] = set()
        self.awake = False
        self._pretended, self._typed, self._asks = False, "", False
        self._commands: dict[str, Callable[[Words], Done]] = {
            "getprop": self._getprop,
            "settings": self._settings,
            "svc": self._svc,
            "cmd": self._cmd,
            "dumpsys": self._dumpsys,
            "input": self._input,
            "wm": self._wm,
            "reboot": self._reboot,
            "pm": self._pm,
        }

    @property
    def _dumps(self) -> dict[str, Callable[[], str]]:
        android, locked, pretended = self._android, self._phone.screen.locked, self._pretended
        return {
            "power": lambda: dumps.power(android, awake=self.awake),
            "trust": lambda: dumps.trust(android, locked=locked),
            "nfc": lambda: dumps.nfc(android, on=self._phone.radios.nfc),
            "bluetooth_manager": lambda: dumps.bluetooth(android, on=self._phone.radios.bluetooth),
            "battery": lambda: dumps.battery(
                android, level=_LEVEL, usb=not pretended, pretended=pretended
            ),
        }

    def execute(self, line: str) -> Done:
        """Exit status and output of a line, which may ask for its own exit status behind it."""
        match = _EXIT.match(line)
        if match is None:
            return self._run(line)
        status, output = self._run(match["command"])
        return 0, f"{output}{match['mark']}{status}\n"

    def _run(self, line: str) -> Done:
        self.log.append(line)
        words = shlex.split(line)
        command = self._commands.get(words[0]) if words else None
        if command is None:
            return 127, f"/system/bin/sh: {words[0] if words else ''}: inaccessible or not found\n"
        if line in self.stuck:
            return 0, ""  # it says nothing, and does nothing
        status, output = command(words[1:])
        return status, f"{output}\n" if output else ""

    def _getprop(self, words: Words) -> Done:
        known = {
            "ro.build.version.sdk": str(SDK[self._android]),
            "ro.build.version.release": str(self._android),
            "ro.build.version.security_patch": "2026-02-05",
            "ro.product.manufacturer": "Digital Key Rig",
            "ro.product.model": self._phone.identity().model,
            "sys.boot_completed": "1",
        }
        return 0, known.get(words[0], "")

    def _settings(self, words: Words) -> Done:
        radios, charge = self._phone.radios, self._phone.battery.charge_now
        known = {
            "airplane_mode_on": radios.airplane,
            "mobile_data": radios.cellular,
            "bluetooth_on": radios.bluetooth,
            "low_power": charge.low_power,
        }
        match words:
            case ["get", _, name]:
                return 0, str(int(known[name])) if name in known else "null"
        return 255, "Invalid command"

    def _svc(self, words: Words) -> Done:
        match words:
            case ["nfc", "enable" | "disable" as able]:
                self._phone.radios.set_nfc(on=able == "enable")
            case ["bluetooth", "enable" | "disable" as able] if self._android < 13:
                self._phone.radios.set_bluetooth(on=able == "enable")
            case ["data", "enable" | "disable" as able]:
                self._phone.radios.set_cellular(on=able == "enable")
            case ["wifi", "enable" | "disable"]:
                pass
            case _:
                return 0, "Available commands:\n    help\n    power\n    data"
        return 0, ""

    def _cmd(self, words: Words) -> Done:
        match words:
            case ["connectivity", "airplane-mode", "enable" | "disable" as able] if (
                self._android >= 11
            ):
                self._phone.radios.set_airplane(on=able == "enable")
            case ["bluetooth_manager", "enable" | "disable" as able] if self._android >= 13:
                self._phone.radios.set_bluetooth(on=able == "enable")
            case ["power", "set-mode", "0" | "1" as mode]:
                if mode == "0" or self._pretended:  # on a cable there is no battery saver
                    self._phone.battery.set_low_power(on=mode == "1")
            case [service, *_] if service in ("connectivity", "bluetooth_manager", "power"):
                return 255, f"Unknown command: {words[-2]}"
            case _:
                return 20, f"cmd: Can't find service: {words[0]}"
        return 0, ""

    def _dumpsys(self, words: Words) -> Done:
        match words:
            case ["battery", "unplug" | "reset" as what]:
                self._pretended = what == "unplug"
                return 0, ""
            case ["package", name] if name in self._apps:
                return 0, dumps.package(name, self._apps[name])
            case ["package", name]:
                return 0, f"Unable to find package: {name}"
        dump = self._dumps.get(" ".join(words))
        return 0, dump() if dump else f"Can't find service: {' '.join(words[:1])}"

    def _input(self, words: Words) -> Done:
        match words:
            case ["keyevent", "KEYCODE_WAKEUP" | "224"]:
                self.awake = True
            case ["keyevent", "KEYCODE_SLEEP" | "223"]:
                self.awake, self._asks = False, False
                self._phone.screen.lock()
            case ["keyevent", "KEYCODE_ENTER" | "66"]:
                self._enter()
            case ["text", text]:
                self._typed += text if self._asks else ""
            case _:
                return 255, "Error: Invalid arguments for command"
        return 0, ""

    def _enter(self) -> None:
        typed, self._typed = self._typed, ""
        if self._asks:
            self._asks = not self._phone.screen.authenticate(Method.PIN, right=typed == self._pin)

    def _wm(self, words: Words) -> Done:
        if words != ["dismiss-keyguard"]:
            return 255, "Unknown command"
        self._asks = self.awake and self._phone.screen.locked
        return 0, ""

    def _reboot(self, words: Words) -> Done:
        self._phone.battery.shut_down()
        self.awake = self._pretended = False
        if words != ["-p"]:
            self._phone.battery.boot()
        return 0, ""

    def _pm(self, words: Words) -> Done:
        match words:
            case ["path", name] if name in self._apps:
                return 0, f"package:/data/app/{name}/base.apk"
        return 1, ""


def refused(error: ActionRefused) -> Done:
    """What a shell says when the phone does not do it."""
    return 1, f"{error}\n"
