"""What the vehicle does with a device in its field: at the handle, and in the tray."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.api.clock import Clock
from drivers.api.errors import DriverError
from rig.digital_key.apdu import with_chaining, with_get_response
from rig.digital_key.crypto import PublicKey, same
from rig.digital_key.errors import (
    BadMac,
    BadSignature,
    DigitalKeyError,
    KeyUnknown,
    Malformed,
    NotEntitled,
    StatusRefused,
)
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.digital_key.transaction import Authenticated, Transaction, Vehicle
from rig.vehicle.body import Body
from rig.vehicle.errors import ActuatorStuck, NotEnrolled
from rig.vehicle.first_use import clear_package, enrol_attested, introduced
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import Key
from rig.vehicle.line import Line, traced
from rig.vehicle.policy import Circumstances, Decision, Whereabouts, decide, nowhere
from rig.vehicle.readings import VehicleReadings
from rig.vehicle.tray_tasks import TrayTasks
from rig.vehicle.visit import Ending, Visit
from rig.vehicle.wiring import DOORS, TRUNK

_TOLD: dict[type[DigitalKeyError], Outcome] = {
    KeyUnknown: Outcome.KEY_NOT_FOUND,
    BadSignature: Outcome.INVALID_SIGNATURE,
    BadMac: Outcome.INVALID_CHANNEL,
    Malformed: Outcome.BAD_DATA_FORMAT,
}


@dataclass(frozen=True, slots=True)
class InTray:
    """The key that was authenticated in the tray, and whether it may start the vehicle."""

    key: Key
    authorised: bool


@dataclass(slots=True)
class Service:
    """Serves visits for one vehicle. One instance for all its readers."""

    vehicle: Vehicle
    keyring: Keyring
    body: Body
    clock: Clock
    fast_at_handle: bool = True  # ask for a fast transaction where one may do
    readings: VehicleReadings = field(default_factory=VehicleReadings)
    whereabouts: Whereabouts = nowhere
    used: Callable[[Key], None] = lambda _key: None  # a key unlocked or locked the vehicle
    receipt_key: Callable[[], PublicKey | None] = lambda: None  # of the key server

    def serve_handle(self, visit: Visit, line: Line) -> None:
        """Unlock a locked vehicle, lock an unlocked one."""
        locked = not self.body.is_unlocked(DOORS[0])
        visit.purpose = Purpose.UNLOCK if locked else Purpose.LOCK
        transaction = self.transaction(visit, line)
        found = self._authenticate(visit, transaction, fast=self.fast_at_handle)
        if found is None:
            return
        key = _key(found)
        decision = self._decide(visit, key)
        if not decision.allowed:
            self._tell(visit, transaction, decision.outcome)
            return
        self._move_locks(visit, transaction, unlock=locked)
        self.used(key)

    def serve_tray(self, visit: Visit, line: Line, *, again: bool) -> InTray | None:
        """Authorise a start; returns the key that now lies in the tray."""
        visit.purpose = Purpose.START_AGAIN if again else Purpose.START_FIRST
        transaction = self.transaction(visit, line)
        found = self._authenticate(visit, transaction, fast=False)
        if found is None:
            return None
        key = _key(found)
        decision = self._decide(visit, key)
        if decision.allowed and not _token_matches(key, found):
            decision = _no_token(visit, key)
        if decision.allowed and not self._look_after(visit, transaction, key):
            return InTray(key, authorised=False)
        self._tell(visit, transaction, decision.outcome)
        if decision.allowed:
            visit.timeline.mark("authorised", self.clock.now_ns())
            visit.end(Ending.START_AUTHORISED, decision.explanation)
        return InTray(key, decision.allowed)

    def judge(self, key: Key, purpose: Purpose) -> Decision:
        """Whether this key may have that now."""
        return decide(key, purpose, self._circumstances())

    def transaction(self, visit: Visit, line: Line) -> Transaction:
        """A transaction with the applet, kept in the visit."""
        cla = self.vehicle.settings.get_response_cla
        layers = with_get_response(with_chaining(traced(visit, line, self.clock)), cla)
        return Transaction(layers, self.vehicle, self.keyring)

    def _authenticate(
        self, visit: Visit, transaction: Transaction, *, fast: bool
    ) -> Authenticated | None:
        """Who the device is, or None after telling it why it is nobody."""
        try:
            found = self._meet(visit, transaction, fast=fast)
            visit.timeline.mark("authenticated", self.clock.now_ns())
            key = _key(found)
            visit.key, visit.fast = key.name, found.fast
            if found.introduced:
                found = replace(found, key=self._take_in(visit, transaction, key))
        except DigitalKeyError as exc:
            self._refuse(visit, transaction, exc)
            return None
        self.keyring.used(_key(found), found.persistent)
        return found

    def _meet(self, visit: Visit, transaction: Transaction, *, fast: bool) -> Authenticated:
        """Authenticate; a friend who comes for the first time is asked for the attestation.

        Who comes is known only after AUTH1. Where EXCHANGE has to be announced in AUTH0 and a fast
        transaction was asked for instead, the vehicle begins anew.
        """
        assert visit.purpose is not None  # noqa: S101 - set by both callers
        mailbox = Mailbox(transaction.exchange, self.vehicle.settings)

        def introduce(slot: bytes) -> Key:
            return introduced(mailbox, self.keyring, slot, self.clock.utc())

        anew = fast and self.vehicle.settings.exchange_after_fast == "announce"
        if not anew:
            transaction.introduce = introduce
        try:
            return transaction.authenticate(visit.purpose, fast=fast, exchange=not fast)
        except KeyUnknown as exc:
            known = self.keyring.by_slot(exc.slot) is not None  # the key server told of it since
            if not (anew and (known or self.keyring.is_open(exc.slot))):
                raise
        visit.notes.append("a slot without a key: asked anew, with EXCHANGE")
        transaction.introduce = introduce
        return transaction.authenticate(visit.purpose, fast=False, exchange=True)

    def _take_in(self, visit: Visit, transaction: Transaction, key: Key) -> Key:
        """Enrol a friend's key that has proved itself, and tidy up in its mailbox.

        The key enrolled is another object where the key server has told of it meanwhile.
        """
        try:
            enrolled = enrol_attested(self.keyring, key)
        except NotEnrolled as exc:
            raise NotEntitled(Outcome.KEY_NOT_TRUSTED, str(exc)) from exc
        visit.notes.append("first use: enrolled by the owner's attestation")
        try:
            transaction.control_flow(Outcome.ATTESTATION_DELETE)
            clear_package(Mailbox(transaction.exchange, self.vehicle.settings))
        except StatusRefused as exc:
            visit.notes.append(f"attestation not cleared: {exc}")
        return enrolled

    def _circumstances(self) -> Circumstances:
        return Circumstances(
            self.clock.utc(),
            self.body.standing_open(),
            self.body.power,
            self.whereabouts,
            self.readings,
        )

    def _decide(self, visit: Visit, key: Key) -> Decision:
        assert visit.purpose is not None  # noqa: S101 - set by both callers
        decision = decide(key, visit.purpose, self._circumstances())
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

    def _look_after(self, visit: Visit, transaction: Transaction, key: Key) -> bool:
        """See what the device wants of the vehicle, and do it.

        A device that refuses has no mailbox, which is no objection; an answer that does not verify
        or parse is one.
        """
        mailbox = Mailbox(transaction.exchange, self.vehicle.settings)
        tasks = TrayTasks(transaction, mailbox, self.keyring, self.receipt_key())
        try:
            tasks.do(key, visit)
        except DigitalKeyError as exc:
            self._refuse(visit, transaction, exc)
            return False
        return True

    def _refuse(self, visit: Visit, transaction: Transaction, why: DigitalKeyError) -> None:
        """End the visit with what the protocol said, and tell the device where it has a code."""
        visit.end_with(why)
        outcome = told(why)
        if isinstance(why, KeyUnknown) and self.keyring.is_burnt(why.slot):
            outcome = Outcome.KEY_DELETED
        if outcome is not None:
            self._tell(visit, transaction, outcome)

    def _tell(self, visit: Visit, transaction: Transaction, outcome: Outcome) -> None:
        """Send CONTROL FLOW. The decision stands even if the device is gone by now."""
        visit.outcome = outcome
        try:
            transaction.control_flow(outcome)
        except (DriverError, DigitalKeyError) as exc:
            visit.notes.append(f"CONTROL FLOW {outcome:04X} not delivered: {exc}")


def told(why: DigitalKeyError) -> Outcome | None:
    """What CONTROL FLOW tells a device of it; None where there is no word for it."""
    if isinstance(why, NotEntitled):
        return Outcome(why.outcome)
    return _TOLD.get(type(why))


def _key(found: Authenticated) -> Key:
    assert isinstance(found.key, Key)  # noqa: S101 - the keyring holds nothing else
    return found.key


def _token_matches(key: Key, found: Authenticated) -> bool:
    """The immobilizer's question: a device that was given a token has to return it."""
    if key.token is None:
        return True
    return found.confidential is not None and same(found.confidential, key.token)


def _no_token(visit: Visit, key: Key) -> Decision:
    explanation = f"{key.name} does not return its immobilizer token"
    visit.end(Ending.REFUSED, explanation)
    return Decision(False, Outcome.KEY_NOT_TRUSTED, explanation)


def _kind(visit: Visit) -> str:
    return "fast transaction" if visit.fast else "standard transaction"
