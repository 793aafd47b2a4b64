"""Who holds a bench: a process of a user on a machine, and whether it still lives."""

from __future__ import annotations

import getpass
import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Owner:
    """A process that holds a bench.

    A process id is given again; with ``started`` (ticks since boot) and ``boot`` (the kernel's id
    of this start of the machine) it is one process for ever.
    """

    bench: str
    user: str
    host: str
    process: int
    started: str
    boot: str
    command: str
    since_utc: str
    expires_utc: str

    @property
    def alive(self) -> bool:
        """Whether the process is still there, as far as this machine can tell."""
        here = self.host == platform.node() and self.boot == _boot()
        return here and bool(self.started) and self.started == _started(self.process)

    @property
    def counts(self) -> bool:
        """Whether it holds what it says even without the kernel's lock, until it expires."""
        if self.host == platform.node() and not self.alive:
            return False
        try:
            return datetime.fromisoformat(self.expires_utc) > datetime.now(UTC)
        except (ValueError, TypeError):
            return False

    def __str__(self) -> str:
        return (
            f"{self.user}@{self.host} (process {self.process}, since {self.since_utc}: "
            f"{self.command})"
        )


@dataclass(frozen=True, slots=True)
class Break:
    """A lease that somebody broke."""

    owner: Owner
    by: str
    why: str
    at_utc: str

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Break:
        """From its fields; TypeError and KeyError for others."""
        return cls(Owner(**body["owner"]), body["by"], body["why"], body["at_utc"])

    def __str__(self) -> str:
        return f"the lease of {self.owner} was broken by {self.by} at {self.at_utc}: {self.why}"


def this_process(bench: str, expires: timedelta) -> Owner:
    """This process as an owner from now on."""
    now = datetime.now(UTC)
    return Owner(
        bench=bench,
        user=_user(),
        host=platform.node(),
        process=os.getpid(),
        started=_started(os.getpid()),
        boot=_boot(),
        command=" ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200],
        since_utc=now.isoformat(timespec="seconds"),
        expires_utc=(now + expires).isoformat(timespec="seconds"),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this number
        return str(os.getuid())


def _boot() -> str:
    with suppress(OSError):
        return _BOOT.read_text(encoding="ascii").strip()
    return ""


def _started(process: int) -> str:
    """When it began, in ticks since boot; "" when it is not there."""
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        fields = stat.rpartition(")")[2].split()  # the name before may hold anything
        return "" if fields[0] in "ZX" else fields[19]
    return ""
