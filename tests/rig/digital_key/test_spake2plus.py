"""SPAKE2+ at the vehicle equals the vectors of CCC-TS-101 v4.0.0, appendix D, value by value."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.digital_key.crypto import cmac, hkdf
from rig.digital_key.curve import ORDER, Point, generator
from rig.digital_key.errors import BadEvidence, BadShare, Malformed
from rig.digital_key.secrets import Secret
from rig.digital_key.spake2plus import (
    Agreement,
    Scrypt,
    Verifier,
    Versions,
    agree,
    password_scalars,
    verifier_of,
)

PASSWORD, SCRYPT = b"pleaseletmein", Scrypt(b"yellowsubmarines", 32_768, 8, 1)
VERSIONS = Versions(spake2=bytes.fromhex("0101"), applet=bytes.fromhex("01010100"))
W0 = bytes.fromhex("e433ab43428320b24fab82f915d1db114acd72f8a4bf4fbf3c712b94bcc2f013")
W1 = bytes.fromhex("44363d157f471221b1e75e596ff4714a712b9578301665d84ec17004952523a8")
L = bytes.fromhex(
    "04 ff69eb6086938b3cce2c9e64dcacea1a925918e75e8c17948d316322d370123f"
    "   69132aed7398919e6e6614f7627b0a54060c5a8c0d93d2754166ab10fea6a8ff"
)
x = bytes(range(32))
y = bytes.fromhex("f1e1d1c1b1a191817161514131211101f0e0d0c0b0a090807060504030201000")
X = bytes.fromhex(
    "04 f44555207a617fd90900dba5c8e6f81eddbd87590873a63b9057dda9f138dbc1"
    "   6f453195f6452ce71d399052435952b89a10b927435574f5e3707eae031c40e0"
)
Y = bytes.fromhex(
    "04 b6fdaf3f6949869d68f667108b75e4ce74847e8953d1e3c6aae21699e8027211"
    "   c2d9b2b2a906cc7ea7020715dec44e95659e3fc8994f635b95e7c9ea5c362cbe"
)
SK = bytes.fromhex("9f695017ba5e1df74a1b8bbf27fe1e0d")
K1 = bytes.fromhex("ab667caeffe27505265d0f2026e146ea")
K2 = bytes.fromhex("af679bf88b734e1cb7cd0243fb21a589")
M1 = bytes.fromhex("110d49f8c5a896e11d4dde4c3b9704d2")
M2 = bytes.fromhex("23d1a618ad3acbfd7a9bd19fd1737107")
M = Point.decompress(
    bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f")
)
VERIFIER = Verifier(Secret(W0), L, SCRYPT)
CHEAP = Scrypt(bytes(16), 2, 1, 1)


def number(scalar: bytes) -> int:
    return int.from_bytes(scalar, "big")


def agreed(**changed: object) -> Agreement:
    given = {"verifier": VERIFIER, "device_share": X, "versions": VERSIONS} | changed
    return agree(**given, scalar=lambda: number(y))  # type: ignore[arg-type]


def test_the_password_becomes_the_published_scalars_and_point() -> None:
    assert password_scalars(PASSWORD, SCRYPT) == (W0, W1)
    assert (generator() * number(W1)).encode() == L


def test_the_published_share_of_the_device_is_read_backwards_too() -> None:
    assert Point.decode(X) - M * number(W0) == generator() * number(x)


def test_the_shares_and_evidence_are_the_published_ones() -> None:
    agreement = agreed()
    assert (agreement.share, agreement.evidence) == (Y, M1)
    assert agreement.confirm(M2) == SK


def test_the_published_evidence_is_that_of_the_published_confirmation_keys() -> None:
    assert (cmac(K1, X), cmac(K2, Y)) == (M1, M2)


@pytest.mark.parametrize("position", range(16))
def test_other_evidence_is_refused(position: int) -> None:
    other = bytearray(M2)
    other[position] ^= 1
    with pytest.raises(BadEvidence):
        agreed().confirm(bytes(other))


@pytest.mark.parametrize("other", [b"", M2[:-1], M2 + b"\x00", M1])
def test_evidence_of_another_size_or_side_is_refused(other: bytes) -> None:
    with pytest.raises(BadEvidence):
        agreed().confirm(other)


CHANGED = {
    "the SPAKE2+ version": {"versions": Versions(b"\x01\x00", VERSIONS.applet)},
    "the applet versions": {"versions": Versions(VERSIONS.spake2, b"\x01\x00")},
    "w0": {"verifier": Verifier(Secret(W1), L, SCRYPT)},
    "L": {"verifier": Verifier(Secret(W0), X, SCRYPT)},
    "X": {"device_share": Y},
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_the_evidence_is_bound_to_everything(changed: dict[str, object]) -> None:
    agreement = agreed(**changed)
    assert agreement.evidence != M1
    with pytest.raises(BadEvidence):
        agreement.confirm(M2)


BAD_SHARES = {
    "zeros": b"\x04" + bytes(64),
    "off the curve": X[:-1] + bytes((X[-1] ^ 1,)),
    "compressed": b"\x02" + X[1:33],
    "nothing": b"",
    "the masking point alone, which leads to infinity": (M * number(W0)).encode(),
}


@pytest.mark.parametrize("share", BAD_SHARES.values(), ids=BAD_SHARES)
def test_a_bad_share_is_refused(share: bytes) -> None:
    with pytest.raises(BadShare):
        agreed(device_share=share)


@pytest.mark.parametrize(
    "password", ["", "1234567", "123456789", "1234567a", "12345 78", "١٢٣٤٥٦٧٨", "1234567\n"]
)
def test_a_password_of_anything_but_eight_digits_is_refused_and_not_quoted(password: str) -> None:
    with pytest.raises(Malformed, match="8 digits") as refusal:
        verifier_of(password, CHEAP)
    assert not password or password not in str(refusal.value)


def test_neither_password_nor_scalars_print() -> None:
    verifier = verifier_of("01234567", CHEAP)
    shown = f"{verifier!r} {verifier} {agree(verifier, X, VERSIONS)!r}"
    for hidden in (verifier.w0.hex(), verifier.point.hex(), repr(bytes(verifier.w0))):
        assert hidden not in shown


BAD_SCRYPT = {
    "salt of 15 bytes": (bytes(15), 2, 1, 1),
    "cost of no power of two": (bytes(16), 3, 1, 1),
    "cost of one": (bytes(16), 1, 1, 1),
    "cost beyond four bytes": (bytes(16), 2**32, 1, 1),
    "no block": (bytes(16), 2, 0, 1),
    "parallelism beyond two bytes": (bytes(16), 2, 1, 2**16),
}


@pytest.mark.parametrize("parameters", BAD_SCRYPT.values(), ids=BAD_SCRYPT)
def test_scrypt_parameters_that_do_not_fit_are_refused(
    parameters: tuple[bytes, int, int, int],
) -> None:
    with pytest.raises(Malformed):
        Scrypt(*parameters)


def test_a_password_hash_that_would_take_all_memory_is_refused() -> None:
    with pytest.raises(Malformed, match="refuses"):
        Scrypt(bytes(16), 2**20, 8, 1).stretch(b"x")


@pytest.mark.parametrize("w0", [b"", bytes(32), ORDER.to_bytes(32, "big"), bytes(33)])
def test_a_verifier_out_of_range_is_refused(w0: bytes) -> None:
    with pytest.raises(Malformed, match="w0"):
        Verifier(Secret(w0), L, SCRYPT)


def test_a_verifier_whose_point_is_none_is_refused() -> None:
    with pytest.raises(Malformed):
        Verifier(Secret(W0), bytes(65), SCRYPT)


N = Point.decompress(
    bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49")
)


@settings(deadline=None)
@given(
    st.text("0123456789", min_size=8, max_size=8),
    st.text("0123456789", min_size=8, max_size=8),
    st.integers(1, ORDER - 1),
)
def test_both_sides_agree_exactly_when_the_passwords_do(typed: str, known: str, x: int) -> None:
    """The device's half is written out here, by the formulas of the facts."""
    w0, w1 = map(number, password_scalars(typed.encode(), CHEAP))
    share = (generator() * x + M * w0).encode()
    agreement = agree(verifier_of(known, CHEAP), share, VERSIONS)
    unmasked = Point.decode(agreement.share) - N * w0
    parts = [share, agreement.share, (unmasked * x).encode(), (unmasked * w1).encode()]
    evidence, secret = _device_keys([*parts, w0.to_bytes(32, "big")], agreement.share)
    if typed == known:
        assert agreement.confirm(evidence) == secret
    else:
        with pytest.raises(BadEvidence):
            agreement.confirm(evidence)


def _device_keys(transcript: list[bytes], vehicle_share: bytes) -> tuple[bytes, bytes]:
    key = sha256(b"".join(len(p).to_bytes(8, "little") + p for p in transcript)).digest()
    info = b"ConfirmationKeys" + bytes.fromhex("5b020101 5c0401010100")
    return cmac(hkdf(key[:16], info, 32)[16:], vehicle_share), key[16:]
