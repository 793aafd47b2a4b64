"""CCC's additions: its ranging result, resuming, and how loaded the device is (facts 1.3, 1.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from drivers.uwb.uci.fields import U8, U16, U32, Fixed, Part, Rest, taken
from drivers.uwb.uci.opcodes import Answer, Group, Message, command, notification, response
from drivers.uwb.uci.records import Record, decode_all, record

NO_TAG = b"\xff" * 8


@command(Group.SESSION_CONFIG, 0x20)
class GetRanMultiplier(Message):
    """SESSION_GET_POSSIBLE_RAN_MULTIPLIER_VALUE_CMD; that it names the session is inferred."""

    token: U32


@response(Group.SESSION_CONFIG, 0x20)
class RanMultiplier(Answer):
    """Its response: 1 under 25 % load, then a quarter each, 5 when full."""

    status: U8
    value: U8


@command(Group.SESSION_CONTROL, 0x21)
class RangeResume(Message):
    """RANGE_RESUME_CMD. Only its opcode is public: token first is inferred, the rest is open."""

    token: U32
    body: Annotated[bytes, Rest()] = b""


@response(Group.SESSION_CONTROL, 0x21)
class RangeResumeAnswer(Answer):
    """RANGE_RESUME_RSP."""

    status: U8


@notification(Group.SESSION_CONTROL, 0x20)
class CccRange(Message):
    """RANGE_CCC_DATA_NTF as a responder (vehicle) gets it, 23 octets.

    An initiator (phone) gets a bit for each responder where the last three of the four fields
    before ``tag`` are: see ``responders``.
    """

    session_id: U32
    status: U8  # high nibble as responder, low nibble as initiator: codes.CccStatus
    sts_index: U32  # of Final_Data
    next_round: U16
    distance_cm: U16  # 0xFFFF: none
    anchor_fom: U8
    initiator_fom: U8
    tag: Annotated[bytes, Fixed("8s")] = NO_TAG

    @property
    def status_as_responder(self) -> int:
        """What the vehicle's radio says."""
        return self.status >> 4

    @property
    def status_as_initiator(self) -> int:
        """What the phone's radio says."""
        return self.status & 0xF

    @property
    def responders(self) -> int:
        """Octets 11 to 14 as the initiator reads them: one bit a responder."""
        return self.distance_cm | self.anchor_fom << 16 | self.initiator_fom << 24


@record
class ForthinkResponder(Record):
    """A responder's distance in Forthink's notification."""

    index: U8
    distance_cm: U16


class _Distances(Part):
    """As many distances as ``count``, which stands one field earlier, says."""

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        count: int = values[-2]
        end = at + count * ForthinkResponder.size
        values.append(decode_all(ForthinkResponder, taken(data, at, end - at)))
        return end

    def write(self, values: Sequence[Any]) -> bytes:
        return b"".join(one.encode() for one in values[0])


@notification(Group.SESSION_CONTROL, 0x23, vendor="ncj29d5")
class ForthinkRange(Message):
    """Forthink's notification 62 23 of all responders; ``count`` is how many distances follow."""

    session_id: U32
    sts_index: U32
    next_round: U16
    status: U8
    count: U8
    responders: U32
    distances: Annotated[tuple[ForthinkResponder, ...], _Distances()]
