"""BER-TLV as ISO/IEC 7816-4 uses it: tags of one or two bytes, definite lengths up to 65 535.

Decoding is strict: a cut element, a tag of three bytes, an indefinite length and a length that is
not in its shortest form are all refused. Constructed elements are not opened by themselves;
``decode`` their value where a message says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from rig.digital_key.errors import Malformed

_MULTI_BYTE = 0x1F  # low five bits all set: the tag goes on in the next byte
_LONGEST = 0xFFFF


@dataclass(frozen=True, slots=True)
class Tlv:
    """One element."""

    tag: int
    value: bytes

    def encode(self) -> bytes:
        return encode(self.tag, self.value)


def encode(tag: int, value: bytes) -> bytes:
    """Encode one element. Raises Malformed for a tag or length outside the supported range."""
    return _encode_tag(tag) + _encode_length(len(value)) + value


def decode(data: bytes) -> tuple[Tlv, ...]:
    """Split ``data`` into its elements, none left over. Raises Malformed."""
    found = []
    at, end = 0, len(data)
    while at < end:
        tag, at = _decode_tag(data, at)
        length, at = _decode_length(data, at)
        if at + length > end:
            raise Malformed(f"tag {tag:02X} announces {length} bytes, {end - at} left")
        found.append(Tlv(tag, data[at : at + length]))
        at += length
    return tuple(found)


def size_of(head: bytes) -> int:
    """How many bytes the element takes whose first bytes these are. Raises Malformed."""
    if not head:
        raise Malformed("no element begins there")
    _, at = _decode_tag(head, 0)
    length, at = _decode_length(head, at)
    return at + length


def _encode_tag(tag: int) -> bytes:
    if 0 < tag <= 0xFF and tag & _MULTI_BYTE != _MULTI_BYTE:
        return bytes((tag,))
    if 0xFF < tag <= 0xFFFF and (tag >> 8) & _MULTI_BYTE == _MULTI_BYTE and tag & 0xFF < 0x80:
        return tag.to_bytes(2, "big")
    raise Malformed(f"{tag:X} is not a tag of one or two bytes")


def _encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    if length <= 0xFF:
        return bytes((0x81, length))
    if length <= _LONGEST:
        return b"\x82" + length.to_bytes(2, "big")
    raise Malformed(f"{length} bytes are more than an element of {_LONGEST} holds")


def _decode_tag(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first & _MULTI_BYTE != _MULTI_BYTE:
        if first == 0:
            raise Malformed("tag 00")
        return first, at + 1
    if at + 1 >= len(data):
        raise Malformed(f"tag {first:02X} is cut off")
    second = data[at + 1]
    if second & 0x80:
        raise Malformed(f"tag {first:02X}{second:02X} goes on beyond two bytes")
    return first << 8 | second, at + 2


def _decode_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise Malformed("an element ends after its tag")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    size = first & 0x7F
    if size not in (1, 2):
        raise Malformed(f"length form {first:02X}")
    if at + 1 + size > len(data):
        raise Malformed("a length is cut off")
    length = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    if length < 0x80 or (size == 2 and length <= 0xFF):
        raise Malformed(f"length {length} is not in its shortest form")
    return length, at + 1 + size
