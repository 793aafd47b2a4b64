"""DK messages of the UWB ranging service (type 02), in the order of a session.

Facts: section 5.2 of the public notes on UWB and Bluetooth LE. ``ble_messages`` is their door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Annotated, Any

from rig.digital_key.ble_fields import DkMessage, Listed, ListedOctets, Uint
from rig.digital_key.errors import Malformed

RANGING_SERVICE = 0x02
CHAPS_OF_SLOT_BIT = (3, 4, 6, 8, 9, 12, 24)
"""Chaps per slot by the bit of a slot bitmask, from bit 0; 24 is for testing only."""


class Hop(IntFlag):
    """Bits of a hopping bitmask."""

    NONE = 0x80
    CONTINUOUS = 0x40
    ADAPTIVE = 0x20
    DEFAULT_SEQUENCE = 0x10
    AES = 0x08


class ChannelBit(IntFlag):
    """Bits of a channel bitmask; a selected channel travels as its number, 5 or 9."""

    CHANNEL_5 = 0x01
    CHANNEL_9 = 0x02


class SuspendStatus(IntEnum):
    """How the other side answers a wish to suspend."""

    ACCEPTED = 0x00
    DELAYED = 0x01


class RangingMessage(DkMessage):
    """A message of the ranging service."""

    __slots__ = ()
    TYPE = RANGING_SERVICE


@dataclass(frozen=True, slots=True)
class RangingCapabilityRequest(RangingMessage):
    """What the vehicle speaks: versions and configurations, best first, and pulse shapes."""

    ID = 0x01
    versions: Annotated[tuple[int, ...], Listed(2)]
    configs: Annotated[tuple[int, ...], Listed(2)]
    combos: Annotated[bytes, ListedOctets()]


@dataclass(frozen=True, slots=True)
class RangingCapabilityResponse(RangingMessage):
    """What the device chose of it."""

    ID = 0x02
    version: Annotated[int, Uint(2)]
    config: Annotated[int, Uint(2)]
    combo: Annotated[int, Uint(1)]


@dataclass(frozen=True, slots=True)
class RangingSessionRequest(RangingMessage):
    """The session the vehicle wants; ``session_id`` names the ranging key."""

    ID = 0x03
    version: Annotated[int, Uint(2)]
    config: Annotated[int, Uint(2)]
    session_id: Annotated[int, Uint(4)]
    combo: Annotated[int, Uint(1)]
    channels: Annotated[int, Uint(1)]  # ChannelBit


@dataclass(frozen=True, slots=True)
class RangingSessionResponse(RangingMessage):
    """What the device can do in it."""

    ID = 0x04
    ran_multiplier: Annotated[int, Uint(1)]  # its least
    slots: Annotated[int, Uint(1)]  # bitmask, see CHAPS_OF_SLOT_BIT
    sync_codes: Annotated[int, Uint(4)]  # bitmask, bit 0 is code 1
    channel: Annotated[int, Uint(1)]  # 5 or 9
    hopping: Annotated[int, Uint(1)]  # Hop


@dataclass(frozen=True, slots=True)
class RangingSetupRequest(RangingMessage):
    """What the vehicle settled on."""

    ID = 0x05
    ran_multiplier: Annotated[int, Uint(1)]
    chaps: Annotated[int, Uint(1)]  # in a slot
    responders: Annotated[int, Uint(1)]
    slots_per_round: Annotated[int, Uint(1)]
    sync_codes: Annotated[int, Uint(4)]  # bitmask of what it would take
    hopping: Annotated[int, Uint(1)]  # Hop, one way of it


@dataclass(frozen=True, slots=True)
class RangingSetupResponse(RangingMessage):
    """When the device begins, by its own UWB clock, and with which secrets of the air."""

    ID = 0x06
    sts_index0: Annotated[int, Uint(4)]
    time0_us: Annotated[int, Uint(8)]
    hop_key: Annotated[int, Uint(4)] = field(repr=False)
    sync_code: Annotated[int, Uint(1)]


@dataclass(frozen=True, slots=True)
class SuspendRequest(RangingMessage):
    """Either side wants the session to pause."""

    ID = 0x07
    session_id: Annotated[int, Uint(4)]


@dataclass(frozen=True, slots=True)
class SuspendResponse(RangingMessage):
    """The answer to it."""

    ID = 0x08
    status: Annotated[int, Uint(1)]  # SuspendStatus

    @classmethod
    def parse(cls, data: bytes) -> SuspendResponse:
        values: dict[str, Any] = cls.values(data)
        if values["status"] not in SuspendStatus.__members__.values():
            raise Malformed(f"SuspendResponse.status: {values['status']:02X} is no answer")
        return cls(SuspendStatus(values["status"]))


@dataclass(frozen=True, slots=True)
class RecoveryRequest(RangingMessage):
    """The vehicle wants a paused session back."""

    ID = 0x09
    session_id: Annotated[int, Uint(4)]


@dataclass(frozen=True, slots=True)
class RecoveryResponse(RangingMessage):
    """When it goes on, and from which STS index."""

    ID = 0x0A
    sts_index0: Annotated[int, Uint(4)]
    time0_us: Annotated[int, Uint(8)]


@dataclass(frozen=True, slots=True)
class ConfigurableRecoveryRequest(RangingMessage):
    """The vehicle wants a paused session back with another length of the block."""

    ID = 0x12
    session_id: Annotated[int, Uint(4)]
    ran_multiplier: Annotated[int, Uint(1)]


@dataclass(frozen=True, slots=True)
class ConfigurableRecoveryResponse(RangingMessage):
    """When it goes on, and with which length of the block."""

    ID = 0x13
    ran_multiplier: Annotated[int, Uint(1)]
    sts_index0: Annotated[int, Uint(4)]
    time0_us: Annotated[int, Uint(8)]


RANGING_MESSAGES: tuple[type[RangingMessage], ...] = (
    RangingCapabilityRequest,
    RangingCapabilityResponse,
    RangingSessionRequest,
    RangingSessionResponse,
    RangingSetupRequest,
    RangingSetupResponse,
    SuspendRequest,
    SuspendResponse,
    RecoveryRequest,
    RecoveryResponse,
    ConfigurableRecoveryRequest,
    ConfigurableRecoveryResponse,
)
