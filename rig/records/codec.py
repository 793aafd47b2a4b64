"""Records to JSON lines and back. Reading is strict: unknown kinds, fields and types are errors."""

from __future__ import annotations

import json
import types
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
        kind = next(k for k in kinds if k.__name__ == body["record"])
    except (ValueError, KeyError, TypeError, StopIteration) as exc:
        raise RecordError(f"not one of {', '.join(k.__name__ for k in kinds)}") from exc
    del body["record"]
    found = _build(kind, body, kind.__name__)
    assert isinstance(found, kind)  # noqa: S101 - tells mypy what _build returned
    return found


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _fields(record: Any) -> dict[str, object]:
    kind: Any = type(record)
    return {name: getattr(record, name) for name in _names(kind)}


def _build(hint: Any, value: Any, where: str) -> object:
    """``value`` as an instance of the annotation ``hint``."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _build_tuple(arguments[0], value, where)
    if origin is dict:
        return _build_dict(arguments[1], value, where)
    if origin in (Union, types.UnionType):
        return None if value is None else _build(arguments[0], value, where)
    if is_dataclass(hint):
        return _build_dataclass(hint, value, where)
    return _build_plain(hint, value, where)


def _build_plain(hint: type, value: Any, where: str) -> object:
    if issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as exc:
            raise RecordError(f"{where}: {exc}") from exc
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        raise RecordError(f"{where}: {value!r} is not {hint.__name__}")
    return value


def _build_dataclass(hint: Any, value: Any, where: str) -> object:
    if not isinstance(value, dict):
        raise RecordError(f"{where}: {value!r} is not an object")
    hints = _hints(hint)
    if strays := value.keys() - hints.keys():
        raise RecordError(f"{where}: unknown field {', '.join(sorted(strays))}")
    built = {k: _build(hints[k], v, f"{where}.{k}") for k, v in value.items()}
    try:
        found: object = hint(**built)
    except TypeError as exc:
        raise RecordError(f"{where}: {exc}") from exc
    return found


def _build_tuple(item: Any, value: Any, where: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise RecordError(f"{where}: {value!r} is not a list")
    return tuple(_build(item, v, where) for v in value)


def _build_dict(item: Any, value: Any, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise RecordError(f"{where}: {value!r} is not an object")
    return {k: _build(item, v, f"{where}.{k}") for k, v in value.items()}
