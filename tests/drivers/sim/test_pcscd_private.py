"""A private pcscd is private, comes up, goes down and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.api.errors import DeviceNotFound, DriverError, DriverUnavailable
from drivers.nfc.pcsc import PcscReader
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.pcscd_states import ask_states
from drivers.sim.vpcd_ports import PortPair
from tests.contracts.echo_card import PATIENCE_S

ROOT = Path(__file__).parents[3]


@pytest.fixture
def pcscd() -> Iterator[PrivatePcscd]:
    try:
        opened = PrivatePcscd()
    except DriverUnavailable as exc:
        pytest.skip(str(exc))
    with opened:
        yield opened


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_its_readers_are_listed_when_it_is_open(pcscd: PrivatePcscd) -> None:
    assert set(ask_states(pcscd.socket_path, 1.0)) == {"Rig Reader 0 00 00", "Rig Reader 0 00 01"}
    assert all(finding.ok for finding in pcscd.self_test())


def test_sixteen_slots_are_sixteen_readers(pcscd: PrivatePcscd) -> None:
    pcscd.close()
    with PrivatePcscd(slots=16) as wide:
        assert len(ask_states(wide.socket_path, 1.0)) == 16


def test_closing_ends_the_process_and_frees_the_environment(pcscd: PrivatePcscd) -> None:
    pid = pcscd.pid
    assert os.environ["PCSCLITE_CSOCK_NAME"] == str(pcscd.socket_path)
    pcscd.close()
    pcscd.close()
    assert not is_running(pid)
    assert "PCSCLITE_CSOCK_NAME" not in os.environ


def test_a_second_one_after_the_first_works_in_the_same_process(pcscd: PrivatePcscd) -> None:
    with PcscReader("Rig Reader 0 00 00"):
        pass
    pcscd.close()
    with PrivatePcscd(slots=4), PcscReader("Rig Reader 1 00 01") as reader:
        assert reader.wait_for_card(0) is None


def test_two_at_once_in_one_process_are_refused(pcscd: PrivatePcscd) -> None:
    del pcscd
    with pytest.raises(DriverError, match="only one"):
        PrivatePcscd()


def test_slots_are_given_out_once(pcscd: PrivatePcscd) -> None:
    first, second = pcscd.claim(lambda: None), pcscd.claim(lambda: None)
    assert first != second
    with pytest.raises(DeviceNotFound, match="all 2 slots"):
        pcscd.claim(lambda: None)
    pcscd.release(first)
    assert pcscd.claim(lambda: None) == first


def test_a_restart_keeps_socket_and_ports_and_tells_the_slots(pcscd: PrivatePcscd) -> None:
    told: list[str] = []
    slot = pcscd.claim(lambda: told.append("again"))
    path, pid = pcscd.socket_path, pcscd.pid
    pcscd.kill()
    assert not is_running(pid)
    pcscd.restart()
    assert (pcscd.socket_path, told) == (path, ["again"])
    assert pcscd.sees_empty(slot)


def test_a_missing_driver_names_the_packages(tmp_path: Path) -> None:
    with pytest.raises(DriverUnavailable, match="pcscd vsmartcard-vpcd"):
        PrivatePcscd(driver=tmp_path / "none.so")


def test_a_missing_program_names_the_packages(
    pcscd: PrivatePcscd, monkeypatch: pytest.MonkeyPatch
) -> None:
    pcscd.close()
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("drivers.sim.pcscd_process._SYSTEM_PATH", "/nowhere")
    with pytest.raises(DriverUnavailable, match="setpriv is not installed: apt install pcscd"):
        PrivatePcscd()


def test_a_pcscd_that_does_not_come_up_shows_its_log(pcscd: PrivatePcscd, tmp_path: Path) -> None:
    pcscd.close()
    broken = tmp_path / "libifdvpcd.so"
    broken.write_text("no library")
    with pytest.raises(DeviceNotFound, match=r"(?s)readers missing: Rig Reader.*libifdvpcd0\.so"):
        PrivatePcscd(driver=broken)


@pytest.mark.parametrize("slots", [0, 17])
def test_an_impossible_number_of_slots_is_refused(slots: int) -> None:
    with pytest.raises(ValueError, match="1 to 16"):
        PrivatePcscd(slots=slots)


def test_reserved_ports_are_nobody_elses() -> None:
    pair = PortPair()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", pair.first))
    pair.release()


HOLD = """
import sys
from drivers.sim.pcscd import PrivatePcscd
pcscd = PrivatePcscd()
print(pcscd.pid, flush=True)
sys.stdin.read()
"""


def test_it_does_not_outlive_a_killed_parent(pcscd: PrivatePcscd) -> None:
    del pcscd
    with (
        tempfile.TemporaryDirectory() as left_behind,
        subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": left_behind},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as parent,
    ):
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert eventually(lambda: not is_running(pid))


TALK = """
from drivers.nfc.pcsc import PcscReader
from drivers.sim.pcsc_slot import PcscSlot
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.world import World
from tests.contracts.echo_card import EchoCard
import os
with World() as world, PrivatePcscd() as pcscd, PcscSlot(world, pcscd, "tray") as slot:
    with PcscReader(slot) as reader:
        world.bring(EchoCard(), "tray")
        link = reader.wait_for_card(20)
        apdus = [b"%d %d" % (os.getpid(), n) for n in range(100, 400)]
        assert all(link.transceive(apdu) == apdu + b"\\x90\\x00" for apdu in apdus)
"""


def test_several_in_parallel_processes_do_not_disturb_each_other(pcscd: PrivatePcscd) -> None:
    del pcscd
    talking = [
        subprocess.Popen([sys.executable, "-c", TALK], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    outcomes = [(process.communicate(timeout=60)[1], process.returncode) for process in talking]
    assert outcomes == [("", 0)] * 4


AS_NOBODY = """
import os, sys, tempfile
from pathlib import Path
import drivers.sim.pcscd as pcscd, drivers.sim.pcscd_process as process
process._RUNTIME_FOLDER = Path(sys.argv[1])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
tempfile.tempdir = sys.argv[2]
with pcscd.PrivatePcscd() as opened:
    print(len(opened.self_test()))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
@pytest.mark.parametrize("runtime", ["/run/pcscd", "/nowhere"], ids=["with /run", "without /run"])
def test_an_ordinary_user_can_have_one(pcscd: PrivatePcscd, runtime: str) -> None:
    del pcscd
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, runtime, folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if "may not make one here" in done.stderr:
        pytest.skip("this machine forbids user namespaces")
    assert (done.stdout, done.stderr) == ("2\n", "")
