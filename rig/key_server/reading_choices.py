"""Readings by name: as a plan file chooses them, and as a report states them.

In a plan file::

    readings:
      full_function: on_acceptance
      counting: {scope: account, pending: false}
      limits: {digital_key: 5}
      ends_pre_deletion: [digital, fob]
      pairing_lifetime: 30 minutes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from rig.key_server.readings import Counting, ReadingError, Readings

_DURATION = re.compile(r"([1-9][0-9]{0,5}) (second|minute|hour|day)s?", re.ASCII)


def readings_from(chosen: Mapping[str, object]) -> Readings:
    """The defaults with some of them replaced by name. Raises ReadingError."""
    return Readings(**_chosen(Readings, chosen, ""))


class DescribedReading(NamedTuple):
    """An ambiguity of the sources and the reading that was chosen for it."""

    ambiguity: str
    name: str
    chosen: str
    alternatives: tuple[str, ...]  # what else a plan may choose; empty where it may not
    meaning: str


# Open points that are read one way only, which the emulated server follows.
FIXED = (
    DescribedReading("AMB-12", "comfort_access", "option 322", (), "what the vehicle must have"),
    DescribedReading("AMB-26", "recipient_app", "not needed", (), "the rule is the owner's alone"),
    DescribedReading(
        "AMB-28", "software_status", "year and month", (), "how statuses such as 22-11 compare"
    ),
    DescribedReading(
        "AMB-29", "market", "of the vehicle record", (), "where markets and new vehicles come from"
    ),
    DescribedReading(
        "AMB-30", "invitation_state", "pending, accepted, active", (), "states, not words"
    ),
    DescribedReading("AMB-35", "main_key_deletion", "immediate", (), "when a main key ends"),
    DescribedReading("AMB-36", "option_322", "both variants", (), "which variants need it"),
    DescribedReading("AMB-43", "mixed_pairs", "by link", (), "how a key goes to another system"),
)


def described(readings: Readings) -> tuple[DescribedReading, ...]:
    """Each ambiguity that has a reading, by number, with what was chosen."""
    found = [*_described(readings, ""), *_described(readings.counting, "counting.")]
    return tuple(sorted([*found, *FIXED], key=lambda each: (each.ambiguity, each.name)))


def _described(values: Readings | Counting, where: str) -> Iterator[DescribedReading]:
    hints = get_type_hints(type(values))
    for each in fields(values):
        chosen = _shown(getattr(values, each.name))
        for ambiguity in each.metadata.get("ambiguities", ()):
            others = tuple(other for other in _allowed(hints[each.name]) if other != chosen)
            meaning = each.metadata["meaning"]
            yield DescribedReading(ambiguity, where + each.name, chosen, others, meaning)


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _allowed(hint: Any) -> tuple[str, ...]:
    """The values of a reading in words."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    if get_origin(hint) is frozenset:
        return (f"any others of {', '.join(_allowed(get_args(hint)[0]))}",)
    return ("no", "yes") if hint is bool else tuple(hint)


def _chosen(kind: Any, chosen: object, where: str) -> dict[str, Any]:
    if not isinstance(chosen, Mapping):
        raise ReadingError(f"{where.rstrip('.') or 'readings'} must be a mapping, not {chosen!r}")
    hints = get_type_hints(kind)
    for name in chosen:
        if name not in hints:
            raise ReadingError(_unknown("reading", where, name, tuple(hints)))
    return {name: _value(f"{where}{name}", given, hints[name]) for name, given in chosen.items()}


def _value(name: str, given: object, hint: Any) -> Any:
    origin = get_origin(hint)
    if is_dataclass(hint):
        return Counting(**_chosen(hint, given, f"{name}."))
    if origin is Literal:
        return _member(name, given, get_args(hint))
    if origin is frozenset:
        return _members(name, given, get_args(hint)[0])
    if origin is not None:
        return _limits(name, given)
    if issubclass(hint, StrEnum):
        return hint(_member(name, given, tuple(hint)))
    return _PLAIN[hint](name, given)


def _member(name: str, given: object, allowed: Sequence[str]) -> str:
    if not isinstance(given, str) or given not in allowed:
        raise ReadingError(f"reading {name} is {given!r}; it may be {', '.join(allowed)}")
    return str(given)


def _members(name: str, given: object, kind: type[StrEnum]) -> frozenset[StrEnum]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise ReadingError(f"reading {name} is {given!r}; it must be a list of {', '.join(kind)}")
    return frozenset(kind(_member(name, each, tuple(kind))) for each in given)


def _limits(name: str, given: object) -> Mapping[Any, int]:
    """Limits by variant; those that are not named stay as they are."""
    default = Readings().limits
    if not isinstance(given, Mapping) or not set(given) <= set(default):
        raise ReadingError(f"reading {name} is {given!r}; it names {', '.join(default)}")
    chosen = {key: _whole(f"{name}.{key}", given[key]) for key in default if key in given}
    return MappingProxyType({**default, **chosen})


def _whole(name: str, given: object) -> int:
    if type(given) is not int or given < 0:
        raise ReadingError(f"reading {name} is {given!r}; it must be a whole number from 0")
    return given


def _truth(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise ReadingError(f"reading {name} is {given!r}; it must be true or false")
    return given


def _duration(name: str, given: object) -> timedelta:
    found = _DURATION.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ReadingError(
            f"reading {name} is {given!r}; a duration is written 30 minutes (or hours, days)"
        )
    return timedelta(**{f"{found[2]}s": int(found[1])})


_PLAIN: Mapping[type, Callable[[str, object], Any]] = {
    bool: _truth,
    int: _whole,
    timedelta: _duration,
}


def _unknown(kind: str, where: str, name: object, known: Sequence[str]) -> str:
    near = get_close_matches(str(name), known, 1)
    meant = f"did you mean {where}{near[0]}?" if near else f"there are {', '.join(known)}"
    return f"no {kind} {where}{name}; {meant}"
