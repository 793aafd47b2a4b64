"""`rig compare` and `rig trend`: what differs between two runs, and over many nights."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reports.command import RUNS, find_all, find_run
from reports.comparison.page import render_comparison
from reports.errors import ReportError
from reports.history.as_json import comparison_as_json, trend_as_json
from reports.history.baselines import baselines_in_force
from reports.history.compare import compare_runs
from reports.history.options import as_json_option, asked, kept_in, opened_history, say
from reports.history.trend import trend
from reports.history.wording import comparison_as_text, plain, trend_as_text
from reports.language import ENGLISH, LANGUAGES
from reports.sheet import write_sheet
from reports.trends.page import render_trend

_MOST_NIGHTS = 60
_HERE = "\0"  # no name of a file


def _on_a_page(command: Callable[..., Any]) -> Callable[..., Any]:
    page = click.option(
        "--page",
        is_flag=False,
        flag_value=_HERE,
        metavar="[FILE]",
        help="Write a static page instead, and print its path. Without FILE it goes into this "
        "folder; so --page stands last then.",
    )
    language = click.option(
        "--language",
        type=click.Choice(LANGUAGES),
        default=ENGLISH,
        show_default=True,
        help="Of the page.",
    )
    return page(language(command))


def _write(text: str, page: str, usual: str) -> None:
    """Write a page and say where; a complaint becomes exit status 2."""
    path = Path(re.sub(r"[^\w.-]", "_", usual) if page == _HERE else page)
    try:
        write_sheet(path, text)
    except ReportError as exc:
        raise click.UsageError(plain(str(exc))) from exc
    click.echo(plain(str(path)))


@click.command(
    "compare",
    epilog="""\b
Exit status: 0 nothing got worse, 1 a requirement or test did, 2 usage or no such run,
3 the database cannot be reached. What is not run any more is counted by itself; it did not
get worse.

\b
Examples:
  rig compare 20260301T220000Z-nightly-desk 20260302T220000Z-nightly-desk
  rig compare 20260301 20260302
  rig compare 20260301 20260302 --page changes.html
""",
)
@click.argument("before")
@click.argument("after")
@_on_a_page
@as_json_option
@kept_in
@click.pass_context
def compare(
    ctx: click.Context,
    /,
    before: str,
    after: str,
    as_json: bool,
    where: str,
    **sheet: Any,
) -> None:
    """Show what stands otherwise in the run AFTER than in the run BEFORE.

    Each is a run's id, or enough of its beginning to tell it from others. A page is made from the
    runs' folders, or their names below ./runs, and needs no history.
    """
    if sheet["page"] is not None:
        ctx.exit(_compare_on_a_page(before, after, **sheet))
    with opened_history(where) as opened:
        found = compare_runs(opened, asked(before), asked(after))
    say([comparison_as_json(found)] if as_json else comparison_as_text(found))
    ctx.exit(1 if found.got_worse else 0)


def _compare_on_a_page(before: str, after: str, page: str, language: str) -> int:
    old, new = _folder(before), _folder(after)
    try:
        found = render_comparison(old, new, language)
    except ReportError as exc:
        raise click.UsageError(plain(str(exc))) from exc
    _write(found.text, page, found.name)
    return 1 if found.got_worse else 0


def _folder(run: str) -> Path:
    """A run's folder, its name below ./runs, or enough of its beginning."""
    begin_so = [path for path in find_all() if path.name.startswith(run)]
    if len(begin_so) == 1 and not Path(run).is_dir():
        return begin_so[0]
    if len(begin_so) > 1 and not any(path.name == run for path in begin_so):
        raise click.UsageError(f"Several runs begin with {plain(run)!r} below {RUNS}.")
    return find_run(run)


@click.command(
    "trend",
    epilog="""\b
Exit status: 0, or 2 usage or no result of this requirement, 3 the database cannot be reached.

\b
Examples:
  rig trend DK-UNLOCK-03
  rig trend DK-UNLOCK-03 --nights 365
  rig trend DK-UNLOCK-03 --page trend.html
""",
)
@click.argument("requirement")
@click.option("--nights", default=_MOST_NIGHTS, show_default=True, type=click.IntRange(1))
@_on_a_page
@as_json_option
@kept_in
def trend_(
    requirement: str, nights: int, as_json: bool, where: str, page: str | None, language: str
) -> None:
    """Show the newest nights of REQUIREMENT: medians, and how many results passed.

    A night goes from noon to noon, of UTC unless its runs were imported by another zone. Nights
    are comparable within one series: the same quantity and test, vehicle, phone, software status
    and fixture. A page draws the nights, and judges each series against its baseline: its first
    ten nights, where nobody accepted another.
    """
    with opened_history(where) as opened:
        found = trend(opened, asked(requirement), nights)
        handles = [one.key.handle for one in found]
        baselines = {kept.key: kept for kept in baselines_in_force(opened, handles)}
    if not found:
        raise click.UsageError(f"The history has no result of {plain(requirement)!r}.")
    if page is None:
        say([trend_as_json(requirement, found)] if as_json else trend_as_text(found))
    else:
        try:
            text = render_trend(asked(requirement), found, baselines, language)
        except ReportError as exc:
            raise click.UsageError(plain(str(exc))) from exc
        _write(text, page, f"trend-{requirement}.html")
