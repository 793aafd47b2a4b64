"""Group SESSION_CONTROL without measurements: start, stop, count, data (facts 1.3)."""

from __future__ import annotations

from drivers.uwb.uci.fields import U8, U32
from drivers.uwb.uci.opcodes import Answer, Group, Message, command, notification, response


@command(Group.SESSION_CONTROL, 0x00)
class SessionStart(Message):
    """SESSION_START_CMD (RANGE_START)."""

    token: U32


@response(Group.SESSION_CONTROL, 0x00)
class SessionStartAnswer(Answer):
    """SESSION_START_RSP."""

    status: U8


@command(Group.SESSION_CONTROL, 0x01)
class SessionStop(Message):
    """SESSION_STOP_CMD (RANGE_STOP)."""

    token: U32


@response(Group.SESSION_CONTROL, 0x01)
class SessionStopAnswer(Answer):
    """SESSION_STOP_RSP."""

    status: U8


@command(Group.SESSION_CONTROL, 0x03)
class GetRangingCount(Message):
    """SESSION_GET_RANGING_COUNT_CMD."""

    token: U32


@response(Group.SESSION_CONTROL, 0x03)
class RangingCount(Answer):
    """SESSION_GET_RANGING_COUNT_RSP."""

    status: U8
    count: U32


@notification(Group.SESSION_CONTROL, 0x04)
class DataCredit(Message):
    """SESSION_DATA_CREDIT_NTF."""

    token: U32
    available: U8


@notification(Group.SESSION_CONTROL, 0x05)
class DataTransferStatus(Message):
    """SESSION_DATA_TRANSFER_STATUS_NTF."""

    token: U32
    sequence: U8
    status: U8
    sent: U8
