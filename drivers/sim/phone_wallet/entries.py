"""What a wallet lists, and what of it the secure element has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.api.errors import ActionRefused
from drivers.api.sharing import ShareRequest, ShareState
from drivers.api.wallet import WalletKey
from drivers.sim.phone.secure_element import SecureElement
from drivers.sim.phone.wallet import HeldKey


class Role(StrEnum):
    """Whose key it is."""

    OWNER = "owner"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner asked for in an invitation: what the owner's signature will stand for."""

    request: ShareRequest
    slot: bytes


@dataclass(slots=True)
class Entry:
    """A key in the wallet. ``pairing_id`` is set while the key server has not tracked it."""

    key: HeldKey
    role: Role
    share_id: str = ""
    pairing_id: str = ""
    waiting: bool = False  # for the owner's attestation; the applet does not know the key yet
    code_needed: bool = False
    asked: dict[str, Asked] = field(default_factory=dict)  # by share
    shares: tuple[ShareState, ...] = ()  # as last seen

    def copy(self) -> Entry:
        """The entry as it is now, to go on by itself."""
        return replace(self, key=self.key.copy(), asked=dict(self.asked))

    @property
    def shown(self) -> WalletKey:
        """The entry as the wallet lists it."""
        return WalletKey(self.key.vehicle_id, self.key.key_id, self.role, self._state())

    def _state(self) -> str:
        # A vehicle gives its token to keys that were activated: no code is needed any more then.
        if self.code_needed and not self.key.mailbox.confidential:
            return "code needed"
        return "waiting" if self.waiting else "ready"


@dataclass(frozen=True, slots=True)
class Remembered:
    """All entries at one moment, and the removals that the server has not heard of."""

    entries: tuple[Entry, ...]
    removed: tuple[bytes, ...]


class Entries:
    """The wallet's entries, in the order they were added. Safe to use from several threads."""

    def __init__(self, element: SecureElement) -> None:
        """What the element holds at first is listed; a key with a package is a shared one."""
        self.removed: tuple[bytes, ...] = ()  # keys the server has still to be told about
        self._element = element
        self._lock = threading.Lock()
        self._entries: tuple[Entry, ...] = tuple(
            Entry(key, Role.SHARED if key.contents.package else Role.OWNER) for key in element.keys
        )

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def find(self, vehicle: bytes) -> Entry | None:
        """The key for a vehicle."""
        return next((e for e in self._entries if e.key.vehicle_id == vehicle), None)

    def of(self, vehicle: bytes) -> Entry:
        """The key for a vehicle; raises ActionRefused without one."""
        if (entry := self.find(vehicle)) is None:
            raise ActionRefused("the wallet holds no key for this vehicle")
        return entry

    def main(self, vehicle: bytes) -> Entry:
        """The main key for a vehicle; raises ActionRefused without one."""
        entry = self.of(vehicle)
        if entry.role is not Role.OWNER:
            raise ActionRefused("only the main key can be shared")
        return entry

    def add(self, entry: Entry) -> None:
        """List a key; unless it waits, the applet knows it from here on. Raises Malformed."""
        if not entry.waiting:
            self._element.add(entry.key)
        with self._lock:
            self._entries = (*self._entries, entry)

    def activate(self, entry: Entry) -> None:
        """What the key waited for is there: the applet knows it from here on."""
        entry.waiting = False
        self._element.add(entry.key)

    def drop(self, entry: Entry) -> None:
        """The key is gone, from the applet first."""
        self._element.remove(entry.key)
        with self._lock:
            self._entries = tuple(other for other in self._entries if other is not entry)

    def remove(self, entry: Entry) -> None:
        """As ``drop``, and the server is to be told."""
        self.drop(entry)
        with self._lock:
            self.removed = (*self.removed, entry.key.key_id)

    def told(self, key_id: bytes) -> None:
        """The server has heard of a removal."""
        with self._lock:
            self.removed = tuple(other for other in self.removed if other != key_id)

    def remember(self) -> Remembered:
        """All there is, for ``put_back``."""
        return Remembered(tuple(entry.copy() for entry in self), self.removed)

    def put_back(self, remembered: Remembered) -> None:
        """Hold what was remembered and nothing else."""
        entries = tuple(entry.copy() for entry in remembered.entries)
        with self._lock:
            self._entries, self.removed = entries, remembered.removed
        self._element.put_back(entry.key for entry in entries if not entry.waiting)
