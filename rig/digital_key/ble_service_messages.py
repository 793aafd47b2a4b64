"""DK messages of all but ranging: APDUs, the supplementary service, the maker's pass-through.

Facts: sections 5.2 and 5.3 of the public notes on UWB and Bluetooth LE. ``ble_messages`` is their
door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Annotated

from rig.digital_key.ble_fields import DkMessage, Flag, Octets, Rest, Uint

VEHICLE_OEM_APP, SUPPLEMENTARY_SERVICE = 0x04, 0x05
EVENT_COUNT_UNKNOWN = 0xFFFF_FFFF_FFFF_FFFF


class ApduKind(IntEnum):
    """Whom an APDU is for; it is the message's type."""

    FRAMEWORK = 0x00
    SECURE_ELEMENT = 0x01


@dataclass(frozen=True, slots=True)
class ApduRequest(DkMessage):
    """DK_APDU_RQ: a command of the vehicle. Its kind is its type."""

    ID = 0x0B
    kind: ApduKind
    apdu: Annotated[bytes, Rest(least=4)]

    @property
    def header(self) -> tuple[int, int]:
        return self.kind, self.ID


@dataclass(frozen=True, slots=True)
class ApduResponse(DkMessage):
    """DK_APDU_RS: the device's answer, with its status word. Its kind is its type."""

    ID = 0x0C
    kind: ApduKind
    apdu: Annotated[bytes, Rest(least=2)]

    @property
    def header(self) -> tuple[int, int]:
        return self.kind, self.ID


@dataclass(frozen=True, slots=True)
class TimeSync(DkMessage):
    """When an event of Bluetooth LE was by the device's UWB clock (5.3).

    ``event_count`` names the event: about 0 in procedure 0, that of LL_PHY_UPDATE_IND in
    procedure 1, EVENT_COUNT_UNKNOWN where the device cannot tell. ``uncertainty`` is coded, see
    setting ``time_uncertainty_coding``.
    """

    TYPE, ID = SUPPLEMENTARY_SERVICE, 0x0D
    event_count: Annotated[int, Uint(8)]
    device_time_us: Annotated[int, Uint(8)]
    uncertainty: Annotated[int, Uint(1)]
    skew_available: Annotated[bool, Flag()]
    max_ppm: Annotated[int, Uint(2)]
    success: Annotated[bool, Flag()]
    retry_delay: Annotated[int, Uint(2)]


def swapped_stamps(body: bytes) -> bytes:
    """The data of Time_Sync with both its stamps turned around: setting ``time_sync_order``."""
    return body[7::-1] + body[15:7:-1] + body[16:]


@dataclass(frozen=True, slots=True)
class FirstApproachRequest(DkMessage):
    """The device's half of the out-of-band data with which the two pair."""

    TYPE, ID = SUPPLEMENTARY_SERVICE, 0x0E
    address: Annotated[bytes, Octets(6)]
    confirm: Annotated[bytes, Octets(16)] = field(repr=False)
    random: Annotated[bytes, Octets(16)] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FirstApproachResponse(DkMessage):
    """The vehicle's half of it."""

    TYPE, ID = SUPPLEMENTARY_SERVICE, 0x0F
    address: Annotated[bytes, Octets(6)]
    confirm: Annotated[bytes, Octets(16)] = field(repr=False)
    random: Annotated[bytes, Octets(16)] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PassThrough(DkMessage):
    """What the vehicle maker's own app and vehicle tell each other."""

    TYPE, ID = VEHICLE_OEM_APP, 0x10
    data: Annotated[bytes, Rest()]


@dataclass(frozen=True, slots=True)
class RkeAuthRequest(DkMessage):
    """The vehicle has a remote function proved: 16 random bytes."""

    TYPE, ID = SUPPLEMENTARY_SERVICE, 0x14
    challenge: Annotated[bytes, Octets(16)]


@dataclass(frozen=True, slots=True)
class RkeAuthResponse(DkMessage):
    """The device's proof: its signature over ``remote_signed_data``."""

    TYPE, ID = SUPPLEMENTARY_SERVICE, 0x15
    signature: Annotated[bytes, Rest(least=1)]


SERVICE_MESSAGES: tuple[type[DkMessage], ...] = (
    TimeSync,
    FirstApproachRequest,
    FirstApproachResponse,
    PassThrough,
    RkeAuthRequest,
    RkeAuthResponse,
)
