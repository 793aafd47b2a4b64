"""How often the nightly regression cries wolf, and how soon it sees a shift, beside its peers.

Each of 500 series has 60 nights of baseline and 30 that are judged one by one. A series that did
not change and alarms on any of the 30 nights counts as one false alarm. All detectors judge the
same nights. What is judged here are shares and nights, never times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reports.regression.detectors import Flags, Floats
from reports.regression.exact import discovery_rates
from reports.regression.judge import Q_LIMIT, Assessment, assess
from reports.regression.levels import fit
from reports.regression.series import centre
from tests.bench.harness import Row
from tests.bench.nightly_noise import BASELINE, JUDGED, Nights, Noise, simulate
from tests.bench.regression_peers import (
    NEVER,
    Firsts,
    by_history,
    first_alarm,
    history_peers,
    mann_whitney,
)

REPETITIONS = 500
SLOW_REPETITIONS = 150  # of those that take milliseconds a night
FAMILIES, METRICS = 60, 40
SHIFTS = (0.0, 0.05, 0.10, 0.20)
MOST_FALSE = 0.02
_SEED = 20_261_125
Detect = Callable[[Nights], Firsts]


@dataclass(frozen=True)
class Figures:
    """First alarms of one detector, by the shift that was there."""

    firsts: dict[float, Firsts]

    @property
    def false_alarms(self) -> float:
        """Share of unchanged series that alarm within 30 nights."""
        return self.within(0.0, JUDGED)

    def within(self, shift: float, nights: int) -> float:
        """Share of series that alarm within so many nights."""
        return float(np.mean(self.firsts[shift] <= nights))

    def median(self, shift: float) -> float:
        """The median night of the alarm."""
        return float(np.median(self.firsts[shift]))

    def __str__(self) -> str:
        return "; ".join(
            f"+{shift:.0%} P3 {self.within(shift, 3):.2f} P7 {self.within(shift, 7):.2f} median "
            + (f"{self.median(shift):g}" if self.median(shift) < NEVER else "-")
            for shift in self.firsts
            if shift
        )


def measure(nights: Nights, detect: Detect, baseline: int = BASELINE) -> Figures:
    """Let a detector judge the nights as they are, and with each shift."""
    return Figures({shift: detect(nights.shifted(shift, baseline)) for shift in SHIFTS})


def assessment(
    nights: Nights,
    *,
    golden: bool,
    baseline: int = BASELINE,
    middle: Callable[[Floats], Floats] = centre,
) -> Assessment:
    """What the rig's own analysis says of every judged night."""
    values = middle(np.log(nights.phone))
    reference = middle(np.log(nights.golden)) if golden else None
    levels = fit(values[:, :baseline], None if reference is None else reference[:, :baseline])
    later = None if reference is None else reference[:, baseline:]
    return assess(levels.deviations(values[:, baseline:], later), baseline, levels.spent)


def alerts(*, golden: bool, baseline: int = BASELINE) -> Detect:
    """The alert tier."""
    return lambda nights: first_alarm(assessment(nights, golden=golden, baseline=baseline).is_alert)


def rows(_scratch: Path) -> list[Row]:
    """The judged figures, then one row a detector with its false alarms as the ratio."""
    nights = simulate(np.random.default_rng(_SEED), REPETITIONS, BASELINE + JUDGED)
    own = {golden: measure(nights, alerts(golden=golden)) for golden in (True, False)}
    return [*_judged(own), *_own(nights, own), *_short_and_wild(), _family(), *_peers(nights)]


def _judged(own: dict[bool, Figures]) -> list[Row]:
    n = f"{REPETITIONS} series"
    told = {golden: str(figures) for golden, figures in own.items()}
    missed = 1 - own[True].within(0.05, 7)
    return [
        Row("false alarms, golden", own[True].false_alarms, MOST_FALSE, "30 unchanged nights", n),
        Row("false alarms, none", own[False].false_alarms, MOST_FALSE, "30 unchanged nights", n),
        Row("nights to +10 %, golden", own[True].median(0.10), 2, told[True], n),
        Row("nights to +10 %, none", own[False].median(0.10), 3, told[False], n),
        Row("+5 % missed in 7, golden", missed, 0.3, told[True], n),
    ]


def _own(nights: Nights, own: dict[bool, Figures]) -> list[Row]:
    found = []
    for golden, word in ((True, "golden"), (False, "none")):

        def watch(seen: Nights, *, golden: bool = golden) -> Firsts:
            return first_alarm(assessment(seen, golden=golden).watch)

        def plain(seen: Nights, *, golden: bool = golden) -> Firsts:
            medians = assessment(seen, golden=golden, middle=_median)
            return first_alarm(medians.is_alert)

        found += [
            _row(f"alert tier, {word}", own[golden]),
            _row(f"watch tier, {word}", measure(nights, watch)),
            _row(f"alert tier on plain medians, {word}", measure(nights, plain)),
        ]
    return found


def _short_and_wild() -> list[Row]:
    random = np.random.default_rng(_SEED + 1)
    short = simulate(random, REPETITIONS, 10 + JUDGED)
    wild = simulate(random, REPETITIONS, BASELINE + JUDGED, Noise(tail_degrees=5))
    return [
        _row(
            "alert tier, golden, baseline of 10 nights",
            measure(short, alerts(golden=True, baseline=10), 10),
        ),
        _row("alert tier, golden, heavy tails", measure(wild, alerts(golden=True))),
    ]


def _family() -> Row:
    """Forty metrics a night, of which one is slower by 10 %; and none at all."""
    random = np.random.default_rng(_SEED + 2)
    false, firsts = 0, []
    for _ in range(FAMILIES):
        nights = simulate(random, METRICS, BASELINE + JUDGED)
        false += int(discovered(assessment(nights, golden=True)).any())
        nights.phone[0, BASELINE:] *= 1.10
        firsts.append(first_alarm(discovered(assessment(nights, golden=True))[:1])[0])
    told = f"families with a false alarm; +10 % in one: median {np.median(firsts):g}"
    n = f"{FAMILIES} families"
    return Row(f"alert tier among {METRICS} metrics, golden", false / FAMILIES, None, told, n)


def discovered(found: Assessment) -> Flags:
    """Alerts of series that are judged together, as `judge_night` weighs them."""
    flags: Flags = found.alarm != 0
    for night in np.flatnonzero(flags.any(axis=0)):
        q_values = discovery_rates([found.splits.p(i, int(night)) for i in range(len(flags))])
        flags[:, night] &= np.array(q_values) <= Q_LIMIT
    return flags


def _peers(nights: Nights) -> list[Row]:
    found = [
        _row(
            "Mann-Whitney tonight vs. 14 nights, p < 0.01",
            measure(nights, lambda seen: mann_whitney(seen.phone, BASELINE)),
        )
    ]
    few = Nights(nights.phone[:SLOW_REPETITIONS], nights.golden[:SLOW_REPETITIONS])
    for name, changes in history_peers().items():
        for word in ("golden", "none"):

            def judge(
                seen: Nights,
                changes: Callable[[Floats], list[int]] = changes,
                word: str = word,
            ) -> Firsts:
                values = _median(seen.phone)
                if word == "golden":
                    values = values / _median(seen.golden)
                return by_history(values, BASELINE, changes)

            found.append(_row(f"{name}, {word}", measure(few, judge), SLOW_REPETITIONS))
    return found


def _median(samples: Floats) -> Floats:
    return np.median(samples, axis=-1)


def _row(name: str, figures: Figures, repetitions: int = REPETITIONS) -> Row:
    return Row(name, figures.false_alarms, None, str(figures), f"{repetitions} series")
