"""Keys in the tables: how one is entered and read, and how it ends with what hangs on it."""

from __future__ import annotations

from dataclasses import replace

from rig.digital_key.crypto import PublicKey
from rig.key_server.emulated import slots
from rig.key_server.emulated.desk import Operation
from rig.key_server.emulated.store import Row
from rig.key_server.errors import KeyRefused, NotFound
from rig.key_server.keys import (
    Device,
    Ending,
    Functions,
    KeyRecord,
    KeyState,
    Receipt,
    Role,
    Slot,
    key_identifier,
)

SIGNATURE_SIZE = 64


def enter(
    operation: Operation,
    vehicle_id: bytes,
    public: PublicKey,
    functions: Functions,
    *,
    invitation_id: str | None = None,
    parent: bytes | None = None,
) -> bytes:
    """A new key without a slot yet; its identifier. Raises KeyRefused for one seen before."""
    key_id = key_identifier(public)
    if operation.row("SELECT 1 FROM keys WHERE key_id = ?", key_id) is not None:
        raise KeyRefused(key_id, "it was tracked before")
    role = Role.OWNER if invitation_id is None else Role.SHARED
    device = Device.PHONE if parent is None else Device.WATCH
    operation.change(
        "INSERT INTO keys (key_id, vehicle_id, role, device, public, state, functions,"
        " invitation_id, parent, tracked_at) VALUES (?, ?, ?, ?, ?, 'active', ?, ?, ?, ?)",
        *(key_id, vehicle_id, role, device, public.point, functions),
        *(invitation_id, parent, operation.now),
    )
    return key_id


def receipt(operation: Operation, vehicle_id: bytes, key_id: bytes, slot: Slot) -> Receipt:
    """Sign that the key is tracked, and keep the receipt."""
    at = operation.time.replace(microsecond=0)
    unsigned = Receipt(vehicle_id, key_id, slot, at, bytes(SIGNATURE_SIZE))
    signature = operation.desk.seal.receipt_key.sign(unsigned.message())
    operation.change(
        "INSERT INTO receipts VALUES (?, ?, ?, ?, ?)",
        *(key_id, slot.number, slot.identifier, operation.now, signature),
    )
    return replace(unsigned, signature=signature)


def find(operation: Operation, key_id: bytes) -> Row:
    """A key's row. Raises NotFound."""
    row = operation.row("SELECT * FROM keys WHERE key_id = ?", key_id)
    if row is None:
        raise NotFound("key", key_id.hex())
    return row


def active(operation: Operation, key_id: bytes) -> Row:
    """The row of a key that is active. Raises NotFound, KeyRefused."""
    row = find(operation, key_id)
    if row["state"] != KeyState.ACTIVE:
        raise KeyRefused(key_id, f"it is in state {row['state']}")
    return row


def main_key(operation: Operation, key_id: bytes) -> Row:
    """The row of an active main key on its phone. Raises NotFound, KeyRefused."""
    row = active(operation, key_id)
    if (row["role"], row["device"]) != (Role.OWNER, Device.PHONE):
        raise KeyRefused(key_id, "it is no main key")
    return row


def record(operation: Operation, row: Row) -> KeyRecord:
    """A key as the contract shows it."""
    return KeyRecord(
        key_id=row["key_id"],
        vehicle_id=row["vehicle_id"],
        role=Role(row["role"]),
        device=Device(row["device"]),
        public=PublicKey(row["public"]),
        state=KeyState(row["state"]),
        functions=Functions(row["functions"]),
        slot=slots.slot_of(operation, row["key_id"]),
        invitation_id=row["invitation_id"],
        parent=row["parent"],
        ending=None if row["ending"] is None else Ending(row["ending"]),
    )


def living(operation: Operation, vehicle_id: bytes) -> list[Row]:
    """The keys of a vehicle that are not deleted, by slot."""
    return operation.rows(
        "SELECT keys.* FROM keys JOIN slots USING (key_id) WHERE keys.vehicle_id = ?"
        " AND state <> 'deleted' ORDER BY slots.number",
        vehicle_id,
    )


def begin_deletion(operation: Operation, key_id: bytes, ending: Ending) -> None:
    """Put an active key and its watch copies into pre-deletion."""
    changed = "UPDATE keys SET state = 'pre_deletion', revoked_at = ?, ending = ?"
    operation.change(
        f"{changed} WHERE (key_id = ? OR parent = ?) AND state = 'active'",
        *(operation.now, ending, key_id, key_id),
    )
    _revoke_invitation(operation, key_id)


def delete(operation: Operation, key_id: bytes, ending: Ending, at: int) -> None:
    """End a key and its watch copies for good, at ``at``, and free their slots.

    A key that is deleted already stays as it ended.
    """
    family = operation.rows(
        "SELECT key_id FROM keys WHERE (key_id = ? OR parent = ?) AND state <> 'deleted'",
        *(key_id, key_id),
    )
    for row in family:
        operation.change("DELETE FROM slots WHERE key_id = ?", row["key_id"])
        operation.change(
            "UPDATE keys SET state = 'deleted', ended_at = ?, ending = coalesce(ending, ?)"
            " WHERE key_id = ?",
            *(at, ending, row["key_id"]),
        )
    _revoke_invitation(operation, key_id)


def delete_any(operation: Operation, row: Row, ending: Ending, at: int) -> None:
    """End a key; with a main key goes what the reading in force lets go (AMB-35)."""
    delete(operation, row["key_id"], ending, at)
    if (row["role"], row["device"]) != (Role.OWNER, Device.PHONE):
        return
    _let_go_of_main_key(operation, row["vehicle_id"])
    if operation.desk.readings.shared_keys_without_main_key == "deleted":
        delete_shared(operation, row["vehicle_id"], Ending.MAIN_KEY_DELETED, at)


def replace_main_key(operation: Operation, row: Row, at: int) -> None:
    """Another main key took its place: it ends at once (AMB-07 for the shared keys)."""
    delete(operation, row["key_id"], Ending.PHONE_REPLACED, at)
    _let_go_of_main_key(operation, row["vehicle_id"])
    if operation.desk.readings.shared_keys_on_replacement == "re_invite":
        delete_shared(operation, row["vehicle_id"], Ending.PHONE_REPLACED, at)


def delete_shared(operation: Operation, vehicle_id: bytes, ending: Ending, at: int) -> None:
    """End every shared key of a vehicle."""
    for row in living(operation, vehicle_id):
        if row["role"] == Role.SHARED:
            delete(operation, row["key_id"], ending, at)


def _let_go_of_main_key(operation: Operation, vehicle_id: bytes) -> None:
    """Take open invitations back, which it would attest, and drop what it has signed.

    Vehicles check by the main key of the day: accepted shares wait for the next one's signature.
    """
    operation.change(
        "UPDATE attestations SET attestation = NULL WHERE invitation_id IN"
        " (SELECT invitation_id FROM invitations WHERE vehicle_id = ?)",
        vehicle_id,
    )
    chosen = "SELECT invitation_id FROM invitations WHERE vehicle_id = ? AND state = 'pending'"
    operation.change(f"DELETE FROM slots WHERE invitation_id IN ({chosen})", vehicle_id)  # noqa: S608
    operation.change(
        "UPDATE invitations SET state = 'cancelled' WHERE vehicle_id = ? AND state = 'pending'",
        vehicle_id,
    )


def was_active(row: Row, at: int) -> bool:
    """Whether a key was active at an instant, as far as the server knows now."""
    over = [when for when in (row["revoked_at"], row["ended_at"]) if when is not None]
    return bool(row["tracked_at"] <= at and all(at < when for when in over))


def _revoke_invitation(operation: Operation, key_id: bytes) -> None:
    """Only the phone's key carries its invitation along: a watch may leave alone."""
    operation.change(
        "UPDATE invitations SET state = 'revoked' WHERE state IN ('accepted', 'active') AND"
        " invitation_id = (SELECT invitation_id FROM keys WHERE key_id = ? AND device = 'phone')",
        key_id,
    )
