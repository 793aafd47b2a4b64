"""The journal of a run says where, with what, on what and by whom; and what was masked in it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from rig.plugin.identification import source
from rig.records.journal import read_run
from rig.records.laboratory import EnvironmentRecord, EquipmentRecord, LaboratoryRecord
from tests.rig.plugin.conftest import BENCH, Desk
from tests.rig.plugin.test_operator_in_a_run import start

STATED = """laboratory: {name: Lab, customer: A maker, order: PO-1, authorised_by: A. Beck,
             masks: [serials]}
environment: {stated_by: AB, stated_on: 2026-03-02, temperature: 21.5}
"""
OVERDUE = "world: {driver: sim.world, calibrated: {date: 2020-01-02, due: 2021-01-01}}"
PASSES = "def test_passes():\n    pass\n"


@pytest.fixture
def stated(desk: Desk) -> Desk:
    """A desk whose bench states all there is to state."""
    (desk.folder / "vin.txt").write_text("WMW11AA0102030405\n")
    bench = BENCH.replace("key: digital_key}", "key: digital_key, vin: vin.txt, variant: S}")
    desk.write("tiny.yaml", bench.replace("world: {driver: sim.world}", OVERDUE) + STATED)
    return desk


def test_what_the_bench_file_states_is_in_the_journal(stated: Desk) -> None:
    stated.write_plan("test_it.py", PASSES)
    done = stated.run("--plan=plan.yaml", "--order=PO-2")
    head = done.run.started
    assert head.laboratory == LaboratoryRecord(
        "Lab", customer="A maker", order="PO-2", authorised_by="A. Beck", language="en"
    )
    assert head.environment == EnvironmentRecord({"temperature": "21.5 °C"}, "AB", "2026-03-02")
    assert head.equipment == (EquipmentRecord("world", "2020-01-02", "2021-01-01", "", ""),)
    assert head.vehicle == {"variant": "S", "VIN": "*" * 13 + "0405"}
    assert head.source == source()
    assert head.issue is not None
    assert UUID(head.issue.uuid).version == 4
    assert head.issue.number == 0  # a folder of its own, without register
    told = {r.kind: r for r in head.redactions}
    assert told["vehicle identification number of the bench file"].applied == 1
    assert "serial number" in told
    assert "WMW11AA0102030405" not in (done.folder / "journal.jsonl").read_text()


def test_a_run_on_overdue_equipment_says_so_and_keeps_its_status(stated: Desk) -> None:
    stated.write_plan("test_it.py", PASSES)
    done = stated.run("--plan=plan.yaml")
    assert done.status == 0
    assert "CALIBRATION" in done.output
    assert "world: overdue since 2021-01-01" in done.output


def test_reasons_and_observations_are_masked(desk: Desk) -> None:
    source = """
def test_observes(observe):
    observe("sent to +49 89 1234567", "https://lab.example/i?t=1")
def test_fails():
    raise AssertionError("WMW11AA0102030405 was refused")
"""
    desk.write_plan("test_it.py", source)
    done = desk.run("--plan=plan.yaml")
    (seen,) = done.result("test_observes").observations
    assert (seen.what, seen.value) == ("sent to [phone number]", "[link]")
    assert done.result("test_observes").redacted == {"link": 1, "phone number": 1}
    assert done.result("test_fails").reason.startswith("[VIN] was refused")


ASKS = """
import pytest
def test_asks(bench):
    operator = bench.devices["operator"]
    operator.ask("Is it red?", "yes", "no")
    operator.ask("Which code does it show?", private=True)

def test_asks_nothing():
    pass

def test_is_refused(bench):
    bench.devices["operator"].ask("Call +49 89 1234567 now.")
"""


def test_each_request_to_the_person_is_in_the_result_of_its_test(desk: Desk) -> None:
    (desk.folder / "seen.jpg").write_bytes(b"a photo")
    with start(desk, ASKS) as person:
        person.introduces("ab")
        for answer in ("+ seen.jpg", "+ none.jpg", "yes", "471108", "! no line"):
            person.reads("if it cannot be done] ")
            person.types(answer)
        person.reads_to_the_end()
    asks, nothing, refused = read_run(desk.folder / "run").results
    red, code = asks.operator_steps
    assert (red.request, red.choices, red.answer) == ("Is it red?", ("yes", "no"), "yes")
    assert (red.initials, red.declined, red.waited_s > 0) == ("ab", "", True)
    ((photo, digest),) = red.photos.items()
    assert photo.startswith(f"photos/{digest[:16]}")
    assert (desk.folder / "run" / photo).read_bytes() == b"a photo"
    assert (code.answer, asks.redacted) == ("<6 secret characters>", {"typed code or link": 1})
    assert nothing.operator_steps == ()
    (step,) = refused.operator_steps
    assert step.request == "Call [phone number] now."
    assert step.declined.endswith("no line")
    assert "471108" not in Path(desk.folder, "run", "journal.jsonl").read_text()


def test_the_surroundings_are_measured_before_each_test(desk: Desk) -> None:
    climate = "  twin: {driver: sim.modbus_climate, temperature: 21.5, humidity: 40.0}\n"
    climate += '  climate: {driver: climate.modbus_tcp, address: "@twin"}\nvehicle:'
    desk.write("tiny.yaml", BENCH.replace("vehicle:", climate))
    source = """
def test_warm(bench):
    bench.devices["twin"].registers[1] = 305
def test_hot(bench):
    bench.devices["twin"].unplug()
def test_lost():
    pass
"""
    desk.write_plan("test_it.py", source)
    done = desk.run("--plan=plan.yaml")
    assert done.status == 0, done.output
    warm, hot, lost = (done.result(f"test_{name}").environment for name in ("warm", "hot", "lost"))
    assert warm == {"temperature": "21.5 °C", "humidity": "40 % RH"}
    assert hot == {"temperature": "30.5 °C", "humidity": "40 % RH"}
    assert list(lost) == ["sensor"]
    assert lost["sensor"].startswith("not measured: climate: reading register 1")
