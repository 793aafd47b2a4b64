"""Evidence that fobs and setup card stay away while a digital key is used (DK-SCARD-09)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rig.measure.observations import Observe
from rig.vehicle.car import Car


@contextmanager
def keys_stored_away(car: Car, observe: Observe) -> Iterator[None]:
    """Watch where they are, and put it on record. Inconclusive when one was in the vehicle."""
    car.cabin.watch()
    yield
    storage = car.cabin.outside()
    what = ", ".join(storage.outside) or "nothing"
    observe(
        "stored outside the vehicle, shielded",
        f"{what}; attested by {storage.attested_by} at {storage.at:%Y-%m-%d %H:%M} UTC",
    )
    storage.require()
