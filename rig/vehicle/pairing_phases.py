"""Phases 3 and 4 of owner pairing: two transactions with the applet and the key just made."""

from __future__ import annotations

from rig.digital_key.crypto import same
from rig.digital_key.errors import KeyUnknown
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.digital_key.transaction import Authenticated, Transaction
from rig.vehicle.keys import Key
from rig.vehicle.line import Line
from rig.vehicle.provisioning import provision_token, read_receipt, refill_slots
from rig.vehicle.service import Service
from rig.vehicle.visit import Visit


def provision_new_key(service: Service, visit: Visit, line: Line, key: Key) -> None:
    """Give the key its token, and its slot identifiers if the key server tracks it.

    Raises DigitalKeyError, and what the link raises; whatever was done until then holds.
    """
    line.reset(cold=True)
    transaction = service.transaction(visit, line)
    mailbox = Mailbox(transaction.exchange, service.vehicle.settings)
    found = transaction.authenticate(Purpose.OWNER_TOKEN, fast=False, exchange=True)
    _expect(found, key, service)
    provision_token(mailbox, key)
    _tell(visit, transaction, Outcome.OWNER_TOKEN_PROVISIONED)
    visit.timeline.mark("token provisioned", service.clock.now_ns())

    handshake, _ = transaction.auth0(Purpose.OWNER_TRACKING, fast=False, exchange=True)
    found = transaction.auth1(handshake)
    _expect(found, key, service)
    if key.token is None or not same(found.confidential or b"", key.token):
        visit.notes.append("the device does not return the token it was given")
    transaction.control_flow(Outcome.TRACKING_IN_DEVICE)
    problem = read_receipt(mailbox, service.keyring, key, service.receipt_key())
    if problem:
        visit.notes.append(f"not tracked: {problem}")
        _tell(visit, transaction, Outcome.KEY_NOT_TRACKED)
        return
    refill_slots(mailbox, service.keyring, key)
    _tell(visit, transaction, Outcome.KEY_TRACKED)
    visit.timeline.mark("tracked", service.clock.now_ns())


def _expect(found: Authenticated, key: Key, service: Service) -> None:
    """It has to be the device that was just paired with."""
    if found.key is not key:
        raise KeyUnknown(key.slot)
    service.keyring.used(key, found.persistent)


def _tell(visit: Visit, transaction: Transaction, outcome: Outcome) -> None:
    visit.outcome = outcome
    transaction.control_flow(outcome)
