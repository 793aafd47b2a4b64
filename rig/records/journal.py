"""The run folder: an append-only journal and trace, readable after any kind of death.

``journal.jsonl`` holds Record lines, ``trace.jsonl`` VisitRecord lines. Each line is one ``write``
to the file, so a killed process loses at most the line it was writing; a cut last line is left out
when reading. ``RunFinished`` forces everything to the disk. ``packets.jsonl`` holds PacketLine
lines, several a ``write``, and is there only where packets were recorded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from rig.records.codec import RecordError, decode, encode, read_body
from rig.records.packets import PacketLine, PacketRecord, PacketsLeftOut, PacketsOf
from rig.records.run import Record, Result, RunFinished, RunStarted, TestStarted
from rig.records.trace import VisitRecord

JOURNAL, TRACE, PACKETS = "journal.jsonl", "trace.jsonl", "packets.jsonl"
KINDS = (RunStarted, TestStarted, Result, RunFinished)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UnreadVisit:
    """A line of the trace, parsed as JSON and checked as far as finding it takes.

    A trace has a hundred times more in it than a page shows.
    """

    test: str
    attempt: int
    outcome: str
    body: dict[str, Any]  # the fields of VisitRecord, by name

    def read(self) -> VisitRecord:
        """The whole record; raises RecordError."""
        return read_body(self.body, VisitRecord)


class Journal:
    """Writes a run folder; lines are in the file when the method returns."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._journal, self._trace = _appending(folder / JOURNAL), _appending(folder / TRACE)
        self._packets: int | None = None
        self._open = True

    def append(self, record: Record) -> None:
        """Add one record to the journal."""
        os.write(self._journal, f"{encode(record)}\n".encode())
        if isinstance(record, RunFinished):
            os.fsync(self._trace)
            if self._packets is not None:
                os.fsync(self._packets)
            os.fsync(self._journal)

    def append_visit(self, visit: VisitRecord) -> None:
        """Add one visit to the trace; call before the Result that counts it."""
        os.write(self._trace, f"{encode(visit)}\n".encode())

    def append_packets(self, lines: Sequence[PacketLine]) -> int:
        """Add packets to their file, all in one write; returns how many octets that were."""
        if self._packets is None:
            self._packets = _appending(self.folder / PACKETS)
        octets = "".join(f"{encode(line)}\n" for line in lines).encode()
        return os.write(self._packets, octets)

    def close(self) -> None:
        """Close all files. Idempotent."""
        if self._open:
            self._open = False
            os.close(self._journal)
            os.close(self._trace)
            if self._packets is not None:
                os.close(self._packets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


@dataclass(frozen=True)
class Run:
    """A run read back from its folder. ``finished`` is None when the run was cut off."""

    folder: Path
    started: RunStarted
    begun: tuple[TestStarted, ...]
    results: tuple[Result, ...]
    finished: RunFinished | None

    @property
    def settled(self) -> frozenset[str]:
        """Tests whose last attempt left a result: a run that continues this need not do them."""
        done = {(result.test, result.attempt) for result in self.results}
        open_ones = {t.test for t in self.begun if (t.test, t.attempt) not in done}
        return frozenset(test for test, _ in done) - open_ones

    def visits(self) -> Iterator[VisitRecord]:
        """Read the trace one visit at a time: it can be large."""
        yield from _lines(self.folder / TRACE, (VisitRecord,))

    def packets(self) -> Iterator[PacketLine]:
        """Read the packets one by one: they can be many. None where none were recorded."""
        kinds: tuple[type[PacketLine], ...] = (PacketRecord, PacketsOf, PacketsLeftOut)
        yield from _lines(self.folder / PACKETS, kinds)

    def unread_visits(self) -> Iterator[UnreadVisit]:
        """The same, each to be read when it is wanted; raises RecordError for any other line."""
        for line in _whole_lines(self.folder / TRACE):
            yield _unread(line)


def read_run(folder: Path) -> Run:
    """Read a run folder; raises RecordError when it does not begin with RunStarted."""
    records = list(_lines(folder / JOURNAL, KINDS))
    if not records or not isinstance(records[0], RunStarted):
        raise RecordError(f"{folder / JOURNAL} does not begin with a RunStarted record")
    finished = [r for r in records if isinstance(r, RunFinished)]
    return Run(
        folder=folder,
        started=records[0],
        begun=tuple(r for r in records if isinstance(r, TestStarted)),
        results=tuple(r for r in records if isinstance(r, Result)),
        finished=finished[-1] if finished else None,
    )


def _appending(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)


def _lines(path: Path, kinds: tuple[type[T], ...]) -> Iterator[T]:
    for line in _whole_lines(path):
        yield decode(line, kinds)


def _whole_lines(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):  # a cut last line was never acknowledged
                yield line


def _unread(line: bytes) -> UnreadVisit:
    try:
        body = json.loads(line)
        if body.pop("record") == VisitRecord.__name__:
            test, attempt, outcome = body["test"], body["attempt"], body["outcome"]
            if type(test) is str and type(attempt) is int and type(outcome) is str:
                return UnreadVisit(test, attempt, outcome, body)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise RecordError(f"not one of {VisitRecord.__name__}")
