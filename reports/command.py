"""`rig report`: render the compliance page of any run again."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from reports.errors import ReportError
from reports.language import ENGLISH, LANGUAGES
from reports.page import PAGES, render_files
from reports.revisions import REVISIONS, Revision, issuing, next_revision, text_with
from reports.sealing.options import key_option, signing_key
from reports.sealing.seal import write_all_sealed
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, read_run

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
@click.option(
    "--revision",
    "number",
    type=click.IntRange(min=1),
    metavar="N",
    help="Issue the report again, as its revision N: the next one.",
)
@click.option("--because", metavar="WHY", help="Why the revision replaces the issue before.")
@click.option(
    "--replaces",
    metavar="REPORT",
    default="",
    help="What it replaces, if not the issue before: the report of another run.",
)
@click.option("--by", metavar="PERSON", default="", help="Who issues the revision.")
@key_option
def report(
    run: str | None,
    languages: tuple[str, ...],
    number: int | None,
    because: str | None,
    key: Path | None,
    **issue: str,
) -> None:
    """Render the compliance page of RUN again, renew its manifest, and print the page's path.

    RUN is a run's folder, or its name below ./runs. Without it, the newest run is taken. What the
    run recorded is quoted as it is, whatever the language. With --revision the page says that it
    replaces the issue before, and why; the run's folder keeps it.
    """
    if (number is None) != (because is None):
        raise click.UsageError("--revision and --because belong together: what replaces says why.")
    folder = find_run(run) if run else find_newest()
    now = datetime.now(UTC)
    try:
        languages = tuple(dict.fromkeys(languages))
        with ExitStack() as stack:
            files: dict[str, bytes] = {}
            if number is not None and because is not None:
                revision = _revision(folder, number, because, now, **issue)
                files[REVISIONS] = text_with(folder, revision)
                stack.enter_context(issuing(revision))
            files |= render_files(folder, languages)
        write_all_sealed(folder, files, signing_key(key), now)
        for name in languages:
            click.echo(folder / PAGES[name])
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc


def _revision(
    folder: Path, number: int, because: str, now: datetime, *, replaces: str, by: str
) -> Revision:
    try:
        run = read_run(folder)
    except RecordError as exc:
        raise ReportError(f"{folder} is not a readable run: {exc}") from exc
    return next_revision(
        run, number, because, now, folder / PAGES[ENGLISH], replaces=replaces, by=by
    )


def find_run(run: str) -> Path:
    """The folder that RUN means; raises click.UsageError when it is none."""
    tried = [Path(run), RUNS / run]
    for folder in tried:
        if (folder / JOURNAL).is_file():
            return folder
    if any(folder.is_dir() for folder in tried):
        raise click.UsageError(f"{run} is not a run: it holds no {JOURNAL}.")
    raise click.UsageError(f"{run} is no folder, and there is no {RUNS / run} either.")


def find_all() -> list[Path]:
    """Every run below ./runs, the oldest first: run folders are named by their UTC stamp."""
    return sorted(journal.parent for journal in RUNS.glob(f"*/{JOURNAL}"))


def find_newest() -> Path:
    """The run below ./runs that began last."""
    found = find_all()
    if not found:
        raise click.UsageError(f"There is no run below {RUNS}; name a run's folder.")
    return found[-1]
