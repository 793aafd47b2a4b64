"""Slots: each taken one is held by one open invitation or one living key, by nothing else."""

from __future__ import annotations

from itertools import count

from rig.key_server.emulated.desk import IDENTIFIER_SIZE, Operation
from rig.key_server.keys import Slot


def allot_to_invitation(
    operation: Operation, vehicle_id: bytes, invitation_id: str, identifier: bytes | None = None
) -> Slot:
    """Take the lowest free slot for a key that does not exist yet."""
    return _allot(operation, vehicle_id, invitation_id, None, identifier)


def allot_to_key(
    operation: Operation, vehicle_id: bytes, key_id: bytes, identifier: bytes | None = None
) -> Slot:
    """Take the lowest free slot for a key that is there."""
    return _allot(operation, vehicle_id, None, key_id, identifier)


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
    """The identifiers of keys and invitations that have ended."""
    rows = operation.rows("SELECT identifier FROM spent WHERE vehicle_id = ?", vehicle_id)
    return tuple(row["identifier"] for row in rows)


def _allot(
    operation: Operation,
    vehicle_id: bytes,
    invitation_id: str | None,
    key_id: bytes | None,
    identifier: bytes | None = None,
) -> Slot:
    taken = {
        row["number"]
        for row in operation.rows("SELECT number FROM slots WHERE vehicle_id = ?", vehicle_id)
    }
    number = next(number for number in count() if number not in taken)
    # A fresh identifier: what was signed over the slot's last one opens nothing.
    identifier = identifier or operation.desk.random_bytes(IDENTIFIER_SIZE)
    operation.change(
        "INSERT INTO slots VALUES (?, ?, ?, ?, ?)",
        vehicle_id,
        number,
        identifier,
        invitation_id,
        key_id,
    )
    return Slot(number, identifier)
