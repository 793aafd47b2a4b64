"""`rig history`, `rig compare` and `rig trend`: what all runs found, asked from a shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from reports.command import RUNS, find_run
from reports.history.as_json import comparison_as_json, runs_as_json, trend_as_json
from reports.history.compare import compare_runs
from reports.history.errors import HistoryError, JournalRefused, NoSuchRun
from reports.history.importing import import_run
from reports.history.nights import zone_of
from reports.history.runs import list_runs
from reports.history.store import History
from reports.history.trend import trend
from reports.history.wording import comparison_as_text, plain, runs_as_text, trend_as_text
from rig.records.journal import JOURNAL

_DEFAULT = str(RUNS / "history.db")
_REFUSED = 1
_MOST_RUNS, _MOST_NIGHTS = 30, 60


class _Unreachable(click.ClickException):
    """The database is to blame."""

    exit_code = 3


def kept_in(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that says which history."""
    return click.option(
        "--history",
        "where",
        default=_DEFAULT,
        show_default=True,
        envvar="RIG_HISTORY",
        show_envvar=True,
        metavar="FILE|URL",
        help="A file of SQLite, or the URL of a PostgreSQL database.",
    )(command)


def _zone(_ctx: click.Context, _parameter: click.Parameter, name: str) -> tzinfo:
    try:
        return zone_of(name)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from exc


zone_option = click.option(
    "--zone",
    default="UTC",
    show_default=True,
    envvar="RIG_ZONE",
    show_envvar=True,
    metavar="NAME",
    callback=_zone,
    help="A night goes from noon to noon of this time zone.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")


@contextmanager
def opened_history(where: str, *, make: bool = False) -> Iterator[History]:
    """The history; a complaint becomes one message and exit status 2 or 3."""
    if not make and "://" not in where and not Path(where).exists():
        raise click.UsageError(f"There is no history in {where}: begin with rig history import.")
    try:
        with History(where) as history:
            yield history
    except NoSuchRun as exc:
        raise click.UsageError(plain(str(exc))) from exc
    except HistoryError as exc:
        raise _Unreachable(plain(str(exc))) from exc


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _asked(text: str) -> str:
    """What was asked for, as text that a database can be asked with."""
    return text.encode("utf-8", "replace").decode()


@click.group("history")
def history() -> None:
    r"""Keep what all runs found in one database, and say what is in it.

    It is a file of SQLite, or a PostgreSQL database that many benches share. rig compare and
    rig trend ask it.

    \b
    Examples:
      rig history import runs/*
      rig history list
      rig history import --history postgresql://rig@server/history
    """


@history.command(
    "import",
    epilog="""\b
Exit status: 0 all are in the history, 1 a journal was refused (the others are in),
2 usage, 3 the database cannot be reached.

\b
Examples:
  rig history import                     all runs below ./runs
  rig history import 20260302T091405Z-smoke-desk
""",
)
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option("--replace", is_flag=True, help="Take a journal that changed since it came in.")
@zone_option
@kept_in
@click.pass_context
def import_(
    ctx: click.Context, runs: tuple[str, ...], replace: bool, zone: tzinfo, where: str
) -> None:
    """Bring runs in: folders, or names below ./runs. Without RUN, all that are there.

    A run comes in once; again, it changes nothing. Journals of older rigs come in with what they
    have, killed runs are marked. One that was still going on may be brought in again when it has
    gone further.
    """
    folders = [find_run(run) for run in runs] if runs else _all_runs()
    refused = 0
    with opened_history(where, make=True) as opened:
        for folder in folders:
            try:
                outcome = import_run(opened, folder, replace=replace, night=zone)
            except JournalRefused as exc:
                refused += 1
                click.echo(f"refused: {plain(str(exc))}", err=True)
            else:
                click.echo(f"{plain(str(folder))}: {outcome}")
    ctx.exit(_REFUSED if refused else 0)


def _all_runs() -> list[Path]:
    found = sorted(journal.parent for journal in RUNS.glob(f"*/{JOURNAL}"))
    if not found:
        raise click.UsageError(f"There is no run below {RUNS}; name a run's folder.")
    return found


@history.command(
    "list",
    epilog="""\b
Exit status: 0, or 2 usage, 3 the database cannot be reached.

\b
Examples:
  rig history list
  rig history list --most 200 --history /srv/rig/history.db
""",
)
@click.option("--most", default=_MOST_RUNS, show_default=True, type=click.IntRange(1))
@_as_json
@kept_in
def list_(most: int, as_json: bool, where: str) -> None:
    """List the newest runs of the history."""
    with opened_history(where) as opened:
        found = list_runs(opened, most)
    _say(iter([runs_as_json(found)]) if as_json else runs_as_text(found))


@click.command(
    "compare",
    epilog="""\b
Exit status: 0 nothing got worse, 1 a requirement or test did, 2 usage or no such run,
3 the database cannot be reached.

\b
Examples:
  rig compare 20260301T220000Z-nightly-desk 20260302T220000Z-nightly-desk
  rig compare 20260301 20260302
""",
)
@click.argument("before")
@click.argument("after")
@_as_json
@kept_in
@click.pass_context
def compare(ctx: click.Context, before: str, after: str, as_json: bool, where: str) -> None:
    """Show what stands otherwise in the run AFTER than in the run BEFORE.

    Each is a run's id, or enough of its beginning to tell it from others.
    """
    with opened_history(where) as opened:
        found = compare_runs(opened, _asked(before), _asked(after))
    _say(iter([comparison_as_json(found)]) if as_json else comparison_as_text(found))
    ctx.exit(1 if found.got_worse else 0)


@click.command(
    "trend",
    epilog="""\b
Exit status: 0, or 2 usage or no result of this requirement, 3 the database cannot be reached.

\b
Examples:
  rig trend DK-UNLOCK-03
  rig trend DK-UNLOCK-03 --nights 365
""",
)
@click.argument("requirement")
@click.option("--nights", default=_MOST_NIGHTS, show_default=True, type=click.IntRange(1))
@_as_json
@kept_in
def trend_(requirement: str, nights: int, as_json: bool, where: str) -> None:
    """Show the newest nights of REQUIREMENT: medians, and how many results passed.

    A night goes from noon to noon, of UTC unless its runs were imported by another zone. Nights
    are comparable within one series: the same quantity and test, vehicle, phone, software status
    and fixture.
    """
    with opened_history(where) as opened:
        found = trend(opened, _asked(requirement), nights)
    if not found:
        raise click.UsageError(f"The history has no result of {plain(requirement)!r}.")
    _say(iter([trend_as_json(requirement, found)]) if as_json else trend_as_text(found))
