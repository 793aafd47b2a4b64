"""Tokens, and the pairings they open on the phone's side and on the vehicle's."""

from __future__ import annotations

from rig.digital_key.secrets import Secret
from rig.key_server import contract
from rig.key_server.eligibility import Feature
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.letters import check_owner, later
from rig.key_server.emulated.schema import moment
from rig.key_server.emulated.seal import digest
from rig.key_server.emulated.store import Row
from rig.key_server.emulated.verifiers import Verifiers
from rig.key_server.errors import NotEligible, TokenRefused
from rig.key_server.pairing import Pairing, VehiclePairing, Way

_LINK, _MANUAL = "pairing link", "pairing token"


class PairingTokens(contract.PairingTokens):
    """Each token opens one pairing, by link or by hand. A new pairing closes the one before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._verifiers = Verifiers(desk.seal)

    def open_link(self, link: Secret) -> Pairing:
        with self._desk.operation() as operation:
            row = operation.row("SELECT * FROM tokens WHERE link_digest = ?", digest(link))
            return self._redeem(operation, row, Way.LINK, _LINK)

    def enter_token(self, vehicle_id: bytes, manual_token: Secret) -> Pairing:
        with self._desk.operation() as operation:
            row = operation.row(
                "SELECT * FROM tokens WHERE vehicle_id = ? AND manual_digest = ?",
                *(vehicle_id, digest(manual_token)),
            )
            return self._redeem(operation, row, Way.MANUAL_TOKEN, _MANUAL)

    def start_in_app(self, account_id: str, vehicle_id: bytes) -> Pairing:
        with self._desk.operation() as operation:
            check_owner(operation, account_id, vehicle_id)
            return self._open(operation, vehicle_id, Way.APP)

    def for_vehicle(self, vehicle_id: bytes) -> VehiclePairing | None:
        with self._desk.operation() as operation:
            operation.vehicle(vehicle_id)
            row = operation.row(
                "SELECT * FROM pairings WHERE vehicle_id = ? AND state = 'open' AND expires_at > ?",
                *(vehicle_id, operation.now),
            )
        # scrypt takes its time: the tables are free meanwhile.
        return None if row is None else self._verifiers.half_of(row)

    def _redeem(self, operation: Operation, row: Row | None, way: Way, name: str) -> Pairing:
        if row is None:
            raise TokenRefused(name, "unknown")
        if row["state"] != "open":
            raise TokenRefused(name, row["state"])
        if row["expires_at"] <= operation.now:
            raise TokenRefused(name, "expired")
        operation.change("UPDATE tokens SET state = 'spent' WHERE token_id = ?", row["token_id"])
        return self._open(operation, row["vehicle_id"], way)

    def _open(self, operation: Operation, vehicle_id: bytes, way: Way) -> Pairing:
        decision = operation.decide(vehicle_id, Feature.DIGITAL_KEY)
        if not decision.offered:
            raise NotEligible(decision)
        operation.change(
            "UPDATE pairings SET state = 'void' WHERE vehicle_id = ? AND state = 'open'",
            vehicle_id,
        )
        pairing_id = operation.identifier()
        expires_at = later(operation, self._desk.readings.pairing_lifetime)
        readings = self._desk.readings
        cost = (readings.scrypt_n, readings.scrypt_r, readings.scrypt_p)
        operation.change(
            "INSERT INTO pairings VALUES (?, ?, ?, ?, ?, ?, ?, 'open')",
            *(pairing_id, vehicle_id, way, *cost, expires_at),
        )
        return Pairing(
            pairing_id=pairing_id,
            vehicle_id=vehicle_id,
            way=way,
            password=self._desk.seal.password(pairing_id),
            salt=self._desk.seal.salt(pairing_id),
            scrypt_n=readings.scrypt_n,
            scrypt_r=readings.scrypt_r,
            scrypt_p=readings.scrypt_p,
            expires_at=moment(expires_at),
        )


def spend_pairing(operation: Operation, pairing_id: str) -> bytes:
    """A key came of the pairing; its vehicle. Raises TokenRefused."""
    row = operation.row("SELECT * FROM pairings WHERE pairing_id = ?", pairing_id)
    if row is None:
        raise TokenRefused("pairing", "unknown")
    if row["state"] != "open":
        raise TokenRefused("pairing", row["state"])
    if row["expires_at"] <= operation.now:
        raise TokenRefused("pairing", "expired")
    operation.change("UPDATE pairings SET state = 'spent' WHERE pairing_id = ?", pairing_id)
    return bytes(row["vehicle_id"])
