"""The vehicle's half of a pairing: a verifier in place of the password, made once."""

from __future__ import annotations

import threading
from collections import OrderedDict

from rig.digital_key.spake2plus import Scrypt, Verifier, verifier_of
from rig.key_server.emulated.schema import moment
from rig.key_server.emulated.seal import Seal
from rig.key_server.emulated.store import Row
from rig.key_server.pairing import VehiclePairing

_KEPT = 8


class Verifiers:
    """Remembers the last few verifiers by pairing, so that scrypt runs once for each.

    They live in memory alone, print nothing, and are gone with the process.
    """

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._lock = threading.Lock()
        self._made: OrderedDict[str, Verifier] = OrderedDict()

    def half_of(self, row: Row) -> VehiclePairing:
        """What the vehicle gets of a pairing, by its row."""
        pairing_id = row["pairing_id"]
        salt = self._seal.salt(pairing_id)
        scrypt = Scrypt(salt, row["scrypt_n"], row["scrypt_r"], row["scrypt_p"])
        verifier = self._verifier(pairing_id, scrypt)
        return VehiclePairing(
            pairing_id=pairing_id,
            vehicle_id=row["vehicle_id"],
            w0=verifier.w0,
            l_point=verifier.point,
            salt=salt,
            scrypt_n=scrypt.cost,
            scrypt_r=scrypt.block_size,
            scrypt_p=scrypt.parallelism,
            expires_at=moment(row["expires_at"]),
        )

    def _verifier(self, pairing_id: str, scrypt: Scrypt) -> Verifier:
        with self._lock:
            if pairing_id not in self._made:
                password = self._seal.password(pairing_id).decode()
                self._made[pairing_id] = verifier_of(password, scrypt)
                if len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            return self._made[pairing_id]
