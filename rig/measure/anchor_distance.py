"""What two anchors measure between them, against the distance that was surveyed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from drivers.api.uwb import RangingAnchor
from rig.measure.figures import CONFIDENCE, Figure, figure_of
from rig.measure.intervals import deviation
from rig.measure.pair_ranging import ranges_between
from rig.measure.ranging import robust_deviation

MOST_OFF_M = (
    0.5  # the rig's own choice: more is a wrong survey, no line of sight, or no calibration
)


def distance_between(
    anchor: RangingAnchor,
    reference: RangingAnchor,
    n: int,
    surveyed_m: float | None = None,
    delays_m: Sequence[float] = (),
) -> Figure:
    """The distance in metres from ``n`` ranges, less the antenna delays that are known.

    It is in doubt when it is off the surveyed one by more than MOST_OFF_M. Raises
    CalibrationError that says what to do where they do not hear each other, and what the anchors
    raise.
    """
    ranges_m = [r - math.fsum(delays_m) for r in ranges_between(anchor, reference, n)]
    sigma_m, _ = robust_deviation(ranges_m)
    taken_off = " and ".join(f"{delay_m:+.3f} m" for delay_m in delays_m)
    found = figure_of(
        ranges_m,
        f"{anchor.name} to {reference.name}",
        "m",
        uncertainty=sigma_m,
        basis="robust deviation of the ranges",
        remarks=(f"antenna delay taken off: {taken_off or 'none'}",),
    )
    spread = deviation(ranges_m, CONFIDENCE)
    found = replace(found, statistics=(*found.statistics, *spread))
    if surveyed_m is None:
        return found
    off_m = found.statistic("p50").value - surveyed_m
    remarks = (*found.remarks, f"surveyed {surveyed_m:.3f} m, off by {off_m:+.3f} m")
    doubt = ""
    if abs(off_m) > MOST_OFF_M:
        doubt = (
            f"off by more than {MOST_OFF_M:g} m: see that the path is clear and that anchors in "
            "the bench file has their places, then rig calibrate"
        )
    return replace(found, remarks=remarks, doubt=doubt)
