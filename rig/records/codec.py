"""Records to JSON lines and back. Reading is strict: unknown kinds, fields and types are errors."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class RecordError(ValueError):
    """A line is not a record of the expected kind."""


def encode(record: object) -> str:
    """One record as one line of JSON, its class name under ``record``."""
    body = {"record": type(record).__name__, **_fields(record)}
    return json.dumps(body, default=_fields, separators=(",", ":"), ensure_ascii=False)


def decode(line: str | bytes, kinds: tuple[type[T], ...]) -> T:
    """Parse one line into one of ``kinds``; RecordError says what does not fit."""
    try:
        body = json.loads(line)
        kind: type[T] = _by_name(kinds)[body["record"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise RecordError(f"not one of {', '.join(k.__name__ for k in kinds)}") from exc
    del body["record"]
    return read_body(body, kind)


def read_body(body: dict[str, Any], kind: type[T]) -> T:
    """Turn a parsed JSON object into a record; RecordError says what does not fit."""
    hint: Any = kind
    try:
        found = _reader(hint)(body)
    except _Misfit as exc:
        where = "".join([kind.__name__, *(f".{name}" for name in reversed(exc.path))])
        raise RecordError(f"{where}: {exc}") from exc
    assert isinstance(found, kind)  # noqa: S101 - tells mypy what the reader returned
    return found


class _Misfit(Exception):
    """A value does not fit; ``path`` grows on the way out, the innermost field first."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.path: list[str] = []


@cache
def _by_name(kinds: tuple[Any, ...]) -> dict[str, Any]:
    return {kind.__name__: kind for kind in kinds}


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


def _fields(record: Any) -> dict[str, object]:
    kind: Any = type(record)
    return {name: getattr(record, name) for name in _names(kind)}


_Reader = Callable[[Any], object]


@cache
def _reader(hint: Any) -> _Reader:
    """What turns a value of JSON into an instance of an annotation, or raises _Misfit.

    Readers are made once for each annotation: a trace has a million values.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _tuple_reader(_reader(arguments[0]))
    if origin is dict:
        return _dict_reader(_reader(arguments[1]))
    if origin in (Union, types.UnionType):
        inner = _reader(arguments[0])
        return lambda value: None if value is None else inner(value)
    if is_dataclass(hint):
        return _dataclass_reader(hint)
    return _enum_reader(hint) if issubclass(hint, Enum) else _plain_reader(hint)


def _plain_reader(hint: type) -> _Reader:
    def read(value: Any) -> object:
        if type(value) is hint:
            return value
        if hint is float and type(value) is int:
            return float(value)
        raise _Misfit(f"{value!r} is not {hint.__name__}")

    return read


def _enum_reader(hint: type[Enum]) -> _Reader:
    def read(value: Any) -> object:
        try:
            return hint(value)
        except ValueError as exc:
            raise _Misfit(str(exc)) from exc

    return read


def _dataclass_reader(hint: Any) -> _Reader:
    hints = get_type_hints(hint)
    readers = {name: _reader(field) for name, field in hints.items()}
    names, kinds = tuple(hints), tuple(hints.values())

    def read(value: Any) -> object:
        if type(value) is not dict:
            raise _Misfit(f"{value!r} is not an object")
        if tuple(value) == names and tuple(map(type, value.values())) == kinds:
            return hint(*value.values())  # plain values alone, as the rig writes them: most records
        built = {}
        name = ""
        try:
            for name, inner in value.items():
                built[name] = readers[name](inner)
        except _Misfit as exc:
            exc.path.append(name)
            raise
        except KeyError:
            strays = sorted(value.keys() - readers.keys())
            raise _Misfit(f"unknown field {', '.join(strays)}") from None
        try:
            return hint(**built)
        except TypeError as exc:
            raise _Misfit(str(exc)) from exc

    return read


def _tuple_reader(item: _Reader) -> _Reader:
    def read(value: Any) -> object:
        if type(value) is not list:
            raise _Misfit(f"{value!r} is not a list")
        return tuple([item(v) for v in value])

    return read


def _dict_reader(item: _Reader) -> _Reader:
    def read(value: Any) -> object:
        if type(value) is not dict:
            raise _Misfit(f"{value!r} is not an object")
        built = {}
        name = ""
        try:
            for name, inner in value.items():
                built[name] = item(inner)
        except _Misfit as exc:
            exc.path.append(name)
            raise
        return built

    return read
