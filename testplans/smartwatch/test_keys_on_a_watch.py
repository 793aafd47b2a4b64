"""The phone's key, and a friend's, on the watch."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone, Watch
from rig.key_server.contract import KeyServer
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving
from testplans.steps.vehicle_keys import give, is_of_no_use, take_away

NOTHING_S = 0.3  # how long the handle is watched for a watch that does not answer


def note_platform(watch: Watch, observe: Observe) -> None:
    """Apple's is mandatory; what others do is recorded (AMB-37)."""
    other = watch.platform != "apple_watch"
    observe("platform of the watch", watch.platform, ambiguity="AMB-37" if other else "")


@pytest.mark.requirement("DK-WATCH-01", "DK-WATCH-02")
def test_a_key_in_the_phone_wallet_is_added_to_the_watch_and_listed_there(
    car: Car, owner: Phone, watch: Watch, observe: Observe
) -> None:
    vehicle = car.keyring.identifier
    note_platform(watch, observe)
    assert watch.passes() == ()
    assert watch.offers(owner, vehicle)
    watch.add(owner, vehicle)
    [key] = watch.passes()
    assert (key.vehicle, key.state) == (vehicle, "ready")
    assert key.role == "owner"
    assert not watch.offers(owner, vehicle)  # it is there


@pytest.mark.requirement("DK-WATCH-01", "DK-WATCH-03")
def test_without_a_key_in_the_phone_wallet_the_watch_offers_none(
    car: Car, owner_phone: Phone, watch: Watch, account: str
) -> None:
    owner_phone.app.sign_in(account)
    vehicle = car.keyring.identifier
    assert not watch.offers(owner_phone, vehicle)
    with pytest.raises(ActionRefused):
        watch.add(owner_phone, vehicle)
    assert watch.passes() == ()


@pytest.mark.requirement("DK-WATCH-03")
@pytest.mark.parametrize(
    ("phone_name", "watch_name", "offered"),
    [
        ("owner_phone", "watch", True),
        ("owner_phone", "old_watch", False),
        ("old_iphone", "new_watch", False),
        ("friend_phone", "watch", False),
    ],
    ids=["both can", "the watch cannot", "the phone cannot", "of two makers"],
)
def test_the_watch_is_offered_only_where_phone_and_watch_both_can(
    car: Car, owner: Phone, request: pytest.FixtureRequest, phone_name: str, watch_name: str,
    offered: bool,
) -> None:  # fmt: skip
    phone: Phone = request.getfixturevalue(phone_name)
    watch: Watch = request.getfixturevalue(watch_name)
    vehicle = car.keyring.identifier
    if phone is not owner:
        give(car, owner, phone)
    assert watch.offers(phone, vehicle) is offered
    if not offered:
        with pytest.raises(ActionRefused):
            watch.add(phone, vehicle)
        assert watch.passes() == ()


@pytest.mark.requirement("DK-WATCH-04")
def test_a_key_on_the_watch_unlocks_without_the_phone(
    car: Car, owner: Phone, watch: Watch, measure: Measure, observe: Observe
) -> None:
    note_platform(watch, observe)
    watch.add(owner, car.keyring.identifier)
    take_away(car, owner)
    with measure("watch_tap_to_unlock", unit="ms").once() as tap:
        watch.present(at="driver_handle")
        tap.ends_with(car.door("driver").unlocked)
    watch.withdraw()
    observe("starts in the tray", driving.starts(car, watch))


@pytest.mark.requirement("DK-WATCH-04")
def test_the_key_on_the_watch_ends_with_the_key_on_the_phone(
    car: Car, owner: Phone, watch: Watch
) -> None:
    watch.add(owner, car.keyring.identifier)
    assert driving.unlocks(car, watch)
    owner.wallet.remove(car.keyring.identifier)
    assert is_of_no_use(car, watch)
    assert watch.passes() == ()


@pytest.mark.requirement("DK-WATCH-05")
def test_a_watch_without_power_unlocks_nothing(car: Car, owner: Phone, watch: Watch) -> None:
    watch.add(owner, car.keyring.identifier)
    assert driving.unlocks(car, watch)
    car.lock_all()
    watch.battery.drain()
    car.disregard_visits()
    watch.present(at="driver_handle")
    assert car.sees_nothing(for_s=NOTHING_S)
    assert car.locked


@pytest.mark.requirement("DK-WATCH-06")
def test_a_shared_key_is_added_to_the_recipients_watch_and_works_there(
    car: Car,
    owner: Phone,
    friend_iphone: Phone,
    friend_watch: Watch,
    key_server: KeyServer,
    observe: Observe,
) -> None:
    vehicle = car.keyring.identifier
    note_platform(friend_watch, observe)
    give(car, owner, friend_iphone)
    taken = key_server.shares.usage(vehicle).counted
    assert friend_watch.offers(friend_iphone, vehicle)
    friend_watch.add(friend_iphone, vehicle)
    assert [key.role for key in friend_watch.passes()] == ["shared"]
    assert driving.unlocks(car, friend_watch)
    usage = f"{taken} before, {key_server.shares.usage(vehicle).counted} after"
    observe("shares taken by key and watch copy", usage, ambiguity="AMB-03")


@pytest.mark.requirement("DK-WATCH-06")
def test_revoking_a_shared_key_ends_it_on_the_watch_as_well(
    car: Car, owner: Phone, friend_iphone: Phone, friend_watch: Watch
) -> None:
    vehicle = car.keyring.identifier
    shared = give(car, owner, friend_iphone)
    friend_watch.add(friend_iphone, vehicle)
    owner.sharing.stop(vehicle, shared.share_id)
    assert driving.unlocks(car, owner)
    assert is_of_no_use(car, friend_watch)
    assert is_of_no_use(car, friend_iphone)
