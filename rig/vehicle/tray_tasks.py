"""What the vehicle does for a key in the tray beside starting: what its mailboxes still need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import StatusRefused
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.messages import Outcome
from rig.digital_key.transaction import Transaction
from rig.vehicle.first_use import clear_package
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import FRIEND, OWNER, Key, Origin
from rig.vehicle.provisioning import REFILL_BIT, provision_token, read_receipt, refill_slots
from rig.vehicle.visit import Visit


@dataclass(frozen=True, slots=True)
class TrayTasks:
    """The tasks of one authenticated visit. ``server`` signs receipts; None: none is known.

    Whatever a device refuses is noted and left for another time.
    """

    transaction: Transaction
    mailbox: Mailbox
    keyring: Keyring
    server: PublicKey | None

    def do(self, key: Key, visit: Visit) -> None:
        """Everything that is due. Raises Unverified or Malformed for an answer that is wrong."""
        try:
            signals = self.mailbox.signals()
        except StatusRefused as exc:
            visit.notes.append(f"private mailbox not read: {exc}")
            return
        visit.notes.append(f"private mailbox signals {signals:02X}")
        for task in self._due(key, signals):
            try:
                visit.notes.append(task(key))
            except StatusRefused as exc:
                visit.notes.append(f"left for another time: {exc}")

    def _due(self, key: Key, signals: int) -> list[Callable[[Key], str]]:
        """In order; each looks again at what those before it have changed."""
        due: list[Callable[[Key], str]] = []
        attestation = signals >> self.mailbox.settings.mailbox_attestation_bit & 1
        if key.role == FRIEND and attestation:
            due.append(self._clear_attestation)
        if key.origin is Origin.PROVISIONED:
            return due + [self._refill] * self._asks(key, signals)
        paired = key.origin is Origin.PAIRED  # an owner's phone; a watch comes by the server's view
        if key.token is None and (paired or key.role == FRIEND):
            due.append(self._give_token)
        if paired and not key.tracked:
            due.append(self._track)
        if self._asks(key, signals) or (paired and not key.supplied):
            due.append(self._refill)
        return due

    def _asks(self, key: Key, signals: int) -> bool:
        return key.role == OWNER and bool(signals >> REFILL_BIT & 1)

    def _clear_attestation(self, _key: Key) -> str:
        self.transaction.control_flow(Outcome.ATTESTATION_DELETE)
        clear_package(self.mailbox)
        return "attestation of a known key cleared"

    def _give_token(self, key: Key) -> str:
        provision_token(self.mailbox, key)
        return "immobilizer token provisioned"

    def _track(self, key: Key) -> str:
        self.transaction.control_flow(Outcome.TRACKING_IN_DEVICE)
        problem = read_receipt(self.mailbox, self.keyring, key, self.server)
        return problem or "tracked"

    def _refill(self, key: Key) -> str:
        if key.origin is Origin.PAIRED and not key.tracked:
            return "not tracked yet: no slot identifiers"
        self.transaction.control_flow(Outcome.TOKEN_REFILL)
        return f"{refill_slots(self.mailbox, self.keyring, key)} slot identifiers given out"
