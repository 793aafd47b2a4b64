"""How many keys can be shared, what counts, and what happens at the limit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from drivers.api.sharing import Shared
from rig.key_server.contract import KeyServer
from rig.key_server.readings import Counting, Readings
from rig.measure.observations import Observe
from rig.measure.recorder import Measure
from rig.vehicle.car import Car
from rig.vehicle.keyring import KeyState
from testplans.steps import driving, sharing

FIVE, EIGHTEEN = 5, 18  # the comparison table of the guide, and its FAQ 4


def friends_in(car: Car) -> int:
    """How many shared keys the vehicle knows and serves."""
    keys = [key for key in car.keyring if key.role == "friend"]
    return sum(key.state is KeyState.ACTIVE for key in keys)


def is_refused(car: Car, owner: Phone, recipient: Phone) -> bool:
    """Whether one more share is refused, with a reason, even after the owner used the own key."""
    try:
        sharing.invite_using_the_key(car, owner, recipient)
    except ActionRefused as refusal:
        return bool(refusal.reason)
    return False


@pytest.mark.requirement("DK-SHARE-01")
def test_five_recipients_have_a_key_that_works(
    car: Car, owner: Phone, friend_phone: Phone, third_phone: Phone, recipients: tuple[Phone, ...]
) -> None:
    five = (friend_phone, third_phone, *recipients[: FIVE - 2])
    sharing.share_with_all(car, owner, five)
    assert all(state in sharing.GRANTED for state in sharing.states(car, owner))
    assert friends_in(car) == FIVE
    assert all(driving.unlocks(car, each) for each in five)


@pytest.mark.requirement("DK-SHARE-02")
def test_a_sixth_share_is_refused_and_the_five_stay(
    car: Car, owner: Phone, recipients: tuple[Phone, ...]
) -> None:
    sharing.share_with_all(car, owner, recipients[:FIVE])
    before = sharing.states(car, owner)
    assert is_refused(car, owner, recipients[FIVE]), "a sixth share was taken"
    assert not recipients[FIVE].wallet.listed()
    assert sharing.states(car, owner) == before
    assert all(driving.unlocks(car, each) for each in recipients[:FIVE])


@pytest.mark.requirement("DK-SHARE-03")
def test_eighteen_recipients_have_a_key_that_works(
    car: Car, owner: Phone, recipients: tuple[Phone, ...], measure: Measure
) -> None:
    for enrolled in (1, FIVE, EIGHTEEN):
        having = recipients[:enrolled]
        sharing.share_with_all(car, owner, having[friends_in(car) :])
        assert friends_in(car) == enrolled
        assert all(driving.unlocks(car, each) for each in having), "at the first use"
        with measure(f"unlock_with_{enrolled}_shared", unit="ms", of="keys").repeat(
            enrolled
        ) as taps:
            for tap, each in zip(taps, having, strict=True):
                car.lock_all()
                each.present(at="driver_handle")
                tap.ends_with(car.door("driver").unlocked)
                each.withdraw()
                car.await_empty("driver_handle")
    assert all(state in sharing.GRANTED for state in sharing.states(car, owner))


@pytest.mark.requirement("DK-SHARE-04")
def test_a_nineteenth_share_is_refused_and_the_eighteen_stay(
    car: Car, owner: Phone, recipients: tuple[Phone, ...]
) -> None:
    sharing.share_with_all(car, owner, recipients[:EIGHTEEN])
    before = sharing.states(car, owner)
    assert is_refused(car, owner, recipients[EIGHTEEN]), "a nineteenth share was taken"
    assert not recipients[EIGHTEEN].wallet.listed()
    assert sharing.states(car, owner) == before
    assert all(driving.unlocks(car, each) for each in recipients[:EIGHTEEN])


def removed_by_its_holder(car: Car, _owner: Phone, holder: Phone, _shared: Shared) -> None:
    """The recipient removes the key from the wallet."""
    holder.wallet.remove(car.keyring.identifier)


def deleted_in_the_vehicle(car: Car, owner: Phone, holder: Phone, _shared: Shared) -> None:
    """The owner deletes it at the display, with the main key in the tray."""
    key_id = holder.wallet.listed()[0].key_id
    name = next(key.name for key in car.keyring if key.key_id == key_id)
    driving.place(car, owner)
    car.head_unit.perform("delete_key", name)
    car.settle()
    owner.withdraw()
    car.await_empty("tray")


def revoked_and_another_key_used(car: Car, owner: Phone, _holder: Phone, shared: Shared) -> None:
    """The owner revokes it, and uses the own key on the vehicle."""
    owner.sharing.stop(car.keyring.identifier, shared.share_id)
    assert driving.unlocks(car, owner)
    owner.withdraw()


End = Callable[[Car, Phone, Phone, Shared], None]


@pytest.mark.requirement("DK-SHARE-05")
@pytest.mark.parametrize(
    "end", [removed_by_its_holder, deleted_in_the_vehicle, revoked_and_another_key_used]
)
def test_a_deleted_key_makes_room_for_another(
    car: Car, owner: Phone, recipients: tuple[Phone, ...], end: End
) -> None:
    shares = sharing.share_with_all(car, owner, recipients[:FIVE])
    assert is_refused(car, owner, recipients[FIVE])
    end(car, owner, recipients[0], shares[0])
    assert sharing.state_of(car, owner, shares[0]) == "ended"
    sharing.share_using_the_key(car, owner, recipients[FIVE])
    assert driving.unlocks(car, recipients[FIVE])
    assert not driving.unlocks(car, recipients[0])


@pytest.mark.requirement("DK-SHARE-05")
def test_what_a_key_in_pre_deletion_counts_as_is_recorded(
    car: Car, owner: Phone, recipients: tuple[Phone, ...], observe: Observe
) -> None:
    shares = sharing.share_with_all(car, owner, recipients[:FIVE])
    owner.sharing.stop(car.keyring.identifier, shares[0].share_id)
    observe("state after revocation", sharing.state_of(car, owner, shares[0]))
    refused = is_refused(car, owner, recipients[FIVE])
    observe("a share is refused while one of five is revoked", refused, ambiguity="AMB-03")
    if refused:
        assert driving.unlocks(car, recipients[1])
        sharing.share_using_the_key(car, owner, recipients[FIVE])
    free = "once another key has unlocked" if refused else "at once"
    observe("room for another share", free, ambiguity="AMB-08")


@pytest.mark.requirement("DK-SHARE-02")
@pytest.mark.usefixtures("readings")
@pytest.mark.parametrize(
    "readings",
    [Readings(), Readings(counting=Counting(pending=False))],
    ids=["invitations count", "accepted keys count"],
)
def test_no_more_than_five_of_many_invitations_become_keys(
    car: Car, owner: Phone, recipients: tuple[Phone, ...], key_server: KeyServer, observe: Observe
) -> None:
    sent = list(sharing.invited(car, owner, recipients[: FIVE + 1]))
    observe("invitations open at the same time", len(sent), ambiguity="AMB-03")
    observe("what counts then", key_server.shares.usage(car.keyring.identifier))
    accepted = [sharing.is_accepted(each, shared) for each, shared in sent]
    assert accepted == [True] * FIVE + [False] * (len(sent) - FIVE)
    observe("what counts in the end", key_server.shares.usage(car.keyring.identifier))


@pytest.mark.requirement("DK-SHARE-12")
def test_an_owner_who_is_asked_uses_the_key_and_shares_on(
    car: Car, owner: Phone, friend_phone: Phone, observe: Observe
) -> None:
    in_a_row = 0
    try:
        while in_a_row < 2 * EIGHTEEN:
            shared = sharing.invite(car, owner, friend_phone)
            owner.sharing.stop(car.keyring.identifier, shared.share_id)
            in_a_row += 1
        asked = "not asked"
    except ActionRefused as refusal:
        asked = refusal.reason
        sharing.use_the_key(car, owner)
    observe("shares in a row", in_a_row, ambiguity="AMB-31")
    observe("the owner is told then", asked)
    sharing.share(car, owner, friend_phone)
    assert driving.unlocks(car, friend_phone)
