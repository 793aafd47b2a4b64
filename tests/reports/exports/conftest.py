"""A run with something of everything, its texts hostile."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rig.records.journal import Run, read_run
from rig.records.run import Observation, TestStarted
from rig.records.verdict import Verdict
from tests.reports.demo_ranging import survey, walks
from tests.reports.sample_runs import result, taps, visit, write_run

HOSTILE = '=HYPERLINK("http://x","y")\r\n<script>\x1b[2K\u202e'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Passed, passed after a retry, failed, hostile, surveyed, cut off."""
    measured = taps(
        [300.25, 310.5, 2000.0], phases={"reader": (10.0, 11.0), "ecu": (1.0, 2.0, 3.0)}
    )
    endless = taps([float("inf"), float("nan")], name=HOSTILE, statistics=())
    return write_run(
        tmp_path / "run",
        [
            result(
                "a.py::test_taps", requirements=("DK-A-01", "DK-A-02"), measurements=(measured,)
            ),
            result("a.py::test_again", Verdict.ERROR, reason="reader gone"),
            result("a.py::test_again", attempt=2),
            result(f"a.py::test_fails[{HOSTILE}]", Verdict.FAIL, reason=HOSTILE, vehicle="-1+1"),
            result("a.py::test_hostile", measurements=(endless,)),
            result(
                "b.py::test_seen",
                Verdict.OBSERVED,
                observations=(Observation(HOSTILE, "seen"),),
                range_maps=(survey(random.Random(7), size=2),),  # noqa: S311 - no secret
                walks=(walks(random.Random(7), count=2),),  # noqa: S311 - no secret
            ),
            result("b.py::test_not_here", Verdict.NOT_APPLICABLE),
        ],
        [visit("a.py::test_taps"), visit("a.py::test_taps", 2, latency_ms=30.0)],
        cut_off=TestStarted("b.py::test_cut", 1, ()),
    )


@pytest.fixture
def run(folder: Path) -> Run:
    return read_run(folder)
