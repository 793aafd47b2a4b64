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
    _add_issue(group)
    _add_excuses(group)
    group.addoption(
        "--continues",
        dest="rig_continues",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a run that was cut off: run the tests that it has no result of",
    )


def _add_issue(group: pytest.OptionGroup) -> None:
    """For whom the run is made."""
    for word in ("customer", "order"):
        group.addoption(
            f"--{word}",
            dest=f"rig_{word}",
            metavar="TEXT",
            default="",
            help=f"{word} to name in the report, in the place of the bench file's",
        )


def _add_excuses(group: pytest.OptionGroup) -> None:
    """What somebody answers for."""
    group.addoption(
        "--waivers",
        dest="rig_waivers",
        metavar="FILE",
        help="waivers and deviations: who accepts what, why, and until when",
    )
    group.addoption(
        "--accept-waivers",
        dest="rig_accept_waivers",
        action="store_true",
        help="let failures that are waived not count in the exit status; the verdict stays fail",
    )
    group.addoption(
        "--quarantine",
        dest="rig_quarantine",
        metavar="FILE",
        help="tests whose results are recorded and decide nothing",
    )


def is_rig_run(config: pytest.Config) -> bool:
    """Whether this is a run of the rig, and not of anybody's unit tests."""
    return any(config.getoption(name) for name in ("rig_bench", "rig_plan", "rig_run_dir"))
