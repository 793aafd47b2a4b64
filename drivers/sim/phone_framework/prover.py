"""SPAKE2+ as the device runs it: the prover, who knows the password.

CCC's variant (public notes, section 3): the points M and N are those of RFC 9383, the transcript
and the evidence are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.sim.phone_framework.key_schedule import (
    PasswordScalars,
    SystemKeys,
    evidence_keys,
    shared_secret,
    system_keys,
)
from rig.digital_key.crypto import cmac, same
from rig.digital_key.curve import Point, generator
from rig.digital_key.errors import BadMac
from rig.digital_key.secrets import Secret

_M = "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
_N = "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the device knows once both shares are there; worth nothing before M[1] is checked."""

    keys: SystemKeys
    _expected: Secret
    _evidence: Secret

    def answer(self, evidence: bytes) -> bytes:
        """M[2], for the vehicle whose M[1] is right. Raises BadMac, and then M[2] stays here."""
        if not same(self._expected, evidence):
            raise BadMac("the vehicle does not know the password's verifier")
        return bytes(self._evidence)


class Prover:
    """One run of the protocol. ``share`` is X, 65 bytes."""

    def __init__(self, scalars: PasswordScalars, x: int) -> None:
        """``x`` is fresh and random, from 1 to below the order. Raises Malformed for X infinite."""
        self._x = x
        self._w0, self._w1 = scalars.w0, scalars.w1
        blind = Point.decompress(bytes.fromhex(_M)) * _number(self._w0)
        self.share: bytes = (generator() * x + blind).encode()

    def agree(self, share: bytes, version: bytes, applet_versions: bytes) -> Agreement:
        """Take the vehicle's share Y and the versions of REQUEST.

        Raises Malformed for a Y that is no point, or that makes a shared point infinite.
        """
        bare = Point.decode(share) - Point.decompress(bytes.fromhex(_N)) * _number(self._w0)
        z, v = Secret((bare * self._x).encode()), Secret((bare * _number(self._w1)).encode())
        secret = shared_secret(self.share, share, z, v, self._w0)
        keys = evidence_keys(secret, version, applet_versions)
        return Agreement(
            keys=system_keys(secret),
            _expected=Secret(cmac(keys.vehicle, self.share)),
            _evidence=Secret(cmac(keys.device, share)),
        )


def _number(scalar: Secret) -> int:
    return int.from_bytes(scalar, "big")
