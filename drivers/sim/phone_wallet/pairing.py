"""Owner pairing as the wallet sees it: a ticket goes in, a tracked main key comes out."""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.api.backend import Internet, Ticket
from drivers.api.errors import ActionRefused
from drivers.sim.phone.framing import OUT_OF_SEQUENCE
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework.endpoint import EndpointFactory
from drivers.sim.phone_framework.framework import Framework
from drivers.sim.phone_framework.refusal import Refusal
from drivers.sim.phone_framework.traits import Traits
from drivers.sim.phone_wallet.entries import Entries, Entry, Role
from drivers.sim.phone_wallet.handset import Handset
from rig.digital_key.errors import Malformed


class WalletPairing:
    """Has the framework in pairing mode while there is a ticket, and takes what it hands over.

    Until the vehicle has ended the pairing with success, giving up leaves nothing behind.
    """

    def __init__(
        self,
        handset: Handset,
        entries: Entries,
        endpoints: EndpointFactory,
        traits: Traits,
        added: Callable[[], None],
    ) -> None:
        """``added`` is called once a new main key is in the wallet."""
        self._handset = handset
        self._entries = entries
        self._added = added
        self._ticket: Ticket | None = None
        self._lock = threading.Lock()  # the owner gives up in another thread than a vehicle pairs
        element = handset.element
        self.framework = Framework(endpoints, self._take_over, lambda: element.settings, traits)

    @property
    def waits(self) -> bool:
        """Whether a vehicle could pair now."""
        return self._ticket is not None and self.framework.ready

    def begin(self, ticket: Ticket) -> None:
        """Be ready for the vehicle of this ticket."""
        self.give_up()
        self._ticket = ticket
        self.framework.enter_password(ticket.password.reveal())
        self.framework.begin_pairing()

    def give_up(self) -> None:
        """Password, session and a key that is half made are gone."""
        self.framework.leave_pairing()
        self._take_ticket()

    def _take_over(self, key: HeldKey) -> None:
        """Pairing has succeeded: the new main key takes the place of what there was."""
        ticket = self._take_ticket()
        if ticket is None:  # given up at the last moment; the vehicle must not believe otherwise
            raise Refusal(OUT_OF_SEQUENCE)
        if (before := self._entries.find(key.vehicle_id)) is not None:
            self._replace(before)
        self._entries.add(Entry(key, Role.OWNER, pairing_id=ticket.pairing_id))
        self._added()

    def _take_ticket(self) -> Ticket | None:
        with self._lock:
            ticket, self._ticket = self._ticket, None
        return ticket

    def _replace(self, before: Entry) -> None:
        """The server ends an earlier main key by itself; it has to hear of a shared one."""
        if before.role is Role.OWNER:
            self._entries.drop(before)
        else:
            self._entries.remove(before)

    def track(self, internet: Internet) -> None:
        """Have new main keys tracked, and their receipts where the vehicle looks for them.

        What the server refuses now it is asked again the next time.
        """
        settings = self._handset.element.settings
        for entry in self._entries:
            if not entry.pairing_id:
                continue
            key = entry.key
            point = key.private.public.point
            try:
                receipt = internet.pairing.track_owner(entry.pairing_id, point, key.slot)
                key.mailbox.write(settings.mailbox_receipt_offset, receipt)
            except (ActionRefused, Malformed):
                continue
            entry.pairing_id = ""
