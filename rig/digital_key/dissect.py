"""APDUs in words, for the trace. Only what was on the wire: enciphered bodies stay closed.

The applet's commands are told here, those of owner pairing by ``dissect_pairing``.
"""

from __future__ import annotations

from collections.abc import Iterator

from rig.digital_key import dissect_pairing as pairing
from rig.digital_key import messages as m
from rig.digital_key.apdu import CHAINING, GET_RESPONSE, Command, decode_command, decode_response
from rig.digital_key.dissect_elements import Element, Known, elements
from rig.digital_key.errors import Malformed
from rig.digital_key.pairing_messages import FRAMEWORK_AID
from rig.digital_key.profiles import CCC, PROFILES
from rig.digital_key.secure_channel import MAC_SIZE
from rig.digital_key.status import meaning

_NAMES = {
    m.INS_SELECT: "SELECT",
    m.INS_AUTH0: "AUTH0",
    m.INS_AUTH1: "AUTH1",
    m.INS_EXCHANGE: "EXCHANGE",
    m.INS_CONTROL_FLOW: "CONTROL FLOW",
    m.INS_CREATE_RANGING_KEY: "CREATE RANGING KEY",
    GET_RESPONSE: "GET RESPONSE",
}
_TAGS = {
    0x4C: Known("transaction identifier"),
    0x4D: Known("vehicle identifier"),
    0x5C: Known("protocol version"),
    0x86: Known("device ephemeral key"),
    0x87: Known("vehicle ephemeral key"),
    0x9D: Known("cryptogram"),
    0x9E: Known("signature"),
}
_PURPOSES = {
    0x07: "owner pairing, third phase: immobilizer token",
    0x08: "owner pairing, fourth phase: key tracking",
    **{code: purpose.value for purpose, code in CCC.purposes.items()},
}
# What the codes of CONTROL FLOW mean for the third and fourth phase of owner pairing.
_PHASES = {
    m.Outcome.OWNER_TOKEN_PROVISIONED: "ends the third phase of owner pairing",
    m.Outcome.TRACKING_IN_DEVICE: "in the fourth phase of owner pairing",
    m.Outcome.TRACKING_IN_CAR: "in the fourth phase of owner pairing",
    m.Outcome.KEY_TRACKED: "ends the fourth phase of owner pairing",
    m.Outcome.KEY_NOT_TRACKED: "ends the fourth phase of owner pairing, to be made up for",
}
_SECURED_ANSWERS = pairing.CLOSED | {m.INS_AUTH1, m.INS_EXCHANGE}


def name_of(command: bytes) -> str:
    """The command's name, such as "AUTH0", or its instruction byte.

    "OP CONTROL FLOW" of pairing and "CONTROL FLOW" of the applet share an instruction and are told
    apart by P1 (see ``dissect_pairing.is_flow``).
    """
    if len(command) < 2:
        return "no APDU"
    ins, p1 = command[1], command[2] if len(command) > 2 else 0
    return _name(ins, p1) or f"INS {ins:02X}"


def _name(ins: int, p1: int) -> str:
    if pairing.is_flow(ins, p1):
        return pairing.FLOW_NAME
    return _NAMES.get(ins) or pairing.NAMES.get(ins, "")


def dissect(command: bytes, response: bytes) -> tuple[Element, ...]:
    """Command and answer line by line. Never raises: what does not parse is said to be so."""
    found: list[Element] = []
    try:
        parsed = decode_command(command)
        found += _command(parsed)
        if response:
            found += _response(parsed, response)
    except Malformed as exc:
        found.append(Element(0, "not decodable", str(exc)))
    return tuple(found)


def _command(command: Command) -> Iterator[Element]:
    header = bytes((command.cla, command.ins, command.p1, command.p2)).hex(" ").upper()
    name = _name(command.ins, command.p1)
    yield Element(0, f"command {name}".strip(), header, _header_note(command))
    if command.cla == m.CLA_SECURED:
        yield from _secured(command.data)
    elif command.ins == m.INS_SELECT:
        yield Element(1, "application", command.data.hex().upper(), _application(command.data))
    elif command.ins == m.INS_CREATE_RANGING_KEY:
        yield Element(1, "session", command.data.hex().upper(), "whose key is to be kept")
    elif command.data and not command.cla & CHAINING:
        yield from elements(command.data, pairing.OPEN.get(command.ins, _TAGS))
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
    if command.ins == m.INS_CONTROL_FLOW and not pairing.is_flow(command.ins, command.p1):
        return _outcome(command.p1 << 8 | command.p2)
    return pairing.header_note(command)


def _outcome(code: int) -> str:
    if code not in m.Outcome.__members__.values():
        return f"code {code:04X}"
    outcome = m.Outcome(code)
    words = outcome.name.lower().replace("_", " ")
    return f"{words}; {_PHASES[outcome]}" if outcome in _PHASES else words


def _response(command: Command, apdu: bytes) -> Iterator[Element]:
    response = decode_response(apdu)
    yield Element(0, "answer", f"{response.status:04X}", meaning(response.status))
    if not response.data:
        return
    if command.ins in _SECURED_ANSWERS or _is_closed_response(command):
        yield from _secured(response.data)
    elif command.ins == m.INS_SELECT:
        is_framework = command.data == FRAMEWORK_AID
        yield from elements(response.data, pairing.SELECTED if is_framework else _TAGS)
    elif command.ins == m.INS_AUTH0 or command.ins in pairing.OPEN:
        yield from elements(response.data, pairing.OPEN.get(command.ins, _TAGS))
    else:
        yield Element(1, "data", response.data.hex().upper(), f"{len(response.data)} bytes")


def _is_closed_response(command: Command) -> bool:
    """Whether it is the GET RESPONSE of the pairing channel, and not of ISO/IEC 7816-4."""
    return command.ins == GET_RESPONSE and command.cla == m.CLA_SECURED


def _secured(body: bytes) -> Iterator[Element]:
    if len(body) < MAC_SIZE:
        raise Malformed(f"{len(body)} bytes carry no MAC")
    cipher, mac = body[:-MAC_SIZE], body[-MAC_SIZE:]
    if cipher:
        yield Element(1, "enciphered", cipher.hex().upper(), f"{len(cipher)} bytes")
    yield Element(1, "MAC", mac.hex().upper(), f"{MAC_SIZE} bytes")


def _application(aid: bytes) -> str:
    if aid == FRAMEWORK_AID:
        return "digital key framework, for owner pairing"
    for profile in PROFILES.values():
        if profile.aid == aid:
            return f"profile {profile.name}"
    return "unknown"
