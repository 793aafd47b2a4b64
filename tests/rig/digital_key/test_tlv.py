"""BER-TLV against hand-assembled bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.errors import DigitalKeyError, Malformed
from rig.digital_key.tlv import Tlv, decode, encode

VECTORS = [
    pytest.param("5C 02 0100", (Tlv(0x5C, b"\x01\x00"),), id="short"),
    pytest.param("5F5F 00", (Tlv(0x5F5F, b""),), id="two-byte tag, empty"),
    pytest.param("57 81 80 " + "AA" * 128, (Tlv(0x57, b"\xaa" * 128),), id="length 81"),
    pytest.param("57 82 0100 " + "BB" * 256, (Tlv(0x57, b"\xbb" * 256),), id="length 82"),
    pytest.param("5A 01 02  5C 01 03", (Tlv(0x5A, b"\x02"), Tlv(0x5C, b"\x03")), id="two"),
    pytest.param("7F50 04 C1020008", (Tlv(0x7F50, bytes.fromhex("C1020008")),), id="constructed"),
    pytest.param("", (), id="nothing"),
]
REFUSED = [
    pytest.param("5C", "ends after its tag", id="tag only"),
    pytest.param("5C 02 01", "announces 2 bytes, 1 left", id="value cut off"),
    pytest.param("5F", "cut off", id="tag cut off"),
    pytest.param("5F 85 01 00", "beyond two bytes", id="three-byte tag"),
    pytest.param("5C 80 0000", "length form 80", id="indefinite length"),
    pytest.param("5C 83 000001 AA", "length form 83", id="length of three bytes"),
    pytest.param("5C 82 01", "length is cut off", id="length cut off"),
    pytest.param("5C 81 7F " + "00" * 127, "shortest form", id="81 for a short length"),
    pytest.param("5C 82 00FF " + "00" * 255, "shortest form", id="82 for one byte"),
    pytest.param("00 00", "tag 00", id="tag zero"),
]


@pytest.mark.parametrize(("data", "elements"), VECTORS)
def test_known_elements_translate_both_ways(data: str, elements: tuple[Tlv, ...]) -> None:
    assert decode(bytes.fromhex(data)) == elements
    assert b"".join(e.encode() for e in elements) == bytes.fromhex(data)


@pytest.mark.parametrize(("data", "complaint"), REFUSED)
def test_broken_elements_are_refused(data: str, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        decode(bytes.fromhex(data))


@pytest.mark.parametrize("tag", [0, 0x1F, 0x5F, 0x5C00, 0x5F80, 0x10000, -1])
def test_what_is_no_tag_is_not_encoded(tag: int) -> None:
    with pytest.raises(Malformed, match="not a tag"):
        encode(tag, b"")


def test_a_value_beyond_two_length_bytes_is_not_encoded() -> None:
    with pytest.raises(Malformed, match="65536 bytes"):
        encode(0x53, bytes(65536))


TAGS = st.sampled_from([0x4C, 0x4D, 0x5C, 0x86, 0x87, 0x9D, 0x5F5F, 0x7F50])


@given(st.lists(st.builds(Tlv, TAGS, st.binary(max_size=300)), max_size=5))
def test_what_was_encoded_decodes_to_itself(elements: list[Tlv]) -> None:
    assert decode(b"".join(e.encode() for e in elements)) == tuple(elements)


@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        elements = decode(data)
    except DigitalKeyError:
        return
    assert b"".join(e.encode() for e in elements) == data
