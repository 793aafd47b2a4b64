"""Quantities that both runs measured: estimates, and by how much they differ.

The interval of a difference is put together from the intervals of both estimates, as the two runs
are independent of each other: from d - sqrt((a - al)^2 + (bu - b)^2) to d + sqrt((au - a)^2 +
(b - bl)^2) for d = a - b (Zou and Donner, Statistics in Medicine 27, 2008). It holds for the taps
of these two runs. Whether the product changed is a question to nights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from reports.comparison.sides import Side
from reports.figures.canvas import Words
from reports.figures.pair import draw_pair
from reports.language import _
from reports.wording import say_test, write_number
from rig.records.run import Measurement, Statistic

PICTURES = 60  # on one page, some 20 ms and 3 kB each
Key = tuple[str, str, str]  # test, quantity, unit


@dataclass(frozen=True, slots=True)
class Difference:
    """One statistic in both runs; None where a run does not have it."""

    name: str
    before: Statistic | None
    after: Statistic | None

    @property
    def value(self) -> float | None:
        """After less before."""
        if self.before is None or self.after is None:
            return None
        return self.after.value - self.before.value

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the difference, at the confidence of both; None where one has none, or another."""
        old, new = self.before, self.after
        if old is None or new is None or old.confidence != new.confidence:
            return None
        if old.low is None or old.high is None or new.low is None or new.high is None:
            return None
        middle = new.value - old.value
        down = math.hypot(new.value - new.low, old.high - old.value)
        up = math.hypot(new.high - new.value, old.value - old.low)
        return middle - down, middle + up

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        found = self.interval
        return found is not None and (found[0] > 0 or found[1] < 0)


@dataclass(frozen=True, slots=True)
class Compared:
    """One quantity of one test. ``number`` is its anchor; a picture needs samples of both."""

    number: int
    test: str
    name: str
    unit: str
    taken: tuple[int | None, int | None]  # None: not measured in this run
    differences: tuple[Difference, ...]
    picture: Markup | None


def compare_quantities(before: Side, after: Side) -> tuple[Compared, ...]:
    """Every quantity of either run, of the last attempts, in plan order of the first."""
    old, new = _measured(before), _measured(after)
    return tuple(_compared(old, new))


def _measured(side: Side) -> dict[Key, Measurement]:
    return {
        (trial.test, measured.name, measured.unit): measured
        for trial in side.trials
        if trial.last is not None
        for measured in trial.last.measurements
    }


def _compared(old: Mapping[Key, Measurement], new: Mapping[Key, Measurement]) -> Iterator[Compared]:
    for number, key in enumerate(dict.fromkeys([*old, *new]), 1):
        was, now = old.get(key), new.get(key)
        yield Compared(
            number,
            *key,
            (len(was.samples) if was else None, len(now.samples) if now else None),
            _differences(was, now),
            _picture(number, key, was, now) if number <= PICTURES else None,
        )


def _differences(was: Measurement | None, now: Measurement | None) -> tuple[Difference, ...]:
    old, new = ({s.name: s for s in m.statistics} if m else {} for m in (was, now))
    return tuple(Difference(n, old.get(n), new.get(n)) for n in dict.fromkeys([*old, *new]))


def _picture(
    number: int, key: Key, was: Measurement | None, now: Measurement | None
) -> Markup | None:
    if was is None or now is None:
        return None
    test, name, unit = key
    title = _("%(name)s in both runs, in %(unit)s") % {"name": name, "unit": unit}
    said = _("Step curves of %(before)s samples before and %(after)s after, in “%(test)s”.")
    counts = {"before": len(was.samples), "after": len(now.samples), "test": say_test(test)}
    medians = [
        _("P50 %(run)s: %(value)s %(unit)s.") % {"run": run, "value": value, "unit": unit}
        for run, value in ((_("before"), _middle(was)), (_("after"), _middle(now)))
        if value
    ]
    words = Words(f"q{number}", title, " ".join([said % counts, *medians]))
    return draw_pair(words, unit, (_("before"), was.samples), (_("after"), now.samples))


def _middle(measured: Measurement) -> str:
    return next((write_number(s.value) for s in measured.statistics if s.name == "p50"), "")
