"""DK messages over Bluetooth LE: the door to all of them, and the octets around them.

A message is type, id, length in two bytes, data (section 5.2 of the public notes on UWB and
Bluetooth LE). Decoding is strict; what it is not sure of is Malformed, with type and id.
"""

from __future__ import annotations

from collections.abc import Callable

from rig.digital_key.ble_events import (
    LOCK,
    TRUNK_OPEN,
    UNLOCK,
    WINDOWS_CLOSE,
    WINDOWS_OPEN,
    CommandComplete,
    Event,
    EventCategory,
    RangingIntent,
    RangingStatus,
    RemoteFunction,
    RemoteStatus,
    intent_event,
    intent_of,
    remote_request,
    remote_request_of,
    remote_signed_data,
    remote_status,
    remote_status_of,
)
from rig.digital_key.ble_fields import DkMessage
from rig.digital_key.ble_ranging_messages import (
    CHAPS_OF_SLOT_BIT,
    RANGING_MESSAGES,
    ChannelBit,
    ConfigurableRecoveryRequest,
    ConfigurableRecoveryResponse,
    Hop,
    RangingCapabilityRequest,
    RangingCapabilityResponse,
    RangingSessionRequest,
    RangingSessionResponse,
    RangingSetupRequest,
    RangingSetupResponse,
    RecoveryRequest,
    RecoveryResponse,
    SuspendRequest,
    SuspendResponse,
    SuspendStatus,
)
from rig.digital_key.ble_service_messages import (
    EVENT_COUNT_UNKNOWN,
    SERVICE_MESSAGES,
    ApduKind,
    ApduRequest,
    ApduResponse,
    FirstApproachRequest,
    FirstApproachResponse,
    PassThrough,
    RkeAuthRequest,
    RkeAuthResponse,
    TimeSync,
    swapped_stamps,
)
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings

__all__ = [
    "CHAPS_OF_SLOT_BIT",
    "EVENT_COUNT_UNKNOWN",
    "LOCK",
    "TRUNK_OPEN",
    "UNLOCK",
    "WINDOWS_CLOSE",
    "WINDOWS_OPEN",
    "ApduKind",
    "ApduRequest",
    "ApduResponse",
    "ChannelBit",
    "CommandComplete",
    "ConfigurableRecoveryRequest",
    "ConfigurableRecoveryResponse",
    "DkMessage",
    "Event",
    "EventCategory",
    "FirstApproachRequest",
    "FirstApproachResponse",
    "Hop",
    "PassThrough",
    "RangingCapabilityRequest",
    "RangingCapabilityResponse",
    "RangingIntent",
    "RangingSessionRequest",
    "RangingSessionResponse",
    "RangingSetupRequest",
    "RangingSetupResponse",
    "RangingStatus",
    "RecoveryRequest",
    "RecoveryResponse",
    "RemoteFunction",
    "RemoteStatus",
    "RkeAuthRequest",
    "RkeAuthResponse",
    "SuspendRequest",
    "SuspendResponse",
    "SuspendStatus",
    "TimeSync",
    "decode",
    "encode",
    "intent_event",
    "intent_of",
    "remote_request",
    "remote_request_of",
    "remote_signed_data",
    "remote_status",
    "remote_status_of",
]

_HEADER = 4
_TIME_SYNC = (TimeSync.TYPE, TimeSync.ID)
_DEFAULTS = Settings()


_CLASSES: tuple[type[DkMessage], ...] = (*RANGING_MESSAGES, *SERVICE_MESSAGES, Event)
_PARSERS: dict[tuple[int, int], Callable[[bytes], DkMessage]] = {
    (cls.TYPE, cls.ID): cls.parse for cls in _CLASSES
}


def encode(message: DkMessage, settings: Settings = _DEFAULTS) -> bytes:
    """The message's bytes. Raises Malformed for a field that does not fit."""
    body = message.body()
    if len(body) > 0xFFFF:
        raise Malformed(f"{type(message).__name__}: {len(body)} bytes are too long")
    if isinstance(message, TimeSync) and settings.time_sync_order == "little":
        body = swapped_stamps(body)
    return bytes(message.header) + len(body).to_bytes(2, "big") + body


def decode(data: bytes, settings: Settings = _DEFAULTS) -> DkMessage:
    """The one message that ``data`` is. Raises Malformed."""
    if len(data) < _HEADER:
        raise Malformed(f"{len(data)} bytes are no DK message")
    header, body = (data[0], data[1]), data[_HEADER:]
    named = f"DK message type {header[0]:02X} id {header[1]:02X}"
    announced = int.from_bytes(data[2:_HEADER], "big")
    if announced != len(body):
        raise Malformed(f"{named} announces {announced} bytes and has {len(body)}")
    if header == _TIME_SYNC and settings.time_sync_order == "little":
        body = swapped_stamps(body)
    try:
        return _parsed(header, body)
    except Malformed as exc:
        raise Malformed(f"{named}: {exc}") from exc


def _parsed(header: tuple[int, int], body: bytes) -> DkMessage:
    message_type, message_id = header
    if message_type in ApduKind.__members__.values():
        kind = ApduKind(message_type)
        if message_id == ApduRequest.ID:
            return ApduRequest(kind, **ApduRequest.values(body))
        if message_id == ApduResponse.ID:
            return ApduResponse(kind, **ApduResponse.values(body))
    if header not in _PARSERS:
        raise Malformed("it is not known")
    return _PARSERS[header](body)
