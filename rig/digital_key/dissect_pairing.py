"""The messages of owner pairing in words, for the trace: tables 5-1 to 5-24 of CCC-TS-101.

What the secure channel of pairing carries stays closed: of WRITE DATA, GET DATA and GET RESPONSE
there are a cipher text and a MAC, whatever they hold.
"""

from __future__ import annotations

from rig.digital_key import pairing_messages as p
from rig.digital_key.apdu import Command
from rig.digital_key.dissect_elements import Known, number, versions

NAMES = {
    p.INS_SPAKE2_REQUEST: "SPAKE2+ REQUEST",
    p.INS_SPAKE2_VERIFY: "SPAKE2+ VERIFY",
    p.INS_WRITE_DATA: "WRITE DATA",
    p.INS_GET_DATA: "GET DATA",
}
FLOW_NAME = "OP CONTROL FLOW"
_FLOW_KINDS = {0x10: "continue", 0x11: "end", 0x12: "abort"}
_FLOWS = {
    p.Flow.KEY_DATA_SENT: "key creation data transmitted",
    p.Flow.CHAIN_RECEIVED: "device certificate chain received",
    p.Flow.WAITING_FOR_USER: "waiting for the user's confirmation on the vehicle's screen",
    p.Flow.WAITING_TIME_EXTENSION: "waiting time extension",
    p.Flow.PAIRED_NOT_TRACKED: "success, key not tracked yet",
    p.Flow.ABORT: "no reason given",
    p.Flow.NO_COMMON_SPAKE2_VERSION: "no common SPAKE2+ version",
    p.Flow.NO_COMMON_APPLET_VERSION: "no common applet version",
    p.Flow.TIMEOUT_1: "timer 1 ran out",
    p.Flow.TIMEOUT_2: "timer 2 ran out",
    p.Flow.TIMEOUT_3: "timer 3 ran out",
    p.Flow.TIMEOUT_4: "timer 4 ran out",
    p.Flow.TIMEOUT_X: "timer X ran out",
    p.Flow.PRECONDITIONS_NOT_MET: "preconditions not met",
    p.Flow.BAD_EVIDENCE: "evidence verification failed on the vehicle",
    p.Flow.BAD_CONFIGURATION: "wrong digital key configuration",
    p.Flow.BAD_CERTIFICATE: "certificate verification failed",
    p.Flow.BAD_POINT: "X is zero or invalid",
    p.Flow.ATTEMPTS_SPENT: "attempt counter exceeded",
    p.Flow.BAD_RESPONSE: "response data or format error",
}
_MODES = {
    bytes((p.PairingMode.OFF,)): "not in pairing mode",
    bytes((p.PairingMode.PASSWORD_ENTERED,)): "pairing mode started and password entered",
}


def _mode(value: bytes) -> str:
    return _MODES.get(value, "not a documented mode")


_SCRYPT = {
    0xC0: Known("salt"),
    0xC1: Known("cost N", number),
    0xC2: Known("block size r", number),
    0xC3: Known("parallelism p", number),
}
SELECTED = {
    0x5A: Known("SPAKE2+ versions", versions),
    p.TAG_SPAKE2_VERSION: Known("SPAKE2+ version", versions),  # in the vectors of a later release
    p.TAG_APPLET_VERSIONS: Known("applet versions", versions),
    0xD4: Known("pairing mode", _mode),
}
_REQUEST = {
    p.TAG_SPAKE2_VERSION: Known("SPAKE2+ version", versions),
    p.TAG_APPLET_VERSIONS: Known("applet versions", versions),
    0x5E: Known("Bluetooth versions", versions),
    0x7F50: Known("scrypt", inside=_SCRYPT),
    0xD6: Known("vehicle brand"),
    0x50: Known("device's share X"),
}
_VERIFY = {
    0x52: Known("vehicle's share Y"),
    0x57: Known("vehicle's evidence M[1]"),
    0x58: Known("device's evidence M[2]"),
}
OPEN = {p.INS_SPAKE2_REQUEST: _REQUEST, p.INS_SPAKE2_VERIFY: _VERIFY}  # commands and answers
CLOSED = frozenset((p.INS_WRITE_DATA, p.INS_GET_DATA))  # their answers are secured


def is_flow(ins: int, p1: int) -> bool:
    """Whether a command is OP CONTROL FLOW, and not the applet's CONTROL FLOW.

    They share INS 3C and have no P1 in common, so that what is selected need not be known.
    """
    return ins == p.INS_OP_CONTROL_FLOW and p1 in _FLOW_KINDS


def header_note(command: Command) -> str:
    """What P1 and P2 of a command of pairing say; "" for any other command."""
    if is_flow(command.ins, command.p1):
        code = command.p1 << 8 | command.p2
        known = code in p.Flow.__members__.values()
        said = _FLOWS[p.Flow(code)] if known else f"code {code:04X}"
        return f"{_FLOW_KINDS[command.p1]}: {said}"
    if command.ins == p.INS_WRITE_DATA:
        return "the last of its transaction" if command.p1 == p.LAST_WRITE else "more will follow"
    return ""
