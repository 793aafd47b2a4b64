"""`rig report`: render the compliance page of any run again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from reports.errors import ReportError
from reports.language import ENGLISH, LANGUAGES
from reports.page import PAGES, render_files
from reports.sealing.options import key_option, signing_key
from reports.sealing.seal import write_all_sealed
from rig.records.journal import JOURNAL

RUNS = Path("runs")


@click.command(
    "report",
    epilog="""\b
Exit status: 0 the page is rendered, 2 the run cannot be read, its evidence is not as its manifest
says, or it is signed and its page would be another, with no key to sign that.
""",
)
@click.argument("run", required=False)
@click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    default=(ENGLISH,),
    help="Language of the page: en (report.html) or de (report.de.html). May be given twice.",
)
@key_option
def report(run: str | None, languages: tuple[str, ...], key: Path | None) -> None:
    """Render the compliance page of RUN again, renew its manifest, and print the page's path.

    RUN is a run's folder, or its name below ./runs. Without it, the newest run is taken. What the
    run recorded is quoted as it is, whatever the language.
    """
    folder = find_run(run) if run else find_newest()
    try:
        languages = tuple(dict.fromkeys(languages))
        files = render_files(folder, languages)
        write_all_sealed(folder, files, signing_key(key), datetime.now(UTC))
        for name in languages:
            click.echo(folder / PAGES[name])
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
