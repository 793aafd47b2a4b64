"""The exact tests agree with published tables and refuse what is no experiment."""

from __future__ import annotations

import math

import pytest

from reports.regression.exact import (
    discovery_rates,
    fisher_less,
    student_bound,
    student_tails,
    wilson,
)

# Two-sided bounds of Student's t as every table of it has them.
STUDENT = [
    (0.95, 1, 12.706),
    (0.95, 5, 2.571),
    (0.95, 30, 2.042),
    (0.95, 120, 1.980),
    (0.99, 10, 3.169),
    (0.999, 60, 3.460),
    (0.999, 9, 4.781),
]


@pytest.mark.parametrize(("confidence", "degrees", "bound"), STUDENT)
def test_students_bounds_are_those_of_the_tables(
    confidence: float, degrees: float, bound: float
) -> None:
    assert student_bound(confidence, degrees) == pytest.approx(bound, abs=6e-4)
    assert student_tails(bound, degrees) == pytest.approx(1 - confidence, rel=2e-3)


@pytest.mark.parametrize("t", [0.0, 0.3, 1.0, 4.0, 40.0])
def test_students_tails_have_closed_forms_at_one_and_two_degrees(t: float) -> None:
    assert student_tails(t, 1) == pytest.approx(1 - 2 * math.atan(t) / math.pi)
    assert student_tails(-t, 2) == pytest.approx(1 - t / math.sqrt(2 + t * t))


def test_a_tail_far_out_keeps_its_digits() -> None:
    """With 3 degrees of freedom the tail falls with the cube: 1e5 times as far, 1e15 as thin."""
    assert student_tails(1e7, 3) == pytest.approx(student_tails(1e2, 3) * 1e-15, rel=1e-3)


def test_fishers_lady_tasting_tea() -> None:
    """Fisher's own example: of four and four cups, three right or better has 17 in 70."""
    assert fisher_less(1, 4, 3, 4) == pytest.approx(17 / 70)
    assert fisher_less(0, 4, 4, 4) == pytest.approx(1 / 70)
    assert fisher_less(4, 4, 0, 4) == pytest.approx(1.0)


def test_fishers_test_of_many_taps() -> None:
    """Seven of 140 failing, against none of 1200 before: all seven fall among the later taps."""
    expected = math.comb(140, 7) / math.comb(1340, 7)
    assert fisher_less(133, 140, 1200, 1200) == pytest.approx(expected)


def test_wilsons_interval() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857, table I: 81 of 263, and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_benjamini_and_hochbergs_own_example_makes_four_discoveries() -> None:
    """JRSS B 57 (1995), section 3: fifteen comparisons of treatments after a heart attack."""
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p_values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    q_values = discovery_rates(p_values)
    assert [q <= 0.05 for q in q_values] == [True] * 4 + [False] * 11
    backwards = discovery_rates(p_values[::-1])
    assert backwards == q_values[::-1]


def test_a_test_is_worth_no_less_than_one_of_larger_p() -> None:
    assert discovery_rates([0.04, 0.01, 0.041]) == pytest.approx((0.041, 0.03, 0.041))


def test_q_values_of_one_and_of_no_test() -> None:
    assert discovery_rates([0.3]) == (0.3,)
    assert discovery_rates([]) == ()


REFUSED = {
    "more passes than trials": lambda: fisher_less(5, 4, 1, 1),
    "a negative count": lambda: fisher_less(-1, 4, 1, 1),
    "no trials": lambda: wilson(0, 0),
    "no degrees of freedom": lambda: student_tails(1.0, 0),
    "a confidence of one": lambda: student_bound(1.0, 5),
    "a p-value above one": lambda: discovery_rates([1.5]),
    "a p-value that is no number": lambda: discovery_rates([math.nan]),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_is_no_experiment_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"."):
        call()
