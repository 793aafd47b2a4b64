"""Who allowed what of a run, and until when: waivers, deviations and quarantine.

Dates are ISO 8601, the first and the last day inclusive, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

WAIVER, DEVIATION = "waiver", "deviation"
LONGEST_QUARANTINE = timedelta(days=14)  # from the day on which somebody asks for it


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """A failure that a person accepts ("waiver"), or a departure from the method ("deviation").

    It is about a requirement or about a test (all its cases, where no case is named).
    """

    kind: str
    by: str
    reason: str
    ticket: str
    begins: str
    until: str
    requirement: str = ""
    test: str = ""

    def is_in_force(self, day: str) -> bool:
        """Whether it counts on a day."""
        return self.begins <= day <= self.until


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A test whose results are recorded and decide nothing, until a day."""

    test: str
    owner: str
    ticket: str
    until: str

    def is_in_force(self, day: str) -> bool:
        """Whether it counts on a day."""
        return day <= self.until


def is_about(named: str, test: str) -> bool:
    """Whether a name means a test: its node id, or that of all its cases."""
    return bool(named) and (test == named or test.startswith(f"{named}["))


def day_of(time_utc: str) -> str:
    """The day of an ISO 8601 time."""
    return time_utc[:10]


class Excuses:
    """What of it counts on the day of a run."""

    def __init__(
        self, waivers: Iterable[WaiverRecord], quarantine: Iterable[Quarantine], day: str
    ) -> None:
        waived = [one for one in waivers if one.kind == WAIVER and one.is_in_force(day)]
        self._requirements = {one.requirement for one in waived if one.requirement}
        self._tests = {one.test for one in waived if one.test}
        self._quarantined = {one.test for one in quarantine if one.is_in_force(day)}

    def quarantines(self, test: str) -> bool:
        """Whether the results of a test decide nothing."""
        return any(is_about(one, test) for one in self._quarantined)

    def waives(self, test: str, requirements: Iterable[str]) -> bool:
        """Whether it is accepted that a test fails: for itself, or for all that it speaks to."""
        if any(is_about(one, test) for one in self._tests):
            return True
        named = set(requirements)
        return bool(named) and named <= self._requirements
