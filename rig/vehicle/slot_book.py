"""Slot identifiers that the vehicle has given out, and those that will never open again."""

from __future__ import annotations

import secrets
from collections.abc import Callable

SLOT_SIZE = 8  # bytes of an identifier the vehicle draws
Draw = Callable[[int], bytes]


class SlotBook:
    """An identifier carries one key in its life; it is drawn, given out, taken, and burnt.

    Not locked: the keyring is.
    """

    def __init__(self, draw: Draw = secrets.token_bytes) -> None:
        self._draw = draw
        self._drawn: set[bytes] = set()
        self._given: dict[bytes, bytes] = {}  # identifier -> whose mailbox it was put into (key id)
        self._burnt: set[bytes] = set()

    def draw(self) -> bytes:
        """A fresh identifier, for a key that is being paired."""
        while (drawn := self._draw(SLOT_SIZE)) in self._drawn:
            pass
        self._drawn.add(drawn)
        return drawn

    def drew(self, slot: bytes) -> bool:
        """Whether the vehicle drew it, for an owner or for a friend."""
        return slot in self._drawn

    def give_out(self, count: int, holder: bytes) -> tuple[bytes, ...]:
        """Fresh identifiers for the friends of the owner whose key this is."""
        given = []
        for _ in range(count):
            drawn = self.draw()
            self._given[drawn] = holder
            given.append(drawn)
        return tuple(given)

    def given_to(self, holder: bytes) -> tuple[bytes, ...]:
        """The identifiers given to this owner that are not burnt."""
        return tuple(slot for slot, owner in self._given.items() if owner == holder)

    def is_given(self, slot: bytes) -> bool:
        """Whether it was given out and is not burnt."""
        return slot in self._given

    def is_burnt(self, slot: bytes) -> bool:
        """Whether it will never open again."""
        return slot in self._burnt

    def burn(self, slot: bytes) -> None:
        """Never accept it again."""
        self._given.pop(slot, None)
        self._burnt.add(slot)

    def without_holder(self, holders: set[bytes]) -> tuple[bytes, ...]:
        """The identifiers whose owner is none of these any more."""
        return tuple(slot for slot, owner in self._given.items() if owner not in holders)

    def clear(self) -> None:
        """Forget everything, as when the vehicle is put back for the next test."""
        self._given.clear()
        self._burnt.clear()
