"""An Android phone on a cable: what adb can do is done by it, the rest by a person."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from drivers.api.adb import AdbListener
from drivers.api.device import Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverError
from drivers.api.operator import Operator
from drivers.api.phone import Detail
from drivers.api.secret_text import SecretText
from drivers.api.sharing import Platform
from drivers.phone import adb_output
from drivers.phone.adb_android import Android
from drivers.phone.adb_controls import AdbBattery, AdbRadios, AdbScreen
from drivers.phone.adb_door import AdbShell
from drivers.phone.operator import OperatorPhone

_LOW_PERCENT = 15


class AdbPhone(OperatorPhone):
    """Screen, battery and radios over adb; hand, wallet, app and biometrics by the operator.

    ``serial`` is the phone's serial number as ``adb devices`` lists it, ``server`` where an adb
    server listens; none is started. ``pin`` is a file with the PIN of its lock screen and nothing
    else. ``apps`` are the packages whose versions its identity tells; ``details`` is for what it
    cannot tell, such as nfc_antenna and key_role. ``settle_s`` is how long a
    change may take, ``boot_s`` a start, ``bouncer_s`` the field for the PIN.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("serial",)
    """Options that no two entries of a bench may share."""

    def __init__(  # noqa: PLR0913 - the options of a bench file
        self,
        operator: Operator,
        serial: str,
        platform: Platform = Platform.PIXEL,
        server: str | AdbListener = "127.0.0.1:5037",
        pin: Path | None = None,
        *,
        apps: tuple[str, ...] = (),
        ultra_wideband: bool = False,
        vehicles: Mapping[str, str] | None = None,
        details: Mapping[Detail, str] | None = None,
        answer_s: float = 10.0,
        settle_s: float = 5.0,
        boot_s: float = 120.0,
        bouncer_s: float = 0.7,
    ) -> None:
        """Raises DriverUnavailable without adbutils, DeviceNotFound, and DriverError for a PIN."""
        super().__init__(
            operator,
            platform,
            "",
            serial,
            ultra_wideband=ultra_wideband,
            vehicles=vehicles,
            details=details,
        )
        secret = None if pin is None else _read_pin(pin)
        where = server if isinstance(server, str) else server.address
        self._shell = AdbShell(where, serial, answer_s)
        self._shell.find()
        self._android = android = Android(self._shell, settle_s)
        self._apps, self._serial = apps, serial
        self.screen: AdbScreen = AdbScreen(android, self.screen, secret, bouncer_s)
        self.battery: AdbBattery = AdbBattery(android, self.battery, boot_s)
        self.radios: AdbRadios = AdbRadios(android, self.radios)

    def app_version(self, package: str) -> str | None:
        """The version of an app; None where it is not installed."""
        return adb_output.version_of(self._android.read("dumpsys", "package", package))

    def identity(self) -> Identity:
        android = self._android
        system = f"Android {android.prop('ro.build.version.release')}"
        versions = [f"{app} {self.app_version(app) or 'missing'}" for app in self._apps]
        make, model = android.prop("ro.product.manufacturer"), android.prop("ro.product.model")
        patch = android.prop("ro.build.version.security_patch")
        told = {
            "system": f"{system}, security patch {patch}" if patch else system,
            "apps": ", ".join(versions),
            **super().identity().details,
        }
        known = {word: text for word, text in told.items() if text}
        return Identity(make, model, self._serial, ", ".join([system, *versions]), known)

    def self_test(self) -> tuple[Finding, ...]:
        """Looks at battery, NFC and Bluetooth, and whether the apps are there."""
        try:
            return self._findings()
        except DriverError as exc:
            advice = "unlock the phone, look at its cable, and run adb devices"
            return (Finding(f"adb: {exc}", ok=False, advice=advice),)

    def close(self) -> None:
        """Let it believe its cable again. Everything else stays as it is."""
        with suppress(DriverError):  # gone, it has forgotten that itself
            self.battery.believe_the_cable()

    def _findings(self) -> tuple[Finding, ...]:
        self._shell.find()
        level = self.battery.read().level_percent
        found = [
            Finding(f"battery at {level} %", level >= _LOW_PERCENT, "charge it before a long run"),
            Finding(_on("NFC", self.radios.nfc()), self.radios.nfc() is True, "switch NFC on"),
            Finding(_on("Bluetooth", self.radios.bluetooth()), ok=True),
        ]
        if self.battery.left_pretending():
            said, advice = (
                "its battery tells what a run left it to",
                "adb shell dumpsys battery reset",
            )
            found.append(Finding(said, ok=False, advice=advice))
        for app in self._apps:
            version = self.app_version(app)
            found.append(
                Finding(f"{app} {version or 'is missing'}", version is not None, f"install {app}")
            )
        return tuple(found)


def _on(what: str, on: bool | None) -> str:
    return f"{what} is {'changing' if on is None else 'on' if on else 'off'}"


def _read_pin(file: Path) -> SecretText:
    """The digits in a file. Raises DriverError, which does not show them."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise DeviceNotFound(f"the PIN cannot be read from {file}: {type(exc).__name__}") from None
    if not (text.isdecimal() and 4 <= len(text) <= 16):
        raise DriverError(f"{file}: a PIN is 4 to 16 digits and nothing else")
    return SecretText(text)
