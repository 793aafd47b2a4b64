"""A guarded bench notices a watchdog that fails, and says so instead of running unguarded."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.api.errors import DeviceRefused, DriverUnavailable
from drivers.api.relay import Switch
from drivers.relay.switch import RelaySwitch
from drivers.sim.relay_board import relay_states
from drivers.sim.world import World
from rig.bench.build import opened
from rig.bench.description import BenchDescription
from rig.bench.errors import BenchError
from rig.bench.guard import LOG, guarded
from rig.bench.registry import DRIVERS

BenchOf = Callable[..., BenchDescription]
WORLD = "world: {driver: sim.world}"
USB = "usb: {driver: sim.relay_board, body: null, serial: GUARD}"
BOARD = 'board: {driver: relay.hid, serial: GUARD, usb: "@usb"}'
LATCH = 'latch: {driver: relay.switch, board: "@board", channel: 1}'


@pytest.fixture(autouse=True)
def _own_relays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual boards of this test are no other test's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture
def relays(bench_of: BenchOf) -> BenchDescription:
    """A bench with one switch on a virtual board."""
    return bench_of(USB, BOARD, LATCH)


def watchdogs() -> list[int]:
    """Processes of this one that are watchdogs; a server that other tests share is none."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [int(pid) for pid in children if b"rig.bench.watchdog" in _command(pid)]


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it is gone
        return b""


def watchdog_pid() -> int:
    [child] = watchdogs()
    return child


def test_a_bench_without_switches_needs_no_watchdog(bench_of: BenchOf) -> None:
    with guarded(bench_of(WORLD)) as bench:
        assert list(bench.devices) == ["world"]
        assert watchdogs() == []


def test_an_open_switch_is_safe_and_the_watchdog_gone_after_the_block(
    relays: BenchDescription, tmp_path: Path
) -> None:
    with guarded(relays, tmp_path / "run") as bench:
        pid = watchdog_pid()
        latch = bench.of(Switch)["latch"]
        latch.set(on=True)
        assert os.getsid(pid) != os.getsid(0)
    assert not Path(f"/proc/{pid}").exists()
    assert not (tmp_path / "run" / LOG).exists(), "an empty log was left behind"
    with guarded(relays, tmp_path / "run") as bench:
        assert not bench.of(Switch)["latch"].is_on()


def test_a_run_begins_with_every_switch_safe(relays: BenchDescription) -> None:
    with opened(relays) as bench:
        latch = bench.of(Switch)["latch"]
        latch.set(on=True)
        left = relay_states("GUARD")
        latch.make_safe = lambda: None  # type: ignore[method-assign] # as a crash leaves it
    assert left == relay_states("GUARD") == 1
    with guarded(relays) as bench:
        assert not bench.of(Switch)["latch"].is_on()


def test_a_run_does_not_begin_with_a_switch_that_is_not_safe(
    relays: BenchDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_switch: RelaySwitch) -> None:
        raise DeviceRefused(1, "making safe")

    monkeypatch.setattr(RelaySwitch, "make_safe", broken)
    with (
        pytest.raises(BenchError, match=r"^not safe to begin with: latch: "),
        guarded(relays),
    ):
        pytest.fail("begun")


def test_signals_are_heard_as_before_after_the_block(relays: BenchDescription) -> None:
    with guarded(relays):
        pass
    assert signal.set_wakeup_fd(-1) == -1


def test_a_watchdog_that_dies_is_an_error_at_the_end(relays: BenchDescription) -> None:
    with (  # noqa: PT012
        pytest.raises(BenchError, match="the watchdog ended"),
        guarded(relays) as bench,
    ):
        os.kill(watchdog_pid(), signal.SIGKILL)
        bench.of(Switch)["latch"].set(on=True)
    with guarded(relays) as bench:
        assert not bench.of(Switch)["latch"].is_on(), "the run did not make it safe by itself"


def test_the_error_of_a_run_outranks_the_watchdogs(relays: BenchDescription) -> None:
    with pytest.raises(ZeroDivisionError) as got, guarded(relays):  # noqa: PT012
        os.kill(watchdog_pid(), signal.SIGKILL)
        raise ZeroDivisionError
    assert "the watchdog ended" in got.value.__notes__[0]


def test_a_watchdog_that_cannot_start_stops_the_run(
    relays: BenchDescription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(BenchError, match=r"watchdog does not start: .*nowhere"), guarded(relays):
        pytest.fail("opened unguarded")
    assert not list(tmp_path.glob("*.log"))


def test_a_watchdog_that_ends_at_once_stops_the_run(
    relays: BenchDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(BenchError, match="the watchdog ended"), guarded(relays):
        pytest.fail("opened unguarded")


@pytest.mark.usefixtures("happened")
def test_a_watchdog_that_cannot_use_the_bench_stops_the_run(bench_of: BenchOf) -> None:
    """The fake drivers are registered in this process only."""
    fakes = bench_of(
        "board: {driver: fake.board, serial: A}", 'latch: {driver: fake.switch, board: "@board"}'
    )
    with pytest.raises(BenchError, match=r"cannot use the bench: .*no driver 'fake\.board'"):  # noqa: SIM117
        with guarded(fakes):
            pytest.fail("opened unguarded")


class MissingWorld(World):
    """A virtual world on a machine that lacks something for it."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        raise DriverUnavailable("libworld is not installed")


def test_a_switch_the_run_cannot_make_safe_is_made_safe_by_the_watchdog(
    bench_of: BenchOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a fallback, so that the watchdog must have followed to it."""

    def broken() -> None:
        raise DeviceRefused(1, "making safe")

    bench_of(USB, BOARD, LATCH, name="spare")
    first = bench_of(WORLD, fallback="spare")
    monkeypatch.setitem(DRIVERS, "sim.world", f"{__name__}:MissingWorld")
    with pytest.raises(BenchError, match="latch did not close") as got:  # noqa: PT012, SIM117
        with guarded(first, tmp_path / "run") as bench:
            latch = bench.of(Switch)["latch"]
            latch.set(on=True)
            monkeypatch.setattr(latch, "make_safe", broken)
    assert bench.description.name == "spare"
    assert relay_states("GUARD") == 0
    assert "the runner ended without a word: latch safe" in (tmp_path / "run" / LOG).read_text()
    assert "latch could not be made safe: making safe" in got.value.__notes__[0]


def test_a_guarded_bench_wants_the_main_thread(relays: BenchDescription) -> None:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            with guarded(relays):
                pass
        except BenchError as exc:
            raised.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])
