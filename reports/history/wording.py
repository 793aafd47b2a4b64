"""History as plain text for a terminal. What a device or journal said cannot control it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.history.compare import Change, Comparison, Direction, Median, count_gone
from reports.history.runs import RunSummary
from reports.history.trend import TrendNight, TrendSeries

_SIGNS = {
    Direction.BETTER: "+",
    Direction.OTHER: "~",
    Direction.WORSE: "-",
    Direction.GONE: "x",
}


def plain(text: str) -> str:
    r"""Text of one line: all that does not print, as \x1b or \u202e. Bidirectional marks too."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def runs_as_text(runs: Sequence[RunSummary]) -> Iterator[str]:
    """A line a run."""
    head = ("night", "verdict", "results", "run", "")
    yield from columns([head, *(_run_cells(run) for run in runs)])


def _run_cells(run: RunSummary) -> tuple[str, ...]:
    marks = ["simulated"] if run.simulated else []
    if not run.complete:
        inside = f" in {run.under_way}" if run.under_way else ""
        marks.append(f"INCOMPLETE: cut off{inside}")
    cells = (str(run.night), run.verdict or "none", str(run.results), run.run_id, ", ".join(marks))
    return tuple(map(plain, cells))


def trend_as_text(series: Sequence[TrendSeries]) -> Iterator[str]:
    """Each series with what it is of, and a line a night."""
    for number, one in enumerate(series):
        key = one.key
        if number:
            yield ""
        unit = f" in {key.unit}" if key.unit else ""
        yield plain(f"{key.metric}{unit}, {key.test}" if key.metric else key.test)
        facts = [("vehicle", key.vehicle), ("phone", key.phone)]
        facts += [("software", key.software), ("fixture", key.fixture)]
        for name, value in facts:
            if value:
                yield f"  {name:9} {plain(value)}"
        if key.simulated:
            yield "  simulated"
        head = ("night", "median", "taken", "passed", "")
        for line in columns([head, *(_night_cells(night) for night in one.nights)]):
            yield f"  {line}"


def _night_cells(night: TrendNight) -> tuple[str, ...]:
    return (
        str(night.night),
        _number(night.median),
        f"{len(night.samples)} of {night.wanted}",
        f"{night.passed} of {night.judged}",
        "" if night.complete else "INCOMPLETE: a run was cut off",
    )


def comparison_as_text(found: Comparison) -> Iterator[str]:
    """What is not the same, and all medians."""
    for name, run in (("before", found.first), ("after", found.second)):
        cells = _run_cells(run)
        yield f"{name:7} {cells[3]}  {cells[1]}" + (f"  {cells[4]}" if cells[4] else "")
    for what, changes in (("requirements", found.requirements), ("tests", found.tests)):
        yield ""
        gone = count_gone(changes)
        apart = f", {gone} of them not run any more (x)" if gone else ""
        yield f"{what} that stand otherwise: {len(changes) or 'none'}{apart}"
        yield from columns([_change_cells(change) for change in changes])
    if found.medians:
        yield ""
        yield "medians (of one run each: whether one has moved, many nights must say)"
        head = ("metric", "before", "after", "factor", "test")
        yield from columns([head, *(_median_cells(median) for median in found.medians)])


def _change_cells(change: Change) -> tuple[str, ...]:
    words = f"{change.before} -> {change.after}"
    return (_SIGNS[change.direction], plain(words), plain(change.name))


def _median_cells(median: Median) -> tuple[str, ...]:
    factor = "-" if median.factor is None else f"{median.factor:.3f}"
    name = plain(f"{median.metric} in {median.unit}")
    return (name, _number(median.before), _number(median.after), factor, plain(median.test))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows of cells, each column as wide as its widest."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
