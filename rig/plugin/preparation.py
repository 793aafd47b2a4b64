"""Turns a pytest run into a run of the rig, if one was asked for, before pytest collects."""

from __future__ import annotations

import pytest

from rig.plugin import options


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Read what is to be done and register the hooks that do it; raises UsageError."""
    if not options.is_rig_run(config) or config.option.help or config.option.version:
        return
    # Only now: a run of somebody's unit tests shall not pay for these.
    from rig.plans.plan import paths_of  # noqa: PLC0415
    from rig.plugin.assignment import assign  # noqa: PLC0415
    from rig.plugin.session import register  # noqa: PLC0415

    assignment = assign(config)
    config.option.rig_run_dir = str(assignment.folder)
    if assignment.locations and not assignment.narrowed:
        config.args = paths_of(assignment.locations)
    register(config, assignment)
