"""Nights from records alone: runs of many dates, imported and judged in this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from reports.history.store import History
from reports.nightly.state import Check, Gate, Night, RunEntry
from reports.nightly.steps import Task, judge, tonight
from rig.bench.load import load_bench
from rig.plans.plan import Plan
from rig.records.laboratory import EquipmentRecord
from rig.records.run import DeviceRecord, Measurement, Result, TestStarted
from rig.records.verdict import Verdict
from tests.reports.nightly.nights import small_bench
from tests.reports.sample_runs import requirement, result, taps, write_run

FIRST = date(2026, 10, 1)
PHONE = DeviceRecord("owner_phone", "phone.adb", False, "Google", "Pixel", "P1")
GOLDEN = DeviceRecord("golden_phone", "phone.adb", False, "Google", "Pixel", "G7")
READER = DeviceRecord("driver_handle", "nfc.pcsc", False, "ACS", "ACR1252U", "RR1", "1.08")
UNLOCK, TRAY = "unlock/test_it.py::test_unlocks", "tray/test_it.py::test_starts[ios]"
CATALOGUE = (requirement("DK-A-01"), requirement("DK-B-02", priority="P2"))


def tapped(median: float, night: int, *, device: str = "owner_phone", seed: int = 0) -> Measurement:
    """Twenty taps as a phone's are: lognormal, and a night's own effect of 1 %."""
    draw = np.random.default_rng((seed, night))
    centre = median * np.exp(draw.normal(0, 0.01))
    return taps(list(centre * np.exp(draw.normal(0, 0.08, 20))), device=device)


@dataclass
class Nights:
    """A bench's nights, one after the other."""

    folder: Path
    history: History
    golden: str = ""
    devices: tuple[DeviceRecord, ...] = (PHONE, GOLDEN, READER)
    equipment: tuple[EquipmentRecord, ...] = ()
    check: Check = field(default_factory=lambda: Check("2026-10-01T22:00:00+00:00", 0, ["well"]))

    def task(self) -> Task:
        """What the nightly is asked to do."""
        bench = self.folder / "desk.yaml"
        bench.write_text(small_bench("NIGHT").replace("name: tiny", "name: desk"))
        return Task(
            bench=load_bench(bench),
            plan=Plan(name="nightly", title="Nightly"),
            history=self.history,
            runs=self.folder / "runs",
            nights=self.folder / "runs" / "nights",
            golden=self.golden,
        )

    def spend(
        self, number: int, results: Sequence[Result], *, cut_off: TestStarted | None = None
    ) -> Night:
        """One night with one run of these results, judged."""
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 22, tzinfo=UTC) + timedelta(days=number)
        task, name = self.task(), f"{at:%Y%m%dT%H%M%SZ}-nightly-desk"
        night = tonight(task, at)
        write_run(
            task.runs / name,
            results,
            cut_off=cut_off,
            run_id=name,
            started_utc=at.isoformat(),
            devices=self.devices,
            requirements=CATALOGUE,
            vehicle={"software": "25-07"},
            equipment=self.equipment,
        )
        night.runs.append(RunEntry(name, 0))
        night.checks.append(self.check)
        night.save()
        judge(task, night)
        return night

    def gate(self, number: int, *results: Result) -> Gate:
        """What a night of these results comes to."""
        found = self.spend(number, results).gate
        assert found is not None
        return found

    def building(self, results: Sequence[Result], nights: int = 10) -> None:
        """Nights in which nothing happens, before anything is judged."""
        for number in range(nights):
            self.spend(number, [_of_night(found, number) for found in results])


def _of_night(found: Result, number: int) -> Result:
    """The same test, with this night's own samples."""
    again = (
        tapped(float(np.median(m.samples)), number, device=m.device, seed=len(m.device))
        for m in found.measurements
    )
    return replace(found, measurements=tuple(again))


def unlock(night: int, median: float = 350.0, verdict: Verdict = Verdict.PASS) -> Result:
    """Taps of the owner's phone."""
    measured = (tapped(median, night, seed=len("owner_phone")),)
    return result(UNLOCK, verdict, requirements=("DK-A-01",), measurements=measured)


def golden(night: int, median: float = 300.0) -> Result:
    """Taps of the golden phone, in a test of its own."""
    measured = (tapped(median, night, device="golden_phone", seed=len("golden_phone")),)
    return result("golden/test_it.py::test_unlocks", measurements=measured)


def tray(verdict: Verdict = Verdict.PASS) -> Result:
    """A test without figures, of a requirement that blocks no release."""
    return result(
        TRAY, verdict, requirements=("DK-B-02",), reason="" if verdict == "pass" else "so"
    )
