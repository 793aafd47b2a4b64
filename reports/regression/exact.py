"""Exact tests: Student's t, Fisher's, Wilson's interval, and the rule for many tests at once.

Small and from the formulas, so that no night's verdict depends on a heavy library. Every
probability is computed, none drawn: the same series gives the same verdict every time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

_TINY = 1e-300
_ROUNDING = 1 + 1e-9  # two tables of equal probability must not differ by a rounding error


def student_tails(t: float, degrees: float) -> float:
    """Probability that Student's t is as far from zero as ``t`` or farther, on either side.

    The regularised incomplete beta function I_x(degrees/2, 1/2) at x = degrees / (degrees + t*t)
    (Abramowitz and Stegun, 26.7.1 and 26.5.27).
    """
    if degrees <= 0:
        raise ValueError(f"Student's t has degrees of freedom, not {degrees:g}")
    square = t * t
    return _beta_share(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5)


@lru_cache(maxsize=1024)
def student_bound(confidence: float, degrees: float) -> float:
    """The t that encloses, with its negative, so much of Student's distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
    low, high = 0.0, 1.0
    while student_tails(high, degrees) > 1 - confidence:
        low, high = high, 2 * high
    for _ in range(60):  # halving: 2**-60 is below a float's resolution
        middle = (low + high) / 2
        if student_tails(middle, degrees) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _beta_share(x: float, rest: float, a: float, b: float) -> float:
    """I_x(a, b), with ``rest`` = 1 - x given apart because near 1 the difference loses digits."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(rest, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Continued fraction of the incomplete beta function, by Lentz's method (A&S 26.5.8)."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away_from_zero(1 + step * d)
            c = _away_from_zero(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def fisher_less(passed: int, trials: int, passed_before: int, trials_before: int) -> float:
    """Probability of so few passes or fewer, had both samples one pass rate: Fisher, one-sided.

    Given how many passed in all, the passes among ``trials`` are hypergeometric.
    """
    for k, n in ((passed, trials), (passed_before, trials_before)):
        if not 0 <= k <= n:
            raise ValueError(f"{k} of {n} cannot pass")
    passes, everything = passed + passed_before, trials + trials_before
    ways = math.comb(everything, trials)
    fewest = max(0, passes - trials_before)
    few = sum(
        math.comb(passes, k) * math.comb(everything - passes, trials - k)
        for k in range(fewest, passed + 1)
    )
    return few / ways


def wilson(passed: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Interval of a pass rate (Wilson, JASA 22, 1927); 95 % by default."""
    if trials <= 0 or not 0 <= passed <= trials:
        raise ValueError(f"{passed} of {trials} has no rate")
    rate, square = passed / trials, z * z / trials
    middle = rate + square / 2
    half = z * math.sqrt(rate * (1 - rate) / trials + square / trials / 4)
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return max(0.0, low), min(1.0, high)


def discovery_rates(p_values: Sequence[float]) -> tuple[float, ...]:
    """The q-value of each p-value among all of them, in the same order.

    Whoever takes every test with q up to 5 % for a discovery is wrong in 5 % of the discoveries at
    most, on average (Benjamini and Hochberg, JRSS B 57, 1995).
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError("a p-value lies between 0 and 1")
    order = sorted(range(len(p_values)), key=lambda i: p_values[i], reverse=True)
    q_values, smallest = [1.0] * len(p_values), 1.0
    for place, i in enumerate(order):
        smallest = min(smallest, p_values[i] * len(p_values) / (len(p_values) - place))
        q_values[i] = smallest
    return tuple(q_values)
