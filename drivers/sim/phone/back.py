"""The reader in a phone's back: what it does when a setup card is held to it."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.secret_text import SecretText
from drivers.sim.ndef import NdefError, read_link
from drivers.sim.phone.power import VirtualBattery
from drivers.sim.world import ChipCard


class Back:
    """Reads a link from whatever comes near and opens it; does nothing while the phone is off.

    A card that holds no link, such as a key card, is passed over, as phones do.
    """

    def __init__(self, battery: VirtualBattery, open_link: Callable[[SecretText], object]) -> None:
        self._battery = battery
        self._open_link = open_link

    def enter(self, card: ChipCard) -> None:
        """A card came near."""
        if not self._battery.running:
            return
        card.power(on=True)
        try:
            link = read_link(card.process)
        except NdefError:
            return
        finally:
            card.power(on=False)
        self._open_link(link)

    def leave(self) -> None:
        """The card was taken away; what it has begun goes on without it."""
