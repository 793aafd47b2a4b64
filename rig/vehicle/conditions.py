"""What a test waits for: conditions of the vehicle, tied to the visit that brought them about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.api.clock import Clock
from rig.measure.outcomes import Inconclusive, Unmet
from rig.measure.timeline import Occurrence
from rig.vehicle.visit import Visit

PATIENCE_S = 8.0  # a hand, a reader's poll, a transaction, a latch: well within this
_STEP_S = 0.01  # how often a condition that no visit brings about is looked at


class Witness(Protocol):
    """Who sees visits end (the car)."""

    clock: Clock

    def await_visit(self, timeout_s: float, place: str) -> Visit | None:
        """The next visit there that nobody has looked at yet; None when time is up."""
        ...

    def sightings(self, place: str | None) -> str:
        """What the reader there tells of its polling, if it does."""
        ...

    def raise_fault(self) -> None:
        """Raise the bench error that keeps a reader from working, if there is one."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class VehicleCondition:
    """A condition by name, with the test that says whether it holds now.

    In a boolean context it is whether it holds, so ``assert car.locked`` reads as it should.
    ``place`` is the reader whose visits bring it about, ``mark`` the one that says when they did.
    """

    what: str
    holds: Callable[[], bool]
    witness: Witness
    place: str = ""
    mark: str = "feedback"

    def __bool__(self) -> bool:
        return self.holds()

    def __repr__(self) -> str:
        return f"<{self.what}>"

    def wait(self, timeout_s: float = PATIENCE_S) -> Occurrence:
        """Wait for it; see ``rig.measure.timeline.Condition`` for what is raised.

        Where visits bring it about, one is waited for even if the condition holds already, and it
        has to have done so: what held before the tap says nothing about the tap.
        """
        return self._wait_for_visit(timeout_s) if self.place else self._wait_for_state(timeout_s)

    def _wait_for_visit(self, timeout_s: float) -> Occurrence:
        visit = self.witness.await_visit(timeout_s, self.place)
        if visit is None:
            self.witness.raise_fault()
            raise Inconclusive(
                f"{self.what}: no device was seen at {self.place} within {timeout_s:g} s"
                f"{self.witness.sightings(self.place)}"
            )
        visit.raise_if_broken()
        at = visit.timeline.marks.get(self.mark)
        if at is None or not self.holds():
            raise Unmet(f"not {self.what}: {visit.place}: {visit.ending}: {visit.explanation}")
        return Occurrence(at, visit.timeline)

    def _wait_for_state(self, timeout_s: float) -> Occurrence:
        clock = self.witness.clock
        deadline_ns = clock.now_ns() + int(timeout_s * 1e9)
        while not self.holds():
            if clock.now_ns() >= deadline_ns:
                raise Unmet(f"not {self.what} within {timeout_s:g} s")
            clock.sleep(_STEP_S)
        return Occurrence(clock.now_ns())
