"""`rig nightly`: one call a night, from a timer or by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from reports.command import RUNS
from reports.errors import ReportError
from reports.history.errors import HistoryError, NotServed
from reports.history.options import kept_in, zone_option
from reports.history.store import History
from reports.history.wording import plain
from reports.nightly.errors import NightError, NightHeld, NotifyError
from reports.nightly.gate import RIG, say_status
from reports.nightly.night_page import NIGHT_PAGE
from reports.nightly.notify.settings import NotifySettings, load_notify
from reports.nightly.notify.telling import tell
from reports.nightly.state import FAILED, Night, nights_of
from reports.nightly.steps import Task, judge, run_to_the_end, tonight, unfinished_before
from reports.nightly.systemd import write_units
from reports.nightly.turn import night_turn
from rig.bench.errors import BenchFileError
from rig.bench.load import find_bench, load_bench
from rig.bench.safety import Interrupted, signals_unwind
from rig.plans.errors import PlansError
from rig.plans.load import find_plan
from rig.plans.plan import locate

HELD = 5
NIGHTS = RUNS / "nights"


@dataclass(frozen=True, slots=True)
class _Given:
    """What the shell says."""

    plan: str
    bench: str
    where: str
    golden: str
    notify: Path | None
    zone: tzinfo
    figures: bool
    hours: float
    systemd: bool
    units: Path | None
    at: str


@click.command(
    "nightly",
    epilog="""\b
Exit status: 0 fine, 1 a test failed or a metric regressed (the product), 2 usage, plan, bench
or notify file, 3 rig error (self-check, a run that broke, a test without result, history),
4 inconclusive only, 5 the bench or its night is in use: nothing was done, call again;
128 + n ended by signal n, and the next call goes on.

\b
Examples:
  rig nightly --bench desk
  rig nightly nightly --bench desk --golden plain_phone --notify notify.yaml
  rig nightly --bench desk --history postgresql://rig@server/history
  rig nightly --bench desk --systemd --units ~/.config/systemd/user
""",
)
@click.argument("plan", default="nightly")
@click.option("--bench", required=True, metavar="BENCH", help="A bench file, or its name.")
@kept_in
@click.option("--golden", default="", metavar="DEVICE", help="The golden reference, by its name.")
@click.option(
    "--notify",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Who is told: mail and webhooks (YAML).",
)
@zone_option
@click.option(
    "--figures", is_flag=True, help="The self-check takes figures too (doctor --measure)."
)
@click.option(
    "--hours",
    default=12.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="A run that takes longer is ended.",
)
@click.option("--systemd", is_flag=True, help="Print a service and a timer for it, and no more.")
@click.option(
    "--units", type=click.Path(path_type=Path), metavar="FOLDER", help="Write these units there."
)
@click.option(
    "--at", default="22:00", show_default=True, metavar="HH:MM", help="When the timer calls."
)
@click.pass_context
def nightly(ctx: click.Context, /, **given: Any) -> None:
    """Check the bench, run PLAN, compare the night with those before, say what it came to.

    Each step can be cut off: the next call goes on where the last one ended, runs the tests that
    have no result, and ends with each result once. When the night is over, a further call says
    again what it came to. State and page are in runs/nights/BENCH/PLAN/DATE.
    """
    asked = _Given(**given)
    if asked.systemd or asked.units is not None:
        _write_units(asked)
        return
    with _refusals():
        try:
            with signals_unwind():
                status = _night(asked)
        except Interrupted as exc:
            click.echo(f"{exc}: the next call goes on", err=True)
            status = 128 + exc.signal
    ctx.exit(status)


class _Usage(click.ClickException):
    exit_code = 2


class _RigError(click.ClickException):
    exit_code = RIG


class _Held(click.ClickException):
    exit_code = HELD


@contextmanager
def _refusals() -> Iterator[None]:
    """Each complaint as one message, with its exit status."""
    try:
        yield
    except (BenchFileError, PlansError, NotifyError, NotServed) as exc:
        raise _Usage(plain(str(exc))) from exc
    except NightHeld as exc:
        raise _Held(plain(str(exc))) from exc
    except (HistoryError, NightError, ReportError) as exc:
        raise _RigError(plain(str(exc))) from exc


def _night(asked: _Given) -> int:
    """Everything; the gate's exit status."""
    plan = find_plan(asked.plan)
    locate(plan)
    bench = load_bench(find_bench(asked.bench))
    settings = load_notify(asked.notify) if asked.notify else NotifySettings()
    if asked.golden and asked.golden not in {entry.name for entry in bench.devices}:
        raise _Usage(f"--golden: bench {plain(bench.name)} has no device {asked.golden!r}")
    with night_turn(bench) as remarks, History(asked.where) as history:
        task = Task(
            bench=bench,
            plan=plan,
            history=history,
            runs=RUNS.absolute(),
            nights=NIGHTS.absolute(),
            zone=asked.zone,
            golden=asked.golden,
            figures=asked.figures,
            hours=asked.hours,
            echo=_echo,
        )
        for remark in remarks:
            click.echo(plain(remark), err=True)
        return _go_on(task, settings)


def _go_on(task: Task, settings: NotifySettings) -> int:
    _tell_again(task, settings)
    night = tonight(task, datetime.now(UTC))
    for cut_off in unfinished_before(task, night.night):
        click.echo(f"night {cut_off.night} was cut off and is closed with what it has")
        cut_off.remarks.append("the night was cut off, and no call went on with it before noon")
        _finish(task, cut_off, settings)
    if night.is_over:
        click.echo(f"night {night.night} is over; this is what it came to")
    else:
        run_to_the_end(task, night)
    return _finish(task, night, settings)


def _finish(task: Task, night: Night, settings: NotifySettings) -> int:
    """Judge a night that is not judged yet, tell whom it concerns, say what it came to."""
    if night.gate is None:
        judge(task, night)
    _tell(task, settings, night)
    gate = night.gate
    assert gate is not None  # noqa: S101 - judge has set it
    click.echo(f"night {night.night} on {plain(night.bench)}: {say_status(gate.status)}")
    for reason in gate.reasons:
        click.echo(f"  {plain(reason)}")
    click.echo(f"page  {night.folder / NIGHT_PAGE}")
    return gate.status


def _tell_again(task: Task, settings: NotifySettings) -> None:
    """Whom the newest night could not be told of."""
    newest = next((night for night in nights_of(task.folder) if night.is_over), None)
    if newest and any(notice.outcome == FAILED for notice in newest.notices.values()):
        _tell(task, settings, newest)


def _tell(task: Task, settings: NotifySettings, night: Night) -> None:
    earlier = [other for other in nights_of(task.folder) if other.folder.name < night.folder.name]
    for wrong in tell(settings, night, earlier):
        click.echo(f"nobody was told: {plain(wrong)}; the next call tries again", err=True)


def _echo(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _write_units(asked: _Given) -> None:
    zone = str(asked.zone)
    words = ["nightly", asked.plan, "--bench", asked.bench, "--zone", zone]
    words += [] if "://" in asked.where else ["--history", asked.where]  # it may hold a password
    words += ["--golden", asked.golden] if asked.golden else []
    words += ["--notify", str(asked.notify.absolute())] if asked.notify else []
    words += ["--figures"] if asked.figures else []
    try:
        for line in write_units(words, asked.bench, asked.at, zone, asked.units):
            click.echo(line)
    except ReportError as exc:
        raise _Usage(plain(str(exc))) from exc
