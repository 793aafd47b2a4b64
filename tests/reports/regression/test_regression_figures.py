"""The figures that the nightly regression promises, on fewer series than `make bench` takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.bench import regression_figures
from tests.bench.nightly_noise import BASELINE, JUDGED, Nights, simulate
from tests.bench.regression_figures import MOST_FALSE, alerts, measure
from tests.bench.regression_peers import NEVER, by_history, first_alarm, mann_whitney


@pytest.fixture(scope="module")
def nights() -> Nights:
    """Two hundred series."""
    return simulate(np.random.default_rng(1), 200, BASELINE + JUDGED)


def test_with_the_golden_device_shifts_are_found_soon_and_false_alarms_are_rare(
    nights: Nights,
) -> None:
    figures = measure(nights, alerts(golden=True))
    assert figures.false_alarms <= MOST_FALSE
    assert figures.median(0.10) <= 2
    assert figures.within(0.05, 7) >= 0.7


def test_without_it_they_are_found_a_night_later(nights: Nights) -> None:
    figures = measure(nights, alerts(golden=False))
    assert figures.false_alarms <= MOST_FALSE
    assert figures.median(0.10) <= 3


def test_a_baseline_of_ten_nights_makes_no_more_false_alarms() -> None:
    short = simulate(np.random.default_rng(2), 200, 10 + JUDGED)
    assert measure(short, alerts(golden=True, baseline=10), 10).false_alarms <= MOST_FALSE


def test_a_test_across_taps_rings_on_nearly_every_bench(nights: Nights) -> None:
    assert measure(nights, lambda seen: mann_whitney(seen.phone, BASELINE)).false_alarms > 0.9


def test_the_noise_is_what_it_says(nights: Nights) -> None:
    logs = np.log(nights.phone) - np.log(np.median(nights.phone, axis=2, keepdims=True))
    low, high = np.percentile(logs, (25, 75))
    assert (high - low) / 1.349 == pytest.approx(0.08, abs=0.005)
    assert (nights.phone > 1.45 * 350).mean() == pytest.approx(0.03, abs=0.003)
    centres = np.log(np.median(nights.phone, axis=2))
    assert centres.std() == pytest.approx(np.hypot(0.03, 0.0224), abs=0.002)
    apart = centres - np.log(np.median(nights.golden, axis=2))
    assert apart.std() == pytest.approx(np.hypot(0.01, 0.0224 * 2**0.5), abs=0.002)


def test_a_shift_begins_when_the_baseline_is_over(nights: Nights) -> None:
    shifted = nights.shifted(0.1, BASELINE)
    ratios = (shifted.phone / nights.phone).mean(axis=(0, 2))
    assert ratios == pytest.approx([1.0] * BASELINE + [1.1] * JUDGED)
    assert shifted.golden is nights.golden


def test_the_first_alarm_counts_from_one() -> None:
    flags = np.array([[True, True], [False, True], [False, False]])
    assert first_alarm(flags).tolist() == [1, 2, NEVER]


def test_a_peer_that_reads_histories_is_asked_every_night_and_old_changes_do_not_count() -> None:
    values = np.array([[0, 5, 5, 5, 5, 9, 9, 9], [0, 5, 5, 5, 5, 5, 5, 5]], dtype=float)

    def changes(seen: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[int]:
        return [i for i in range(1, len(seen) - 1) if seen[i] != seen[i - 1]]

    assert by_history(values, 4, changes).tolist() == [3, NEVER]


def test_the_table_has_its_judged_rows_and_each_can_be_missed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(regression_figures, "REPETITIONS", 20)
    monkeypatch.setattr(regression_figures, "FAMILIES", 1)
    monkeypatch.setattr(regression_figures, "history_peers", dict)
    judged = [row for row in regression_figures.rows(tmp_path) if row.target is not None]
    assert [row.target for row in judged] == [0.02, 0.02, 2, 3, 0.3]
