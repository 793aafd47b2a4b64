"""Which octets of HCI commands and events are secret (Core, Vol 4 Part E, 7.1, 7.7 and 7.8).

What only its maker can read, and what nobody needs (audio), is taken for secret as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping

Span = tuple[int, int | None]
"""From and to an octet of the parameters; None: to the end."""

COMMAND, ACL, EVENT = 0x01, 0x02, 0x04
"""Packet types of H4."""

_ALL: Span = (0, None)
_VENDOR = 0x3F  # OGF
_COMPLETE, _LE_META, _VENDOR_EVENT = 0x0E, 0x3E, 0xFF
_COMMAND_HEAD, _EVENT_HEAD = 4, 3  # octets, the packet type among them
_RESULT = 4  # octets of a Command Complete up to its status

_COMMANDS: Mapping[int, tuple[str, Span]] = {
    0x040B: ("link key", (6, None)),  # Link Key Request Reply
    0x040D: ("PIN", (6, None)),  # PIN Code Request Reply
    0x042E: ("passkey", (6, None)),  # User Passkey Request Reply
    0x0430: ("OOB data", (6, None)),  # Remote OOB Data Request Reply
    0x0445: ("OOB data", (6, None)),  # the same, extended
    0x0C11: ("link keys", (1, None)),  # Write Stored Link Key
    0x2017: ("key and plaintext", _ALL),  # LE Encrypt
    0x2019: ("long-term key", (2, None)),  # LE Enable Encryption
    0x201A: ("long-term key", (2, None)),  # LE Long Term Key Request Reply
    0x2027: ("identity resolving keys", (7, None)),  # LE Add Device To Resolving List
    0x2068: ("broadcast code", (15, None)),  # LE Create BIG
    0x2069: ("broadcast code", (20, None)),  # LE Create BIG Test
    0x206B: ("broadcast code", (4, None)),  # LE BIG Create Sync
}
_RESULTS: Mapping[int, str] = {
    0x0C0D: "link keys",  # Read Stored Link Key
    0x0C57: "OOB data",  # Read Local OOB Data
    0x0C7D: "OOB data",  # the same, extended
    0x2017: "encrypted data",  # LE Encrypt
    0x2018: "random number",  # LE Rand
}
_EVENTS: Mapping[int, tuple[str, Span]] = {
    0x15: ("link keys", (1, None)),  # Return Link Keys
    0x18: ("link key", (6, None)),  # Link Key Notification
    0x3B: ("passkey", (6, None)),  # User Passkey Notification
}
_LE_EVENTS: Mapping[int, tuple[str, Span]] = {
    0x05: ("random number and EDIV", (3, None)),  # LE Long Term Key Request
    0x09: ("Diffie-Hellman key", (2, None)),  # LE Generate DHKey Complete
}


def masked(packet: bytes) -> tuple[bytes, str]:
    """The packet with what is secret overwritten, and what that was; not for ACL data."""
    kind = packet[0] if packet else 0
    if kind == COMMAND:
        return _overwritten(packet, _COMMAND_HEAD, *_of_command(packet))
    if kind == EVENT:
        return _overwritten(packet, _EVENT_HEAD, *_of_event(packet))
    return _overwritten(packet, 1, "data that are no part of Digital Key", _ALL)


def _of_command(packet: bytes) -> tuple[str, Span | None]:
    opcode = int.from_bytes(packet[1:3], "little")
    if opcode >> 10 == _VENDOR:
        return "command of the controller's maker", _ALL
    return _COMMANDS.get(opcode, ("", None))


def _of_event(packet: bytes) -> tuple[str, Span | None]:
    code, parameters = packet[1] if len(packet) > 1 else _VENDOR_EVENT, packet[_EVENT_HEAD:]
    if code == _VENDOR_EVENT:
        return "event of the controller's maker", _ALL
    if code == _LE_META:
        return _LE_EVENTS.get(parameters[0] if parameters else 0, ("", None))
    if code != _COMPLETE:
        return _EVENTS.get(code, ("", None))
    opcode = int.from_bytes(parameters[1:3], "little")
    if opcode >> 10 == _VENDOR:
        return "answer of the controller's maker", (_RESULT, None)
    told = _RESULTS.get(opcode, "")
    return told, (_RESULT, None) if told else None


def _overwritten(packet: bytes, head: int, told: str, span: Span | None) -> tuple[bytes, str]:
    if span is None:
        return packet, ""
    begin, end = head + span[0], len(packet) if span[1] is None else head + span[1]
    secret = packet[begin:end]
    return packet[:begin] + bytes(len(secret)) + packet[begin + len(secret) :], told
