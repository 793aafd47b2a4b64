"""The owner takes a new phone: the main key moves there."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone import Phone
from rig.key_server.readings import Readings
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from testplans.steps import driving, pairing, sharing
from testplans.steps.vehicle_keys import give, is_of_no_use, listed, name_of

BOTH = pytest.mark.parametrize(
    ("readings", "survives"),
    [
        (Readings(shared_keys_on_replacement="survive"), True),
        (Readings(shared_keys_on_replacement="re_invite"), False),
    ],
    ids=["read as survive", "read as re-invite"],
)


@pytest.fixture
def friend(car: Car, owner: Phone, friend_phone: Phone) -> Phone:
    """A friend's phone with a shared key that may do everything, from before the move."""
    give(car, owner, friend_phone)
    return friend_phone


@pytest.mark.requirement("DK-REPL-01")
def test_the_new_phone_is_the_owner_key_and_unlocks_and_starts(
    car: Car, owner: Phone, third_phone: Phone, account: str
) -> None:
    before = name_of(car, owner)
    pairing.pair(car, third_phone, account)
    assert before not in listed(car)
    assert [key.role for key in third_phone.wallet.listed()] == ["owner"]
    assert [key.name for key in car.keyring.owners()] == [name_of(car, third_phone)]
    assert driving.unlocks(car, third_phone)
    assert driving.starts(car, third_phone)


@pytest.mark.requirement("DK-REPL-02")
@pytest.mark.parametrize("airplane", [False, True], ids=["old phone online", "old phone offline"])
def test_the_old_phone_has_no_effect_once_the_new_key_exists(
    car: Car, owner: Phone, third_phone: Phone, account: str, airplane: bool
) -> None:
    assert driving.unlocks(car, owner)
    assert driving.starts(car, owner)
    old = name_of(car, owner)
    owner.radios.set_airplane(on=airplane)
    pairing.pair(car, third_phone, account)
    assert is_of_no_use(car, owner)
    assert old not in listed(car)
    owner.radios.set_airplane(on=False)
    assert not owner.wallet.listed()


@pytest.mark.requirement("DK-REPL-03")
@pytest.mark.usefixtures("readings")
@BOTH
def test_whether_shared_keys_outlive_the_move_is_recorded_and_as_it_is_read(
    car: Car,
    friend: Phone,
    third_phone: Phone,
    account: str,
    observe: Observe,
    survives: bool,
) -> None:
    pairing.pair(car, third_phone, account)
    works = driving.unlocks(car, friend), driving.starts(car, friend)
    observe("a shared key unlocks and starts after the move", works, ambiguity="AMB-07")
    assert works == (survives, survives)


@pytest.mark.requirement("DK-REPL-04")
@pytest.mark.usefixtures("readings")
@BOTH
def test_the_new_owner_phone_can_invite_the_friend_again(
    car: Car,
    friend: Phone,
    third_phone: Phone,
    account: str,
    observe: Observe,
    survives: bool,
) -> None:
    pairing.pair(car, third_phone, account)
    shares = third_phone.sharing.shares(car.keyring.identifier)
    observe("shares in the new phone's list", [s.state for s in shares], ambiguity="AMB-07")
    needed = not friend.wallet.listed()
    observe("a new invitation is needed", needed, ambiguity="AMB-07")
    assert needed is not survives
    shared = sharing.invite(car, third_phone, friend)
    if not needed:  # a wallet has one key for a vehicle
        with pytest.raises(ActionRefused):
            friend.wallet.open_link(shared.message)
        friend.wallet.remove(car.keyring.identifier)
        shared = sharing.invite(car, third_phone, friend)
    friend.wallet.open_link(shared.message)
    assert driving.unlocks(car, friend)
