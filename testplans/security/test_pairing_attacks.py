"""What an attacker in the tray cannot do to a pairing: alter it, replay it, change certificates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from drivers.api.phone import Phone
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PublicKey
from rig.digital_key.pairing_messages import Flow
from rig.digital_key.wire import Transceive
from rig.vehicle.car import Car
from rig.vehicle.interference import (
    Eavesdropper,
    altered_answer,
    altered_command,
    before,
    flipped,
)
from rig.vehicle.pairing_desk import Trust
from rig.vehicle.reader_loop import Layer
from rig.vehicle.visit import Ending, Visit
from testplans.steps import driving, pairing

pytestmark = pytest.mark.requirement("DK-SEC-02")


def expect_no_key(car: Car, phone: Phone, visit: Visit) -> None:
    """Neither side has a key, and the phone opens nothing."""
    assert visit.ending is Ending.PAIRING_FAILED, f"{visit.ending}: {visit.explanation}"
    assert not list(car.keyring), "the vehicle has a key"
    assert not phone.wallet.listed(), "the phone has a key"


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(altered_command("SPAKE2+ REQUEST", flipped(30)), id="salt"),
        pytest.param(altered_answer("SPAKE2+ REQUEST", flipped(20)), id="device share"),
        pytest.param(altered_command("SPAKE2+ VERIFY", flipped(20)), id="vehicle share"),
        pytest.param(altered_command("SPAKE2+ VERIFY", flipped(-4)), id="vehicle evidence"),
        pytest.param(altered_answer("SPAKE2+ VERIFY", flipped(-4)), id="device evidence"),
        pytest.param(altered_command("WRITE DATA", flipped(20)), id="vehicle certificate"),
        pytest.param(altered_answer("GET DATA", flipped(20)), id="device certificate"),
    ],
)
def test_an_altered_pairing_makes_no_key_and_an_unaltered_one_afterwards_does(
    car: Car, account: str, owner_phone: Phone, altered: Layer
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    with car.between("tray", altered):
        visit = driving.place(car, owner_phone)
    expect_no_key(car, owner_phone, visit)
    assert driving.place(car, owner_phone).ending is Ending.PAIRED


def test_a_recorded_pairing_cannot_be_replayed_under_the_same_password(
    car: Car, account: str, owner_phone: Phone
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    spy = Eavesdropper()

    def cut_off_at_the_end(through: Transceive) -> Transceive:
        return before("GET DATA", owner_phone.withdraw)(spy.listen(through))

    with car.between("tray", cut_off_at_the_end):
        owner_phone.present(at="tray")
        assert car.next_visit(at="tray").ending is Ending.INTERRUPTED
    with car.between("tray", spy.replay):
        visit = driving.place(car, owner_phone)
    expect_no_key(car, owner_phone, visit)
    assert visit.flow == Flow.BAD_EVIDENCE


class CertifiesAnother(Authority):
    """Vouches for another vehicle than the one that asks."""

    def certify_vehicle(self, key: PublicKey, vehicle_id: bytes, now: datetime) -> bytes:
        return super().certify_vehicle(key, bytes(len(vehicle_id)), now)


def of_another_vehicle(car: Car) -> Trust:
    return replace(car.pairing.trust, authority=CertifiesAnother.root("Any", car.clock.utc()))


def of_another_authority(car: Car) -> Trust:
    """Signed by one, sent with the certificate of another."""
    now = car.clock.utc()
    above = Authority.root("Rig", now)
    return replace(
        car.pairing.trust, authority=Authority.root("Any", now), intermediate=above.certificate
    )


@pytest.mark.parametrize("forged", [of_another_vehicle, of_another_authority])
def test_a_vehicle_with_a_wrong_certificate_gets_no_key(
    car: Car, account: str, owner_phone: Phone, forged: Callable[[Car], Trust]
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    with car.pairing.trusting(forged(car)):
        visit = driving.place(car, owner_phone)
    expect_no_key(car, owner_phone, visit)
