"""The service card's life: switched off in storage, switched on for valet, service or towing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.api.errors import ActionRefused
from rig.vehicle.keyring import Key, KeyState


class ServiceCard:
    """Switches a card on and off while it lies in the tray (DK-SVC-02 to -04, -09).

    Key card and service card are one artefact (AMB-16): a key of role "card" that is INACTIVE
    while it is switched off. What an active card may do is the access policy's business, and its
    limits are recorded, not judged (AMB-33).
    """

    def __init__(self, keys: Iterable[Key], in_tray: Callable[[], str]) -> None:
        """``keys`` is the keyring.

        ``in_tray`` names the key that was authenticated in the tray and is still there, whether
        or not it may do anything; "" for none.
        """
        self._keys = keys
        self._in_tray = in_tray

    @property
    def in_tray(self) -> Key | None:
        """The card that lies in the tray; None for none, and for any other key."""
        name = self._in_tray()
        return next((card for card in self._cards() if card.name == name), None)

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the cards that are switched on; after a test there must be none (DK-SVC-07)."""
        return tuple(card.name for card in self._cards() if card.state is KeyState.ACTIVE)

    def activate(self) -> str:
        """Switch the card in the tray on; its name. Raises ActionRefused."""
        return self._switch(KeyState.ACTIVE)

    def deactivate(self) -> str:
        """Switch the card in the tray off; its name. Raises ActionRefused."""
        return self._switch(KeyState.INACTIVE)

    def _switch(self, state: KeyState) -> str:
        card = self.in_tray
        if card is None:
            raise ActionRefused("place the card in the tray")
        card.state = state
        return card.name

    def _cards(self) -> list[Key]:
        known = (KeyState.ACTIVE, KeyState.INACTIVE)
        return [key for key in self._keys if key.role == "card" and key.state in known]
