"""One visit on one time axis: what the device took, what the host took, and the marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.plots.axis import Axis, fit_axis
from reports.wording import write_ms, write_number
from rig.records.trace import StepRecord, VisitRecord

WIDTH, LEFT, RIGHT = 560, 172, 538
_ROW, _LANE, _GAP = 22, 16, 18  # heights of a step and of a mark's lane; least distance of marks
_NS_PER_MS = 1_000_000
_LONGEST_MS = 1e12


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: host time before it, then device time. Lengths in figure units, times in ms."""

    number: int
    name: str
    y: int
    host_x: float
    host_width: float
    device_x: float
    device_width: float
    sent_ms: str
    received_ms: str
    device_ms: str
    host_ms: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A named mark, numbered in the figure and named below it."""

    number: int
    name: str
    x: float
    y: int
    t_ms: str
    since_ms: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Everything the template needs to draw one visit."""

    height: int
    top: int
    bottom: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    total_ms: str
    device_ms: str
    host_ms: str
    device_percent: str


def latency_ns(visit: VisitRecord) -> int:
    """From a visit's first mark to its last; without marks, from first sent to last received."""
    times = list(visit.marks.values())
    times = times or [t for s in visit.steps for t in (s.sent_ns, s.received_ns)]
    return max(times) - min(times) if times else 0


def plot_waterfall(visit: VisitRecord) -> Waterfall:
    """Lay out one visit."""
    times = [
        0,
        *visit.marks.values(),
        *(t for s in visit.steps for t in (s.sent_ns, s.received_ns)),
    ]
    x = _axis(min(times), max(times))
    marks, lanes = _place_marks(visit.marks, x)
    top = 8 + lanes * _LANE
    bottom = top + _ROW * max(len(visit.steps), 1)
    device = sum(max(s.received_ns - s.sent_ns, 0) for s in visit.steps)
    total = max(max(times) - min(times), device)  # steps may follow the last mark
    return Waterfall(
        height=bottom + 34,
        top=top,
        bottom=bottom,
        bars=tuple(_bars(visit.steps, x, top)),
        marks=marks,
        ticks=tuple((x.at(t), write_number(t)) for t in x.ticks),
        total_ms=write_ms(total),
        device_ms=write_ms(device),
        host_ms=write_ms(total - device),
        device_percent=f"{100 * device / total:.0f} %" if total else "-",
    )


def _axis(first_ns: int, last_ns: int) -> Axis:
    low, high = first_ns / _NS_PER_MS, last_ns / _NS_PER_MS
    low, high = max(low, -_LONGEST_MS), min(high, _LONGEST_MS)
    return fit_axis(low, max(high, low), start=LEFT, end=RIGHT)


def _bars(steps: Sequence[StepRecord], x: Axis, top: int) -> list[Bar]:
    bars = []
    before_ns = min((s.sent_ns for s in steps), default=0)
    before_ns = min(before_ns, 0)
    for number, step in enumerate(steps):
        idle, sent, received = (
            x.at(t / _NS_PER_MS) for t in (before_ns, step.sent_ns, step.received_ns)
        )
        bars.append(
            Bar(
                number=number + 1,
                name=step.name,
                y=top + _ROW * number,
                host_x=idle,
                host_width=round(max(sent - idle, 0), 1),
                device_x=sent,
                device_width=round(max(received - sent, 1), 1),
                sent_ms=write_ms(step.sent_ns),
                received_ms=write_ms(step.received_ns),
                device_ms=write_ms(step.received_ns - step.sent_ns),
                host_ms=write_ms(step.sent_ns - before_ns),
                failed=bool(step.error),
            )
        )
        before_ns = step.received_ns
    return bars


def _place_marks(marks: dict[str, int], x: Axis) -> tuple[tuple[Mark, ...], int]:
    """Number the marks in time order; marks too close to each other go to different lanes."""
    placed: list[Mark] = []
    lanes: list[float] = []  # where each lane was used last
    before_ns = None
    for number, (name, t_ns) in enumerate(sorted(marks.items(), key=lambda m: m[1]), 1):
        at = x.at(t_ns / _NS_PER_MS)
        lane = next((n for n, used in enumerate(lanes) if at - used >= _GAP), len(lanes))
        lanes[lane : lane + 1] = [at]
        since = "-" if before_ns is None else write_ms(t_ns - before_ns)
        placed.append(Mark(number, name, at, 4 + _LANE * lane, write_ms(t_ns), since))
        before_ns = t_ns
    return tuple(placed), len(lanes)
