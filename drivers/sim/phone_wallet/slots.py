"""Slot identifiers in the owner's private mailbox: given out by the vehicle, used up by shares.

SlotIdentBmp has a bit for each of the eight identifiers of SlotIdentLst; bit n set: identifier n
may be given away. Bit 0 of SigBmp asks the vehicle for more (public notes on CCC-TS-101, 5.7).
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.errors import ActionRefused
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.settings import Settings

SLOTS, SIZE = 8, 8  # identifiers, and bytes of each
REFILL = 0x01  # bit of SigBmp


@dataclass(frozen=True, slots=True)
class Slot:
    """One identifier and its place in the list."""

    number: int
    identifier: bytes


def free_slot(key: HeldKey, settings: Settings) -> Slot:
    """The first that may be given away.

    Without one the vehicle is asked for more, which it does not see before the owner comes:
    raises ActionRefused (DK-SHARE-12).
    """
    key.lay_out_mailbox(settings)
    [free] = key.mailbox.read(settings.mailbox_slots_offset, 1)
    for number in range(SLOTS):
        at = settings.mailbox_slot_list_offset + number * SIZE
        identifier = key.mailbox.read(at, SIZE)
        if free >> number & 1 and any(identifier):
            return Slot(number, identifier)
    raise_signal(key, settings, REFILL)
    raise ActionRefused("use your key on the vehicle first")


def use_up(key: HeldKey, settings: Settings, slot: Slot) -> None:
    """The identifier was given away."""
    offset = settings.mailbox_slots_offset
    [free] = key.mailbox.read(offset, 1)
    key.mailbox.write(offset, bytes((free & ~(1 << slot.number),)))


def raise_signal(key: HeldKey, settings: Settings, bits: int) -> None:
    """Set bits of SigBmp, which the vehicle sees in AUTH1."""
    offset = settings.mailbox_signal_offset
    [signals] = key.mailbox.read(offset, 1)
    key.mailbox.write(offset, bytes((signals | bits,)))
