"""DK messages over Bluetooth LE in words, for the trace.

What a ranging session or a bond rests on stays closed: the random value and the confirmation of
First_Approach and the hop key are never shown. APDUs inside are told as others are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from enum import IntEnum, IntFlag
from typing import Any

from rig.digital_key import ble_messages as m
from rig.digital_key import tlv
from rig.digital_key.dissect import dissect, name_of
from rig.digital_key.dissect_elements import Element, Known, elements, size
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings

_DEFAULTS = Settings()
_HEADER = 4
CLOSED = "not shown"

_NAMES: dict[type[m.DkMessage], str] = {
    m.RangingCapabilityRequest: "Ranging_Capability_RQ",
    m.RangingCapabilityResponse: "Ranging_Capability_RS",
    m.RangingSessionRequest: "Ranging_Session_RQ",
    m.RangingSessionResponse: "Ranging_Session_RS",
    m.RangingSetupRequest: "Ranging_Session_Setup_RQ",
    m.RangingSetupResponse: "Ranging_Session_Setup_RS",
    m.SuspendRequest: "Ranging_Suspend_RQ",
    m.SuspendResponse: "Ranging_Suspend_RS",
    m.RecoveryRequest: "Ranging_Recovery_RQ",
    m.RecoveryResponse: "Ranging_Recovery_RS",
    m.ConfigurableRecoveryRequest: "Configurable_Ranging_Recovery_RQ",
    m.ConfigurableRecoveryResponse: "Configurable_Ranging_Recovery_RS",
    m.TimeSync: "Time_Sync",
    m.FirstApproachRequest: "First_Approach_RQ",
    m.FirstApproachResponse: "First_Approach_RS",
    m.PassThrough: "Pass-through",
    m.RkeAuthRequest: "RKE_Auth_RQ",
    m.RkeAuthResponse: "RKE_Auth_RS",
    m.Event: "Event_Notification",
}
_BY_HEADER = {(cls.TYPE, cls.ID): name for cls, name in _NAMES.items()} | {
    (kind, cls.ID): f"DK_APDU_{end}"
    for kind in m.ApduKind
    for cls, end in ((m.ApduRequest, "RQ"), (m.ApduResponse, "RS"))
}
_OOB = (38, {"confirm": (6, 22), "random": (22, 38)})
# By header: the size of the data, and where what is secret lies in it.
_SECRET: Mapping[tuple[int, int], tuple[int, Mapping[str, tuple[int, int]]]] = {
    (m.FirstApproachRequest.TYPE, m.FirstApproachRequest.ID): _OOB,
    (m.FirstApproachResponse.TYPE, m.FirstApproachResponse.ID): _OOB,
    (m.RangingSetupResponse.TYPE, m.RangingSetupResponse.ID): (17, {"hop_key": (12, 16)}),
}
_CODES: Mapping[m.EventCategory, type[IntEnum]] = {
    m.EventCategory.COMMAND_COMPLETE: m.CommandComplete,
    m.EventCategory.RANGING_STATUS: m.RangingStatus,
}
_REMOTE = {
    0x80: Known("function", lambda value: _word(m.RemoteFunction, int.from_bytes(value, "big"))),
    0x81: Known("action"),
    0x82: Known("status", lambda value: _word(m.RemoteStatus, int.from_bytes(value, "big"))),
}
_EVENT_TAGS = {
    0x7F70: Known("remote function wanted", inside=_REMOTE),
    0x7F71: Known("how a remote function ended", inside=_REMOTE),
    0x7F72: Known("how a remote function ended", inside=_REMOTE),
}


def name_of_message(data: bytes, settings: Settings = _DEFAULTS) -> str:
    """The message's name, such as "Ranging_Session_RQ" or "DK_APDU_RQ AUTH0"; never raises."""
    if len(data) < 2:
        return "no DK message"
    header = (data[0], data[1])
    name = _BY_HEADER.get(header, f"DK message type {header[0]:02X} id {header[1]:02X}")
    body = data[_HEADER:]
    if header[1] == m.ApduRequest.ID and name.startswith("DK_APDU"):
        return f"{name} {name_of(body)}"
    if header == (m.Event.TYPE, m.Event.ID) and (said := _event_words(data, settings)):
        return f"{name}: {said}"
    return name


def masked(data: bytes) -> bytes:
    """The message with what is secret in it overwritten by zeros: what a trace may keep.

    What is no message may be one with a secret in it whose header was altered: nothing of it stays.
    """
    secret = _SECRET.get((data[0], data[1])) if len(data) > 1 else None
    if secret is None:
        return data if _is_message(data) else data[:_HEADER] + bytes(len(data[_HEADER:]))
    length, spans = secret
    body = bytearray(data[_HEADER:])
    known = spans.values() if len(body) == length else ((0, len(body)),)  # else: it may be anywhere
    for start, end in known:
        body[start:end] = bytes(end - start)
    return data[:_HEADER] + bytes(body)


def masked_fields() -> dict[str, tuple[str, ...]]:
    """Which fields of which messages ``masked`` overwrites, by the message's name."""
    return {_BY_HEADER[header]: tuple(spans) for header, (_, spans) in _SECRET.items()}


def _is_message(data: bytes) -> bool:
    try:
        m.decode(data)
    except Malformed:
        return False
    return True


def dissect_message(
    data: bytes, settings: Settings = _DEFAULTS, asked: bytes = b""
) -> tuple[Element, ...]:
    """A message line by line; never raises. ``asked`` is the APDU that an APDU in it answers."""
    found = [
        Element(0, "message", data[:_HEADER].hex(" ").upper(), name_of_message(data, settings))
    ]
    try:
        message = m.decode(data, settings)
        found += _lines(message, settings, asked)
    except Malformed as exc:
        found.append(Element(0, "not decodable", str(exc)))
    return tuple(found)


def _lines(message: m.DkMessage, settings: Settings, asked: bytes) -> Iterator[Element]:
    if isinstance(message, m.ApduRequest):
        yield from _deeper(dissect(message.apdu, b""))
    elif isinstance(message, m.ApduResponse):
        yield from _answer(message.apdu, asked)
    elif isinstance(message, m.Event):
        yield from _event(message, settings)
    else:
        yield from _fields(message, settings)


def _answer(apdu: bytes, asked: bytes) -> Iterator[Element]:
    lines = dissect(asked, apdu) if asked else ()
    at = next((i for i, line in enumerate(lines) if line.label == "answer"), None)
    if at is None:
        yield Element(1, "answer", apdu[-2:].hex().upper(), size(apdu))
    else:
        yield from _deeper(lines[at:])


def _deeper(lines: tuple[Element, ...]) -> Iterator[Element]:
    return (Element(line.level + 1, line.label, line.value, line.note) for line in lines)


def _event(event: m.Event, settings: Settings) -> Iterator[Element]:
    category = _word(m.EventCategory, event.category)
    yield Element(1, "category", f"{event.category:02X}", category)
    if event.category not in (m.EventCategory.VEHICLE_STATUS, m.EventCategory.RKE_REQUEST):
        yield Element(1, "code", f"{event.code:02X}", _code(event, settings))
        if event.data:
            yield Element(1, "data", event.data.hex().upper(), size(event.data))
        return
    tlv.decode(event.data)
    yield from elements(event.data, _EVENT_TAGS)


def _event_words(data: bytes, settings: Settings) -> str:
    try:
        event = m.decode(data, settings)
    except Malformed:
        return ""
    if not isinstance(event, m.Event):
        return ""
    return _code(event, settings) or _word(m.EventCategory, event.category)


def _code(event: m.Event, settings: Settings) -> str:
    """What the code of an event says; "" where it says nothing that is known."""
    if event.category == m.EventCategory.RANGING_INTENT:
        try:
            return f"{m.intent_of(event, settings).name.lower()} ranging intent"
        except Malformed:
            return ""
    codes = _CODES.get(m.EventCategory(event.category))
    known = codes is not None and event.code in codes.__members__.values()
    return _word(codes, event.code) if codes is not None and known else ""


def _fields(message: m.DkMessage, settings: Settings) -> Iterator[Element]:
    kept = _SECRET.get(message.header, (0, {}))[1]
    for each in fields(message):  # type: ignore[arg-type]  # every message is a dataclass
        value = getattr(message, each.name)
        label = each.name.replace("_", " ")
        if each.name in kept:
            yield Element(1, label, CLOSED, "")
            continue
        note = _NOTES.get(each.name)
        yield Element(1, label, _value(value), note(value, settings) if note else "")


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"{number:04X}" for number in value)
    return str(int(value))


def _word(kind: type[IntEnum], value: int) -> str:
    if value not in kind.__members__.values():
        return "not a documented value"
    return kind(value).name.lower().replace("_", " ")


def _flags(kind: type[IntFlag], value: int) -> str:
    names = [flag.name or "" for flag in kind if value & flag]
    return ", ".join(names).lower().replace("_", " ") or "nothing"


def _sync_codes(mask: int) -> str:
    return "codes " + ", ".join(str(bit + 1) for bit in range(32) if mask >> bit & 1)


def _chaps(mask: int) -> str:
    found = [str(chaps) for bit, chaps in enumerate(m.CHAPS_OF_SLOT_BIT) if mask >> bit & 1]
    return f"{', '.join(found) or 'no'} chaps in a slot"


_NOTES: Mapping[str, Callable[[Any, Settings], str]] = {
    "session_id": lambda value, _: f"{value:08X}",
    "sts_index0": lambda value, _: f"{value:08X}",
    "ran_multiplier": lambda value, _: f"blocks of {96 * value} ms",
    "slots": lambda value, _: _chaps(value),
    "sync_codes": lambda value, _: _sync_codes(value),
    "hopping": lambda value, _: _flags(m.Hop, value),
    "channels": lambda value, _: _flags(m.ChannelBit, value),
    "status": lambda value, _: _word(m.SuspendStatus, value),
    "uncertainty": lambda value, _: f"{2 ** (value / 8):.0f} us",
    "event_count": lambda value, _: "not known" if value == m.EVENT_COUNT_UNKNOWN else "",
}
