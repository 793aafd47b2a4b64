"""A stage that is a person with a tape measure and a watch."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.api.clock import Clock, SystemClock, TimeSource
from drivers.api.device import Finding, Identity
from drivers.api.errors import OutOfReach
from drivers.api.operator import Operator
from drivers.api.phone import KeyHolder
from drivers.api.space import Path, Point
from drivers.api.stage import Accuracy, Carried, Stage, Walk
from drivers.stage.landmarks import LANDMARKS, Landmarks, on_path

_HIGHEST_M, _FASTEST_MPS = 2.2, 3.0  # of a person who walks
_AWAY_M = 40  # out of range of Bluetooth LE and UWB in the open, well beyond both
_UNLIKELY_M = 0.3  # a reading that the way does not come near to is asked for again

Place = tuple[float, float, float]


class OperatorStage(Stage):
    """Asks the person at the bench to carry a phone about, and for the tape measure's readings.

    ``landmarks`` are the things on the vehicle that the tape is held to, with their places in the
    vehicle's frame; by default those of a MINI Cooper. ``within_m`` and ``basis`` are how well a
    place is known. ``time`` brings the bench's clock, where that is not the machine's.
    """

    def __init__(
        self,
        operator: Operator,
        within_m: float = 0.05,
        basis: str = "tape measure, plan's assumption",
        landmarks: dict[str, Place] | None = None,
        time: TimeSource | None = None,
    ) -> None:
        self._operator = operator
        self._accuracy = Accuracy(within_m, basis)
        self._landmarks = Landmarks(_points(landmarks))
        self._clock = time.clock if time else SystemClock()
        self._brought: set[int] = set()

    @property
    def accuracy(self) -> Accuracy:
        return self._accuracy

    def place(self, holder: KeyHolder, at: Point, carried: Carried = Carried.IN_HAND) -> None:
        self._check(at)
        self._brought.add(id(holder))
        place = self._landmarks.words(at)
        self._ask(holder, f"bring it to {place}, {carried.value}, and stand still")

    def walk(self, holder: KeyHolder, path: Path, carried: Carried = Carried.IN_HAND) -> Walk:
        if path.speed_mps > _FASTEST_MPS:
            said = f"{path.speed_mps:g} m/s: a person walks at {_FASTEST_MPS:g} m/s at most"
            raise OutOfReach(said, device=self.name)
        for point in path.points:
            self._check(point)
        self.place(holder, path.points[0], carried)
        way = self._landmarks.way(path) if len(path.points) > 1 else "stay there"
        self._ask(holder, f"{way}; press Enter in the moment in which you set out")
        return OperatorWalk(self, holder, path, self._clock)

    def take_away(self, holder: KeyHolder) -> None:
        if id(holder) in self._brought:
            self._ask(holder, f"take it out of range, {_AWAY_M} m away or more")
            self._brought.discard(id(holder))

    def come_to_rest(self, holder: KeyHolder) -> None:
        """Wait until a walk is over."""
        self._ask(holder, "go on to the end of the way, and press Enter once you stand still")

    def read_tape(self, holder: KeyHolder, path: Path, after_s: float) -> Point:
        """Where on a way the phone was so long after it set out, by the tape measure.

        Raises OperatorDeclined when the person cannot say.
        """
        mark = self._landmarks.nearest(path.after(after_s))
        question = (
            f"where was it {after_s:.1f} s after you set out? Hold the tape to {mark.name}: "
            "how many metres from there?"
        )
        request = question
        while True:
            reading_m = _metres(self._ask(holder, request))
            if reading_m is None:
                request = f"That is no number of metres, such as 1.85. Again: {question}"
                continue
            at, misses_m = on_path(path, mark.at, reading_m, after_s)
            if misses_m <= _UNLIKELY_M:
                return at
            request = f"The way does not come by {reading_m:.2f} m from there. Again: {question}"

    def identity(self) -> Identity:
        who = self._operator.identity()
        return Identity(model=f"{who.model}, with a tape measure", serial=who.serial)

    def self_test(self) -> tuple[Finding, ...]:
        return self._operator.self_test()

    def close(self) -> None:
        """Nothing is held; nobody is asked to take anything away any more."""

    def _ask(self, holder: KeyHolder, what: str) -> str:
        called = holder.name.replace("_", " ") or "the device"
        return self._operator.ask(f"{called}: {what}").text

    def _check(self, place: Point) -> None:
        if not 0 <= place.z_m <= _HIGHEST_M:
            said = f"{place.z_m:g} m above the ground: a person reaches 0 to {_HIGHEST_M:g} m"
            raise OutOfReach(said, device=self.name)


class OperatorWalk(Walk):
    """A person under way. It was begun when they said so."""

    def __init__(self, stage: OperatorStage, holder: KeyHolder, path: Path, clock: Clock) -> None:
        self._stage, self._holder, self._path = stage, holder, path
        self._clock = clock
        self._begun_ns = clock.now_ns()
        self._rested_ns: int | None = None

    @property
    def begun_ns(self) -> int:
        return self._begun_ns

    def where(self, t_ns: int) -> Point:
        """Asked of the person, but for the time before they set out and after they stood still."""
        if t_ns <= self._begun_ns:
            return self._path.points[0]
        if self._rested_ns is not None and t_ns >= self._rested_ns:
            return self._path.points[-1]
        return self._stage.read_tape(self._holder, self._path, (t_ns - self._begun_ns) / 1e9)

    def finish(self) -> None:
        if self._rested_ns is None:
            self._stage.come_to_rest(self._holder)
            self._rested_ns = self._clock.now_ns()


def _points(landmarks: Mapping[str, Place] | None) -> Mapping[str, Point]:
    if landmarks is None:
        return LANDMARKS
    return {name: Point(*at) for name, at in landmarks.items()}


def _metres(text: str) -> float | None:
    """A reading such as "1.85", "1,85 m"; None for what is none."""
    try:
        found = float(text.strip().removesuffix("m").strip().replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found < 1000 else None
