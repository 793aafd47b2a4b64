"""Every threshold of the detectors is where it is said to be, from both sides."""

from __future__ import annotations

import numpy as np
import pytest

from reports.regression.change_points import segment, strongest_splits
from reports.regression.detectors import FAST, SLOW, Floats, alarms, cusum, ewma, watches, widen

MANY = 10**9  # nights of baseline, so that nothing is widened


def nights(*values: float) -> Floats:
    """One series."""
    return np.array([values])


def test_one_night_far_off_alarms_and_one_a_little_nearer_does_not() -> None:
    """4.2 less the slack of 1.3 is above 2.8; 4.0 less it is not, and the slow pace is at 3.45."""
    assert alarms(nights(4.2), MANY).tolist() == [[1]]
    assert alarms(nights(4.0), MANY).tolist() == [[0]]


def test_many_nights_a_little_off_add_up() -> None:
    """1.25 is below the fast slack: the slow pace alone gathers half a spread a night."""
    found = alarms(nights(*[1.25] * 10), MANY)[0]
    assert found.tolist() == [0] * 9 + [1]


def test_what_is_below_both_slacks_never_alarms() -> None:
    assert not alarms(nights(*[0.7, -0.7] * 10, *[0.74] * 200), MANY).any()


def test_detectors_are_two_sided() -> None:
    rise = nights(0.3, -0.4, 2.5, 2.5, 2.4, 0.1)
    assert alarms(-rise, MANY).tolist() == (-alarms(rise, MANY)).tolist()
    assert (alarms(-rise, MANY) == -1).any()
    assert watches(-rise, MANY).tolist() == watches(rise, MANY).tolist()


def test_a_series_that_recovers_is_quiet_within_a_week() -> None:
    found = alarms(nights(*[6.0] * 100, *[0.0] * 10), MANY)[0]
    assert found[:100].all()
    assert not found[104:].any()


def test_a_turn_is_told_by_the_fast_pace_while_the_slow_one_still_remembers() -> None:
    assert alarms(nights(*[5.0] * 20, -5.0), MANY)[0, -2:].tolist() == [1, -1]


def test_the_sum_is_that_of_page() -> None:
    sums = cusum(nights(1.0, 2.0, -1.0, 3.0), SLOW)
    assert sums == pytest.approx(nights(0.25, 1.5, -0.25, 2.25))
    assert cusum(nights(*[9.0] * 3), FAST).max() == FAST.cap


def test_the_watch_tier_begins_at_three_standard_deviations() -> None:
    """On the first night the average is a share of that night, and its deviation the same share."""
    assert watches(nights(3.05), MANY).tolist() == [[True]]
    assert watches(nights(2.95), MANY).tolist() == [[False]]
    assert ewma(nights(1.0, 1.0))[0, 1] == pytest.approx(0.51 / (0.3**2 + 0.21**2) ** 0.5)


def test_a_short_baseline_is_trusted_less() -> None:
    judged = [float(widen(nights(1.0), count)[0, 0]) for count in (10, 20, 60, MANY)]
    assert judged == sorted(judged)
    assert judged[0] == pytest.approx(1 / 1.746)
    assert judged[-1] == pytest.approx(1.0)


def test_the_change_is_where_it_was_made() -> None:
    deviations = nights(*[0.5, -0.5] * 4, *[2.5, 1.5] * 3)
    splits = strongest_splits(deviations, 0 * deviations, 60)
    assert splits.first[0, -1] == 8
    assert splits.step[0, -1] == pytest.approx(2.0)
    assert splits.p(0, 13) < 0.001
    assert splits.p(0, 7) == 1.0


def test_the_split_is_students_t_against_baseline_and_earlier_nights() -> None:
    """One night of 3 after 10 nights of mean 0 and variance 1: by hand, pooled over 10 - 1."""
    splits = strongest_splits(nights(3.0), nights(0.0), 10)
    assert splits.t[0, 0] == pytest.approx(3 / (1 + 1 / 10) ** 0.5)
    assert splits.degrees.tolist() == [9.0]


def test_certainty_and_p_value_are_one_statement() -> None:
    random = np.random.default_rng(4)
    splits = strongest_splits(random.normal(0.8, 1, (20, 12)), np.zeros((20, 12)), 15)
    certain = splits.is_certain(0.05)
    assert 0 < certain.mean() < 1
    assert all(
        certain[i, night] == (splits.p(i, night) <= 0.05) for i in range(20) for night in range(12)
    )


def test_a_change_is_looked_for_in_the_direction_that_is_asked_for() -> None:
    deviations = nights(*[-3.0, -2.0] * 30, *[2.0, 3.0] * 3)
    firsts = [
        strongest_splits(deviations, np.full((1, 66), asked), 60).first[0, -1]
        for asked in (-1.0, 0.0, 1.0)
    ]
    assert firsts == [0, 0, 60]
    assert strongest_splits(nights(2.0), nights(-1.0), 60).p(0, 0) == 1.0


def test_looking_at_every_night_is_paid_for() -> None:
    """In noise the strongest split is certain at 5 % in at most 5 % of the series."""
    noise = np.random.default_rng(9).normal(0, 1, (400, 30))
    splits = strongest_splits(noise, 0 * noise, MANY)
    assert 0 < splits.is_certain(0.05)[:, -1].mean() <= 0.05


def test_a_history_falls_into_its_segments() -> None:
    random = np.random.default_rng(2)
    values = np.concatenate([random.normal(level, 1, 25) for level in (0, 4, -2)])
    found = segment(values)
    assert [point.first for point in found] == [25, 50]
    assert [round(point.after - point.before) for point in found] == [4, -6]


def test_a_history_without_a_change_has_one_segment() -> None:
    noise = np.random.default_rng(3).normal(0, 1, (60, 60))
    assert sum(len(segment(values)) for values in noise) == 0
    assert segment(np.ones(7)) == ()
    assert segment(np.arange(7.0)) == ()
