"""The rig's clock in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from drivers.api.clock import SystemClock
from rig.measure.utc_scale import UtcScale

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
S = 1_000_000_000


class Clock(SystemClock):
    """Shows what it is told."""

    t_ns = 500 * S

    def now_ns(self) -> int:
        return self.t_ns


def test_a_time_of_the_clock_is_a_moment() -> None:
    clock = Clock()
    scale = UtcScale(clock, lambda: NOON)
    assert scale.at(500 * S) == NOON
    assert scale.at(501 * S + 2500) == NOON + timedelta(seconds=1, microseconds=2.5)
    assert scale.at(499 * S) == NOON - timedelta(seconds=1)


def test_the_machine_s_utc_is_believed_again() -> None:
    clock, now = Clock(), NOON
    scale = UtcScale(clock, lambda: now)
    clock.t_ns += 3600 * S
    now = NOON + timedelta(seconds=3599.7)  # the clock has gone too fast by 0.3 s
    scale.renew()
    assert scale.at(clock.t_ns) == now
    clock.t_ns += S
    now += timedelta(hours=1)  # somebody has set the machine's time
    scale.renew()
    assert scale.at(clock.t_ns) == now


def test_a_world_that_skipped_time_stays_ahead() -> None:
    clock = Clock()
    scale = UtcScale(clock, lambda: NOON)
    clock.t_ns += 60 * S
    scale.renew()
    assert scale.at(clock.t_ns) == NOON + timedelta(seconds=60)
