"""A latch that is known in advance comes out as it is, with as much uncertainty as there is."""

from __future__ import annotations

import math

import pytest

from drivers.api.errors import LinkLost
from rig.measure.actuation import Watching, characterise
from rig.measure.errors import FigureError
from tests.rig.measure.latch_bench import Latch, ManualClock

CYCLES = 60


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def bouncing(delay_ms: float, *away_ms: tuple[float, float]) -> object:
    """There after the delay, but for these times."""

    def profile(ms: float, on: bool) -> bool:
        away = any(begin <= ms < end for begin, end in away_ms)
        return on is (ms >= delay_ms and not away)

    return profile


def test_the_delay_is_within_the_uncertainty_that_is_said(clock: ManualClock) -> None:
    latch = Latch(clock, delay_ms=7.3, read_ms=0.4)
    found = characterise(latch, latch, CYCLES, clock)
    for figure in (found.on, found.off):
        p50 = figure.statistic("p50")
        assert figure.n == CYCLES
        assert figure.unit == "ms"
        assert abs(p50.value - 7.3) <= math.sqrt(3) * figure.uncertainty
        assert figure.statistic("p95").low is not None
        # Readings take 0.4 ms and are 1 ms apart: an edge is known to 1.8 ms.
        assert figure.uncertainty == pytest.approx(1.8 / 2 / math.sqrt(3))
    assert (found.bounces_on, found.bounces_off) == (0, 0)


def test_time_counts_from_before_the_command(clock: ManualClock) -> None:
    latch = Latch(clock, delay_ms=7.3, set_ms=6.0)
    found = characterise(latch, latch, 10, clock).on
    assert found.statistic("p50").value == pytest.approx(7.3, abs=0.6)


def test_what_is_there_before_the_board_has_answered_is_known_no_better(clock: ManualClock) -> None:
    latch = Latch(clock, delay_ms=1.0, set_ms=6.0)
    found = characterise(latch, latch, 10, clock).on
    assert found.statistic("p50").value == pytest.approx(3.0)
    assert found.uncertainty == pytest.approx(3.0 / math.sqrt(3))


def test_on_and_off_are_told_apart(clock: ManualClock) -> None:
    latch = Latch(clock, delay_ms=0)
    latch.profile = lambda ms, on: ms >= 20 if on else ms < 5
    found = characterise(latch, latch, 5, clock)
    assert found.on.statistic("p50").value == pytest.approx(20, abs=0.6)
    assert found.off.statistic("p50").value == pytest.approx(5, abs=0.6)
    assert "on to" in found.on.what
    assert "off to" in found.off.what


def test_slower_reading_is_more_uncertain_and_no_sample_later(clock: ManualClock) -> None:
    quick, slow = (Latch(clock, 30.0, read_ms=ms) for ms in (0.2, 12.0))
    of_quick = characterise(quick, quick, 20, clock).on
    of_slow = characterise(slow, slow, 20, clock).on
    assert of_slow.uncertainty > 10 * of_quick.uncertainty
    assert abs(of_slow.statistic("p50").value - 30) < 13


def test_debounce_is_in_the_uncertainty_and_is_told(clock: ManualClock) -> None:
    latch = Latch(clock, delay_ms=7.3)
    found = characterise(latch, latch, 5, clock, Watching(debounce_s=0.020)).on
    assert found.uncertainty > 20 / math.sqrt(12)
    assert any("20 ms of the sensor's own debounce" in remark for remark in found.remarks)


def test_bounces_are_counted_and_the_first_edge_is_the_sample(clock: ManualClock) -> None:
    latch = Latch(clock, 10.0)
    latch.profile = bouncing(10.0, (13, 16), (20, 24))  # type: ignore[assignment]
    found = characterise(latch, latch, 10, clock)
    assert (found.bounces_on, found.bounces_off) == (20, 20)
    assert found.on.statistic("max").value == pytest.approx(10, abs=0.6)
    assert any("20 bounces" in remark for remark in found.on.remarks)


@pytest.mark.parametrize("on", [True, False])
def test_a_latch_that_does_not_follow_is_named_and_made_safe(clock: ManualClock, on: bool) -> None:
    latch = Latch(clock, 10.0)
    latch.profile = lambda ms, to: not to if to is on else to is (ms >= 10)
    with pytest.raises(FigureError, match=r"latch is not .*active 2 s after latch was switched"):
        characterise(latch, latch, 5, clock)
    assert latch.made_safe == 1


def test_a_contact_that_does_not_stay_is_no_actuation(clock: ManualClock) -> None:
    latch = Latch(clock, 10.0)
    latch.profile = lambda ms, on: on and 10 <= ms < 30
    with pytest.raises(FigureError, match="does not stay active"):
        characterise(latch, latch, 5, clock)
    assert latch.made_safe == 1


def test_a_sensor_that_is_active_at_rest_is_the_wrong_one_or_inverted(clock: ManualClock) -> None:
    latch, other = Latch(clock, 10.0), Latch(clock, 0.0)
    other.set(on=True)
    with pytest.raises(FigureError, match=r"active while latch is released.*inverted"):
        characterise(latch, other, 5, clock)
    assert latch.set_so_far == [False]  # it was not moved any further
    assert latch.made_safe == 1


def test_a_board_that_is_lost_on_the_way_is_told_as_such(clock: ManualClock) -> None:
    latch = Latch(clock, 10.0)
    latch.fails_after = 4
    with pytest.raises(LinkLost):
        characterise(latch, latch, 5, clock)
    assert latch.made_safe == 1


def test_it_moves_as_often_as_asked_and_ends_released(clock: ManualClock) -> None:
    latch = Latch(clock, 2.0)
    characterise(latch, latch, 7, clock)
    assert latch.set_so_far == [False, *[True, False] * 7]
    assert not latch.is_on()
