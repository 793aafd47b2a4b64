"""Records: frozen dataclasses in wire order, whose annotations are their layout.

A field is ``U16``, ``Annotated[bytes, Fixed("11s")]``, ``Annotated[bytes, Sized()]``,
``Annotated[tuple[Tlv, ...], Many()]``, ...; see ``fields``.

A frozen dataclass sets each field by a call. Decoding is on the path of every notification, so it
fills a mutable twin of the same slots instead, and turns that into the record.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, make_dataclass
from typing import (
    Annotated,
    Any,
    ClassVar,
    Self,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from drivers.uwb.uci.errors import BadField, LeftOver, Short, UciError
from drivers.uwb.uci.fields import Fixed, Part, Run, octet, taken


class Record:
    """Base of everything with a layout; subclasses are made by ``record`` and not inherited."""

    __slots__ = ()
    names: ClassVar[tuple[str, ...]] = ()
    parts: ClassVar[tuple[Part, ...]] = ()
    draft: ClassVar[type[Any]] = object
    size: ClassVar[int] = -1  # in octets; -1 where it varies
    unpack: ClassVar[Callable[[bytes], tuple[Any, ...]]]  # where it does not vary
    unpack_all: ClassVar[Callable[[bytes], Iterator[tuple[Any, ...]]]]  # of those of one size

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Parse exactly these bytes. Raises Short, LeftOver or BadField."""
        values: list[Any] = []
        at = 0
        try:
            for part in cls.parts:
                at = part.read(data, at, values)
        except UciError as exc:
            raise type(exc)(f"{cls.__name__}: {exc}") from None
        if at != len(data):
            raise LeftOver(f"{cls.__name__}: {len(data) - at} octets left over")
        found: Self = cls.draft(*values)
        found.__class__ = cls
        return found

    def encode(self) -> bytes:
        """The bytes. Raises BadField for a value that does not fit."""
        values = [getattr(self, name) for name in self.names]
        out, begin = [], 0
        try:
            for part in self.parts:
                end = begin + part.count
                out.append(part.write(values[begin:end]))
                begin = end
        except BadField as exc:
            raise BadField(f"{type(self).__name__}: {exc}") from exc
        return b"".join(out)


R = TypeVar("R", bound=Record)


def quick_decode(cls: type[R]) -> Callable[[bytes], R]:
    """``cls.decode`` bound for a table; records of fixed size skip the walk over their parts."""
    decode = cls.decode
    if cls.size < 0:
        return decode
    unpack, draft = cls.unpack, cls.draft

    def decode_fixed(data: bytes) -> R:
        try:
            found: R = draft(*unpack(data))
        except struct.error:
            return decode(data)  # which says what is wrong
        found.__class__ = cls
        return found

    return decode_fixed


@dataclass_transform(frozen_default=True)
def record(cls: type[R]) -> type[R]:
    """Make the class a frozen dataclass with a layout compiled from its annotations."""
    made = dataclass(frozen=True, slots=True)(cls)
    hints = get_type_hints(made, include_extras=True)
    made.names = vars(made)["__slots__"]
    made.parts = tuple(_parts([(name, hints[name]) for name in made.names]))
    match made.parts:
        case (Run() as run,):
            made.size = run.struct.size
            made.unpack, made.unpack_all = run.struct.unpack, run.struct.iter_unpack
    bases = made.__bases__
    made.draft = make_dataclass(made.__name__, made.names, bases=bases, slots=True, eq=False)
    return made


def _parts(hints: Sequence[tuple[str, Any]]) -> list[Part]:
    parts: list[Part] = []
    codes: list[str] = []
    for name, hint in hints:
        if get_origin(hint) is not Annotated:
            raise TypeError(f"field {name} does not say how it travels")
        kind, marker = get_args(hint)[:2]
        if isinstance(marker, Fixed):
            codes.append(marker.code)
            continue
        if codes:
            parts.append(Run(codes))
            codes = []
        parts.append(marker.of(kind) if isinstance(marker, Many) else marker)
    return [*parts, Run(codes)] if codes else parts


@dataclass(frozen=True, slots=True)
class Many:
    """Marks records behind their count in one octet."""

    def of(self, kind: Any) -> Part:
        """The part for ``tuple[SomeRecord, ...]``."""
        item = get_args(kind)[0]
        return ManyFixed(item) if item.size > 0 else ManyVarying(item)


class ManyFixed(Part):
    """A counted list of records of one size."""

    def __init__(self, item: type[Record]) -> None:
        self._item = item

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        end = at + 1 + octet(data, at) * self._item.size
        values.append(decode_all(self._item, taken(data, at + 1, end - at - 1)))
        return end

    def write(self, values: Sequence[Any]) -> bytes:
        return counted(values[0])


class ManyVarying(Part):
    """A counted list of records that say themselves where they end."""

    def __init__(self, item: type[Record]) -> None:
        self._item = item

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        items = []
        count, at = octet(data, at), at + 1
        for _ in range(count):
            own: list[Any] = []
            for part in self._item.parts:
                at = part.read(data, at, own)
            items.append(self._item(*own))
        values.append(tuple(items))
        return at

    def write(self, values: Sequence[Any]) -> bytes:
        return counted(values[0])


class Chosen(Part):
    """A counted list of fixed records, whose class is told by the fields before it.

    ``choose`` gets their values and raises BadField where it knows of no class.
    """

    def __init__(self, choose: Callable[[Sequence[Any]], type[Record]]) -> None:
        self._choose = choose

    def read(self, data: bytes, at: int, values: list[Any]) -> int:
        item = self._choose(values)
        end = at + 1 + octet(data, at) * item.size
        values.append(decode_all(item, taken(data, at + 1, end - at - 1)))
        return end

    def write(self, values: Sequence[Any]) -> bytes:
        return counted(values[0])


def counted(items: Sequence[Record]) -> bytes:
    """Records behind their count. Raises BadField for more than 255."""
    if len(items) > 0xFF:
        raise BadField(f"{len(items)} items where 255 fit")
    return bytes((len(items),)) + b"".join(item.encode() for item in items)


def decode_all(item: type[R], data: bytes) -> tuple[R, ...]:
    """As many records of fixed size as the data holds. Raises Short for a part of one."""
    draft = item.draft
    if len(data) == item.size:  # the usual case, at half the price
        only: R = draft(*item.unpack(data))
        only.__class__ = item
        return (only,)
    found = []
    try:
        for values in item.unpack_all(data):
            one = draft(*values)
            one.__class__ = item
            found.append(one)
    except struct.error:
        raise Short(f"{len(data)} octets are no {item.__name__}s") from None
    return tuple(found)
