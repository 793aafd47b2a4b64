"""What the vehicle puts into a device's mailboxes: immobilizer token, friends' slot identifiers.

Steps of one authenticated transaction, at owner pairing and in later visits to the tray alike.
What the vehicle remembers, it remembers once the device has answered: an answer that is lost must
not leave a token that only the vehicle knows, because the key would then start nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from rig.digital_key.attestation import TrackingReceipt, tracked
from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import BadSignature, DigitalKeyError, Malformed, StatusRefused
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.secrets import Secret
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import Key
from rig.vehicle.slot_book import SLOT_SIZE

TOKEN_SIZE = 32
SLOTS = 8  # identifiers in SlotIdentLst, bits in SlotIdentBmp
REFILL_BIT = 0  # of SigBmp: the device asks for slot identifiers
_ALL = (1 << SLOTS) - 1


def provision_token(
    mailbox: Mailbox, key: Key, draw: Callable[[int], bytes] = secrets.token_bytes
) -> None:
    """Give the device a fresh immobilizer token. Raises StatusRefused, Unverified, Malformed."""
    token = Secret(draw(TOKEN_SIZE))
    mailbox.store_token(token)
    key.token = token


def read_receipt(mailbox: Mailbox, keyring: Keyring, key: Key, server: PublicKey | None) -> str:
    """Why the device's receipt does not show that the key is tracked; "" when it does.

    Raises what the channel raises; a mailbox without a receipt is no error.
    """
    if server is None:
        return "the vehicle knows no key server"
    settings = mailbox.settings
    try:
        begin, end = settings.mailbox_receipt_offset, settings.mailbox_size
        elements = mailbox.read_elements(begin, end, len(TrackingReceipt.layout))
        receipt = TrackingReceipt.decode(elements)
        server.verify(receipt.signature, tracked(receipt))
    except BadSignature:
        return "the receipt is not signed by the key server"
    except (Malformed, StatusRefused) as exc:
        return f"no receipt: {exc}"
    if receipt.vehicle_id != keyring.identifier:
        return "the receipt is for another vehicle"
    if (receipt.key_id, receipt.slot) != (key.key_id, key.slot):
        return "the receipt is for another key"
    key.tracked = True
    return ""


def refill_slots(mailbox: Mailbox, keyring: Keyring, key: Key) -> int:
    """Put fresh slot identifiers where the owner's device has none left; how many.

    Identifiers that it may still give away stay. Raises StatusRefused, Unverified, Malformed.
    """
    settings = mailbox.settings
    bitmap = mailbox.read(settings.mailbox_slots_offset, 1)[0]
    listed = mailbox.read(settings.mailbox_slot_list_offset, SLOTS * SLOT_SIZE)
    slots = [listed[at : at + SLOT_SIZE] for at in range(0, len(listed), SLOT_SIZE)]
    used = [n for n in range(SLOTS) if not bitmap >> n & 1 or not keyring.is_open(slots[n])]
    fresh = keyring.give_out(len(used), key.key_id)
    for number, slot in zip(used, fresh, strict=True):
        slots[number] = slot
    try:
        mailbox.write(settings.mailbox_slot_list_offset, b"".join(slots))
        mailbox.write(settings.mailbox_slots_offset, bytes((_ALL,)))
    except DigitalKeyError:  # refused: the device has none of them
        for slot in fresh:
            keyring.burn(slot)
        raise
    key.supplied = True
    mailbox.set_signal(REFILL_BIT, on=False)
    return len(fresh)
