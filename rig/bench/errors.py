"""What can be wrong with a bench before any test runs, and what can go wrong around one.

* BenchError - also raised itself: devices that would not close, a watchdog that ended
  * BenchHeld - another run has it
  * BenchFileError - the file asks for something that does not exist; carries file and line
  * BenchUnavailable - the file is right, but this machine or bench lacks something it needs
"""

from __future__ import annotations

from pathlib import Path


class BenchError(Exception):
    """Base of everything a bench raises besides its devices' own errors.

    Reads ``FILE:LINE: what is wrong``; ``file`` and ``line`` (from 1) are None where there is no
    such place. ``message`` is the text without it.
    """

    def __init__(self, message: str, *, file: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = [str(part) for part in (self.file, self.line) if part is not None]
        return ": ".join([":".join(place), self.message] if place else [self.message])


class BenchHeld(BenchError):
    """Another run holds the bench or one of its devices; says who, and what to do."""

    def __init__(self, what: str, owner: str) -> None:
        super().__init__(
            f"{what} is in use by {owner}; wait until it ends, or, if nothing is running there, "
            "free it with: rig bench break BENCH"
        )


class BenchFileError(BenchError):
    """The bench file asks for something that does not exist: what was found, what is allowed."""


class BenchUnavailable(BenchError):
    """Something the bench needs is not installed or not plugged in; says which device's line."""
