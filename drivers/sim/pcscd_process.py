"""A pcscd of our own as a child process: its command line, its socket, and whether it is up."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from drivers.api.errors import DeviceNotFound, DriverError, DriverUnavailable
from drivers.sim.pcscd_pace import Pace, forget_shared_names
from drivers.sim.pcscd_states import ask_states

DEBIAN_PACKAGES = "apt install pcscd vsmartcard-vpcd util-linux"
_START_TIMEOUT_S = 10.0
_STOP_TIMEOUT_S = 3.0
_SETTLE_S = 1.0
_POLL_S = 0.002
_RUNTIME_FOLDER = Path("/run/pcscd")
_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin"
# systemd's socket activation, which is how pcscd can be given a socket of our choice: it must
# find the listening socket as descriptor 3 and its own pid in LISTEN_PID.
_ACTIVATE = 'exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
# pcscd refuses to start without /run/pcscd; an ordinary user can have one in a namespace.
_OWN_RUN = 'mount -t tmpfs none /run && mkdir /run/pcscd && exec "$@"'


class PcscdProcess:
    """Starts in the constructor and is up when that returns.

    The process dies with its parent, and with the *thread* that started it, which is how Linux
    counts parents: start it from a thread that lives as long.
    """

    def __init__(
        self, folder: Path, socket_path: Path, readers: frozenset[str], pace: Pace
    ) -> None:
        self._socket_path = socket_path
        self._log_path = folder / "pcscd.log"
        (folder / "no-usb").mkdir(exist_ok=True)
        environment = dict(os.environ)
        environment.pop("PCSCLITE_CSOCK_NAME", None)
        # No USB drivers: real readers belong to the system's own pcscd.
        environment["PCSCLITE_HP_DROPDIR"] = str(folder / "no-usb")
        command = _command(folder / "reader.conf.d", pace)
        with _listener(socket_path) as listening, self._log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - found programs, our own arguments
                command, stdin=listening.fileno(), stdout=log, stderr=log, env=environment
            )
        try:
            self._wait_until_up(readers)
        except BaseException:
            self.stop()
            raise
        finally:
            forget_shared_names(self.pid)

    @property
    def pid(self) -> int:
        """Process id: every program in the command line replaces the one before."""
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not. Idempotent."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _wait_until_up(self, readers: frozenset[str]) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        listed: set[str] = set()
        while not readers <= listed:
            exited = self._process.poll()
            if exited is not None or time.monotonic() > deadline:
                raise self._failure(exited, readers - listed)
            time.sleep(_POLL_S)
            states = ask_states(self._socket_path, timeout_s=0.5)
            if states and not listed:
                # It answers after it has read its configuration: what is missing now stays so.
                deadline = min(deadline, time.monotonic() + _SETTLE_S)
            listed = set(states)

    def _failure(self, exited: int | None, missing: frozenset[str]) -> DriverError:
        log = f"its log ends with:\n{self._log_tail()}"
        if exited is not None and _needs_own_run():
            return DriverUnavailable(
                "pcscd needs /run/pcscd, and an ordinary user may not make one here; "
                f"as root: `install -d /run/pcscd`; {log}"
            )
        how = "runs" if exited is None else f"ended with status {exited}"
        lacking = f"readers missing: {', '.join(sorted(missing))}"
        return DeviceNotFound(f"pcscd {how}; {lacking}; {log}", device="private pcscd")

    def _log_tail(self) -> str:
        lines = self._log_path.read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:]) or "(nothing)"


def _listener(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(path))
        listening.listen(16)
    except OSError as exc:
        listening.close()
        raise DriverUnavailable(f"no socket at {path} ({exc}); set TMPDIR to a short path") from exc
    return listening


def _command(configuration: Path, pace: Pace) -> list[str]:
    """Return the command line; each program in it replaces itself with the next."""
    # The kernel sends this when the parent dies, however it dies: an orphan would keep its ports.
    command = [_program("setpriv"), "--pdeathsig", "KILL", "/bin/sh", "-c", _ACTIVATE, "pcscd"]
    command += [*pace.words(), _program("pcscd"), "--foreground", "--config", str(configuration)]
    if not _needs_own_run():
        return command
    own_run = [_program("unshare"), "--user", "--map-root-user", "--mount"]
    return [*own_run, "/bin/sh", "-c", _OWN_RUN, "own-run", *command]


def pcscd_version() -> str:
    """The version pcscd prints, such as "1.9.9"; "" when it prints none."""
    command = [_program("pcscd"), "--version"]
    printed = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own
    found = re.search(rb"version (\d[\w.]*\w)", printed.stdout)
    return found[1].decode() if found else ""


def _needs_own_run() -> bool:
    return os.geteuid() != 0 and not _RUNTIME_FOLDER.is_dir()


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)
    if found is None:
        raise DriverUnavailable(f"{name} is not installed: {DEBIAN_PACKAGES}")
    return found
