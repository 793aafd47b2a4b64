"""The emergency stop ends a run at once, with every switch safe, and the journal says so."""

from __future__ import annotations

import time

from drivers.sim.relay_board import relay_states
from tests.rig.plugin.conftest import Desk

BENCH = """\
name: stoppable
devices:
  world: {{driver: sim.world}}
  body:  {{driver: sim.body, world: "@world"}}
  usb:   {{driver: sim.relay_board, body: "@body", serial: ESTOP}}
  board: {{driver: relay.hid, serial: ESTOP, usb: "@usb"}}
  horn:  {{driver: relay.switch, board: "@board", channel: 8}}
  finger: {{driver: relay.switch, board: "@board", channel: 7}}
  emergency_stop: {{driver: {driver}, board: "@board", channel: 11{inverted}}} # follows the relay
vehicle: {{keyring: ring.json, model: c, model_year: 2026, os: 9, options: [], key: digital_key}}
"""
TESTS = """
import time
def test_presses(bench):
    bench.devices["horn"].set(on=True)
    assert bench.devices["horn"].is_on()
    bench.devices["finger"].set(on=True)
    time.sleep(50)
def test_never_runs():
    pass
"""


def write(desk: Desk, driver: str = "relay.input", inverted: str = "") -> None:
    desk.write_plan("test_it.py", TESTS)
    desk.write("stoppable.yaml", BENCH.format(driver=driver, inverted=inverted))


def test_pressed_in_a_test_it_ends_the_run_with_all_switches_safe(desk: Desk) -> None:
    write(desk)
    begun_s = time.monotonic()
    outcome = desk.run("--plan=plan.yaml", bench="stoppable.yaml")
    assert outcome.status == 3, outcome.output
    assert time.monotonic() - begun_s < 45, "it waited for the test"
    assert relay_states("ESTOP") == 0
    finished = outcome.run.finished
    assert finished is not None
    assert finished.reason.startswith("emergency stop in ")
    assert "test_presses" in finished.reason
    assert [r for r in outcome.run.results if "never_runs" in r.test] == []
    assert "emergency stop" in outcome.output


def test_pressed_before_the_run_it_never_begins(desk: Desk) -> None:
    write(desk, inverted=", inverted: true")
    outcome = desk.run("--plan=plan.yaml", bench="stoppable.yaml")
    assert outcome.status == 3
    assert "the emergency stop is pressed; release it" in outcome.output
    assert not (outcome.folder / "journal.jsonl").exists()


def test_what_is_no_sensor_cannot_be_one(desk: Desk) -> None:
    write(desk, driver="relay.switch")
    outcome = desk.run("--plan=plan.yaml", bench="stoppable.yaml")
    assert outcome.status == 2
    assert "emergency_stop must be a sensor" in outcome.output
