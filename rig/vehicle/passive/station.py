"""What every connection of passive entry works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from drivers.api.clock import Clock
from rig.vehicle.keyring import Key, Keyring
from rig.vehicle.passive.agenda import Agenda
from rig.vehicle.passive.doorkeeper import Doorkeeper
from rig.vehicle.passive.geometry import VehicleGeometry
from rig.vehicle.passive.interference import NOBODY, Between
from rig.vehicle.passive.range_log import RangeLog
from rig.vehicle.passive.rangers import Desk
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.service import Service


@dataclass(slots=True)
class Station:
    """One for all connections. ``address`` is the vehicle's, six octets as a message has them."""

    clock: Clock
    agenda: Agenda
    service: Service
    keyring: Keyring
    geometry: VehicleGeometry
    desks: Mapping[str, Desk]
    doorkeeper: Doorkeeper
    address: bytes
    settings: PassiveSettings
    ranges: RangeLog
    bonds_changed: Callable[[], None]
    between: Between = NOBODY  # an attacker, where a test puts one
    preparing: bool = False  # whether approaches that begin now are a test's preparation

    @contextmanager
    def preparation(self) -> Iterator[None]:
        """Approaches that begin meanwhile are noted as such."""
        self.preparing = True
        try:
            yield
        finally:
            self.preparing = False

    def bonded(self, peer: str) -> Key | None:
        """The key whose phone has this address."""
        keys = (key for key in self.keyring if key.bond is not None)
        return next((key for key in keys if key.bond and key.bond.address == peer), None)


def octets_of(address: str) -> bytes:
    """A Bluetooth address as a message has it, the first pair first."""
    return bytes.fromhex(address.partition("/")[0].replace(":", ""))
