"""`rig history`, `rig compare` and `rig trend`: what all runs found, asked from a shell."""

from __future__ import annotations

from datetime import tzinfo

import click

from reports.command import RUNS, find_all, find_run
from reports.history.as_json import runs_as_json
from reports.history.errors import JournalRefused
from reports.history.importing import import_run
from reports.history.options import as_json_option, kept_in, opened_history, say, zone_option
from reports.history.runs import list_runs
from reports.history.wording import plain, runs_as_text

_DEFAULT = str(RUNS / "history.db")
_REFUSED = 1
_MOST_RUNS, _MOST_NIGHTS = 30, 60
_HERE = "\0"  # no name of a file


@click.group(
    "history",
    epilog="""\b
Examples:
  rig history import runs/*
  rig history list
  rig history import --history postgresql://rig@server/history
""",
)
def history() -> None:
    """Keep what all runs found in one database, and say what is in it.

    It is a file of SQLite, or a PostgreSQL database that many benches share. rig compare and
    rig trend ask it.
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
    folders = [find_run(run) for run in runs] if runs else find_all()
    if not folders:
        raise click.UsageError(f"There is no run below {RUNS}; name a run's folder.")
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
@as_json_option
@kept_in
def list_(most: int, as_json: bool, where: str) -> None:
    """List the newest runs of the history."""
    with opened_history(where) as opened:
        found = list_runs(opened, most)
    say([runs_as_json(found)] if as_json else runs_as_text(found))
