"""Messages made of TLVs: a frozen dataclass whose annotations are its wire format.

A field is ``Annotated[bytes, Tag(0x87, 65)]``, in the order of the wire; ``| None`` marks what may
be missing. Decoding is strict: a wrong order, a wrong size, a missing and a left-over element are
all Malformed.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from rig.digital_key import tlv
from rig.digital_key.errors import Malformed


@dataclass(frozen=True, slots=True)
class Tag:
    """Where a field travels: its tag, and its size in bytes (None: any size from ``least``)."""

    tag: int
    size: int | None = None
    least: int = 0

    def check(self, value: bytes, where: str) -> bytes:
        """``value`` if it fits; raises Malformed."""
        if self.size is not None and len(value) != self.size:
            raise Malformed(f"{where} ({self.tag:02X}): {len(value)} bytes, not {self.size}")
        if len(value) < self.least:
            raise Malformed(f"{where} ({self.tag:02X}): {len(value)} bytes, not {self.least}")
        return value


class TlvRecord:
    """Base of TLV messages; subclasses are frozen dataclasses with slots."""

    __slots__ = ()
    layout: ClassVar[tuple[tuple[str, Tag, bool], ...]] = ()  # name, tag, may be missing

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        hints = get_type_hints(cls, include_extras=True)
        cls.layout = tuple(_entry(n, h) for n, h in hints.items() if n != "layout")

    def encode(self) -> bytes:
        """All fields that are present, in wire order. Raises Malformed for a wrong size."""
        parts = []
        for name, tag, _optional in self.layout:
            value = getattr(self, name)
            if value is not None:
                parts.append(tlv.encode(tag.tag, tag.check(value, name)))
        return b"".join(parts)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Parse a whole message. Raises Malformed."""
        elements = list(tlv.decode(data))
        values: dict[str, bytes | None] = {}
        for name, tag, optional in cls.layout:
            if elements and elements[0].tag == tag.tag:
                values[name] = tag.check(elements.pop(0).value, f"{cls.__name__}.{name}")
            elif optional:
                values[name] = None
            else:
                raise Malformed(f"{cls.__name__}: no {tag.tag:02X} ({name}) where it belongs")
        if elements:
            raise Malformed(f"{cls.__name__}: element {elements[0].tag:02X} left over")
        return cls(**values)


def _entry(name: str, hint: Any) -> tuple[str, Tag, bool]:
    optional = get_origin(hint) in (Union, UnionType)
    annotated = get_args(hint)[0] if optional else hint
    if get_origin(annotated) is not Annotated:
        raise TypeError(f"field {name} says no Tag")
    return name, get_args(annotated)[1], optional
