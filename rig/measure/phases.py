"""Where the time of one sample went: between the marks, and between device and host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from drivers.api.trace import Exchange
from rig.measure.timeline import Timeline

DEVICE, HOST = "device time", "host time"


def split(timeline: Timeline, begin_ns: int, end_ns: int) -> dict[str, int]:
    """Split the time from ``begin_ns`` to ``end_ns`` into named phases, in ns, in time order.

    Consecutive marks give "presence to selected", "selected to authenticated" and so on; they add
    up to the whole. Two entries follow them: ``device time``, spent in reader, air and card, and
    ``host time``, the rest until the vehicle had commanded its relay (or to the end, if it
    commanded nothing): what the rig itself is answerable for.
    """
    # A reader's thread may still add to the timeline: both copies are taken in one step each.
    marks, exchanges = dict(timeline.marks), tuple(timeline.exchanges)
    if not marks and not exchanges:
        return {}
    commanded_ns = min(max(marks.get("commanded", end_ns), begin_ns), end_ns)
    device_ns = _overlap(exchanges, begin_ns, commanded_ns)
    return {
        **_between(marks, begin_ns, end_ns),
        DEVICE: device_ns,
        HOST: commanded_ns - begin_ns - device_ns,
    }


def _between(marks: Mapping[str, int], begin_ns: int, end_ns: int) -> dict[str, int]:
    inside = sorted((t, name) for name, t in marks.items() if begin_ns <= t <= end_ns)
    points = [(name, t) for t, name in inside]
    if not points or points[0][1] > begin_ns:
        points.insert(0, ("start", begin_ns))
    if points[-1][1] < end_ns:
        points.append(("end", end_ns))
    return {
        f"{earlier} to {later}": until_ns - from_ns
        for (earlier, from_ns), (later, until_ns) in pairwise(points)
    }


def _overlap(exchanges: Sequence[Exchange], begin_ns: int, end_ns: int) -> int:
    """Time of the exchanges inside the window; what follows the command does not count."""
    return sum(max(0, min(e.received_ns, end_ns) - max(e.sent_ns, begin_ns)) for e in exchanges)
