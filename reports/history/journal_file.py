"""A journal of any age, read once: what is parsed is what was hashed, also while a run goes on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from reports.errors import ReportError
from reports.history.errors import JournalRefused
from reports.history.fields import Fields
from reports.sealing.manifest import MANIFEST, Entry, load, read
from rig.records.journal import JOURNAL

Attempt = tuple[str, int]


@dataclass(frozen=True, slots=True)
class JournalFile:
    """The records of a journal. ``content`` are its whole lines: a cut last one was never said."""

    content: bytes
    started: Fields
    begun: tuple[Attempt, ...]
    results: tuple[Fields, ...]
    finished: Fields | None

    @property
    def sha256(self) -> str:
        """Over the whole lines."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def under_way(self) -> str:
        """The test that has begun and left no result; "" when there is none."""
        done = {attempt_of(result) for result in self.results}
        return next((test for test, number in self.begun if (test, number) not in done), "")

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.finished is not None and not self.under_way

    def begins_with(self, sha256: str, size: int) -> bool:
        """Whether its first ``size`` octets are a journal of this hash."""
        return hashlib.sha256(self.content[:size]).hexdigest() == sha256


def attempt_of(record: Fields) -> Attempt:
    """The test and which attempt of it; older rigs knew one attempt only."""
    return record.text("test"), record.whole("attempt", 1)


def read_journal(folder: Path) -> JournalFile:
    """Read a run's journal; JournalRefused names the file, and the line that is wrong."""
    path = folder / JOURNAL
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise JournalRefused(f"{path}: {exc.strerror}") from exc
    _refuse_changed(folder, content)
    content = content[: content.rfind(b"\n") + 1]
    lines = [_line(line, f"{path}:{n}") for n, line in enumerate(content.split(b"\n")[:-1], 1)]
    kinds: dict[str, list[Fields]] = {}
    for line in lines:
        kinds.setdefault(line.text("record"), []).append(line)
    if not lines or lines[0].text("record") != "RunStarted":
        raise JournalRefused(f"{path} does not begin with a RunStarted record")
    if len(kinds["RunStarted"]) > 1:
        raise JournalRefused(f"{path} is of more than one run")
    finished = kinds.get("RunFinished")
    return JournalFile(
        content=content,
        started=lines[0],
        begun=tuple(map(attempt_of, kinds.get("TestStarted", ()))),
        results=tuple(kinds.get("Result", ())),
        finished=finished[-1] if finished else None,
    )


def _refuse_changed(folder: Path, content: bytes) -> None:
    """A run that is sealed comes in as it was sealed, or not at all."""
    try:
        sealed = load(folder / MANIFEST)
        promised = read(sealed).get(JOURNAL) if sealed is not None else None
    except ReportError as exc:
        raise JournalRefused(f"{folder}: {exc}") from exc
    found = Entry(len(content), hashlib.sha256(content).hexdigest())
    if sealed is not None and promised != found:
        raise JournalRefused(
            f"{folder / JOURNAL} is not what {MANIFEST} says: it was changed after it was sealed"
        )


def _line(line: bytes, where: str) -> Fields:
    try:
        return Fields(json.loads(line), where)
    except (ValueError, RecursionError) as exc:
        raise JournalRefused(f"{where} is not a line of JSON") from exc
