"""Every sample of a run as CSV (RFC 4180), one row each, for spreadsheets and statistics.

A spreadsheet takes a text that begins like a formula for one, quoted or not. Such a text gets an
apostrophe before it; numbers are written by us and need none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from rig.records.journal import Run
from rig.records.run import Measurement, RangeMap, Result, RunStarted, WalkSet

COLUMNS = (
    "run",
    "test",
    "attempt",
    "attempt_started_utc",
    "verdict",
    "requirements",
    "vehicle",
    "kind",  # "measurement", "survey" or "walk"
    "quantity",
    "unit",
    "sample",  # from 1, within quantity, position or walk
    "value",
    "anchor",
    "x_m",
    "y_m",
    "reference_m",  # the true distance
    "walk",
    "t_s",
)
SIMULATED = "simulated"  # the last column: "yes" where a device of the run was virtual
PHASE = "phase "  # before a phase's name: its part of the value, in the same unit
_FORMULA = ("=", "+", "-", "@", "\t", "\r", *"\uff1d\uff0b\uff0d\uff20")  # and full width

Row = dict[str, str]


def write_samples(run: Run) -> bytes:
    """The table, UTF-8. Attempts stand in the order of the journal, samples in that of taking."""
    phases = {PHASE + name: None for r in run.results for m in r.measurements for name in m.phases}
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [*COLUMNS, *phases, SIMULATED], restval="", lineterminator="\r\n")
    writer.writerow({name: as_text(name) for name in writer.fieldnames})
    for result in run.results:
        head = _head(run.started, result)
        for row in _rows(result):
            writer.writerow({**head, **row})
    return file.getvalue().encode("utf-8", "replace")  # a lone surrogate has no bytes


def as_text(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \n\v\f").startswith(_FORMULA) else text


def as_number(value: float | None) -> str:
    """A cell with the shortest text that gives the same number back; empty for none."""
    return "" if value is None else repr(value)


def _head(started: RunStarted, result: Result) -> Row:
    texts = {
        "run": started.run_id,
        "test": result.test,
        "attempt_started_utc": result.started_utc,
        "verdict": result.verdict.value,
        "requirements": " ".join(result.requirements),
        "vehicle": result.vehicle,
        SIMULATED: "yes" if started.simulated else "no",
    }
    return {name: as_text(text) for name, text in texts.items()} | {"attempt": str(result.attempt)}


def _rows(result: Result) -> Iterator[Mapping[str, str]]:
    for measurement in result.measurements:
        yield from _measured(measurement)
    for survey in result.range_maps:
        yield from _surveyed(survey)
    for walks in result.walks:
        yield from _walked(walks)


def _measured(measurement: Measurement) -> Iterator[Row]:
    name, unit = as_text(measurement.name), as_text(measurement.unit)
    for at, value in enumerate(measurement.samples):
        row = {"kind": "measurement", "quantity": name, "unit": unit, "sample": str(at + 1)}
        row["value"] = as_number(value)
        for phase, parts in measurement.phases.items():
            if at < len(parts):
                row[PHASE + phase] = as_number(parts[at])
        yield row


def _surveyed(survey: RangeMap) -> Iterator[Row]:
    for position in survey.positions:
        place = {
            "kind": "survey",
            "quantity": as_text(survey.name),
            "unit": "m",
            "anchor": as_text(position.anchor),
            "x_m": as_number(position.x_m),
            "y_m": as_number(position.y_m),
            "reference_m": as_number(position.reference_m),
        }
        for number, value in enumerate(position.ranges_m, 1):
            yield {**place, "sample": str(number), "value": as_number(value)}


def _walked(walks: WalkSet) -> Iterator[Row]:
    """Blocks that gave nothing are rows without a value."""
    name = as_text(walks.name)
    for walk in walks.walks:
        blocks = zip(walk.times_s, walk.true_m, walk.ranged_m, strict=False)
        for number, (t_s, true_m, ranged_m) in enumerate(blocks, 1):
            yield {
                "kind": "walk",
                "quantity": name,
                "unit": "m",
                "sample": str(number),
                "value": as_number(ranged_m),
                "reference_m": as_number(true_m),
                "walk": str(walk.number),
                "t_s": as_number(t_s),
            }
