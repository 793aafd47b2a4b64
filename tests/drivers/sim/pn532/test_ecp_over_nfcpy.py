"""A virtual iPhone answers nfcpy after the right polling frame, sent as readers in the field do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from drivers.api.sharing import Platform
from drivers.sim.isodep.crc import with_crc
from drivers.sim.keycard import VirtualKeyCard
from drivers.sim.phone.device import VirtualPhone
from drivers.sim.phone.holder import VirtualHolder
from tests.drivers.sim.phone.held_in_hand import ENROLLED, VEHICLE, VEHICLE_ID, WALLET
from tests.drivers.sim.pn532.host import PLACE, Bench, activated, clf, nfcpy, pn53x, sensed, tags
from tests.home_key.independent_reader import CCC, Device, Reader

ACCESS, PAIRING = "6A02C30201010001", "6A02C30209010001"
OTHER_CAR = "6A02C30201010101"
APPLET, FRAMEWORK = "A000000809434343444B417631", "A000000809434343444B467631"
NOT_FOUND = bytes.fromhex("6A82")
RF_TIMEOUT = 0x01


@pytest.fixture
def frontend(bench: Bench) -> Iterator[Any]:
    with nfcpy(bench) as opened:
        yield opened


def phone_of(bench: Bench, platform: str = "ios") -> VirtualPhone:
    holder = "friend_phone" if platform == "pixel" else "owner_phone"
    phone = VirtualPhone(bench.world, WALLET, holder, platform=platform)  # type: ignore[arg-type]
    phone.name = "phone"
    phone.present(PLACE)
    return phone


def call(frontend: Any, frame: bytes, *, whole_octets: bool = True) -> None:
    """Poll in vain, then send a polling frame in the same field (section 8 of the notes)."""
    device, chipset = frontend.device, frontend.device.chipset
    assert device.sense_tta(clf.RemoteTarget("106A")) is None
    chipset.rf_configuration(0x05, [0xFF, 0x01, 0x00])
    chipset.rf_configuration(0x02, [0x0A, 0x0B, 0x08])
    if whole_octets:
        chipset.write_register("CIU_BitFraming", 0)
    with pytest.raises(pn53x.Chipset.Error) as caught:
        chipset.in_communicate_thru(frame, timeout=0.25)
    assert caught.value.errno == RF_TIMEOUT


def called(frontend: Any, frame: str) -> Any:
    """Nfcpy's tag of a phone that came up for a frame."""
    call(frontend, with_crc(bytes.fromhex(frame)))
    return activated(frontend)


def select(tag: Any, aid: str) -> bytes:
    return bytes(tag.transceive(bytes.fromhex(f"00A404000D{aid}00")))


def test_an_iphone_answers_nobody_who_has_not_called(bench: Bench, frontend: Any) -> None:
    phone_of(bench)
    for _ in range(3):
        assert sensed(frontend) is None


def test_an_iphone_answers_after_its_frame_with_the_applet(bench: Bench, frontend: Any) -> None:
    phone_of(bench)
    tag = called(frontend, ACCESS)
    assert select(tag, APPLET) == bytes.fromhex("5C0201009000")
    assert select(tag, FRAMEWORK) == NOT_FOUND


def test_a_pairing_frame_brings_the_framework(bench: Bench, frontend: Any) -> None:
    phone_of(bench)
    tag = called(frontend, PAIRING)
    assert select(tag, FRAMEWORK)[-2:] == b"\x90\x00"
    assert select(tag, APPLET)[-2:] == b"\x90\x00"


def test_a_frame_of_another_maker_brings_a_phone_without_the_applet(
    bench: Bench,
    frontend: Any,
) -> None:
    phone_of(bench)
    tag = called(frontend, OTHER_CAR)
    assert select(tag, APPLET) == NOT_FOUND
    assert select(tag, FRAMEWORK) == NOT_FOUND


UNHEARD = {
    "without its checksum": bytes.fromhex(ACCESS),
    "with a wrong one": bytes.fromhex(ACCESS + "3BDE"),
    "with two": with_crc(with_crc(bytes.fromhex(ACCESS))),
}


@pytest.mark.parametrize("frame", UNHEARD.values(), ids=UNHEARD)
def test_a_spoilt_frame_is_not_heard(bench: Bench, frontend: Any, frame: bytes) -> None:
    phone_of(bench)
    call(frontend, frame)
    assert sensed(frontend) is None


def test_a_frame_cut_to_seven_bits_by_the_poll_before_is_not_heard(
    bench: Bench,
    frontend: Any,
) -> None:
    phone_of(bench)
    call(frontend, with_crc(bytes.fromhex(ACCESS)), whole_octets=False)
    assert sensed(frontend) is None


def test_a_frame_without_a_field_is_not_heard(bench: Bench, frontend: Any) -> None:
    phone_of(bench)
    assert sensed(frontend) is None  # nfcpy switches the field off
    frontend.device.chipset.write_register("CIU_BitFraming", 0)
    with pytest.raises(pn53x.Chipset.Error):
        frontend.device.chipset.in_communicate_thru(with_crc(bytes.fromhex(ACCESS)), timeout=0.25)
    assert sensed(frontend) is None


def test_a_phone_that_was_taken_away_has_to_be_called_again(bench: Bench, frontend: Any) -> None:
    phone = phone_of(bench)
    called(frontend, ACCESS)
    phone.withdraw()
    assert sensed(frontend) is None
    phone.present(PLACE)
    assert sensed(frontend) is None


def test_android_phones_answer_at_once_with_all_they_have(bench: Bench, frontend: Any) -> None:
    phone = phone_of(bench, "pixel")
    assert phone.platform is Platform.PIXEL
    found = sensed(frontend)
    assert (len(found.sdd_res), found.sdd_res[0]) == (4, 0x08)
    tag = tags.activate(frontend, found)
    assert select(tag, APPLET)[-2:] == select(tag, FRAMEWORK)[-2:] == b"\x90\x00"
    assert sensed(frontend).sdd_res != found.sdd_res


def test_a_key_card_answers_at_once_and_is_always_the_same(bench: Bench, frontend: Any) -> None:
    VirtualKeyCard(bench.world, WALLET, "key_card").present(PLACE)
    uids = {bytes(sensed(frontend).sdd_res) for _ in range(3)}
    assert [(len(uid), uid[0]) for uid in uids] == [(7, 0x04)]
    assert select(activated(frontend), APPLET)[-2:] == b"\x90\x00"


def vehicle_at(tag: Any) -> Reader:
    """The bench's vehicle in front of nfcpy's tag."""
    return Reader(lambda apdu: bytes(tag.transceive(apdu)), VEHICLE, VEHICLE_ID, CCC)


def unlock_fast(vehicle: Reader, known: Device) -> bool:
    """A whole fast transaction with a device of an earlier one; whether it is that device."""
    vehicle.select()
    cryptogram = vehicle.auth0(fast=True)
    assert cryptogram is not None, "no cryptogram was offered"
    if not vehicle.match_fast(cryptogram, known.persistent, ENROLLED[known.slot]):
        return False
    vehicle.control_flow(0x01, 0x00)
    return True


@pytest.mark.parametrize("what", ["ios", "pixel", "card"])
def test_a_standard_and_then_a_fast_transaction_open_the_door(
    bench: Bench, frontend: Any, what: str
) -> None:
    if what == "card":
        holder: VirtualHolder = VirtualKeyCard(bench.world, WALLET, "key_card")
        holder.present(PLACE)
    else:
        holder = phone_of(bench, what)
    if what == "ios":
        call(frontend, with_crc(bytes.fromhex(ACCESS)))
    first = vehicle_at(activated(frontend))
    first.select()
    assert first.auth0(fast=True) is None  # they have not met
    known = first.auth1(ENROLLED)
    first.control_flow(0x01, 0x00)
    assert holder.last_outcome is not None
    holder.withdraw()
    holder.present(PLACE)
    assert holder.last_outcome is None
    if what == "ios":
        call(frontend, with_crc(bytes.fromhex(ACCESS)))
    assert unlock_fast(vehicle_at(activated(frontend)), known)
    assert holder.last_outcome is not None


def test_a_fast_transaction_of_another_key_does_not_match(bench: Bench, frontend: Any) -> None:
    phone = phone_of(bench, "pixel")
    first = vehicle_at(activated(frontend))
    first.select()
    first.auth0(fast=False)
    known = first.auth1(ENROLLED)
    stranger = dataclasses.replace(known, persistent=bytes(32))
    assert not unlock_fast(vehicle_at(activated(frontend)), stranger)
    assert phone.last_outcome is None
