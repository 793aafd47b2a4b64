"""How far a night has come: one small file, written whole or not at all, and on the disk.

``night.json`` lies in the night's folder, ``runs/nights/BENCH/PLAN/2026-11-25``. It says which runs
the night has begun, before they begin, and in the end what the gate said and who was told.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from reports.nightly.errors import NightError

STATE, VERSION = "night.json", 1
SENT, FAILED, NOT_DUE = "sent", "failed", "nothing to say"


@dataclass(slots=True)
class Check:
    """One self-check of the bench. ``status`` is that of `rig doctor`."""

    at_utc: str
    status: int
    said: list[str]


@dataclass(slots=True)
class RunEntry:
    """A run of this night. ``status`` is None until somebody has seen it end."""

    name: str  # of its folder below runs
    status: int | None = None


@dataclass(slots=True)
class Gate:
    """What the night came to, as an exit status, and every reason for it.

    ``problems`` name what is wrong from night to night alike, so that news can be told from what
    was told before.
    """

    status: int
    reasons: list[str]
    problems: list[str]


@dataclass(slots=True)
class Notice:
    """What became of telling one channel."""

    outcome: str
    kind: str = ""  # "problem", "recovery", "night"
    fingerprint: str = ""
    at_utc: str = ""
    error: str = ""


@dataclass(slots=True)
class Night:
    """The state of one night on one bench."""

    folder: Path
    night: date
    bench: str
    bench_file: str
    plan: str
    began_utc: str
    checks: list[Check] = field(default_factory=list)
    runs: list[RunEntry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    gate: Gate | None = None
    ended_utc: str = ""
    message: dict[str, Any] = field(default_factory=dict)  # what there is to tell, once it is over
    notices: dict[str, Notice] = field(default_factory=dict)  # by channel

    @property
    def is_over(self) -> bool:
        """Whether the gate has spoken."""
        return self.gate is not None

    def save(self) -> None:
        """Put the state on the disk; after a power cut it is this one or the one before."""
        body = {**asdict(self), "version": VERSION, "night": str(self.night)}
        del body["folder"]
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f"{STATE}.part"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(body, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.folder / STATE)
        _sync(self.folder)


def load_night(folder: Path) -> Night | None:
    """The night of a folder; None where there is none. NightError for what is no state."""
    path = folder / STATE
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body.pop("version") != VERSION:
            raise NightError(f"{path} was written by another rig; finish that night with it")
        gate = body.pop("gate")
        return Night(
            folder=folder,
            night=date.fromisoformat(body.pop("night")),
            checks=[Check(**check) for check in body.pop("checks")],
            runs=[RunEntry(**run) for run in body.pop("runs")],
            gate=Gate(**gate) if gate else None,
            notices={name: Notice(**found) for name, found in body.pop("notices").items()},
            **body,
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise NightError(f"{path} is no state of a night: {exc}") from exc


def folder_of(nights: Path, bench: str, plan: str) -> Path:
    """Where the nights of a plan on a bench are."""
    return nights / _name(bench) / _name(plan)


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "unnamed"


def nights_of(folder: Path) -> Iterator[Night]:
    """All nights of a plan on a bench, the newest first."""
    for path in sorted(folder.glob(f"*/{STATE}"), reverse=True):
        if (night := load_night(path.parent)) is not None:
            yield night


def _sync(folder: Path) -> None:
    """A new name is on the disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
