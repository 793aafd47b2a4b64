"""Uncertainty budgets, held against the GUM's own examples and tables."""

from __future__ import annotations

import math

import pytest

from rig.measure.errors import FigureError
from rig.measure.uncertainty import (
    DISTANCE,
    EXPECTED,
    LATENCY,
    RANGE,
    Budgets,
    Size,
    budget,
    component,
    coverage_factor,
    effective_freedom,
    kind_of,
)
from rig.records.codec import decode, encode
from rig.records.uncertainty import UncertaintyBudget, UncertaintyComponent


def part(name: str, value: float, freedom: float | None = None) -> UncertaintyComponent:
    return component(name, Size(value, "ms", "normal", freedom), source="a test")


def whole(quantity: str, value: float) -> UncertaintyBudget:
    """A budget with a figure for all that is expected."""
    return budget(quantity, [part(name, value) for name in EXPECTED[quantity]])


@pytest.mark.parametrize(
    ("freedom", "factor"),
    [
        (1, 13.97),
        (2, 4.53),
        (3, 3.31),
        (4, 2.87),
        (5, 2.65),
        (8, 2.37),
        (20, 2.13),
        (50, 2.05),
        (100, 2.025),
        (None, 2.0),
    ],
)
def test_the_coverage_factor_is_that_of_the_gums_table_g2(
    freedom: float | None, factor: float
) -> None:
    assert coverage_factor(freedom) == pytest.approx(factor, abs=0.005)


def test_effective_freedom_is_cut_to_a_whole_number_for_the_factor() -> None:
    assert coverage_factor(5.9) == coverage_factor(5)


def test_welch_and_satterthwaite_as_in_the_gums_example_h1() -> None:
    """GUM H.1.6, end gauge: u in nm with degrees of freedom; 32 nm with 16 to 17."""
    parts = [part("standard", 25, 18), part("difference", 9.7, 25.6), part("thermal 1", 2.9, 50)]
    parts += [part("thermal 2", 16.6, 2)]
    combined = math.hypot(*(one.standard for one in parts))
    assert combined == pytest.approx(32, abs=0.5)
    assert effective_freedom(parts, combined) == pytest.approx(16.7, abs=0.5)


def test_nothing_limits_the_freedom_of_what_is_known_for_certain() -> None:
    assert effective_freedom([part("a", 3), part("b", 4)], 5.0) is None


@pytest.mark.parametrize(
    ("distribution", "standard"),
    [("normal", 6.0), ("rectangular", 6 / math.sqrt(3)), ("triangular", 6 / math.sqrt(6))],
)
def test_a_half_width_is_divided_by_what_its_distribution_asks(
    distribution: str, standard: float
) -> None:
    found = component("x", Size(6.0, "ms", distribution), source="a test", sensitivity=2.0)
    assert found.standard == pytest.approx(2 * standard)
    assert found.value / found.divisor * found.sensitivity == pytest.approx(found.standard)


def test_components_add_in_squares_and_u_is_k_times_that() -> None:
    found = budget(LATENCY, [part("relay actuation", 3.0), part("sensor debounce", 4.0)])
    assert found.combined == pytest.approx(5.0)
    assert found.coverage == 2.0
    assert found.expanded == pytest.approx(10.0)
    assert decode(encode(found), (UncertaintyBudget,)) == found


def test_what_nobody_knows_is_named_and_is_no_zero() -> None:
    found = budget(RANGE, [part("chip resolution", 0.003)], {"weather": "not looked at"})
    assert set(found.unknown) == {
        "antenna delay",
        "positioning",
        "reference distance",
        "weather",
    }
    assert found.combined == pytest.approx(0.003)


@pytest.mark.parametrize("parts", [(), (part("clock offset", 0.0),)])
def test_a_budget_of_nothing_or_of_zeroes_states_no_uncertainty(
    parts: tuple[UncertaintyComponent, ...],
) -> None:
    found = budget(LATENCY, parts)
    assert found.expanded is found.combined is found.coverage is None


@pytest.mark.parametrize(
    ("size", "source", "says"),
    [
        (Size(1.0, "ms", "flat"), "a test", "no distribution 'flat'; there are: normal"),
        (Size(-1.0, "ms"), "a test", "-1.0 is no uncertainty"),
        (Size(math.nan, "ms"), "a test", "nan is no uncertainty"),
        (Size(1.0, "ms", "normal", 0.5), "a test", "0.5 are no degrees of freedom"),
        (Size(1.0, "ms"), " ", "names its source"),
    ],
)
def test_what_is_no_figure_is_refused(size: Size, source: str, says: str) -> None:
    with pytest.raises(FigureError, match=says):
        component("x", size, source=source)


@pytest.mark.parametrize(
    ("name", "unit", "kind"),
    [
        ("tap_to_unlock", "ms", LATENCY),
        ("tap_to_unlock", "s", LATENCY),
        ("range_bias", "m", RANGE),
        ("unlock_distance", "m", DISTANCE),
        ("range_availability", "%", ""),
        ("inside_outside", "", ""),
    ],
)
def test_the_unit_tells_which_budget_a_measurement_has(name: str, unit: str, kind: str) -> None:
    assert kind_of(name, unit) == kind
    known = Budgets((whole(LATENCY, 1), whole(RANGE, 1), whole(DISTANCE, 1)))
    assert known.of(name, unit) == kind
    assert (known.expanded(name, unit) is None) is (not kind)


def test_u_is_told_in_the_unit_of_the_measurement() -> None:
    known = Budgets((whole(LATENCY, 1.0),))
    u_ms = known.expanded("tap", "ms")
    assert u_ms == pytest.approx(2 * math.sqrt(5))
    assert known.expanded("tap", "s") == pytest.approx(2 * math.sqrt(5) / 1000)
    assert known.expanded("tap", "us") == pytest.approx(2 * math.sqrt(5) * 1000)


def test_no_u_is_told_while_a_part_of_it_is_not_evaluated() -> None:
    known = Budgets((budget(LATENCY, [part("relay actuation", 1.0)]),))
    assert known.expanded("tap", "ms") is None
    assert "sensor debounce" in known.lacking("tap", "ms")
    assert known.of("tap", "ms") == LATENCY
