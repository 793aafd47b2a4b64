"""Protocol settings: one named value for each fact that is inferred or not public at all.

The vehicle and the virtual devices read the same settings, so a wrong guess here passes on both
sides; that is why a report lists every one of them as an assumption. A setting with a single value
has no known alternative; it stands here to be listed all the same. A bench file overrides them by
name (``vehicle: settings:``) once a customer or the specification says better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from rig.digital_key.settings_fields import PAIRING, RANGING, TRANSACTION
from rig.digital_key.settings_pairing import PairingSettings
from rig.digital_key.settings_ranging import RangingSettings
from rig.digital_key.settings_transaction import TransactionSettings

__all__ = [
    "PAIRING",
    "RANGING",
    "TRANSACTION",
    "Assumption",
    "SettingError",
    "Settings",
    "assumptions",
    "settings_from",
]


@dataclass(frozen=True)
class Settings(RangingSettings, PairingSettings, TransactionSettings):
    """All settings at their defaults. Facts are those of the public notes on CCC-TS-101."""


class SettingError(ValueError):
    """A setting that does not exist, or a value it cannot have."""


def settings_from(overrides: Mapping[str, object]) -> Settings:
    """The defaults with some of them replaced by name. Raises SettingError."""
    hints = get_type_hints(Settings)
    most = {f.name: f.metadata["most"] for f in fields(Settings)}
    for name, value in overrides.items():
        if name not in hints:
            raise SettingError(f"no protocol setting {name!r}; there are {', '.join(hints)}")
        _check(name, value, hints[name], most[name])
    return Settings(**overrides)  # type: ignore[arg-type]  # checked above


def _check(name: str, value: object, hint: Any, most: int) -> None:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            allowed = ", ".join(map(repr, get_args(hint)))
            raise SettingError(f"setting {name} is {value!r}; it may be {allowed}")
    elif type(value) is not hint:
        raise SettingError(f"setting {name} is {value!r}; it must be of type {hint.__name__}")
    elif isinstance(value, int) and not 0 <= value <= most:
        raise SettingError(f"setting {name} is {value}; it must be from 0 to {most}")


@dataclass(frozen=True, slots=True)
class Assumption:
    """A setting as a report states it."""

    name: str
    value: str
    mark: str
    why: str


def assumptions(settings: Settings, of: str) -> tuple[Assumption, ...]:
    """The settings of one part (TRANSACTION, PAIRING, RANGING) with their values, in order."""
    return tuple(
        Assumption(f.name, _shown(getattr(settings, f.name)), f.metadata["mark"], f.metadata["why"])
        for f in fields(settings)
        if f.metadata["of"] == of
    )


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value} (0x{value:02X})"
    return str(value)
