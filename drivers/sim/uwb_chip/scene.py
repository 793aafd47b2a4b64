"""What a chip asks of the world around it: who answers a shot, and from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.sim.uwb_channel import Obstacle
from drivers.uwb.uci.codes import Status


@dataclass(frozen=True, slots=True)
class Shot:
    """One ranging round as the chip sends and hears it.

    ``sts_index`` and ``ursk`` are those of CCC: a peer with another key or index does not answer
    to them, or fails their check. ``peer`` is 0 in CCC.
    """

    session_id: int
    peer: int
    block: int
    t_ns: int
    sts_index: int | None = None
    ursk: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sight:
    """Where the peer of a shot is. ``status`` other than OK is what the chip is to report.

    ``late_ns``: by how much it began after the chip had begun to listen; the chip keeps step.
    """

    distance_m: float
    obstacle: Obstacle = Obstacle.NONE
    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    status: int = Status.OK
    late_ns: int = 0


Scene = Callable[[Shot], Sight | None]
"""Who answers; None when nobody does. Called in the chip's own thread."""


def standing_at(distance_m: float) -> Scene:
    """Every peer stands in line of sight at one distance."""
    return lambda _shot: Sight(distance_m)
