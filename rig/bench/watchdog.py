"""A process that outlives the runner and makes the bench's switches safe.

``python -m rig.bench.watchdog SIGNALS_FD RUNNER_PID``, started by ``guard`` in a session of its
own. It has loaded everything it needs, ignores the signals that end runs, and waits for:

* lines on standard input: ``watch "BENCH FILE"``, ``safe`` (the runner has just made every switch
  safe) and ``done`` (and it is ending well). End of input without ``done`` is the runner's death;
* bytes from the runner's own C-level signal handler, which works even when its Python is stuck.
  The runner is told by the line ``signal`` and has ``GRACE_S`` to answer ``safe``;
* the runner's pidfd, in case a child of the runner has inherited the other end of the pipe.

Whatever it does to a switch is one line on standard error, which is the run folder's log. It says
``ready`` and ``failed REASON`` on standard output. It exits with 0 when every switch is safe.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rig.bench.build import switch_names
from rig.bench.description import BenchDescription
from rig.bench.errors import BenchError
from rig.bench.load import load_bench
from rig.bench.safety import ECHO_S, ENDING, make_safe

GRACE_S = 0.4  # of the one second that the product allows from signal to safe state
PATIENCE_S = 5.0  # a dying process may hold its USB devices for as long
_PAUSE_S = 0.01
_STDIN, _STDOUT = 0, 1


class Watchdog:
    """The state of the watch: what to make safe, and until when the runner may do it itself."""

    def __init__(self, signals_fd: int, runner: int) -> None:
        self._description: BenchDescription | None = None
        self._signalled_s: float | None = None
        self._deadline_s: float | None = None
        self._input = b""
        self._logged: set[str] = set()
        self._signals_fd = signals_fd
        self._pidfd = _pidfd(runner)
        self._selector = selectors.DefaultSelector()
        for fd in (_STDIN, signals_fd, self._pidfd):
            if fd is not None:
                self._selector.register(fd, selectors.EVENT_READ)

    def watch(self) -> bool:
        """Wait for the end of the runner; return whether every switch is safe then."""
        while True:
            remaining_s = None
            if self._deadline_s is not None:
                remaining_s = max(0.0, self._deadline_s - time.monotonic())
            ready = {key.fd for key, _ in self._selector.select(remaining_s)}
            if self._signals_fd in ready:
                self._hear_signals()
            if _STDIN in ready and (ended := self._read()) is not None:
                return ended or self._rescue("the runner ended without a word")
            if self._pidfd in ready and _STDIN not in ready:
                return self._rescue("the runner died")
            if self._deadline_s is not None and time.monotonic() >= self._deadline_s:
                self._take_over()

    def _read(self) -> bool | None:
        """Take in lines; True after ``done``, False at the end of input, None to go on."""
        data = os.read(_STDIN, 65536)
        if not data:
            return False
        *lines, self._input = (self._input + data).split(b"\n")
        for line in lines:
            word, _, argument = line.decode().partition(" ")
            if word == "watch":
                self._load(Path(json.loads(argument)))
            elif word == "safe":
                self._deadline_s = None
            elif word == "done":
                return True
        return None

    def _load(self, path: Path) -> None:
        try:
            self._description = load_bench(path)
        except BenchError as exc:
            say(f"failed {exc}")
        else:
            say("ready")

    def _hear_signals(self) -> None:
        """The first signal starts the grace; a later one, echoes apart, ends the runner."""
        numbers = os.read(self._signals_fd, 64)
        if not numbers:
            self._selector.unregister(self._signals_fd)
        if not set(numbers) & set(ENDING):
            return
        now_s = time.monotonic()
        if self._signalled_s is None:
            self._signalled_s, self._deadline_s = now_s, now_s + GRACE_S
            say("signal")
        elif now_s - self._signalled_s > ECHO_S:
            self._make_safe("a second signal")
            self._kill_runner()

    def _take_over(self) -> None:
        """The runner was told to end and has not made its switches safe: it may be stuck."""
        self._deadline_s = None
        if self._make_safe("the runner is stuck"):
            self._kill_runner()  # it holds a device; a relay left on is worse than a cut report

    def _kill_runner(self) -> None:
        log("ending the runner, so that it lets go of its devices")
        if self._pidfd is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _rescue(self, why: str) -> bool:
        """Make every switch safe, again and again for those that fail, while patience lasts."""
        deadline_s = time.monotonic() + PATIENCE_S
        failing = self._make_safe(why)
        while failing and time.monotonic() < deadline_s:
            time.sleep(_PAUSE_S)
            failing = self._make_safe(why, failing)
        return not failing

    def _make_safe(self, why: str, switches: set[str] | None = None) -> set[str]:
        """Make switches safe, log each, and return those that are not."""
        if self._description is None:
            return set()
        wanted = switch_names(self._description) if switches is None else switches
        outcomes = make_safe(self._description, wanted)
        for outcome in outcomes:
            state = "safe" if outcome.ok else f"NOT safe: {outcome.message}"
            self._log_once(f"{why}: {outcome.switch} {state}")
        return {outcome.switch for outcome in outcomes if not outcome.ok}

    def _log_once(self, line: str) -> None:
        """Log a line; what failed before and fails again is one line."""
        if line not in self._logged:
            self._logged.add(line)
            log(line)


def _pidfd(process: int) -> int | None:
    """A descriptor that becomes readable when a process dies; None where there is no such thing."""
    with suppress(AttributeError, OSError):
        return os.pidfd_open(process)
    return None


def say(line: str) -> None:
    """Tell the runner, if it is still there."""
    with suppress(BrokenPipeError):
        os.write(_STDOUT, f"{line}\n".encode())


def log(line: str) -> None:
    """Write a line with its time to the log; a full disk must not keep a relay on."""
    with suppress(OSError):
        os.write(2, f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n".encode())


def main() -> int:
    """Watch until the runner ends."""
    for number in (*ENDING, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    return 0 if Watchdog(int(sys.argv[1]), int(sys.argv[2])).watch() else 1


if __name__ == "__main__":
    sys.exit(main())
