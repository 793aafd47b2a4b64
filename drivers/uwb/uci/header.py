"""The four octets before every payload, in the forms that vendors give the length (facts 1.1, C1).

octet 0: type, boundary flag, group; octet 1: opcode, and NXP's mark of a long length in bit 7;
octets 2 and 3: the length. Data and Qorvo's test messages have a little-endian length in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from drivers.uwb.uci.errors import BadField, BadHeader
from drivers.uwb.uci.opcodes import Group, MessageType, Opcode

SIZE = 4
_GROUPS = frozenset(Group)
_TYPES = frozenset(MessageType)
_MORE, _EXTENDED, _RESERVED = 0x10, 0x80, 0x40


class LengthForm(Enum):
    """How a control message says how long it is (C1)."""

    OCTET = "octet 3, at most 255"
    EXTENDED = "octet 3, or octets 2 and 3 little-endian where bit 7 of octet 1 is set"
    BIG_ENDIAN = "octets 2 and 3, big-endian"


@dataclass(frozen=True, slots=True)
class Header:
    """One segment's header. ``more``: further segments of the same message follow.

    ``octets`` is how it came; b"" for one that is to be sent.
    """

    opcode: Opcode
    length: int
    more: bool = False
    octets: bytes = field(default=b"", compare=False, repr=False)

    @classmethod
    def decode(cls, data: bytes, form: LengthForm) -> Header:
        """Read four octets. Raises BadHeader for what cannot be a header."""
        if len(data) != SIZE:
            raise BadHeader(f"{len(data)} octets where a header of 4 belongs")
        first, second, third, fourth = data
        mt, gid = first >> 5, first & 0xF
        if mt not in _TYPES or gid not in _GROUPS or second & _RESERVED:
            raise BadHeader(f"{data.hex(' ')} is no header")
        extended = bool(second & _EXTENDED)
        if extended and form is not LengthForm.EXTENDED:
            raise BadHeader(f"{data.hex(' ')}: a long length, which this device has not")
        if extended or not is_control(mt):
            length = third | fourth << 8
        elif form is LengthForm.BIG_ENDIAN:
            length = third << 8 | fourth
        elif third:
            raise BadHeader(f"{data.hex(' ')}: the reserved octet is not zero")
        else:
            length = fourth
        return cls(Opcode(mt, gid, second & 0x3F), length, bool(first & _MORE), data)

    def encode(self, form: LengthForm) -> bytes:
        """The four octets. Raises BadField for a length that the form cannot say."""
        mt, gid, oid = self.opcode
        if self.length > most(mt, form):
            raise BadField(f"{self.length} octets of payload in one segment")
        first = mt << 5 | (_MORE if self.more else 0) | gid
        low, high = self.length & 0xFF, self.length >> 8
        if not is_control(mt):
            return bytes((first, oid, low, high))
        if form is LengthForm.BIG_ENDIAN:
            return bytes((first, oid, high, low))
        if high:
            return bytes((first, oid | _EXTENDED, low, high))
        return bytes((first, oid, 0, low))


def header_reader(form: LengthForm) -> Callable[[bytes], Header]:
    """``Header.decode`` for one form, which remembers: notifications of one kind share theirs."""
    return lru_cache(maxsize=1024)(lambda data: Header.decode(data, form))


def header_starts(form: LengthForm, heard: Collection[int]) -> re.Pattern[bytes]:
    """Finds where the first two octets could be a header's: most octets of garbage could not.

    It matches nothing but the place. What it finds is still to be read.
    """
    firsts = bytes(
        first
        for first in range(256)
        if first >> 5 in heard and first >> 5 in _TYPES and first & 0xF in _GROUPS
    )
    barred = _RESERVED if form is LengthForm.EXTENDED else _RESERVED | _EXTENDED
    seconds = bytes(second for second in range(256) if not second & barred)
    return re.compile(b"(?=[%b][%b])" % (re.escape(firsts), re.escape(seconds)), re.DOTALL)


def is_control(mt: int) -> bool:
    """Whether this type of message has a control header: commands, responses, notifications."""
    return mt in (MessageType.COMMAND, MessageType.RESPONSE, MessageType.NOTIFICATION)


def most(mt: int, form: LengthForm) -> int:
    """The longest payload of one segment."""
    return 0xFF if is_control(mt) and form is LengthForm.OCTET else 0xFFFF
