"""Reconciliation: what the vehicle saw is taken in, in order, once; it gets the keys to hold."""

from __future__ import annotations

from datetime import datetime

from rig.digital_key.crypto import PublicKey
from rig.key_server import contract
from rig.key_server.emulated import keybook, slots, texts
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.schema import moment, ticks
from rig.key_server.emulated.sharing import awaits_code, awaits_code_in_vehicle, grant
from rig.key_server.emulated.store import Row
from rig.key_server.errors import EventsMissing
from rig.key_server.invitations import Restrictions
from rig.key_server.keys import (
    Device,
    Ending,
    EventKind,
    Functions,
    KeyEntry,
    KeyState,
    Objection,
    Role,
    VehicleEvent,
    VehicleReport,
    VehicleView,
)
from rig.key_server.readings import KeyKind

_KINDS = {
    EventKind.USED: KeyKind.DIGITAL,
    EventKind.FOB_USED: KeyKind.FOB,
    EventKind.CARD_USED: KeyKind.CARD,
}
_DELETIONS = (EventKind.DELETED, EventKind.PRE_DELETION_OVER, EventKind.REPLACED)


class Reconciliation(contract.Reconciliation):
    """The two views become one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def reconcile(self, report: VehicleReport) -> VehicleView:
        """Raises NotFound, EventsMissing."""
        with self._desk.operation() as operation:
            operation.vehicle(report.vehicle_id)
            known = _last_event(operation, report.vehicle_id)
            objections = []
            for event in report.events:
                if event.number <= known:
                    continue  # sent again: the answer to the first time was lost
                if event.number != known + 1:
                    raise EventsMissing(known + 1, event.number)
                known = event.number
                if (reason := _take_in(operation, report.vehicle_id, event)) is not None:
                    objections.append(Objection(event, reason))
            operation.change(
                "UPDATE vehicles SET last_event = ? WHERE vehicle_id = ?",
                *(known, report.vehicle_id),
            )
            return VehicleView(
                vehicle_id=report.vehicle_id,
                keys=_entries(operation, report.vehicle_id),
                acknowledged=known,
                objections=tuple(objections),
                spent=slots.spent(operation, report.vehicle_id),
            )


def _take_in(operation: Operation, vehicle_id: bytes, event: VehicleEvent) -> str | None:
    """Let one event have its effect; the reason where it has none."""
    # A clock that is ahead must not reach past what the server knows.
    at = min(ticks(event.at), operation.now)
    if event.kind in (EventKind.FOB_USED, EventKind.CARD_USED):
        _end_pre_deletions(operation, vehicle_id, _KINDS[event.kind], at)
        return None
    row = operation.row(
        "SELECT * FROM keys WHERE key_id = ? AND vehicle_id = ?", event.key_id, vehicle_id
    )
    if row is None:
        return "the key is not tracked for this vehicle"
    if event.kind in _DELETIONS:
        return _delete(operation, row, event.kind, at)
    return _use(operation, row, event.kind, at)


def _use(operation: Operation, row: Row, kind: EventKind, at: int) -> str | None:
    if not keybook.was_active(row, at):
        return f"the key was not active at that time (now {row['state']})"
    if kind is EventKind.ACTIVATED:
        return _activate(operation, row)
    if row["functions"] == Functions.NONE:
        return "the key awaits its activation code"
    _end_pre_deletions(operation, row["vehicle_id"], KeyKind.DIGITAL, at)
    return None


def _delete(operation: Operation, row: Row, kind: EventKind, at: int) -> str | None:
    """A deletion that happened cannot be undone: it counts, expected or not."""
    if row["state"] == KeyState.DELETED:
        return None  # and what came after it, such as a new main key's invitations, stays
    main = (row["role"], row["device"]) == (Role.OWNER, Device.PHONE)
    if kind is EventKind.REPLACED and main:
        keybook.replace_main_key(operation, row, at)
        return None
    keybook.delete_any(operation, row, Ending.VEHICLE, at)
    if kind is EventKind.REPLACED:
        return "only a main key is replaced; it is deleted all the same"
    unexpected = kind is EventKind.PRE_DELETION_OVER and row["state"] == KeyState.ACTIVE
    return "the key was not in pre-deletion; it is deleted all the same" if unexpected else None


def _activate(operation: Operation, row: Row) -> str | None:
    invitation_id = row["invitation_id"]
    if row["state"] != KeyState.ACTIVE:
        return f"the key is in state {row['state']} by now"
    if invitation_id is None:
        return "only shared keys are activated"
    if awaits_code(operation, invitation_id):
        return "the key awaits its activation code"
    grant(operation, invitation_id, on_screen=True)
    return None


def _end_pre_deletions(operation: Operation, vehicle_id: bytes, kind: KeyKind, at: int) -> None:
    """Another active key used the vehicle: keys revoked by then are gone (DK-REV-03)."""
    if kind not in operation.desk.readings.ends_pre_deletion:
        return
    for row in keybook.living(operation, vehicle_id):
        if row["state"] == KeyState.PRE_DELETION and row["revoked_at"] <= at:
            keybook.delete(operation, row["key_id"], Ending(row["ending"]), at)


def _entries(operation: Operation, vehicle_id: bytes) -> tuple[KeyEntry, ...]:
    return tuple(_entry(operation, row) for row in keybook.living(operation, vehicle_id))


def _entry(operation: Operation, row: Row) -> KeyEntry:
    slot = slots.slot_of(operation, row["key_id"])
    assert slot is not None, "a living key holds a slot"  # noqa: S101
    return KeyEntry(
        key_id=row["key_id"],
        public=PublicKey(row["public"]),
        slot=slot,
        role=Role(row["role"]),
        state=KeyState(row["state"]),
        functions=_allowed(operation, row),
        restrictions=_restrictions(operation, row),
        awaits_code=_awaits_code(operation, row),
        not_after=_not_after(operation, row),
        parent=row["parent"],
    )


def _allowed(operation: Operation, row: Row) -> Functions:
    """What a key may do in its state; in pre-deletion, what the reading leaves (AMB-08)."""
    functions = Functions(row["functions"])
    left = operation.desk.readings.pre_deletion_use
    if row["state"] != KeyState.PRE_DELETION or left == "as_before":
        return functions
    if left == "nothing" or functions is Functions.NONE:
        return Functions.NONE
    return Functions.UNLOCK


def _not_after(operation: Operation, row: Row) -> datetime | None:
    """As the entitlement says: counted from the acceptance, for a copy on a watch as well."""
    accepted = operation.row(
        "SELECT tracked_at FROM keys WHERE invitation_id = ? AND device = 'phone'",
        row["invitation_id"],
    )
    if accepted is None:
        return None
    accepted_at = moment(accepted["tracked_at"])
    return accepted_at + operation.desk.readings.shared_key_validity


def _awaits_code(operation: Operation, row: Row) -> bool:
    invitation_id = row["invitation_id"]
    return invitation_id is not None and awaits_code_in_vehicle(operation, invitation_id)


def _restrictions(operation: Operation, row: Row) -> Restrictions:
    found = operation.row(
        "SELECT offer FROM invitations WHERE invitation_id = ?", row["invitation_id"]
    )
    return Restrictions() if found is None else texts.offer_from(found["offer"]).restrictions


def _last_event(operation: Operation, vehicle_id: bytes) -> int:
    return operation.number("SELECT last_event FROM vehicles WHERE vehicle_id = ?", vehicle_id)
