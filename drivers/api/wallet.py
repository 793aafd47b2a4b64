"""The wallet of a phone or watch: the keys in it, and what their holder does with them."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from enum import StrEnum

from drivers.api.secret_text import SecretText


class WalletAction(StrEnum):
    """What a wallet offers for a key, in neutral words."""

    REMOVE = "remove"
    SHARE = "share"
    ADD_TO_WATCH = "add to watch"
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class WalletKey:
    """A key as the wallet lists it. ``state``: "ready", "code needed", "waiting", "ended"."""

    vehicle: bytes  # identifier
    key_id: bytes  # SHA-1 of the public key
    role: str  # "owner" or "shared"
    state: str


class Wallet(abc.ABC):
    """Keys by vehicle: a wallet has at most one for each.

    Raises ActionRefused, with the wallet's own reason, where it or the key server says no.
    """

    @abc.abstractmethod
    def listed(self) -> tuple[WalletKey, ...]:
        """What it lists now, in the order they were added."""

    @abc.abstractmethod
    def actions(self, vehicle: bytes) -> dict[WalletAction, str]:
        """The actions of one key with the words of the platform ("Remove This Car Key", ...)."""

    @abc.abstractmethod
    def remove(self, vehicle: bytes) -> None:
        """Remove the key, and confirm. Main and shared keys alike."""

    @abc.abstractmethod
    def open_link(self, message: SecretText) -> None:
        """Tap the link in a message: of a letter about activation, or of an invitation."""

    @abc.abstractmethod
    def enter_code(self, vehicle: bytes, code: SecretText) -> None:
        """Type in the activation code of a shared key."""
