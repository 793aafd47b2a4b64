"""Key tracking: main keys, watch copies, and how keys stand."""

from __future__ import annotations

from collections.abc import Sequence

from rig.digital_key.crypto import PublicKey
from rig.key_server import contract
from rig.key_server.emulated import counting, keybook, slots
from rig.key_server.emulated.desk import Desk, Operation
from rig.key_server.emulated.store import Row
from rig.key_server.emulated.tokens import spend_pairing
from rig.key_server.errors import KeyRefused
from rig.key_server.keys import Device, Ending, Functions, KeyRecord, Receipt, Role


class KeyTracking(contract.KeyTracking):
    """Which device keys exist."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def track_owner(self, pairing_id: str, public: PublicKey, slot: bytes | None = None) -> Receipt:
        """Raises TokenRefused, KeyRefused."""
        with self._desk.operation() as operation:
            vehicle_id = spend_pairing(operation, pairing_id)
            self._replace_main_key(operation, vehicle_id)
            key_id = keybook.enter(operation, vehicle_id, public, Functions.ALL)
            allotted = slots.allot_to_key(operation, vehicle_id, key_id, slot)
            return keybook.receipt(operation, vehicle_id, key_id, allotted)

    def track_watch(self, phone_key: bytes, public: PublicKey) -> Receipt:
        """Raises NotFound, KeyRefused, SharesExhausted."""
        with self._desk.operation() as operation:
            phone = keybook.active(operation, phone_key)
            _check_watch(operation, phone)
            vehicle_id = phone["vehicle_id"]
            if phone["role"] == Role.SHARED and self._desk.readings.counting.watch_copies:
                counting.check_room(operation, vehicle_id)
            key_id = keybook.enter(
                operation,
                vehicle_id,
                public,
                Functions(phone["functions"]),
                invitation_id=phone["invitation_id"],
                parent=phone_key,
            )
            slot = slots.allot_to_key(operation, vehicle_id, key_id)
            return keybook.receipt(operation, vehicle_id, key_id, slot)

    def key(self, key_id: bytes) -> KeyRecord:
        with self._desk.operation() as operation:
            return keybook.record(operation, keybook.find(operation, key_id))

    def keys(self, vehicle_id: bytes) -> Sequence[KeyRecord]:
        with self._desk.operation() as operation:
            operation.vehicle(vehicle_id)
            return tuple(
                keybook.record(operation, row) for row in keybook.living(operation, vehicle_id)
            )

    def _replace_main_key(self, operation: Operation, vehicle_id: bytes) -> None:
        """The phone was replaced: the earlier main key ends at once (AMB-07 for shared keys)."""
        for row in keybook.living(operation, vehicle_id):
            if (row["role"], row["device"]) == (Role.OWNER, Device.PHONE):
                keybook.delete(operation, row["key_id"], Ending.PHONE_REPLACED, operation.now)
                keybook.cancel_pending(operation, vehicle_id)
                if self._desk.readings.shared_keys_on_replacement == "re_invite":
                    ending = Ending.PHONE_REPLACED
                    keybook.delete_shared(operation, vehicle_id, ending, operation.now)


def _check_watch(operation: Operation, phone: Row) -> None:
    if phone["device"] != Device.PHONE:
        raise KeyRefused(phone["key_id"], "it is itself on a watch")
    if operation.row("SELECT 1 FROM keys WHERE parent = ? AND state <> 'deleted'", phone["key_id"]):
        raise KeyRefused(phone["key_id"], "it is on a watch already")
