"""The keys a virtual phone, watch or card holds, and what it remembers of their vehicles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from drivers.sim.phone.dialects import Dialect
from drivers.sim.phone.mailbox import Contents, Mailbox
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings


@dataclass(slots=True)
class HeldKey:
    """One key for one vehicle, and what the secure element remembers of that vehicle.

    Whether the key is valid is the vehicle's business. ``persistent`` is Kpersistent once a
    standard transaction has made it; it lives as long as the process.
    """

    vehicle_id: bytes
    vehicle_key: PublicKey
    private: PrivateKey
    slot: bytes
    dialect: Dialect
    contents: Contents = field(default_factory=Contents)
    bluetooth: str = ""  # the vehicle's address; without it there is no passive entry
    persistent: Secret | None = None
    mailbox: Mailbox = field(default_factory=lambda: Mailbox(bytearray()))
    _layout: tuple[int, ...] | None = None

    @property
    def key_id(self) -> bytes:
        """SHA-1 of the public key's point: what servers and wallets call the key by."""
        return hashlib.sha1(self.private.public.point, usedforsecurity=False).digest()

    def copy(self) -> HeldKey:
        """The key as it is now, to go on by itself."""
        return replace(self, mailbox=self.mailbox.copy())

    def lay_out_mailbox(self, settings: Settings) -> None:
        """Build the private mailbox, unless it stands in this layout. Raises Malformed."""
        layout = (
            settings.mailbox_size,
            settings.mailbox_signal_offset,
            settings.mailbox_slots_offset,
            settings.mailbox_slot_list_offset,
            settings.mailbox_package_offset,
        )
        if layout != self._layout:
            contents = self.contents
            self.mailbox = Mailbox(contents.laid_out(settings), contents.confidential)
            self._layout = layout
