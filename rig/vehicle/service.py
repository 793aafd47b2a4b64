"""What the vehicle does with a device in its field: at the handle, and in the tray."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.clock import Clock
from drivers.api.errors import DriverError
from drivers.api.trace import Exchange
from rig.digital_key.apdu import with_chaining, with_get_response
from rig.digital_key.errors import (
    BadMac,
    BadSignature,
    DigitalKeyError,
    KeyUnknown,
    Malformed,
    StatusRefused,
)
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.messages import INS_SELECT, Outcome
from rig.digital_key.profiles import Purpose
from rig.digital_key.transaction import Transaction, Vehicle
from rig.digital_key.wire import Transceive, wire
from rig.vehicle.body import Body
from rig.vehicle.errors import ActuatorStuck
from rig.vehicle.keyring import Key, Keyring
from rig.vehicle.policy import Circumstances, Decision, decide
from rig.vehicle.visit import Ending, Visit
from rig.vehicle.wiring import DOORS, TRUNK

_TOLD: dict[type[DigitalKeyError], Outcome] = {
    KeyUnknown: Outcome.KEY_NOT_FOUND,
    BadSignature: Outcome.INVALID_SIGNATURE,
    BadMac: Outcome.INVALID_CHANNEL,
    Malformed: Outcome.BAD_DATA_FORMAT,
}
_SELECT = bytes((INS_SELECT,))


@dataclass(slots=True)
class Service:
    """Serves visits for one vehicle. One instance for all its readers."""

    vehicle: Vehicle
    keyring: Keyring
    body: Body
    clock: Clock
    fast_at_handle: bool = True  # ask for a fast transaction where one may do

    def serve_handle(self, visit: Visit, transceive: Transceive) -> None:
        """Unlock a locked vehicle, lock an unlocked one."""
        locked = not self.body.is_unlocked(DOORS[0])
        visit.purpose = Purpose.UNLOCK if locked else Purpose.LOCK
        transaction = self._transaction(visit, transceive)
        found = self._authenticate(visit, transaction, fast=self.fast_at_handle)
        if found is None:
            return
        decision = self._decide(visit, found)
        if not decision.allowed:
            self._tell(visit, transaction, decision.outcome)
            return
        self._move_locks(visit, transaction, unlock=locked)

    def serve_tray(self, visit: Visit, transceive: Transceive, *, again: bool) -> Key | None:
        """Authorise a start; returns the key that now lies in the tray, if it may start."""
        visit.purpose = Purpose.START_AGAIN if again else Purpose.START_FIRST
        transaction = self._transaction(visit, transceive)
        key = self._authenticate(visit, transaction, fast=False)
        if key is None:
            return None
        decision = self._decide(visit, key)
        if decision.allowed and not self._read_mailbox(visit, transaction):
            return None
        self._tell(visit, transaction, decision.outcome)
        if not decision.allowed:
            return None
        visit.timeline.mark("authorised", self.clock.now_ns())
        visit.end(Ending.START_AUTHORISED, decision.explanation)
        return key

    def _transaction(self, visit: Visit, transceive: Transceive) -> Transaction:
        def keep(sent: int, received: int, command: bytes, response: bytes, error: str) -> None:
            exchange = Exchange(visit.reader, sent, received, command, response, error)
            visit.timeline.exchanges.append(exchange)
            if command[1:2] == _SELECT and not error:
                visit.timeline.mark("selected", received)

        send = wire(transceive, keep, self.clock.now_ns)
        cla = self.vehicle.settings.get_response_cla
        layers = with_get_response(with_chaining(send), cla)
        return Transaction(layers, self.vehicle, self.keyring)

    def _authenticate(self, visit: Visit, transaction: Transaction, *, fast: bool) -> Key | None:
        """The device's key, or None after telling the device why not."""
        assert visit.purpose is not None  # noqa: S101 - set by both callers
        try:
            found = transaction.authenticate(visit.purpose, fast=fast, exchange=not fast)
        except DigitalKeyError as exc:
            self._refuse(visit, transaction, exc)
            return None
        visit.timeline.mark("authenticated", self.clock.now_ns())
        assert isinstance(found.key, Key)  # noqa: S101 - the keyring holds nothing else
        visit.key, visit.fast = found.key.name, found.fast
        self.keyring.used(found.key, found.persistent)
        return found.key

    def _decide(self, visit: Visit, key: Key) -> Decision:
        assert visit.purpose is not None  # noqa: S101 - set by both callers
        about = Circumstances(self.clock.utc(), self.body.standing_open(), self.body.power)
        decision = decide(key, visit.purpose, about)
        visit.timeline.mark("decided", self.clock.now_ns())
        if not decision.allowed:
            visit.end(Ending.REFUSED, decision.explanation)
        return decision

    def _move_locks(self, visit: Visit, transaction: Transaction, *, unlock: bool) -> None:
        """Move the locks, then tell the device: success is told of what the sensors have seen."""
        locks = self.body.locks_to_open() if unlock else (*DOORS, TRUNK)
        visit.timeline.mark("commanded", self.body.command_locks(locks, unlock=unlock))
        try:
            visit.timeline.mark("feedback", self.body.await_locks(locks, unlocked=unlock))
        except ActuatorStuck:
            self._tell(visit, transaction, Outcome.FAILURE)
            raise
        self._tell(visit, transaction, Outcome.SUCCESS)
        visit.end(Ending.UNLOCKED if unlock else Ending.LOCKED, f"{visit.key} by {_kind(visit)}")

    def _read_mailbox(self, visit: Visit, transaction: Transaction) -> bool:
        """See what the device wants of the vehicle.

        A device that refuses has no mailbox, which is no objection; an answer that does not verify
        or parse is one.
        """
        try:
            signals = Mailbox(transaction.exchange, self.vehicle.settings).signals()
        except StatusRefused as exc:
            visit.notes.append(f"private mailbox not read: {exc}")
        except DigitalKeyError as exc:
            self._refuse(visit, transaction, exc)
            return False
        else:
            visit.notes.append(f"private mailbox signals {signals:02X}")
        return True

    def _refuse(self, visit: Visit, transaction: Transaction, why: DigitalKeyError) -> None:
        """End the visit with what the protocol said, and tell the device where it has a code."""
        visit.end_with(why)
        if told := _TOLD.get(type(why)):
            self._tell(visit, transaction, told)

    def _tell(self, visit: Visit, transaction: Transaction, outcome: Outcome) -> None:
        """Send CONTROL FLOW. The decision stands even if the device is gone by now."""
        visit.outcome = outcome
        try:
            transaction.control_flow(outcome)
        except (DriverError, DigitalKeyError) as exc:
            visit.notes.append(f"CONTROL FLOW {outcome:04X} not delivered: {exc}")


def _kind(visit: Visit) -> str:
    return "fast transaction" if visit.fast else "standard transaction"
