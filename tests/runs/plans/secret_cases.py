"""Test cases run *by* the rig in a test of the rig: every secret is made and used in them.

Not collected by pytest itself; the plan beside it names the file.
"""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.secret_text import SecretText
from drivers.api.sharing import CodeEntry
from drivers.api.stage import Stage
from rig.key_server.contract import KeyServer
from rig.key_server.phone_side.messages import mail_of, manual_token_of
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.interference import altered
from rig.vehicle.visit import Ending
from testplans.steps import driving, pairing, sharing, walking

APPROACH = pytest.mark.requirement("DK-UNLOCK-02")
LIFE = pytest.mark.requirement("DK-SETUP-06")


@LIFE
def test_a_key_is_paired_in_the_app_and_used(car: Car, account: str, owner_phone: Phone) -> None:
    pairing.pair(car, owner_phone, account)
    for _ in range(2):  # standard, then fast
        driving.does_everything(car, owner_phone)


@LIFE
def test_a_pairing_under_way_is_altered(car: Car, account: str, owner_phone: Phone) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    with car.pairing.trusting(pairing.without_makers(car)):
        assert driving.place(car, owner_phone).ending is Ending.PAIRING_FAILED


@LIFE
def test_the_link_of_the_letter_pairs(
    car: Car, key_server: KeyServer, account: str, owner_phone: Phone
) -> None:
    (letter,) = key_server.letters.sent(account)
    car.body.set_power(Power.ACCESSORY)
    pairing.bring_both_keys(car)
    owner_phone.wallet.open_link(mail_of(letter).body)
    assert driving.place(car, owner_phone).ending is Ending.PAIRED
    with pytest.raises(ActionRefused):
        owner_phone.wallet.open_link(mail_of(letter).body)


@LIFE
def test_the_token_of_the_letter_is_typed_in_wrong_right_and_again(
    car: Car, key_server: KeyServer, account: str
) -> None:
    (letter,) = key_server.letters.sent(account)
    car.body.set_power(Power.ACCESSORY)
    car.head_unit.follow("add_key")
    with pytest.raises(ActionRefused):
        car.head_unit.type_in(SecretText("WR0NGTOKEN"))
    car.head_unit.type_in(manual_token_of(letter))
    car.head_unit.follow("add_key")
    with pytest.raises(ActionRefused, match="spent"):
        car.head_unit.type_in(manual_token_of(letter))


@LIFE
@pytest.mark.parametrize("entry", [CodeEntry.PHONE, CodeEntry.VEHICLE])
def test_a_key_is_shared_with_a_code(
    car: Car, account: str, owner_phone: Phone, friend_phone: Phone, entry: CodeEntry
) -> None:
    pairing.pair(car, owner_phone, account)
    shared = sharing.share(car, owner_phone, friend_phone, code=entry)
    assert shared.code is not None
    if entry is CodeEntry.PHONE:
        with pytest.raises(ActionRefused):
            friend_phone.wallet.enter_code(car.keyring.identifier, SecretText("WR0NGCODE"))
        friend_phone.wallet.enter_code(car.keyring.identifier, shared.code)
    driving.place(car, friend_phone)
    car.head_unit.confirm()
    if entry is CodeEntry.VEHICLE:
        with pytest.raises(ActionRefused):
            car.head_unit.type_in(SecretText("WR0NGCODE"))
        car.head_unit.type_in(shared.code)
    driving.does_everything(car, friend_phone)


@APPROACH
def test_a_key_is_walked_up_with(
    car: Car, passive: PassiveEntry, stage: Stage, account: str, owner_phone: Phone
) -> None:
    """Paired over NFC, bonded on the first approach, and again with the bond."""
    pairing.pair(car, owner_phone, account)
    car.lock_all()
    for _ in range(2):
        walking.approach(car, stage, owner_phone, walking.towards("driver", walking.WALK_MPS))
        walking.go_away(car, stage, owner_phone)
    assert passive.fault is None


@APPROACH
def test_an_approach_is_altered_on_its_way(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """What is malformed is kept for the trace as well, with what was secret in it."""
    for step in ("First_Approach_RQ", "Ranging_Session_Setup_RS"):
        with passive.between(altered(step, 3)):
            stage.place(phone, walking.beside("driver", walking.NEAR_M))
            assert passive.next_movement(walking.SETTLE_S) is None
            assert "malformed" in "; ".join(each.told for each in passive.approaches())
        walking.go_away(car, stage, phone)
