"""Owners who pair with a vehicle of the tests."""

from __future__ import annotations

from pathlib import Path

from drivers.sim.phone.wallet import HeldKey
from rig.key_server.pairing import Pairing
from rig.vehicle.visit import Visit
from tests.rig.vehicle.garage import Garage, TestLine, open_garage
from tests.rig.vehicle.pairing_phone import MAKER, PairingPhone
from tests.rig.vehicle.tracking_wallet import tracking

ROOTS = (MAKER.certificate,)


def opened(garage: Garage) -> Pairing:
    """The owner starts in the app; the vehicle hears of it."""
    server, lab = garage.lab.server, garage.lab
    pairing = server.tokens.start_in_app(lab.account_id, lab.vehicle_id)
    garage.telematics.sync()
    return pairing


def phone_of(garage: Garage, pairing: Pairing, **more: object) -> PairingPhone:
    """A phone with the pairing's password, whose wallet has its key tracked."""
    phone = PairingPhone(bytes(pairing.password).decode(), **more)  # type: ignore[arg-type]
    phone.on_key = tracking(garage.lab.server, pairing.pairing_id, phone)
    return phone


def paired(garage: Garage) -> tuple[PairingPhone, Visit]:
    phone = phone_of(garage, opened(garage))
    return phone, garage.put_into_tray(TestLine(phone))


def exchanges_of_a_pairing(folder: Path) -> tuple[int, int]:
    """How many exchanges a whole pairing has, and the number of the one that gives both the key."""
    garage = open_garage(folder, device_roots=ROOTS)
    phone = phone_of(garage, opened(garage))
    line = TestLine(phone)
    given: list[int] = []
    after = phone.on_key

    def note(held: HeldKey) -> None:
        given.append(line.exchanges)
        after(held)

    phone.on_key = note
    garage.put_into_tray(line)
    garage.lab.server.close()
    return line.exchanges, given[0]
