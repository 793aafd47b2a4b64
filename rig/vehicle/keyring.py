"""The keys the vehicle knows: provisioned, paired, shared, deleted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.secrets import Secret
from rig.vehicle.errors import KeyringError, NotEnrolled
from rig.vehicle.keys import CARD, OWNER, Key, KeyState
from rig.vehicle.slot_book import SlotBook

__all__ = ["Key", "KeyState", "Keyring"]


class Keyring:
    """Enrolled keys by slot. Safe to use from several reader loops.

    A key that was deleted never comes back, nor does another one under its slot identifier.
    """

    def __init__(
        self,
        identifier: bytes,
        vehicle_key: PrivateKey,
        keys: list[Key],
        slots: SlotBook | None = None,
    ) -> None:
        self.identifier = identifier
        self.vehicle_key = vehicle_key
        self._keys = {key.slot: key for key in keys}
        if len(self._keys) != len(keys) or len({k.name for k in keys}) != len(keys):
            raise KeyringError("two keys share a slot or a name")
        self._slots = slots or SlotBook()
        self._gone: set[bytes] = set()  # identifiers of deleted keys
        self._recent: list[bytes] = []  # slots, most recently used first
        self.lock = threading.RLock()
        self.ended: Callable[[Key], None] = lambda _key: None  # a key was deleted; returns at once

    def as_delivered(self, *, with_cards: bool = True) -> Keyring:
        """The same vehicle before it met any key.

        It was delivered ``with_cards``: those it knows from the factory, and they are switched off.
        """
        cards = [replace(key, state=KeyState.INACTIVE) for key in self if key.role == CARD]
        return Keyring(self.identifier, self.vehicle_key, cards if with_cards else [])

    def __iter__(self) -> Iterator[Key]:
        with self.lock:
            return iter(list(self._keys.values()))

    def named(self, name: str) -> Key:
        """The key of that name. Raises KeyringError."""
        for key in self:
            if key.name == name:
                return key
        raise KeyringError(f"no key {name!r}; enrolled are {', '.join(k.name for k in self)}")

    def by_slot(self, slot: bytes) -> Key | None:
        """The key a device names in AUTH1, or None."""
        return self._keys.get(bytes(slot))

    def by_id(self, key_id: bytes) -> Key | None:
        """The key of that identifier, or None."""
        return next((key for key in self if key.key_id == key_id), None)

    def holds(self, key: Key) -> bool:
        """Whether this very key is enrolled, deleted ones aside."""
        return self._keys.get(key.slot) is key and key.state is not KeyState.DELETED

    def owners(self) -> list[Key]:
        """Active main keys: the owner's phone, and the watch that took its key over."""
        return [key for key in self if key.role == OWNER and key.state is KeyState.ACTIVE]

    # --- what begins and ends ----------------------------------------------------------------

    def enrol(self, key: Key) -> Key:
        """Take a key in; the one enrolled, which is the earlier object when it was here already.

        Raises NotEnrolled for a key that was deleted, and for a slot that is burnt or taken.
        """
        with self.lock:
            if key.key_id in self._gone:
                raise NotEnrolled(f"{key.name} was deleted")
            if self._slots.is_burnt(key.slot):
                raise NotEnrolled(f"slot {key.slot.hex()} is burnt")
            known = self.by_id(key.key_id)
            if known is not None and known.slot == key.slot:
                return known
            if known is not None or key.slot in self._keys:
                raise NotEnrolled(f"{key.name} or its slot {key.slot.hex()} is enrolled already")
            self._keys[key.slot] = key
            return key

    def enrol_main(self, key: Key) -> Key:
        """Take in the key of a new owner; whatever the earlier owner had ends at once."""
        with self.lock:
            earlier = [k for k in self if k.role == OWNER and k.key_id != key.key_id]
            enrolled = self.enrol(key)
            enrolled.origin = key.origin  # the server may have told of it a moment before
            for each in earlier:
                self.delete(each)
            return enrolled

    def delete(self, key: Key) -> None:
        """End a key and its copy on a watch for good, and burn their slot identifiers.

        No effect when it is gone.
        """
        with self.lock:
            for copy in [k for k in self if k.parent == key.key_id]:
                self.delete(copy)
            key.state, key.persistent = KeyState.DELETED, None
            key.bond = key.ranging = None
            self.ended(key)
            if self._keys.get(key.slot) is key:
                del self._keys[key.slot]
            self._gone.add(key.key_id)
            self._slots.burn(key.slot)

    def was_deleted(self, key_id: bytes) -> bool:
        """Whether a key of that identifier was here and has ended."""
        return key_id in self._gone

    # --- slot identifiers --------------------------------------------------------------------

    def draw_slot(self) -> bytes:
        """A fresh identifier for a key that is being paired."""
        with self.lock:
            while (drawn := self._slots.draw()) in self._keys:
                pass
            return drawn

    def drew(self, slot: bytes) -> bool:
        """Whether the identifier is one of this vehicle's own."""
        with self.lock:
            return self._slots.drew(slot)

    def give_out(self, count: int, holder: bytes = b"") -> tuple[bytes, ...]:
        """Fresh identifiers for friends of the owner with this key identifier."""
        with self.lock:
            return self._slots.give_out(count, holder)

    def given_to(self, holder: bytes) -> tuple[bytes, ...]:
        """The identifiers given to this owner that are not burnt, taken ones included."""
        with self.lock:
            return self._slots.given_to(holder)

    def is_open(self, slot: bytes) -> bool:
        """Whether a friend's key may come under it: given out, not burnt, not taken."""
        with self.lock:
            return self._slots.is_given(slot) and slot not in self._keys

    def is_burnt(self, slot: bytes) -> bool:
        """Whether it will never open again."""
        with self.lock:
            return self._slots.is_burnt(slot)

    def burn(self, slot: bytes) -> None:
        """Never accept it again; a key that lives there ends."""
        with self.lock:
            if (key := self._keys.get(slot)) is not None:
                self.delete(key)
            self._slots.burn(slot)

    def burn_given(self, holder: bytes) -> None:
        """Burn what was given to this owner; the keys that live there end."""
        with self.lock:
            for slot in self.given_to(holder):
                self.burn(slot)

    def burn_orphans(self) -> None:
        """Burn what was given to owners that are gone and was not taken."""
        with self.lock:
            holders = {key.key_id for key in self if key.role == OWNER}
            for slot in self._slots.without_holder(holders):
                if slot not in self._keys:
                    self._slots.burn(slot)

    # --- fast transactions -------------------------------------------------------------------

    def fast_candidates(self) -> list[Key]:
        """Keys that can be tried in a fast transaction, most recently used first."""
        with self.lock:
            recent = [self._keys[slot] for slot in self._recent if slot in self._keys]
        return [key for key in recent if key.persistent is not None]

    def used(self, key: Key, persistent: Secret | None) -> None:
        """Note a use, and the Kpersistent of a standard transaction."""
        with self.lock:
            if persistent is not None and key.state is not KeyState.DELETED:
                key.persistent = persistent
            if key.slot in self._recent:
                self._recent.remove(key.slot)
            self._recent.insert(0, key.slot)

    def forget_fast(self) -> None:
        """Drop every Kpersistent, so that the next transactions are standard ones."""
        with self.lock:
            for key in self._keys.values():
                key.persistent = None
            self._recent.clear()

    # --- between tests -----------------------------------------------------------------------

    def restore(self, original: Keyring) -> None:
        """Hold exactly the keys of ``original`` again, as they are there.

        Of keys that were never gone, what was learned in transactions stays.
        """
        with self.lock:
            before, self._keys = self._keys, {}
            for key in original:
                mine = before.get(key.slot)
                if mine is None or mine.public != key.public:
                    mine = replace(key)
                for each in fields(key):
                    if each.name != "persistent":
                        setattr(mine, each.name, getattr(key, each.name))
                self._keys[key.slot] = mine
            self._slots.clear()
            self._gone.clear()
