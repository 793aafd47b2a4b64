"""Packets of the bench's radios, from the devices' threads to the run folder.

A device's thread only puts a packet into a queue. Another thread writes them, a few at a time, so
that nobody who takes a time waits for it; what is in the file is at most half a second old. Of one
attempt and device the first packets are kept and the last; how many were between is written too.
Once a run has written its fill, attempts that pass leave none.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drivers.api.device import Device
from drivers.api.packets import PacketSink, PacketSource, WirePacket
from rig.measure.utc_scale import UtcScale
from rig.records.packets import PacketLine, PacketRecord, PacketsLeftOut, PacketsOf

Source = tuple[str, str]
"""Name of the device, and what its packets are."""

Write = Callable[[Sequence[PacketLine]], int]
"""Writes lines, and returns how many octets that were."""

_EVERY_S = 0.25
_AT_ONCE = 16  # packets, which take about a tenth of a millisecond
_PAUSE_S = 0.001


@dataclass(frozen=True)
class Limits:
    """How much is kept."""

    first: int = 2000  # packets of an attempt and device
    last: int = 500
    run_octets: int = 64 * 2**20  # of the file, after which only failures are kept


@dataclass(slots=True)
class _Kept:
    """The packets of one device in one attempt that are not written yet."""

    last: deque[WirePacket]
    first: list[WirePacket] = field(default_factory=list)
    seen: int = 0
    lost: int = 0
    lost_ns: tuple[int, int] = (0, 0)

    def add(self, packet: WirePacket, most_first: int) -> None:
        self.seen += 1
        if self.seen <= most_first:
            self.first.append(packet)
            return
        if len(self.last) == self.last.maxlen:
            self.lose(self.last[0] if self.last else packet)
        self.last.append(packet)

    def lose(self, packet: WirePacket) -> None:
        self.lost_ns = (self.lost_ns[0] if self.lost else packet.t_ns, packet.t_ns)
        self.lost += 1

    def lose_all(self) -> None:
        for packet in (*self.first, *self.last):
            self.lose(packet)
        self.first.clear()
        self.last.clear()


class PacketLog:
    """Begins attempts and ends them in one thread; hears of packets in any."""

    def __init__(self, write: Write, scale: UtcScale, limits: Limits | None = None) -> None:
        self._write, self.scale, self._limits = write, scale, limits or Limits()
        self._pending: deque[tuple[Source, WirePacket]] = deque()
        self._working = threading.Lock()
        self._head: PacketsOf | None = None  # until it is written
        self._kept: dict[Source, _Kept] | None = None
        self._octets = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self, devices: Mapping[str, Device]) -> None:
        """Record those devices that let their packets be recorded."""
        sources = {n: d for n, d in devices.items() if isinstance(d, PacketSource)}
        if not sources:
            return
        from rig.digital_key.dissect_ble import masked  # noqa: PLC0415 - a bench may have no radio

        for name, device in sources.items():
            device.record(self._sink((name, device.packet_kind)), masked)
        self._thread = threading.Thread(target=self._work, name="packet-log", daemon=True)
        self._thread.start()

    def begin(self, test: str, attempt: int) -> None:
        """Packets from now on, and those since the last attempt, are of this one."""
        with self._working:
            scale = self.scale
            scale.renew()
            self._head = PacketsOf(test, attempt, scale.utc.isoformat(), scale.clock_ns)
            self._kept = {}

    def end(self, *, passed: bool) -> None:
        """The attempt is over: write what is to be kept of it."""
        with self._working:
            if self._kept is None:
                return
            self._take(len(self._pending))
            full = passed and self._octets >= self._limits.run_octets
            for source, kept in self._kept.items():
                if full:
                    kept.lose_all()
                self._put(list(_lines(source, kept, full=full)))
            self._head, self._kept = None, None

    def write_some(self) -> bool:
        """Write a few of those that have come; whether there were any. The log's thread does it."""
        with self._working:
            if self._kept is None or not self._pending:
                return False  # between two attempts, they are of the next one
            self._take(_AT_ONCE)
            self._put_first()
            return True

    def close(self) -> None:
        """The run is over; an attempt that was cut off keeps its packets. Idempotent."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self.end(passed=False)

    def _sink(self, source: Source) -> PacketSink:
        def take(packet: WirePacket) -> None:
            self._pending.append((source, packet))

        return take

    def _work(self) -> None:
        while not self._stopping.wait(_EVERY_S):
            while self.write_some() and not self._stopping.is_set():
                time.sleep(_PAUSE_S)

    def _take(self, most: int) -> None:
        assert self._kept is not None  # noqa: S101 - an attempt is under way
        for _ in range(min(most, len(self._pending))):
            source, packet = self._pending.popleft()
            kept = self._kept.get(source)
            if kept is None:
                kept = self._kept[source] = _Kept(deque(maxlen=self._limits.last))
            kept.add(packet, self._limits.first)

    def _put_first(self) -> None:
        """Write what is kept however the attempt ends."""
        if self._kept is None or self._octets >= self._limits.run_octets:
            return
        for source, kept in self._kept.items():
            self._put([_record(source, packet) for packet in kept.first])
            kept.first.clear()

    def _put(self, lines: list[PacketLine]) -> None:
        if not lines:
            return
        if self._head is not None:
            lines.insert(0, self._head)
            self._head = None
        self._octets += self._write(lines)


def _lines(source: Source, kept: _Kept, *, full: bool) -> Iterator[PacketLine]:
    yield from (_record(source, packet) for packet in kept.first)
    if kept.lost:
        why = "it passed, and the run had written its fill" if full else "first and last are kept"
        yield PacketsLeftOut(*source, kept.lost, *kept.lost_ns, why)
    yield from (_record(source, packet) for packet in kept.last)


def _record(source: Source, packet: WirePacket) -> PacketRecord:
    t_ns, sent, octets, masked = packet
    return PacketRecord(*source, t_ns, sent, octets.hex(), masked)
