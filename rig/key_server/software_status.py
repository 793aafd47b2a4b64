"""The status of a vehicle's software, such as 22-11: a year and a month (AMB-28)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_CENTURY = 2000


@dataclass(frozen=True, slots=True, order=True)
class SoftwareStatus:
    """Compares as the calendar does: 22-11 comes before 23-03. The year has four digits."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (_CENTURY <= self.year < _CENTURY + 100 and 1 <= self.month <= 12):
            raise ValueError(f"{self.year}-{self.month} is no year and month")

    @classmethod
    def parse(cls, text: str) -> SoftwareStatus:
        """Read ``yy-mm``. Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no software status; one is written 22-11")
        return cls(_CENTURY + int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year - _CENTURY:02}-{self.month:02}"
