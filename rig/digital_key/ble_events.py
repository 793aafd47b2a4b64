"""DK events (type 03): what one side tells the other without being asked, and remote functions.

Facts: section 5.2 of the public notes on UWB and Bluetooth LE. An event of categories 1 to 3 is a
category and a code; one of categories 4 and 5 is a category and elements, with no code between
them (two public stacks agree). ``ble_messages`` is the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from rig.digital_key import tlv
from rig.digital_key.ble_fields import DkMessage
from rig.digital_key.errors import Malformed
from rig.digital_key.records import Tag, TlvRecord
from rig.digital_key.settings import Settings

DEFAULTS = Settings()
REMOTE_REQUEST = 0x7F70
_STATUS_TAGS = {"execution_7f71": 0x7F71, "execution_7f72": 0x7F72}


class EventCategory(IntEnum):
    """What an event is about."""

    COMMAND_COMPLETE = 0x01
    RANGING_STATUS = 0x02
    RANGING_INTENT = 0x03
    VEHICLE_STATUS = 0x04
    RKE_REQUEST = 0x05
    HEAD_UNIT = 0x06


_OF_ELEMENTS = frozenset((EventCategory.VEHICLE_STATUS, EventCategory.RKE_REQUEST))
_OF_CODE = frozenset(
    (
        EventCategory.COMMAND_COMPLETE,
        EventCategory.RANGING_STATUS,
        EventCategory.RANGING_INTENT,
    )
)


class CommandComplete(IntEnum):
    """Codes of COMMAND_COMPLETE."""

    DESELECT_SE = 0x00
    BLE_PAIRING_READY = 0x01
    REQUIRE_CAPABILITY_EXCHANGE = 0x02
    REQUEST_STANDARD_TRANSACTION = 0x03
    REQUEST_OWNER_PAIRING = 0x04
    GENERAL_ERROR = 0x80
    SE_BUSY = 0x81
    SE_TRANSACTION_LOST = 0x82
    DEVICE_BUSY = 0x83
    TEMPORARILY_BLOCKED = 0x84
    UNSUPPORTED_CHANNEL = 0x85
    OP_DEVICE_NOT_INSIDE = 0x86
    OOB_MISMATCH = 0xFC
    BLE_PAIRING_FAILED = 0xFD
    FA_CRYPTO_FAILED = 0xFE
    WRONG_PARAMETERS = 0xFF


class RangingStatus(IntEnum):
    """Codes of RANGING_STATUS."""

    URSK_REFRESH = 0x00
    URSK_NOT_FOUND = 0x01
    NOT_REQUIRED = 0x02
    SECURE_RANGING_FAILED = 0x03
    TERMINATED = 0x04
    RECOVERY_FAILED = 0x06
    SUSPENDED = 0x07


class RangingIntent(IntEnum):
    """How sure the device is that its holder approaches; codes are a setting."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class RemoteFunction(IntEnum):
    """Functions that can be asked for from afar. TRUNK and WINDOWS are inferred."""

    CENTRAL_LOCKING = 0x0001
    TRUNK = 0x0110
    WINDOWS = 0x0210


class RemoteStatus(IntEnum):
    """How a remote function ended."""

    OK = 0x00
    STARTED = 0x01
    NOT_POSSIBLE = 0x10
    AUTHENTICATION_ERROR = 0x12
    DEVICE_TIMEOUT = 0x13
    OUT_OF_RANGE = 0x14


LOCK, UNLOCK = 0x00, 0x01  # actions of CENTRAL_LOCKING; inferred
TRUNK_OPEN = 0x01  # action of TRUNK; inferred
WINDOWS_CLOSE, WINDOWS_OPEN = 0x00, 0x01  # actions of WINDOWS; inferred


@dataclass(frozen=True, slots=True)
class Event(DkMessage):
    """An event. ``code`` is 0 and does not travel where the category consists of elements."""

    TYPE, ID = 0x03, 0x11
    category: int
    code: int
    data: bytes = b""

    def body(self) -> bytes:
        if not (0 <= self.category <= 0xFF and 0 <= self.code <= 0xFF):
            raise Malformed("Event: category or code does not fit in a byte")
        if self.category in _OF_ELEMENTS:
            if self.code:
                raise Malformed(f"Event: category {self.category:02X} has no code")
            return bytes((self.category,)) + self.data
        if self.category in _OF_CODE and self.data:
            raise Malformed(f"Event: category {self.category:02X} has no data")
        return bytes((self.category, self.code)) + self.data

    @classmethod
    def parse(cls, data: bytes) -> Event:
        if len(data) < 2:
            raise Malformed(f"Event: {len(data)} bytes, not 2 or more")
        if data[0] not in EventCategory.__members__.values():
            raise Malformed(f"Event: category {data[0]:02X} is not known")
        category = EventCategory(data[0])
        if category in _OF_ELEMENTS:
            return cls(category, 0, data[1:])
        if category in _OF_CODE and len(data) > 2:
            raise Malformed(f"Event: {len(data) - 2} bytes left over")
        return cls(category, data[1], data[2:])


def intent_event(intent: RangingIntent, settings: Settings = DEFAULTS) -> Event:
    """The event that tells a ranging intent."""
    from_zero = settings.ranging_intent_codes == "from_zero"
    return Event(EventCategory.RANGING_INTENT, intent - 1 if from_zero else intent)


def intent_of(event: Event, settings: Settings = DEFAULTS) -> RangingIntent:
    """The ranging intent in an event. Raises Malformed."""
    code = event.code + (settings.ranging_intent_codes == "from_zero")
    if event.category != EventCategory.RANGING_INTENT:
        raise Malformed(f"Event: category {event.category:02X} tells no ranging intent")
    if code not in RangingIntent.__members__.values():
        raise Malformed(f"Event: {event.code:02X} is no ranging intent")
    return RangingIntent(code)


@dataclass(frozen=True, slots=True)
class RemoteAction(TlvRecord):
    """Inside 7F70: a function, and what it is to do."""

    function_id: Annotated[bytes, Tag(0x80, 2)]
    action_id: Annotated[bytes, Tag(0x81, 1)]


@dataclass(frozen=True, slots=True)
class RemoteExecution(TlvRecord):
    """How a remote function ended: setting ``rke_status_layout``."""

    function_id: Annotated[bytes, Tag(0x80, 2)]
    action_id: Annotated[bytes, Tag(0x81, 1)]
    status: Annotated[bytes, Tag(0x82, 1)]


def remote_request(function: int, action: int) -> Event:
    """The event with which a device asks for a remote function."""
    asked = RemoteAction(function.to_bytes(2, "big"), action.to_bytes(1, "big"))
    return Event(EventCategory.RKE_REQUEST, 0, tlv.encode(REMOTE_REQUEST, asked.encode()))


def remote_request_of(event: Event) -> tuple[int, int]:
    """Function and action of such an event, whatever they are. Raises Malformed."""
    inner = _only(event, EventCategory.RKE_REQUEST, REMOTE_REQUEST)
    asked = RemoteAction.decode(inner)
    return int.from_bytes(asked.function_id, "big"), asked.action_id[0]


def remote_status(
    function: int, action: int, status: RemoteStatus, settings: Settings = DEFAULTS
) -> Event:
    """The event with which a vehicle tells how a remote function ended."""
    told = RemoteExecution(
        function.to_bytes(2, "big"), action.to_bytes(1, "big"), status.to_bytes(1, "big")
    )
    tag = _STATUS_TAGS[settings.rke_status_layout]
    return Event(EventCategory.VEHICLE_STATUS, 0, tlv.encode(tag, told.encode()))


def remote_status_of(event: Event, settings: Settings = DEFAULTS) -> tuple[int, int, int]:
    """Function, action and status of such an event, whatever they are. Raises Malformed."""
    tag = _STATUS_TAGS[settings.rke_status_layout]
    told = RemoteExecution.decode(_only(event, EventCategory.VEHICLE_STATUS, tag))
    return int.from_bytes(told.function_id, "big"), told.action_id[0], told.status[0]


def remote_signed_data(challenge: bytes, function: int, action: int) -> bytes:
    """The message that a device signs by ECDSA with SHA-256: setting ``rke_signed_data``.

    It goes into ``PrivateKey.sign`` as it is, which does the hashing.
    """
    return challenge + function.to_bytes(2, "big") + action.to_bytes(1, "big")


def _only(event: Event, category: EventCategory, tag: int) -> bytes:
    """The value of the one element of an event. Raises Malformed."""
    if event.category != category:
        raise Malformed(f"Event: category {event.category:02X}, not {category:02X}")
    elements = tlv.decode(event.data)
    if [element.tag for element in elements] != [tag]:
        tags = ", ".join(f"{element.tag:02X}" for element in elements) or "nothing"
        raise Malformed(f"Event: holds {tags}, not {tag:02X} alone")
    return elements[0].value
