"""Letters: the e-mails that carry a pairing token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rig.key_server import contract
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.schema import moment
from rig.key_server.emulated.seal import Seal, digest
from rig.key_server.emulated.store import Row
from rig.key_server.errors import NotAuthorised
from rig.key_server.pairing import Letter

_TICKS_PER_SECOND = 1_000_000


class Letters(contract.Letters):
    """Each letter holds one token in two forms; the last one of a vehicle is good."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def sent(self, account_id: str) -> Sequence[Letter]:
        with self._desk.operation() as operation:
            found = operation.rows(
                "SELECT * FROM tokens WHERE account_id = ? ORDER BY issued_at, rowid", account_id
            )
            return tuple(_letter(self._desk.seal, row) for row in found)

    def renew(self, account_id: str, vehicle_id: bytes) -> Letter:
        with self._desk.operation() as operation:
            check_owner(operation, account_id, vehicle_id)
            operation.change(
                "UPDATE tokens SET state = 'void' WHERE vehicle_id = ? AND state = 'open'",
                vehicle_id,
            )
            return send_letter(operation, account_id, vehicle_id)


def send_letter(operation: Operation, account_id: str, vehicle_id: bytes) -> Letter:
    """Issue a token and the letter that carries it."""
    seal, token_id = operation.desk.seal, operation.identifier()
    operation.change(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, 'open')",
        *(token_id, account_id, vehicle_id),
        *(digest(seal.link("pairing", token_id)), digest(seal.manual_token(token_id))),
        *(operation.now, later(operation, operation.desk.readings.token_lifetime)),
    )
    row = operation.row("SELECT * FROM tokens WHERE token_id = ?", token_id)
    assert row is not None, "it was just inserted"  # noqa: S101
    return _letter(seal, row)


def check_owner(operation: Operation, account_id: str, vehicle_id: bytes) -> None:
    """Raises NotFound, NotAuthorised."""
    operation.vehicle(vehicle_id)
    owned = operation.row(
        "SELECT 1 FROM vehicles WHERE vehicle_id = ? AND account_id = ?", vehicle_id, account_id
    )
    if owned is None:
        raise NotAuthorised(f"vehicle {vehicle_id.hex()} is not in account {account_id}")


def later(operation: Operation, by: timedelta) -> int:
    """When a time from now is over, in ticks."""
    return operation.now + int(by.total_seconds() * _TICKS_PER_SECOND)


def _letter(seal: Seal, row: Row) -> Letter:
    token_id = row["token_id"]
    return Letter(
        vehicle_id=row["vehicle_id"],
        link=seal.link("pairing", token_id),
        manual_token=seal.manual_token(token_id),
        expires_at=moment(row["expires_at"]),
    )
