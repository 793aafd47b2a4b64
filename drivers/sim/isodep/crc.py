"""CRC_A (ISO 14443-3, 6.2.4): 16 bits, start value 6363, the low octet first."""

from __future__ import annotations

_START, _POLYNOMIAL = 0x6363, 0x8408
SIZE = 2


def _shifted(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ (_POLYNOMIAL if octet & 1 else 0)
    return octet


_TABLE = tuple(_shifted(octet) for octet in range(256))


def crc_a(data: bytes) -> bytes:
    """The checksum of some octets, as it goes on the air."""
    crc = _START
    for octet in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ octet) & 0xFF]
    return crc.to_bytes(SIZE, "little")


def with_crc(data: bytes) -> bytes:
    """A standard frame: data and checksum."""
    return data + crc_a(data)


def without_crc(frame: bytes) -> bytes | None:
    """The data of a standard frame; None where the checksum is wrong or there is no data."""
    data, crc = frame[:-SIZE], frame[-SIZE:]
    return data if data and crc == crc_a(data) else None
