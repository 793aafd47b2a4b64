"""Whoever carries a key: a phone, a card. Real ones are moved by a person or a stage."""

from __future__ import annotations

import abc

from drivers.api.device import Device


class KeyHolder(Device):
    """A thing that is held to readers. ``kind`` is "phone" or "card"."""

    kind: str

    @abc.abstractmethod
    def present(self, at: str) -> None:
        """Bring it to a place ("driver_handle", "tray", ...); from elsewhere, it leaves there."""

    @abc.abstractmethod
    def withdraw(self) -> None:
        """Take it away from wherever it is. No effect when it is nowhere."""


class Phone(KeyHolder):
    """A phone with a wallet; further actions of the owner's hand join this contract as needed."""

    kind = "phone"

    @abc.abstractmethod
    def set_network(self, *, online: bool) -> None:
        """Turn mobile network, Wi-Fi and Bluetooth on, or off (airplane mode)."""


class KeyCard(KeyHolder):
    """A key card: no battery, no screen."""

    kind = "card"
