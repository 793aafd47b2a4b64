"""What a bench file states of laboratory, surroundings, calibrations and vehicle is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rig.bench.description import BenchDescription
from rig.bench.load import load_bench
from rig.records.laboratory import (
    Calibration,
    EnvironmentRecord,
    EquipmentRecord,
    LaboratoryRecord,
    calibration_on,
    doubtful_on,
)
from tests.rig.bench.wrong_bench_files import GOOD

WriteBench = Callable[..., Path]
BenchOf = Callable[..., BenchDescription]
SECTIONS = """laboratory:
  name: Lab for access systems
  address: 1 Test Road, Munich
  customer: A maker of vehicles
  order: PO-4711
  received: 2026-02-27
  authorised_by: A. Beck
environment: {stated_by: AB, stated_on: 2026-03-02, temperature: 21.5, humidity: 40,
              supply_voltage: 12.6, shielding: chamber B, door closed}
"""


@pytest.mark.usefixtures("happened")
def test_what_the_laboratory_states_is_recorded(write_bench: WriteBench) -> None:
    bench = load_bench(write_bench(GOOD + SECTIONS.replace(", door closed", "")))
    assert bench.laboratory.record() == LaboratoryRecord(
        name="Lab for access systems",
        address="1 Test Road, Munich",
        customer="A maker of vehicles",
        order="PO-4711",
        received="2026-02-27",
        authorised_by="A. Beck",
        language="en",
    )
    assert bench.environment is not None
    assert bench.environment.record() == EnvironmentRecord(
        {
            "temperature": "21.5 °C",
            "humidity": "40 % RH",
            "supply voltage": "12.6 V",
            "shielding": "chamber B",
        },
        "AB",
        "2026-03-02",
    )


@pytest.mark.usefixtures("happened")
def test_a_run_may_have_a_customer_and_an_order_of_its_own(write_bench: WriteBench) -> None:
    laboratory = load_bench(write_bench(GOOD + SECTIONS.replace(", door closed", ""))).laboratory
    own = laboratory.record(customer="Another", order="PO-1")
    assert (own.customer, own.order, own.name) == ("Another", "PO-1", "Lab for access systems")


@pytest.mark.usefixtures("happened")
def test_a_bench_need_not_state_anything(write_bench: WriteBench) -> None:
    bench = load_bench(write_bench(GOOD))
    assert bench.laboratory.record() == LaboratoryRecord(language="en")
    assert (bench.environment, bench.equipment) == (None, ())


def test_the_calibration_of_a_device_is_no_option_of_its_driver(bench_of: BenchOf) -> None:
    stated = "{date: 2026-01-05, due: 2027-01-05, certificate: D-K-1, by: Cal Ltd}"
    bench = bench_of(f"board: {{driver: fake.board, serial: A, calibrated: {stated}}}")
    assert bench.entry("board").options == {"serial": "A"}
    assert bench.equipment == (
        EquipmentRecord("board", "2026-01-05", "2027-01-05", "D-K-1", "Cal Ltd"),
    )


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        ("2026-01-04", Calibration.NOT_YET),
        ("2026-01-05", Calibration.VALID),
        ("2027-01-05", Calibration.VALID),  # the due day itself
        ("2027-01-06", Calibration.OVERDUE),
    ],
)
def test_how_a_calibration_stands_on_a_day(day: str, stands: Calibration) -> None:
    board = EquipmentRecord("board", "2026-01-05", "2027-01-05", "", "")
    assert calibration_on(day, board) is stands
    assert doubtful_on(day, [board]) == (() if stands is Calibration.VALID else (board,))


@pytest.mark.usefixtures("happened")
def test_vehicles_may_differ_in_what_describes_them(
    write_bench: WriteBench, tmp_path: Path
) -> None:
    (tmp_path / "vin.txt").write_text("WMW11AA0102030405\n")
    more = """  vin: vin.txt
  variant: S, five doors
  option_codes: [S322A, "1CR"]
  ecus: {BDC: "004.011.007", UWB master: "2.4"}
  condition: as delivered
  also: [{ecus: {BDC: "005.000.001"}}]
"""
    first, other = load_bench(write_bench(GOOD + more)).vehicle.fleet
    assert first.vin == tmp_path / "vin.txt"
    assert (first.variant, first.option_codes) == ("S, five doors", ("S322A", "1CR"))
    assert first.ecus == {"BDC": "004.011.007", "UWB master": "2.4"}
    assert (other.ecus, other.condition) == ({"BDC": "005.000.001"}, "as delivered")
