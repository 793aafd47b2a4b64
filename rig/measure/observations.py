"""The ``observe`` fixture: what the sources leave open is written down, not judged."""

from __future__ import annotations

from rig.records.run import Observation


class Observe:
    """Collects one test's observations. A test that observed and did not fail is *observed*."""

    def __init__(self) -> None:
        self._seen: list[Observation] = []

    def __call__(self, what: str, value: object, *, ambiguity: str = "") -> None:
        """Note what happened; ``ambiguity`` names the contradiction of the sources (AMB-nn)."""
        self._seen.append(Observation(what, str(value), ambiguity))

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Everything noted so far, in order."""
        return tuple(self._seen)
