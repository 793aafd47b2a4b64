"""Two anchors range each other: FiRa's double-sided two-way ranging with a static STS.

Any two kits that speak FiRa can do so, without a phone and without a key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from drivers.api.uwb import FiraSession, Measurement, RangeStatus, RangingAnchor, RangingSession
from rig.measure.errors import CalibrationError

CONTROLLER = FiraSession(session_id=0x0CA1, address=1, peers=(2,))
CONTROLEE = FiraSession(session_id=0x0CA1, address=2, peers=(1,), controller=False)
SILENT_S = 5.0  # without any report, the anchor itself is in trouble
HOPELESS = 25  # blocks without one range, at the beginning
_MEASURED = (RangeStatus.OK, RangeStatus.NEGATIVE)  # an antenna delay may bring it below zero

News = Callable[[int, float], None]


def ranges_between(
    anchor: RangingAnchor,
    reference: RangingAnchor,
    wanted: int,
    news: News = lambda _taken, _range_m: None,
) -> list[float]:
    """So many ranges in metres from ``anchor``, the controller, to ``reference``, the controlee.

    ``news`` is told of each range, and how many there are. Both sessions are stopped however this
    ends. Raises CalibrationError that says what to do when nothing is heard or too little is
    valid, and what the anchors raise.
    """
    with ExitStack() as running:
        theirs = reference.start(CONTROLEE)  # first: it listens before it is called
        running.callback(theirs.stop)
        ours = anchor.start(CONTROLLER)
        running.callback(ours.stop)
        return _Series(anchor.name, reference.name, wanted).take(ours, theirs, news)


@dataclass(slots=True)
class _Series:
    """What has been measured so far, and when it is enough or hopeless."""

    anchor: str
    reference: str
    wanted: int
    ranges_m: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    def take(self, ours: RangingSession, theirs: RangingSession, news: News) -> list[float]:
        while len(self.ranges_m) < self.wanted:
            measured = ours.next(SILENT_S)
            theirs.next(0)  # its own view is of no use, but it says so when the reference is lost
            if measured is None:
                raise CalibrationError(
                    f"{self.anchor} reported nothing for {SILENT_S:g} s; see what rig doctor says "
                    "of it, and plug it out and in"
                )
            self._note(measured, news)
            self._give_up_if_hopeless()
        return self.ranges_m

    def _note(self, measured: Measurement, news: News) -> None:
        if measured.status in _MEASURED and measured.distance_m is not None:
            self.ranges_m.append(measured.distance_m)
            news(len(self.ranges_m), measured.distance_m)
        else:
            self.failed[measured.status.value] += 1

    def _give_up_if_hopeless(self) -> None:
        blocks = len(self.ranges_m) + self.failed.total()
        if not self.ranges_m and blocks >= HOPELESS:
            raise CalibrationError(
                f"{self.anchor} heard nothing of {self.reference} in {blocks} blocks "
                f"({self._reasons}); put both in sight of each other, their antennas facing, and "
                "see with rig doctor that both are well"
            )
        if self.failed.total() > self.wanted + HOPELESS:
            raise CalibrationError(
                f"{self.anchor}: {len(self.ranges_m)} of {blocks} blocks brought a range, and "
                f"{self.wanted} are wanted ({self._reasons}); clear the path, and let nobody "
                "stand near it"
            )

    @property
    def _reasons(self) -> str:
        return ", ".join(f"{count} times: {why}" for why, count in self.failed.most_common())
