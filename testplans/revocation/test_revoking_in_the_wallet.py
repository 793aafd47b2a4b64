"""The owner revokes in the wallet: pre-deletion, until another key uses the vehicle."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.phone import KeyCard, Phone
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.readings import VehicleReadings
from testplans.steps import driving, service_card, sharing, vehicle_keys
from testplans.steps.vehicle_keys import give, is_of_no_use, listed, name_of


def never_used(car: Car, owner: Phone, friend: Phone) -> str:
    return sharing.share(car, owner, friend).share_id


def activated(car: Car, owner: Phone, friend: Phone) -> str:
    return give(car, owner, friend).share_id


def vehicle_offline(car: Car, owner: Phone, friend: Phone) -> str:
    share_id = activated(car, owner, friend)
    car.telematics.online = False
    return share_id


def phone_offline(car: Car, owner: Phone, friend: Phone) -> str:
    share_id = activated(car, owner, friend)
    friend.radios.set_airplane(on=True)
    return share_id


def while_driving(car: Car, owner: Phone, friend: Phone) -> str:
    share_id = activated(car, owner, friend)
    assert driving.start(car, friend).accepted
    return share_id


MOMENTS = (never_used, activated, vehicle_offline, phone_offline, while_driving)


@pytest.mark.requirement("DK-REV-01")
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__.replace("_", " "))
def test_the_owner_revokes_a_shared_key_at_any_time(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    moment: Callable[[Car, Phone, Phone], str],
) -> None:
    share_id = moment(car, owner, friend_phone)
    owner.sharing.stop(car.keyring.identifier, share_id)
    [share] = owner.sharing.shares(car.keyring.identifier)
    assert share.state in ("pre_deletion", "ended")
    assert share.shown


@pytest.mark.requirement("DK-REV-02")
def test_a_revoked_key_is_in_pre_deletion_in_wallet_and_vehicle(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    shared = give(car, owner, friend_phone)
    name = name_of(car, friend_phone)
    assert listed(car)[name] == "active"
    owner.sharing.stop(car.keyring.identifier, shared.share_id)
    assert sharing.state_of(car, owner, shared) == "pre_deletion"
    assert listed(car)[name] == "pre_deletion"


def revoked(car: Car, owner: Phone, friend: Phone) -> str:
    """A shared key in pre-deletion, on a phone that cannot hear of it; its name."""
    shared = give(car, owner, friend)
    name = name_of(car, friend)
    friend.radios.set_airplane(on=True)
    owner.sharing.stop(car.keyring.identifier, shared.share_id)
    assert listed(car)[name] == "pre_deletion"
    return name


def ended(car: Car, owner: Phone, friend: Phone, name: str) -> bool:
    """Whether vehicle, owner and holder agree that the key is gone; the holder's phone last."""
    assert name not in listed(car)
    first, *_ = owner.sharing.shares(car.keyring.identifier)
    assert first.state == "ended"
    of_no_use = is_of_no_use(car, friend)
    friend.radios.set_airplane(on=False)
    return of_no_use and not friend.wallet.listed()


@pytest.mark.requirement("DK-REV-03", "DK-REV-05")
def test_one_use_of_the_owner_key_ends_pre_deletion(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    name = revoked(car, owner, friend_phone)
    assert driving.unlocks(car, owner)
    assert ended(car, owner, friend_phone, name)


@pytest.mark.requirement("DK-REV-03", "DK-REV-05")
@pytest.mark.parametrize("unlock", [True, False], ids=["unlock", "lock"])
def test_one_use_of_the_fob_ends_pre_deletion(
    car: Car, owner: Phone, friend_phone: Phone, unlock: bool
) -> None:
    name = revoked(car, owner, friend_phone)
    car.press_fob(unlock=unlock)
    car.settle()
    assert ended(car, owner, friend_phone, name)


@pytest.mark.requirement("DK-REV-03", "DK-REV-05")
def test_one_use_of_another_shared_key_ends_pre_deletion(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    name = revoked(car, owner, friend_phone)
    sharing.share(car, owner, third_phone)
    assert name in listed(car)
    assert driving.unlocks(car, third_phone)
    assert ended(car, owner, friend_phone, name)


@pytest.mark.requirement("DK-REV-03", "DK-REV-05", "DK-SVC-06")
def test_one_use_of_the_service_card_ends_pre_deletion(
    car: Car, owner: Phone, friend_phone: Phone, key_card: KeyCard
) -> None:
    name = revoked(car, owner, friend_phone)
    with service_card.in_use(car, key_card):
        assert name in listed(car)
        assert driving.unlocks(car, key_card)
        assert ended(car, owner, friend_phone, name)


AS_BEFORE = VehicleReadings(pre_deletion_use="as_before")
UNLOCK = VehicleReadings(pre_deletion_use="unlock")
NOTHING = VehicleReadings(pre_deletion_use="nothing")


def functions_left(car: Car, phone: Phone) -> tuple[bool, bool, bool]:
    """What a phone does now: unlock, start, lock."""
    unlocks = driving.unlocks(car, phone)
    starts = driving.starts(car, phone)
    car.unlock_all()
    driving.tap(car, phone)
    return unlocks, starts, bool(car.locked)


@pytest.mark.requirement("DK-REV-04")
@pytest.mark.parametrize(
    ("reading", "leaves"),
    [(AS_BEFORE, (True, True, True)), (UNLOCK, (True, False, True)), (NOTHING, (False,) * 3)],
    ids=["as before", "unlock", "nothing"],
)
def test_what_a_key_does_in_pre_deletion_is_what_the_reading_leaves_it(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    observe: Observe,
    reading: VehicleReadings,
    leaves: tuple[bool, bool, bool],
) -> None:
    name = revoked(car, owner, friend_phone)
    car.read_as(reading)
    left = functions_left(car, friend_phone)
    for function, works in zip(("unlock", "start", "lock"), left, strict=True):
        observe(f"{function} in pre-deletion", works, ambiguity="AMB-08")
    assert left == leaves
    assert listed(car)[name] == "pre_deletion"  # its own use is no other key's


@pytest.mark.requirement("DK-REV-04")
@pytest.mark.parametrize(
    "reading", [AS_BEFORE, UNLOCK, NOTHING], ids=["as before", "unlock", "nothing"]
)
def test_a_key_that_is_revoked_on_the_way_leaves_its_holder_driving(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    observe: Observe,
    reading: VehicleReadings,
) -> None:
    shared = give(car, owner, friend_phone)
    car.read_as(reading)
    assert driving.start(car, friend_phone).accepted
    owner.sharing.stop(car.keyring.identifier, shared.share_id)
    assert car.drive_ready
    assert car.drive.demand_speed(50) == 50
    car.press_start_stop()
    again = car.press_start_stop().accepted
    observe("started again after a stop", again, ambiguity="AMB-08")


@pytest.mark.requirement("DK-REV-11")
def test_revoking_one_key_leaves_owner_and_other_shared_keys(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone
) -> None:
    give(car, owner, third_phone)
    name = revoked(car, owner, friend_phone)
    assert driving.unlocks(car, owner)
    assert name not in listed(car)
    for holder in (owner, third_phone):
        assert driving.unlocks(car, holder)
        assert driving.starts(car, holder)


@pytest.mark.requirement("DK-REV-11", "DK-SVC-06")
def test_revoking_one_key_leaves_the_service_card(
    car: Car, owner: Phone, friend_phone: Phone, key_card: KeyCard
) -> None:
    with service_card.in_use(car, key_card):
        name = revoked(car, owner, friend_phone)
        assert driving.unlocks(car, owner)
        assert name not in listed(car)
        assert driving.unlocks(car, key_card)
        assert driving.starts(car, key_card)


@pytest.mark.requirement("DK-REV-12")
@pytest.mark.parametrize(
    "heard", ["online", "and then offline", "before the owner", "after the owner"]
)
@pytest.mark.parametrize("airplane", [False, True], ids=["phone online", "phone offline"])
def test_a_revocation_takes_effect_once_the_owner_has_used_the_key(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    observe: Observe,
    heard: str,
    airplane: bool,
) -> None:
    """``heard``: when the vehicle hears of it."""
    shared = give(car, owner, friend_phone)
    friend_phone.radios.set_airplane(on=airplane)
    car.telematics.online = heard in ("online", "and then offline")
    owner.sharing.stop(car.keyring.identifier, shared.share_id)
    first = driving.unlocks(car, friend_phone)
    observe("unlocked while the revocation waited", first)
    if heard == "and then offline":
        car.telematics.online = False
    elif heard == "before the owner":
        come_online(car)
    assert driving.unlocks(car, owner)
    if heard == "after the owner":
        come_online(car)
    assert vehicle_keys.is_of_no_use(car, friend_phone)


def come_online(car: Car) -> None:
    car.telematics.online = True
    car.reconcile()
