"""`rig baseline`: what nights are compared with, and who took it for normal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click

from reports.history.baselines import baselines_in_force, keep_baseline
from reports.history.bench_nights import bench_series
from reports.history.options import kept_in, opened_history
from reports.history.runs import fixtures_known
from reports.history.store import History
from reports.history.wording import columns, plain
from reports.regression.baseline import (
    FEWEST_NIGHTS,
    Acceptance,
    Baseline,
    accept,
    count_nights,
    say_too_few,
)
from reports.regression.errors import RegressionError
from reports.trends.kept import to_baseline, to_kept
from reports.trends.series import Named, to_series
from reports.wording import say_test, write_number

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("baseline")
def baseline() -> None:
    """Show what nights are compared with, and accept another level as normal.

    The first ten nights of a metric freeze its first baseline. It does not move by itself, or a
    slow regression would become normal.
    """


@baseline.command(
    "list",
    epilog="""\b
Exit status: 0, or 2 usage, 3 the database cannot be reached.

\b
Example:
  rig baseline list
""",
)
@kept_in
def list_(where: str) -> None:
    """List the baselines in force, and the metrics whose baseline is still building."""
    with opened_history(where) as history:
        lines = _lines(history)
    head = ("series", "level", "nights", "metric", "phone", "software", "fixture", "")
    for line in columns([head, *lines]):
        click.echo(line)


def _lines(history: History) -> list[tuple[str, ...]]:
    found = []
    in_force = {kept.key.handle: kept for kept in baselines_in_force(history)}
    for one in _all_series(history, ""):
        key = one.kept
        known = in_force.get(one.handle)
        if known is not None:
            level, nights, said = _known(to_baseline(known), key.unit)
        elif one.series.is_measured:
            level, nights, said = "-", "-", _building(count_nights(one.series))
        else:
            continue
        cells = (f"{key.metric or 'pass rate'}, {say_test(key.test)}", key.phone, key.software)
        found.append((key.handle, level, nights, *map(plain, (*cells, key.fixture, said))))
    return found


def _building(nights: int) -> str:
    """Nights that rig nightly did not judge, such as those of an import, have frozen none."""
    if nights < FEWEST_NIGHTS:
        return f"building: {say_too_few(nights)}"
    return "no night has frozen a baseline yet; the next rig nightly that measures it does"


def _known(frozen: Baseline, unit: str) -> tuple[str, str, str]:
    if frozen.taps:
        level = f"{write_number(frozen.centre)} {unit}"
    else:
        level = f"{frozen.passed} of {frozen.trials}"
    return level, str(frozen.nights), str(frozen)


@baseline.command(
    "accept",
    epilog="""\b
Exit status: 0 it is in force from now on, 2 usage, no such series, or fewer than ten nights,
3 the database cannot be reached.

\b
Examples:
  rig baseline accept 3f9a20c1be --by "A. Beck" --because "new antenna, DK-1234"
  rig baseline accept 3f9a20c1be --by "A. Beck" --because "..." --from 2026-11-02 --to 2026-11-20
""",
)
@click.argument("series")
@click.option("--by", required=True, metavar="NAME", help="Who takes it for normal.")
@click.option("--because", required=True, metavar="WHY", help="Why it is.")
@click.option("--from", "first", type=_DAY, help="The first night of it.  [default: ten nights]")
@click.option("--to", "last", type=_DAY, help="The last night of it.  [default: the newest]")
@click.option("--golden", default="", metavar="IDENTITY", help="Divide this device out.")
@kept_in
def accept_(
    series: str,
    where: str,
    golden: str,
    by: str,
    because: str,
    **between: datetime | None,
) -> None:
    """Take the newest nights of SERIES for normal; the old baseline stays in the history.

    SERIES is the short name that rig baseline list and the night's page show. Ten nights at least
    are a baseline: whoever accepts a change tonight waits for them. The golden device of the old
    baseline stays unless another is named as rig trend shows it.
    """
    with opened_history(where) as history:
        kept = next(iter(baselines_in_force(history, [series])), None)
        golden = golden or (kept.golden if kept else "")
        named = next((one for one in _all_series(history, golden) if one.handle == series), None)
        if named is None:
            raise click.UsageError(f"The history has no series {series!r}: see rig baseline list.")
        try:
            acceptance = Acceptance(by, datetime.now(UTC).date(), because)
            frozen = accept(named.series, *_period(named, between), acceptance)
        except RegressionError as exc:
            raise click.UsageError(plain(str(exc))) from exc
        keep_baseline(history, to_kept(named, frozen, golden))
    click.echo(plain(f"{series}: {frozen}"))


def _period(named: Named, between: dict[str, datetime | None]) -> tuple[date, date]:
    nights = [night.date for night in named.series.nights]
    first, last = between.get("first"), between.get("last")
    end = last.date() if last else nights[-1]
    known = [day for day in nights if day <= end]
    begin = first.date() if first else (known[-FEWEST_NIGHTS:] or nights)[0]
    return begin, end


def _all_series(history: History, golden: str) -> list[Named]:
    """Every series of every bench, up to today."""
    fixtures = fixtures_known(history)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return to_series(bench_series(history, fixtures, tomorrow), golden)
