"""Nobody moves faster than the cap, and short distances now and then convince nobody."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rig.vehicle.passive.plausible import Plausibility, Plausible
from rig.vehicle.passive.settings import PassiveSettings

BLOCK_NS = 96_000_000
SETTINGS = PassiveSettings()
YES, NOT_YET, TOO_FAST = Plausible.YES, Plausible.NOT_YET, Plausible.TOO_FAST


def judged(distances: Sequence[float | None]) -> list[Plausible]:
    """One verdict a block; None is a block without a range."""
    one = Plausibility(SETTINGS)
    return [one.judge(i * BLOCK_NS, d) for i, d in enumerate(distances) if d is not None]


def test_nothing_counts_before_most_of_the_first_ranges_agree() -> None:
    assert judged([3.0] * 9) == [NOT_YET] * 6 + [YES] * 3


def test_one_outlier_among_the_first_is_forgiven() -> None:
    assert judged([3.0, 0.2, *[3.0] * 5]) == [NOT_YET] * 6 + [YES]


def test_two_are_not() -> None:
    assert judged([3.0, 0.2, 3.0, 0.2, 3.0, 3.0, 3.0])[-1] is TOO_FAST


def test_a_jump_is_faster_than_the_cap_in_either_direction() -> None:
    """3 m/s for 96 ms and three times 0.05 m make 0.438 m."""
    assert judged([3.0] * 7 + [2.57])[-1] is YES
    assert judged([3.0] * 7 + [2.56])[-1] is TOO_FAST
    assert judged([3.0] * 7 + [3.45])[-1] is TOO_FAST


def test_the_cap_grows_with_the_time_since_the_last_range() -> None:
    assert judged([3.0] * 7 + [None] * 4 + [1.5])[-1] is YES
    assert judged([3.0] * 7 + [None] * 3 + [1.5])[-1] is TOO_FAST


def test_after_a_gap_agreement_begins_anew() -> None:
    assert judged([3.0] * 8 + [None] * 11 + [3.0])[-1] is NOT_YET


def test_ranges_that_are_all_seconds_apart_never_agree() -> None:
    one = Plausibility(SETTINGS)
    assert all(one.judge(i * 2_000_000_000, 1.0) is NOT_YET for i in range(20))


@given(st.floats(0.2, 2.1), st.integers(0, 2**32))
def test_whoever_walks_is_always_believed(speed_mps: float, seed: int) -> None:
    """Within 2.5 sigma of the truth; the cap leaves 0.9 m/s and 3 sigma for it."""
    noise = random.Random(seed)  # noqa: S311 - no secret
    walked: list[float | None] = [
        12.0 - speed_mps * 0.096 * i + noise.uniform(-0.075, 0.075) for i in range(40)
    ]
    assert judged(walked)[6:] == [YES] * 34


@given(st.integers(0, 2**32))
def test_one_in_ten_short_is_never_believed_of_a_phone_at_rest(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - no secret
    injected = [draw.random() < 0.1 for _ in range(200)]
    one = Plausibility(SETTINGS)
    verdicts = [one.judge(i * BLOCK_NS, 0.3 if bad else 3.0) for i, bad in enumerate(injected)]
    believed = [bad for bad, v in zip(injected, verdicts, strict=True) if v is YES]
    assert not any(believed)
