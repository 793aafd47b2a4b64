"""A relay board on a line that breaks in mid-run is an error that names it, and the run goes on."""

from __future__ import annotations

import pytest

from rig.records.run import Result
from rig.records.verdict import Verdict
from tests.runs.plans.relay_fault_cases import BREAKS
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

FAMILIES = {
    "lcus": (
        "sim.lcus_board, channels: 8",
        'relay.lcus, port: "@twin", channels: 8',
    ),
    "modbus tcp": (
        "sim.modbus_tcp",
        'relay.modbus_tcp, address: "@twin", coils: [0, 8]',
    ),
}


@pytest.fixture(scope="module", params=FAMILIES)
def ended(request: pytest.FixtureRequest, rig_run: RigRun, own_bench: OwnBench) -> Ended:
    """The shipped bench, its inputs where they were, and its relays on another board."""
    bench = own_bench("virtual-in-process")
    twin, board = FAMILIES[request.param]
    lines: list[str] = []
    for line in bench.read_text().splitlines():
        if "relay.switch" in line and not any("relays:" in before for before in lines):
            lines.append(f'  twin:   {{driver: {twin}, body: "@body", serial: RELAY}}')
            lines.append(f"  relays: {{driver: {board}}}")
        lines.append(line.replace('"@board"', '"@relays"') if "relay.switch" in line else line)
    bench.write_text("\n".join(lines).replace("RELAY", f"L{abs(hash(bench)) % 10000:04}"))
    return rig_run(PLANS / "relay_faults.yaml", bench)


def result_of(ended: Ended, test: str, name: str) -> Result:
    found = [r for r in ended.run.results if r.test.endswith(f"::{test}[{name}]")]
    assert len(found) == 1, ended.output
    return found[0]


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_board_is_an_error_that_names_it_and_the_next_test_passes(
    ended: Ended, name: str
) -> None:
    result = result_of(ended, "test_broken", name)
    assert result.verdict is Verdict.ERROR, result.reason
    assert "relays: " in result.reason
    result = result_of(ended, "test_next", name)
    assert result.verdict is Verdict.PASS, result.reason


def test_the_run_ends_with_the_status_of_a_bench_error(ended: Ended) -> None:
    assert ended.status == 3, ended.output
