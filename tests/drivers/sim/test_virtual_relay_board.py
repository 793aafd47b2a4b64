"""The virtual board under the real driver: it moves the body, and outlives its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api.errors import DeviceNotFound, DriverError
from drivers.relay.hid import HidRelayBoard
from drivers.sim.body import VirtualBody
from drivers.sim.relay_board import VirtualRelayBoard, relay_states
from drivers.sim.world import World

ROOT = Path(__file__).parents[3]
DEADLINE_S = 20.0

RUNNER = """
from drivers.relay.hid import HidRelayBoard
from drivers.sim.relay_board import VirtualRelayBoard
board = HidRelayBoard("RIG01", usb=VirtualRelayBoard(None, "RIG01"))
board.set(1, on=True)
board.set(8, on=True)
print("on", flush=True)
input()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path / f"digital-key-rig-{os.getuid()}"


@pytest.fixture
def body() -> VirtualBody:
    return VirtualBody(World(seed=7), actuation_ms=2.0)


@pytest.fixture
def host(body: VirtualBody) -> Iterator[VirtualRelayBoard]:
    with VirtualRelayBoard(body, "RIG01") as plugged:
        yield plugged


@pytest.fixture
def board(host: VirtualRelayBoard) -> Iterator[HidRelayBoard]:
    with HidRelayBoard("RIG01", usb=host) as opened:
        yield opened


@pytest.fixture
def runner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has switched relays 1 and 8 on and holds the board."""
    assert not folder.exists()
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "on\n"
        yield process
        process.kill()


def wait_for_input(board: HidRelayBoard, channel: int, *, active: bool) -> None:
    end = time.monotonic() + DEADLINE_S
    while board.inputs()[channel - 1] is not active:
        assert time.monotonic() < end, f"input {channel} is not {active}"


@pytest.mark.parametrize(("relay", "felt"), [(1, 1), (5, 5), (7, 11), (8, 12)])
def test_a_relay_moves_the_body_and_its_input_tells(
    board: HidRelayBoard, relay: int, felt: int
) -> None:
    assert not any(board.inputs())
    board.set(relay, on=True)
    wait_for_input(board, felt, active=True)
    assert sum(board.inputs()) == 1
    board.set(relay, on=False)
    wait_for_input(board, felt, active=False)


def test_a_jammed_lock_never_reports_unlocked(board: HidRelayBoard, body: VirtualBody) -> None:
    body.jam("driver")
    for channel in (1, 2):
        board.set(channel, on=True)
    wait_for_input(board, 2, active=True)
    board.set(3, on=True)
    wait_for_input(board, 3, active=True)  # a whole travel later
    assert board.states()[0]
    assert not board.inputs()[0]


def test_an_unplugged_board_drops_its_relays_and_so_locks(
    board: HidRelayBoard, host: VirtualRelayBoard, body: VirtualBody
) -> None:
    board.set(1, on=True)
    wait_for_input(board, 1, active=True)
    host.unplug()
    assert relay_states("RIG01") == 0
    end = time.monotonic() + DEADLINE_S
    while body.sensed():
        assert time.monotonic() < end


def test_relays_of_a_killed_process_stay_and_can_be_released(
    runner: subprocess.Popen[str], body: VirtualBody
) -> None:
    assert relay_states("RIG01") == 0b1000_0001
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    assert relay_states("RIG01") == 0b1000_0001
    with VirtualRelayBoard(body, "RIG01") as host, HidRelayBoard("RIG01", usb=host) as watchdog:
        assert watchdog.states() == (True, *[False] * 6, True)
        wait_for_input(watchdog, 12, active=True)
        for channel in (1, 8):
            watchdog.set(channel, on=False)
        assert relay_states("RIG01") == 0


def test_a_board_in_use_by_another_process_is_not_shared(runner: subprocess.Popen[str]) -> None:
    assert runner.poll() is None
    with (
        VirtualRelayBoard(None, "RIG01") as host,
        pytest.raises(DeviceNotFound, match="another program holds it"),
    ):
        HidRelayBoard("RIG01", usb=host)
    assert relay_states("RIG01") == 0b1000_0001


def test_a_third_process_sees_a_relay_at_once(board: HidRelayBoard) -> None:
    board.set(4, on=True)
    script = "from drivers.sim.relay_board import relay_states; print(relay_states('RIG01'))"
    command = [sys.executable, "-c", script]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert seen.stdout == b"8\n"


def test_a_board_never_seen_has_no_relay_on() -> None:
    assert relay_states("NEVER") == 0


def test_the_memory_is_the_users_own(host: VirtualRelayBoard, folder: Path) -> None:
    assert host.serial == "RIG01"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "relays-RIG01").stat().st_mode & 0o777 == 0o600


def test_a_folder_others_may_enter_is_refused(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(DriverError, match="not a private folder"):
        VirtualRelayBoard(None, "RIG01")


def test_a_link_in_place_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DriverError, match="not a private folder"):
        relay_states("RIG01")


@pytest.mark.parametrize("serial", ["", "RIG", "RIG001", "../..", "RIG\n1"])
def test_a_serial_that_no_board_has_is_refused(serial: str) -> None:
    with pytest.raises(DriverError, match="not 5 letters and digits"):
        VirtualRelayBoard(None, serial)


@pytest.mark.parametrize("channels", [0, 9])
def test_a_board_of_no_or_too_many_relays_is_refused(channels: int) -> None:
    with pytest.raises(DriverError, match="1 to 8"):
        VirtualRelayBoard(None, "RIG01", channels)


def test_the_board_says_it_is_virtual(host: VirtualRelayBoard) -> None:
    assert host.identity().model == "virtual USBRelay8"
