"""Which of a bench's vehicles a test is judged on, and what becomes of what applies to none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rig.records.verdict import Verdict

if TYPE_CHECKING:
    from tests.rig.plugin.conftest import Desk, Outcome

SOURCE = """
import pytest

@pytest.fixture
def touched():
    raise AssertionError("the test has begun")

@pytest.mark.requirement("DK-UNLOCK-01")
def test_of_the_first(): pass
@pytest.mark.requirement("DK-SVC-05")
def test_of_the_other(): pass
@pytest.mark.requirement("DK-SVC-05", "DK-UNLOCK-01")
def test_of_either(): pass
@pytest.mark.requirement("DK-UNLOCK-02", "DK-SVC-05")
def test_of_plus(touched): pass
"""
HATCH = "          also: [{body: hatch, key: digital_key_plus}], body: convertible}\n"
CONVERTIBLE_NAME = "cooper convertible 2026, digital key"
HATCH_NAME = "cooper hatch 2026, digital key plus"


def with_plan(desk: Desk, more: str = "") -> Desk:
    desk.write("test_it.py", SOURCE)
    desk.write("plan.yaml", f"title: A plan\ntests: [test_it.py]\n{more}")
    return desk


@pytest.fixture(scope="module")
def of_two(shared_desk: Desk) -> Outcome:
    bench = (shared_desk.folder / "tiny.yaml").read_text()
    end = "          key: digital_key}\n"
    assert end in bench
    shared_desk.write("two.yaml", bench.replace(end, f"          key: digital_key,\n{HATCH}"))
    return with_plan(shared_desk, "readings: {code_tries: 5}\n").run(
        "--plan=plan.yaml", "-k", "not of_plus", bench="two.yaml"
    )


@pytest.mark.parametrize(
    ("name", "vehicle", "requirements"),
    [
        ("test_of_the_first", CONVERTIBLE_NAME, ("DK-UNLOCK-01",)),
        ("test_of_the_other", HATCH_NAME, ("DK-SVC-05",)),
        ("test_of_either", CONVERTIBLE_NAME, ("DK-UNLOCK-01",)),
    ],
)
def test_a_result_names_its_vehicle_and_the_requirements_it_judges(
    of_two: Outcome, name: str, vehicle: str, requirements: tuple[str, ...]
) -> None:
    result = of_two.result(name)
    assert (result.verdict, result.vehicle) == (Verdict.PASS, vehicle)
    assert result.requirements == requirements


def test_the_head_says_which_requirement_is_judged_on_which_vehicle(of_two: Outcome) -> None:
    found = {a.requirement: a for a in of_two.run.started.applicability}
    assert len(found) == 200
    assert (found["DK-SVC-05"].applies, found["DK-SVC-05"].vehicle) == (True, HATCH_NAME)
    assert found["DK-CORE-01"].vehicle == CONVERTIBLE_NAME


def test_the_head_carries_every_ambiguity_with_its_handling_and_the_plans_own_choice(
    of_two: Outcome,
) -> None:
    readings = of_two.run.started.readings
    assert [r.ambiguity for r in readings[:43]] == [f"AMB-{n:02}" for n in range(1, 44)]
    assert readings[1].chosen == "Run both; judge lock, record unlock."
    by_name = {r.name: r for r in readings if r.name}
    assert by_name["code_tries"].chosen == "5"
    assert by_name["shared_keys_on_replacement"].ambiguity == "AMB-07"
    assert by_name["shared_keys_on_replacement"].alternatives == ("re_invite",)


def test_the_head_carries_the_reasons_of_what_no_bench_can_judge(of_two: Outcome) -> None:
    assert "tray antenna" in of_two.run.started.unjudged["DK-START-09"]


def test_a_test_that_applies_to_no_vehicle_does_not_begin(desk: Desk) -> None:
    outcome = with_plan(desk).run("--plan=plan.yaml")
    result = outcome.result("test_of_plus")
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert result.reason.startswith("DK-UNLOCK-02 applies to Digital Key Plus only and to iPhone")
    assert "; DK-SVC-05 applies to Digital Key Plus only" in result.reason
    assert "this bench plays cooper hatch 2026, digital key (operating system 9," in result.reason
    assert (result.vehicle, result.requirements) == ("", ("DK-UNLOCK-02", "DK-SVC-05"))
    assert outcome.status == 0


def test_a_reading_that_does_not_exist_stops_before_the_run(desk: Desk) -> None:
    outcome = with_plan(desk, "readings: {code_trys: 5}\n").run("--plan=plan.yaml")
    assert outcome.status == 2
    assert "plan.yaml:3: readings: no reading code_trys; did you mean code_tries?" in outcome.output
    assert not (outcome.folder / "journal.jsonl").exists()
