"""The run folder: written line by line, read back whatever happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rig.records.catalogue import ApplicabilityRecord, ReadingRecord
from rig.records.codec import RecordError
from rig.records.journal import JOURNAL, TRACE, Journal, read_run
from rig.records.run import (
    SCHEMA,
    CalibrationRecord,
    RangeMap,
    RangePosition,
    Record,
    Result,
    RunFinished,
    RunStarted,
    Statistic,
    TestStarted,
    WalkDecision,
    WalkRecord,
    WalkSet,
)
from rig.records.trace import VisitRecord
from rig.records.verdict import Verdict

STARTED = RunStarted(
    run_id="r1",
    schema=SCHEMA,
    bench="virtual",
    plan="smoke",
    plan_title="Smoke",
    started_utc="2026-11-21T12:00:00+00:00",
    simulated=True,
    substitutions=(),
    rig_version="0",
    python="3.11",
    system="Linux",
    command_line="rig run smoke",
    bench_sha256="",
    plan_sha256="",
    lock_sha256="",
    vehicle={"model": "cooper"},
    devices=(),
    settings=(),
    requirements=(),
    ambiguities={"AMB-01": "A title"},
    selected=("a", "b"),
)
RESULT = Result("a", 1, ("DK-1",), Verdict.PASS, "", "2026-11-21T12:00:01+00:00", 0.5)
VISIT = VisitRecord("a", 1, 1, "tray", "refused", "", {}, ())


def test_a_line_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    with Journal(tmp_path / "run") as journal:
        records: tuple[Record, ...] = (STARTED, TestStarted("a", 1, ()), RESULT)
        for count, record in enumerate(records, start=1):
            journal.append(record)
            assert len((tmp_path / "run" / JOURNAL).read_bytes().splitlines()) == count


def test_a_run_is_read_back_whole(tmp_path: Path) -> None:
    finished = RunFinished("2026-11-21T12:00:02+00:00", Verdict.PASS, 0)
    with Journal(tmp_path) as journal:
        journal.append(STARTED)
        journal.append(TestStarted("a", 1, ("DK-1",)))
        journal.append_visit(VISIT)
        journal.append(RESULT)
        journal.append(finished)
    run = read_run(tmp_path)
    assert (run.started, run.results, run.finished) == (STARTED, (RESULT,), finished)
    assert list(run.visits()) == [VISIT]


def test_a_cut_last_line_is_left_out(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(STARTED)
        journal.append(RESULT)
        journal.append_visit(VISIT)
    for name in (JOURNAL, TRACE):
        path = tmp_path / name
        path.write_bytes(path.read_bytes() + b'{"record":"Resu')
    run = read_run(tmp_path)
    assert run.results == (RESULT,)
    assert run.finished is None
    assert list(run.visits()) == [VISIT]


def test_a_damaged_line_in_the_middle_is_an_error(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(STARTED)
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes() + b"garbage\n")
    with pytest.raises(RecordError):
        read_run(tmp_path)


# As written by schema 1, before there were several vehicles.
OLD = (
    '{"record":"RunStarted","run_id":"r1","schema":1,"bench":"virtual","plan":"smoke",'
    '"plan_title":"Smoke","started_utc":"2026-11-21T12:00:00+00:00","simulated":true,'
    '"substitutions":[],"rig_version":"0","python":"3.11","system":"Linux",'
    '"command_line":"rig run smoke","bench_sha256":"","plan_sha256":"","lock_sha256":"",'
    '"vehicle":{"model":"cooper"},"devices":[],"settings":[],"requirements":[],'
    '"ambiguities":{"AMB-01":"A title"},"selected":["a","b"]}\n'
    '{"record":"Result","test":"a","attempt":1,"requirements":["DK-1"],"verdict":"pass",'
    '"reason":"","started_utc":"2026-11-21T12:00:01+00:00","duration_s":0.5,'
    '"measurements":[],"observations":[],"visits":0}\n'
)


def test_a_journal_of_an_older_schema_is_still_read(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text(OLD)
    run = read_run(tmp_path)
    assert run.started.schema == 1
    assert (run.started, run.results) == (replace(STARTED, schema=1), (RESULT,))
    assert (run.started.applicability, run.started.readings, run.started.unjudged) == ((), (), {})
    assert run.results[0].vehicle == ""
    assert (run.results[0].range_maps, run.results[0].walks) == ((), ())


def test_applicability_readings_and_reasons_are_read_back(tmp_path: Path) -> None:
    head = replace(
        STARTED,
        applicability=(ApplicabilityRecord("DK-1", applies=False, vehicle="", why="no Plus"),),
        readings=(ReadingRecord("AMB-01", "counting", "vehicle", ("account",), "what counts"),),
        unjudged={"DK-2": "It cannot range."},
    )
    with Journal(tmp_path) as journal:
        journal.append(head)
    assert read_run(tmp_path).started == head


def test_range_maps_and_walks_are_read_back(tmp_path: Path) -> None:
    bias = Statistic("bias", 0.07, 0.05, 0.09, 0.95)
    position = RangePosition("driver", 1.0, -2.0, 3.0, 10, (3.07, 3.0), (bias,), "in a bag")
    delay = CalibrationRecord("driver", "kit", 0.3, 0.01, 100, 2.0, "2026-11-25", "me")
    surveyed = RangeMap("car park", 0.5, (position,), (delay,))
    decided = (WalkDecision("unlock", 0.2, 1.1),)
    walk = WalkRecord(1, (0.0, 0.1), (2.0, 1.9), (2.05, None), decided)
    walks = WalkSet("approach", (walk,), {"unlock": (bias,)}, {"unlock": 1.2})
    result = replace(RESULT, range_maps=(surveyed,), walks=(walks,))
    with Journal(tmp_path) as journal:
        journal.append(STARTED)
        journal.append(result)
    assert read_run(tmp_path).results == (result,)


@pytest.mark.parametrize("content", [b"", b'{"record":"RunFin'])
def test_a_folder_without_a_head_is_no_run(tmp_path: Path, content: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(content)
    with pytest.raises(RecordError, match="does not begin with a RunStarted"):
        read_run(tmp_path)
