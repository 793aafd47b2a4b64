"""Apple's polling frames: bytes, names and checksums as the public notes have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api.errors import FrameError
from drivers.nfc.ecp import (
    MAKERS,
    NAMES,
    EcpFrame,
    call_frame,
    car_tci,
    crc_a,
    describe,
)
from drivers.nfc.polling import PollingLoop

READER_ID = bytes.fromhex("0011223344556677")

# name, location, frame, CRC_A (section 8 of the notes).
TABLE = [
    ("pairing", 1, "6A02C302 09 010001", "e338"),
    ("access", 1, "6A02C302 01 010001", "3bdd"),
    ("access", 2, "6A02C302 01 010002", "a0ef"),
    ("access", 3, "6A02C302 01 010003", "29fe"),
    ("access_08", 1, "6A02C302 08 010001", "5824"),
    ("access_id", 1, "6A02CB02 05 010001 0011223344556677", "e3fc"),
    ("payment", 1, "6A01000000", "f6f1"),
]


@pytest.mark.parametrize(("name", "location", "frame", "crc"), TABLE)
def test_a_name_stands_for_the_published_frame(
    name: str, location: int, frame: str, crc: str
) -> None:
    octets = call_frame(name, "bmw", location, READER_ID)
    assert octets == bytes.fromhex(frame)
    assert crc_a(octets).hex() == crc
    place = f" of bmw, location {location}"
    assert describe(octets) == (name if name == "payment" else name + place)


def test_another_makers_pairing_frame_is_the_worked_example() -> None:
    frame = call_frame("pairing", "mercedes", 1, b"")
    assert frame == bytes.fromhex("6A02C30209010201")
    assert describe(frame) == "pairing of mercedes, location 1"


@pytest.mark.parametrize(("name", "head"), [("home_key", "06021100"), ("aliro", "04204220")])
def test_siblings_have_their_own_tci(name: str, head: str) -> None:
    frame = call_frame(name, "bmw", 5, READER_ID)
    assert frame == bytes.fromhex("6A02CB02" + head) + READER_ID
    assert describe(frame) == name


def test_what_is_not_certain_says_so() -> None:
    assert all(named.mark.startswith(("sourced", "inferred")) for named in NAMES.values())
    assert all("GAP" in n.mark for n in NAMES.values() if n.is_car and n.has_reader_id)


@given(st.integers(0, 255), st.integers(0, 255), st.binary(min_size=3, max_size=3), st.data())
def test_a_frame_comes_back_as_it_was(
    kind: int, subtype: int, tci: bytes, data: st.DataObject
) -> None:
    frame = EcpFrame(kind, subtype, tci, data.draw(st.binary(max_size=12)))
    assert EcpFrame.decode(frame.encode()) == frame


REFUSED = {
    "nothing": "",
    "payment": "6A01000000",
    "another header": "6B02C30201010001",
    "cut": "6A02C302010100",
    "too long": "6A02C3020101000100",
    "without a TCI": "6A02C00201",
}


@pytest.mark.parametrize("octets", REFUSED.values(), ids=REFUSED)
def test_what_is_no_frame_is_refused(octets: str) -> None:
    with pytest.raises(FrameError):
        EcpFrame.decode(bytes.fromhex(octets))
    assert describe(bytes.fromhex(octets)) in (octets, "payment")


@pytest.mark.parametrize(
    "made", [(2, 1, b"12"), (2, 1, b"123", bytes(13)), (2, 256, b"123"), (2, 1, b"123", b"", 1)]
)
def test_what_no_frame_can_carry_is_refused(made: tuple[int, int, bytes]) -> None:
    with pytest.raises(FrameError):
        EcpFrame(*made)


def test_a_frame_may_be_given_in_hexadecimal() -> None:
    assert call_frame("6A02C30201010501", "bmw", 1, b"").hex() == "6a02c30201010501"


WRONG = {
    "no such ECP frame": {"ecp": ("open_sesame",)},
    "begins with 6A": {"ecp": ("00A40400",)},
    "needs a reader identifier": {"ecp": ("access_id",)},
    "non-hexadecimal": {"reader_id": "xy", "ecp": ("access",)},
    "no ECP maker": {"maker": "trabant", "ecp": ("access",)},
    "location 8": {"location": 8, "ecp": ("access",)},
    "once or more": {"count": 0},
    "more than 0": {"period_ms": 0.0},
    "is not negative": {"guard_ms": -1.0},
    "is off 5.1 ms": {"reset_ms": 1.0},
}


@pytest.mark.parametrize(("why", "options"), WRONG.items(), ids=WRONG)
def test_a_loop_that_cannot_be_says_why(why: str, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=why.replace("no such ECP", "no ECP")):
        PollingLoop(**options)  # type: ignore[arg-type]


def test_each_round_has_every_frame_as_often_as_it_says() -> None:
    loop = PollingLoop(ecp=("access", "pairing"), count=2)
    assert [frame[4] for frame in loop.each_round] == [1, 1, 9, 9]


def test_makers_are_told_apart() -> None:
    tcis = {car_tci(maker, location) for maker in MAKERS for location in range(8)}
    assert len(tcis) == 8 * len(MAKERS)
