"""`rig report`: render the compliance page of any run again."""

from __future__ import annotations

from pathlib import Path

import click

from reports.errors import ReportError
from reports.page import write_page
from rig.records.journal import JOURNAL

RUNS = Path("runs")


@click.command("report")
@click.argument("run", required=False)
def report(run: str | None) -> None:
    """Render the compliance page of RUN again and print its path.

    RUN is a run's folder, or its name below ./runs. Without it, the newest run is taken.
    """
    folder = find_run(run) if run else find_newest()
    try:
        click.echo(write_page(folder))
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc


def find_run(run: str) -> Path:
    """The folder that RUN means; raises click.UsageError when it is none."""
    tried = [Path(run), RUNS / run]
    for folder in tried:
        if (folder / JOURNAL).is_file():
            return folder
    if any(folder.is_dir() for folder in tried):
        raise click.UsageError(f"{run} is not a run: it holds no {JOURNAL}.")
    raise click.UsageError(f"{run} is no folder, and there is no {RUNS / run} either.")


def find_newest() -> Path:
    """The run below ./runs that began last: run folders are named by their UTC stamp."""
    found = sorted(journal.parent for journal in RUNS.glob(f"*/{JOURNAL}"))
    if not found:
        raise click.UsageError(f"There is no run below {RUNS}; name a run's folder.")
    return found[-1]
