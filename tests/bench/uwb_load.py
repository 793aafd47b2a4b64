"""Four anchors that notify a thousand times a second together: what the host loses and takes.

The chips are in another process, so that processor time and memory here are the host's alone.
``RIG_BENCH_UWB_S`` is for how long: a minute, or ten (600) on request. What recording every packet
costs is measured beside it, in turns with and without.
"""

from __future__ import annotations

import ctypes
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from drivers.api.clock import SystemClock
from drivers.api.uwb import FiraSession, RangingSession
from drivers.uwb.kits import TcpAnchor
from rig.measure.utc_scale import UtcScale
from rig.plugin.packet_log import Limits, PacketLog
from rig.records.journal import Journal
from tests.bench.harness import BenchFailed, Row, interleave, ratio

ANCHORS, INTERVAL_MS = 4, 4  # 4 times 250 a second
LEAST_SHARE = 0.97  # of a thousand a second, that the chips must bring
SETTLE_S = 5.0  # before memory is first looked at
MOST_CORE = 0.5
TURNS = 3
MOST_RECORDED = 1.5
MOST_GROWTH = 1.05  # 3,600 objects: what four seconds bring, were each kept as a single one
_CACHED = (
    256 * 1024
)  # octets that the C library may keep ready for threads, and counts as given out
_MAPPED, _GIVEN_OUT = 4, 7  # among the numbers of glibc's mallinfo2
_ROOT = Path(__file__).parents[2]
_SESSION = FiraSession(session_id=7, address=1, peers=(2,), interval_ms=INTERVAL_MS)


@dataclass
class Tally:
    """What came of one session: how many, and how many blocks were left out."""

    count: int = 0
    lost: int = 0
    next_block: int = 0
    damaged: int = 0

    def take(self, ranging: RangingSession, stopping: threading.Event) -> None:
        """Take what comes, until it is enough."""
        while not stopping.is_set():
            one = ranging.next(0.5)
            if one is not None and one.block is not None:
                self.count += 1
                self.lost += one.block - self.next_block
                self.next_block = one.block + 1


class _Mallinfo2(ctypes.Structure):
    _fields_: ClassVar = [("numbers", ctypes.c_size_t * 10)]


@dataclass(frozen=True)
class InUse:
    """Memory that is in use. What is resident besides is told, and not judged.

    It grows with the longest backlog there ever was, which on a busy machine is chance.
    """

    objects: int  # of Python
    octets: int  # of C
    resident_mib: float


@dataclass
class Load:
    """What was seen while it ran."""

    tallies: list[Tally] = field(default_factory=list)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    begin: InUse = field(default_factory=lambda: InUse(1, 1, 0))
    end: InUse = field(default_factory=lambda: InUse(1, 1, 0))

    @property
    def count(self) -> int:
        """All that came."""
        return sum(tally.count for tally in self.tallies)

    @property
    def lost(self) -> int:
        """All that did not, or came damaged."""
        return sum(tally.lost + tally.damaged for tally in self.tallies)


def rows(scratch: Path) -> list[Row]:
    """Lost, processor time, memory, recording. BenchFailed where the chips were too slow."""
    duration_s = float(os.environ.get("RIG_BENCH_UWB_S", "60"))
    load = run(duration_s)
    rate = load.count / load.wall_s
    wanted = LEAST_SHARE * ANCHORS * 1000 / INTERVAL_MS
    if rate < wanted:
        raise BenchFailed(f"the chips brought {rate:.0f} notifications a second, not {wanted:.0f}")
    n = f"{load.wall_s:.0f} s, {rate:.0f}/s"
    octets = (load.end.octets - _CACHED) / load.begin.octets
    growth = max(load.end.objects / load.begin.objects, octets)
    memory = f"{load.end.objects} objects against {load.begin.objects}; {load.end.resident_mib:.0f}"
    memory += f" MiB resident against {load.begin.resident_mib:.0f}"
    lost = f"{load.lost} of {load.count + load.lost}"
    core = f"{load.cpu_s:.2f} s of processor time"
    return [
        Row(f"UWB host, {ANCHORS} anchors: lost", load.lost / load.count, 0.0, lost, n),
        Row(f"UWB host, {ANCHORS} anchors: core", load.cpu_s / load.wall_s, MOST_CORE, core, n),
        Row(f"UWB host, {ANCHORS} anchors: memory", growth, MOST_GROWTH, memory, n),
        recording(scratch, duration_s / (4 * TURNS)),
    ]


def recording(scratch: Path, duration_s: float) -> Row:
    """Processor time with every packet written, against that without."""
    spent = interleave(
        {
            "recorded": lambda: _spent(duration_s, scratch / "packets"),
            "not": lambda: _spent(duration_s, None),
        },
        TURNS,
    )
    shown = {name: 1e6 * statistics.median(found) for name, found in spent.items()}
    against = f"{shown['recorded']:.0f} us a notification against {shown['not']:.0f} us"
    value = ratio(spent["recorded"], spent["not"])
    n = f"{TURNS} x {duration_s:.0f} s"
    return Row(f"UWB host, {ANCHORS} anchors: recorded", value, MOST_RECORDED, against, n)


def _spent(duration_s: float, folder: Path | None) -> float:
    """Seconds of processor time for one notification."""
    load = run(duration_s, 1.0, folder)
    if load.lost:
        raise BenchFailed(f"{load.lost} notifications were lost, recorded in {folder}")
    return load.cpu_s / load.count


def run(duration_s: float, settle_s: float = SETTLE_S, record_in: Path | None = None) -> Load:
    """Let it run, and count. Where there is a folder, everything is recorded into it."""
    load, stopping = Load(), threading.Event()
    with ExitStack() as stack:
        addresses = stack.enter_context(_chips(ANCHORS))
        anchors = [stack.enter_context(TcpAnchor(address)) for address in addresses]
        if record_in is not None:
            _record(stack, anchors, record_in)
        load.tallies = [Tally() for _ in anchors]
        threads = [
            threading.Thread(target=tally.take, args=(anchor.start(_SESSION), stopping))
            for anchor, tally in zip(anchors, load.tallies, strict=True)
        ]
        for thread in threads:
            thread.start()
        _measure(load, duration_s, settle_s)
        stopping.set()
        for thread in threads:
            thread.join()
        for anchor, tally in zip(anchors, load.tallies, strict=True):
            tally.damaged = anchor.health.damaged + anchor.health.garbage_octets
    return load


def _record(stack: ExitStack, anchors: Sequence[TcpAnchor], folder: Path) -> None:
    journal = stack.enter_context(Journal(folder))
    log = PacketLog(journal.append_packets, UtcScale(SystemClock()), Limits(first=sys.maxsize))
    stack.callback(log.close)
    log.listen({f"anchor_{number}": anchor for number, anchor in enumerate(anchors)})
    log.begin("load", 1)


def _measure(load: Load, duration_s: float, settle_s: float) -> None:
    clock = SystemClock()
    clock.sleep(settle_s)
    before = load.count
    load.begin = _in_use()
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    clock.sleep(duration_s)
    load.wall_s = time.perf_counter() - begin_s
    load.cpu_s = time.process_time() - begin_cpu_s
    load.end = _in_use()
    load.tallies[0].count -= before  # what came while it settled is not of this time


def _in_use() -> InUse:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return InUse(sys.getallocatedblocks(), _malloc(), pages * resource.getpagesize() / 2**20)


def _malloc() -> int:
    """What the C library has given out and not got back; 1 where it does not say."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except AttributeError:  # another one than glibc 2.33
        return 1
    ask.restype = _Mallinfo2
    said = ask().numbers
    return int(said[_GIVEN_OUT] + said[_MAPPED])


@contextmanager
def _chips(count: int) -> Iterator[list[str]]:
    command = [sys.executable, "-m", "tests.bench.uwb_chips", str(count)]
    chips = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert chips.stdout is not None
        addresses = [chips.stdout.readline().strip() for _ in range(count)]
        if not all(addresses):
            raise BenchFailed("the process with the chips ended")
        yield addresses
    finally:
        chips.communicate(timeout=30)
