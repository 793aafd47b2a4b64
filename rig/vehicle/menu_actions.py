"""What the head unit's menus ask of the vehicle, one protocol a subject.

Each raises ActionRefused with the reason that the display then shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.api.secret_text import SecretText
from rig.vehicle.body import UnlockScope
from rig.vehicle.key_removal import ListedKey


class PairingActions(Protocol):
    """Owner pairing (the pairing desk)."""

    def begin(self) -> None:
        """Enter pairing mode. Refused outside accessory mode."""
        ...

    def enter_token(self, token: SecretText) -> None:
        """The token of the letter, typed in. Refused when it opens nothing."""
        ...

    def end(self) -> None:
        """Leave pairing mode. No effect outside of it."""
        ...


class CardActions(Protocol):
    """The service card in the tray (``ServiceCard``)."""

    def activate(self) -> str: ...
    def deactivate(self) -> str: ...


class KeyActions(Protocol):
    """The list of keys and the reset function (``KeyRemoval``)."""

    def listed(self) -> tuple[ListedKey, ...]: ...
    def deletable(self) -> tuple[str, ...]: ...
    def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A shared key that was not used here before; ``code`` is whether one has to be typed in."""

    name: str
    code: bool


class FirstUseActions(Protocol):
    """Activation of a shared key on the screen (AMB-04, AMB-05)."""

    def waiting(self) -> tuple[Waiting, ...]:
        """Shared keys that can be activated now."""
        ...

    def activate(self, name: str, code: SecretText | None) -> None:
        """Activate one. Refused with the wrong code."""
        ...


class ProfileActions(Protocol):
    """Driver profiles (``DriverProfiles``)."""

    @property
    def names(self) -> tuple[str, ...]: ...
    def linkable(self) -> tuple[str, ...]: ...
    def link(self, key: str, profile: str) -> object: ...


class ValetActions(Protocol):
    """Valet mode (``Valet``)."""

    def turn_on(self) -> None: ...
    def turn_off(self) -> None: ...


class LockSettings(Protocol):
    """What an unlock opens (``Body``)."""

    unlock_scope: UnlockScope


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuActions:
    """All of it. ``variant``: "digital_key", "digital_key_plus", or "" on a vehicle with none."""

    variant: Callable[[], str]
    pairing: PairingActions
    card: CardActions
    keys: KeyActions
    first_use: FirstUseActions
    profiles: ProfileActions
    valet: ValetActions
    locks: LockSettings
