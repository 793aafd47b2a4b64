"""`rig` as a child process: what it says goes to a file and on, and its death is seen.

In a process of its own a run can crash, be killed or hang, and the night still has its verdict.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reports.nightly.errors import NightError

_LOOK_S = 0.1
_ENDING_S = 60.0  # what a run may take to unwind, before it is killed
_TIED = Path(__file__).with_name("tied.py")

Echo = Callable[[str], None]


def call_rig(
    arguments: Sequence[str], log: Path, echo: Echo | None = None, *, at_most_s: float | None = None
) -> int:
    """Run `rig ARGUMENTS` and return its exit status, negative for the signal that ended it.

    Its output is appended to ``log``, and told to ``echo`` as it comes. NightError when it takes
    too long or cannot be started; it is ended before. Whatever else ends the wait ends it too.
    """
    rig = [sys.executable, "-m", "rig.cli", *arguments]
    with log.open("ab") as into, log.open("rb") as told:
        told.seek(0, 2)
        try:
            child = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-I", str(_TIED), str(os.getpid()), *rig],
                stdin=subprocess.DEVNULL,
                stdout=into,
                stderr=subprocess.STDOUT,
            )
        except OSError as exc:
            raise NightError(f"rig cannot be started: {exc.strerror}") from exc
        deadline_s = None if at_most_s is None else time.monotonic() + at_most_s
        try:
            while child.poll() is None:
                _tell(told.read(), echo)
                if deadline_s is not None and time.monotonic() > deadline_s:
                    raise NightError(f"rig {arguments[0]} took longer than {at_most_s:g} s")
                _wait(child)
        finally:
            _end(child)
            _tell(told.read(), echo)
    return child.returncode


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(_LOOK_S)
    except subprocess.TimeoutExpired:
        return


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let it unwind; kill what does not."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_ENDING_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _tell(octets: bytes, echo: Echo | None) -> None:
    if octets and echo is not None:
        echo(octets.decode("utf-8", "replace"))
