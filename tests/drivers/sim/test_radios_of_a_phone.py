"""NFC and Bluetooth of a virtual phone can be switched off, as its owner does in the settings."""

from __future__ import annotations

from drivers.sim.phone import VirtualPhone
from tests.drivers.sim.phone.held_in_hand import PLACE
from tests.drivers.sim.phone_scene import Scene


def test_without_nfc_no_reader_finds_it_and_with_it_one_does_again(scene: Scene) -> None:
    phone: VirtualPhone = scene.phone("pixel")
    phone.present(PLACE)
    assert scene.field.card is not None
    phone.radios.set_nfc(on=False)
    assert scene.field.card is None
    phone.radios.set_nfc(on=True)
    assert scene.field.card is not None


def test_both_are_remembered_and_on_out_of_the_box(scene: Scene) -> None:
    phone = scene.phone("pixel")
    phone.radios.set_nfc(on=False)
    phone.radios.set_bluetooth(on=False)
    before = phone.state()
    phone.clear()
    assert (phone.radios.nfc, phone.radios.bluetooth) == (True, True)
    phone.restore(before)
    assert (phone.radios.nfc, phone.radios.bluetooth) == (False, False)
