"""Screen lock, settings, battery and radios of the virtual phone, and what the field sees."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import KeyOption, Method, ShownOption
from drivers.sim.phone import VirtualPhone
from tests.drivers.sim.phone.held_in_hand import PLACE
from tests.drivers.sim.phone_scene import Scene
from tests.home_key.independent_reader import ReaderError

LOCKED, PASSIVE = KeyOption.WORKS_LOCKED, KeyOption.PASSIVE_ENTRY
PLATFORMS = ["ios", "pixel", "samsung"]


@pytest.fixture
def phone(scene: Scene) -> VirtualPhone:
    """One with a main key."""
    return scene.owner()


def test_a_phone_out_of_a_pocket_is_locked_and_works(phone: VirtualPhone, scene: Scene) -> None:
    assert phone.screen.locked
    assert scene.opens(phone)
    assert not phone.screen.asked()


@pytest.mark.parametrize(
    ("platform", "name", "value", "changed"),
    [
        ("ios", "Express Mode", "on", "off"),
        ("pixel", "Lock Screen", "enabled", "disabled"),
        ("samsung", "Security Required Authentication", "disabled", "enabled"),
    ],
)
def test_each_platform_has_its_name_polarity_and_default(
    scene: Scene, platform: str, name: str, value: str, changed: str
) -> None:
    options = scene.phone(platform).options
    assert options.read(LOCKED) == ShownOption(name, value, on=True)
    options.set(LOCKED, on=False)
    assert options.read(LOCKED) == ShownOption(name, changed, on=False)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_with_the_default_changed_only_an_unlocked_phone_works(scene: Scene, platform: str) -> None:
    phone = scene.owner(platform)
    phone.options.set(LOCKED, on=False)
    assert not scene.opens(phone)
    assert phone.screen.asked()
    assert phone.screen.authenticate(Method.PIN)
    assert scene.opens(phone)
    assert not phone.screen.asked()
    phone.screen.lock()
    assert not scene.opens(phone)


def test_a_locked_phone_that_asks_refuses_every_command(phone: VirtualPhone, scene: Scene) -> None:
    phone.options.set(LOCKED, on=False)
    phone.present(PLACE)
    reader = scene.reader()
    with pytest.raises(ReaderError, match="A4 was refused with 6A82"):
        reader.select()
    with pytest.raises(ReaderError, match="80 was refused with 6985"):
        reader.auth0(fast=False)


def test_authenticating_in_front_of_the_reader_is_enough(phone: VirtualPhone, scene: Scene) -> None:
    phone.options.set(LOCKED, on=False)
    phone.present(PLACE)
    reader = scene.reader()
    with pytest.raises(ReaderError):
        reader.select()
    phone.screen.authenticate(Method.FACE)
    reader.select()


def test_locking_in_the_middle_of_a_transaction_ends_it(phone: VirtualPhone, scene: Scene) -> None:
    phone.options.set(LOCKED, on=False)
    phone.screen.authenticate(Method.FACE)
    reader, _ = scene.authenticated(phone)
    phone.screen.lock()
    with pytest.raises(ReaderError, match="3C was refused with 6985"):
        reader.control_flow(0x01, 0x00)


def test_what_was_refused_does_not_go_on_when_the_phone_is_unlocked(
    phone: VirtualPhone, scene: Scene
) -> None:
    phone.options.set(LOCKED, on=False)
    phone.screen.authenticate(Method.FACE)
    reader, _ = scene.authenticated(phone)
    phone.screen.lock()
    with pytest.raises(ReaderError):
        reader.exchange(b"\x87\x04\x00\x00\x00\x01")
    phone.screen.authenticate(Method.FACE)
    with pytest.raises(ReaderError, match="3C was refused with 6985"):
        reader.control_flow(0x01, 0x00)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_method_offered_unlocks_and_a_wrong_one_does_not(scene: Scene, platform: str) -> None:
    phone = scene.phone(platform)
    for method in phone.screen.methods():
        phone.screen.lock()
        assert not phone.screen.authenticate(method, right=False)
        assert phone.screen.locked
        assert phone.screen.authenticate(method)
        assert not phone.screen.locked


def test_a_method_that_is_not_offered_is_refused(scene: Scene) -> None:
    with pytest.raises(ActionRefused, match="pattern"):
        scene.phone("ios").screen.authenticate(Method.PATTERN)


def test_passive_entry_needs_ultra_wideband(scene: Scene) -> None:
    assert scene.phone().options.read(PASSIVE).on
    without = scene.phone(ultra_wideband=False)
    assert not without.ultra_wideband
    with pytest.raises(ActionRefused, match="no setting for passive entry"):
        without.options.read(PASSIVE)


def test_passive_entry_off_leaves_a_tap_as_it_was(phone: VirtualPhone, scene: Scene) -> None:
    phone.options.set(PASSIVE, on=False)
    assert scene.opens(phone)


@pytest.mark.parametrize("hours", [0.0, 1.0, 4.0, 4 + 55 / 60])
def test_an_empty_phone_works_in_its_reserve(
    phone: VirtualPhone, scene: Scene, hours: float
) -> None:
    phone.battery.drain()
    scene.world.clock.advance(timedelta(hours=hours))
    assert scene.opens(phone)


def test_after_the_reserve_nothing_enters_the_field(phone: VirtualPhone, scene: Scene) -> None:
    phone.battery.drain()
    scene.world.clock.advance(timedelta(hours=5, minutes=5))
    phone.present(PLACE)
    assert scene.field.card is None


def test_a_phone_that_lies_there_leaves_the_field_when_its_reserve_is_over(
    phone: VirtualPhone, scene: Scene
) -> None:
    phone.present(PLACE)
    phone.battery.drain()
    scene.world.clock.advance(timedelta(hours=4))
    assert scene.field.card is not None
    scene.world.clock.advance(timedelta(hours=2))
    assert scene.field.card is None


def test_the_reserve_is_an_option_of_the_bench(scene: Scene) -> None:
    phone = scene.phone(reserve_h=1.0)
    phone.battery.drain()
    scene.world.clock.advance(timedelta(minutes=61))
    phone.present(PLACE)
    assert scene.field.card is None


def test_with_the_default_changed_there_is_no_reserve(phone: VirtualPhone, scene: Scene) -> None:
    phone.options.set(LOCKED, on=False)
    phone.battery.drain()
    assert not scene.opens(phone)
    assert not phone.screen.asked()  # there is no screen to ask on


def test_a_phone_that_was_switched_off_does_not_answer(phone: VirtualPhone, scene: Scene) -> None:
    phone.present(PLACE)
    phone.battery.shut_down()
    assert scene.field.card is None
    phone.battery.drain()  # draining it then gives it no reserve
    assert not scene.opens(phone)


@pytest.mark.parametrize("ended", ["in reserve", "after it"])
def test_charged_again_it_works_without_pairing_and_is_locked(
    phone: VirtualPhone, scene: Scene, ended: str
) -> None:
    phone.screen.authenticate(Method.FACE)
    phone.battery.drain()
    scene.world.clock.advance(timedelta(hours=1 if ended == "in reserve" else 9))
    with pytest.raises(ActionRefused, match="battery is empty"):
        phone.battery.boot()
    phone.battery.charge()
    assert phone.screen.locked
    assert scene.opens(phone)


def test_switched_on_again_it_works_where_it_lies(phone: VirtualPhone, scene: Scene) -> None:
    phone.battery.shut_down()
    phone.present(PLACE)
    assert scene.field.card is None
    phone.battery.boot()
    assert scene.field.card is not None


def test_a_phone_that_is_off_has_nothing_to_touch(phone: VirtualPhone) -> None:
    phone.battery.drain()
    for touch in (
        lambda: phone.screen.authenticate(Method.PIN),
        lambda: phone.options.read(LOCKED),
        lambda: phone.options.set(LOCKED, on=False),
        lambda: phone.radios.set_airplane(on=True),
        lambda: phone.battery.set_low_power(on=True),
        phone.wallet.listed,
        phone.app.open,
    ):
        with pytest.raises(ActionRefused, match="is off"):
            touch()


def test_low_power_and_no_network_change_nothing(phone: VirtualPhone, scene: Scene) -> None:
    phone.battery.set_low_power(on=True)
    assert scene.opens(phone)
    phone.radios.set_airplane(on=True)
    assert scene.opens(phone)
    phone.radios.set_airplane(on=False)
    phone.radios.set_cellular(on=False)
    assert scene.opens(phone)
    assert phone.internet is None


def test_time_that_passes_does_not_move_a_phone(phone: VirtualPhone, scene: Scene) -> None:
    reader, _ = scene.authenticated(phone)
    scene.world.clock.advance(timedelta(hours=72))
    reader.control_flow(0x01, 0x00)
