"""What comes out of the analysis: frozen, and ready to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from reports.regression.series import SeriesKey
from reports.wording import write_number


class Tier(Enum):
    """How much a finding asks of its reader, the most first."""

    ALERT = "alert"  # a change: confirmed, and stands among all metrics of the night
    WATCH = "watch"  # may become one
    UNCHANGED = "unchanged"
    NOT_JUDGED = "not judged"  # with the reason


class Kind(Enum):
    """What about a series is judged."""

    LEVEL = "level"
    PASSES = "pass rate"


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much it changed since the baseline, with its interval at 95 %.

    ``unit`` is "%" for what changes by a factor, the metric's own unit for what changes by an
    amount, and "points" (of percent) for a pass rate.
    """

    value: float
    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        low, high = _signed(self.low), _signed(self.high)
        return f"{_signed(self.value)} {self.unit} ({low} to {high} {self.unit} at 95 %)"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of one series on the night that is judged.

    ``reason`` says in words why the tier is what it is. ``since`` is the first night of the change,
    and ``shift`` its size, from that night on; both are there for an alert or a watch alone.
    ``p`` is the probability of as strong a change in an unchanged series, ``q`` what it is worth
    among all the tests of the night. ``compared`` names the baseline, ``golden`` whether the golden
    device was divided out. ``passed_over`` are nights that could not be compared.
    """

    key: SeriesKey
    kind: Kind
    tier: Tier
    reason: str
    night: date | None = None
    since: date | None = None
    shift: Shift | None = None
    is_worse: bool | None = None
    p: float | None = None
    q: float | None = None
    compared: str = ""
    golden: bool = False
    passed_over: tuple[date, ...] = ()

    @property
    def is_regression(self) -> bool:
        """Whether a gate has to close: an alert for the worse."""
        return self.tier is Tier.ALERT and self.is_worse is True

    def __str__(self) -> str:
        parts = [f"{self.key}: {self.kind.value} {self.tier.value}, {self.reason}"]
        if self.since is not None and self.shift is not None:
            direction = "worse" if self.is_worse else "better, or a measurement fault"
            parts.append(f"since {self.since} {self.shift}, {direction}")
        if self.p is not None and self.q is not None:
            parts.append(f"p {self.p:.2g}, q {self.q:.2g}")
        if self.compared:
            bench = "with" if self.golden else "without"
            parts.append(f"compared with {self.compared}, {bench} the golden device")
        return "; ".join(parts)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{write_number(value)}"
