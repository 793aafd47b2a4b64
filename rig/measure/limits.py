"""Limits on measurements, and when one is kept.

A limit on a percentile speaks of all taps, of which the samples are a few. ``p95=at_most(1000)``
says "at least 95 % of taps are within 1000", and is judged at the measurement's confidence:

* **fail**: fewer than 95 % of the samples are within, that is, their own p95 is above the bound
* **pass**: the samples demonstrate the statement (59 with none above, 93 with one, ...)
* **inconclusive**: the samples' p95 is within, but they are too few to say so of all taps; the
  statement names how many more it takes

``p95=at_least(b)`` is the mirror: "at least 5 % of taps reach b"; ``p5=at_least(b)`` says "at
least 95 % reach b". Limits on ``max``, ``min``, ``mean`` and ``sd``, the standard deviation with
n - 1, speak of the samples taken and of no others: they pass or fail by comparison. No limit passes
on a measurement that was cut short; it fails if the missing samples could not have saved it, else
it is inconclusive. How uncertainty comes in is the matter of rig.measure.decision.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rig.measure.errors import LimitError
from rig.measure.intervals import deviation_of, mean_of
from rig.measure.statistics import (
    demonstrated,
    is_demonstrated,
    rank,
    samples_needed,
)
from rig.records.run import Judgement, Limit
from rig.records.verdict import Verdict

Count: TypeAlias = Callable[[str, int], int]  # of a plan's samples: name, and how many without one

_PERCENTILE = re.compile(r"p([1-9]\d?)")
_RELATIONS = {"at_most": "<=", "at_least": ">="}
_DECISIONS = ("simple", "guarded")
_WHOLE = {
    "max": "the largest",
    "min": "the smallest",
    "mean": "the mean",
    "sd": "the standard deviation",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit before it is known which statistic it bounds."""

    relation: str
    bound: float
    basis: str
    decision: str = ""  # "simple" or "guarded"; "" for the plan's rule

    def on(self, statistic: str) -> Limit:
        """Bind it to "p50", "p95", ... "max", "min", "mean" or "sd"; LimitError for any other."""
        if statistic not in _WHOLE and not _PERCENTILE.fullmatch(statistic):
            raise LimitError(f"no statistic {statistic!r}; known: p1 to p99, max, min, mean, sd")
        return Limit(statistic, self.relation, self.bound, self.basis, self.decision)


def at_most(bound: float, *, basis: str, decision: str = "") -> Bound:
    """Limit from above. ``basis``: the requirement, a published figure, or "plan".

    ``decision`` is "simple" or "guarded", where it is not to be the plan's rule.
    """
    return _bound("at_most", bound, basis, decision)


def at_least(bound: float, *, basis: str, decision: str = "") -> Bound:
    """Limit from below; see ``at_most``."""
    return _bound("at_least", bound, basis, decision)


def _bound(kind: str, bound: object, basis: object, decision: object) -> Bound:
    if isinstance(bound, bool) or not isinstance(bound, int | float) or not math.isfinite(bound):
        raise LimitError(f"{kind}: {bound!r} is no number")
    if not isinstance(basis, str) or not basis.strip():
        raise LimitError(f"{kind} {bound:g}: a limit names its basis")
    if not isinstance(decision, str) or decision not in ("", *_DECISIONS):
        raise LimitError(f"{kind} {bound:g}: no decision rule {decision!r}; {_DECISIONS}")
    return Bound(_RELATIONS[kind], float(bound), basis, decision)


class Limits:
    """The limits of a plan, by measurement, so that a test need not repeat them.

    Built from ``{"tap_to_unlock": {"p95": {"at_most": 1000, "basis": "plan"}}}``; used as
    ``measure("tap_to_unlock", unit="ms", **limits("tap_to_unlock"))``.
    """

    def __init__(self, plan: Mapping[str, Mapping[str, Mapping[str, object]]]) -> None:
        self._sets = {name: _read_set(name, entries) for name, entries in plan.items()}

    def __call__(self, name: str) -> dict[str, Any]:
        """Return one measurement's Bounds by statistic; LimitError when the plan has none.

        Typed loosely, because a type checker holds ``**`` against every keyword of ``measure``.
        """
        try:
            return dict(self._sets[name])
        except KeyError:
            known = ", ".join(sorted(self._sets)) or "none"
            raise LimitError(f"the plan has no limits for {name!r}; it has: {known}") from None


def _read_set(name: str, entries: Mapping[str, Mapping[str, object]]) -> dict[str, Bound]:
    found = {}
    for statistic, entry in entries.items():
        kinds = [key for key in entry if key in _RELATIONS]
        if len(kinds) != 1 or entry.keys() - {*kinds, "basis", "decision"}:
            wanted = "one of at_most, at_least, and basis (decision)"
            raise LimitError(f"{name}.{statistic}: has {', '.join(entry)}; wanted: {wanted}")
        found[statistic] = _bound(
            kinds[0], entry[kinds[0]], entry.get("basis"), entry.get("decision", "")
        )
        found[statistic].on(statistic)  # refuses an unknown statistic now, not in mid-run
    return found


@dataclass(slots=True)
class Series:
    """What a limit is held against: samples, how many were wanted, and what to call them."""

    samples: list[float]
    wanted: int
    unit: str
    of: str = "samples"
    confidence: float = 0.95
    uncertainty: float | None = None  # expanded, of one sample, in ``unit``; None: not evaluated
    lacking: tuple[str, ...] = ()  # for want of what it is not

    @property
    def is_whole(self) -> bool:
        """Whether every wanted sample was taken."""
        return len(self.samples) >= self.wanted

    @property
    def count(self) -> str:
        """The sample size in words: "59 taps", or "12 of 59 taps"."""
        n = len(self.samples)
        return f"{n} {self.of}" if self.is_whole else f"{n} of {self.wanted} {self.of}"

    def figure(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:.7g} {self.unit}".rstrip()


def percent_of(statistic: str) -> int | None:
    """95 for "p95"; None for max, min, mean and sd."""
    match = _PERCENTILE.fullmatch(statistic)
    return int(match[1]) if match else None


def judge(limit: Limit, series: Series) -> Judgement:
    """Hold one limit against the samples; the rule is at the top of this file."""
    if not series.samples:
        return Judgement(limit, Verdict.INCONCLUSIVE, f"none of {series.wanted} {series.of} taken")
    percent = percent_of(limit.statistic)
    if percent is None:
        return _judge_whole(limit, series)
    return _judge_percentile(limit, series, percent)


def _judge_percentile(limit: Limit, series: Series, percent: int) -> Judgement:
    n, upper = len(series.samples), limit.relation == "<="
    share = percent if upper else 100 - percent  # how many percent must be within
    beyond = sum(x > limit.bound if upper else x < limit.bound for x in series.samples)
    bound = series.figure(limit.bound)
    within = f"within {bound}" if upper else f"{bound} or more"
    counted = f"{series.count}, {beyond} {'above' if upper else 'below'}"
    size = max(series.wanted, n)
    if beyond > size - rank(size, share):
        found = f"only {100 * (n - beyond) / n:.1f} % of {series.of} were {within}"
        return Judgement(limit, Verdict.FAIL, f"{found}, not {share} % ({counted})")
    if series.is_whole and is_demonstrated(n, beyond, share / 100, series.confidence):
        sure = _floor(demonstrated(n, beyond, series.confidence))
        said = f"at least {sure} % of {series.of} are {within}"
        sentence = f"{said} at {100 * series.confidence:g} % confidence ({counted})"
        return Judgement(limit, Verdict.PASS, sentence)
    return Judgement(limit, Verdict.INCONCLUSIVE, _shortage(series, share, beyond, within, counted))


def _shortage(series: Series, share: int, beyond: int, within: str, counted: str) -> str:
    """Say what the samples do not show, and how many more would."""
    more = samples_needed(share / 100, series.confidence, beyond) - len(series.samples)
    lacking = f"{more} more that keep the limit" if more > 0 else "the rest of the samples"
    return (
        f"not shown that {share} % of {series.of} are {within} at "
        f"{100 * series.confidence:g} % confidence ({counted}); it takes {lacking}"
    )


def _judge_whole(limit: Limit, series: Series) -> Judgement:
    value = statistic_value(limit.statistic, series.samples)
    kept = value <= limit.bound if limit.relation == "<=" else value >= limit.bound
    final = (limit.statistic, limit.relation) in {("max", "<="), ("min", ">=")}
    if not kept and (final or series.is_whole):
        verdict = Verdict.FAIL
    else:
        enough = series.is_whole and not (limit.statistic == "sd" and len(series.samples) < 2)
        verdict = Verdict.PASS if enough else Verdict.INCONCLUSIVE
    asked = "at most" if limit.relation == "<=" else "at least"
    found = f"{_WHOLE[limit.statistic]} of {series.count} is {series.figure(value)}"
    return Judgement(limit, verdict, f"{found}; {asked} {series.figure(limit.bound)} was asked")


def statistic_value(statistic: str, samples: Sequence[float]) -> float:
    """The value of "max", "min", "mean" or "sd" over samples."""
    if statistic == "mean":
        return mean_of(samples)
    if statistic == "sd":
        return deviation_of(samples)
    return max(samples) if statistic == "max" else min(samples)


def _floor(fraction: float) -> str:
    """As percent with one digit, rounded down: a demonstration is never overstated."""
    return f"{math.floor(fraction * 1000 + 1e-9) / 10:.1f}"
