"""The head unit: the same scenario on every version of its menus, with the same outcome."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from rig.key_server.keys import Authority
from rig.key_server.software_status import SoftwareStatus
from rig.key_server.vehicles import Artefact
from rig.measure.outcomes import Inconclusive
from rig.vehicle.body import UnlockScope
from rig.vehicle.head_unit import HeadUnitSoftware
from rig.vehicle.menu_actions import Waiting
from rig.vehicle.menu_views import Kind, View
from rig.vehicle.menus import VERSIONS, Function
from tests.rig.vehicle.periphery import CODE, TOKEN, Periphery


@pytest.fixture(params=[str(menus.software) for menus in VERSIONS])
def vehicle(request: pytest.FixtureRequest) -> Periphery:
    return Periphery(request.param)


def test_every_function_can_be_reached(vehicle: Periphery) -> None:
    vehicle.cabin.put(Artefact.FIRST_FOB)
    vehicle.tray = "card"
    vehicle.first_use.keys["friend"] = None
    for function in Function:
        view = vehicle.head_unit.follow(function)
        assert view.function is function
        assert view.kind is not Kind.MENU
        assert vehicle.head_unit.screen == vehicle.display.screen == view.screen


def test_a_path_is_pressed_item_by_item(vehicle: Periphery) -> None:
    vehicle.head_unit.follow("list_keys")
    titles = [screen.title for screen in vehicle.head_unit.history]
    path = vehicle.head_unit.menus.entry(Function.LIST_KEYS).path
    assert titles[0] == "Home"
    assert [title.removesuffix(" Plus") for title in titles[-len(path) :]] == list(path)


def test_a_key_is_deleted_at_once_with_a_fob_inside(vehicle: Periphery) -> None:
    vehicle.cabin.put(Artefact.FIRST_FOB)
    assert vehicle.head_unit.perform("delete_key", "friend").kind is Kind.DONE
    assert vehicle.deleted == [("friend", Authority.FOB)]
    listed = vehicle.head_unit.follow("list_keys").keys
    assert [key.name for key in listed] == ["owner", "card"]


def test_the_main_key_inside_may_delete_and_be_deleted(vehicle: Periphery) -> None:
    vehicle.tray = "owner"
    vehicle.head_unit.perform("delete_key", "owner")
    assert vehicle.deleted == [("owner", Authority.MAIN_KEY)]


@pytest.mark.parametrize("tray", ["", "friend", "card"])
def test_nothing_is_deleted_without_main_key_or_fob(vehicle: Periphery, tray: str) -> None:
    vehicle.tray = tray
    with pytest.raises(ActionRefused) as refused:
        vehicle.head_unit.perform("delete_key", "friend")
    assert vehicle.head_unit.view.kind is Kind.REFUSED
    assert vehicle.display.screen.text == refused.value.reason
    assert refused.value.device == "head_unit"
    assert not vehicle.deleted


def test_the_authority_that_leaves_before_the_answer_is_missed(vehicle: Periphery) -> None:
    vehicle.cabin.put(Artefact.FIRST_FOB)
    vehicle.head_unit.follow("delete_key")
    vehicle.head_unit.choose("friend")
    vehicle.cabin.take_out(Artefact.FIRST_FOB)
    with pytest.raises(ActionRefused):
        vehicle.head_unit.confirm()
    assert not vehicle.deleted


def test_deleting_is_cancelled_once_and_confirmed_once(vehicle: Periphery) -> None:
    vehicle.cabin.put(Artefact.FIRST_FOB)
    vehicle.head_unit.follow("delete_key")
    assert vehicle.head_unit.choose("friend").kind is Kind.QUESTION
    vehicle.head_unit.cancel()
    assert not vehicle.deleted
    vehicle.head_unit.perform("delete_key", "friend")
    assert vehicle.deleted


def test_cards_are_not_offered_for_deletion(vehicle: Periphery) -> None:
    vehicle.cabin.put(Artefact.FIRST_FOB)
    assert set(vehicle.head_unit.follow("delete_key").labels) == {"owner", "friend"}


def test_the_menus_switch_the_card_in_the_tray(vehicle: Periphery) -> None:
    vehicle.tray = "card"
    for _ in range(3):
        vehicle.head_unit.perform("activate_card")
        assert vehicle.card.active == ("card",)
        vehicle.head_unit.perform("deactivate_card")
        assert not vehicle.card.active


def test_no_card_is_switched_that_is_not_in_the_tray(vehicle: Periphery) -> None:
    for tray in ("", "owner"):
        vehicle.tray = tray
        with pytest.raises(ActionRefused):
            vehicle.head_unit.perform("activate_card")
    assert not vehicle.card.active


def test_a_shared_key_is_activated_on_the_screen(vehicle: Periphery) -> None:
    vehicle.first_use.keys["friend"] = None
    vehicle.head_unit.shared_key_inside(Waiting("friend", code=False))
    assert vehicle.head_unit.popup is Function.ACTIVATE_SHARED_KEY
    view = vehicle.head_unit.confirm()
    if view.kind is Kind.QUESTION:
        vehicle.head_unit.confirm()
    assert vehicle.first_use.activated == ["friend"]


def test_a_key_with_a_code_asks_for_it_until_it_is_right(vehicle: Periphery) -> None:
    vehicle.first_use.keys["friend"] = CODE
    view = vehicle.head_unit.perform("activate_shared_key", "friend")
    assert view.kind is Kind.ENTRY
    for _ in range(2):
        with pytest.raises(ActionRefused, match="another code"):
            vehicle.head_unit.type_in(SecretText("000000"))
        assert vehicle.head_unit.view.kind is Kind.REFUSED
    assert not vehicle.first_use.activated
    assert vehicle.head_unit.type_in(CODE).kind is Kind.DONE
    assert vehicle.first_use.activated == ["friend"]


def test_nothing_waits_to_be_activated(vehicle: Periphery) -> None:
    with pytest.raises(ActionRefused):
        vehicle.head_unit.follow("activate_shared_key")


def test_adding_a_key_takes_a_token_or_is_left(vehicle: Periphery) -> None:
    assert vehicle.head_unit.follow("add_key").kind is Kind.ENTRY
    assert vehicle.desk.pairing
    with pytest.raises(ActionRefused, match="opens nothing"):
        vehicle.head_unit.type_in(SecretText("expired"))
    assert vehicle.head_unit.type_in(TOKEN).kind is Kind.WAITING
    assert vehicle.desk.opened
    vehicle.head_unit.pairing_ended("the key is ready")
    assert vehicle.head_unit.view.kind is Kind.DONE
    vehicle.head_unit.follow("add_key")
    vehicle.head_unit.cancel()
    assert not vehicle.desk.pairing


def test_pairing_that_cannot_begin_is_refused_with_the_reason(vehicle: Periphery) -> None:
    vehicle.desk.accessory = False
    with pytest.raises(ActionRefused, match="accessory"):
        vehicle.head_unit.follow("add_key")
    assert "accessory" in vehicle.display.screen.text


def test_typed_secrets_are_on_no_screen(vehicle: Periphery) -> None:
    vehicle.head_unit.follow("add_key")
    with pytest.raises(ActionRefused) as refused:
        vehicle.head_unit.type_in(SecretText("expired-4711"))
    vehicle.head_unit.type_in(TOKEN)
    everything = repr((vehicle.head_unit.history, vehicle.head_unit.view, refused.value))
    assert "4711" not in everything
    assert TOKEN.reveal() not in everything


@pytest.mark.parametrize("variant", ["digital_key", "digital_key_plus"])
def test_the_menu_names_the_variant(vehicle: Periphery, variant: str) -> None:
    vehicle.variant = variant
    assert vehicle.head_unit.variant_shown() == variant


def test_a_vehicle_with_no_digital_key_has_the_other_menus_only(vehicle: Periphery) -> None:
    vehicle.variant = ""
    vehicle.head_unit.reset()
    with pytest.raises(ActionRefused):
        vehicle.head_unit.variant_shown()
    for function in (Function.ADD_KEY, Function.DELETE_KEY, Function.ACTIVATE_CARD):
        with pytest.raises(ActionRefused):
            vehicle.head_unit.follow(function)
    vehicle.head_unit.perform("valet_on")
    assert vehicle.valet.on


def test_profiles_are_linked_and_scopes_set(vehicle: Periphery) -> None:
    vehicle.head_unit.perform("link_profile", "friend", "Driver 1")
    assert vehicle.profiles.profile_of("friend") == "Driver 1"
    with pytest.raises(ActionRefused):
        vehicle.head_unit.perform("link_profile", "owner", "Driver 1")
    vehicle.head_unit.perform("unlock_scope", "driver")
    assert vehicle.locks.unlock_scope is UnlockScope.DRIVER


def test_only_what_is_shown_can_be_pressed_typed_or_chosen(vehicle: Periphery) -> None:
    acts: tuple[Callable[[], View], ...] = (
        lambda: vehicle.head_unit.press("Boost"),
        lambda: vehicle.head_unit.type_in(TOKEN),
        lambda: vehicle.head_unit.choose("friend"),
        vehicle.head_unit.confirm,
        vehicle.head_unit.cancel,
    )
    for act in acts:
        with pytest.raises(ActionRefused):
            act()
    assert vehicle.head_unit.view.title == "Home"


def test_another_version_is_installed_in_place(vehicle: Periphery) -> None:
    vehicle.head_unit.follow("list_keys")
    for menus in VERSIONS:
        vehicle.head_unit.install(SoftwareStatus.parse(str(menus.software)))
        assert vehicle.head_unit.menus is menus
        assert [screen.title for screen in vehicle.head_unit.history] == ["Home"]


def test_without_a_device_nobody_can_press(vehicle: Periphery) -> None:
    actions = vehicle.head_unit._actions  # noqa: SLF001 - the same vehicle, another display
    software = HeadUnitSoftware(None, SoftwareStatus(2025, 7), actions)
    software.card_placed("card")
    assert software.popup is Function.ACTIVATE_CARD
    with pytest.raises(Inconclusive):
        software.confirm()
