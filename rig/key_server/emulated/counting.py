"""How many shares are taken, under the counting rule in force (AMB-03)."""

from __future__ import annotations

from rig.key_server import eligibility
from rig.key_server.emulated.desk import Operation
from rig.key_server.errors import SharesExhausted
from rig.key_server.invitations import ShareUsage
from rig.key_server.readings import Counting

_SHARED = "SELECT count(*) FROM keys WHERE role = 'shared'"


def usage(operation: Operation, vehicle_id: bytes) -> ShareUsage:
    """What is taken, in the vehicle or in all vehicles of its account."""
    counting = operation.desk.readings.counting
    where, values = _scope(operation, vehicle_id, counting)
    pending = operation.number(
        f"SELECT count(*) FROM invitations WHERE state = 'pending' AND {where}",  # noqa: S608
        *values,
    )
    by_kind = {
        (device, state): operation.number(
            f"{_SHARED} AND device = ? AND state = ? AND {where}",
            *(device, state, *values),
        )
        for device in ("phone", "watch")
        for state in ("active", "pre_deletion")
    }
    return _counted(_limit(operation, vehicle_id), pending, by_kind, counting)


def check_room(operation: Operation, vehicle_id: bytes, more: int = 1) -> None:
    """Raises SharesExhausted where ``more`` shares do not fit."""
    taken = usage(operation, vehicle_id)
    if taken.counted + more > taken.limit:
        raise SharesExhausted(taken)


def _counted(
    limit: int, pending: int, by_kind: dict[tuple[str, str], int], counting: Counting
) -> ShareUsage:
    held, revoked = by_kind["phone", "active"], by_kind["phone", "pre_deletion"]
    watches = by_kind["watch", "active"]
    revoked_watches = by_kind["watch", "pre_deletion"]
    counted = held
    counted += pending if counting.pending else 0
    counted += revoked if counting.pre_deletion else 0
    if counting.watch_copies:
        counted += watches + (revoked_watches if counting.pre_deletion else 0)
    return ShareUsage(limit, counted, pending, held, revoked, watches + revoked_watches)


def _scope(
    operation: Operation, vehicle_id: bytes, counting: Counting
) -> tuple[str, tuple[object, ...]]:
    if counting.scope == "account":
        row = operation.row("SELECT account_id FROM vehicles WHERE vehicle_id = ?", vehicle_id)
        if row is not None and row["account_id"] is not None:
            owned = "vehicle_id IN (SELECT vehicle_id FROM vehicles WHERE account_id = ?)"
            return owned, (row["account_id"],)
    return "vehicle_id = ?", (vehicle_id,)


def _limit(operation: Operation, vehicle_id: bytes) -> int:
    product = eligibility.variant(operation.vehicle(vehicle_id), operation.desk.rules)
    return 0 if product is None else operation.desk.readings.limits[product]
