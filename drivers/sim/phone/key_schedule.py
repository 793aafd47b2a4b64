"""The device's key schedule: from one ECDH to session keys, and from Kpersistent to fast ones.

Written for the device alone, from the public notes on CCC-TS-101 (section 5.4, listings 15-20 and
15-45; section 5.5 for the fast transaction). The order in which the pieces are strung together is
the profile's; which piece has which bytes is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.crypto import hkdf, x963_kdf
from rig.digital_key.profiles import Part, Profile
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

_KEY = 16
_VERSIONS_TAG = 0x5C
RANGING_CODES = frozenset({0x10, 0x11})  # AUTH0 P2: derive a ranging key; the same, first approach


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """Keys of one secure channel; ``ranging`` only where it is derived ahead of time."""

    enc: Secret
    mac: Secret
    rmac: Secret
    ranging: Secret | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The public values both ends hold once AUTH0 has been answered; points by their x."""

    vehicle_key_x: bytes
    vehicle_ephemeral_x: bytes
    device_key_x: bytes
    device_ephemeral_x: bytes
    vehicle_id: bytes
    transaction_id: bytes
    flag: bytes  # P1 and P2 of AUTH0
    version: bytes
    device_versions: bytes
    interface: int | None = None  # its byte in the derivations; None is the contactless one

    @property
    def for_ranging(self) -> bool:
        """Whether the transaction is to bring a ranging key (AUTH0 P2)."""
        return self.flag[-1] in RANGING_CODES

    def context(self, order: Sequence[Part], label: bytes, settings: Settings) -> bytes:
        """The info string of a derivation."""
        interface = settings.interface_contactless if self.interface is None else self.interface
        pieces = {
            Part.VEHICLE_KEY_X: self.vehicle_key_x,
            Part.VEHICLE_EPHEMERAL_X: self.vehicle_ephemeral_x,
            Part.DEVICE_KEY_X: self.device_key_x,
            Part.DEVICE_EPHEMERAL_X: self.device_ephemeral_x,
            Part.VEHICLE_ID: self.vehicle_id,
            Part.TRANSACTION_ID: self.transaction_id,
            Part.INTERFACE: bytes((interface & 0xFF,)),
            Part.FLAG: self.flag,
            Part.LABEL: label,
            Part.VERSION: tlv.encode(_VERSIONS_TAG, self.version),
            Part.DEVICE_VERSIONS: tlv.encode(_VERSIONS_TAG, self.device_versions),
        }
        return b"".join(pieces[part] for part in order)


def derive_standard(
    agreed: Secret, transcript: Transcript, profile: Profile, settings: Settings
) -> tuple[SessionKeys, Secret]:
    """Session keys and the new Kpersistent of a standard transaction.

    ``agreed`` is the x coordinate of the ECDH point of the two ephemeral keys.
    """
    root = agreed
    if settings.shared_secret_kdf == "x963_sha256":  # noqa: S105 - a setting's name
        root = x963_kdf(agreed, transcript.transaction_id, 32)
    order = profile.key_context
    # Setting ursk_derivation: the ranging key is what 80 bytes have behind the session keys.
    size = 80 if settings.ranging_key_precomputed or transcript.for_ranging else 48
    volatile = hkdf(root, transcript.context(order, b"Volatile", settings), size)
    persistent = hkdf(root, transcript.context(order, b"Persistent", settings), 32)
    return _split(volatile), persistent


def derive_fast(
    persistent: Secret, transcript: Transcript, profile: Profile, settings: Settings
) -> tuple[bytes, SessionKeys]:
    """The cryptogram of a fast transaction (16 bytes) and its session keys."""
    info = transcript.context(profile.fast_context, b"VolatileFast", settings)
    material = hkdf(persistent, info, 64)
    return bytes(material[:_KEY]), _split(material[_KEY:])


def _split(material: bytes) -> SessionKeys:
    enc, mac, rmac = (Secret(material[i : i + _KEY]) for i in range(0, 3 * _KEY, _KEY))
    return SessionKeys(enc, mac, rmac, Secret(material[48:]) if len(material) > 48 else None)
