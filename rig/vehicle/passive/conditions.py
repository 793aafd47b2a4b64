"""What a test waits for: that the vehicle unlocks, or locks, for a phone that comes or goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rig.measure.outcomes import Inconclusive, Unmet
from rig.measure.timeline import Occurrence
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.wiring import CLOSURES

PATIENCE_S = 20.0  # from six metres away, at a stroll
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, repr=False)
class PassiveCondition:
    """A movement of the locks by name, with what has to hold of the body after it."""

    what: str
    unlocked: bool
    holds: Callable[[], bool]
    entry: PassiveEntry

    def __bool__(self) -> bool:
        return self.holds()

    def __repr__(self) -> str:
        return f"<{self.what}>"

    def wait(self, timeout_s: float = PATIENCE_S) -> Occurrence:
        """Wait for the next one; when its last sensor had followed, with all marks before.

        Raises Unmet when a phone was there and nothing moved, Inconclusive when none was or it was
        cut short, and the bench's error where the bench broke.
        """
        movement = self.entry.next_movement(timeout_s, unlocked=self.unlocked)
        if movement is not None and self.holds():
            return Occurrence(movement.t_ns, movement.timeline)
        self.entry.raise_fault()
        raise _why_not(self.what, self.entry.approaches(), timeout_s)


def _why_not(what: str, seen: list[Approach], timeout_s: float) -> Exception:
    """What it comes to that nothing moved, by the approaches in the order they came.

    Who was ranged, or refused, or served openly, was judged. Who got no further, because the
    connection ended or an answer did not come, was not.
    """
    if not seen:
        return Inconclusive(f"{what}: no phone connected within {timeout_s:g} s")
    judged = [each for each in seen if each.refused or each.ranged or each.exposed]
    if judged:
        said = "; ".join(filter(None, (each.told for each in judged)))
        return Unmet(f"not {what} within {timeout_s:g} s: {said or 'nothing proved'}")
    for each in seen:
        try:
            each.raise_if_broken()
        except Exception as exc:  # noqa: BLE001 - it is raised by who asked
            return exc
    return Inconclusive(f"{what}: the phone got no further than {seen[-1].furthest}")


def unlocked_passively(entry: PassiveEntry) -> PassiveCondition:
    """A phone came, and the locks that concerns are open."""
    body = entry.body
    return PassiveCondition(
        "unlocked passively", True, lambda: any(map(body.is_unlocked, body.locks_to_open())), entry
    )


def locked_passively(entry: PassiveEntry) -> PassiveCondition:
    """A phone has left, and every lock is locked."""
    body = entry.body
    return PassiveCondition(
        "locked passively", False, lambda: not any(map(body.is_unlocked, CLOSURES)), entry
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """A mark of the approach under way, such as ``set_up``; see ``Approach`` for their names."""

    mark: str
    entry: PassiveEntry

    def wait(self, timeout_s: float = PATIENCE_S) -> Occurrence:
        """Wait until an approach under way has it. Raises as PassiveCondition does."""
        clock = self.entry.clock
        deadline_ns = clock.now_ns() + round(timeout_s * 1e9)
        while True:
            for approach in self.entry.approaches_now():
                if (at := approach.timeline.marks.get(self.mark)) is not None:
                    return Occurrence(at, approach.timeline)
            if clock.now_ns() >= deadline_ns:
                self.entry.raise_fault()
                raise Inconclusive(f"no phone got as far as {self.mark} within {timeout_s:g} s")
            clock.sleep(_LOOK_S)


def reached(entry: PassiveEntry, mark: str) -> Reached:
    """How far the approach under way has come."""
    return Reached(mark, entry)
