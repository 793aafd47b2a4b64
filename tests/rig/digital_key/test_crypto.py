"""Primitives: what they refuse, and published values."""

from __future__ import annotations

import pytest

from rig.digital_key import crypto
from rig.digital_key.errors import BadSignature, Malformed
from rig.digital_key.secrets import Secret

KEY = crypto.PrivateKey.from_bytes(b"\x44" * 32)
POINT = KEY.public.point


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00", id="infinity"),
        pytest.param(b"\x02" + POINT[1:33], id="compressed"),
        pytest.param(POINT[:-1], id="cut off"),
        pytest.param(POINT[:-1] + bytes([POINT[-1] ^ 1]), id="off the curve"),
        pytest.param(b"\x04" + bytes(64), id="zero"),
        pytest.param(b"\x04" + b"\xff" * 64, id="beyond the field"),
    ],
)
def test_what_is_no_point_on_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(Malformed):
        crypto.PublicKey(point)


@pytest.mark.parametrize("scalar", [b"", bytes(31), bytes(32), b"\xff" * 32])
def test_what_is_no_scalar_is_refused(scalar: bytes) -> None:
    with pytest.raises(Malformed):
        crypto.PrivateKey.from_bytes(scalar)


def test_a_signature_verifies_under_its_key_and_message_only() -> None:
    signature = KEY.sign(b"message")
    KEY.public.verify(signature, b"message")
    with pytest.raises(BadSignature):
        KEY.public.verify(signature, b"massage")
    with pytest.raises(BadSignature):
        crypto.PrivateKey.generate().public.verify(signature, b"message")


@pytest.mark.parametrize(
    "signature",
    [b"", bytes(63), bytes(64), b"\xff" * 64, bytes(65)],
    ids=["nothing", "short", "zero", "out of range", "long"],
)
def test_a_broken_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(BadSignature):
        KEY.public.verify(signature, b"message")


def test_both_sides_agree_on_one_secret() -> None:
    other = crypto.PrivateKey.generate()
    assert bytes(KEY.agree(other.public)) == bytes(other.agree(KEY.public))


def test_cmac_equals_rfc_4493() -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    assert crypto.cmac(key, b"").hex() == "bb1d6929e95937287fa37d129b756746"
    message = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    assert crypto.cmac(key, message).hex() == "070a16b46b4d4144f79bdd9dd04a287c"


def test_hkdf_equals_rfc_5869_without_salt() -> None:
    assert bytes(crypto.hkdf(b"\x0b" * 22, b"", 42)).hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_broken_cipher_blocks_are_refused() -> None:
    with pytest.raises(Malformed, match="17 bytes"):
        crypto.cbc_decipher(bytes(16), bytes(16), bytes(17))


def test_secrets_do_not_print() -> None:
    key = Secret(b"abc")
    assert f"{key} {key!r} {key!s} %s" % key == "<3 secret bytes> " * 3 + "<3 secret bytes>"
    assert KEY.public.point.hex() in repr(KEY)
    assert "44" * 32 not in repr(KEY)
