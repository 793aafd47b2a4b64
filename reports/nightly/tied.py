"""Runs a command that is asked to end when whoever started it dies.

``python -I tied.py PARENT COMMAND...``: a nightly that is killed must not leave a run behind that
goes on at the bench. The kernel sends SIGTERM then (PR_SET_PDEATHSIG, prctl(2)), which a run takes
as a reason to make its switches safe and to write how it ended. It outlives execv.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent, and become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we were tied to it
        sys.exit(128 + signal.SIGTERM)
    os.execv(command[0], command)  # noqa: S606 - the nightly's own command


if __name__ == "__main__":
    main()
