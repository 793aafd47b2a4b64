"""How long a relay's command takes until its sensor says so, and how it bounces.

The sensor is read over and over, so an edge is known to lie between two readings: from the begin
of the last that said otherwise to the end of the first that says so. A sample is the middle of
that, counted from just before the command was given. Bounces shorter than a gap are not seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from drivers.api.clock import Clock
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from rig.measure.errors import FigureError
from rig.measure.figures import Figure, figure_of

_NS = 1e9


@dataclass(frozen=True, slots=True)
class Watching:
    """How the sensor is watched, in seconds.

    ``debounce_s`` is what sensor or input board itself waits for before it believes a change
    (data sheet; it cannot be seen from outside). ``settle_s`` is watched for bounces after an edge.
    """

    poll_s: float = 0.001
    settle_s: float = 0.05
    timeout_s: float = 2.0
    debounce_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Actuation:
    """What ``characterise`` has found; ``bounces`` are the times the sensor went back again."""

    on: Figure
    off: Figure
    bounces_on: int
    bounces_off: int


def characterise(
    switch: Switch, sensor: Sensor, n: int, clock: Clock, watching: Watching | None = None
) -> Actuation:
    """Energise and release a relay ``n`` times and time its sensor; it moves what it drives.

    The switch is made safe however this ends. The sensor has to be active while the relay is
    energised. Raises FigureError that says what to do when it does not follow, and what the
    devices raise.
    """
    series = _Series(switch, sensor, clock, watching or Watching())
    try:
        series.rest()
        for _ in range(n):
            series.note(on=True)
            series.note(on=False)
    finally:
        switch.make_safe()
    return Actuation(
        series.figure(on=True),
        series.figure(on=False),
        series.bounces[True],
        series.bounces[False],
    )


@dataclass(slots=True)
class _Series:
    """Edges by direction: middle and half-width in ms, and the bounces after them."""

    switch: Switch
    sensor: Sensor
    clock: Clock
    watching: Watching
    edges: dict[bool, list[tuple[float, float]]] = field(
        default_factory=lambda: {True: [], False: []}
    )
    bounces: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})

    def rest(self) -> None:
        """Release it, and wait until its sensor says so."""
        self.switch.set(on=False)
        begun_ns = self.clock.now_ns()
        while self.sensor.is_active():
            if self._elapsed_s(begun_ns) > self.watching.timeout_s:
                raise FigureError(
                    f"{self._sensor} is active while {self._switch} is released; is it the sensor "
                    "of this switch, and is inverted right in the bench file?"
                )
            self.clock.sleep(self.watching.poll_s)
        self._settle(on=False)

    def note(self, *, on: bool) -> None:
        """One edge and what follows it."""
        commanded_ns = last_ns = self.clock.now_ns()
        self.switch.set(on=on)
        while True:
            begun_ns = self.clock.now_ns()
            says = self.sensor.is_active()
            now_ns = self.clock.now_ns()
            if says is on:
                break
            last_ns = begun_ns
            if now_ns - commanded_ns > self.watching.timeout_s * _NS:
                raise self._silent(on=on)
            self.clock.sleep(self.watching.poll_s)
        middle_ns, half_ns = (last_ns + now_ns) / 2 - commanded_ns, (now_ns - last_ns) / 2
        self.edges[on].append((middle_ns / 1e6, half_ns / 1e6))
        self.bounces[on] += self._settle(on=on)

    def figure(self, *, on: bool) -> Figure:
        """The samples of one direction, and how uncertain one of them is."""
        halves = [half for _, half in self.edges[on]]
        poll_ms = math.sqrt(math.fsum(half**2 for half in halves) / len(halves)) / math.sqrt(3)
        debounce_ms = self.watching.debounce_s * 1000
        gap_ms = 2 * sorted(halves)[len(halves) // 2]
        remarks = [
            f"{self.bounces[on]} bounces; those shorter than some {gap_ms:.2g} ms are missed"
        ]
        if debounce_ms:
            remarks.append(f"holds up to {debounce_ms:g} ms of the sensor's own debounce")
        found = figure_of(
            [middle for middle, _ in self.edges[on]],
            f"{self._switch} {_word(on)} to {self._sensor}",
            "ms",
            uncertainty=math.hypot(poll_ms, debounce_ms / math.sqrt(12)),
            basis=f"gap between readings (median {gap_ms:.2g} ms) "
            f"and debounce ({debounce_ms:g} ms), rectangular",
            remarks=tuple(remarks),
        )
        return replace(found, contributes="relay actuation")

    def _settle(self, *, on: bool) -> int:
        """Watch for bounces; how often it went back. Raises FigureError if it does not stay."""
        begun_ns, says, count = self.clock.now_ns(), on, 0
        while self._elapsed_s(begun_ns) < self.watching.settle_s:
            before, says = says, self.sensor.is_active()
            count += before is on and says is not on
            self.clock.sleep(self.watching.poll_s)
        if self.sensor.is_active() is not on:
            raise FigureError(
                f"{self._sensor} does not stay {_active(on)} after {self._switch} was switched "
                f"{_word(on)}: look at contact, cable and what it drives"
            )
        return count

    def _silent(self, *, on: bool) -> FigureError:
        return FigureError(
            f"{self._sensor} is not {_active(on)} {self.watching.timeout_s:g} s after "
            f"{self._switch} was switched {_word(on)}; is it the sensor of this switch, does the "
            "load have power, and is it stuck?"
        )

    def _elapsed_s(self, begun_ns: int) -> float:
        return (self.clock.now_ns() - begun_ns) / _NS

    @property
    def _switch(self) -> str:
        return self.switch.name or "the switch"

    @property
    def _sensor(self) -> str:
        return self.sensor.name or "the sensor"


def _word(on: bool) -> str:
    return "on" if on else "off"


def _active(on: bool) -> str:
    return "active" if on else "inactive"
