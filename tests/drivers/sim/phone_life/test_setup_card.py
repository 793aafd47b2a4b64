"""A setup card at a phone's back, or its code before the camera, begins a set-up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from drivers.api.errors import DriverError
from drivers.api.maker_app import AppAction, AppState, AppView, Installed
from drivers.api.secret_text import SecretText
from drivers.sim.phone import VirtualPhone
from drivers.sim.setup_card import VirtualSetupCard
from tests.drivers.sim.fake_internet import ACCOUNT, CARD
from tests.drivers.sim.phone.held_in_hand import PLACE
from tests.drivers.sim.phone_scene import Scene
from tests.home_key.independent_reader import ReaderError


class EmptyCard:
    """A card with no application at all; ``edges`` are those of its field."""

    atr = b""

    def __init__(self) -> None:
        self.edges: list[bool] = []

    def power(self, *, on: bool) -> None:
        self.edges.append(on)

    def process(self, apdu: bytes) -> bytes:
        assert apdu
        return b"\x6a\x82"


@pytest.fixture
def phone(scene: Scene) -> VirtualPhone:
    """Signed in, without a key."""
    phone = scene.phone()
    phone.app.sign_in(ACCOUNT)
    return phone


@pytest.fixture
def card(scene: Scene) -> Iterator[VirtualSetupCard]:
    with VirtualSetupCard(scene.world, "SC-1", CARD) as card:
        yield card


def inside_with_card(scene: Scene, phone: VirtualPhone, card: VirtualSetupCard) -> AppView:
    """As far as the question whether the owner is inside."""
    card.present(f"{phone.name}_back")
    scene.server.inside = ("first_fob",)
    return phone.app.press(AppAction.CONTINUE)


def test_the_card_at_the_phones_back_begins_the_set_up(
    scene: Scene, phone: VirtualPhone, card: VirtualSetupCard
) -> None:
    card.present("ios_phone_back")
    card.withdraw()
    seen = [phone.app.open()]
    scene.server.inside = ("first_fob",)
    seen += [
        phone.app.press(action)
        for action in (AppAction.CONTINUE, AppAction.CONFIRM, AppAction.ALLOW)
    ]
    scene.pair(phone)
    seen.append(phone.app.open())
    assert [view.state for view in seen] == [
        AppState.ENTER_VEHICLE,
        AppState.CONFIRM_INSIDE,
        AppState.ASK_WALLET,
        AppState.PLACE_IN_TRAY,
        AppState.DONE,
    ]
    assert scene.opens(phone)


def test_the_code_on_the_card_does_the_same(phone: VirtualPhone, card: VirtualSetupCard) -> None:
    assert phone.app.scan(card.qr_code).state is AppState.ENTER_VEHICLE
    card.present("ios_phone_back")
    assert phone.app.open().state is AppState.ENTER_VEHICLE


@pytest.mark.parametrize(
    ("installed", "account", "state"),
    [
        (Installed.MISSING, ACCOUNT, AppState.MISSING),
        (Installed.CURRENT, None, AppState.SIGNED_OUT),
        (Installed.CURRENT, "somebody@example.org", AppState.NO_VEHICLE),
    ],
)
def test_the_card_needs_the_app_signed_in_with_its_vehicle(
    scene: Scene,
    card: VirtualSetupCard,
    installed: Installed,
    account: str | None,
    state: AppState,
) -> None:
    phone = scene.phone()
    phone.app.sign_in(account)
    phone.app.install(installed)
    card.present("ios_phone_back")
    assert phone.app.scan(card.qr_code).state is state


def test_a_vehicle_without_a_setup_card_refuses_it(
    scene: Scene, phone: VirtualPhone, card: VirtualSetupCard
) -> None:
    scene.server.offered = frozenset({"digital_key_plus"})
    scene.server.refused = {"setup_card": "model year 2025"}
    view = phone.app.scan(card.qr_code)
    assert (view.state, view.message) == (AppState.NO_VEHICLE, "model year 2025")
    assert "start_pairing" not in scene.server.said


def test_the_page_of_a_vehicle_with_a_card_says_so(scene: Scene, phone: VirtualPhone) -> None:
    phone.app.open()
    assert "setup card" in phone.app.press(AppAction.OPEN_TILE).message
    phone.app.kill()
    scene.server.offered = frozenset({"digital_key_plus"})
    phone.app.open()
    assert phone.app.press(AppAction.OPEN_TILE).message == ""


def test_without_the_fob_inside_it_does_not_go_on(
    scene: Scene, phone: VirtualPhone, card: VirtualSetupCard
) -> None:
    phone.app.scan(card.qr_code)
    scene.server.inside = ("setup_card",)
    view = phone.app.press(AppAction.CONTINUE)
    assert (view.state, view.message) == (AppState.ENTER_VEHICLE, "enter the vehicle with the fob")


def test_declining_to_be_inside_stops_it(
    scene: Scene, phone: VirtualPhone, card: VirtualSetupCard
) -> None:
    assert inside_with_card(scene, phone, card).state is AppState.CONFIRM_INSIDE
    assert phone.app.press(AppAction.DECLINE).state is AppState.STOPPED
    assert "start_pairing" not in scene.server.said


def test_a_phone_that_cannot_store_it_adds_it_as_a_card(
    scene: Scene, card: VirtualSetupCard
) -> None:
    phone = scene.phone("samsung")
    phone.app.sign_in(ACCOUNT)
    inside_with_card(scene, phone, card)
    phone.app.press(AppAction.CONFIRM)
    view = phone.app.press(AppAction.ALLOW)
    assert (view.state, view.actions) == (AppState.ADD_AS_CARD, (AppAction.ADD_CARD,))
    assert phone.app.press(AppAction.ADD_CARD).state is AppState.PLACE_IN_TRAY
    scene.pair(phone)
    assert scene.opens(phone)


def test_at_a_vehicle_the_setup_card_is_no_key(scene: Scene, card: VirtualSetupCard) -> None:
    card.present(PLACE)
    with pytest.raises(ReaderError, match="A4 was refused with 6A82"):
        scene.reader().select()


def test_a_phone_that_is_off_powers_no_card(phone: VirtualPhone, scene: Scene) -> None:
    card = EmptyCard()
    phone.battery.shut_down()
    scene.world.bring(card, "ios_phone_back")
    assert card.edges == []
    phone.battery.boot()
    scene.world.bring(card, "ios_phone_back")
    assert card.edges == [True, False]


def test_a_phone_takes_no_other_phone_for_a_setup_card(scene: Scene, phone: VirtualPhone) -> None:
    scene.phone("pixel").present("ios_phone_back")
    assert phone.app.open().state is AppState.VEHICLE


def test_any_other_code_is_no_setup_card(phone: VirtualPhone) -> None:
    view = phone.app.scan(SecretText("https://elsewhere.example/card/1"))
    assert (view.state, view.message) == (AppState.NO_VEHICLE, "this is no setup card")


def test_a_cards_secret_comes_from_the_bench_or_from_its_serial(scene: Scene) -> None:
    links = [
        VirtualSetupCard(scene.world, serial, secret).qr_code.reveal()
        for serial, secret in (("A", ""), ("A", ""), ("B", ""), ("B", "chosen-secret"))
    ]
    assert links[0] == links[1] != links[2]
    derived = hashlib.sha256(b"setup card A").hexdigest()[:32]
    assert links[0].endswith(f"/{derived}")
    assert links[3].endswith("/chosen-secret")
    with pytest.raises(DriverError, match="secret is 8 to 100"):
        VirtualSetupCard(scene.world, "C", "no spaces please")
