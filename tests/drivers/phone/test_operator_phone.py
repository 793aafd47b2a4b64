"""A phone in somebody's hands: every part of the contract is a clear request."""

from __future__ import annotations

from datetime import time

import pytest

from drivers.api.errors import ActionRefused, DeviceNotFound
from drivers.api.maker_app import AppAction, AppState, Installed
from drivers.api.phone_controls import KeyOption, Method
from drivers.api.secret_text import SecretText
from drivers.api.sharing import (
    Area,
    Channel,
    CodeEntry,
    Hours,
    Limit,
    Platform,
    Restrictions,
    ShareRequest,
)
from drivers.api.wallet import WalletAction, WalletKey
from drivers.phone.operator import OperatorPhone
from drivers.phone.operator_card import OperatorKeyCard, OperatorSetupCard
from drivers.phone.operator_watch import OperatorWatch
from tests.drivers.operator.scripted import ScriptedOperator

VEHICLE, OTHER = bytes.fromhex("0102030405060708"), bytes(8)
NAMES = {VEHICLE.hex(): "the MINI"}
LINK = SecretText("https://link.example/abc#secret")


def phone(person: ScriptedOperator, platform: Platform = Platform.IOS) -> OperatorPhone:
    made = OperatorPhone(person, platform, "iPhone 15", "F2L", vehicles=NAMES)
    made.name = "owner_phone"
    return made


def test_it_is_held_to_places_by_name() -> None:
    person = ScriptedOperator(
        ("owner phone: hold it to the driver's door handle now", ""),
        ("owner phone: take it away from the driver's door handle", ""),
        ("hold it to the charging tray", ""),
        ("take it away from the charging tray", ""),
    )
    held = phone(person)
    held.withdraw()
    held.present("driver_handle")
    held.present("tray")
    held.withdraw()
    held.withdraw()
    person.was_asked_all()


def test_it_is_what_the_bench_file_says() -> None:
    held = OperatorPhone(ScriptedOperator(), Platform.PIXEL, "Pixel 9", "X1", ultra_wideband=True)
    assert (held.identity().model, held.identity().serial) == ("Pixel 9", "X1")
    assert (held.platform, held.ultra_wideband, held.kind) == (Platform.PIXEL, True, "phone")


def test_it_tells_the_details_that_the_bench_file_gives() -> None:
    person, stated = ScriptedOperator(), {"system": "iOS 18.1", "nfc_antenna": "top edge"}
    held = OperatorPhone(person, Platform.IOS, "iPhone 15", details=stated)  # type: ignore[arg-type]
    card = OperatorKeyCard(person, details={"key_role": "service"})
    assert held.identity().details == stated
    assert card.identity().details == {"key_role": "service"}
    assert OperatorKeyCard(person).identity().details == {}


def test_vehicles_are_named_by_identifiers_in_hexadecimal() -> None:
    with pytest.raises(DeviceNotFound, match="hexadecimal"):
        OperatorPhone(ScriptedOperator(), Platform.IOS, "iPhone", vehicles={"MINI": "x"})


def test_screen_and_authentication() -> None:
    person = ScriptedOperator(
        ("lock its screen", "done"),
        ("How can its owner be authenticated?", "face, retina"),
        ("Not all of that is known", "Face, pin"),
        ("show the owner's face", "accepted"),
        ("enter a wrong PIN", "not accepted"),
        ("finger", "not offered"),
        ("What does it say", "no sensor"),
        ("asked for authentication", "no"),
    )
    screen = phone(person).screen
    screen.lock()
    assert screen.methods() == screen.methods() == (Method.FACE, Method.PIN)
    assert screen.authenticate(Method.FACE)
    assert not screen.authenticate(Method.PIN, right=False)
    with pytest.raises(ActionRefused, match="owner_phone: no sensor"):
        screen.authenticate(Method.FINGERPRINT)
    assert not screen.asked()
    person.was_asked_all()


@pytest.mark.parametrize(
    ("platform", "name", "value"),
    [
        (Platform.IOS, "Express Mode", "on"),
        (Platform.PIXEL, "Lock Screen", "enabled"),
        (Platform.SAMSUNG, "Security Required Authentication", "disabled"),
    ],
)
def test_the_defaults_of_the_guide_mean_that_a_key_works_locked(
    platform: Platform, name: str, value: str
) -> None:
    person = ScriptedOperator((name, value), (f"set {name!r} to {value!r}", "done"))
    options = phone(person, platform).options
    shown = options.read(KeyOption.WORKS_LOCKED)
    assert (shown.name, shown.value, shown.on) == (name, value, True)
    options.set(KeyOption.WORKS_LOCKED, on=True)
    person.was_asked_all()


def test_a_setting_that_is_not_there_is_refused() -> None:
    person = ScriptedOperator(("Passive", "there is no such setting"), ("What does it say", ""))
    with pytest.raises(ActionRefused, match="no reason"):
        phone(person).options.read(KeyOption.PASSIVE_ENTRY)


def test_battery_and_radios() -> None:
    person = ScriptedOperator(
        ("switch 'Low Power Mode' on", "done"),
        ("run its battery empty", "done"),
        ("charge it", "done"),
        ("switch it off by hand", "done"),
        ("switch it on by hand", "done"),
        ("airplane mode on", "done"),
        ("mobile data off", "done"),
    )
    held = phone(person)
    held.battery.set_low_power(on=True)
    held.battery.drain()
    held.battery.charge()
    held.battery.shut_down()
    held.battery.boot()
    held.radios.set_airplane(on=True)
    held.radios.set_cellular(on=False)
    person.was_asked_all()


def test_the_wallet_is_read_and_its_keys_removed_in_the_platforms_words() -> None:
    person = ScriptedOperator(
        ("Which key of the MINI is in Samsung Wallet?", "owner"),
        ("which state", "ready"),
        ("by which to remove the key", "Delete Key"),
        ("share the key", "Share"),
        ("add the key to a watch", ""),
        ("settings of the key", ""),
        ("'Delete Key'", "done"),
        ("Which key of the MINI", "none"),
    )
    wallet = phone(person, Platform.SAMSUNG).wallet
    assert wallet.listed() == (WalletKey(VEHICLE, b"", "owner", "ready"),)
    expected = {WalletAction.REMOVE: "Delete Key", WalletAction.SHARE: "Share"}
    assert wallet.actions(VEHICLE) == expected
    wallet.remove(VEHICLE)
    assert wallet.listed() == ()
    person.was_asked_all()


def test_links_and_codes_are_shown_as_secrets_only() -> None:
    person = ScriptedOperator(
        ("tap the link", "done"), ("vehicle 0000000000000000", "it refuses"), ("say", "wrong code")
    )
    wallet = phone(person).wallet
    wallet.open_link(LINK)
    with pytest.raises(ActionRefused, match="wrong code"):
        wallet.enter_code(OTHER, SecretText("4711"))
    assert person.secrets == [LINK, SecretText("4711")]


REQUEST = ShareRequest(
    recipient="Ann",
    channel=Channel.SMS,
    receiver=Platform.PIXEL,
    restrictions=Restrictions(
        hours=(Hours(time(9), time(17), frozenset({0, 4})),),
        areas=(Area(48.1, 11.5, 500),),
        top_speed_kmh=90,
        volume_percent=40,
    ),
    code=CodeEntry.VEHICLE,
)


@pytest.mark.parametrize(
    "part",
    [
        "recipient: Ann",
        "channel: sms",
        "their phone: pixel",
        "hours: 09:00 to 17:00, weekdays (Monday is 0) 0, 4",
        "area: 500 m around 48.1, 11.5",
        "top speed: 90 km/h",
        "volume: 40 %",
        "activation code: yes, to be entered at vehicle",
    ],
)
def test_all_of_what_is_to_be_shared_is_said(part: str) -> None:
    person = ScriptedOperator((part, "done"), ("message", LINK.reveal()), ("code", "4711"))
    shared = phone(person).sharing.share(VEHICLE, REQUEST)
    assert (shared.message, shared.code) == (LINK, SecretText("4711"))
    assert "4711" not in repr(shared)


def test_shares_are_listed_and_stopped() -> None:
    person = ScriptedOperator(
        ("press the share control", "done"),
        ("channels", "email, sms"),
        ("restrictions", "top_speed"),
        ("no restrictions", "done"),
        ("message", "m"),
        ("code", ""),
        ("what does the list read", "invitation pending"),
        ("what does that mean", "pending"),
        ("stop sharing with Bob", "done"),
    )
    sharing = phone(person).sharing
    sheet = sharing.sheet(VEHICLE)
    assert (sheet.channels, sheet.limits) == ((Channel.EMAIL, Channel.SMS), (Limit.TOP_SPEED,))
    plain = ShareRequest(recipient="Bob", channel=Channel.EMAIL, receiver=Platform.IOS)
    shared = sharing.share(VEHICLE, plain)
    assert shared.code is None
    (state,) = sharing.shares(VEHICLE)
    assert (state.share_id, state.recipient) == (shared.share_id, "Bob")
    assert (state.state, state.shown) == ("pending", "invitation pending")
    sharing.stop(VEHICLE, shared.share_id)
    with pytest.raises(ActionRefused):
        sharing.stop(OTHER, shared.share_id)
    person.was_asked_all()


def view(state: AppState, actions: str = "") -> list[tuple[str, str]]:
    tile = [("Which tile", "Digital Key Plus")] if state is AppState.VEHICLE else []
    return [("What does the app show", state), ("be pressed", actions), *tile, ("reason", "Hi.")]


def test_the_app_is_led_through_and_told_of_in_neutral_words() -> None:
    person = ScriptedOperator(
        ("install the current version", "done"),
        *view(AppState.SIGNED_OUT),
        ("sign in to the app as ann@example.com", "done"),
        *view(AppState.NO_VEHICLE),
        ("open the app at the page of the MINI", "done"),
        *view(AppState.VEHICLE, "digital key tile"),
        ("press what means: digital key tile", "done"),
        *view(AppState.INTRODUCTION, "get started, decline"),
        ("scan the QR code", "done"),
        *view(AppState.INSERT_KEYS),
        ("sign out", "done"),
        *view(AppState.SIGNED_OUT),
    )
    app = phone(person).app
    assert app.install(Installed.CURRENT).state is AppState.SIGNED_OUT
    app.sign_in("ann@example.com")
    page = app.open(VEHICLE)
    assert (page.state, page.tile, page.message) == (AppState.VEHICLE, "digital_key_plus", "Hi.")
    with pytest.raises(ActionRefused):
        app.press(AppAction.CONFIRM)
    begun = app.press(AppAction.OPEN_TILE)
    assert begun.actions == (AppAction.GET_STARTED, AppAction.DECLINE)
    app.scan(LINK)
    app.sign_in(None)
    assert person.secrets == [LINK]
    person.was_asked_all()


def test_cards_are_moved_and_their_qr_code_read_once() -> None:
    person = ScriptedOperator(
        ("hold it to the back of owner phone", ""), ("QR code", LINK.reveal()), ("take it", "")
    )
    card = OperatorSetupCard(person)
    card.present("owner_phone_back")
    assert card.qr_code == card.qr_code == LINK
    assert person.private == [False, True]  # what was read there may not be kept
    card.withdraw()
    assert OperatorKeyCard(person, serial="K1").identity().serial == "K1"
    person.was_asked_all()


def test_a_watch_is_handled_as_a_phone_is() -> None:
    person = ScriptedOperator(
        ("open the Watch app on owner phone. Is adding the key of the MINI offered?", "yes"),
        ("add the key of the MINI", "it refuses"),
        ("What does it say", "no key"),
        ("Which key of the MINI", "owner"),
        ("state", "ready"),
        ("run its battery empty", "done"),
    )
    held = phone(person)
    watch = OperatorWatch(person, "apple_watch", "Watch 9", vehicles=NAMES)
    assert watch.offers(held, VEHICLE)
    with pytest.raises(ActionRefused, match="no key"):
        watch.add(held, VEHICLE)
    assert [key.role for key in watch.passes()] == ["owner"]
    watch.battery.drain()
    person.was_asked_all()
