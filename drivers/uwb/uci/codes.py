"""Codes that travel as one octet: status, states, session types (facts 1.3 and 1.4).

Records keep the plain number, because vendors have codes of their own.
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Of a response, a measurement, or a generic error (facts 1.4)."""

    OK = 0x00
    REJECTED = 0x01
    FAILED = 0x02
    SYNTAX_ERROR = 0x03
    INVALID_PARAM = 0x04
    INVALID_RANGE = 0x05
    INVALID_MESSAGE_SIZE = 0x06
    UNKNOWN_GID = 0x07
    UNKNOWN_OID = 0x08
    READ_ONLY = 0x09
    COMMAND_RETRY = 0x0A
    UNKNOWN = 0x0B
    NOT_APPLICABLE = 0x0C
    SESSION_NOT_EXIST = 0x11
    SESSION_DUPLICATE = 0x12
    SESSION_ACTIVE = 0x13
    MAX_SESSIONS_EXCEEDED = 0x14
    SESSION_NOT_CONFIGURED = 0x15
    ACTIVE_SESSIONS_ONGOING = 0x16
    MULTICAST_LIST_FULL = 0x17
    ADDRESS_NOT_FOUND = 0x18
    ADDRESS_ALREADY_PRESENT = 0x19
    INITIATION_TIME_TOO_OLD = 0x1A
    OK_NEGATIVE_DISTANCE = 0x1B
    INVALID_STS_INDEX = 0x1C
    TX_FAILED = 0x20
    RX_TIMEOUT = 0x21
    PHY_DECODE_FAILED = 0x22
    PHY_TOA_FAILED = 0x23
    PHY_STS_FAILED = 0x24
    MAC_DECODE_FAILED = 0x25
    MAC_IE_DECODE_FAILED = 0x26
    MAC_IE_MISSING = 0x27
    CCC_SE_BUSY = 0x50
    CCC_LIFECYCLE = 0x51
    STOPPED_BY_OTHER_SESSION = 0x52
    REGULATION_UWB_OFF = 0x53


class DeviceState(IntEnum):
    """Of CORE_DEVICE_STATUS_NTF (facts 1.3)."""

    READY = 0x01
    ACTIVE = 0x02
    ERROR = 0xFF


class SessionState(IntEnum):
    """Of SESSION_STATUS_NTF (facts 1.3)."""

    INIT = 0x00
    DEINIT = 0x01
    ACTIVE = 0x02
    IDLE = 0x03


class SessionType(IntEnum):
    """Of SESSION_INIT_CMD (facts 1.3)."""

    FIRA_RANGING = 0x00
    FIRA_RANGING_AND_DATA = 0x01
    FIRA_DATA = 0x02
    FIRA_RANGING_ONLY_PHASE = 0x03
    FIRA_DATA_PHASE = 0x04
    FIRA_RANGING_WITH_DATA_PHASE = 0x05
    HUS_PRIMARY = 0x9F
    CCC = 0xA0
    DEVICE_TEST = 0xD0


class CccStatus(IntEnum):
    """A nibble of RANGE_CCC_DATA_NTF's status octet (facts 1.7)."""

    SUCCESS = 0x0
    TRANSACTION_OVERFLOW = 0x1
    TRANSACTION_EXPIRED = 0x2
    INCORRECT_FRAME = 0x3
    LISTEN_ONLY = 0xD
    CONTROL_MESSAGE_LOST = 0xF


REASON_BY_COMMAND = 0x00
"""Reason code of a state that the host asked for (facts 1.4)."""

REASONS = {
    0x00: "by command",
    0x01: "too many rounds failed",
    0x02: "all measurements made",
    0x03: "suspended in band",
    0x04: "resumed in band",
    0x05: "stopped in band",
    0x20: "slot length not supported",
    0x21: "too few slots in a round",
    0x23: "ranging interval not supported",
    0x24: "STS configuration not supported",
    0x2C: "preamble code not supported",
    0x2D: "SFD not supported",
}
"""What FiRa's session reason codes mean; vendors differ (facts 1.4, C2)."""


def status_text(code: int) -> str:
    """A status code in words, or its number."""
    try:
        return Status(code).name
    except ValueError:
        return f"status 0x{code:02X}"
