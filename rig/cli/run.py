"""`rig run`: a plan on a bench, by pytest in this process."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from rig.bench.load import find_bench
from rig.cli.errors import BenchRefusal, refusals
from rig.plans.load import find_plan
from rig.plans.plan import TESTPLANS, locate, paths_of

_ROOT = TESTPLANS.parent
_USAGE = 2


class _Witness:
    """Tells pytest's own wrong usage (its exit status 4) from the rig's 4, inconclusive."""

    configured = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self) -> None:
        self.configured = True


@click.command(
    epilog="""\b
Examples:
  rig run smoke --bench virtual
  rig run smoke --bench virtual -k "tap and not card"
  rig run plans/nightly.yaml --bench benches/desk.yaml --run-dir /tmp/tonight
  rig run smoke --bench virtual -- -x -v       what follows -- goes to pytest
""",
)
@click.argument("plan")
@click.option("--bench", required=True, metavar="BENCH", help="A bench file, or its name.")
@click.option("--run-dir", metavar="FOLDER", help="Where journal and reports go.")
@click.option("-k", "only", metavar="WORDS", help="Only tests whose names match, as in pytest -k.")
@click.option(
    "--continues",
    multiple=True,
    metavar="FOLDER",
    help="A run that was cut off: run only the tests that it has no result of. May be repeated.",
)
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:
    """Run PLAN on a bench, with live progress, and leave a report.

    PLAN is a plan file, or the name of one (see rig plans). The run's journal and its reports
    go to runs/STAMP-PLAN-BENCH below the current folder unless --run-dir names another.
    """
    asked = _Given(**given)
    with refusals():
        chosen = find_plan(asked.plan)
        bench_file = find_bench(asked.bench).absolute()
        locations = locate(chosen)
    arguments = [f"--bench={bench_file}", f"--plan={chosen.path}", *asked.arguments()]
    paths = paths_of(locations)  # named here, so that their conftest files are found in time
    settings = _settings(_root_of([Path(path) for path in paths]))
    ctx.exit(_run_pytest([*settings, *arguments, *asked.pytest_arguments, *paths]))


@dataclass(frozen=True, slots=True)
class _Given:
    """What the shell says."""

    plan: str
    bench: str
    run_dir: str | None
    only: str | None
    continues: tuple[str, ...]
    pytest_arguments: tuple[str, ...]

    def arguments(self) -> list[str]:
        """What the rig's plugin is told of it, besides plan and bench."""
        found = [f"--run-dir={Path(self.run_dir).absolute()}"] if self.run_dir else []
        found += ["-k", self.only] if self.only else []
        return found + [f"--continues={Path(run).absolute()}" for run in self.continues]


def _root_of(paths: Sequence[Path]) -> Path:
    """The folder that node ids count from: the rig's, or the one that holds a plan's own tests."""
    if all(path.is_relative_to(_ROOT) for path in paths):
        return _ROOT
    common = Path(os.path.commonpath(paths))
    return common if common.is_dir() else common.parent


def _settings(root: Path) -> list[str]:
    """What makes pytest behave the same from any folder."""
    plugins = ["-p", "rig.plugin", "-p", "reports.plugin", "-p", "no:cacheprovider"]
    configuration = _ROOT / "pyproject.toml"
    found = ["-c", str(configuration)] if configuration.exists() else ["--import-mode=importlib"]
    return [*found, f"--rootdir={root}", *plugins]


def _run_pytest(arguments: list[str]) -> int:
    witness = _Witness()
    if str(_ROOT) not in sys.path:
        sys.path.insert(0, str(_ROOT))
    try:
        status = int(pytest.main(arguments, plugins=[witness]))
    except Exception as exc:  # whatever escapes pytest is the rig's fault, and never exit status 1
        raise BenchRefusal(f"internal error: {_in_one_line(exc)}") from exc
    return status if witness.configured else _USAGE


def _in_one_line(exc: Exception) -> str:
    """What was raised, and the line of source it was raised in."""
    said = " ".join(f"{type(exc).__name__}: {exc}".split())
    where = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{said} ({where.filename}:{where.lineno})"
