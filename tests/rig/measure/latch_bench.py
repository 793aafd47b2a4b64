"""A latch on a clock that passes only when asked to: what it does is known to the nanosecond."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from drivers.api.clock import Clock
from drivers.api.device import Identity
from drivers.api.errors import LinkLost
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor


class ManualClock(Clock):
    """Time passes by ``sleep`` and by ``pass_ns``; to ask it costs nothing."""

    def __init__(self, step_ns: int = 0) -> None:
        self._now_ns, self._step_ns = 1_000_000, step_ns

    def now_ns(self) -> int:
        self._now_ns += self._step_ns
        return self._now_ns

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def sleep(self, duration_s: float) -> None:
        self.pass_ns(round(duration_s * 1e9))

    def pass_ns(self, ns: int) -> None:
        self._now_ns += ns


class Latch(Switch, Sensor):
    """Relay and sensor in one: ``profile`` says what is felt so long after a command, in ms."""

    name = "latch"

    def __init__(
        self, clock: ManualClock, delay_ms: float, read_ms: float = 0.0, set_ms: float = 0.0
    ) -> None:
        self._clock, self._read_ns, self._set_ns = clock, round(read_ms * 1e6), round(set_ms * 1e6)
        self._begun_ns, self._on, self._before = 0, False, False
        self.profile: Callable[[float, bool], bool] = lambda ms, on: on is (ms >= delay_ms)
        self.set_so_far: list[bool] = []
        self.made_safe = 0
        self.fails_after = -1

    def set(self, *, on: bool) -> None:
        if len(self.set_so_far) == self.fails_after:
            raise LinkLost("unplugged", device=self.name)
        self._before, self._on, self._begun_ns = self._on, on, self._clock.now_ns()
        self.set_so_far.append(on)
        self._clock.pass_ns(self._set_ns)  # until the board has answered

    def is_active(self) -> bool:
        """Felt at the middle of a reading, which takes a while."""
        self._clock.pass_ns(self._read_ns // 2)
        elapsed_ms = (self._clock.now_ns() - self._begun_ns) / 1e6
        self._clock.pass_ns(self._read_ns - self._read_ns // 2)
        return self._on if self._on is self._before else self.profile(elapsed_ms, self._on)

    def is_on(self) -> bool:
        return self._on

    def make_safe(self) -> None:
        self.made_safe += 1
        self._on = False

    def identity(self) -> Identity:
        return Identity()

    def close(self) -> None:
        self.make_safe()
