"""What SPAKE2+ leaves behind: the keys of the pairing channel, and those that outlive pairing.

Public notes, section 3: ``HKDF(SK, "SystemKeys")``, 64 bytes, or 96 where Bluetooth is spoken.
"""

from __future__ import annotations

from dataclasses import dataclass

from rig.digital_key.crypto import BLOCK, hkdf
from rig.digital_key.key_schedule import SessionKeys
from rig.digital_key.secrets import Secret

FIRST_COUNTER = 0x01  # of the pairing channel's first command (CCC-TS-101 v4.0.0, 18.4.12)


@dataclass(frozen=True, slots=True)
class BluetoothKeys:
    """What lets device and vehicle meet over Bluetooth without showing anything, 16 bytes each."""

    intro: Secret
    oob_master: Secret


@dataclass(frozen=True, slots=True)
class SystemKeys:
    """The keys of one pairing session; only ``session`` dies with it."""

    session: SessionKeys
    long_term_secret: Secret
    bluetooth: BluetoothKeys | None


def system_keys(secret: Secret, *, bluetooth: bool) -> SystemKeys:
    """The keys that SK gives, with those for Bluetooth or without."""
    okm = hkdf(secret, b"SystemKeys", (6 if bluetooth else 4) * BLOCK)
    enc, mac, rmac, long_term, *ble = (
        Secret(okm[at : at + BLOCK]) for at in range(0, len(okm), BLOCK)
    )
    return SystemKeys(SessionKeys(enc, mac, rmac), long_term, BluetoothKeys(*ble) if ble else None)
