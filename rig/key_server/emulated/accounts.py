"""Accounts and vehicle records."""

from __future__ import annotations

from collections.abc import Sequence

from rig.digital_key.secrets import Secret
from rig.key_server import contract, eligibility
from rig.key_server.eligibility import Decision, Feature
from rig.key_server.emulated import texts
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.letters import send_letter
from rig.key_server.errors import NotAuthorised, NotFound, Refused
from rig.key_server.vehicles import Variant, VehicleRecord, card_digest


class Accounts(contract.Accounts):
    """Owners' accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, address: str) -> str:
        """A new account; raises Refused for an address that has one."""
        with self._desk.operation() as operation:
            if operation.row("SELECT 1 FROM accounts WHERE address = ?", address) is not None:
                raise Refused(f"{address} has an account")
            account_id = operation.identifier()
            operation.change("INSERT INTO accounts VALUES (?, ?)", account_id, address)
            return account_id

    def add_vehicle(self, account_id: str, vehicle_id: bytes) -> None:
        """Put a vehicle into an account; raises NotAuthorised for one that is in another."""
        with self._desk.operation() as operation:
            check_account(operation, account_id)
            decision = operation.decide(vehicle_id, Feature.DIGITAL_KEY)
            taken = operation.change(
                "UPDATE vehicles SET account_id = ?, added_at = ?"
                " WHERE vehicle_id = ? AND account_id IS NULL",
                *(account_id, operation.now, vehicle_id),
            )
            if not taken:
                raise NotAuthorised(f"vehicle {vehicle_id.hex()} is in an account already")
            if decision.offered:
                send_letter(operation, account_id, vehicle_id)

    def vehicles(self, account_id: str) -> Sequence[bytes]:
        with self._desk.operation() as operation:
            check_account(operation, account_id)
            found = operation.rows(
                "SELECT vehicle_id FROM vehicles WHERE account_id = ? ORDER BY added_at, rowid",
                account_id,
            )
            return tuple(row["vehicle_id"] for row in found)


class VehicleRecords(contract.VehicleRecords):
    """The maker's records."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, record: VehicleRecord) -> None:
        with self._desk.operation() as operation:
            operation.change(
                "INSERT INTO vehicles (vehicle_id, record) VALUES (?, ?)"
                " ON CONFLICT (vehicle_id) DO UPDATE SET record = excluded.record",
                *(record.vehicle_id, texts.record_text(record)),
            )

    def record(self, vehicle_id: bytes) -> VehicleRecord:
        with self._desk.operation() as operation:
            return operation.vehicle(vehicle_id)

    def decide(self, vehicle_id: bytes, feature: Feature) -> Decision:
        with self._desk.operation() as operation:
            return operation.decide(vehicle_id, feature)

    def variant(self, vehicle_id: bytes) -> Variant | None:
        return eligibility.variant(self.record(vehicle_id), self._desk.rules)


class SetupCards(contract.SetupCards):
    """Cards by digest; one for each vehicle."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, vehicle_id: bytes, digest: bytes) -> None:
        """Raises NotFound, and Refused for a card of another vehicle."""
        with self._desk.operation() as operation:
            operation.vehicle(vehicle_id)
            other = operation.row(
                "SELECT 1 FROM setup_cards WHERE digest = ? AND vehicle_id <> ?",
                *(digest, vehicle_id),
            )
            if other is not None:
                raise Refused("the card belongs to another vehicle")
            operation.change(
                "INSERT INTO setup_cards VALUES (?, ?)"
                " ON CONFLICT (vehicle_id) DO UPDATE SET digest = excluded.digest",
                *(vehicle_id, digest),
            )

    def find(self, card: Secret) -> bytes:
        with self._desk.operation() as operation:
            found = operation.row(
                "SELECT vehicle_id FROM setup_cards WHERE digest = ?", card_digest(card)
            )
            if found is None:
                raise NotFound("vehicle", "of this setup card")
            return bytes(found["vehicle_id"])


def check_account(operation: Operation, account_id: str) -> None:
    """Raises NotFound for an account that does not exist."""
    if operation.row("SELECT 1 FROM accounts WHERE account_id = ?", account_id) is None:
        raise NotFound("account", account_id)
