"""The vehicle's key schedule (public notes on CCC-TS-101, listings 15-20 and 15-45).

The virtual phone derives the same keys with code of its own; published vectors pin both.
"""

from __future__ import annotations

from dataclasses import dataclass

from rig.digital_key import tlv
from rig.digital_key.crypto import BLOCK, PrivateKey, PublicKey, hkdf, x963_kdf
from rig.digital_key.profiles import STANDARD_ONLY, Bearer, Part, Profile
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
    bearer: Bearer = Bearer.CONTACTLESS

    @property
    def session_id(self) -> int:
        """UWB_Session_Id: the low 4 bytes of the transaction identifier."""
        return int.from_bytes(self.transaction_id[-4:], "big")

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
            Part.INTERFACE: bytes((self._interface,)),
            Part.FLAG: self.flag,
            Part.LABEL: label,
            Part.VERSION: tlv.encode(_VERSIONS_TAG, self.version),
            Part.DEVICE_VERSIONS: tlv.encode(_VERSIONS_TAG, self.device_versions),
        }

    @property
    def _interface(self) -> int:
        if self.bearer is Bearer.BLUETOOTH:
            return self.settings.interface_ble
        return self.settings.interface_contactless


def standard_keys(handshake: Handshake) -> tuple[SessionKeys, Secret]:
    """Channel keys and Kpersistent of a standard transaction."""
    shared = _shared(handshake)
    persistent = _join(handshake.profile.key_context, handshake.context(b"Persistent"))
    return _session(_volatile(handshake, shared, 48)), hkdf(shared, persistent, 32)


def ranging_key(handshake: Handshake) -> Secret | None:
    """The URSK, 32 bytes, of a standard transaction that derives one: setting ``ursk_derivation``.

    Transactions for the ranging key do, and all of them with ``ranging_key_precomputed``.
    """
    codes = {handshake.profile.purposes.get(purpose) for purpose in STANDARD_ONLY}
    if handshake.flag[1] not in codes and not handshake.settings.ranging_key_precomputed:
        return None
    return Secret(_volatile(handshake, _shared(handshake), 80)[48:])


def _shared(handshake: Handshake) -> Secret:
    shared = handshake.vehicle_ephemeral.agree(handshake.device_ephemeral)
    if handshake.settings.shared_secret_kdf == "x963_sha256":  # noqa: S105 - a setting's value
        return x963_kdf(shared, handshake.transaction_id, 32)
    return shared


def _volatile(handshake: Handshake, shared: Secret, size: int) -> Secret:
    order = handshake.profile.key_context
    return hkdf(shared, _join(order, handshake.context(b"Volatile")), size)


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
