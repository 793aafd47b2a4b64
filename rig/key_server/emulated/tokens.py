"""Letters, their tokens, and the pairings these open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rig.digital_key.secrets import Secret
from rig.digital_key.spake2plus import Scrypt, verifier_of
from rig.key_server import contract
from rig.key_server.eligibility import Feature
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.schema import moment
from rig.key_server.emulated.seal import Seal, digest
from rig.key_server.emulated.store import Row
from rig.key_server.errors import NotAuthorised, NotEligible, TokenRefused
from rig.key_server.pairing import Letter, Pairing, VehiclePairing, Way

_TICKS_PER_SECOND = 1_000_000
# The cost of the published sample; a real server chooses its own and tells phone and vehicle.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 4096, 8, 1
_LINK, _MANUAL = "pairing link", "pairing token"


class PairingTokens(contract.PairingTokens):
    """Each token opens one pairing, by link or by hand. A new pairing closes the one before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def letters(self, account_id: str) -> Sequence[Letter]:
        with self._desk.operation() as operation:
            found = operation.rows(
                "SELECT * FROM tokens WHERE account_id = ? ORDER BY issued_at, rowid", account_id
            )
            return tuple(_letter(self._desk.seal, row) for row in found)

    def renew(self, account_id: str, vehicle_id: bytes) -> Letter:
        with self._desk.operation() as operation:
            _check_owner(operation, account_id, vehicle_id)
            operation.change(
                "UPDATE tokens SET state = 'void' WHERE vehicle_id = ? AND state = 'open'",
                vehicle_id,
            )
            return send_letter(operation, account_id, vehicle_id)

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
            _check_owner(operation, account_id, vehicle_id)
            return self._open(operation, vehicle_id, Way.APP)

    def for_vehicle(self, vehicle_id: bytes) -> VehiclePairing | None:
        with self._desk.operation() as operation:
            row = operation.row(
                "SELECT * FROM pairings WHERE vehicle_id = ? AND state = 'open' AND expires_at > ?",
                *(vehicle_id, operation.now),
            )
        if row is None:
            return None
        pairing_id, seal = row["pairing_id"], self._desk.seal
        scrypt = Scrypt(seal.salt(pairing_id), _SCRYPT_N, _SCRYPT_R, _SCRYPT_P)
        verifier = verifier_of(seal.password(pairing_id).decode(), scrypt)
        return VehiclePairing(
            pairing_id=pairing_id,
            vehicle_id=vehicle_id,
            w0=verifier.w0,
            l_point=verifier.point,
            salt=scrypt.salt,
            scrypt_n=_SCRYPT_N,
            scrypt_r=_SCRYPT_R,
            scrypt_p=_SCRYPT_P,
            expires_at=moment(row["expires_at"]),
        )

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
        expires_at = _later(operation, self._desk.readings.pairing_lifetime)
        operation.change(
            "INSERT INTO pairings VALUES (?, ?, ?, ?, 'open')",
            *(pairing_id, vehicle_id, way, expires_at),
        )
        return Pairing(
            pairing_id=pairing_id,
            vehicle_id=vehicle_id,
            way=way,
            password=self._desk.seal.password(pairing_id),
            salt=self._desk.seal.salt(pairing_id),
            scrypt_n=_SCRYPT_N,
            scrypt_r=_SCRYPT_R,
            scrypt_p=_SCRYPT_P,
            expires_at=moment(expires_at),
        )


def send_letter(operation: Operation, account_id: str, vehicle_id: bytes) -> Letter:
    """Issue a token and the letter that carries it."""
    seal, token_id = operation.desk.seal, operation.identifier()
    operation.change(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, 'open')",
        *(token_id, account_id, vehicle_id),
        *(digest(seal.link("pairing", token_id)), digest(seal.manual_token(token_id))),
        *(operation.now, _later(operation, operation.desk.readings.token_lifetime)),
    )
    row = operation.row("SELECT * FROM tokens WHERE token_id = ?", token_id)
    assert row is not None, "it was just inserted"  # noqa: S101
    return _letter(seal, row)


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


def _check_owner(operation: Operation, account_id: str, vehicle_id: bytes) -> None:
    operation.vehicle(vehicle_id)
    owned = operation.row(
        "SELECT 1 FROM vehicles WHERE vehicle_id = ? AND account_id = ?", vehicle_id, account_id
    )
    if owned is None:
        raise NotAuthorised(f"vehicle {vehicle_id.hex()} is not in account {account_id}")


def _letter(seal: Seal, row: Row) -> Letter:
    token_id = row["token_id"]
    return Letter(
        vehicle_id=row["vehicle_id"],
        link=seal.link("pairing", token_id),
        manual_token=seal.manual_token(token_id),
        expires_at=moment(row["expires_at"]),
    )


def _later(operation: Operation, by: timedelta) -> int:
    return operation.now + int(by.total_seconds() * _TICKS_PER_SECOND)
