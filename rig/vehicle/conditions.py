"""What a test waits for: conditions of the vehicle, tied to the visit that brought them about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rig.measure.outcomes import Inconclusive, Unmet
from rig.measure.timeline import Occurrence
from rig.vehicle.visit import Visit

PATIENCE_S = 8.0  # a hand, a reader's poll, a transaction, a latch: well within this
_STEP_S = 0.02  # how often a condition that no visit brings about is looked at


class Witness(Protocol):
    """Who sees visits end (the car)."""

    def await_visit(self, timeout_s: float) -> Visit | None:
        """The next finished visit nobody has looked at yet; None when time is up."""
        ...

    def quiet(self) -> bool:
        """Whether no visit is under way or waiting to be looked at."""
        ...

    def now_ns(self) -> int: ...
    def raise_fault(self) -> None:
        """Raise the bench error that keeps a reader from working, if there is one."""
        ...


@dataclass(frozen=True, slots=True)
class VehicleCondition:
    """A condition by name, with the test that says whether it holds now.

    True in a boolean context when it holds, so ``assert car.locked`` reads as it should.
    """

    what: str
    holds: Callable[[], bool]
    witness: Witness

    def __bool__(self) -> bool:
        return self.holds()

    def wait(self, timeout_s: float = PATIENCE_S) -> Occurrence:
        """Wait for it; see ``rig.measure.timeline.Condition`` for what is raised."""
        deadline_ns = self.witness.now_ns() + int(timeout_s * 1e9)
        while True:
            if self.witness.quiet() and self.holds():
                return Occurrence(self.witness.now_ns())
            if visit := self.witness.await_visit(_STEP_S):
                return self._judged(visit)
            if self.witness.now_ns() >= deadline_ns:
                self.witness.raise_fault()
                raise Inconclusive(f"{self.what}: no reader saw a device within {timeout_s:g} s")

    def _judged(self, visit: Visit) -> Occurrence:
        visit.raise_if_broken()
        if not self.holds():
            raise Unmet(f"not {self.what}: {visit.place}: {visit.ending}: {visit.explanation}")
        at = visit.timeline.marks.get("feedback", self.witness.now_ns())
        return Occurrence(at, visit.timeline)
