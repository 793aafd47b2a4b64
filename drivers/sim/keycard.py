"""The virtual key card: the phone's applet without the phone."""

from __future__ import annotations

from drivers.api.phone import KeyCard
from drivers.sim.phone.holder import VirtualHolder


class VirtualKeyCard(VirtualHolder, KeyCard):
    """A card that knows standard transactions, and fast ones once it has met the vehicle.

    Which application a real card answers to is not public (setting ``key_card_application``); this
    one has the phone's.
    """

    kind = "card"
    # Compact TLV 73, card capabilities: selection by full name, chaining and extended length.
    historical = bytes.fromhex("80 73 80 01 C0")
