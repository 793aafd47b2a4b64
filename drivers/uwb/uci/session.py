"""Group SESSION_CONFIG: sessions come, are configured, and go (facts 1.3).

``token`` is the session's handle where the device gives one, else its id; see the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from drivers.uwb.uci.errors import BadField
from drivers.uwb.uci.fields import U8, U16, U32, Fixed, Numbers, Trailing
from drivers.uwb.uci.opcodes import Answer, Group, Message, command, notification, response
from drivers.uwb.uci.records import Chosen, Many, Record, record
from drivers.uwb.uci.tlv import TagStatus, Tlv


@command(Group.SESSION_CONFIG, 0x00)
class SessionInit(Message):
    """SESSION_INIT_CMD; ``kind`` is a ``codes.SessionType``."""

    session_id: U32
    kind: U8


@response(Group.SESSION_CONFIG, 0x00)
class SessionInitAnswer(Answer):
    """SESSION_INIT_RSP: FiRa 2 gives a handle that is to be used from then on, FiRa 1 none."""

    status: U8
    handle: Annotated[int | None, Trailing("I")] = None


@command(Group.SESSION_CONFIG, 0x01)
class SessionDeinit(Message):
    """SESSION_DEINIT_CMD."""

    token: U32


@response(Group.SESSION_CONFIG, 0x01)
class SessionDeinitAnswer(Answer):
    """SESSION_DEINIT_RSP."""

    status: U8


@notification(Group.SESSION_CONFIG, 0x02)
class SessionStatus(Message):
    """SESSION_STATUS_NTF; what ``reason`` means is in the profile (C2)."""

    token: U32
    state: U8
    reason: U8


@command(Group.SESSION_CONFIG, 0x03)
class SetAppConfig(Message):
    """SESSION_SET_APP_CONFIG_CMD."""

    token: U32
    elements: Annotated[tuple[Tlv, ...], Many()]


@response(Group.SESSION_CONFIG, 0x03)
class SetAppConfigAnswer(Answer):
    """SESSION_SET_APP_CONFIG_RSP; lists the refused elements, none when all is well."""

    status: U8
    elements: Annotated[tuple[TagStatus, ...], Many()]


@command(Group.SESSION_CONFIG, 0x04)
class GetAppConfig(Message):
    """SESSION_GET_APP_CONFIG_CMD; the tags wanted."""

    token: U32
    tags: Annotated[tuple[int, ...], Numbers()]


@response(Group.SESSION_CONFIG, 0x04)
class GetAppConfigAnswer(Answer):
    """SESSION_GET_APP_CONFIG_RSP."""

    status: U8
    elements: Annotated[tuple[Tlv, ...], Many()]


@command(Group.SESSION_CONFIG, 0x05)
class GetSessionCount(Message):
    """SESSION_GET_COUNT_CMD."""


@response(Group.SESSION_CONFIG, 0x05)
class SessionCount(Answer):
    """SESSION_GET_COUNT_RSP."""

    status: U8
    count: U8


@command(Group.SESSION_CONFIG, 0x06)
class GetSessionState(Message):
    """SESSION_GET_STATE_CMD."""

    token: U32


@response(Group.SESSION_CONFIG, 0x06)
class SessionStateAnswer(Answer):
    """SESSION_GET_STATE_RSP; a ``codes.SessionState``."""

    status: U8
    state: U8


@record
class Controlee(Record):
    """An entry of the list for actions 0 and 1."""

    address: U16
    sub_session: U32


@record
class KeyedControlee(Record):
    """An entry of the list for action 2, with a 16-octet key."""

    address: U16
    sub_session: U32
    key: Annotated[bytes, Fixed("16s")]

    def __repr__(self) -> str:
        return f"KeyedControlee(address={self.address}, sub_session={self.sub_session})"


@record
class LongKeyedControlee(Record):
    """An entry of the list for action 3, with a 32-octet key."""

    address: U16
    sub_session: U32
    key: Annotated[bytes, Fixed("32s")]

    def __repr__(self) -> str:
        return f"LongKeyedControlee(address={self.address}, sub_session={self.sub_session})"


AnyControlee = Controlee | KeyedControlee | LongKeyedControlee
_BY_ACTION: Sequence[type[AnyControlee]] = (
    Controlee,
    Controlee,
    KeyedControlee,
    LongKeyedControlee,
)


def _controlee(before: Sequence[Any]) -> type[AnyControlee]:
    action: int = before[1]
    if action >= len(_BY_ACTION):
        raise BadField(f"action {action} on the multicast list")
    return _BY_ACTION[action]


@command(Group.SESSION_CONFIG, 0x07)
class UpdateMulticastList(Message):
    """SESSION_UPDATE_CONTROLLER_MULTICAST_LIST_CMD.

    ``action``: 0 adds, 1 removes, 2 adds with 16-octet keys, 3 with 32-octet keys.
    """

    token: U32
    action: U8
    controlees: Annotated[tuple[AnyControlee, ...], Chosen(_controlee)]


@record
class ControleeStatus(Record):
    """What became of one controlee."""

    address: U16
    status: U8


@response(Group.SESSION_CONFIG, 0x07)
class UpdateMulticastListAnswer(Answer):
    """SESSION_UPDATE_CONTROLLER_MULTICAST_LIST_RSP."""

    status: U8
    controlees: Annotated[tuple[ControleeStatus, ...], Many()]


@notification(Group.SESSION_CONFIG, 0x07)
class MulticastListUpdated(Message):
    """SESSION_UPDATE_CONTROLLER_MULTICAST_LIST_NTF."""

    token: U32
    controlees: Annotated[tuple[ControleeStatus, ...], Many()]


@command(Group.SESSION_CONFIG, 0x0B)
class QueryDataSize(Message):
    """SESSION_QUERY_DATA_SIZE_IN_RANGING_CMD."""

    token: U32


@response(Group.SESSION_CONFIG, 0x0B)
class DataSize(Message):
    """SESSION_QUERY_DATA_SIZE_IN_RANGING_RSP, the one response without a status (facts 1.3)."""

    token: U32
    octets: U16
