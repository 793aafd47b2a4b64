"""The rig's one clock in UTC, for whoever lays its records beside those of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from drivers.api.clock import Clock

_SKIPPED = timedelta(seconds=1)  # more than a machine's clock is ever set back by


class UtcScale:
    """Says when in UTC the clock showed a time; by the machine, not by the bench's own calendar.

    Where a virtual world skips time its clock runs ahead of the machine's. Then UTC runs ahead too,
    so that what came later is never said to have come earlier.
    """

    def __init__(
        self, clock: Clock, utc: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._clock, self._machine_utc = clock, utc
        self.clock_ns, self.utc = clock.now_ns(), utc()

    def renew(self) -> None:
        """Compare the two clocks again: on the machine they part by seconds in a day."""
        now_ns = self._clock.now_ns()
        counted, machine = self.at(now_ns), self._machine_utc()
        self.clock_ns, self.utc = now_ns, counted if counted - machine > _SKIPPED else machine

    def at(self, t_ns: int) -> datetime:
        """The UTC of a time of the clock."""
        return self.utc + timedelta(microseconds=(t_ns - self.clock_ns) / 1000)
