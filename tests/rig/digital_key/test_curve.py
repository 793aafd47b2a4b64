"""P-256 as a group: its laws, and what is refused as a point."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.curve import ORDER, PRIME, Point, generator
from rig.digital_key.errors import Malformed

scalars = st.integers(min_value=0, max_value=2 * ORDER)
G = generator()


@settings(deadline=None)
@given(scalars, scalars)
def test_multiples_add_like_their_scalars(left: int, right: int) -> None:
    assert G * left + G * right == G * (left + right)
    assert G * left - G * right == G * (left - right)
    assert hash(G * left * right) == hash(G * (left * right))


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=ORDER - 1))
def test_a_multiple_is_the_public_key_of_the_other_library(scalar: int) -> None:
    encoded = (G * scalar).encode()
    assert encoded == PrivateKey.from_bytes(scalar.to_bytes(32, "big")).public.point
    assert Point.decode(encoded) == G * scalar
    short = bytes((2 + (encoded[-1] & 1),)) + encoded[1:33]
    assert Point.decompress(short) == G * scalar


def test_the_order_leads_to_infinity_and_infinity_is_neutral() -> None:
    nothing = G * ORDER
    assert nothing.is_infinity
    assert nothing == G - G
    assert nothing + G == G
    assert repr(nothing) == "Point(infinity)"
    assert (nothing * 5).is_infinity
    with pytest.raises(Malformed, match="infinity"):
        nothing.encode()


def _coordinates(x: int, y: int) -> bytes:
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


X, Y = int.from_bytes(G.encode()[1:33], "big"), int.from_bytes(G.encode()[33:], "big")
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_ROOT = pow(5**3 - 3 * 5 + _B, (PRIME + 1) // 4, PRIME)  # y for x = 5
NO_POINTS = {
    "empty": (b"", "0 bytes are no"),
    "too short": (G.encode()[:-1], "64 bytes are no"),
    "too long": (G.encode() + b"\x00", "66 bytes are no"),
    "compressed": (b"\x02" + G.encode()[1:33], "33 bytes are no"),
    "hybrid": (b"\x06" + G.encode()[1:], "65 bytes are no"),
    "infinity": (_coordinates(0, 0), "is infinity"),
    "off the curve": (_coordinates(X, Y ^ 1), "not on P-256"),
    "of another curve": (_coordinates(1, 1), "not on P-256"),
    "x beyond the field": (_coordinates(5 + PRIME, _ROOT), "not in the field"),
    "y beyond the field": (_coordinates(X, 2**256 - 1), "not in the field"),
}


def test_a_small_x_has_a_second_encoding_that_must_not_pass() -> None:
    assert Point.decode(_coordinates(5, _ROOT)).encode() == _coordinates(5, _ROOT)


@pytest.mark.parametrize(("encoded", "complaint"), NO_POINTS.values(), ids=NO_POINTS)
def test_what_is_no_point_is_refused(encoded: bytes, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        Point.decode(encoded)


@pytest.mark.parametrize("encoded", [b"", b"\x02", b"\x04" + bytes(32), b"\x02" + b"\xff" * 32])
def test_what_is_no_compressed_point_is_refused(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        Point.decompress(encoded)


def test_the_library_is_loaded_by_the_first_point_only() -> None:
    program = (
        "import sys, rig.digital_key.spake2plus as s\n"
        "assert 'Crypto' not in sys.modules\n"
        "s.generator()\n"
        "assert 'Crypto' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
