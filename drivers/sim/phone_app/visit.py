"""What one set-up asks of the phone's wallet and of the server, for one vehicle of an account."""

from __future__ import annotations

from drivers.api.backend import Ticket
from drivers.api.errors import ActionRefused
from drivers.sim.phone_wallet.handset import Handset
from drivers.sim.phone_wallet.wallet import VirtualWallet


class AppVisit:
    """An account, a vehicle in it, and the wallet that is to hold its key."""

    def __init__(
        self, handset: Handset, wallet: VirtualWallet, account: str, vehicle: bytes
    ) -> None:
        self.vehicle = vehicle
        self._handset = handset
        self._wallet = wallet
        self._account = account
        self._ticket: Ticket | None = None
        self._before = wallet.entries.find(vehicle)

    @property
    def stores_directly(self) -> bool:
        """Whether the phone lets the app put a key into the wallet."""
        return self._handset.traits.direct_storage

    def inside(self) -> tuple[str, ...]:
        """The fobs and cards that the vehicle finds inside. Raises ActionRefused."""
        return self._handset.line.reach().app.inside(self.vehicle)

    def open_pairing(self) -> None:
        """Have the server open a pairing; the phone does nothing yet. Raises ActionRefused."""
        self._ticket = self._handset.line.reach().app.start_pairing(self._account, self.vehicle)

    def begin_pairing(self) -> None:
        """Be ready for the vehicle. Raises ActionRefused before a pairing is open."""
        if self._ticket is None:
            raise ActionRefused("no pairing is open")
        self._wallet.pairing.begin(self._ticket)

    def give_up(self) -> None:
        """Leave pairing; a key that is there already stays."""
        self._wallet.pairing.give_up()

    def has_new_key(self) -> bool:
        """Whether the pairing has put a key into the wallet."""
        entry = self._wallet.entries.find(self.vehicle)
        return entry is not None and entry is not self._before

    def still_waits(self) -> bool:
        """Whether the vehicle can still pair."""
        return self._wallet.pairing.waits or self.has_new_key()
