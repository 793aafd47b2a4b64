"""Which measurements count at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.uwb import Measurement, RangeStatus
from rig.vehicle.passive import validity as v
from rig.vehicle.passive.settings import PassiveSettings
from rig.vehicle.passive.validity import Grid, Valid, Validity

GRID = Grid(sts_index0=1000, sts_per_block=96, time0_ns=5_000_000_000, block_ns=96_000_000)


def measured(block: int, /, **more: object) -> Measurement:
    t_ns = GRID.time0_ns + block * GRID.block_ns + 15_000_000
    sts = GRID.sts_index0 + 96 * block + 1
    usual = Measurement(t_ns, 0, RangeStatus.OK, 0, 2.5, sts_index=sts, block=block)
    return replace(usual, **more)  # type: ignore[arg-type]


def judged(*measurements: Measurement, **settings: object) -> list[Valid | str]:
    one = Validity(GRID, PassiveSettings(**settings))  # type: ignore[arg-type]
    return [one.judge(m) for m in measurements]


def test_a_good_one_counts() -> None:
    assert judged(measured(0), measured(1)) == [Valid(0, 2.5), Valid(1, 2.5)]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"status": RangeStatus.NO_ANSWER}, v.NOTHING_HEARD),
        ({"status": RangeStatus.STS_FAILED}, v.STS_FAILED),
        ({"status": RangeStatus.FAILED}, v.FAILED),
        ({"distance_m": None}, v.FAILED),
        ({"status": RangeStatus.NEGATIVE, "distance_m": -0.4}, v.NEGATIVE),
        ({"figure_of_merit": 19}, v.UNTRUSTED),
        ({"sts_index": 1000 + 96 * 3 + 1}, v.OUT_OF_STEP),
        ({"block": None, "sts_index": 1000 + 96 * 40}, v.OUT_OF_STEP),
        ({"block": 40, "sts_index": None}, v.OUT_OF_STEP),
        ({"t_ns": measured(2).t_ns + 400_000_000}, v.LATE),
    ],
    ids=lambda p: p if isinstance(p, str) else None,
)
def test_a_bad_one_is_refused_by_name(more: dict[str, object], name: str) -> None:
    assert judged(measured(2, **more), min_figure_of_merit=20) == [name]


def test_a_small_negative_distance_is_none() -> None:
    near = measured(0, status=RangeStatus.NEGATIVE, distance_m=-0.1)
    assert judged(near) == [Valid(0, 0.0)]


def test_a_block_that_comes_again_is_a_replay() -> None:
    again = measured(1, t_ns=measured(2).t_ns)
    assert judged(measured(0), measured(1), again)[2] == v.REPLAYED
    earlier = measured(0, t_ns=measured(1).t_ns)
    assert judged(measured(1), earlier)[1] == v.REPLAYED
    assert judged(measured(1, sts_index=None), measured(1, sts_index=None))[1] == v.REPLAYED


def test_a_block_from_the_future_spoils_nothing() -> None:
    ahead = measured(1, block=None, sts_index=1000 + 96 * 100)
    assert judged(measured(0), ahead, measured(2))[1:] == [v.OUT_OF_STEP, Valid(2, 2.5)]


def test_a_radio_that_tells_no_index_is_judged_by_time() -> None:
    quiet = [measured(b, block=None, sts_index=None) for b in (0, 1)]
    assert judged(*quiet) == [Valid(0, 2.5), Valid(1, 2.5)]
