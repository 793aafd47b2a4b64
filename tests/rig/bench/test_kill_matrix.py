"""However a run ends, every switch is in its safe state within one second.

A process of its own energises the relays of a virtual board and is ended in every way there is;
the relays are watched from outside. The one second is the product's promise.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.sim.relay_board import relay_states
from rig.bench.safety import ECHO_S

WriteBench = Callable[..., Path]
SERIAL = "KILL1"
BENCH = f"""name: victim
devices:
  world: {{driver: sim.world}}
  body:  {{driver: sim.body, world: "@world"}}
  usb:   {{driver: sim.relay_board, body: "@body", serial: {SERIAL}}}
  board: {{driver: relay.hid, serial: {SERIAL}, usb: "@usb"}}
  first: {{driver: relay.switch, board: "@board", channel: 1}}
  third: {{driver: relay.switch, board: "@board", channel: 3, safe: on}}
  last:  {{driver: relay.switch, board: "@board", channel: 8}}
vehicle: {{keyring: ring.json, model: c, model_year: 2026, os: 9, options: [], key: digital_key}}
"""
ALL_ON, ALL_SAFE = 0b1000_0101, 0b0000_0100
PROMISE_S = 1.0


class Victim:
    """The running process, and what is seen of it from outside."""

    def __init__(self, bench: Path, end: str) -> None:
        self.folder = bench.parent / "run"
        program = Path(__file__).with_name("bench_victim.py")
        root = Path(__file__).parents[3]
        self.process = subprocess.Popen(
            [sys.executable, str(program), str(bench), str(self.folder), end],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(bench.parent)},
        )
        self.watchdog = 0

    def energise(self, within_s: float = 0) -> None:
        """Wait until its relays are on, and find its watchdog.

        A board that does not read back may take a while longer (``within_s``) to move them.
        """
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line == "on\n", self.process.communicate()
        assert became(lambda: relay_states(SERIAL) == ALL_ON, within_s)
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.watchdog = int(children[0])

    def begin_to_end(self) -> None:
        """Let it go on to its end, and return when it is about to."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ending\n"

    def is_stuck(self) -> bool:
        """Whether its main thread has been in one and the same system call for a while."""
        path = Path(f"/proc/{self.process.pid}/syscall")
        before = path.read_text()
        time.sleep(0.05)
        return "running" not in before and path.read_text() == before

    def log(self) -> str:
        """What the watchdog wrote down; "" when it had nothing to do."""
        path = self.folder / "watchdog.log"
        return path.read_text() if path.exists() else ""

    def stop(self) -> None:
        """Leave nothing running."""
        self.process.kill()
        self.process.communicate()
        if self.watchdog:
            assert became(lambda: not alive(self.watchdog), 10), "the watchdog lives on"


def alive(pid: int) -> bool:
    """Whether a process runs; one that is only waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def became(condition: Callable[[], bool], within_s: float) -> bool:
    """Poll until the condition holds or time is up."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.001)
    return True


def is_safe() -> bool:
    return relay_states(SERIAL) == ALL_SAFE


@pytest.fixture
def start(
    write_bench: WriteBench, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Victim]]:
    """Starts a victim with its relays on; all are stopped at the end."""
    bench = write_bench(BENCH)
    monkeypatch.setattr(tempfile, "tempdir", str(bench.parent))
    victims: list[Victim] = []

    def started(end: str) -> Victim:
        victims.append(Victim(bench, end))
        victims[-1].energise()
        victims[-1].begin_to_end()
        return victims[-1]

    yield started
    for victim in victims:
        victim.stop()


Start = Callable[[str], Victim]
Record = Callable[[str, object], None]


@pytest.mark.parametrize(
    ("number", "group"),
    [
        pytest.param(signal.SIGINT, False, id="SIGINT"),
        pytest.param(signal.SIGTERM, False, id="SIGTERM"),
        pytest.param(signal.SIGHUP, False, id="SIGHUP"),
        pytest.param(signal.SIGKILL, False, id="SIGKILL"),
        pytest.param(signal.SIGQUIT, False, id="SIGQUIT"),
        pytest.param(signal.SIGSEGV, False, id="SIGSEGV"),
        pytest.param(signal.SIGINT, True, id="SIGINT of the group"),
        pytest.param(signal.SIGTERM, True, id="SIGTERM of the group"),
        pytest.param(signal.SIGHUP, True, id="SIGHUP of the group"),
        pytest.param(signal.SIGKILL, True, id="SIGKILL of the group"),
    ],
)
def test_a_signal_leaves_every_switch_safe(
    start: Start, record_property: Record, number: signal.Signals, group: bool
) -> None:
    victim = start("wait")
    sent_s = time.monotonic()
    (os.killpg if group else os.kill)(victim.process.pid, number)
    assert became(is_safe, PROMISE_S)
    record_property("safe_after_s", time.monotonic() - sent_s)
    victim.process.wait(10)


@pytest.mark.parametrize("end", ["return", "fail", "exit", "segfault"])
def test_an_end_of_its_own_leaves_every_switch_safe(
    start: Start, record_property: Record, end: str
) -> None:
    begun_s = time.monotonic()
    victim = start(end)
    begun_s = time.monotonic()
    assert became(is_safe, PROMISE_S)
    record_property("safe_after_s", time.monotonic() - begun_s)
    status = victim.process.wait(10)
    assert status == {"return": 0, "fail": 1, "exit": 0, "segfault": -signal.SIGSEGV}[end]


@pytest.mark.parametrize("end", ["return", "fail"])
def test_the_watchdog_has_nothing_to_do_when_a_run_ends_well(start: Start, end: str) -> None:
    victim = start(end)
    victim.process.wait(10)
    assert not alive(victim.watchdog)
    assert victim.log() == ""


def test_the_watchdog_logs_each_switch_it_made_safe(start: Start) -> None:
    victim = start("wait")
    victim.process.kill()
    assert became(lambda: not alive(victim.watchdog), 10)
    said = {line.split(": ", 1)[1] for line in victim.log().splitlines()}
    assert {"first safe", "third safe", "last safe"} <= said, "one may take a second attempt"


def test_an_interrupted_run_says_by_what(start: Start) -> None:
    victim = start("wait")
    victim.process.terminate()
    _, errors = victim.process.communicate()
    assert "Interrupted: interrupted by SIGTERM" in errors
    assert victim.log() == ""


def test_switches_are_safe_long_before_a_slow_run_has_unwound(
    start: Start, record_property: Record
) -> None:
    victim = start("slow")
    sent_s = time.monotonic()
    victim.process.terminate()
    assert became(is_safe, PROMISE_S)
    record_property("safe_after_s", time.monotonic() - sent_s)
    assert victim.process.poll() is None
    _, errors = victim.process.communicate()
    assert "Interrupted: interrupted by SIGTERM" in errors, "the slow run was cut off"
    assert victim.log() == ""


@pytest.mark.parametrize("end", ["hang", "hang with the interpreter"])
def test_a_stuck_run_has_safe_switches_within_a_second_of_the_signal(
    start: Start, record_property: Record, end: str
) -> None:
    victim = start(end)
    assert became(victim.is_stuck, 10)
    sent_s = time.monotonic()
    victim.process.terminate()
    assert became(is_safe, PROMISE_S)
    record_property("safe_after_s", time.monotonic() - sent_s)


def test_a_second_signal_ends_a_stuck_run(start: Start) -> None:
    victim = start("hang")
    assert became(victim.is_stuck, 10)
    victim.process.terminate()
    assert became(is_safe, PROMISE_S)
    time.sleep(ECHO_S * 1.2)  # the rule under test: what comes earlier is an echo of the first
    assert victim.process.poll() is None
    victim.process.terminate()
    assert victim.process.wait(10) == -signal.SIGKILL
    assert is_safe()


def test_a_second_signal_ends_a_slow_run(start: Start) -> None:
    victim = start("slow")
    victim.process.terminate()
    time.sleep(ECHO_S * 1.2)  # the rule under test: what comes earlier is an echo of the first
    victim.process.terminate()
    assert victim.process.wait(10) in {128 + signal.SIGTERM, -signal.SIGKILL}
    assert became(is_safe, PROMISE_S)


def test_an_echo_of_a_signal_does_not_cut_the_run_off(start: Start) -> None:
    victim = start("slow")
    victim.process.terminate()
    victim.process.terminate()
    _, errors = victim.process.communicate()
    assert "Interrupted: interrupted by SIGTERM" in errors
