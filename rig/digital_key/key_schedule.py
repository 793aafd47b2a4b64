"""The vehicle's key schedule (public notes on CCC-TS-101, listings 15-20 and 15-45).

The virtual phone derives the same keys with code of its own; published vectors pin both.
"""

from __future__ import annotations

from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.crypto import BLOCK, PrivateKey, PublicKey, hkdf, x963_kdf
from rig.digital_key.profiles import Part, Profile
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

_VERSIONS_TAG = 0x5C


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """Keys of one secure channel, 16 bytes each."""

    enc: Secret
    mac: Secret
    rmac: Secret


@dataclass(frozen=True, slots=True)
class Handshake:
    """Everything both sides know after AUTH0. Identifiers and points as they were on the wire."""

    profile: Profile
    settings: Settings
    version: bytes
    device_versions: bytes  # value of the TLV 5C that SELECT returned
    vehicle_id: bytes
    transaction_id: bytes
    flag: bytes  # AUTH0 P1 and P2
    vehicle_ephemeral: PrivateKey
    device_ephemeral: PublicKey

    def context(
        self, label: bytes, vehicle_x: bytes = b"", device_x: bytes = b""
    ) -> dict[Part, bytes]:
        """The bytes behind each part of a key derivation context."""
        return {
            Part.VEHICLE_KEY_X: vehicle_x,
            Part.VEHICLE_EPHEMERAL_X: self.vehicle_ephemeral.public.x,
            Part.DEVICE_KEY_X: device_x,
            Part.DEVICE_EPHEMERAL_X: self.device_ephemeral.x,
            Part.VEHICLE_ID: self.vehicle_id,
            Part.TRANSACTION_ID: self.transaction_id,
            Part.INTERFACE: bytes((self.settings.interface_contactless,)),
            Part.FLAG: self.flag,
            Part.LABEL: label,
            Part.VERSION: tlv.encode(_VERSIONS_TAG, self.version),
            Part.DEVICE_VERSIONS: tlv.encode(_VERSIONS_TAG, self.device_versions),
        }


def standard_keys(handshake: Handshake) -> tuple[SessionKeys, Secret]:
    """Channel keys and Kpersistent of a standard transaction."""
    shared = handshake.vehicle_ephemeral.agree(handshake.device_ephemeral)
    if handshake.settings.shared_secret_kdf == "x963_sha256":  # noqa: S105 - a setting's value
        shared = x963_kdf(shared, handshake.transaction_id, 32)
    order = handshake.profile.key_context
    volatile = _join(order, handshake.context(b"Volatile"))
    persistent = _join(order, handshake.context(b"Persistent"))
    size = 80 if handshake.settings.ranging_key_precomputed else 48
    return _session(hkdf(shared, volatile, size)), hkdf(shared, persistent, 32)


@dataclass(frozen=True, slots=True)
class FastKeys:
    """What a fast transaction yields for one enrolled key, if that key is the device's."""

    cryptogram: Secret
    session: SessionKeys


def fast_keys(
    handshake: Handshake, persistent: Secret, vehicle_key: PublicKey, device_key: PublicKey
) -> FastKeys:
    """Expected cryptogram and channel keys from an enrolled key's Kpersistent."""
    context = handshake.context(b"VolatileFast", vehicle_key.x, device_key.x)
    okm = hkdf(persistent, _join(handshake.profile.fast_context, context), 4 * BLOCK)
    return FastKeys(Secret(okm[:BLOCK]), _session(okm[BLOCK:]))


def _join(order: tuple[Part, ...], context: dict[Part, bytes]) -> bytes:
    return b"".join(context[part] for part in order)


def _session(okm: bytes) -> SessionKeys:
    return SessionKeys(Secret(okm[:16]), Secret(okm[16:32]), Secret(okm[32:48]))
