"""The ``observe`` fixture: what the sources leave open is written down, not judged."""

from __future__ import annotations

from collections.abc import Callable, Container

from rig.records.run import Observation


class Observe:
    """``observe("what", value, ambiguity="AMB-02")``: write down, do not judge.

    With an ambiguity, a test that passes otherwise ends as *observed*: the sources leave open
    what is right. Without one it is a note beside the verdict.
    """

    def __init__(self, keep: Callable[[Observation], object], ambiguities: Container[str]) -> None:
        """``keep`` takes each observation; ``ambiguities`` are those of the catalogue."""
        self._keep = keep
        self._ambiguities = ambiguities

    def __call__(self, what: str, value: object, *, ambiguity: str = "") -> None:
        """Note what happened. Raises ValueError for an ambiguity the catalogue does not have."""
        if ambiguity and ambiguity not in self._ambiguities:
            raise ValueError(f"no ambiguity {ambiguity!r} in the catalogue")
        self._keep(Observation(what=what, value=str(value), ambiguity=ambiguity))
