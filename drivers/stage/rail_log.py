"""Where a carriage was when, by what its controller has reported."""

from __future__ import annotations

import threading
from bisect import bisect_left

from drivers.api.errors import LinkTimeout
from drivers.stage.grbl_line import Sighting
from drivers.stage.rail_frame import OnRail

LATE_S = 0.02  # how far a report may be from the moment it is taken for
GAP_S = 0.2  # how far apart two reports may be that a place is read between


class PositionLog:
    """Places at times; between two of them the carriage is taken to run evenly.

    A report is taken for the middle between question and answer, and is left out where these are
    more than twice ``LATE_S`` apart. So a place between two reports is off by at most the speed
    times ``LATE_S``, and by what an acceleration does within ``GAP_S``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times_ns: list[int] = []
        self._places: list[OnRail] = []

    def add(self, seen: Sighting, place: OnRail) -> None:
        """Take down one report."""
        if seen.came_ns - seen.asked_ns > 2 * LATE_S * 1e9:
            return
        with self._lock:
            self._times_ns.append((seen.asked_ns + seen.came_ns) // 2)
            self._places.append(place)

    def reaches(self, t_ns: int) -> bool:
        """Whether there is a report of that time or a later one."""
        return bool(self._times_ns) and self._times_ns[-1] >= t_ns

    def where(self, t_ns: int) -> OnRail:
        """The place at a time. Raises LinkTimeout when too little was reported around it."""
        with self._lock:
            after = bisect_left(self._times_ns, t_ns)
            if after < len(self._times_ns) and self._times_ns[after] == t_ns:
                return self._places[after]
            if not 0 < after < len(self._times_ns):
                raise LinkTimeout("its place is not known: no report of that time has come")
            begin_ns, end_ns = self._times_ns[after - 1], self._times_ns[after]
            if end_ns - begin_ns > GAP_S * 1e9:
                gap_s = (end_ns - begin_ns) / 1e9
                raise LinkTimeout(
                    f"its place is not known: no report came in time for {gap_s:.2f} s"
                )
            share = (t_ns - begin_ns) / (end_ns - begin_ns)
            pairs = zip(self._places[after - 1], self._places[after], strict=True)
            return tuple(a + share * (b - a) for a, b in pairs)
