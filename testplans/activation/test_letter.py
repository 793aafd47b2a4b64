"""Activation by the link in the e-mail that follows when a vehicle is added to an account."""

from __future__ import annotations

import pytest

from drivers.api.backend import PAIRING_LINK
from drivers.api.phone import Phone
from rig.key_server.contract import KeyServer
from rig.key_server.phone_side.messages import mail_of
from rig.measure.recorder import Measure
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from testplans.steps import driving, letters, pairing

PHONES = {"ios": "owner_phone", "pixel": "friend_phone", "samsung": "third_phone"}


@pytest.mark.requirement("DK-ACT-01")
def test_adding_the_vehicle_to_the_account_sends_an_e_mail_with_a_pairing_link(
    car: Car, key_server: KeyServer, measure: Measure
) -> None:
    vehicle = car.keyring.identifier
    account = key_server.accounts.open("new.owner@example.invalid")
    assert not key_server.letters.sent(account)
    with measure("vehicle_added_to_mail_received", unit="ms").once() as sample:
        begin_ns = car.clock.now_ns()
        key_server.accounts.add_vehicle(account, vehicle)
        sent = key_server.letters.sent(account)
        sample.takes((car.clock.now_ns() - begin_ns) / 1e6)
    assert [letter.vehicle_id for letter in sent] == [vehicle]
    mail = mail_of(sent[0])
    assert "digital key" in mail.subject.lower()
    assert mail.body.reveal().count(PAIRING_LINK) == 1


@pytest.mark.requirement("DK-ACT-01")
def test_a_vehicle_without_a_digital_key_is_added_without_such_a_mail(
    car: Car, key_server: KeyServer
) -> None:
    account = key_server.accounts.open("new.owner@example.invalid")
    with car.recoded(options=frozenset()):
        key_server.accounts.add_vehicle(account, car.keyring.identifier)
        assert not key_server.letters.sent(account)


@pytest.mark.requirement("DK-ACT-02")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_the_link_opened_on_the_phone_starts_the_pairing(
    car: Car, key_server: KeyServer, account: str, name: str, request: pytest.FixtureRequest
) -> None:
    phone: Phone = request.getfixturevalue(name)
    car.body.set_power(Power.ACCESSORY)
    assert not car.pairing.active
    phone.wallet.open_link(letters.message(key_server, account))
    assert car.pairing.active, "the vehicle waits for the phone"
    assert not pairing.has_main_key(car, phone), "nothing is made before it is placed"


@pytest.mark.requirement("DK-ACT-03")
@pytest.mark.parametrize("name", PHONES.values(), ids=PHONES)
def test_with_the_link_opened_the_phone_on_the_tray_gets_its_key(
    car: Car,
    key_server: KeyServer,
    account: str,
    measure: Measure,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    phone: Phone = request.getfixturevalue(name)
    car.body.set_power(Power.ACCESSORY)
    phone.wallet.open_link(letters.message(key_server, account))
    with measure("placement_to_key_created", unit="ms").once() as sample:
        visit = driving.place(car, phone)
        sample.takes(pairing.paired_ms(visit.timeline.marks["presence"], visit))
    assert pairing.has_main_key(car, phone)


@pytest.mark.requirement("DK-ACT-03")
def test_a_phone_that_lies_on_the_tray_already_gets_its_key_once_the_link_is_opened(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str
) -> None:
    car.body.set_power(Power.ACCESSORY)
    assert driving.place(car, owner_phone).refused
    owner_phone.wallet.open_link(letters.message(key_server, account))
    pairing.expect_paired(car.judged_visit(at="tray"))
    assert pairing.has_main_key(car, owner_phone)


@pytest.mark.requirement("DK-ACT-04")
def test_the_new_key_is_in_the_wallet_and_unlocks_at_once(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str, measure: Measure
) -> None:
    car.body.set_power(Power.ACCESSORY)
    owner_phone.wallet.open_link(letters.message(key_server, account))
    made = pairing.finish(car, owner_phone)
    (key,) = owner_phone.wallet.listed()
    assert (key.role, key.state) == ("owner", "ready")
    with measure("key_created_to_first_unlock", unit="ms").once() as sample:
        visit = driving.tap(car, owner_phone)
        assert car.unlocked
        unlocked_ns = visit.timeline.marks["feedback"]
        sample.takes((unlocked_ns - made.timeline.marks["paired"]) / 1e6)


@pytest.mark.requirement("DK-ACT-04")
def test_the_new_key_works_while_phone_and_vehicle_are_offline(
    car: Car, owner_phone: Phone, key_server: KeyServer, account: str
) -> None:
    car.body.set_power(Power.ACCESSORY)
    owner_phone.wallet.open_link(letters.message(key_server, account))
    pairing.finish(car, owner_phone)
    owner_phone.radios.set_airplane(on=True)
    car.telematics.online = False
    assert driving.unlocks(car, owner_phone)
    assert driving.starts(car, owner_phone)
