"""`rig quarantine`: tests whose failures do not close the gate for a while."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from reports.history.options import kept_in, opened_history
from reports.history.quarantine import (
    Quarantine,
    add_quarantine,
    list_quarantine,
    remove_quarantine,
    requirements_of,
)
from reports.history.wording import columns, plain
from reports.nightly.gate import BLOCKING
from rig.plans.errors import PlansError
from rig.plans.load import load_catalogue
from rig.records.excuses import LONGEST_QUARANTINE


@click.group("quarantine")
def quarantine() -> None:
    """Let a flaky test fail for a while: it still runs, and is listed by itself.

    It is not counted as passed, and its failure does not close the gate. It has an owner, a ticket
    and a last day, after which it gates again. A test of a P1 requirement cannot be put here.
    """


@quarantine.command(
    "add",
    epilog="""\b
Exit status: 0, or 2 usage, or a test that may not be put there, 3 the database cannot be reached.

\b
Example:
  rig quarantine add testplans/lock/test_lock_by_tap.py::test_locks --owner beck --ticket DK-77
""",
)
@click.argument("test")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--ticket", required=True, metavar="ID", help="Where it is worked on.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day; 14 days on, and no later, unless said.",
)
@kept_in
def add(test: str, owner: str, ticket: str, until: datetime | None, where: str) -> None:
    """Put TEST, or all cases of a test that is named without its case, in quarantine."""
    today = datetime.now(UTC).date()
    last = until.date() if until else today + LONGEST_QUARANTINE
    _refuse_wrong(owner, ticket, today, last)
    with opened_history(where) as history:
        requirements = requirements_of(history, test)
        if requirements is None:
            raise click.UsageError(f"The history has no result of the test {plain(test)!r}.")
        _refuse_blocking(test, requirements)
        add_quarantine(history, Quarantine(test, owner.strip(), ticket.strip(), today, last))
    click.echo(f"{plain(test)}: in quarantine until {last}, {plain(owner)} answers for it")


def _refuse_wrong(owner: str, ticket: str, today: date, last: date) -> None:
    for name, text in (("--owner", owner), ("--ticket", ticket)):
        if not text.strip():
            raise click.UsageError(f"{name} must not be empty.")
    if not today <= last <= today + LONGEST_QUARANTINE:
        raise click.UsageError(f"--until is between today and {today + LONGEST_QUARANTINE}.")


def _refuse_blocking(test: str, requirements: frozenset[str]) -> None:
    try:
        known = load_catalogue().requirements
    except PlansError as exc:
        raise click.UsageError(str(exc)) from exc
    first = sorted(r for r in requirements if r in known and known[r].priority == BLOCKING)
    if first:
        raise click.UsageError(
            f"{plain(test)} is evidence for {', '.join(first)} of priority {BLOCKING}: "
            "what blocks a release is never in quarantine."
        )


@quarantine.command("list", epilog="\b\nExit status: 0, or 2 usage, 3 no database.")
@kept_in
def list_(where: str) -> None:
    """List what is in quarantine, and what was and gates again."""
    today = datetime.now(UTC).date()
    with opened_history(where) as history:
        found = list_quarantine(history)
    if not found:
        click.echo("nothing is in quarantine")
        return
    rows = [
        (str(one.until), "" if one.holds(today) else "over: gates again", one.owner, one.ticket)
        for one in found
    ]
    cells = [tuple(map(plain, (*row, one.test))) for row, one in zip(rows, found, strict=True)]
    for line in columns([("until", "", "owner", "ticket", "test"), *cells]):
        click.echo(line)


@quarantine.command("remove", epilog="\b\nExit status: 0, or 2 it was not there, 3 no database.")
@click.argument("test")
@kept_in
def remove(test: str, where: str) -> None:
    """Let TEST gate again."""
    with opened_history(where) as history:
        if not remove_quarantine(history, test):
            raise click.UsageError(f"{plain(test)} is not in quarantine.")
    click.echo(f"{plain(test)}: gates again")
