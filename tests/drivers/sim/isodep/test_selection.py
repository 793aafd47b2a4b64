"""A virtual card is found and selected as ISO 14443-3 has it, and by nobody else."""

from __future__ import annotations

from contextlib import closing

import pytest

from drivers.sim.contactless import Front, fixed_uid
from drivers.sim.isodep.crc import crc_a, with_crc, without_crc
from drivers.sim.isodep.selection import Frame
from tests.contracts.echo_card import EchoCard
from tests.drivers.sim.isodep.air_bench import REQA, WUPA, Air, FrontedCard

# ISO 14443-3, annex B, and the polling frames of the public notes (section 8).
CHECKSUMS = {
    "annex B, zeros": ("0000", "A01E"),
    "annex B, 12 34": ("1234", "26CF"),
    "ECP, pairing": ("6A02C30209010001", "E338"),
    "ECP, access, location 1": ("6A02C30201010001", "3BDD"),
    "ECP, access, location 2": ("6A02C30201010002", "A0EF"),
    "ECP, access, location 3": ("6A02C30201010003", "29FE"),
    "ECP, access, subtype 08": ("6A02C30208010001", "5824"),
    "ECP, with reader id": ("6A02CB02050100010011223344556677", "E3FC"),
    "ECP, payment": ("6A01000000", "F6F1"),
}


@pytest.mark.parametrize(("data", "crc"), CHECKSUMS.values(), ids=CHECKSUMS)
def test_checksums_are_those_of_the_standard_and_of_the_notes(data: str, crc: str) -> None:
    frame = bytes.fromhex(data)
    assert crc_a(frame) == bytes.fromhex(crc)
    assert without_crc(with_crc(frame)) == frame
    assert without_crc(frame + bytes.fromhex(crc)[::-1]) is None


@pytest.mark.parametrize(
    ("uid", "atqa"),
    [("01020304", "0400"), ("04010203040506", "4400"), ("04010203040506070809", "8400")],
)
def test_uids_of_all_sizes_are_selected_level_by_level(uid: str, atqa: str) -> None:
    with closing(Air(FrontedCard(Front(uid=bytes.fromhex(uid))))) as air:
        assert air.poll() == bytes.fromhex(atqa)
        assert air.poll() is None  # not expected in between: back to idle
        assert air.select() == bytes.fromhex(uid)


def test_the_levels_are_octet_for_octet_those_of_the_standard() -> None:
    with closing(Air(FrontedCard(Front(uid=bytes.fromhex("04A1B2C3D4E5F6"))))) as air:
        air.poll()
        assert air.bare("9320") == bytes.fromhex("88 04A1B2 9F")
        assert air.bare("9340 8804") == bytes.fromhex("A1B2 9F")
        assert air.send("9370 8804A1B29F") == b"\x04"
        assert air.bare("9520") == bytes.fromhex("C3D4E5F6 04")
        assert air.send("9570 C3D4E5F604") == b"\x20"


def test_a_random_uid_begins_with_08_and_is_another_one_in_the_next_field() -> None:
    with closing(Air(FrontedCard(Front()))) as air:
        seen = set()
        for _ in range(5):
            seen.add(air.select())
            air.picc.field(on=False)
            air.picc.field(on=True)
        assert len(seen) == 5
        assert {(len(uid), uid[0]) for uid in seen} == {(4, 0x08)}


def test_a_fixed_uid_is_the_makers_and_the_cards_own() -> None:
    assert fixed_uid("one")[0] == 0x04
    assert fixed_uid("one") == fixed_uid("one") != fixed_uid("other")


def test_a_halted_card_answers_wake_up_only(air: Air) -> None:
    air.select()
    assert air.send("5000") is None
    assert air.poll(REQA) is None
    assert air.poll(WUPA) is not None


def test_a_halted_card_that_was_woken_goes_back_to_halt(air: Air) -> None:
    air.select()
    air.send("5000")
    air.poll(WUPA)
    assert air.bare("9520") is None  # the wrong level
    assert air.poll(REQA) is None
    assert air.poll(WUPA) is not None


REFUSED = {
    "wrong level": "9520",
    "wrong bits": "9329 00",
    "another card's octet": "9330 FF",
    "too short": "93",
    "nothing it knows": "1234",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_not_expected_puts_it_back(air: Air, data: str) -> None:
    air.poll()
    assert air.bare(data) is None
    assert air.bare("9320") is None
    assert air.poll() is not None


def test_a_select_with_a_wrong_checksum_or_another_uid_is_not_answered(air: Air) -> None:
    air.poll()
    part = air.bare("9320")
    assert part is not None
    assert air.bare("9370" + part.hex() + "0000") is None
    air.poll()
    assert air.send("9370" + part[:4].hex() + "00") is None


@pytest.mark.parametrize("rats", ["E08F", "E0", "E08000"])
def test_rats_that_makes_no_sense_puts_it_back(air: Air, rats: str) -> None:
    air.select()
    assert air.send(rats) is None
    assert air.poll() is not None


def test_without_a_field_nothing_answers(air: Air) -> None:
    air.picc.field(on=False)
    assert air.poll() is None


def test_polls_have_seven_bits(air: Air) -> None:
    assert air.poll(Frame(b"\x26", 0)) is None
    assert air.poll(Frame(b"\x26", 6)) is None
    assert air.poll(Frame(b"\x26", 7)) is not None


def test_a_card_in_the_block_protocol_does_not_hear_polls(air: Air) -> None:
    air.activate()
    assert air.poll(REQA) is None
    assert air.poll(WUPA) is None
    assert air.send("02 80CA") == bytes.fromhex("02 80CA 9000")


def test_the_ats_of_a_plain_card_has_the_historical_bytes_of_its_atr() -> None:
    with closing(Air(EchoCard())) as air:
        assert air.activate() == bytes.fromhex("08 78 80 80 02 52 49 47")
