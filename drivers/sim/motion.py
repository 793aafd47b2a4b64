"""Who is where around the vehicle: the truth that radios feel and a stage brings about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from drivers.api.space import Path, Point
from drivers.api.stage import Carried


@dataclass(frozen=True, slots=True)
class Motion:
    """A way, when it was begun (by the world's clock), and how the phone is carried on it."""

    path: Path
    begun_ns: int
    carried: Carried = Carried.IN_HAND

    def where(self, t_ns: int) -> Point:
        """The place at that time."""
        return self.path.after((t_ns - self.begun_ns) / 1e9)


Moved = Callable[[Motion | None], None]


class Motions:
    """The motion of everything that is around the vehicle; what has none is out of range.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._motions: dict[int, Motion] = {}
        self._watchers: dict[int, list[Moved]] = {}

    def set(self, who: object, motion: Motion | None) -> None:
        """Set somebody in motion, or take them away. Who watches is told, in this thread."""
        with self._lock:
            if motion is None:
                self._motions.pop(id(who), None)
            else:
                self._motions[id(who)] = motion
            watchers = tuple(self._watchers.get(id(who), ()))
        for moved in watchers:
            moved(motion)

    def of(self, who: object) -> Motion | None:
        """Their motion, or None when they are out of range."""
        return self._motions.get(id(who))

    def watch(self, who: object, moved: Moved) -> None:
        """Have ``moved`` called with each new motion of theirs. ``who`` lives as long as this."""
        with self._lock:
            self._watchers.setdefault(id(who), []).append(moved)
