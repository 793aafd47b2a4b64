"""What an attacker at the reader cannot do: replay, alter, impersonate either side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.phone import Phone
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import Outcome
from rig.vehicle.car import Car
from rig.vehicle.interference import Eavesdropper, altered_answer, altered_command, flipped
from rig.vehicle.reader_loop import Layer
from rig.vehicle.visit import Ending

SECURITY = pytest.mark.requirement("DK-SEC-02")


@SECURITY
@pytest.mark.parametrize("fast", [False, True], ids=["standard", "fast"])
def test_a_recorded_transaction_cannot_be_replayed(car: Car, phone: Phone, fast: bool) -> None:
    car.keyring.forget_fast()
    car.service.fast_at_handle = fast
    spy = Eavesdropper()
    for _ in range(2):  # the second is the fast one
        car.lock_all()
        with car.between("driver_handle", spy.listen):
            phone.present(at="driver_handle")
            assert car.judged_visit(at="driver_handle").ending is Ending.UNLOCKED
    car.lock_all()
    with car.between("driver_handle", spy.replay):
        phone.present(at="driver_handle")
        assert car.judged_visit(at="driver_handle").refused
    assert car.locked


@SECURITY
@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(altered_answer("SELECT", flipped(0)), id="SELECT answer, tag"),
        pytest.param(altered_answer("AUTH0", flipped(0)), id="AUTH0 answer, tag"),
        pytest.param(altered_answer("AUTH0", flipped(3)), id="AUTH0 answer, device key"),
        pytest.param(altered_answer("AUTH1", flipped(0)), id="AUTH1 answer, first byte"),
        pytest.param(altered_answer("AUTH1", flipped(-3)), id="AUTH1 answer, MAC"),
        pytest.param(altered_answer("AUTH1", flipped(-11)), id="AUTH1 answer, last block"),
        pytest.param(altered_command("AUTH0", flipped(80)), id="AUTH0, transaction identifier"),
        pytest.param(altered_command("AUTH0", flipped(95)), id="AUTH0, vehicle identifier"),
        pytest.param(altered_command("AUTH1", flipped(20)), id="AUTH1, vehicle signature"),
    ],
)
def test_an_altered_message_opens_nothing(car: Car, phone: Phone, altered: Layer) -> None:
    car.keyring.forget_fast()
    with car.between("driver_handle", altered):
        phone.present(at="driver_handle")
        assert car.judged_visit(at="driver_handle").refused
    assert car.locked


@SECURITY
def test_an_altered_mailbox_answer_authorises_no_start(car: Car, phone: Phone) -> None:
    with car.between("tray", altered_answer("EXCHANGE", flipped(-3))):
        phone.present(at="tray")
        assert car.judged_visit(at="tray").refused
    assert not car.press_start_stop().accepted


@SECURITY
def test_a_key_that_was_never_enrolled_is_refused(car: Car, stranger_phone: Phone) -> None:
    stranger_phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.refused
    assert visit.outcome is Outcome.KEY_NOT_FOUND
    assert car.locked


@SECURITY
def test_a_device_that_claims_anothers_slot_is_refused(car: Car, impostor_phone: Phone) -> None:
    impostor_phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.refused
    assert visit.outcome is Outcome.INVALID_SIGNATURE
    assert car.locked


@SECURITY
def test_the_phone_refuses_a_vehicle_with_the_wrong_key(car: Car, phone: Phone) -> None:
    car.keyring.forget_fast()
    with car.posing_as(replace(car.vehicle, key=PrivateKey.generate())):
        phone.present(at="driver_handle")
        visit = car.judged_visit(at="driver_handle")
    assert visit.refused
    assert visit.timeline.exchanges[-1].response[:-2] == b"", "the phone revealed something"


@SECURITY
def test_the_phone_reveals_nothing_to_an_unknown_vehicle(car: Car, phone: Phone) -> None:
    with car.posing_as(replace(car.vehicle, identifier=bytes(8))):
        phone.present(at="driver_handle")
        visit = car.judged_visit(at="driver_handle")
    assert visit.refused
    assert not visit.key
