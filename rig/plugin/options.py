"""The options a run of the rig is asked for with."""

from __future__ import annotations

import pytest


def add(parser: pytest.Parser) -> None:
    """Add the rig's options."""
    group = parser.getgroup("rig", "Digital Key Rig")
    group.addoption(
        "--bench", dest="rig_bench", metavar="BENCH", help="bench file to run on, or its name"
    )
    group.addoption("--plan", dest="rig_plan", metavar="PLAN", help="plan file to run, or its name")
    group.addoption(
        "--run-dir",
        dest="rig_run_dir",
        metavar="FOLDER",
        help="where the run's journal and reports go (default: runs/STAMP-PLAN-BENCH)",
    )
    group.addoption(
        "--continues",
        dest="rig_continues",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a run that was cut off: run the tests that it has no result of",
    )


def is_rig_run(config: pytest.Config) -> bool:
    """Whether this is a run of the rig, and not of anybody's unit tests."""
    return any(config.getoption(name) for name in ("rig_bench", "rig_plan", "rig_run_dir"))
