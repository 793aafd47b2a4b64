"""Which class stands for which opcode.

A vendor's own class goes before the general one on the vendor's profile. Two classes for one
opcode of one vendor are an error when they are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar, NamedTuple, TypeVar, dataclass_transform

from drivers.uwb.uci.records import Record, record


class MessageType(IntEnum):
    """MT, bits 7 to 5 of the first octet (facts 1.1); TEST is Qorvo's."""

    DATA = 0
    COMMAND = 1
    RESPONSE = 2
    NOTIFICATION = 3
    TEST_1 = 4
    TEST_2 = 5


class Group(IntEnum):
    """GID, bits 3 to 0 of the first octet (facts 1.2)."""

    CORE = 0x0
    SESSION_CONFIG = 0x1
    SESSION_CONTROL = 0x2
    DATA_CONTROL = 0x3
    VENDOR_9 = 0x9
    VENDOR_A = 0xA
    VENDOR_B = 0xB
    ANDROID = 0xC
    TEST = 0xD
    VENDOR_E = 0xE
    VENDOR_F = 0xF


class Opcode(NamedTuple):
    """What tells messages apart: type, group, and opcode within the group."""

    mt: int
    gid: int
    oid: int

    def __str__(self) -> str:
        return f"{self.mt}/{self.gid:X}/{self.oid:02X}"


class Message(Record):
    """A record that is a whole payload; ``opcode`` says of which message."""

    __slots__ = ()
    opcode: ClassVar[Opcode]


M = TypeVar("M", bound=Message)
_claims: dict[str, dict[Opcode, type[Message]]] = {"": {}}


def claimed(vendor: str) -> Mapping[Opcode, type[Message]]:
    """Every class a vendor's profile decodes with, by opcode."""
    return MappingProxyType(_claims[""] | _claims.get(vendor, {}))


def claim(cls: type[Message], opcode: Opcode, vendor: str = "") -> None:
    """Make ``cls`` the class of an opcode. Raises TypeError when another one is."""
    table = _claims.setdefault(vendor, {})
    if opcode in table:
        whose = f" of {vendor}" if vendor else ""
        raise TypeError(f"{cls.__name__} and {table[opcode].__name__} both claim {opcode}{whose}")
    table[opcode] = cls
    cls.opcode = opcode


def _claimant(mt: MessageType, gid: int, oid: int, vendor: str) -> Callable[[type[M]], type[M]]:
    def decorate(cls: type[M]) -> type[M]:
        made = record(cls)
        claim(made, Opcode(mt, gid, oid), vendor)
        return made

    return decorate


@dataclass_transform(frozen_default=True)
def command(gid: Group, oid: int, vendor: str = "") -> Callable[[type[M]], type[M]]:
    """The class is the command of this group and opcode."""
    return _claimant(MessageType.COMMAND, gid, oid, vendor)


@dataclass_transform(frozen_default=True)
def response(gid: Group, oid: int, vendor: str = "") -> Callable[[type[M]], type[M]]:
    """The class is the response of this group and opcode."""
    return _claimant(MessageType.RESPONSE, gid, oid, vendor)


@dataclass_transform(frozen_default=True)
def notification(gid: Group, oid: int, vendor: str = "") -> Callable[[type[M]], type[M]]:
    """The class is the notification of this group and opcode."""
    return _claimant(MessageType.NOTIFICATION, gid, oid, vendor)


class Answer(Message):
    """A response: its first field is always ``status`` (facts 1.4), and a refusal may end there."""

    __slots__ = ()
    status: int
