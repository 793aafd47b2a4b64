"""The emergency stop ends a run at once, with every switch safe, and the journal says so."""

from __future__ import annotations

import json
import os
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
import json
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


RAIL = """\
name: stoppable
devices:
  world: {driver: sim.world}
  body:  {driver: sim.body, world: "@world"}
  usb:   {driver: sim.relay_board, body: "@body", serial: "RSTOP"}
  board: {driver: relay.hid, serial: "RSTOP", usb: "@usb"}
  emergency_stop: {driver: relay.input, board: "@board", channel: 11} # follows the relay
  rail:  {driver: sim.grbl_rail, world: "@world", origin: [0, 9, 1], direction: [0, -1, 0],
          length_m: 8, start: [7.9]}
  stage: {driver: stage.grbl, serial: "@rail", carriage: "@rail", origin: [0, 9, 1],
          direction: [0, -1, 0], length_m: 8, top_speed_mps: 1, time: "@world"}
  handset: {driver: sim.phone, world: "@world"}
vehicle: {keyring: ring.json, model: c, model_year: 2026, os: 9, options: [], key: digital_key}
"""
WALKING = """
import json, threading, time
from drivers.api.space import Path, Point
def test_walks(bench):
    stage, rail, clock = (bench.devices[name] for name in ("stage", "rail", "world"))
    walk = stage.walk(bench.devices["handset"], Path((Point(0, 1.2, 1), Point(0, 9, 1)), 1.0))
    while rail.mechanics.speed < 900:
        time.sleep(0.01)
    try:
        bench.devices["board"].set(7, on=True)
        threading.Event().wait(50)  # whatever the main thread is busy with
    finally:  # and is slow to unwind from
        bench.devices["board"].set(7, on=False)
        while rail.mechanics.speed:
            time.sleep(0.01)
        with open("stood.json", "w") as file:
            json.dump([rail.where(rail._world.clock.now_ns()).y_m, b"!" in rail.heard], file)
"""


def test_a_rail_is_halted_by_it_without_any_switch_and_before_the_test_unwinds(desk: Desk) -> None:
    desk.write_plan("test_it.py", WALKING)
    just_powered = f"{os.getpid() % 100_000:05}"  # a board remembers its relays
    desk.write("stoppable.yaml", RAIL.replace("RSTOP", just_powered))
    outcome = desk.run("--plan=plan.yaml", bench="stoppable.yaml")
    assert outcome.status == 3, outcome.output
    assert "emergency stop" in outcome.output
    y_m, held = json.loads((desk.folder / "stood.json").read_text())
    assert held
    assert y_m < 5.0  # of the nine it was on its way to
