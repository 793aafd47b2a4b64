"""What the vehicle asks of a bench file, checked before any device is opened.

Only words and classes are looked at: the provisioning files, the protocol settings, and what kind
of device each name stands for. Whoever knows the file puts the line to a complaint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rig.digital_key.profiles import PROFILES
from rig.digital_key.settings import SettingError, settings_from
from rig.measure.calibration import read_calibrations
from rig.measure.errors import CalibrationError, FigureError
from rig.measure.figures_file import read_figures
from rig.vehicle.errors import KeyringError
from rig.vehicle.keyring_file import load_keyring
from rig.vehicle.trust import TrustFiles, trust_mistakes
from rig.vehicle.wiring import ANCHOR, anchors_among, wiring_problem


class Provisioned(TrustFiles, Protocol):
    """The vehicle section of a bench file, as far as it can be wrong about the protocol."""

    @property
    def keyring(self) -> Path: ...
    @property
    def second_keyring(self) -> Path | None: ...
    @property
    def profile(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, object]: ...
    @property
    def calibrations(self) -> Path | None: ...
    @property
    def figures(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something the vehicle cannot work with. ``key`` is dotted and below ``vehicle``, or ""."""

    key: str
    text: str


def provisioning_mistakes(vehicle: Provisioned) -> Iterator[Mistake]:
    """What is wrong with the keyrings, the protocol settings and the antenna delays."""
    profile = PROFILES[vehicle.profile]
    for key, path in (
        ("keyring", vehicle.keyring),
        ("second_keyring", vehicle.second_keyring),
    ):
        try:
            if path is not None:
                load_keyring(path, profile)
        except KeyringError as exc:
            yield Mistake(key, str(exc))
    for key, text in trust_mistakes(vehicle):
        yield Mistake(key, text)
    for name, value in vehicle.settings.items():
        try:
            settings_from({name: value})
        except SettingError as exc:
            yield Mistake(f"settings.{name}", str(exc))
    yield from _unreadable("calibrations", vehicle.calibrations, read_calibrations)
    yield from _unreadable("figures", vehicle.figures, read_figures)


def _unreadable(key: str, path: Path | None, read: Callable[[Path], object]) -> Iterator[Mistake]:
    try:
        if path is not None:
            read(path)
    except (CalibrationError, FigureError) as exc:
        yield Mistake(key, str(exc))


def wiring_mistakes(drivers: Mapping[str, type], placed: Mapping[str, object]) -> Iterator[Mistake]:
    """What the vehicle lacks among the devices, given the driver class of each by name.

    ``placed``: the anchors whose places the vehicle knows.
    """
    if problem := wiring_problem(drivers):
        yield Mistake("", problem)
    there = {name.removeprefix(ANCHOR) for name in anchors_among(drivers)}
    for name in sorted(there - set(placed)):
        yield Mistake(
            "anchors" if placed else "",
            f"where is {ANCHOR}{name}? give {name}: [x, y, z] in metres",
        )
    for name in sorted(set(placed) - there):
        yield Mistake(f"anchors.{name}", f"there is no device {ANCHOR}{name}")
