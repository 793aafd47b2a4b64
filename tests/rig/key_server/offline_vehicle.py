"""A vehicle that decides alone while it is offline, and tells what happened when it is not."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.api.clock import Clock
from rig.key_server.contract import Reconciliation
from rig.key_server.keys import (
    EventKind,
    Functions,
    KeyEntry,
    KeyState,
    VehicleEvent,
    VehicleReport,
)

Held = dict[bytes, tuple[KeyState, Functions]]


@dataclass
class OfflineVehicle:
    """Holds keys by what it was last told, and by what it did itself since."""

    vehicle_id: bytes
    clock: Clock
    held: Held = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)  # deleted here: never to come back
    spent: frozenset[bytes] = frozenset()  # slot names that are burnt, as it was told
    untold: list[VehicleEvent] = field(default_factory=list)
    last: int = 0

    def use(self, key_id: bytes) -> bool:
        """A digital key is presented; whether it opened."""
        state, functions = self.held.get(key_id, (KeyState.DELETED, Functions.NONE))
        if state is KeyState.DELETED or functions is Functions.NONE:
            return False
        self._note(EventKind.USED, key_id)
        if state is KeyState.ACTIVE:
            self._end_pre_deletions()
        return True

    def first_use(self, key_id: bytes, slot: bytes) -> bool:
        """A shared key comes with its attestation, which proves it without the server."""
        if key_id in self.gone or slot in self.spent:
            return False
        self.held.setdefault(key_id, (KeyState.ACTIVE, Functions.UNLOCK))
        return self.use(key_id)

    def use_fob(self) -> None:
        """The fob was used."""
        self._note(EventKind.FOB_USED, None)
        self._end_pre_deletions()

    def activate(self, key_id: bytes) -> None:
        """The holder confirms on the screen."""
        if self.held.get(key_id, (KeyState.DELETED,))[0] is KeyState.ACTIVE:
            self._note(EventKind.ACTIVATED, key_id)

    def delete(self, key_id: bytes) -> None:
        """Somebody with a fob deletes a key in the menu."""
        if key_id in self.held:
            self._forget(key_id, EventKind.DELETED)

    def replace(self, key_id: bytes) -> None:
        """A new main key is paired in the place of this one."""
        if key_id in self.held:
            self._forget(key_id, EventKind.REPLACED)

    def reconcile(self, server: Reconciliation, *, answered: bool = True) -> list[KeyEntry]:
        """Send what is untold. Without answer, all of it is sent again the next time."""
        view = server.reconcile(VehicleReport(self.vehicle_id, tuple(self.untold)))
        if not answered:
            return []
        self.untold = [event for event in self.untold if event.number > view.acknowledged]
        self.spent = frozenset(view.spent)
        self.held = {entry.key_id: (entry.state, entry.functions) for entry in view.keys}
        return list(view.keys)

    def _end_pre_deletions(self) -> None:
        for key_id, (state, _functions) in list(self.held.items()):
            if state is KeyState.PRE_DELETION:
                self._forget(key_id, EventKind.PRE_DELETION_OVER)

    def _forget(self, key_id: bytes, kind: EventKind) -> None:
        del self.held[key_id]
        self.gone.add(key_id)
        self._note(kind, key_id)

    def _note(self, kind: EventKind, key_id: bytes | None) -> None:
        self.last += 1
        self.untold.append(VehicleEvent(self.last, self.clock.utc(), kind, key_id))
