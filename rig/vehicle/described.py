"""The vehicle in words: as the bench file describes it, and as a report states it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Protocol

from rig.digital_key.settings import assumptions
from rig.digital_key.transaction import Vehicle
from rig.records.run import SettingRecord
from rig.vehicle.record import RecordedVehicle
from rig.vehicle.trust import TrustFiles


class VehicleDescription(RecordedVehicle, TrustFiles, Protocol):
    """The vehicle section of a bench file, as far as the vehicle needs it."""

    @property
    def keyring(self) -> Path: ...
    @property
    def second_keyring(self) -> Path | None: ...
    @property
    def profile(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def zone(self) -> tzinfo: ...
    @property
    def settings(self) -> Mapping[str, object]: ...
    @property
    def anchors(self) -> Mapping[str, tuple[float, ...]]: ...
    @property
    def calibrations(self) -> Path | None: ...


def assumed(vehicle: Vehicle, parts: Iterable[str]) -> tuple[SettingRecord, ...]:
    """The protocol's assumptions in force, of these parts of it."""
    profile = vehicle.profile
    fast = SettingRecord(
        f"profile {profile.name}: fast_context",
        ", ".join(part.name.lower() for part in profile.fast_context),
        profile.fast_context_mark,
        "Order of what goes into the fast transaction's key derivation.",
    )
    own = (a for part in parts for a in assumptions(vehicle.settings, part))
    return (*(SettingRecord(a.name, a.value, a.mark, a.why) for a in own), fast)


def facts_of(about: VehicleDescription, identifier: bytes) -> dict[str, str]:
    """What describes the vehicle, for the report."""
    return {
        "model": about.model,
        "model year": str(about.model_year),
        "operating system": str(about.os),
        "options": ", ".join(map(str, about.options)),
        "key": about.key.replace("_", " "),
        "protocol profile": about.profile,
        "software": about.software,
        "identifier": identifier.hex(),
    }
