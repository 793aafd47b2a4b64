"""First approach: how a phone that has a key and no bond makes itself known (facts 5.1, 5.3).

Over a channel that is not encrypted yet, both sides tell each other what LE Secure Connections need
out of band; then they pair, and the vehicle has the key prove itself. How the message is protected
is not public: setting ``first_approach_protection``, and here it is not.
"""

from __future__ import annotations

import asyncio

from bumble import core
from bumble.smp import OobContext, OobSharedData

from drivers.sim.phone_ble.bonds import VehicleBond
from drivers.sim.phone_ble.dialogue import Dialogue
from drivers.sim.phone_ble.link import PhoneLink
from drivers.sim.phone_ble.negotiation import complete
from drivers.sim.phone_ble.radio import PhoneRadio
from rig.digital_key import ble_messages as dk

_ANSWER_S = 10.0


class NotPaired(Exception):
    """The first approach has come to nothing."""


async def first_approach(radio: PhoneRadio, link: PhoneLink, dialogue: Dialogue) -> VehicleBond:
    """Exchange OOB data and pair; the link is encrypted then. Raises NotPaired."""
    context = OobContext()
    ours = context.share()
    dialogue.send(
        dk.FirstApproachRequest(address=_octets(radio.address), confirm=ours.c, random=ours.r)
    )
    theirs = await asyncio.wait_for(dialogue.approached, _ANSWER_S)
    if theirs.address != _octets(dialogue.key.bluetooth):
        dialogue.send(complete(dk.CommandComplete.OOB_MISMATCH))
        raise NotPaired("the vehicle has another address than its key says")
    shared = OobSharedData(c=theirs.confirm, r=theirs.random)
    try:
        return await radio.pair(link, context, shared)
    except core.BaseBumbleError as exc:
        dialogue.send(complete(dk.CommandComplete.BLE_PAIRING_FAILED))
        raise NotPaired(f"pairing failed: {exc}") from exc


def _octets(address: str) -> bytes:
    return bytes.fromhex(address.replace(":", ""))
