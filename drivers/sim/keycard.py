"""The virtual key card: the phone's applet without the phone."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from drivers.api.phone import KeyCard
from drivers.api.restorable import Restorable
from drivers.sim.contactless import Front, fixed_uid
from drivers.sim.phone.holder import VirtualHolder, holder_of
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.world import World


class VirtualKeyCard(VirtualHolder, KeyCard, Restorable):
    """A card that knows standard transactions, and fast ones once it has met the vehicle.

    Which application a real card answers to is not public (setting ``key_card_application``); this
    one has the phone's.
    """

    kind = "card"
    # Compact TLV 73, card capabilities: selection by full name, chaining and extended length.
    historical = bytes.fromhex("80 73 80 01 C0")

    def __init__(self, world: World, wallet: Path, holder: str) -> None:
        """``holder`` is its entry in the wallet file. Raises as ``holder_of`` does."""
        super().__init__(world, holder_of(wallet, holder, self.kind), holder)
        self._delivered = self.state()

    def _front(self) -> Front:
        return Front(uid=fixed_uid(self._serial), historical=self.historical)

    def state(self) -> object:
        return tuple(key.copy() for key in self._element.keys)

    def restore(self, state: object) -> None:
        self.withdraw()
        self._element.put_back(key.copy() for key in cast("tuple[HeldKey, ...]", state))

    def clear(self) -> None:
        """As it was delivered: a card's keys are in it from the factory."""
        self.restore(self._delivered)
