"""What the wallet of a new main key does online: has it tracked, keeps the receipt."""

from __future__ import annotations

from collections.abc import Callable

from drivers.sim.phone.wallet import HeldKey
from rig.digital_key.attestation import TrackingReceipt
from rig.key_server.contract import KeyServer
from rig.key_server.keys import Receipt
from tests.rig.vehicle.pairing_phone import PairingPhone


def tracking(server: KeyServer, pairing_id: str, phone: PairingPhone) -> Callable[[HeldKey], None]:
    """To be called with the key that the framework has handed over."""

    def track(held: HeldKey) -> None:
        receipt = server.tracking.track_owner(pairing_id, held.private.public, held.slot)
        phone.mailbox.put(phone.settings.mailbox_receipt_offset, on_the_wire(receipt))

    return track


def on_the_wire(receipt: Receipt) -> bytes:
    """A receipt as it travels."""
    return TrackingReceipt(
        vehicle_id=receipt.vehicle_id,
        key_id=receipt.key_id,
        slot_number=receipt.slot.number.to_bytes(2, "big"),
        slot=receipt.slot.identifier,
        tracked_at=int(receipt.tracked_at.timestamp()).to_bytes(8, "big"),
        signature=receipt.signature,
    ).encode()
