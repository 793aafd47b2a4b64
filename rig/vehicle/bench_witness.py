"""Whether the bench served while a device was judged: a verdict stands on a sound bench only.

A test sees what it looks at. What broke elsewhere, or before it looked, is seen here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from rig.measure.outcomes import Inconclusive
from rig.vehicle.passive.approach import Approach, ApproachEnding
from rig.vehicle.passive.caller import Caller
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.reader_loop import ReaderLoop
from rig.vehicle.visit import ACHIEVED, Ending, Visit
from rig.vehicle.visit_log import VisitLog


class WitnessedEntry(PassiveEntry):
    """Passive entry that keeps which approaches have ended since it was last asked to forget."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ended: list[Approach] = []

    def _over(self, caller: Caller) -> None:
        self.ended.append(caller.approach)
        super()._over(caller)


class BenchWitness:
    """Asked when a test has passed or failed, before that is believed."""

    def __init__(
        self, loops: Iterable[ReaderLoop], log: VisitLog, passive: WitnessedEntry | None
    ) -> None:
        self._loops, self._log, self._passive = tuple(loops), log, passive
        self._failures: dict[str, int] = {}
        self._earlier: list[Visit] = []

    def begin(self) -> None:
        """Count from now: what broke until here was another test's."""
        self._failures = {loop.place: loop.failures for loop in self._loops}
        self._earlier = self._log.untaken()
        if self._passive is not None:
            self._passive.ended.clear()

    def objection(self, *, failed: bool) -> Exception | None:
        """What speaks against a verdict: the bench's error, or who was cut off, if it ``failed``.

        Something may pass although a device left too early, or said nothing, where that is the
        test. Nothing fails by it: who was cut off was not judged, unless by what came after.
        """
        visits = [v for v in self._log.untaken() if not any(v is e for e in self._earlier)]
        return self._fault(visits) or (_cut_off(visits, self._approaches()) if failed else None)

    def _approaches(self) -> list[Approach]:
        """In the order they ended, and then those that go on."""
        if self._passive is None:
            return []
        return [*self._passive.ended, *self._passive.approaches_now()]

    def _fault(self, visits: list[Visit]) -> Exception | None:
        if self._passive is not None and self._passive.fault is not None:
            return self._passive.fault
        for visit in visits:
            if visit.ending is Ending.FAULT and visit.error is not None:
                return visit.error
        for loop in self._loops:
            if loop.failures != self._failures.get(loop.place, 0) and loop.last_fault is not None:
                return loop.last_fault
        return None


def _cut_off(visits: list[Visit], approaches: list[Approach]) -> Inconclusive | None:
    """Who was cut off after the last that was judged, at a reader or around the vehicle."""
    late = takewhile(lambda v: v.ending not in ACHIEVED, reversed(visits))
    told = [v.explanation for v in late if _is_cut_off(v)]
    coming = takewhile(lambda a: not _is_judged(a), reversed(approaches))
    told += [a.told for a in coming if a.ending in _UNJUDGED]
    return Inconclusive(told[0]) if told else None


def _is_judged(approach: Approach) -> bool:
    """By what the vehicle did, even if the phone was cut off after that."""
    return bool(approach.movements) or approach.ranged or approach.exposed


_UNJUDGED = (ApproachEnding.INTERRUPTED, ApproachEnding.MUTE)


def _is_cut_off(visit: Visit) -> bool:
    """By nobody's intent: an attacker, or a hand that takes the device away, is the test's own."""
    interrupted = visit.ending is Ending.INTERRUPTED and not visit.interfered
    return interrupted or visit.ending is Ending.MUTE
