"""What hangs is switched off and on before the next test, where a bench file has what feeds it."""

from __future__ import annotations

from pathlib import Path

from drivers.sim.relay_board import relay_states
from rig.records.verdict import Verdict
from tests.runs.rig_runs import PLANS, Ended, OwnBench, RigRun

ANCHOR = '  anchor_rear_left:   {driver: uwb.pipe, pipe: "@chip_rear_left"}\n'
FED = """\
  power_usb: {driver: sim.relay_board, body: null, serial: PWR01}
  power_board: {driver: relay.hid, serial: PWR01, usb: "@power_usb"}
  usb_port: {driver: relay.switch, board: "@power_board", channel: 1, safe: off}
  feed: {driver: sim.feed, board: "@power_usb", channel: 1, feeds: "@chip_rear_left"}
  anchor_rear_left: {driver: uwb.pipe, pipe: "@chip_rear_left", supply: "@usb_port"}
"""


def ended(rig_run: RigRun, bench: Path, anchor: str) -> Ended:
    text = bench.read_text()
    assert ANCHOR in text
    bench.write_text(text.replace(ANCHOR, anchor))
    return rig_run(PLANS / "supply.yaml", bench)


def test_a_device_that_hangs_is_switched_off_and_on(rig_run: RigRun, own_bench: OwnBench) -> None:
    """The test that it broke stays an error, and says what was done."""
    run = ended(rig_run, own_bench("virtual-time"), FED)
    hung, after = run.run.results
    assert hung.verdict is Verdict.ERROR, hung.reason
    assert hung.reason.endswith("anchor_rear_left switched off and on by usb_port")
    assert after.verdict is Verdict.PASS, after.reason
    assert relay_states("PWR01") == 0
    assert run.status == 3, run.output


def test_without_a_supply_it_hangs_on(rig_run: RigRun, own_bench: OwnBench) -> None:
    run = ended(rig_run, own_bench("virtual-time"), ANCHOR)
    assert [r.verdict for r in run.run.results] == [Verdict.ERROR] * 2, run.output
