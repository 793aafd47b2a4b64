"""What only PC/SC can suffer: the service dies, hangs, or has other readers than expected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drivers.api.errors import DeviceNotFound, LinkLost, LinkTimeout
from drivers.nfc.pcsc import PcscReader, choose_reader
from drivers.nfc.pcsc_context import PcscContext
from drivers.sim.pcscd import PrivatePcscd
from tests.contracts.echo_card import OK, PATIENCE_S, EchoCard
from tests.contracts.nfc_benches import PcscBench, activated

SELECT = bytes.fromhex("00A4 0400 00")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def bench() -> Iterator[PcscBench]:
    opened = PcscBench()
    with opened.stack:
        yield opened


def halt(pid: int) -> None:
    """Stop a process; its threads stop one after the other, so see that all have."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + PATIENCE_S
    while any(
        task.read_text().rsplit(")", 1)[1].split()[0] != "T"
        for task in Path(f"/proc/{pid}/task").glob("*/stat")
    ):
        assert time.monotonic() < deadline, "pcscd does not stop"
        time.sleep(0.001)


@pytest.fixture
def stopped(bench: PcscBench) -> Iterator[PrivatePcscd]:
    """A pcscd that takes connections and answers nothing, until it is told to go on."""
    halt(bench.pcscd.pid)
    yield bench.pcscd
    os.kill(bench.pcscd.pid, signal.SIGCONT)


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_pcscd_killed_in_mid_apdu_is_a_lost_link_and_the_reader_comes_back(
    bench: PcscBench,
) -> None:
    reader, card = bench.reader("handle"), EchoCard()
    bench.world.bring(card, "handle")
    link = activated(reader)
    card.may_answer.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(link.transceive, SELECT)
        assert card.asked.wait(PATIENCE_S)
        bench.pcscd.kill()
        lost = waiting.exception(PATIENCE_S)
    card.may_answer.set()
    assert type(lost) is LinkLost
    assert lost.device == "handle"
    link.close()
    with pytest.raises(LinkLost, match="is pcscd running"):
        reader.wait_for_card(0)
    bench.pcscd.restart()
    assert activated(reader).transceive(SELECT) == SELECT + OK


def test_a_pcscd_killed_while_the_field_is_watched_is_a_lost_link(bench: PcscBench) -> None:
    reader = bench.reader("handle")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reader.wait_for_card, PATIENCE_S)
        bench.pcscd.kill()
        assert type(waiting.exception(PATIENCE_S)) is LinkLost
    bench.pcscd.restart()
    assert reader.wait_for_card(0) is None


def test_faults_leak_no_descriptors(bench: PcscBench) -> None:
    reader = bench.reader("handle")

    def fail_and_recover() -> None:
        bench.pcscd.kill()
        with pytest.raises(LinkLost):
            reader.wait_for_card(0)
        bench.pcscd.restart()
        assert reader.wait_for_card(0) is None

    fail_and_recover()
    before = open_descriptors()
    for _ in range(3):
        fail_and_recover()
    assert open_descriptors() == before


def test_a_stopped_pcscd_does_not_hold_a_new_context(stopped: PrivatePcscd) -> None:
    del stopped
    with pytest.raises(LinkTimeout):
        PcscContext(lambda: "handle", service_timeout_s=0.1)


def test_a_stopped_pcscd_does_not_hold_a_call(bench: PcscBench) -> None:
    context = PcscContext(lambda: "handle", service_timeout_s=0.1)
    halt(bench.pcscd.pid)
    try:
        with pytest.raises(LinkTimeout) as late:
            context.readers()
        assert late.value.device == "handle"
        assert not context.alive
    finally:
        os.kill(bench.pcscd.pid, signal.SIGCONT)
        context.release()


def test_a_missing_reader_is_named_with_those_that_are_there(bench: PcscBench) -> None:
    del bench
    with pytest.raises(DeviceNotFound, match=r"'Rig Reader 0 00 00', 'Rig Reader 0 00 01'"):
        PcscReader("ACR1252")


def test_an_ambiguous_reader_is_refused_with_the_choice(bench: PcscBench) -> None:
    del bench
    with pytest.raises(DeviceNotFound, match=r"several .*'Rig Reader 1 00 00'"):
        PcscReader("rig reader")


def test_a_part_of_the_name_finds_the_reader(bench: PcscBench) -> None:
    del bench
    with PcscReader("reader 1 00 01") as reader:
        assert reader.identity().model == "Rig Reader 1 00 01"


def test_an_exact_name_wins_over_longer_ones() -> None:
    assert choose_reader("ACR 0", ["ACR 0", "ACR 01"]) == "ACR 0"


def test_no_reader_at_all_is_said() -> None:
    with pytest.raises(DeviceNotFound, match="listed: none"):
        choose_reader("ACR", [])


def test_an_unreachable_service_is_a_missing_device_with_advice(bench: PcscBench) -> None:
    bench.pcscd.kill()
    with pytest.raises(DeviceNotFound, match="is pcscd running"):
        PcscReader("Rig Reader 0 00 00")


def test_a_second_pcscd_in_one_process_is_refused_by_name(
    bench: PcscBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.reader("handle")
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", "/elsewhere/pcscd.comm")
    with pytest.raises(DeviceNotFound, match=r"cannot turn to the one at /elsewhere"):
        PcscReader("Rig Reader 0 00 00")


def test_the_self_test_tells_that_the_service_is_gone(bench: PcscBench) -> None:
    reader = bench.reader("handle")
    bench.pcscd.kill()
    (finding,) = reader.self_test()
    assert not finding.ok
    assert finding.advice


LEFT_OPEN = """
import time
from drivers.nfc.pcsc import PcscReader
from drivers.sim.pcsc_slot import PcscSlot
from drivers.sim.pcscd import PrivatePcscd
from drivers.sim.world import World
from tests.contracts.echo_card import EchoCard
world, pcscd = World(), PrivatePcscd()
reader = PcscReader(PcscSlot(world, pcscd, "handle"))
world.bring(EchoCard(), "handle")
link = reader.wait_for_card(10)
assert link.transceive(b"1234") == b"1234\\x90\\x00"
"""


@pytest.mark.parametrize("ending", ["", "pcscd.kill()", "raise SystemExit(0)"])
def test_what_is_left_open_makes_no_noise_at_exit(bench: PcscBench, ending: str) -> None:
    del bench  # there is a pcscd to be had, or the test is skipped
    done = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN + ending],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
