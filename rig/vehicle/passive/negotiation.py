"""What the vehicle offers for ranging, and what it chooses of a phone's offers (facts 1.8, 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.uwb import Hopping
from rig.digital_key.ble_messages import (
    CHAPS_OF_SLOT_BIT,
    ChannelBit,
    Hop,
    RangingCapabilityRequest,
    RangingCapabilityResponse,
    RangingSessionRequest,
    RangingSessionResponse,
    RangingSetupRequest,
    RangingSetupResponse,
)
from rig.digital_key.errors import DigitalKeyError
from rig.vehicle.passive.settings import PassiveSettings

VERSIONS, CONFIGS, COMBOS = (0x0100,), (0,), bytes((0x00,))
_CHANNELS = {9: ChannelBit.CHANNEL_9, 5: ChannelBit.CHANNEL_5}
_CHAPS = (6, 9, 12, 8, 4, 3)  # the vehicle's choice first; 24 is for tests only
_SLOTS = (6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 72, 96)
_SLOTS_BESIDES_RESPONDERS = 4
_SYNC_CODES = 0xFFFF_FFFF  # codes 1 to 32, bit 0 is code 1: the chips take any
_HOPPINGS = {
    Hopping.CONTINUOUS: Hop.CONTINUOUS | Hop.DEFAULT_SEQUENCE,
    Hopping.CONTINUOUS_AES: Hop.CONTINUOUS | Hop.AES,
    Hopping.ADAPTIVE: Hop.ADAPTIVE | Hop.DEFAULT_SEQUENCE,
    Hopping.ADAPTIVE_AES: Hop.ADAPTIVE | Hop.AES,
    Hopping.NONE: Hop.NONE,
}
"""In the vehicle's order of preference (facts 5.2)."""


class NotNegotiable(DigitalKeyError):
    """Vehicle and phone have nothing in common, or the phone chose what was not offered."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the vehicle chose of the phone's offers."""

    channel: int
    hopping: Hopping
    request: RangingSetupRequest


def capability_request() -> RangingCapabilityRequest:
    """What the vehicle can do, best first."""
    return RangingCapabilityRequest(VERSIONS, CONFIGS, COMBOS)


def session_request(
    capability: RangingCapabilityResponse, session_id: int
) -> RangingSessionRequest:
    """With what the phone chose. Raises NotNegotiable where that was not offered."""
    if (
        capability.version not in VERSIONS
        or capability.config not in CONFIGS
        or capability.combo not in COMBOS
    ):
        raise NotNegotiable(
            "the phone chose a version, configuration or pulse that was not offered"
        )
    channels = sum(_CHANNELS.values())
    return RangingSessionRequest(
        capability.version, capability.config, session_id, capability.combo, channels
    )


def choose(offered: RangingSessionResponse, responders: int, settings: PassiveSettings) -> Chosen:
    """The vehicle's choice. Raises NotNegotiable."""
    if offered.channel not in _CHANNELS:
        raise NotNegotiable(f"the phone chose channel {offered.channel}")
    chaps = next((c for c in _CHAPS if c in _chaps_of(offered.slots)), None)
    hopping = next((h for h, bits in _HOPPINGS.items() if offered.hopping & bits == bits), None)
    sync_codes = offered.sync_codes & _SYNC_CODES
    if chaps is None or hopping is None or not sync_codes:
        raise NotNegotiable("no slot, hopping or SYNC code in common")
    least = max(settings.slots_per_round, responders + _SLOTS_BESIDES_RESPONDERS)
    slots = next((count for count in _SLOTS if count >= least), None)
    if slots is None:
        raise NotNegotiable(f"no round holds {responders} anchors")
    request = RangingSetupRequest(
        ran_multiplier=max(settings.ran_multiplier, offered.ran_multiplier),
        chaps=chaps,
        responders=responders,
        slots_per_round=slots,
        sync_codes=sync_codes,
        hopping=_HOPPINGS[hopping],
    )
    return Chosen(offered.channel, hopping, request)


def _chaps_of(slots: int) -> list[int]:
    return [chaps for bit, chaps in enumerate(CHAPS_OF_SLOT_BIT) if slots >> bit & 1]


def accept(chosen: Chosen, answer: RangingSetupResponse) -> None:
    """Take the phone's set-up. Raises NotNegotiable for a SYNC code that was not offered."""
    code = answer.sync_code
    if not 1 <= code <= 32 or not chosen.request.sync_codes >> (code - 1) & 1:
        raise NotNegotiable(f"the phone chose SYNC code {code}")
