"""The app: its pages, the way to a key with both keys, and that of opening it in the tray."""

from __future__ import annotations

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import AppAction, AppState, AppView, Installed
from drivers.sim.phone import VirtualPhone
from tests.drivers.sim.fake_internet import ACCOUNT
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone.held_in_hand import PLACE
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.drivers.sim.phone_scene import Scene, TrayBench

TWO_FOBS = ("first_fob", "second_fob")
FOB_AND_CARD = ("first_fob", "setup_card")


@pytest.fixture
def phone(scene: Scene) -> VirtualPhone:
    """Signed in, without a key."""
    phone = scene.phone()
    phone.app.sign_in(ACCOUNT)
    return phone


def press(phone: VirtualPhone, *actions: AppAction) -> AppView:
    """Press one after the other; the last view."""
    for action in actions:
        view = phone.app.press(action)
    return view


def ask_wallet(phone: VirtualPhone, scene: Scene) -> AppView:
    """As far as the question whether the key may be stored."""
    scene.server.inside = TWO_FOBS
    phone.app.open()
    return press(
        phone,
        AppAction.OPEN_TILE,
        AppAction.GET_STARTED,
        AppAction.CONTINUE,
        AppAction.START_PAIRING,
    )


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("installed", "account", "state"),
    [
        (Installed.MISSING, ACCOUNT, AppState.MISSING),
        (Installed.OUTDATED, ACCOUNT, AppState.UPDATE_NEEDED),
        (Installed.CURRENT, None, AppState.SIGNED_OUT),
        (Installed.CURRENT, "somebody@example.org", AppState.NO_VEHICLE),
    ],
)
def test_before_a_vehicle_the_app_says_what_it_lacks(
    scene: Scene, installed: Installed, account: str | None, state: AppState
) -> None:
    phone = scene.phone()
    phone.app.sign_in(account)
    view = phone.app.install(installed)
    assert (view.state, view.actions) == (state, ())
    assert phone.app.open() == view


@pytest.mark.parametrize(
    ("offered", "tile"),
    [
        (("digital_key_plus", "digital_key"), "digital_key_plus"),
        (("digital_key",), "digital_key"),
        ((), ""),
    ],
)
def test_the_tile_is_what_the_vehicle_has(
    scene: Scene, phone: VirtualPhone, offered: tuple[str, ...], tile: str
) -> None:
    scene.server.offered = frozenset(offered)
    scene.server.refused = {} if offered else {"digital_key": "no option 322"}
    view = phone.app.open()
    assert (view.state, view.tile) == (AppState.VEHICLE, tile)
    assert view.actions == ((AppAction.OPEN_TILE,) if tile else ())
    assert view.message == ("" if tile else "no option 322")


def test_the_page_depends_on_the_facts_of_the_phone(scene: Scene) -> None:
    phone = scene.phone("samsung", market="ZZ")
    phone.app.sign_in(ACCOUNT)
    assert scene.server.said == ["pages samsung ZZ"]


def test_of_several_vehicles_one_has_to_be_named(scene: Scene, phone: VirtualPhone) -> None:
    scene.server.vehicles = (b"\x99" * 8, VEHICLE_ID)
    with pytest.raises(ActionRefused, match="which vehicle"):
        phone.app.open()
    assert phone.app.open(VEHICLE_ID).state is AppState.VEHICLE
    assert phone.app.open(b"\x77" * 8).state is AppState.NO_VEHICLE


def test_without_a_connection_there_is_no_page(phone: VirtualPhone) -> None:
    phone.radios.set_airplane(on=True)
    with pytest.raises(ActionRefused, match="no connection"):
        phone.app.open()
    assert phone.app.sign_in(ACCOUNT).message == "no connection to the internet"


# --- with both keys ---------------------------------------------------------------------------


def test_the_way_with_both_keys_ends_with_the_key(scene: Scene, phone: VirtualPhone) -> None:
    scene.server.inside = TWO_FOBS
    seen = [phone.app.open()]
    seen += [
        phone.app.press(action)
        for action in (
            AppAction.OPEN_TILE,
            AppAction.GET_STARTED,
            AppAction.CONTINUE,
            AppAction.START_PAIRING,
            AppAction.ALLOW,
        )
    ]
    scene.pair(phone)
    seen.append(phone.app.open())
    assert [view.state for view in seen] == [
        AppState.VEHICLE,
        AppState.INTRODUCTION,
        AppState.INSERT_KEYS,
        AppState.READY_TO_PAIR,
        AppState.ASK_WALLET,
        AppState.PLACE_IN_TRAY,
        AppState.DONE,
    ]
    assert scene.opens(phone)
    assert phone.app.open().state is AppState.VEHICLE  # the set-up is over


@pytest.mark.parametrize(
    ("inside", "goes_on"),
    [
        ((), False),
        (("first_fob",), False),
        (("setup_card",), False),
        (TWO_FOBS, True),
        (FOB_AND_CARD, True),
    ],
)
def test_it_goes_on_with_both_keys_or_a_key_and_the_card(
    scene: Scene, phone: VirtualPhone, inside: tuple[str, ...], goes_on: bool
) -> None:
    scene.server.inside = inside
    phone.app.open()
    view = press(phone, AppAction.OPEN_TILE, AppAction.GET_STARTED, AppAction.CONTINUE)
    assert view.state is (AppState.READY_TO_PAIR if goes_on else AppState.INSERT_KEYS)
    assert bool(view.message) is not goes_on
    if not goes_on:
        scene.server.inside = TWO_FOBS
        assert phone.app.press(AppAction.CONTINUE).state is AppState.READY_TO_PAIR


def test_a_vehicle_that_cannot_pair_now_says_why(scene: Scene, phone: VirtualPhone) -> None:
    scene.server.refuses_pairing = "the engine is running"
    view = ask_wallet(phone, scene)
    assert view == AppView(
        AppState.READY_TO_PAIR, (AppAction.START_PAIRING,), message="the engine is running"
    )


def test_denying_the_wallet_makes_no_key(scene: Scene, phone: VirtualPhone) -> None:
    ask_wallet(phone, scene)
    assert phone.app.press(AppAction.DENY).state is AppState.STOPPED
    phone.present(PLACE)
    assert TrayBench(scene.field).select().hex()[-10:] == "d401009000"
    assert phone.wallet.listed() == ()


def test_until_the_owner_allows_it_the_phone_is_not_ready(
    scene: Scene, phone: VirtualPhone
) -> None:
    ask_wallet(phone, scene)
    phone.present(PLACE)
    assert TrayBench(scene.field).select().hex()[-10:] == "d401009000"
    phone.app.press(AppAction.ALLOW)
    assert TrayBench(scene.field).select().hex()[-10:] == "d401029000"


@pytest.mark.parametrize("how", ["killed", "signed out", "installed anew"])
def test_an_app_that_ends_in_the_middle_leaves_no_key(
    scene: Scene, phone: VirtualPhone, how: str
) -> None:
    ask_wallet(phone, scene)
    phone.app.press(AppAction.ALLOW)
    phone.present(PLACE)
    tray = TrayBench(scene.field)
    fb.attested(tray)
    assert tray.flow("1002") == "9000"  # the next word of the vehicle would make it a key
    if how == "killed":
        phone.app.kill()
    elif how == "signed out":
        phone.app.sign_in(None)
    else:
        phone.app.install(Installed.CURRENT)
    assert tray.flow("1111") == "6985"
    assert phone.wallet.listed() == ()
    phone.app.sign_in(ACCOUNT)
    assert phone.app.open().state is AppState.VEHICLE


def test_what_is_not_shown_cannot_be_pressed(phone: VirtualPhone) -> None:
    phone.app.open()
    for action in set(AppAction) - {AppAction.OPEN_TILE}:
        with pytest.raises(ActionRefused, match="shows no"):
            phone.app.press(action)


def test_a_password_that_was_spent_stops_the_set_up(scene: Scene, phone: VirtualPhone) -> None:
    ask_wallet(phone, scene)
    phone.app.press(AppAction.ALLOW)
    phone.present(PLACE)
    tray = TrayBench(scene.field)
    tray.select()
    assert tray.flow("120D") == "9000"
    assert phone.app.open().state is AppState.STOPPED


# --- in the tray ------------------------------------------------------------------------------


def test_opened_in_a_tray_that_seeks_a_phone_the_app_pairs_by_itself(
    scene: Scene, phone: VirtualPhone
) -> None:
    phone.present(PLACE)
    tray = TrayBench(scene.field)
    assert tray.select().hex()[-10:] == "d401009000"
    assert phone.app.open().state is AppState.PLACE_IN_TRAY
    tray.reset_field()
    fb.paired(tray)
    assert phone.app.open().state is AppState.DONE
    assert scene.opens(phone)


def test_in_a_tray_that_seeks_nothing_it_shows_its_page(scene: Scene, phone: VirtualPhone) -> None:
    phone.present(PLACE)
    assert phone.app.open().state is AppState.VEHICLE
    assert "start_pairing" not in scene.server.said


def test_taken_out_of_the_tray_it_was_not_sought(scene: Scene, phone: VirtualPhone) -> None:
    phone.present(PLACE)
    TrayBench(scene.field).select()
    phone.withdraw()
    assert phone.app.open().state is AppState.VEHICLE


def test_a_vehicle_that_refuses_then_is_said_so(scene: Scene, phone: VirtualPhone) -> None:
    scene.server.refuses_pairing = "no pairing was started"
    phone.present(PLACE)
    TrayBench(scene.field).select()
    view = phone.app.open()
    assert (view.state, view.message) == (AppState.READY_TO_PAIR, "no pairing was started")
