"""The pytest plugin: `--bench` and `--plan` make a pytest run a run of the rig.

Without them it costs nothing and changes nothing, so that `pytest` alone runs the project's tests.
This module holds only what pytest must know before that is clear; the rest is imported on use.
"""

from __future__ import annotations

import sys
from collections.abc import Generator

import pytest

from rig.plugin import options

pytest_plugins = ["rig.plugin.preparation"]


_NEEDS_BENCH = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(id, ...): what this test is evidence for")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(
    config: pytest.Config,
) -> Generator[None, int | pytest.ExitCode | None, int | pytest.ExitCode | None]:
    """Give wrong usage of the rig its exit status, 2, in the place of pytest's 4."""
    try:
        return (yield)
    except pytest.UsageError as exc:
        if not (options.is_rig_run(config) or _NEEDS_BENCH in config.stash):
            raise
        sys.stderr.write("rig: " + "\n     ".join(map(str, exc.args)) + "\n")
        return 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run a plan's tests on no bench at all."""
    if options.is_rig_run(config) or config.option.collectonly:
        return
    found = next((item for item in items if item.get_closest_marker("requirement")), None)
    if found:
        config.stash[_NEEDS_BENCH] = True
        raise pytest.UsageError(
            f"{found.nodeid} needs a bench: pass --bench NAME (see `rig benches`)"
        )
