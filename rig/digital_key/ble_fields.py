"""How DK messages are made: a frozen dataclass whose annotations are its wire format.

A field is ``Annotated[int, Uint(4)]``, in the order of the wire; numbers are big-endian. Decoding
is strict: short input, left-over bytes, a flag that is neither 0 nor 1 are all Malformed.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any, ClassVar, Self, get_args, get_type_hints

from rig.digital_key.errors import Malformed


class Wire(abc.ABC):
    """How one field travels."""

    @abc.abstractmethod
    def pack(self, value: Any) -> bytes:
        """The field's bytes. Raises Malformed for a value that does not fit."""

    @abc.abstractmethod
    def unpack(self, data: bytes) -> tuple[Any, int]:
        """The value that ``data`` begins with, and how many bytes it takes. Raises Malformed."""


@dataclass(frozen=True, slots=True)
class Uint(Wire):
    """A number of ``size`` bytes."""

    size: int

    def pack(self, value: Any) -> bytes:
        if not 0 <= value < 1 << 8 * self.size:
            raise Malformed(f"a number that does not fit in {self.size} bytes")
        return int(value).to_bytes(self.size, "big")

    def unpack(self, data: bytes) -> tuple[int, int]:
        return int.from_bytes(_take(data, self.size), "big"), self.size


@dataclass(frozen=True, slots=True)
class Flag(Wire):
    """A byte that is 0 or 1."""

    def pack(self, value: Any) -> bytes:
        if value not in (False, True):
            raise Malformed(f"{value!r} is no flag")
        return bytes((value,))

    def unpack(self, data: bytes) -> tuple[bool, int]:
        value = _take(data, 1)[0]
        if value > 1:
            raise Malformed(f"{value:02X} is no flag")
        return bool(value), 1


@dataclass(frozen=True, slots=True)
class Octets(Wire):
    """Bytes of a known size."""

    size: int

    def pack(self, value: Any) -> bytes:
        if len(value) != self.size:
            raise Malformed(f"{len(value)} bytes, not {self.size}")
        return bytes(value)

    def unpack(self, data: bytes) -> tuple[bytes, int]:
        return _take(data, self.size), self.size


@dataclass(frozen=True, slots=True)
class Rest(Wire):
    """All bytes to the end of the message, at least ``least``."""

    least: int = 0

    def pack(self, value: Any) -> bytes:
        if len(value) < self.least:
            raise Malformed(f"{len(value)} bytes, not {self.least} or more")
        return bytes(value)

    def unpack(self, data: bytes) -> tuple[bytes, int]:
        return self.pack(data), len(data)


@dataclass(frozen=True, slots=True)
class Listed(Wire):
    """Numbers of ``size`` bytes each behind the length in bytes of them all; at least one."""

    size: int

    def pack(self, value: Any) -> bytes:
        each = Uint(self.size)
        body = b"".join(each.pack(number) for number in value)
        if not 0 < len(body) <= 0xFF:
            raise Malformed(f"{len(value)} numbers make no list")
        return bytes((len(body),)) + body

    def unpack(self, data: bytes) -> tuple[tuple[int, ...], int]:
        length = _take(data, 1)[0]
        body = _take(data[1:], length)
        if not body or length % self.size:
            raise Malformed(f"{length} bytes make no list of {self.size} each")
        parts = (body[at : at + self.size] for at in range(0, length, self.size))
        return tuple(int.from_bytes(part, "big") for part in parts), 1 + length


@dataclass(frozen=True, slots=True)
class ListedOctets(Wire):
    """Bytes behind their length in one byte; at least one."""

    def pack(self, value: Any) -> bytes:
        return Listed(1).pack(value)

    def unpack(self, data: bytes) -> tuple[bytes, int]:
        numbers, taken = Listed(1).unpack(data)
        return bytes(numbers), taken


def _take(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise Malformed(f"{len(data)} bytes left, not {size}")
    return data[:size]


class DkMessage:
    """Base of DK messages; subclasses are frozen dataclasses with slots.

    ``TYPE`` and ``ID`` are the two octets of the header. ``layout`` is made from the annotations.
    """

    __slots__ = ()
    TYPE: ClassVar[int] = -1
    ID: ClassVar[int] = -1
    layout: ClassVar[tuple[tuple[str, Wire], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        hints = get_type_hints(cls, include_extras=True)
        found = ((name, get_args(hint)) for name, hint in hints.items())
        cls.layout = tuple((n, a[1]) for n, a in found if len(a) > 1 and isinstance(a[1], Wire))

    @property
    def header(self) -> tuple[int, int]:
        """Type and id as they travel."""
        return self.TYPE, self.ID

    def body(self) -> bytes:
        """The data behind the header. Raises Malformed."""
        parts = []
        for name, wire in self.layout:
            try:
                parts.append(wire.pack(getattr(self, name)))
            except Malformed as exc:
                raise Malformed(f"{type(self).__name__}.{name}: {exc}") from exc
        return b"".join(parts)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """A message from all of its data. Raises Malformed."""
        return cls(**cls.values(data))

    @classmethod
    def values(cls, data: bytes) -> dict[str, Any]:
        """The fields that travel. Raises Malformed."""
        values: dict[str, Any] = {}
        for name, wire in cls.layout:
            try:
                values[name], taken = wire.unpack(data)
            except Malformed as exc:
                raise Malformed(f"{cls.__name__}.{name}: {exc}") from exc
            data = data[taken:]
        if data:
            raise Malformed(f"{cls.__name__}: {len(data)} bytes left over")
        return values
