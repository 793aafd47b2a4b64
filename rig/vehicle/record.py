"""The vehicle of a bench file as its maker's record has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact, Body, VehicleRecord


class RecordedVehicle(Protocol):
    """The words of a bench file that a record is made of."""

    @property
    def model(self) -> str: ...
    @property
    def model_year(self) -> int: ...
    @property
    def os(self) -> int: ...
    @property
    def options(self) -> Sequence[int]: ...
    @property
    def body(self) -> str: ...
    @property
    def market(self) -> str: ...
    @property
    def software(self) -> str: ...
    @property
    def delivered(self) -> Sequence[str]: ...


def record_of(vehicle: RecordedVehicle, identifier: bytes) -> VehicleRecord:
    """The record of the vehicle with this identifier."""
    return VehicleRecord(
        vehicle_id=identifier,
        model=vehicle.model,
        model_year=vehicle.model_year,
        os=vehicle.os,
        body=Body(vehicle.body),
        market=vehicle.market,
        software=SoftwareStatus.parse(vehicle.software),
        options=frozenset(vehicle.options),
        delivered=frozenset(map(Artefact, vehicle.delivered)),
    )
