"""How often a pcscd looks for cards.

The interval is compiled in. Where libfaketime is installed, a pcscd can be started in a time of
its own that runs faster: it then looks as much more often, with everything else unchanged. Only
that process lives in the other time.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

COMPILED_MS = 400.0  # PCSCLITE_STATUS_POLLING of pcsc-lite
FASTEST_MS = 1.0
FASTER_BY = "apt install libfaketime"
_LIBRARIES = Path("/usr/lib")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where POSIX shared memory is, not a place of ours


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look: what was asked for, and the library that makes it possible or None."""

    asked_ms: float
    library: Path | None

    @property
    def real_ms(self) -> float:
        """The interval at which pcscd will look."""
        return self.asked_ms if self.library else COMPILED_MS

    @property
    def lacks(self) -> bool:
        """Whether the wish stays one for want of the library."""
        return self.real_ms != self.asked_ms

    def words(self) -> list[str]:
        """What stands in front of pcscd's own command line."""
        if self.library is None:
            return []
        return [
            shutil.which("env") or "/usr/bin/env",
            f"LD_PRELOAD={self.library}",
            f"FAKETIME=+0 x{COMPILED_MS / self.asked_ms:g}",
            "FAKETIME_DONT_RESET=1",
        ]

    def __str__(self) -> str:
        said = f"looks for cards every {self.real_ms:g} ms"
        return f"{said}, not every {self.asked_ms:g} ms: {FASTER_BY}" if self.lacks else said


def pace(poll_ms: float) -> Pace:
    """The pace for a wanted interval. Raises ValueError for one that no pcscd can keep."""
    if not FASTEST_MS <= poll_ms <= COMPILED_MS:
        raise ValueError(
            f"pcscd can look every {FASTEST_MS:g} to {COMPILED_MS:g} ms, not every {poll_ms:g} ms"
        )
    return Pace(poll_ms, None if poll_ms == COMPILED_MS else _library())


def forget_shared_names(pid: int) -> None:
    """Remove the names under which libfaketime shares its clock with children; pcscd has none.

    It would do so itself when it ends well, and a pcscd may be killed.
    """
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        with suppress(OSError):
            (SHARED_MEMORY / name).unlink()


def _library() -> Path | None:
    """The variant for programs with threads, below the machine's own library folder."""
    for pattern in ("*/faketime/libfaketimeMT.so.1", "faketime/libfaketimeMT.so.1"):
        if found := sorted(_LIBRARIES.glob(pattern)):
            return found[0]
    return None
