"""Keys that were deleted, expired or switched off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.phone import KeyCard, Phone
from rig.digital_key.messages import Outcome
from rig.vehicle.car import Car
from rig.vehicle.keyring import KeyState
from rig.vehicle.visit import Ending

HOUR = timedelta(hours=1)


@pytest.mark.requirement("DK-REV-05")
@pytest.mark.parametrize("place", ["driver_handle", "tray"])
def test_a_deleted_key_has_no_effect(car: Car, deleted_phone: Phone, place: str) -> None:
    deleted_phone.present(at=place)
    visit = car.judged_visit(at=place)
    assert visit.refused
    assert visit.outcome is Outcome.KEY_DELETED
    assert car.locked
    assert not car.press_start_stop().accepted


@pytest.mark.requirement("DK-REV-11")
def test_deleting_one_key_leaves_the_others(
    car: Car, phone: Phone, friend_phone: Phone, key_card: KeyCard
) -> None:
    car.keyring.named("friend_phone").state = KeyState.DELETED
    friend_phone.present(at="driver_handle")
    assert car.judged_visit(at="driver_handle").refused
    for holder in (phone, key_card):
        car.lock_all()
        holder.present(at="driver_handle")
        assert car.judged_visit(at="driver_handle").ending is Ending.UNLOCKED


@pytest.mark.requirement("DK-RESTR-03")
def test_a_key_outside_its_validity_is_refused(car: Car, expired_phone: Phone) -> None:
    expired_phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.refused
    assert visit.outcome is Outcome.KEY_EXPIRED
    assert car.locked


@pytest.mark.requirement("DK-RESTR-03")
@pytest.mark.parametrize(
    ("begins_h", "ends_h", "opens"),
    [(1, 2, False), (-1, 1, True), (-2, -1, False)],
    ids=["before", "within", "after"],
)
def test_a_key_works_within_its_hours_only(
    car: Car, friend_phone: Phone, begins_h: int, ends_h: int, opens: bool
) -> None:
    key, now = car.keyring.named("friend_phone"), car.clock.utc()
    key.valid_from, key.valid_until = now + begins_h * HOUR, now + ends_h * HOUR
    friend_phone.present(at="driver_handle")
    visit = car.judged_visit(at="driver_handle")
    assert visit.outcome is (Outcome.SUCCESS if opens else Outcome.KEY_EXPIRED)
    assert bool(car.unlocked) is opens
    assert bool(car.locked) is not opens


@pytest.mark.requirement("DK-SVC-05")
def test_a_deactivated_card_neither_unlocks_nor_starts(car: Car, key_card: KeyCard) -> None:
    car.keyring.named("key_card").state = KeyState.INACTIVE
    key_card.present(at="driver_handle")
    assert car.judged_visit(at="driver_handle").refused
    assert car.locked
    key_card.present(at="tray")
    assert car.judged_visit(at="tray").refused
    assert not car.press_start_stop().accepted
