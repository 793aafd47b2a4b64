"""Run folders for the tests of the reports, built from records alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rig.records.catalogue import RequirementRecord
from rig.records.journal import Journal
from rig.records.packets import PacketLine
from rig.records.run import (
    SCHEMA,
    DeviceRecord,
    Judgement,
    Limit,
    Measurement,
    Record,
    Result,
    RunFinished,
    RunStarted,
    SettingRecord,
    Statistic,
    TestStarted,
)
from rig.records.trace import FieldRecord, StepRecord, VisitRecord
from rig.records.verdict import Verdict, worst

MS = 1_000_000
BEGAN = "2026-03-02T09:14:05+00:00"
STARTED = RunStarted(
    run_id="20260302T091405Z-smoke-desk",
    schema=SCHEMA,
    bench="desk",
    plan="smoke",
    plan_title="Smoke plan of the door and the tray",
    started_utc=BEGAN,
    simulated=False,
    substitutions=(),
    rig_version="0.1.0+g1a2b3c4",
    python="3.11.2",
    system="Linux 6.1 x86_64",
    command_line="rig run smoke --bench desk",
    bench_sha256="aa" * 32,
    plan_sha256="bb" * 32,
    lock_sha256="cc" * 32,
    vehicle={"model": "cooper", "model_year": "2026", "os": "9"},
    devices=(
        DeviceRecord("driver_handle", "nfc.pcsc", False, "ACS", "ACR1252U", "RR554-1", "1.08"),
    ),
    settings=(SettingRecord("mac_covers", "data", "inferred", "Readers that work do so."),),
    requirements=(),
    ambiguities={},
    selected=(),
)


def requirement(name: str, capability: str = "unlock", priority: str = "P1") -> RequirementRecord:
    return RequirementRecord(
        name, f"Title of {name}", f"Text of {name}.", capability, priority, "both", "auto"
    )


def result(test: str, verdict: Verdict = Verdict.PASS, **more: Any) -> Result:
    """One attempt; names no requirement and was the first unless told otherwise."""
    plain = Result(test, 1, (), verdict, "", BEGAN, 0.4)
    return replace(plain, **more)


def taps(samples: Sequence[float], *, bound: float = 1000.0, **more: Any) -> Measurement:
    """A latency in ms with a limit on its p95 at simple acceptance."""
    ordered = sorted(samples)
    estimates = tuple(
        Statistic(f"p{p}", ordered[-(-len(ordered) * p // 100) - 1], ordered[0], ordered[-1], 0.95)
        for p in (50, 95, 99)
        if ordered
    )
    verdict = Verdict.PASS if estimates and estimates[1].value <= bound else Verdict.FAIL
    judgement = Judgement(Limit("p95", "<=", bound, "plan"), verdict, "As said by the rig.")
    plain = Measurement(
        "tap_to_unlock", "ms", len(samples), tuple(samples), estimates, (judgement,)
    )
    return replace(plain, **more)


def visit(test: str, number: int = 1, *, latency_ms: float = 20.0, **more: Any) -> VisitRecord:
    """A visit of two steps that ends with the door unlocked after ``latency_ms``."""
    end = round(latency_ms * MS)
    fields = (
        FieldRecord(0, "command", "SELECT", "by name"),
        FieldRecord(1, "identifier", "A000000809434343444B467631", "digital key"),
    )
    steps = (
        StepRecord("SELECT", "driver_handle", end // 10, end // 3, "00A40400", "9000", "", fields),
        StepRecord("AUTH0", "driver_handle", end // 2, end - end // 9, "80800100", "9000", "", ()),
    )
    marks = {"presence": 0, "selected": end // 3, "feedback": end}
    plain = VisitRecord(test, 1, number, "driver_handle", "unlocked", "", marks, steps)
    return replace(plain, **more)


def write_run(
    folder: Path,
    results: Sequence[Result] = (),
    visits: Sequence[VisitRecord] = (),
    *,
    cut_off: TestStarted | None = None,
    finished: bool = True,
    packets: Sequence[PacketLine] = (),
    **started: Any,
) -> Path:
    """Write a run as the rig's plugin does; ``started`` overrides fields of its head."""
    selected = dict.fromkeys(r.test for r in results)
    if cut_off is not None:
        selected[cut_off.test] = None
    records: list[Record] = [replace(STARTED, **{"selected": tuple(selected), **started})]
    seen_in = Counter((v.test, v.attempt) for v in visits)
    for given in results:
        found = replace(given, visits=given.visits or seen_in[given.test, given.attempt])
        records += [TestStarted(found.test, found.attempt, found.requirements), found]
    if cut_off is not None:
        records.append(cut_off)
    if finished and cut_off is None:
        last = {r.test: r.verdict for r in results}
        verdict = worst(last.values()) if last else None
        records.append(RunFinished("2026-03-02T09:20:41+00:00", verdict, 0))
    with Journal(folder) as journal:
        for seen in visits:
            journal.append_visit(seen)
        if packets:
            journal.append_packets(packets)
        for record in records:
            journal.append(record)
    return folder
