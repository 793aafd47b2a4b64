"""SPAKE2+ as owner pairing uses it, the vehicle being the verifier (public notes, section 3).

The group and the points M and N are those of RFC 9383, the transcript is not: it holds X, Y, Z, V
and w0 alone. The device's half is written elsewhere, apart from this; the vectors of CCC-TS-101
v4.0.0, appendix D, pin both.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.crypto import cmac, hkdf, same
from rig.digital_key.curve import ORDER, Point, generator
from rig.digital_key.errors import BadEvidence, BadShare, Malformed
from rig.digital_key.pairing_messages import TAG_APPLET_VERSIONS, TAG_SPAKE2_VERSION
from rig.digital_key.secrets import Secret

PASSWORD_SIZE, SALT_SIZE = 8, 16
_M = bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f")
_N = bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49")
_KEY_SIZE = 16
_MEMORY_MOST = 256 * 1024 * 1024  # bytes scrypt may take: 128 N r, and a margin


@dataclass(frozen=True, slots=True)
class Scrypt:
    """Parameters of the password hash (RFC 7914): cost N, block size r, parallelism p."""

    salt: bytes
    cost: int = 32_768
    block_size: int = 8
    parallelism: int = 1

    def __post_init__(self) -> None:
        """Raises Malformed for parameters that 7F50 or scrypt cannot carry."""
        if len(self.salt) != SALT_SIZE:
            raise Malformed(f"a salt of {len(self.salt)} bytes, not {SALT_SIZE}")
        if not 2 <= self.cost <= 0xFFFF_FFFF or self.cost & (self.cost - 1):
            raise Malformed(f"scrypt cost {self.cost} is no power of two in four bytes")
        if not 1 <= self.block_size <= 0xFFFF or not 1 <= self.parallelism <= 0xFFFF:
            raise Malformed(f"scrypt r {self.block_size}, p {self.parallelism} out of range")

    def stretch(self, password: bytes) -> Secret:
        """The 80 bytes that w0 and w1 come from. Raises Malformed when they cost too much."""
        try:
            stretched = hashlib.scrypt(
                password,
                salt=self.salt,
                n=self.cost,
                r=self.block_size,
                p=self.parallelism,
                maxmem=_MEMORY_MOST,
                dklen=80,
            )
        except ValueError as exc:  # OpenSSL: more memory than allowed
            raise Malformed(f"scrypt refuses {self}") from exc
        return Secret(stretched)


@dataclass(frozen=True, slots=True)
class Verifier:
    """What the key server hands the vehicle in place of the password (public notes, 2.7)."""

    w0: Secret  # 32 bytes, 1 to the group's order less one
    point: bytes  # L = w1 G, 65 bytes: as good as the password to a guesser, so never logged
    scrypt: Scrypt

    def __post_init__(self) -> None:
        """Raises Malformed for a scalar out of range or a point that is none."""
        if len(self.w0) != 32 or not 0 < int.from_bytes(self.w0, "big") < ORDER:
            raise Malformed("w0 is out of range")
        Point.decode(self.point)

    def __repr__(self) -> str:
        return f"Verifier(scrypt={self.scrypt!r})"


def password_scalars(password: bytes, scrypt: Scrypt) -> tuple[Secret, Secret]:
    """w0 and w1 of a password, 32 bytes each."""
    stretched = scrypt.stretch(password)
    return _scalar(stretched[:40]), _scalar(stretched[40:])


def verifier_of(password: str, scrypt: Scrypt) -> Verifier:
    """The verifier of a pairing password, as the key server computes it.

    Raises Malformed for anything but eight digits; the message does not quote it.
    """
    if len(password) != PASSWORD_SIZE or not (password.isascii() and password.isdigit()):
        raise Malformed(f"a pairing password has {PASSWORD_SIZE} digits, 0 to 9")
    w0, w1 = password_scalars(password.encode(), scrypt)
    return Verifier(w0, (generator() * _number(w1)).encode(), scrypt)


@dataclass(frozen=True, slots=True)
class Versions:
    """What both sides agreed on in the clear; the evidence is bound to it."""

    spake2: bytes  # value of 5B in SPAKE2+ REQUEST
    applet: bytes  # value of 5C in SPAKE2+ REQUEST

    def context(self) -> bytes:
        """The two elements as they were sent."""
        agreed = tlv.encode(TAG_SPAKE2_VERSION, self.spake2)
        return agreed + tlv.encode(TAG_APPLET_VERSIONS, self.applet)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The vehicle's state after it has seen the device's share, before the device's evidence."""

    share: bytes  # Y, 65 bytes
    evidence: bytes  # M[1], 16 bytes
    _expected: Secret  # M[2]
    _secret: Secret  # SK

    def confirm(self, evidence: bytes) -> Secret:
        """SK, 16 bytes, if the device's evidence M[2] is right. Raises BadEvidence."""
        if not same(self._expected, evidence):
            raise BadEvidence("the device's evidence is not that of the password")
        return self._secret


def agree(
    verifier: Verifier,
    device_share: bytes,
    versions: Versions,
    *,
    scalar: Callable[[], int] = lambda: 1 + secrets.randbelow(ORDER - 1),
) -> Agreement:
    """Answer the device's share X. ``scalar`` gives y, from 1 to the order less one.

    Raises BadShare when X is off the curve, infinity, or leads to it.
    """
    w0, y = _number(verifier.w0), scalar()
    try:
        unmasked = Point.decode(device_share) - Point.decompress(_M) * w0
        z = (unmasked * y).encode()
    except Malformed as exc:
        raise BadShare(f"the device's share: {exc}") from exc
    v = (Point.decode(verifier.point) * y).encode()
    share = (generator() * y + Point.decompress(_N) * w0).encode()
    transcript = (device_share, share, z, v, verifier.w0)
    key = hashlib.sha256(b"".join(_measured(part) for part in transcript)).digest()
    info = b"ConfirmationKeys" + versions.context()
    confirmation = hkdf(key[:_KEY_SIZE], info, 2 * _KEY_SIZE)
    return Agreement(
        share=share,
        evidence=cmac(confirmation[:_KEY_SIZE], device_share),
        _expected=Secret(cmac(confirmation[_KEY_SIZE:], share)),
        _secret=Secret(key[_KEY_SIZE:]),
    )


def _scalar(stretched: bytes) -> Secret:
    return Secret((_number(stretched) % (ORDER - 1) + 1).to_bytes(32, "big"))


def _number(big_endian: bytes) -> int:
    return int.from_bytes(big_endian, "big")


def _measured(part: bytes) -> bytes:
    """A part of the transcript behind its length, eight bytes little-endian."""
    return len(part).to_bytes(8, "little") + part
