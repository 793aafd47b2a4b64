"""Sharing from the phones of one maker to those of another."""

from __future__ import annotations

from statistics import median

import pytest

from drivers.api.phone import Phone, Watch
from drivers.api.sharing import CodeEntry, Platform
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.sharing import PhoneOf

IOS, PIXEL, SAMSUNG = Platform.IOS, Platform.PIXEL, Platform.SAMSUNG
PAIRS = [(sender, receiver) for sender in Platform for receiver in Platform]
IDS = [f"{sender} to {receiver}" for sender, receiver in PAIRS]
TAPS = 5  # of each pair, for a median


@pytest.mark.requirement("DK-XPLAT-01")
def test_an_iphone_shares_with_an_android_phone(car: Car, phone_of: PhoneOf, account: str) -> None:
    owner, recipient = phone_of(IOS), phone_of(PIXEL)
    pairing.pair(car, owner, account)
    sharing.share(car, owner, recipient)
    assert driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-XPLAT-02")
def test_an_android_phone_shares_with_an_iphone(car: Car, phone_of: PhoneOf, account: str) -> None:
    owner, recipient = phone_of(PIXEL), phone_of(IOS)
    pairing.pair(car, owner, account)
    sharing.share(car, owner, recipient)
    assert driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-XPLAT-03")
@pytest.mark.parametrize(
    ("sender", "receiver"),
    [pair for pair in PAIRS if SAMSUNG in pair and pair != (SAMSUNG, SAMSUNG)],
    ids=str,
)
def test_samsung_phones_share_in_both_roles(
    car: Car,
    phone_of: PhoneOf,
    account: str,
    observe: Observe,
    sender: Platform,
    receiver: Platform,
) -> None:
    owner, recipient = phone_of(sender), phone_of(receiver)
    pairing.pair(car, owner, account)
    sharing.share(car, owner, recipient)
    assert driving.unlocks(car, recipient)
    software = car.interior.record.software
    said = f"works on {car.clock.utc():%d %b %Y}, vehicle software {software}"
    observe(f"{sender} to {receiver}", said, ambiguity="AMB-27")


@pytest.mark.requirement("DK-XPLAT-13")
@pytest.mark.parametrize(("sender", "receiver"), PAIRS, ids=IDS)
def test_every_pair_of_makers_takes_the_same_steps(
    car: Car, phone_of: PhoneOf, account: str, sender: Platform, receiver: Platform
) -> None:
    owner, recipient = phone_of(sender), phone_of(receiver)
    pairing.pair(car, owner, account)
    shared = sharing.invite(car, owner, recipient)
    assert sharing.state_of(car, owner, shared) == "pending"
    recipient.wallet.open_link(shared.message)
    assert sharing.has_key(recipient), "more than the link is asked for"
    assert sharing.state_of(car, owner, shared) in sharing.GRANTED
    assert driving.unlocks(car, recipient)
    sharing.activate(car, recipient)
    assert driving.starts(car, recipient)


@pytest.mark.requirement("DK-XPLAT-13")
def test_a_key_shared_by_another_maker_goes_on_to_an_apple_watch(
    car: Car, owner_phone: Phone, friend_phone: Phone, watch: Watch, account: str
) -> None:
    sender, recipient = friend_phone, owner_phone  # the watch is paired to this iPhone
    pairing.pair(car, sender, account)
    sharing.share(car, sender, recipient)
    assert watch.offers(recipient, car.keyring.identifier)
    watch.add(recipient, car.keyring.identifier)
    assert [key.role for key in watch.passes()] == ["shared"]
    car.reconcile()
    assert driving.unlocks(car, watch)
    assert driving.unlocks(car, recipient)


@pytest.mark.requirement("DK-XPLAT-14")
@pytest.mark.parametrize("sender", [IOS, PIXEL])
def test_a_key_from_another_maker_behaves_as_one_from_the_same(
    car: Car, phone_of: PhoneOf, account: str, sender: Platform, measure: Measure
) -> None:
    other = PIXEL if sender is IOS else IOS
    owner, same, cross = phone_of(sender), phone_of(sender), phone_of(other)
    pairing.pair(car, owner, account)
    medians = {}
    for name, recipient in (("same_platform", same), ("cross_platform", cross)):
        sharing.share(car, owner, recipient)
        sharing.activate(car, recipient)
        driving.does_everything(car, recipient)
        medians[name] = unlock_median(car, recipient, f"unlock_{name}", measure)
    with measure("cross_minus_same_platform", unit="ms").once() as difference:
        difference.takes(medians["cross_platform"] - medians["same_platform"])
    first, second = (key for key in car.keyring if key.role == "friend")
    assert (first.state, first.activated, first.restrictions) == (
        second.state,
        second.activated,
        second.restrictions,
    )


def unlock_median(car: Car, holder: Phone, name: str, measure: Measure) -> float:
    """Unlock some times; the median in milliseconds, from presence to unlocked."""
    times_ms = []
    with measure(name, unit="ms", of="taps").repeat(TAPS) as taps:
        for tap in taps:
            car.lock_all()
            driving.bring(car, holder, "driver_handle")
            seen = tap.ends_with(car.unlocked)
            assert seen.timeline is not None, "unlocked without a visit"
            times_ms.append((seen.t_ns - seen.timeline.marks["presence"]) / 1e6)
    holder.withdraw()
    return median(times_ms)


@pytest.mark.requirement("DK-XPLAT-14")
def test_a_code_is_asked_for_across_makers_as_within_one(
    car: Car, phone_of: PhoneOf, account: str
) -> None:
    owner, same, cross = phone_of(PIXEL), phone_of(PIXEL), phone_of(IOS)
    pairing.pair(car, owner, account)
    for recipient in (same, cross):
        shared = sharing.share(car, owner, recipient, code=CodeEntry.PHONE)
        assert [key.state for key in recipient.wallet.listed()] == ["code needed"]
        assert shared.code is not None
        recipient.wallet.enter_code(car.keyring.identifier, shared.code)
        assert driving.unlocks(car, recipient)
