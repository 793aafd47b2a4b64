"""Slots: each taken one is held by one open invitation or one living key, by nothing else."""

from __future__ import annotations

from itertools import count

from rig.key_server.emulated.desk import IDENTIFIER_SIZE, Operation
from rig.key_server.errors import SlotRefused
from rig.key_server.keys import Slot


def allot_to_invitation(
    operation: Operation, vehicle_id: bytes, invitation_id: str, identifier: bytes | None
) -> Slot:
    """Take the lowest free slot for a key that does not exist yet. Raises SlotRefused."""
    slot = _free(operation, vehicle_id, identifier)
    _take(operation, vehicle_id, slot, "invitation_id", invitation_id)
    return slot


def allot_to_key(
    operation: Operation, vehicle_id: bytes, key_id: bytes, identifier: bytes | None = None
) -> Slot:
    """Take the lowest free slot for a key that is there. Raises SlotRefused."""
    slot = _free(operation, vehicle_id, identifier)
    _take(operation, vehicle_id, slot, "key_id", key_id)
    return slot


def hand_over(operation: Operation, invitation_id: str, key_id: bytes) -> Slot:
    """An invitation's slot becomes that of the key that came of it."""
    operation.change(
        "UPDATE slots SET invitation_id = NULL, key_id = ? WHERE invitation_id = ?",
        key_id,
        invitation_id,
    )
    slot = slot_of(operation, key_id)
    assert slot is not None, "a pending invitation holds a slot"  # noqa: S101
    return slot


def slot_of(operation: Operation, key_id: bytes) -> Slot | None:
    """The slot a key holds; None for a deleted one."""
    row = operation.row("SELECT number, identifier FROM slots WHERE key_id = ?", key_id)
    return None if row is None else Slot(row["number"], row["identifier"])


def spent(operation: Operation, vehicle_id: bytes) -> tuple[bytes, ...]:
    """The identifiers that were borne once and are not any more, oldest first."""
    found = operation.rows(
        "SELECT identifier FROM slot_names WHERE vehicle_id = ? AND identifier NOT IN"
        " (SELECT identifier FROM slots WHERE vehicle_id = ?) ORDER BY rowid",
        *(vehicle_id, vehicle_id),
    )
    return tuple(row["identifier"] for row in found)


def _free(operation: Operation, vehicle_id: bytes, identifier: bytes | None) -> Slot:
    """The lowest free slot under a name that the vehicle has never had."""
    if identifier is None:
        identifier = operation.desk.random_bytes(IDENTIFIER_SIZE)
    if not 1 <= len(identifier) <= IDENTIFIER_SIZE:
        raise SlotRefused(identifier, f"{len(identifier)} bytes are no slot identifier")
    # What was signed over the slot's last name opens nothing under this one.
    named = "INSERT OR IGNORE INTO slot_names VALUES (?, ?)"
    if not operation.change(named, vehicle_id, identifier):
        raise SlotRefused(identifier, "the vehicle had it before")
    taken = {
        row["number"]
        for row in operation.rows("SELECT number FROM slots WHERE vehicle_id = ?", vehicle_id)
    }
    return Slot(next(number for number in count() if number not in taken), identifier)


def _take(
    operation: Operation, vehicle_id: bytes, slot: Slot, column: str, holder: str | bytes
) -> None:
    operation.change(
        f"INSERT INTO slots (vehicle_id, number, identifier, {column}) VALUES (?, ?, ?, ?)",  # noqa: S608 - one of two
        *(vehicle_id, slot.number, slot.identifier, holder),
    )
