"""The figures that `rig doctor --measure` takes of a bench, one subject after the other.

Each subject is measured by itself: one that fails says what to do, and the next one begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from drivers.api.clock import Clock, TimeSource, clock_of
from drivers.api.errors import DriverError
from drivers.api.nfc import NfcReader
from drivers.api.phone import KeyCard, KeyHolder, Phone
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from drivers.api.uwb import RangingAnchor
from rig.bench import emergency_stop
from rig.bench.build import Bench, driver_classes, partial
from rig.bench.description import BenchDescription
from rig.bench.guard import guarded
from rig.bench.registry import is_virtual
from rig.bench.vehicle import Place
from rig.cli.errors import Refusal
from rig.complaints import allowed
from rig.measure.actuation import Watching, characterise
from rig.measure.anchor_distance import distance_between
from rig.measure.calibration import calibration_for, kit_of, read_calibrations
from rig.measure.clock_figures import clock_steps, late_waits
from rig.measure.errors import MeasureError
from rig.measure.figures import Figure
from rig.measure.reader_latency import empty_looks, exchanges, findings_of_a_card
from rig.vehicle.wiring import ANCHOR, felt_by

MOST_RANGES = 30  # of a pair; at five a second
_LIKE_HEIGHT_M = 0.3
Take = Callable[[Bench, Clock], Iterator[Figure]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the shell says of measuring. ``moves`` are switches that may move: "name[:sensor]"."""

    samples: int
    moves: tuple[str, ...] = ()
    debounce_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A figure, or (``problem``) why there is none and what to do."""

    subject: str
    figure: Figure | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.problem or (self.figure and self.figure.doubt))


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to be measured, and the devices that it takes."""

    name: str
    devices: tuple[str, ...]
    take: Take


def subjects_of(description: BenchDescription, asked: Asked) -> tuple[Subject, ...]:
    """What can be measured on a bench. Raises Refusal for a switch that cannot be moved so."""
    classes = driver_classes(description)
    return (
        Subject("clock", (), _clock(asked)),
        *_readers(description, classes, asked),
        *_switches(description, classes, asked),
        *_anchors(description, classes, asked),
    )


def taken(
    description: BenchDescription, subjects: Collection[Subject], ill: Collection[str]
) -> Iterator[Outcome]:
    """Open what is well, and measure. No switch moves but those of the subjects.

    Raises BenchError when the bench cannot be opened or made safe.
    """
    healthy = [one for one in subjects if not set(one.devices) & set(ill)]
    names = {name for one in healthy for name in one.devices}
    names |= {e.name for e in description.devices if e.name == emergency_stop.NAME} - set(ill)
    names |= set(_time_sources(description)) - set(ill)
    with guarded(partial(description, names)) as bench:
        clock = clock_of(bench.devices)
        for one in subjects:
            if one in healthy:
                yield from _outcomes(one, bench, clock)
            else:
                sick = ", ".join(name for name in one.devices if name in ill)
                yield Outcome(one.name, problem=f"not measured: see above what {sick} needs")


def _outcomes(subject: Subject, bench: Bench, clock: Clock) -> Iterator[Outcome]:
    try:
        for figure in subject.take(bench, clock):
            yield Outcome(subject.name, figure)
    except MeasureError as exc:
        yield Outcome(subject.name, problem=str(exc))
    except DriverError as exc:
        yield Outcome(subject.name, problem=f"{exc}; run rig doctor again to see how it is")


def _time_sources(description: BenchDescription) -> Iterator[str]:
    classes = driver_classes(description)
    return (name for name, cls in classes.items() if issubclass(cls, TimeSource))


def _clock(asked: Asked) -> Take:
    def take(_bench: Bench, clock: Clock) -> Iterator[Figure]:
        yield clock_steps(clock, asked.samples)
        yield late_waits(clock, asked.samples)

    return take


def _readers(
    description: BenchDescription, classes: Mapping[str, type], asked: Asked
) -> Iterator[Subject]:
    """Each reader; with a virtual card or phone, which can be brought to it by a call."""
    mover = _mover(description, classes)
    for name, cls in classes.items():
        if issubclass(cls, NfcReader):
            devices = (name, *filter(None, [mover]))
            yield Subject(name, devices, _reader(name, mover, asked))


def _mover(description: BenchDescription, classes: Mapping[str, type]) -> str:
    virtual = [e.name for e in description.devices if is_virtual(e.driver)]
    kinds = (KeyCard, Phone)
    return next((n for kind in kinds for n in virtual if issubclass(classes[n], kind)), "")


def _reader(name: str, mover: str, asked: Asked) -> Take:
    def take(bench: Bench, clock: Clock) -> Iterator[Figure]:
        reader = bench.of(NfcReader)[name]
        if not mover:
            yield from _with_what_is_there(reader, asked, clock)
            return
        holder = bench.of(KeyHolder)[mover]
        yield empty_looks(reader, asked.samples, clock)
        yield findings_of_a_card(
            reader, lambda: holder.present(name), holder.withdraw, asked.samples, clock
        )
        holder.present(name)
        try:
            yield exchanges(reader, asked.samples, clock)
        finally:
            holder.withdraw()
            reader.wait_for_removal(1.0)

    return take


def _with_what_is_there(reader: NfcReader, asked: Asked, clock: Clock) -> Iterator[Figure]:
    """An empty field is looked at, a card that lies there is talked to."""
    link = reader.wait_for_card(1.0)
    if link is None:
        yield empty_looks(reader, asked.samples, clock)
        return
    link.close()
    yield exchanges(reader, asked.samples, clock)


def _switches(
    description: BenchDescription, classes: Mapping[str, type], asked: Asked
) -> Iterator[Subject]:
    for move in asked.moves:
        switch, _, sensor = move.partition(":")
        sensor = sensor or felt_by(switch)
        switches = [n for n, cls in classes.items() if issubclass(cls, Switch)]
        sensors = [n for n, cls in classes.items() if issubclass(cls, Sensor)]
        if switch not in switches:
            raise Refusal(f"--move {move}: {allowed(switch, switches, 'the bench has switches')}")
        if not sensor:
            raise Refusal(f"--move {move}: which sensor tells? --move {switch}:SENSOR")
        if sensor not in sensors:
            raise Refusal(f"--move {move}: {allowed(sensor, sensors, 'the bench has sensors')}")
        own_ms = description.entry(sensor).options.get("debounce_ms", 0.0)
        debounce_ms = asked.debounce_ms + (own_ms if isinstance(own_ms, int | float) else 0.0)
        take = _switch(switch, sensor, asked.samples, debounce_ms)
        yield Subject(switch, (switch, sensor), take)


def _switch(switch: str, sensor: str, samples: int, debounce_ms: float) -> Take:
    def take(bench: Bench, clock: Clock) -> Iterator[Figure]:
        watching = Watching(debounce_s=debounce_ms / 1000)
        devices = bench.of(Switch)[switch], bench.of(Sensor)[sensor]
        found = characterise(*devices, samples, clock, watching)
        yield found.on
        yield found.off

    return take


def _anchors(
    description: BenchDescription, classes: Mapping[str, type], asked: Asked
) -> Iterator[Subject]:
    names = [name for name, cls in classes.items() if issubclass(cls, RangingAnchor)]
    for pair in _neighbours(names, description):
        yield Subject(f"{pair[0]} and {pair[1]}", pair, _pair(description, pair, asked))


def _neighbours(names: list[str], description: BenchDescription) -> list[tuple[str, str]]:
    """Each anchor with the nearest of like height; the next one where places are unknown.

    These are the likeliest to see each other: inside the roof, and outside around the sills.
    """
    if len(names) < 2:
        return []
    places = description.vehicle.anchors
    at = {name: places[key] for name in names if (key := name.removeprefix(ANCHOR)) in places}
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        others = [other for other in at if name in at and other != name]
        away = {other: _apart(at[name], at[other]) for other in others}
        pair = name, min(away, key=away.__getitem__, default=following)
        pairs.setdefault(frozenset(pair), pair)
    return list(pairs.values())


def _apart(one: Place, other: Place) -> tuple[bool, float]:
    """How little two anchors are likely to see of each other."""
    return abs(one[2] - other[2]) > _LIKE_HEIGHT_M, math.dist(one, other)


def _pair(description: BenchDescription, pair: tuple[str, str], asked: Asked) -> Take:
    def take(bench: Bench, clock: Clock) -> Iterator[Figure]:
        anchors = bench.of(RangingAnchor)
        first, second = anchors[pair[0]], anchors[pair[1]]
        delays_m = [_delay_m(description, one) for one in (first, second)]
        known = [delay_m for delay_m in delays_m if delay_m is not None]
        n = min(asked.samples, MOST_RANGES)
        with clock.skipping():
            yield distance_between(first, second, n, _surveyed_m(description, pair), known)

    return take


def _delay_m(description: BenchDescription, anchor: RangingAnchor) -> float | None:
    """What the anchor is known to measure too much. Raises CalibrationError for another kit's."""
    path = description.vehicle.calibrations
    if path is None:
        return None
    name, kit = anchor.name.removeprefix(ANCHOR), kit_of(anchor.identity())
    found = calibration_for(read_calibrations(path), name, kit)
    return None if found is None else found.offset_m


def _surveyed_m(description: BenchDescription, pair: tuple[str, str]) -> float | None:
    """The distance between the places in the bench file, where it has both."""
    first, second = (description.vehicle.anchors.get(n.removeprefix(ANCHOR)) for n in pair)
    return None if first is None or second is None else math.dist(first, second)
