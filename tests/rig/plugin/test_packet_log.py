"""What is kept of a run's packets, when it is written, and what is said of the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from drivers.api.clock import SystemClock
from drivers.api.device import Device, Identity
from drivers.api.packets import UCI, MaskMessage, PacketSink, PacketSource, WirePacket
from rig.measure.utc_scale import UtcScale
from rig.plugin.packet_log import Limits, PacketLog
from rig.records.journal import PACKETS, Journal, read_run
from rig.records.packets import PacketLine, PacketRecord, PacketsLeftOut, PacketsOf
from tests.rig.records.test_journal import STARTED

ROOT = Path(__file__).resolve().parents[3]
SMALL = Limits(first=3, last=2)
SECRET = b"\x20\x01\x00\x26" + bytes(6) + bytes(range(32))  # First_Approach_RQ


class Radio(Device, PacketSource):
    """Says what a test has it say."""

    packet_kind: ClassVar[str] = UCI
    sink: PacketSink
    mask: MaskMessage

    def record(self, sink: PacketSink, mask_message: MaskMessage) -> None:
        self.sink, self.mask = sink, mask_message

    def say(self, *numbers: int) -> None:
        for number in numbers:
            self.sink(WirePacket(number, False, bytes((number,))))

    def close(self) -> None:
        """Nothing to let go of."""

    def identity(self) -> Identity:
        return Identity()


class Lines:
    """What was written."""

    def __init__(self) -> None:
        self.all: list[PacketLine] = []
        self.written = threading.Condition()

    def __call__(self, lines: Sequence[PacketLine]) -> int:
        with self.written:
            self.all += lines
            self.written.notify_all()
        return 100 * len(lines)

    def wait_for(self, count: int) -> None:
        with self.written:
            assert self.written.wait_for(lambda: len(self.all) >= count, 10)

    @property
    def told(self) -> list[int | str]:
        """Numbers of packets, heads as tests, gaps in words."""
        return [_told(line) for line in self.all]


def _told(line: PacketLine) -> int | str:
    if isinstance(line, PacketsOf):
        return line.test
    if isinstance(line, PacketsLeftOut):
        return f"{line.count} from {line.first_ns} to {line.last_ns}: {line.why}"
    return int(line.octets, 16)


@contextmanager
def recording(limits: Limits = SMALL) -> Iterator[tuple[PacketLog, Radio, Lines]]:
    radio, lines = Radio(), Lines()
    log = PacketLog(lines, UtcScale(SystemClock()), limits)
    log.listen({"anchor": radio, "other": Plain()})
    try:
        yield log, radio, lines
    finally:
        log.close()


class Plain(Device):
    """Has no packets."""

    def close(self) -> None:
        """Nothing to let go of."""

    def identity(self) -> Identity:
        return Identity()


def test_few_packets_are_kept_whole_under_their_attempt() -> None:
    with recording() as (log, radio, lines):
        log.begin("t", 2)
        radio.say(1, 2)
        log.end(passed=True)
        head, one, _ = lines.all
        assert isinstance(head, PacketsOf)
        assert (head.test, head.attempt) == ("t", 2)
        assert one == PacketRecord("anchor", "uci", 1, False, "01", "")
        assert lines.told == ["t", 1, 2]


def test_of_many_the_first_and_the_last_are_kept_and_the_gap_is_told() -> None:
    with recording() as (log, radio, lines):
        log.begin("t", 1)
        radio.say(*range(1, 10))
        log.end(passed=False)
        assert lines.told == ["t", 1, 2, 3, "4 from 4 to 7: first and last are kept", 8, 9]


def test_packets_between_two_attempts_are_of_the_next_and_no_packets_leave_no_head() -> None:
    with recording() as (log, radio, lines):
        log.begin("t", 1)
        log.end(passed=True)
        radio.say(5)
        assert not log.write_some()
        log.begin("u", 1)
        radio.say(6)
        log.end(passed=True)
        assert lines.told == ["u", 5, 6]


def test_the_first_packets_are_written_while_the_attempt_still_runs() -> None:
    with recording() as (log, radio, lines):
        log.begin("t", 1)
        radio.say(1, 2, 3, 4, 5)
        lines.wait_for(4)
        assert lines.told == ["t", 1, 2, 3]
        log.end(passed=True)
        assert lines.told[4:] == [4, 5]


def test_a_full_run_keeps_failures_alone() -> None:
    with recording(Limits(first=3, last=2, run_octets=150)) as (log, radio, lines):
        for test, passed in (("whole", True), ("left out", True), ("kept", False)):
            log.begin(test, 1)
            radio.say(1, 2, 3, 4)
            log.end(passed=passed)
        gap = "4 from 1 to 4: it passed, and the run had written its fill"
        assert lines.told == ["whole", 1, 2, 3, 4, "left out", gap, "kept", 1, 2, 3, 4]


def test_an_attempt_that_is_cut_off_keeps_its_packets() -> None:
    with recording() as (log, radio, lines):
        log.begin("t", 1)
        radio.say(*range(1, 7))
        log.close()
        log.close()
        assert lines.told == ["t", 1, 2, 3, "1 from 4 to 4: first and last are kept", 5, 6]


def test_devices_mask_as_the_trace_does() -> None:
    with recording() as (_, radio, _lines):
        assert radio.mask(SECRET) == SECRET[:10] + bytes(32)


def test_a_bench_without_radios_has_no_thread_and_no_file(tmp_path: Path) -> None:
    before = threading.active_count()
    with Journal(tmp_path) as journal:
        log = PacketLog(journal.append_packets, UtcScale(SystemClock()))
        log.listen({})
        assert threading.active_count() == before
        log.begin("t", 1)
        log.end(passed=True)
        log.close()
    assert not (tmp_path / PACKETS).exists()


KILLED = """
import sys, threading
from pathlib import Path
from drivers.api.clock import SystemClock
from rig.measure.utc_scale import UtcScale
from rig.plugin.packet_log import PacketLog
from rig.records.journal import Journal
from tests.rig.plugin.test_packet_log import Radio
from tests.rig.records.test_journal import STARTED

journal, radio = Journal(Path(sys.argv[1])), Radio()
journal.append(STARTED)
log = PacketLog(journal.append_packets, UtcScale(SystemClock()))
log.listen({"anchor": radio})
log.begin("t", 1)
radio.say(1, 2, 3)
threading.Event().wait()
"""


def test_a_killed_run_s_packets_are_read(tmp_path: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT)
    try:
        path, deadline_s = tmp_path / PACKETS, time.monotonic() + 30
        while not (path.exists() and path.read_bytes().count(b"\n") == 4):
            assert program.poll() is None
            assert time.monotonic() < deadline_s
            time.sleep(0.01)
    finally:
        program.kill()
        program.wait(10)
    with path.open("ab") as file:
        file.write(b'{"record":"Packet')
    _, *packets = read_run(tmp_path).packets()
    assert packets == [PacketRecord("anchor", "uci", n, False, f"0{n}") for n in (1, 2, 3)]


def test_the_journal_gives_packets_back_and_says_how_much_it_wrote(tmp_path: Path) -> None:
    lines: list[PacketLine] = [
        PacketsOf("t", 1, "2026-03-02T09:14:05+00:00", 7),
        PacketRecord("ble", "hci", 8, True, "01030c00", "link key"),
        PacketsLeftOut("ble", "hci", 3, 9, 11, "first and last are kept"),
    ]
    with Journal(tmp_path) as journal:
        journal.append(STARTED)
        assert journal.append_packets(lines) == os.path.getsize(tmp_path / PACKETS)
    assert list(read_run(tmp_path).packets()) == lines
