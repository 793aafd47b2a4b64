"""The door to adbutils: commands to one phone's shell, by way of an adb server that runs.

adbutils would start a server of its own where none answers, and leaves sockets open behind a
refusal; here it does neither. It is imported when a phone is opened, not before.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from drivers.api.errors import (
    DeviceNotFound,
    DriverError,
    DriverUnavailable,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.api.secret_text import SecretText

_ADVICE = "pip install adbutils"
_LONGEST = 4_000_000  # octets of an answer; dumpsys package has some hundred thousand
_STATES = {
    "unauthorized": "it does not trust this computer: unlock it and allow USB debugging on it",
    "authorizing": "it is about to ask whether it trusts this computer: look at its screen",
    "offline": "it does not answer: pull its cable and put it in again, or restart it",
    "no": "this computer may not use it: install android-sdk-platform-tools-common (udev rules)",
    "recovery": "it is in recovery: let it boot",
    "sideload": "it is in recovery: let it boot",
    "bootloader": "it is in its boot loader: let it boot",
    "connecting": "it is just being connected: try again",
}


@dataclass(frozen=True, slots=True)
class Output:
    """What a command of the phone's shell wrote, and its exit status."""

    status: int
    text: str


class AdbShell:
    """The shell of the phone with this serial number. A connection for each command."""

    def __init__(self, address: str, serial: str, answer_s: float) -> None:
        """``answer_s``: how long the server may say nothing. Opens nothing yet.

        Raises DriverUnavailable without adbutils, DeviceNotFound for what is no address.
        """
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal():
            raise DeviceNotFound("an address is HOST:PORT", device=address)
        self._library = _library()
        self._address = (host.strip("[]"), int(port))
        self._serial, self._answer_s = serial, answer_s
        self._opened: list[Any] = []
        self._client = _client(self._library, self._connect, self._opened)
        self._device: Any = None

    def find(self) -> None:
        """Look for the phone among those of the server. Raises DeviceNotFound with what to do."""
        infos = self._asked(lambda: self._client.list(extended=True), "asking for the phones")
        seen = {info.serial: info.state for info in infos}
        state = seen.get(self._serial)
        if state is None:
            others = ", ".join(sorted(seen)) or "none"
            advice = "is it plugged in, and USB debugging switched on?"
            raise DeviceNotFound(
                f"adb knows no such phone: {advice} It knows: {others}", device=self._serial
            )
        if state != "device":
            said = _STATES.get(state, "let it boot")
            raise DeviceNotFound(f"adb finds it in state {state!r}: {said}", device=self._serial)

    def run(self, *words: str, secret: SecretText | None = None) -> Output:
        """Run a command; ``secret`` is its last word, and no error tells of it.

        Raises LinkLost when the phone is gone, with what adb says of it now; DeviceNotFound when
        the server is, LinkTimeout, FrameError.
        """
        doing = " ".join(words)
        line = [*words] if secret is None else [*words, secret.reveal()]
        try:
            done = self._asked(lambda: self._run(line), doing, hides=secret is not None)
        except LinkLost as lost:
            raise self._explained(lost, doing) from lost.__cause__
        text = done.output.decode("utf-8", errors="replace").replace("\r\n", "\n")
        return Output(int(done.returncode), text.strip())

    def forget(self) -> None:
        """The phone goes away: what was known of its connection does not hold any more."""
        self._device = None

    def _explained(self, lost: LinkLost, doing: str) -> LinkLost:
        """With the state in which adb finds the phone, and what to do about that."""
        try:
            self.find()
        except DeviceNotFound as why:
            return LinkLost(f"{doing}: {why.args[0]}", device=self._serial)
        except DriverError:
            pass  # the first error says more
        return lost

    def _connect(self) -> socket.socket:
        return socket.create_connection(self._address, self._answer_s)

    def _run(self, line: list[str]) -> Any:
        if self._device is None:
            self._device = self._client.device(serial=self._serial)
        return self._device.shell2(line, timeout=self._answer_s, encoding=None, v2=True)

    def _asked(self, question: Callable[[], Any], doing: str, *, hides: bool = False) -> Any:
        """The answer; what the library raises is translated, and what it has left open closed.

        The library puts the command into messages and frames, and a secret with it: with
        ``hides`` its exception is neither cause nor context of ours.
        """
        try:
            return question()
        except Exception as exc:
            error = self._translated(exc, doing, hides=hides)
            if error is None:
                raise
            cause = None if hides else exc
        finally:
            while self._opened:
                self._opened.pop().close()
        raise error from cause

    def _translated(self, exc: Exception, doing: str, *, hides: bool) -> DriverError | None:
        if isinstance(exc, (ConnectionRefusedError, socket.gaierror)):
            return DeviceNotFound(self._no_server(exc), device=self._serial)
        errors = self._library.errors
        kind: type[DriverError] | None = None
        if isinstance(exc, (errors.AdbTimeout, TimeoutError)):
            kind = LinkTimeout
        elif isinstance(exc, (errors.AdbError, EOFError, OSError)):
            kind = LinkLost
        elif isinstance(exc, (ValueError, IndexError)):
            kind = FrameError
        if kind is None:
            return None
        said = type(exc).__name__ if hides else f"{exc}"
        return kind(f"{doing}: {said[:200]}", device=self._serial)

    def _no_server(self, exc: Exception) -> str:
        where = f"no adb server at {self._address[0]}:{self._address[1]} ({exc})"
        if shutil.which("adb") is None:
            return f"{where}; adb is not installed here: apt install adb, then adb start-server"
        return f"{where}: adb start-server"


def _library() -> Any:
    """Return adbutils; DriverUnavailable where it is not installed."""
    try:
        import adbutils  # noqa: PLC0415 - missed only when a phone is opened
    except ImportError as exc:
        raise DriverUnavailable(f"adbutils cannot be imported ({exc}): {_ADVICE}") from exc
    return adbutils


def _client(library: Any, connect: Callable[[], socket.socket], opened: list[Any]) -> Any:
    """The client of adbutils on connections of our own; all of them are put into ``opened``."""

    class Connection(library.AdbConnection):  # type: ignore[misc]
        _came = 0

        def _safe_connect(self) -> socket.socket:
            return connect()  # and no attempt to start a server

        def _read_fully(self, n: int) -> bytes:
            self._came += n
            if self._came > _LONGEST:
                raise ValueError(f"an answer of more than {_LONGEST} octets")
            data: bytes = super()._read_fully(n)
            self._came += len(data) - n
            return data

    class Client(library.AdbClient):  # type: ignore[misc]
        def make_connection(self, timeout: float | None = None) -> Any:
            made = Connection(self.host, self.port)
            opened.append(made)
            if timeout is not None:
                made.conn.settimeout(timeout)
            return made

        @cache  # noqa: B019 - asked for each command otherwise; a client lives as long as its phone
        def server_version(self) -> Any:
            return super().server_version()

    return Client()
