"""Samples as the history keeps them: 8 octets each, IEEE 754, low octet first, in time order."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable


def pack(samples: Iterable[float]) -> bytes:
    """Samples to octets."""
    return _little_endian(array("d", samples)).tobytes()


def unpack(packed: bytes) -> tuple[float, ...]:
    """Octets to samples; ValueError when there is not a whole number of them."""
    found = array("d")
    found.frombytes(packed)
    return tuple(_little_endian(found))


def _little_endian(values: array[float]) -> array[float]:
    if sys.byteorder == "big":
        values.byteswap()
    return values
