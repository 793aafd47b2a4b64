"""Revocation: who ends a key, and whether at once."""

from __future__ import annotations

from rig.key_server import contract
from rig.key_server.emulated import keybook
from rig.key_server.emulated.desk import Desk
from rig.key_server.errors import KeyRefused, NotAuthorised
from rig.key_server.keys import Authority, Device, Ending, KeyState, Role

_MAY_DELETE = (Authority.MAIN_KEY, Authority.FOB)


class Revocation(contract.Revocation):
    """Ends of keys."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def by_owner(self, main_key: bytes, key_id: bytes) -> None:
        """Raises NotFound, KeyRefused, NotAuthorised."""
        with self._desk.operation() as operation:
            owner = keybook.main_key(operation, main_key)
            row = keybook.active(operation, key_id)
            if row["vehicle_id"] != owner["vehicle_id"]:
                raise NotAuthorised("the key belongs to another owner's vehicle")
            if (row["role"], row["device"]) != (Role.SHARED, Device.PHONE):
                raise KeyRefused(key_id, "it is no shared key")
            keybook.begin_deletion(operation, key_id, Ending.OWNER_WALLET)

    def by_holder(self, key_id: bytes) -> None:
        """Immediate also for a main key, as in the maker's manual (AMB-35), and in pre-deletion.

        Raises NotFound, KeyRefused.
        """
        with self._desk.operation() as operation:
            row = keybook.find(operation, key_id)
            if row["state"] == KeyState.DELETED:
                raise KeyRefused(key_id, "it is deleted")
            keybook.delete_any(operation, row, Ending.HOLDER_WALLET, operation.now)

    def in_vehicle(self, key_id: bytes, present: Authority, *, lost: bool = False) -> None:
        """Raises NotFound, KeyRefused, NotAuthorised."""
        with self._desk.operation() as operation:
            row = keybook.find(operation, key_id)
            if row["state"] == KeyState.DELETED:
                raise KeyRefused(key_id, "it is deleted")
            anyone = self._desk.readings.deletes_in_vehicle == "anyone"
            if present not in _MAY_DELETE and not anyone:
                raise NotAuthorised(f"{present.value} in the vehicle: main key or fob is needed")
            if lost and row["role"] == Role.OWNER and present is Authority.MAIN_KEY:
                raise NotAuthorised("a lost main key cannot be in the vehicle: a fob is needed")
            ending = Ending.PHONE_LOST if lost else Ending.VEHICLE
            keybook.delete_any(operation, row, ending, operation.now)
