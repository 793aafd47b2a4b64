"""What a report is known by: a UUID made once, and a number from the register of its folder.

The register is `register.jsonl` in the folder that holds the runs, a line a run, never rewritten: a
number that is in no run folder any more is a report that somebody took away. It is kept in ./runs,
where runs go by themselves, and beside a --run-dir if it is there already.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rig.records.laboratory import IssueRecord

REGISTER = "register.jsonl"


def issue(folder: Path, bench: str, *, begin: bool) -> IssueRecord:
    """The identity of the run that is about to begin in ``folder``.

    ``begin``: start a register where there is none. A register that cannot be written gives no
    number; the UUID tells the run from all others all the same.
    """
    found = str(uuid.uuid4())
    register = folder.parent / REGISTER
    if not begin and not register.exists():
        return IssueRecord(found)
    entry = {"bench": bench, "run": folder.name, "uuid": found}
    entry["at_utc"] = datetime.now(UTC).isoformat()
    try:
        return IssueRecord(found, _register(register, bench, entry))
    except OSError:
        return IssueRecord(found)


def _register(path: Path, bench: str, entry: dict[str, str]) -> int:
    """Add a line with the bench's next number, which no other process gets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path) as descriptor:
        content = _read(descriptor)
        number = 1 + max(_numbers(content, bench), default=0)
        line = json.dumps({"number": number, **entry}, separators=(",", ":"))
        mend = "" if not content or content.endswith(b"\n") else "\n"  # after a cut-off line
        os.write(descriptor, f"{mend}{line}\n".encode())
        os.fsync(descriptor)
    return number


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _numbers(content: bytes, bench: str) -> Iterator[int]:
    """The numbers that a bench has had; a line that was cut off has none."""
    for line in content.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("bench") == bench:
            number = entry.get("number")
            if type(number) is int:
                yield number
