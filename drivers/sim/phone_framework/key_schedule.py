"""The device's key schedule of owner pairing: from a password to the keys of a session.

Written for the device alone, from the public notes on CCC-TS-101 (section 3). The transcript is
CCC's own: it names the two points, the two shared points and w0, and none of what RFC 9383 adds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.crypto import hkdf
from rig.digital_key.curve import ORDER
from rig.digital_key.errors import Malformed
from rig.digital_key.pairing_messages import TAG_APPLET_VERSIONS, TAG_SPAKE2_VERSION
from rig.digital_key.secrets import Secret

_HALF, _KEY, _SCALAR = 40, 16, 32
_MEMORY_MOST = 64 << 20  # bytes a phone lends to scrypt
_WORK_MOST = 1 << 20  # N times r times p: about a second


@dataclass(frozen=True, slots=True)
class Hardness:
    """What scrypt is to cost, as the vehicle asks for it; ``salt`` has 16 bytes."""

    salt: bytes
    n: int
    r: int
    p: int

    def check(self) -> None:
        """Raises Malformed for what is no scrypt parameter or more than a phone can do."""
        if self.n < 2 or self.n & (self.n - 1) or not self.r or not self.p:
            raise Malformed(f"scrypt has no parameters N {self.n}, r {self.r}, p {self.p}")
        if 128 * self.n * self.r > _MEMORY_MOST or self.n * self.r * self.p > _WORK_MOST:
            raise Malformed(f"scrypt with N {self.n}, r {self.r}, p {self.p} is too much")
        if not any(self.salt):
            raise Malformed("the salt is zero")


@dataclass(frozen=True, slots=True)
class PasswordScalars:
    """w0 and w1, 32 bytes each, from 1 to the order of the group."""

    w0: Secret
    w1: Secret


@dataclass(frozen=True, slots=True)
class EvidenceKeys:
    """K1 proves the vehicle, K2 the device."""

    vehicle: Secret
    device: Secret


@dataclass(frozen=True, slots=True)
class SystemKeys:
    """The session's keys; the last two are for the Bluetooth side."""

    enc: Secret
    mac: Secret
    rmac: Secret
    long_term: Secret
    ble_intro: Secret
    ble_oob_master: Secret


def stretch(password: Secret, hardness: Hardness) -> PasswordScalars:
    """The scalars of a password. Raises Malformed as Hardness.check does."""
    hardness.check()
    n, r, p = hardness.n, hardness.r, hardness.p
    room = 128 * r * (n + p + 2)
    try:
        stretched = hashlib.scrypt(
            password, salt=hardness.salt, n=n, r=r, p=p, maxmem=room, dklen=2 * _HALF
        )
    except ValueError as exc:  # N is too large for r (RFC 7914, section 2)
        raise Malformed(f"scrypt has no parameters N {n}, r {r}, p {p}") from exc
    return PasswordScalars(_reduced(stretched[:_HALF]), _reduced(stretched[_HALF:]))


def _reduced(octets: bytes) -> Secret:
    scalar = int.from_bytes(octets, "big") % (ORDER - 1) + 1
    return Secret(scalar.to_bytes(_SCALAR, "big"))


def shared_secret(mine: bytes, theirs: bytes, z: Secret, v: Secret, w0: Secret) -> Secret:
    """K, 32 bytes. Points have 65 bytes; ``mine`` is X and ``theirs`` Y."""
    parts = (mine, theirs, z, v, w0)
    transcript = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    return Secret(hashlib.sha256(transcript).digest())


def evidence_keys(secret: Secret, version: bytes, applet_versions: bytes) -> EvidenceKeys:
    """From K's first half and the versions, in the TLVs that REQUEST brought them in."""
    info = (
        b"ConfirmationKeys"
        + tlv.encode(TAG_SPAKE2_VERSION, version)
        + tlv.encode(TAG_APPLET_VERSIONS, applet_versions)
    )
    vehicle, device = _cut(hkdf(secret[:_KEY], info, 2 * _KEY))
    return EvidenceKeys(vehicle, device)


def system_keys(secret: Secret) -> SystemKeys:
    """From K's second half."""
    return SystemKeys(*_cut(hkdf(secret[_KEY:], b"SystemKeys", 6 * _KEY)))


def _cut(material: bytes) -> tuple[Secret, ...]:
    return tuple(Secret(material[at : at + _KEY]) for at in range(0, len(material), _KEY))
