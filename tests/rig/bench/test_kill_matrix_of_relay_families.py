"""Whatever line a relay board hangs on, its switches are safe within a second of a run's end.

The short form of ``test_kill_matrix`` for boards on serial lines and on TCP: a death, a signal, and
a runner that is stuck while it holds the line.
"""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig.bench.test_kill_matrix import PROMISE_S, SERIAL, Victim, alive, became, is_safe

WriteBench = Callable[..., Path]
Record = Callable[[str, object], None]
FAMILIES = {
    "lcus": ("sim.lcus_board", "{driver: relay.lcus, port: '@twin', channels: 8}"),
    "lcus without read-back": (
        "sim.lcus_board",
        "{driver: relay.lcus, port: '@twin', channels: 8, readback: none}",
    ),
    "modbus rtu": ("sim.modbus_rtu", "{driver: relay.modbus_rtu, port: '@twin', coils: [0, 8]}"),
    "modbus tcp": ("sim.modbus_tcp", "{driver: relay.modbus_tcp, address: '@twin', coils: [0, 8]}"),
}
BENCH = f"""name: victim
devices:
  world: {{{{driver: sim.world}}}}
  body:  {{{{driver: sim.body, world: "@world"}}}}
  twin:  {{{{driver: {{twin}}, body: "@body", serial: {SERIAL}, channels: 8}}}}
  board: {{board}}
  first: {{{{driver: relay.switch, board: "@board", channel: 1}}}}
  third: {{{{driver: relay.switch, board: "@board", channel: 3, safe: on}}}}
  last:  {{{{driver: relay.switch, board: "@board", channel: 8}}}}
vehicle: {{{{keyring: r.json, model: c, model_year: 2026, os: 9, options: [], key: digital_key}}}}
"""


@pytest.fixture(params=FAMILIES)
def start(
    request: pytest.FixtureRequest, write_bench: WriteBench, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Victim]]:
    """Starts a victim with its relays on; it is stopped at the end."""
    twin, board = FAMILIES[request.param]
    bench = write_bench(BENCH.format(twin=twin, board=board))
    (bench.parent / "r.json").write_text("{}")
    monkeypatch.setattr(tempfile, "tempdir", str(bench.parent))
    victims: list[Victim] = []

    def started(end: str) -> Victim:
        victims.append(Victim(bench, end))
        victims[-1].energise(within_s=5)
        victims[-1].begin_to_end()
        return victims[-1]

    yield started
    for victim in victims:
        victim.stop()


Start = Callable[[str], Victim]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_leaves_every_switch_safe(
    start: Start, record_property: Record, number: signal.Signals
) -> None:
    victim = start("wait")
    sent_s = time.monotonic()
    victim.process.send_signal(number)
    assert became(is_safe, PROMISE_S)
    record_property("safe_after_s", time.monotonic() - sent_s)
    victim.process.wait(10)
    assert became(lambda: not alive(victim.watchdog), 10)
    assert "NOT safe" not in victim.log().splitlines()[-1] if victim.log() else True


def test_a_stuck_run_has_safe_switches_within_a_second_of_the_signal(
    start: Start, record_property: Record
) -> None:
    """Stuck with its interpreter, so that the watchdog has to end it before it gets the line."""
    victim = start("hang with the interpreter")
    assert became(victim.is_stuck, 10)
    sent_s = time.monotonic()
    victim.process.terminate()
    assert became(is_safe, PROMISE_S)
    record_property("safe_after_s", time.monotonic() - sent_s)
