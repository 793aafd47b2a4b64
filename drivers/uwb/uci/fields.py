"""How one field of a record travels: the markers that stand in annotations.

``Fixed`` fields that follow each other are packed by one precompiled Struct; the others take what
their content says. All are little-endian (facts 1.1).
"""

from __future__ import annotations

import abc
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from drivers.uwb.uci.errors import BadField, Short


@dataclass(frozen=True, slots=True)
class Fixed:
    """A field of constant width, by its struct code."""

    code: str


U8 = Annotated[int, Fixed("B")]
U16 = Annotated[int, Fixed("H")]
U32 = Annotated[int, Fixed("I")]
U64 = Annotated[int, Fixed("Q")]
I16 = Annotated[int, Fixed("h")]


class Part(abc.ABC):
    """A field, or a run of fields, that knows where it ends."""

    @abc.abstractmethod
    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        """Append the value(s) that begin at ``at``; where they end. Raises UciError."""

    @abc.abstractmethod
    def write(self, values: Sequence[Any]) -> bytes:
        """The bytes of as many values as it reads. Raises BadField."""

    @property
    def count(self) -> int:
        """How many fields it covers."""
        return 1


class Run(Part):
    """Neighbouring fixed fields under one Struct."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.struct = struct.Struct("<" + "".join(codes))
        self._count = len(codes)

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        try:
            values += self.struct.unpack_from(data, at)
        except struct.error:
            raise Short(f"{len(data) - at} octets where {self.struct.size} belong") from None
        return at + self.struct.size

    def write(self, values: Sequence[Any]) -> bytes:
        for code, value in zip(self._codes(), values, strict=True):
            if code.endswith("s") and len(value) != int(code[:-1]):
                raise BadField(f"{len(value)} octets where {code[:-1]} belong")
        try:
            return self.struct.pack(*values)
        except struct.error as exc:
            raise BadField(str(exc)) from exc

    @property
    def count(self) -> int:
        return self._count

    def _codes(self) -> list[str]:
        codes, digits = [], ""
        for char in self.struct.format[1:]:
            if char.isdigit():
                digits += char
            else:
                codes.append(digits + char)
                digits = ""
        return codes


class Sized(Part):
    """Bytes behind their length in one octet."""

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        begin, size = at + 1, octet(data, at)
        values.append(taken(data, begin, size))
        return begin + size

    def write(self, values: Sequence[Any]) -> bytes:
        (value,) = values
        if len(value) > 0xFF:
            raise BadField(f"{len(value)} octets where 255 fit")
        return bytes((len(value), *value))


class Numbers(Part):
    """Octets behind their count, one number each."""

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        begin, size = at + 1, octet(data, at)
        values.append(tuple(taken(data, begin, size)))
        return begin + size

    def write(self, values: Sequence[Any]) -> bytes:
        try:
            return Sized().write((bytes(values[0]),))
        except ValueError as exc:
            raise BadField(str(exc)) from exc


class Rest(Part):
    """Whatever follows, to the end; the last field of its record."""

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        values.append(bytes(data[at:]))
        return len(data)

    def write(self, values: Sequence[Any]) -> bytes:
        return bytes(values[0])


class Trailing(Part):
    """A fixed field that may be missing at the end: not every version of UCI has it."""

    def __init__(self, code: str) -> None:
        self._run = Run([code])

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        if at == len(data):
            values.append(None)
            return at
        return self._run.read(data, at, values)

    def write(self, values: Sequence[Any]) -> bytes:
        return b"" if values[0] is None else self._run.write(values)


class WideTag(Part):
    """A tag of one octet, or of two where the first says so (0xE4xx on NXP; facts 1.3)."""

    def __init__(self, *first: int) -> None:
        self._first = first

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        size = 2 if octet(data, at) in self._first else 1
        values.append(int.from_bytes(taken(data, at, size), "big"))
        return at + size

    def write(self, values: Sequence[Any]) -> bytes:
        (tag,) = values
        wide = tag >> 8 in self._first
        if not wide and (tag > 0xFF or tag in self._first):
            raise BadField(f"tag {tag:X} has no place here")
        return int(tag).to_bytes(2 if wide else 1, "big")


def octet(data: bytes, at: int) -> int:
    """One octet. Raises Short."""
    if at >= len(data):
        raise Short("no octet where a count or tag belongs")
    return data[at]


def taken(data: bytes, at: int, size: int) -> bytes:
    """``size`` octets from ``at``. Raises Short."""
    if at + size > len(data):
        raise Short(f"{len(data) - at} octets where {size} belong")
    return bytes(data[at : at + size])
