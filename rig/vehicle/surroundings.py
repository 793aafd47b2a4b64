"""What is around the vehicle: its radio and anchors, as passive entry works with them."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_bytes

from drivers.api.ble import VehicleRadio
from drivers.api.clock import Clock
from drivers.api.space import Point
from rig.digital_key.pairing_messages import BluetoothFields
from rig.records.run import CalibrationRecord
from rig.vehicle.bench_witness import WitnessedEntry
from rig.vehicle.passive.geometry import PlacedAnchor
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.service import Service
from rig.vehicle.wiring import Wiring

PLUS = "digital_key_plus"  # the product that has passive entry


def passive_entry(
    wiring: Wiring,
    places: Mapping[str, tuple[float, ...]],
    clock: Clock,
    service: Service,
    settings: PassiveSettings,
    delays: Mapping[str, CalibrationRecord],
) -> WitnessedEntry | None:
    """Passive entry over a bench's radio and anchors; None where it lacks either."""
    if wiring.radio is None or not wiring.anchors:
        return None
    anchors = {
        name: PlacedAnchor(anchor, Point(*places[name]), delays.get(name))
        for name, anchor in wiring.anchors.items()
    }
    return WitnessedEntry(wiring.radio, anchors, clock, service, settings)


def reached_by(radio: VehicleRadio | None) -> BluetoothFields | None:
    """What a phone is told at pairing, to find the vehicle again over Bluetooth LE.

    The vehicle advertises its identity address, so nobody has to resolve another by this key.
    """
    if radio is None:
        return None
    address = bytes.fromhex(radio.address.replace(":", ""))
    return BluetoothFields(identity_key=token_bytes(16), address=address)
