"""The issues of a report: the first at the end of its run, later ones by somebody who says why.

`revisions.jsonl` in the run's folder holds a line for each later one and is only ever added to. A
page says which it is, what it replaces and when it was issued from there, never from the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reports.errors import ReportError
from rig.records.codec import RecordError, decode, encode
from rig.records.journal import Run

REVISIONS = "revisions.jsonl"


@dataclass(frozen=True, slots=True)
class Revision:
    """A report issued again. ``replaced_sha256`` is of the page that it replaces; "" for none."""

    number: int  # 0 is the first issue, which has no line
    issued_utc: str
    because: str
    replaces: str
    replaced_sha256: str = ""
    by: str = ""


_pending: ContextVar[tuple[Revision, ...]] = ContextVar("pending", default=())


def read_revisions(folder: Path) -> tuple[Revision, ...]:
    """Those of a run's folder, and the one that is being issued now.

    Raises RecordError for a file that is not numbered from 1 without a gap.
    """
    found: list[Revision] = []
    path = folder / REVISIONS
    if path.exists():
        lines = path.read_bytes().splitlines(keepends=True)
        found = [decode(line, (Revision,)) for line in lines if line.endswith(b"\n")]
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise RecordError(f"{path} is not numbered from 1 without a gap")
    return (*found, *_pending.get())


@contextmanager
def issuing(revision: Revision) -> Iterator[None]:
    """Within the block a run's revisions end with this one, which is not written yet."""
    token = _pending.set((revision,))
    try:
        yield
    finally:
        _pending.reset(token)


def text_with(folder: Path, revision: Revision) -> bytes:
    """The file of a run's revisions with one more."""
    path = folder / REVISIONS
    before = path.read_bytes() if path.exists() else b""
    whole = before[: before.rfind(b"\n") + 1]
    return whole + f"{encode(revision)}\n".encode()


def next_revision(  # noqa: PLR0913 - what a person says of it
    run: Run, number: int, because: str, now: datetime, page: Path, *, replaces: str, by: str
) -> Revision:
    """The revision that a person asks for; raises ReportError when it is not the next one."""
    try:
        expected = len(read_revisions(run.folder)) + 1
    except RecordError as exc:
        raise ReportError(str(exc)) from exc
    if number != expected:
        raise ReportError(f"the next revision of {run.started.run_id} is {expected}, not {number}")
    if not because.strip():
        raise ReportError("a revision says why it replaces the one before")
    replaced = hashlib.sha256(page.read_bytes()).hexdigest() if page.is_file() else ""
    return Revision(
        number=number,
        issued_utc=now.replace(microsecond=0).isoformat(),
        because=because.strip(),
        replaces=replaces or f"{run.started.run_id}, revision {number - 1}",
        replaced_sha256=replaced,
        by=by,
    )
