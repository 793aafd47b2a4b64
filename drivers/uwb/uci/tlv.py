"""Tag, length, value: how UCI carries configuration and capabilities (facts 1.3)."""

from __future__ import annotations

from typing import Annotated

from drivers.uwb.uci.fields import U8, Sized, WideTag
from drivers.uwb.uci.records import Record, record


@record
class Tlv(Record):
    """One element. Its value does not print: session keys travel in these."""

    tag: U8
    value: Annotated[bytes, Sized()]

    def __repr__(self) -> str:
        return f"Tlv(tag=0x{self.tag:02X}, {len(self.value)} octets)"


@record
class NxpTlv(Record):
    """NXP's element of the device configuration: tags 0xE4xx have two octets (facts 1.3)."""

    tag: Annotated[int, WideTag(0xE4)]
    value: Annotated[bytes, Sized()]


@record
class TagStatus(Record):
    """Which element was refused, and why (facts 1.3)."""

    tag: U8
    status: U8


@record
class NxpTagStatus(Record):
    """The same with NXP's two-octet tags (facts 1.3)."""

    tag: Annotated[int, WideTag(0xE4)]
    status: U8
