"""The options and the door that every command which asks the history shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from reports.command import RUNS
from reports.history.errors import HistoryError, NoSuchRun, NotServed
from reports.history.nights import zone_of
from reports.history.store import History
from reports.history.wording import plain

_DEFAULT = str(RUNS / "history.db")


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
as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object, for programs."
)


@contextmanager
def opened_history(where: str, *, make: bool = False) -> Iterator[History]:
    """The history; a complaint becomes one message and exit status 2 or 3."""
    if not make and "://" not in where and not Path(where).exists():
        raise click.UsageError(f"There is no history in {where}: begin with rig history import.")
    try:
        with History(where) as history:
            yield history
    except (NoSuchRun, NotServed) as exc:
        raise click.UsageError(plain(str(exc))) from exc
    except HistoryError as exc:
        raise _Unreachable(plain(str(exc))) from exc


def say(lines: Iterable[str]) -> None:
    """Print line by line."""
    for line in lines:
        click.echo(line)


def asked(text: str) -> str:
    """What was asked for, as text that a database can be asked with."""
    return text.encode("utf-8", "replace").decode()
