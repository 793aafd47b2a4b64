"""The runner's side of the watchdog: a bench that is opened guarded.

The watchdog is started before the first device is opened, and learns which bench before that
bench's first switch could move. While the bench is open a thread listens to the watchdog: when a
signal arrives, it makes the switches safe and halts what moves, at once and through the devices
that are open, however long the main thread takes to unwind.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Self, cast

from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from drivers.api.stage import Halting
from rig.bench import emergency_stop
from rig.bench.attempts import failure_of
from rig.bench.build import Bench, opened, switch_names
from rig.bench.description import BenchDescription
from rig.bench.errors import BenchError
from rig.bench.lease import Lease, leased
from rig.bench.safety import STOP, make_switches_safe
from rig.bench.watchdog import PATIENCE_S

LOG = "watchdog.log"
_START_S = 60.0  # an emulated processor takes half of it
_AGAIN_S = 0.2
_ROOT = Path(__file__).parents[2]


@contextmanager
def guarded(description: BenchDescription, folder: Path | None = None) -> Iterator[Bench]:
    """Open a bench whose switches become safe however this process ends.

    ``folder`` takes the watchdog's log if there is anything to log (otherwise a temporary file
    does). Call it in the main thread, inside ``signals_unwind``.

    Raises BenchHeld when another run has the bench; BenchError when the watchdog does not start,
    has died meanwhile, or when a switch could not be made safe at the end; what ``opened`` raises
    besides.
    """
    with leased(description) as lease:
        if not _needs_a_guard(description):
            with opened(description) as bench:
                yield _held(bench, lease)
            return
        with Guard(folder, lease.descriptors) as guard, opened(description, guard.watch) as bench:
            guard.wait_until_ready()
            moving = bench.of(Halting).values()
            with guard.guarding(bench.of(Switch), moving), _stoppable(bench, guard):
                yield _held(bench, lease)


def _stoppable(bench: Bench, guard: Guard) -> AbstractContextManager[None]:
    """Watch the emergency stop, where the bench has one."""
    sensor = bench.devices.get(emergency_stop.NAME)
    if not isinstance(sensor, Sensor):
        return nullcontext()
    return emergency_stop.watched(sensor, guard.stop_now)


def _held(bench: Bench, lease: Lease) -> Bench:
    """The bench with its devices leased by what they say of themselves."""
    lease.cover(bench.description, bench.records)
    return replace(bench, remarks=tuple(lease.notes))


def _needs_a_guard(description: BenchDescription | None) -> bool:
    """Whether it, or its fallback, has switches or an emergency stop."""
    return description is not None and (
        bool(switch_names(description))
        or any(entry.name == emergency_stop.NAME for entry in description.devices)
        or _needs_a_guard(description.fallback)
    )


class Guard:
    """A running watchdog, what it has said, and the switches that are open."""

    def __init__(self, folder: Path | None, held: tuple[int, ...] = ()) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise BenchError("a guarded bench is opened in the main thread, which hears signals")
        self.log = _log_file(folder)
        self._changed = threading.Condition()
        self._asked = self._answered = 0
        self._problem = ""
        self._ending = False
        self._safe = True
        self._stopped = False
        self._moving = threading.Lock()
        self._switches: Mapping[str, Switch] = {}
        self._halting: tuple[Halting, ...] = ()
        signals_fd, self._wakeup_fd = os.pipe()
        os.set_blocking(self._wakeup_fd, False)
        try:
            self._process = _started(signals_fd, self.log, held)
        except OSError as exc:
            os.close(self._wakeup_fd)
            self.log.unlink()
            raise BenchError(f"the watchdog does not start: {exc}") from exc
        finally:
            os.close(signals_fd)
        self._to_watchdog = cast("IO[bytes]", self._process.stdin)
        self._from_watchdog = cast("IO[bytes]", self._process.stdout)
        self._previous_fd = signal.set_wakeup_fd(self._wakeup_fd, warn_on_full_buffer=False)
        self._listener = threading.Thread(
            target=self._listen,
            name="watchdog listener",
            daemon=True,  # an interrupt that cuts __exit__ short must not leave the process waiting
        )
        self._listener.start()

    def watch(self, description: BenchDescription) -> None:
        """Say which bench is about to be opened."""
        self._asked += 1
        self._tell(f"watch {json.dumps(str(description.path.absolute()))}")

    def wait_until_ready(self) -> None:
        """Return once the watchdog could make the bench safe; BenchError when it cannot."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: self._problem or self._answered == self._asked, _START_S
            )
        if not done:
            self._problem = f"the watchdog did not get ready within {_START_S:g} s"
        if self._problem:
            raise BenchError(self._problem)

    @contextmanager
    def guarding(
        self, switches: Mapping[str, Switch], moving: Iterable[Halting] = ()
    ) -> Iterator[None]:
        """Make the switches safe now, when a signal arrives, and when the block ends.

        What moves is halted by a signal too; at the end its own closing stops it. Raises
        BenchError when a switch is not safe to begin with.
        """
        self._halting = tuple(moving)
        self._switches, self._safe = switches, False
        try:
            with self._moving:
                unsafe = [o for o in make_switches_safe(switches) if not o.ok]
            if unsafe:
                said = "; ".join(f"{o.switch}: {o.message}" for o in unsafe)
                raise BenchError(f"not safe to begin with: {said}")
            yield
        finally:
            with self._moving:
                self._switches = {}
                failed = [o for o in make_switches_safe(switches) if not o.ok]
            self._safe = not failed
            for outcome in failed:
                self._add_problem(f"{outcome.switch} could not be made safe: {outcome.message}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, exc: BaseException | None, _tb: object
    ) -> None:
        signal.set_wakeup_fd(self._previous_fd)
        os.close(self._wakeup_fd)
        self._dismiss()
        if self.log.stat().st_size == 0:
            self.log.unlink()
        elif self._problem:
            self._add_problem(f"see {self.log}")
        if self._problem and exc:
            exc.add_note(self._problem)
        elif self._problem:
            raise BenchError(self._problem)

    def _dismiss(self) -> None:
        """Let the watchdog go: with ``done`` when all is safe; otherwise it acts once more."""
        with self._changed:
            self._ending = True
        if self._safe:
            self._tell("done")
        self._to_watchdog.close()
        try:
            status = self._process.wait(PATIENCE_S + _START_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._listener.join()
        self._from_watchdog.close()
        if status != 0:
            self._add_problem(f"the watchdog ended with status {status}")

    def _tell(self, line: str) -> None:
        """Send a line; a watchdog that is gone is noticed by the listener."""
        with suppress(BrokenPipeError):
            os.write(self._to_watchdog.fileno(), f"{line}\n".encode())

    def _listen(self) -> None:
        """Take in what the watchdog says until it ends (in a thread)."""
        signalled, rest = False, b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._from_watchdog, selectors.EVENT_READ)
            while True:
                if selector.select(_AGAIN_S if signalled else None):
                    data = os.read(self._from_watchdog.fileno(), 4096)
                    if not data:
                        break
                    *lines, rest = (rest + data).split(b"\n")
                    signalled |= b"signal" in lines
                    for line in lines:
                        self._take_answer(line.decode())
                if signalled:
                    self._make_safe_now()
        with self._changed:
            if not self._ending:
                self._add_problem("the watchdog ended before the run did")
            self._changed.notify_all()

    def _take_answer(self, line: str) -> None:
        word, _, reason = line.partition(" ")
        with self._changed:
            self._answered += word in ("ready", "failed")
            if word == "failed":
                self._add_problem(f"the watchdog cannot use the bench: {reason}")
            self._changed.notify_all()

    def stop_now(self) -> None:
        """Make the switches safe, halt what moves, and end the run; again with each call."""
        with self._moving:
            make_switches_safe(self._switches)
        if not self._stopped:
            self._stopped = True
            os.kill(os.getpid(), STOP)
        self._halt_all()

    def _halt_all(self) -> None:
        """One that cannot be reached stops by itself; its error is told where it is used."""
        for one in self._halting:
            failure_of(one.halt)

    def _make_safe_now(self) -> None:
        """After a signal, over and over: another thread may still be about to move something."""
        with self._moving:
            if self._switches and all(o.ok for o in make_switches_safe(self._switches)):
                self._tell("safe")
        self._halt_all()

    def _add_problem(self, problem: str) -> None:
        self._problem = "; ".join(filter(None, (self._problem, problem)))


def _started(signals_fd: int, log: Path, held: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """The watchdog process, in a session of its own so that no group's signal reaches it."""
    paths = filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))
    arguments = ["-m", "rig.bench.watchdog", str(signals_fd), str(os.getpid())]
    with log.open("ab") as errors:
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            start_new_session=True,
            pass_fds=(signals_fd, *held),  # the bench stays leased until it is safe
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )


def _log_file(folder: Path | None) -> Path:
    if folder is None:
        descriptor, name = tempfile.mkstemp(prefix="rig-watchdog-", suffix=".log")
        os.close(descriptor)
        return Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / LOG
