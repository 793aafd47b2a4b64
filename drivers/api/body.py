"""The bench's simulated door and trunk, where somebody has to move them."""

from __future__ import annotations

import abc

from drivers.api.device import Device


class Closures(Device):
    """Whoever opens and shuts doors and trunk: a virtual body, an actuator, or a person."""

    @abc.abstractmethod
    def move(self, closure: str, *, to_open: bool) -> None:
        """Open or shut "driver", "passenger", "rear_left", "rear_right" or "trunk"."""
