"""The run folder: an append-only journal and trace, readable after any kind of death.

``journal.jsonl`` holds Record lines, ``trace.jsonl`` VisitRecord lines. Each line is one ``write``
to the file, so a killed process loses at most the line it was writing; a cut last line is left out
when reading. ``RunFinished`` forces everything to the disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from rig.records.codec import RecordError, decode, encode, read_body
from rig.records.run import Record, Result, RunFinished, RunStarted, TestStarted
from rig.records.trace import VisitRecord

JOURNAL, TRACE = "journal.jsonl", "trace.jsonl"
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
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._journal: int = os.open(folder / JOURNAL, flags, 0o644)
        self._trace: int = os.open(folder / TRACE, flags, 0o644)
        self._open = True

    def append(self, record: Record) -> None:
        """Add one record to the journal."""
        os.write(self._journal, f"{encode(record)}\n".encode())
        if isinstance(record, RunFinished):
            os.fsync(self._trace)
            os.fsync(self._journal)

    def append_visit(self, visit: VisitRecord) -> None:
        """Add one visit to the trace; call before the Result that counts it."""
        os.write(self._trace, f"{encode(visit)}\n".encode())

    def close(self) -> None:
        """Close both files. Idempotent."""
        if self._open:
            self._open = False
            os.close(self._journal)
            os.close(self._trace)

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

    def visits(self) -> Iterator[VisitRecord]:
        """Read the trace one visit at a time: it can be large."""
        yield from _lines(self.folder / TRACE, (VisitRecord,))

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
