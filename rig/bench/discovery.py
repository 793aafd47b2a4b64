"""What of a bench is plugged into this machine, as entries of a bench file.

An id of a serial converter does not say what is behind it, so such a line is a guess, with all the
drivers that it may belong to. A search that cannot look is told, and hides no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.api.errors import DriverError
from drivers.api.plugged import Plugged, SeenLine
from drivers.api.usb_family import Reach, UsbFamily
from rig.bench.kernel import Machine, PluggedDevice

Search = Callable[[], Sequence[Plugged]]
_BY_SYS = ("ble.bumble", "nfc.clf", "phone.adb")  # what no search of a driver's own looks for


@dataclass(frozen=True, slots=True)
class Guess:
    """A serial line, and the drivers of which one may be right."""

    line: SeenLine
    drivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, and why some of it may be missing."""

    devices: tuple[Plugged, ...]
    guesses: tuple[Guess, ...] = ()
    problems: tuple[str, ...] = field(default=())

    def of(self, *drivers: str) -> tuple[Plugged, ...]:
        """Those that one of these drivers opens."""
        return tuple(one for one in self.devices if one.driver in drivers)


def discover(
    searches: Sequence[Search],
    lines: Callable[[], Sequence[SeenLine]],
    machine: Machine,
    families: Sequence[UsbFamily],
) -> Discovery:
    """Look everywhere. Nothing moves, and nothing stays open."""
    devices: list[Plugged] = []
    problems: list[str] = []
    seen: Sequence[SeenLine] = ()
    for search in searches:
        try:
            devices += search()
        except DriverError as exc:
            problems.append(str(exc))
    try:
        seen = lines()
    except DriverError as exc:
        problems.append(str(exc))
    guesses: list[Guess] = []
    for line in seen:
        _note_line(line, families, devices, guesses)
    devices += _by_sys(machine, families)
    return Discovery(tuple(devices), tuple(guesses), tuple(problems))


def _note_line(
    line: SeenLine, families: Sequence[UsbFamily], devices: list[Plugged], guesses: list[Guess]
) -> None:
    fitting = [f for f in families if (line.vendor, line.product) in f.ids]
    fitting = [f for f in fitting if f.reach is Reach.SERIAL]
    sure = [f for f in fitting if not f.chip_only]
    if sure and line.serial:
        devices.append(Plugged(sure[0].drivers[0], {"serial": line.serial}, sure[0].what))
    elif fitting:
        names = dict.fromkeys(driver for f in fitting for driver in f.drivers)
        guesses.append(Guess(line, tuple(names)))


def _by_sys(machine: Machine, families: Sequence[UsbFamily]) -> Iterator[Plugged]:
    for device in machine.devices():
        for family in families:
            for driver in family.drivers:
                if driver in _BY_SYS and family.reach is Reach.USB and device.is_of(family, ""):
                    yield Plugged(driver, _options(driver, device), f"{family.what} ({device})")


def _options(driver: str, device: PluggedDevice) -> Mapping[str, str | int]:
    ids = f"usb:{device.vendor:04x}:{device.product:04x}"
    if driver == "ble.bumble":
        return {"transport": ids.upper().replace("USB", "usb")}
    return {"serial": device.serial} if driver == "phone.adb" else {"path": ids}
