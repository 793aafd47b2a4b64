"""Driving: what the key in use lets its driver do, and where the vehicle is.

The numbers are those a real vehicle has on its bus: the limit in force beside what is reached.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from drivers.api.sharing import Area, Restrictions

_EARTH_RADIUS_M = 6_371_008.8  # mean radius (IUGG)
_TOP_SPEED_KMH = 240.0  # of the vehicle itself
_VOLUME_AT_FIRST = 30.0
_UNRESTRICTED = Restrictions()


@dataclass(frozen=True, slots=True)
class Position:
    """A place by satellite navigation."""

    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        if not (abs(self.latitude_deg) <= 90 and abs(self.longitude_deg) <= 180):
            raise ValueError(f"{self.latitude_deg}, {self.longitude_deg} is no place")


HOME = Position(48.1771, 11.5562)


def distance_m(one: Position, other: Position) -> float:
    """Distance along the great circle, on a sphere: within half a percent of the real earth."""
    north, south = math.radians(one.latitude_deg), math.radians(other.latitude_deg)
    east = math.radians(other.longitude_deg - one.longitude_deg)
    across = math.sin((south - north) / 2) ** 2
    across += math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, across)))


def is_inside(position: Position, areas: Iterable[Area]) -> bool:
    """Whether the position is in one of the areas, border included; none restrict nothing."""
    circles = [(Position(area.latitude_deg, area.longitude_deg), area.radius_m) for area in areas]
    return not circles or any(distance_m(position, c) <= radius for c, radius in circles)


class Drive:
    """Speed, volume and position under the restrictions of the key in use.

    Limits follow the key in use and nothing else (DK-RESTR-01, -02, -07): each ``use`` replaces
    the ones before, so that a restricted friend leaves the owner unrestricted.
    """

    def __init__(self, is_drive_ready: Callable[[], bool]) -> None:
        self._is_drive_ready = is_drive_ready
        self.reset()

    def reset(self) -> None:
        """Nobody drives; parked at ``HOME``."""
        self.driver = ""  # name of the key in use
        self.position = HOME
        self._restrictions = _UNRESTRICTED
        self._demanded_kmh = 0.0
        self._volume_percent = _VOLUME_AT_FIRST

    def use(self, key: str, restrictions: Restrictions = _UNRESTRICTED) -> None:
        """From now on this key is in use: its restrictions hold, its driver drives."""
        self.driver, self._restrictions = key, restrictions
        self._demanded_kmh = 0.0

    @property
    def speed_limit_kmh(self) -> int | None:
        """The limit on the bus; None is no limit."""
        return self._restrictions.top_speed_kmh

    @property
    def volume_limit_percent(self) -> int | None:
        """The limit on the bus; None is no limit."""
        return self._restrictions.volume_percent

    @property
    def speed_kmh(self) -> float:
        """How fast it goes: as demanded, no faster than limit and vehicle; 0 unless drive-ready."""
        if not self._is_drive_ready():
            return 0.0
        return min(self._demanded_kmh, self.speed_limit_kmh or _TOP_SPEED_KMH, _TOP_SPEED_KMH)

    @property
    def volume_percent(self) -> float:
        """How loud the radio is: as set, no louder than the limit."""
        limit = self.volume_limit_percent
        return self._volume_percent if limit is None else min(self._volume_percent, limit)

    @property
    def outside_area(self) -> bool:
        """Whether the vehicle is outside every area of the key in use.

        What it does about it while driving is not in the sources (AMB-25); it does not stop.
        """
        return not is_inside(self.position, self._restrictions.areas)

    def demand_speed(self, speed_kmh: float) -> float:
        """Press the pedal for this speed; the speed reached."""
        if not 0 <= speed_kmh < math.inf:
            raise ValueError(f"a speed of {speed_kmh} km/h")
        self._demanded_kmh = speed_kmh
        return self.speed_kmh

    def set_volume(self, percent: float) -> float:
        """Turn the knob to this volume; the volume reached."""
        if not 0 <= percent <= 100:
            raise ValueError(f"a volume of {percent} %")
        self._volume_percent = percent
        self._volume_percent = self.volume_percent  # the knob stops there
        return self._volume_percent
