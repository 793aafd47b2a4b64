"""The vehicles of a bench and the platforms it holds to them: which vehicle a test is judged on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drivers.api.device import Device
from drivers.api.phone import KeyCard, Phone, SetupCard, Watch
from rig.bench.build import Bench
from rig.bench.vehicle import VehicleDescription
from rig.plans.applicability import Applicability, Choice, PlayedVehicle
from rig.plans.catalogue import Catalogue
from rig.records.catalogue import ApplicabilityRecord


class Fleet:
    """What an opened bench can play, held against the catalogue."""

    def __init__(self, catalogue: Catalogue, bench: Bench) -> None:
        self.vehicles = bench.description.vehicle.fleet
        self._applicability = Applicability(
            catalogue, [played(v) for v in self.vehicles], platforms_of(bench.devices)
        )

    def choose(self, requirements: Iterable[str]) -> Choice:
        """The vehicle for a test of these requirements, and which of them it judges."""
        return self._applicability.choose(requirements)

    def description(self, choice: Choice) -> VehicleDescription | None:
        """The vehicle that was chosen; None where the test applies to none."""
        return None if choice.vehicle is None else self.vehicles[choice.vehicle]

    def to_records(self) -> tuple[ApplicabilityRecord, ...]:
        """Every decision as the run's journal keeps it."""
        return self._applicability.to_records()


def played(vehicle: VehicleDescription) -> PlayedVehicle:
    """A vehicle as applicability looks at it."""
    delivered = " and ".join(word.replace("_", " ") for word in vehicle.delivered)
    facts = {
        "operating system": str(vehicle.os),
        "options": " and ".join(map(str, vehicle.options)) or "none",
        "market": vehicle.market,
        "software": vehicle.software,
        "delivered with": delivered or "nothing",
    }
    return PlayedVehicle(vehicle.label, vehicle.key, facts)


def platforms_of(devices: Mapping[str, Device]) -> frozenset[str]:
    """The platforms of what a bench can hold to its readers, in the catalogue's words.

    A phone that does not say whose it is counts as none: nothing is decided by it.
    """
    found: set[str] = set()
    for device in devices.values():
        if isinstance(device, Phone | Watch):
            found.update(filter(None, [getattr(device, "platform", None)]))
        elif isinstance(device, KeyCard | SetupCard):
            found.add("card")
    return frozenset(found)
