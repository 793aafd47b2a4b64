"""Commands the framework does not accept: the status word, and where it is decided.

Table 5-2 and the tables of the commands in the public notes (section 2); 6988 for a broken secure
channel is inferred.
"""

from __future__ import annotations

from typing import TypeVar

from drivers.sim.phone.applet import BROKEN_CHANNEL, WRONG_DATA
from drivers.sim.phone.framing import OUT_OF_SEQUENCE, WRONG_LENGTH, WRONG_P1P2
from drivers.sim.phone_framework.session import Session
from rig.digital_key.apdu import Command, Response
from rig.digital_key.errors import BadMac, ChannelSpent, Malformed
from rig.digital_key.records import TlvRecord

NOT_FOUND, NOT_READY, WRONG_LE = 0x6A88, 0x9484, 0x6C00
_SECURED_MOST = 240 + 8  # section 2.3: 239 bytes, padded to blocks, and the MAC
Record = TypeVar("Record", bound=TlvRecord)


class Refusal(Exception):
    """A command is answered with this status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def require(met: bool, status: int) -> None:
    """Raises Refusal unless ``met``."""
    if not met:
        raise Refusal(status)


def require_no_parameters(command: Command) -> None:
    """P1 and P2 are zero."""
    require(not command.p1 and not command.p2, WRONG_P1P2)


def decoded(record: type[Record], data: bytes) -> Record:
    """The message in a data field; 6700 for none, 6A80 for another."""
    require(bool(data), WRONG_LENGTH)
    try:
        return record.decode(data)
    except Malformed:
        raise Refusal(WRONG_DATA) from None


def opened(session: Session, command: Command) -> bytes:
    """The plaintext of a secured command."""
    require(len(command.data) <= _SECURED_MOST, WRONG_LENGTH)
    try:
        return session.open(command)
    except (BadMac, Malformed):
        raise Refusal(BROKEN_CHANNEL) from None
    except ChannelSpent:
        raise Refusal(OUT_OF_SEQUENCE) from None


def sealed(session: Session, plaintext: bytes) -> Response:
    """The secured response."""
    try:
        return session.seal(plaintext)
    except ChannelSpent:
        raise Refusal(OUT_OF_SEQUENCE) from None
