"""CSV: one row a sample, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from reports.exports.samples import COLUMNS, SIMULATED, as_number, as_text, write_samples
from rig.records.journal import Run
from tests.reports.exports.conftest import HOSTILE


def rows(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(write_samples(run).decode(), newline="")))


def test_every_sample_is_a_row_with_its_phases(run: Run) -> None:
    found = [row for row in rows(run) if row["test"] == "a.py::test_taps"]
    assert [(r["sample"], r["value"], r["phase reader"], r["phase ecu"]) for r in found] == [
        ("1", "300.25", "10.0", "1.0"),
        ("2", "310.5", "11.0", "2.0"),
        ("3", "2000.0", "", "3.0"),
    ]
    assert {(r["unit"], r["verdict"], r["requirements"], r["attempt"]) for r in found} == {
        ("ms", "pass", "DK-A-01 DK-A-02", "1")
    }


@pytest.mark.parametrize(("simulated", "said"), [(True, "yes"), (False, "no")])
def test_every_row_ends_with_whether_a_device_was_virtual(
    run: Run, simulated: bool, said: str
) -> None:
    run = replace(run, started=replace(run.started, simulated=simulated))
    found = rows(run)
    assert {row[SIMULATED] for row in found} == {said}
    assert list(found[0])[-1] == SIMULATED


def test_ranges_and_walks_are_rows_too(run: Run) -> None:
    seen = next(r for r in run.results if r.range_maps)
    found = [row for row in rows(run) if row["test"] == "b.py::test_seen"]
    ranges = [m for p in seen.range_maps[0].positions for m in p.ranges_m]
    assert [r["value"] for r in found if r["kind"] == "survey"] == [repr(m) for m in ranges]
    ranged = [m for walk in seen.walks[0].walks for m in walk.ranged_m]
    walked = [r["value"] for r in found if r["kind"] == "walk"]
    assert walked == [as_number(m) for m in ranged]
    assert "" in walked


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "＋1", "－1", "＠1"],  # noqa: RUF001
)
def test_a_text_like_a_formula_is_kept_as_text(text: str) -> None:
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "'=1", "DK-A-01", "1-1"])
def test_another_text_stays_as_it_is(text: str) -> None:
    assert as_text(text) == text


@pytest.mark.parametrize("value", [-0.5, 1e-9, 0.1, 3.0, float("inf"), None])
def test_a_number_reads_back_as_itself(value: float | None) -> None:
    text = as_number(value)
    assert (float(text) if text else None) == value


def test_no_cell_of_a_hostile_run_begins_a_formula(run: Run) -> None:
    table = rows(run)
    assert [r["quantity"] for r in table if r["test"] == "a.py::test_hostile"] == [
        f"'{HOSTILE}"
    ] * 2
    for row in table:
        for name in ("run", "test", "verdict", "requirements", "vehicle", "quantity", "unit"):
            assert not row[name].lstrip().startswith(("=", "+", "-", "@"))


def test_a_run_without_samples_has_a_head(run: Run) -> None:
    empty = type(run)(run.folder, run.started, run.begun, (), run.finished)
    assert write_samples(empty).decode() == ",".join((*COLUMNS, SIMULATED)) + "\r\n"
