"""Pop-ups of the head unit: they come up at any moment, and lead nobody astray."""

from __future__ import annotations

import threading

import pytest

from rig.vehicle.menu_views import Kind
from rig.vehicle.menus import VERSIONS, Function
from tests.rig.vehicle.periphery import Periphery


@pytest.fixture(params=[str(menus.software) for menus in VERSIONS])
def vehicle(request: pytest.FixtureRequest) -> Periphery:
    return Periphery(request.param)


def test_the_popup_of_a_placed_card_activates_it(vehicle: Periphery) -> None:
    vehicle.tray = "card"
    vehicle.head_unit.card_placed("card")
    assert vehicle.head_unit.popup is Function.ACTIVATE_CARD
    assert vehicle.head_unit.confirm().kind is Kind.DONE
    assert vehicle.card.active == ("card",)
    assert vehicle.head_unit.popup is None


def test_a_dismissed_popup_leaves_what_was_there_before(vehicle: Periphery) -> None:
    before = vehicle.head_unit.follow("list_keys")
    vehicle.head_unit.card_placed("card")
    assert vehicle.head_unit.cancel() is before
    assert vehicle.display.screen == before.screen
    assert not vehicle.card.active


def test_a_popup_goes_with_what_lay_in_the_tray(vehicle: Periphery) -> None:
    vehicle.head_unit.card_placed("card")
    vehicle.head_unit.tray_emptied()
    assert vehicle.head_unit.popup is None
    assert vehicle.head_unit.view.title == "Home"


def test_a_popup_on_the_way_is_dismissed(vehicle: Periphery) -> None:
    vehicle.tray = "card"
    vehicle.head_unit.card_placed("card")
    vehicle.head_unit.perform("activate_card")
    assert vehicle.card.active == ("card",)


def test_a_popup_between_the_look_and_the_finger_is_dismissed(vehicle: Periphery) -> None:
    come_up = iter([True])

    def interrupt(_item: str) -> None:
        if next(come_up, False):
            vehicle.head_unit.card_placed("card")

    vehicle.display.before = interrupt
    vehicle.head_unit.perform("valet_on")
    assert vehicle.valet.on
    assert vehicle.head_unit.popup is None


def test_a_popup_with_the_words_of_the_menu_is_not_taken_for_it(vehicle: Periphery) -> None:
    """In the earlier version the last item of a path and the pop-up read the same."""
    *_, above, _last = vehicle.head_unit.menus.entry(Function.ACTIVATE_CARD).path
    vehicle.tray = "card"

    def interrupt(item: str) -> None:
        if item == above:
            vehicle.head_unit.card_placed("card")

    vehicle.display.after = interrupt
    view = vehicle.head_unit.follow("activate_card")
    confirms = vehicle.head_unit.menus.entry(Function.ACTIVATE_CARD).confirm
    assert view.kind is (Kind.QUESTION if confirms else Kind.DONE)
    assert (vehicle.card.active == ()) is confirms


def test_popups_from_another_thread_do_not_lead_astray(vehicle: Periphery) -> None:
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            vehicle.head_unit.card_placed("card")
            vehicle.head_unit.tray_emptied()

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(200):
            vehicle.head_unit.perform("valet_on")
            vehicle.head_unit.perform("valet_off")
    finally:
        stop.set()
        thread.join()
    assert not vehicle.card.active
    assert not vehicle.valet.on
