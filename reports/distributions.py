"""Distributions of a run across its measurements: by phase, and phone by phone.

A quantity is of one test function: another test takes one of the same name in another situation.
The last attempt of each of its tests counts. What tells phones apart is the device that the
measurement names, and without one the parameters of the test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.figures.canvas import Words
from reports.figures.multiples import DRAWN as PANELS
from reports.figures.multiples import draw_multiples
from reports.figures.phases import DRAWN as PHASES
from reports.figures.phases import draw_phases
from reports.figures.shares import finite, quantile
from reports.language import _
from reports.plots.phases import ACROSS
from reports.trials import Trial
from reports.wording import write_number
from rig.records.run import DeviceRecord, Measurement

FEWEST = 5  # samples; fewer are no distribution
PICTURES, PICTURES_OF_PHONES = 16, 8  # on one page: some 30 ms each, and up to 200 ms
CONFIDENCE = 0.95  # of an interval that a percentile could have
Row = tuple[str, int, tuple[str, ...]]  # a name, how many samples, and their figures


@dataclass(slots=True)
class Quantity:
    """One quantity of one test function, over all its parameters."""

    name: str
    unit: str
    function: str  # the test without its parameters
    trial: Trial  # the first of them
    samples: list[float] = field(default_factory=list)
    phases: dict[str, list[float]] = field(default_factory=dict)
    phones: dict[str, list[float]] = field(default_factory=dict)
    limits: dict[float, None] = field(default_factory=dict)  # a set that keeps its order


@dataclass(frozen=True, slots=True)
class Distribution:
    """One picture with its table: n, smallest, P50, P95, largest. ``number`` is its anchor.

    A P95 of too few samples for an interval is their largest, and no estimate: "" stands for it.
    """

    number: int
    quantity: Quantity
    picture: Markup
    rows: tuple[Row, ...]
    undrawn: int  # rows that the picture has no room for


@dataclass(frozen=True, slots=True)
class Distributions:
    """All of a page; ``left_out`` pictures had no room on it."""

    by_phase: tuple[Distribution, ...]
    by_phone: tuple[Distribution, ...]
    left_out: int

    def __bool__(self) -> bool:
        return bool(self.by_phase or self.by_phone)


def list_distributions(trials: Sequence[Trial], devices: Sequence[DeviceRecord]) -> Distributions:
    """Draw what there is to draw, in plan order."""
    names = {d.name: " ".join(filter(None, (d.make, d.model))) or d.name for d in devices}
    found = _collect(trials, names)
    phased = [q for q in found if _is_drawn(q.samples) and any(map(_is_drawn, _turns(q).values()))]
    several = [q for q in found if sum(map(_is_drawn, q.phones.values())) > 1]
    return Distributions(
        tuple(_by_phase(phased[:PICTURES])),
        tuple(_by_phone(several[:PICTURES_OF_PHONES])),
        len(phased[PICTURES:]) + len(several[PICTURES_OF_PHONES:]),
    )


def _is_drawn(samples: Sequence[float]) -> bool:
    return len(finite(samples)) >= FEWEST


def _collect(trials: Sequence[Trial], names: Mapping[str, str]) -> list[Quantity]:
    found: dict[tuple[str, str, str], Quantity] = {}
    for trial in trials:
        function, _bracket, parameters = trial.test.partition("[")
        for measured in trial.last.measurements if trial.last else ():
            key = (function, measured.name, measured.unit)
            new = Quantity(measured.name, measured.unit, function, trial)
            quantity = found.setdefault(key, new)
            device = getattr(measured, "device", "")
            phone = names.get(device, device) or parameters.removesuffix("]")
            _add(quantity, phone, measured)
    return list(found.values())


def _add(quantity: Quantity, phone: str, measured: Measurement) -> None:
    quantity.samples += measured.samples
    quantity.phones.setdefault(phone, []).extend(measured.samples)
    quantity.limits.update(dict.fromkeys(j.limit.bound for j in measured.judgements))
    for name, samples in measured.phases.items():
        quantity.phases.setdefault(name, []).extend(samples)


def _turns(quantity: Quantity) -> dict[str, list[float]]:
    """The phases that come one after the other; without those that run across them."""
    return {n: s for n, s in quantity.phases.items() if n not in ACROSS} or quantity.phases


def _by_phase(quantities: Sequence[Quantity]) -> Iterator[Distribution]:
    for number, quantity in enumerate(quantities, 1):
        rows = tuple(_rows([*quantity.phases.items(), (_("whole"), quantity.samples)]))
        middles = ", ".join(f"{name} {figures[1]}" for name, _n, figures in rows)
        said = _(
            "Step curves of the phases of %(name)s and of the whole. P50 in %(unit)s: %(p50)s."
        )
        description = said % {"name": quantity.name, "unit": quantity.unit, "p50": middles}
        title = _("%(name)s by phase in %(unit)s")
        title = title % {"name": quantity.name, "unit": quantity.unit}
        words = Words(f"dp{number}", title, description)
        turns = _turns(quantity)
        picture = draw_phases(words, quantity.unit, (quantity.name, quantity.samples), turns)
        if picture is not None:
            undrawn = max(len(turns) - PHASES, 0)
            yield Distribution(number, quantity, picture, rows, undrawn)


def _by_phone(quantities: Sequence[Quantity]) -> Iterator[Distribution]:
    for number, quantity in enumerate(quantities, 1):
        rows = tuple(_rows(quantity.phones.items()))
        middles = ", ".join(f"{name} {figures[1]}" for name, _n, figures in rows)
        said = _("A panel for each phone or case. P50 in %(unit)s: %(p50)s.")
        title = _("%(name)s phone by phone in %(unit)s")
        title = title % {"name": quantity.name, "unit": quantity.unit}
        words = Words(f"dd{number}", title, said % {"unit": quantity.unit, "p50": middles})
        picture = draw_multiples(words, quantity.unit, quantity.phones, list(quantity.limits))
        if picture is not None:
            undrawn = max(len(rows) - PANELS, 0)
            yield Distribution(number, quantity, picture, rows, undrawn)


def _rows(named: Iterable[tuple[str, Sequence[float]]]) -> Iterator[Row]:
    for name, samples in named:
        if ordered := finite(samples):
            count = len(ordered)
            picks = (ordered[0], quantile(ordered, 50), quantile(ordered, 95), ordered[-1])
            low, middle, high, most = map(write_number, picks)
            yield name, count, (low, middle, high if _is_enclosed(count, 95) else "", most)


def _is_enclosed(count: int, percent: int) -> bool:
    """Whether any two of so many samples enclose a percentile at that confidence.

    They do not when all lie above it or all below it (David and Nagaraja, Order Statistics, 7.1).
    """
    share = percent / 100
    return share**count + (1 - share) ** count <= 1 - CONFIDENCE
