"""Ends at once: the holder removes the key, or the vehicle's menu deletes it."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone
from rig.key_server.vehicles import Artefact
from rig.measure.limits import at_most
from rig.measure.recorder import Measure
from rig.measure.sample import Sample
from rig.vehicle.car import Car
from testplans.steps import driving, sharing
from testplans.steps.vehicle_keys import (
    delete_with_fob,
    give,
    is_deleted,
    is_of_no_use,
    listed,
    name_of,
    take_away,
)

AT_ONCE = at_most(2000, basis="DK-REV-06, DK-REV-07 (proposed for AMB-39)")
ONLINE = pytest.mark.parametrize("online", [True, False], ids=["vehicle online", "offline"])


def refused_at_the_next_tap(car: Car, phone: Phone, sample: Sample, since_ns: int) -> bool:
    """Tap at once; the sample is the time from the end of the key to the end of the refusal."""
    phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    sample.takes((car.clock.now_ns() - since_ns) / 1e6)
    return visit.refused and bool(car.locked)


@pytest.mark.requirement("DK-REV-06")
@ONLINE
@pytest.mark.parametrize("airplane", [False, True], ids=["phone online", "phone offline"])
def test_a_recipient_who_removes_the_key_has_no_access_at_the_next_tap(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    measure: Measure,
    online: bool,
    airplane: bool,
) -> None:
    give(car, owner, friend_phone)
    car.telematics.online = online
    friend_phone.radios.set_airplane(on=airplane)
    car.disregard_visits()
    with measure("removal_to_refused_tap", unit="ms", max=AT_ONCE).once() as sample:
        friend_phone.wallet.remove(car.keyring.identifier)
        removed_ns = car.clock.now_ns()
        assert refused_at_the_next_tap(car, friend_phone, sample, removed_ns)
    assert is_of_no_use(car, friend_phone)


@pytest.mark.requirement("DK-REV-06", "DK-REV-10")
def test_vehicle_and_owner_know_at_once_that_a_recipient_has_removed_the_key(
    car: Car, owner: Phone, friend_phone: Phone
) -> None:
    shared = give(car, owner, friend_phone)
    name = name_of(car, friend_phone)
    friend_phone.wallet.remove(car.keyring.identifier)
    assert not friend_phone.wallet.listed()
    assert name not in listed(car)
    assert sharing.state_of(car, owner, shared) == "ended"


@pytest.mark.requirement("DK-REV-07")
@ONLINE
def test_a_shared_key_that_the_menu_deletes_is_refused_at_the_next_tap(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    measure: Measure,
    online: bool,
) -> None:
    shared = give(car, owner, friend_phone)
    name = name_of(car, friend_phone)
    friend_phone.radios.set_airplane(on=True)  # so that it still has the key
    car.telematics.online = online
    car.disregard_visits()
    with measure("menu_deletion_to_refused_tap", unit="ms", max=AT_ONCE).once() as sample:
        delete_with_fob(car, name)
        deleted_ns = car.clock.now_ns()
        assert refused_at_the_next_tap(car, friend_phone, sample, deleted_ns)
    assert is_of_no_use(car, friend_phone)
    assert name not in listed(car)
    car.telematics.online = True
    car.reconcile()
    assert sharing.state_of(car, owner, shared) == "ended"
    assert name not in listed(car)


@pytest.mark.requirement("DK-REV-08")
@pytest.mark.parametrize(
    ("inside", "allowed"),
    [("nothing", False), ("a shared key", False), ("the main key", True), ("a fob", True)],
)
def test_deleting_in_the_menu_takes_the_main_key_or_a_fob_inside(
    car: Car,
    owner: Phone,
    friend_phone: Phone,
    third_phone: Phone,
    inside: str,
    allowed: bool,
) -> None:
    give(car, owner, friend_phone)
    name = name_of(car, friend_phone)
    if inside == "a shared key":
        give(car, owner, third_phone)
        driving.place(car, third_phone)
    elif inside == "the main key":
        driving.place(car, owner)
    elif inside == "a fob":
        car.cabin.put(Artefact.FIRST_FOB)
    assert is_deleted(car, name) is allowed
    take_away(car, owner, third_phone)
    assert (name in listed(car)) is not allowed
    assert driving.unlocks(car, friend_phone) is not allowed


@pytest.mark.requirement("DK-REV-09")
@pytest.mark.parametrize("with_it", ["a fob", "the main key"])
def test_a_recipient_deletes_the_own_key_in_the_car_only_with_main_key_or_fob(
    car: Car, owner: Phone, friend_phone: Phone, with_it: str
) -> None:
    give(car, owner, friend_phone)
    name = name_of(car, friend_phone)
    driving.place(car, friend_phone)
    assert not is_deleted(car, name)
    assert listed(car)[name] == "active"
    if with_it == "a fob":
        delete_with_fob(car, name)
    else:
        take_away(car, friend_phone)
        driving.place(car, owner)
        assert is_deleted(car, name)
        take_away(car, owner)
    assert name not in listed(car)
    assert is_of_no_use(car, friend_phone)


@pytest.mark.requirement("DK-REV-10")
@pytest.mark.parametrize(
    "route",
    ["the owner's wallet", "the recipient's wallet", "the owner's menu", "the recipient's menu"],
)
def test_owner_and_recipient_end_a_shared_key_by_wallet_and_by_vehicle(
    car: Car, owner: Phone, friend_phone: Phone, route: str
) -> None:
    shared = give(car, owner, friend_phone)
    name, vehicle = name_of(car, friend_phone), car.keyring.identifier
    if route == "the owner's wallet":
        owner.sharing.stop(vehicle, shared.share_id)
        assert driving.unlocks(car, owner)
    elif route == "the recipient's wallet":
        friend_phone.wallet.remove(vehicle)
    elif route == "the owner's menu":
        driving.place(car, owner)
        assert is_deleted(car, name)
        take_away(car, owner)
    else:
        driving.place(car, friend_phone)
        delete_with_fob(car, name)
    assert name not in listed(car)
    assert is_of_no_use(car, friend_phone)
    assert sharing.state_of(car, owner, shared) == "ended"
