"""What the vehicle settles on for a ranging session, from what the device can do.

Pure arithmetic of sections 1.8 and 5.2 of the public notes on UWB. What does not fit raises
RangingMismatch with the name of the parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

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
from rig.digital_key.errors import RangingMismatch

SLOTS_PER_ROUND = (6, 8, 9, 12, 16, 18, 24, 32, 36, 48, 72, 96)
CONTROL_SLOTS = 4  # Pre-Poll, Poll, Final and Final_Data; the others are responses
CHAPS_PER_MS, BLOCK_MS = 3, 96
_TEST_CHAPS = 24  # C10: for testing only
_CHANNEL_BITS = {5: ChannelBit.CHANNEL_5, 9: ChannelBit.CHANNEL_9}
LAST_STS_INDEX0 = 0x3FFF_FFFF


class HopMode(Enum):
    """How the round of a block is chosen, in the vehicle's order of preference."""

    CONTINUOUS = Hop.CONTINUOUS | Hop.DEFAULT_SEQUENCE
    CONTINUOUS_AES = Hop.CONTINUOUS | Hop.AES
    ADAPTIVE = Hop.ADAPTIVE | Hop.DEFAULT_SEQUENCE
    ADAPTIVE_AES = Hop.ADAPTIVE | Hop.AES
    NONE = Hop.NONE

    @property
    def needs_aes(self) -> bool:
        """Whether the sequence is AES, whose formula is not public."""
        return bool(self.value & Hop.AES)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the vehicle wants of a session. ``chaps`` is its order of preference."""

    responders: int
    ran_multiplier: int = 1
    chaps: tuple[int, ...] = (6, 9, 12, 8, 4, 3)
    slots_per_round: int = 0  # at least; 0: as few as hold the responders
    sync_codes: int = 0xFFFF_FFFF  # bit 0 is code 1
    channels: int = ChannelBit.CHANNEL_9 | ChannelBit.CHANNEL_5
    aes_hopping: bool = False


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What was settled on, and the request that says so."""

    request: RangingSetupRequest
    channel: int
    hop: HopMode


def session_request(
    offered: RangingCapabilityRequest,
    chosen: RangingCapabilityResponse,
    session_id: int,
    channels: int,
) -> RangingSessionRequest:
    """Ask for a session with what the device chose. Raises RangingMismatch where not offered."""
    for what, value, offers in (
        ("version", chosen.version, offered.versions),
        ("configuration", chosen.config, offered.configs),
        ("pulse shapes", chosen.combo, tuple(offered.combos)),
    ):
        if value not in offers:
            raise RangingMismatch(what, f"the device chose {value:04X}, which was not offered")
    return RangingSessionRequest(chosen.version, chosen.config, session_id, chosen.combo, channels)


def negotiate(device: RangingSessionResponse, wishes: Wishes) -> Negotiated:
    """Settle on a session. Raises RangingMismatch."""
    channel_bit = _CHANNEL_BITS.get(device.channel, 0)
    if not channel_bit & wishes.channels:
        raise RangingMismatch("channel", f"the device chose {device.channel}, not offered")
    sync_codes = device.sync_codes & wishes.sync_codes
    if not sync_codes:
        raise RangingMismatch("SYNC code", "none in common")
    if not 1 <= device.ran_multiplier <= 0xFF:
        raise RangingMismatch("RAN multiplier", f"the device's is {device.ran_multiplier}")
    ran_multiplier = max(device.ran_multiplier, wishes.ran_multiplier)
    chaps, slots = _round(device.slots, ran_multiplier, wishes)
    hop = _hop(device.hopping, wishes)
    request = RangingSetupRequest(
        ran_multiplier, chaps, wishes.responders, slots, sync_codes, hop.value
    )
    return Negotiated(request, device.channel, hop)


def accept(settled: Negotiated, answer: RangingSetupResponse) -> None:
    """Take the device's answer to it. Raises RangingMismatch."""
    code = answer.sync_code
    if not 1 <= code <= 32 or not settled.request.sync_codes >> (code - 1) & 1:
        raise RangingMismatch("SYNC code", f"the device chose {code}, which was not offered")
    if answer.sts_index0 > LAST_STS_INDEX0:
        raise RangingMismatch("STS_Index0", f"{answer.sts_index0:08X} is above 3FFFFFFF")


def _round(bitmask: int, ran_multiplier: int, wishes: Wishes) -> tuple[int, int]:
    """Chaps of a slot and slots of a round, the vehicle's best that fits into a block."""
    can = {chaps for bit, chaps in enumerate(CHAPS_OF_SLOT_BIT) if bitmask >> bit & 1}
    both = [chaps for chaps in wishes.chaps if chaps in can and chaps != _TEST_CHAPS]
    if not both:
        raise RangingMismatch("chaps per slot", f"the device's mask {bitmask:02X} has none of ours")
    least = max(wishes.slots_per_round, wishes.responders + CONTROL_SLOTS)
    slots = next((count for count in SLOTS_PER_ROUND if count >= least), None)
    if slots is None:
        raise RangingMismatch("slots per round", f"no round has {least} slots")
    block_chaps = ran_multiplier * BLOCK_MS * CHAPS_PER_MS
    fitting = (chaps for chaps in both if chaps * slots <= block_chaps)
    chaps = next(fitting, None)
    if chaps is None:
        raise RangingMismatch(
            "slots per round", f"{slots} slots do not fit into a block of {ran_multiplier * 96} ms"
        )
    return chaps, slots


def _hop(bitmask: int, wishes: Wishes) -> HopMode:
    for mode in HopMode:
        if mode.needs_aes and not wishes.aes_hopping:
            continue
        if bitmask & mode.value == mode.value:
            return mode
    raise RangingMismatch("hopping", f"the device's mask {bitmask:02X} has none of ours")
