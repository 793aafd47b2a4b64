"""Once a key is set up, setup card and fob stay away; the card itself opens nothing."""

from __future__ import annotations

import pytest

from drivers.api.phone import Phone, SetupCard
from rig.key_server.vehicles import Artefact
from rig.measure.observations import Observe
from rig.measure.outcomes import Inconclusive
from rig.vehicle.body import Power
from rig.vehicle.car import Car
from rig.vehicle.visit import Ending
from testplans.steps import driving, pairing, sharing
from testplans.steps.storage import keys_stored_away


@pytest.mark.requirement("DK-SCARD-08", "DK-SCARD-09")
def test_with_fob_and_setup_card_stored_away_the_key_does_everything(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str, observe: Observe
) -> None:
    pairing.pair_by_card(car, owner_phone, setup_card, account)
    with keys_stored_away(car, observe):
        assert driving.unlocks(car, owner_phone)
        driving.place(car, owner_phone)
        assert car.press_trunk_button().accepted
        assert car.door("trunk").open
        car.shut("trunk")
        assert driving.starts(car, owner_phone)
        assert driving.tap(car, owner_phone).ending is Ending.LOCKED
        assert car.locked


@pytest.mark.requirement("DK-SCARD-08", "DK-SCARD-09")
def test_with_fob_and_setup_card_stored_away_the_key_can_be_shared(
    car: Car, owner_phone: Phone, friend_phone: Phone, account: str, observe: Observe
) -> None:
    pairing.pair(car, owner_phone, account)
    with keys_stored_away(car, observe):
        sharing.share(car, owner_phone, friend_phone)
        assert driving.unlocks(car, friend_phone)


@pytest.mark.requirement("DK-SCARD-09")
@pytest.mark.parametrize("thing", [Artefact.FIRST_FOB, Artefact.SETUP_CARD])
def test_a_run_with_fob_or_setup_card_in_the_vehicle_is_not_valid(
    car: Car, owner_phone: Phone, account: str, observe: Observe, thing: Artefact
) -> None:
    pairing.pair(car, owner_phone, account)

    def use_with_it_inside() -> None:
        with keys_stored_away(car, observe):
            car.cabin.put(thing)
            assert driving.unlocks(car, owner_phone)
            car.cabin.take_out(thing)

    with pytest.raises(Inconclusive, match=thing):
        use_with_it_inside()
    assert thing not in car.cabin.outside().outside


@pytest.mark.requirement("DK-SCARD-10")
@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("power", [Power.OFF, Power.ACCESSORY])
def test_a_setup_card_by_itself_neither_unlocks_nor_starts(
    car: Car, setup_card: SetupCard, power: Power
) -> None:
    car.body.set_power(power)
    try_card(car, setup_card)


@pytest.mark.requirement("DK-SCARD-10")
def test_a_setup_card_opens_nothing_after_the_set_up_it_began_either(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    pairing.pair_by_card(car, owner_phone, setup_card, account)
    try_card(car, setup_card)
    assert driving.unlocks(car, owner_phone)


@pytest.mark.requirement("DK-SCARD-10")
def test_a_setup_card_in_the_tray_is_not_paired_in_place_of_the_phone(
    car: Car, owner_phone: Phone, setup_card: SetupCard, account: str
) -> None:
    pairing.begin_pairing(car, owner_phone, account)
    assert driving.place(car, setup_card).refused
    assert pairing.roles_listed(car) == []
    assert not car.press_start_stop().accepted
    setup_card.withdraw()
    car.await_empty("tray")
    pairing.finish(car, owner_phone)
    assert pairing.has_main_key(car, owner_phone)


def try_card(car: Car, card: SetupCard) -> None:
    """Hold it to the handle, lay it into the tray, press what there is: nothing happens."""
    car.lock_all()
    driving.hold(car, card, "driver_handle")
    assert car.locked
    driving.hold(car, card, "tray")
    assert not car.start_authorised
    assert not car.press_start_stop().accepted
    assert not car.drive_ready
    assert not car.press_trunk_button().accepted
    assert car.locked
    card.withdraw()
    car.await_empty("tray")
