"""APDUs in words, for the trace. Only what was on the wire: enciphered bodies stay closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rig.digital_key import messages as m
from rig.digital_key import tlv
from rig.digital_key.apdu import CHAINING, GET_RESPONSE, Command, decode_command, decode_response
from rig.digital_key.errors import Malformed
from rig.digital_key.profiles import CCC, PROFILES
from rig.digital_key.secure_channel import MAC_SIZE
from rig.digital_key.status import meaning

_NAMES = {
    m.INS_SELECT: "SELECT",
    m.INS_AUTH0: "AUTH0",
    m.INS_AUTH1: "AUTH1",
    m.INS_EXCHANGE: "EXCHANGE",
    m.INS_CONTROL_FLOW: "CONTROL FLOW",
    GET_RESPONSE: "GET RESPONSE",
}
_TAGS = {
    0x4C: "transaction identifier",
    0x4D: "vehicle identifier",
    0x5C: "protocol version",
    0x86: "device ephemeral key",
    0x87: "vehicle ephemeral key",
    0x9D: "cryptogram",
    0x9E: "signature",
}
_PURPOSES = {code: purpose.value for purpose, code in CCC.purposes.items()}
_SECURED_ANSWERS = (m.INS_AUTH1, m.INS_EXCHANGE)


@dataclass(frozen=True, slots=True)
class Element:
    """One line of a dissection, indented by ``level``."""

    level: int
    label: str
    value: str
    note: str = ""


def name_of(command: bytes) -> str:
    """The command's name, such as "AUTH0", or its instruction byte."""
    return _NAMES.get(command[1], f"INS {command[1]:02X}") if len(command) > 1 else "no APDU"


def dissect(command: bytes, response: bytes) -> tuple[Element, ...]:
    """Command and answer line by line. Never raises: what does not parse is said to be so."""
    elements: list[Element] = []
    try:
        parsed = decode_command(command)
        elements += _command(parsed)
        if response:
            elements += _response(parsed, response)
    except Malformed as exc:
        elements.append(Element(0, "not decodable", str(exc)))
    return tuple(elements)


def _command(command: Command) -> Iterator[Element]:
    header = bytes((command.cla, command.ins, command.p1, command.p2)).hex(" ").upper()
    yield Element(
        0, f"command {_NAMES.get(command.ins, '')}".strip(), header, _header_note(command)
    )
    if command.cla == m.CLA_SECURED:
        yield from _secured(command.data)
    elif command.ins == m.INS_SELECT:
        yield Element(1, "application", command.data.hex().upper(), _application(command.data))
    elif command.data and not command.cla & CHAINING:
        yield from _elements(command.data)
    elif command.data:
        yield Element(
            1, "part of a chain", command.data.hex().upper(), f"{len(command.data)} bytes"
        )


def _header_note(command: Command) -> str:
    if command.ins == m.INS_AUTH0:
        kind = "fast requested" if command.p1 & m.FAST_REQUESTED else "standard"
        if command.p1 & m.EXCHANGE_FOLLOWS:
            kind += ", EXCHANGE will follow"
        return f"{kind}; {_PURPOSES.get(command.p2, f'code {command.p2:02X}')}"
    if command.ins == m.INS_CONTROL_FLOW:
        code = command.p1 << 8 | command.p2
        known = code in m.Outcome.__members__.values()
        return m.Outcome(code).name.lower().replace("_", " ") if known else f"code {code:04X}"
    return ""


def _response(command: Command, apdu: bytes) -> Iterator[Element]:
    response = decode_response(apdu)
    yield Element(0, "answer", f"{response.status:04X}", meaning(response.status))
    if not response.data:
        return
    if command.ins in _SECURED_ANSWERS:
        yield from _secured(response.data)
    elif command.ins in (m.INS_SELECT, m.INS_AUTH0):
        yield from _elements(response.data)
    else:
        yield Element(1, "data", response.data.hex().upper(), f"{len(response.data)} bytes")


def _secured(body: bytes) -> Iterator[Element]:
    if len(body) < MAC_SIZE:
        raise Malformed(f"{len(body)} bytes carry no MAC")
    cipher, mac = body[:-MAC_SIZE], body[-MAC_SIZE:]
    if cipher:
        yield Element(1, "enciphered", cipher.hex().upper(), f"{len(cipher)} bytes")
    yield Element(1, "MAC", mac.hex().upper(), f"{MAC_SIZE} bytes")


def _elements(data: bytes) -> Iterator[Element]:
    for element in tlv.decode(data):
        label = f"{element.tag:02X} {_TAGS.get(element.tag, 'unknown element')}"
        yield Element(1, label, element.value.hex().upper(), f"{len(element.value)} bytes")


def _application(aid: bytes) -> str:
    for profile in PROFILES.values():
        if profile.aid == aid:
            return f"profile {profile.name}"
    return "unknown"
