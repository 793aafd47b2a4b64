"""Fields of a journal's line that may come from any rig, older or newer.

What is not there has a default, what is not known is passed over; what is there and is of another
kind than it must be is refused with its line. Not `rig.records.codec`, which reads what this rig
wrote and refuses everything else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TypeVar

from reports.history.errors import JournalRefused

T = TypeVar("T")
_LARGEST = 2**31 - 1  # of a whole number, in every database
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # no text of PostgreSQL, or of UTF-8


class Fields:
    """One object of a line. ``where`` says which, for complaints."""

    def __init__(self, body: object, where: str) -> None:
        if not isinstance(body, dict):
            raise JournalRefused(f"{where} is not an object")
        self._body: dict[str, object] = body
        self.where = where

    def text(self, name: str) -> str:
        """Text; "" without it. What no database can hold becomes U+FFFD."""
        return _clean(self._typed(name, str, ""))

    def flag(self, name: str) -> bool:
        """Whether; False without it."""
        return self._typed(name, bool, False)

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number of 0 to 2^31 - 1."""
        return self._in_range(name, self._typed(name, int, default))

    def whole_or_none(self, name: str) -> int | None:
        """The same, with None for what is not there."""
        return None if self._body.get(name) is None else self.whole(name)

    def number(self, name: str) -> float:
        """A finite number; 0 without it."""
        found = _number(self._body.get(name, 0.0))
        if found is None or not math.isfinite(found):
            raise self._wrong(name)
        return found

    def numbers(self, name: str) -> list[float]:
        """The finite ones of a list: a sample that is no number is one that was not taken."""
        found = [_number(value) for value in self._typed(name, list, [])]
        if None in found:
            raise self._wrong(name)
        return [value for value in found if value is not None and math.isfinite(value)]

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        found = self._typed(name, list, [])
        if not all(isinstance(value, str) for value in found):
            raise self._wrong(name)
        return [_clean(value) for value in found]

    def pairs(self, name: str) -> dict[str, str]:
        """Texts by text."""
        found = self._typed(name, dict, {})
        if not all(isinstance(value, str) for value in found.values()):
            raise self._wrong(name)
        return {_clean(key): _clean(value) for key, value in found.items()}

    def each(self, name: str) -> Iterator[Fields]:
        """The objects of a list."""
        for number, value in enumerate(self._typed(name, list, []), 1):
            yield Fields(value, f"{self.where}, {name} {number}")

    def _typed(self, name: str, kind: type[T], default: T) -> T:
        value = self._body.get(name)
        if value is None:
            return default
        if type(value) is not kind:
            raise self._wrong(name)
        return value

    def _in_range(self, name: str, value: int) -> int:
        if not 0 <= value <= _LARGEST:
            raise self._wrong(name)
        return value

    def _wrong(self, name: str) -> JournalRefused:
        return JournalRefused(f"{self.where}: {name!r} is not what it must be")


def _number(value: object) -> float | None:
    """A number of JSON; a whole one that is too large for a float counts as infinite."""
    if type(value) not in (int, float):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def _clean(text: str) -> str:
    return _NOT_STORABLE.sub("\ufffd", text)
