"""What relay boards at the end of a line share: the channels, the line that comes back, the proof.

A family gives three things: how its line is opened, how a relay is commanded, how relays are read.
"""

from __future__ import annotations

import abc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Generic, Protocol, TypeVar

from drivers.api.device import Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverError, LinkLost, LinkTimeout
from drivers.api.plug import SerialPlug
from drivers.api.relay import RelayBoard
from drivers.relay.read_back import check_channel, check_followed, finding_of
from drivers.serial_line import SerialLine


class Line(Protocol):
    """What a board hangs on."""

    def close(self) -> None: ...


L = TypeVar("L", bound=Line)


class WiredBoard(RelayBoard, Generic[L]):
    """One board, asked once when it is opened. Safe to use from several threads.

    Raises DeviceNotFound when the line cannot be opened or nobody answers on it. In use, a line
    that is gone is LinkLost until it is back; the next call then opens it again, wherever it is.
    """

    make: ClassVar[str] = ""
    model: ClassVar[str] = "relay board"
    lets_go: ClassVar[tuple[type[DriverError], ...]] = (LinkLost,)
    """After these the line is opened anew."""

    def __init__(self, channels: int, where: str) -> None:
        if channels < 1:
            raise DriverError(f"{channels} relays: a board has 1 or more", device=where)
        self._channels, self._where = channels, where
        self._lock = threading.RLock()
        self._closed = False
        self._line: L | None = self._open()
        try:
            self._read(self._line)
        except DriverError as exc:
            self._let_go()
            if isinstance(exc, LinkLost | LinkTimeout):
                raise DeviceNotFound(
                    f"no relay board answers: {exc.args[0]}", device=where
                ) from exc
            raise

    @abc.abstractmethod
    def _open(self) -> L:
        """Open the line, looked for afresh. Raises DeviceNotFound."""

    @abc.abstractmethod
    def _command(self, line: L, channel: int, *, on: bool) -> None:
        """Tell the board to energise or release a relay."""

    @abc.abstractmethod
    def _read(self, line: L) -> tuple[bool, ...]:
        """Ask the board for every relay, channel 1 first."""

    @property
    def channels(self) -> int:
        return self._channels

    def set(self, channel: int, *, on: bool) -> None:
        """Energise or release one relay, once, and see that the board says so too.

        Raises DeviceNotFound for a channel it does not have, DriverError when the relay reads
        back otherwise, LinkLost or LinkTimeout when the board does not answer.
        """
        check_channel(channel, self._channels, self._who)
        with self._held() as line:
            self._command(line, channel, on=on)
            states = self._read(line)
        check_followed(states, channel, self._who, on=on)

    def states(self) -> tuple[bool, ...]:
        with self._held() as line:
            return self._read(line)

    def identity(self) -> Identity:
        return Identity(self.make, f"{self.model}, {self._channels} relays", self._where)

    def self_test(self) -> tuple[Finding, ...]:
        return (finding_of(self),)

    def close(self) -> None:
        """Let go of the line, the relays as they are."""
        with self._lock:
            self._closed = True
            self._let_go()

    @property
    def _who(self) -> str:
        return self.name or self._where

    @contextmanager
    def _held(self) -> Iterator[L]:
        """The open line; its errors carry the board's name and may let go of it."""
        with self._lock:
            try:
                yield self._opened()
            except DriverError as exc:
                if isinstance(exc, self.lets_go):
                    self._let_go()
                exc.device = self._who
                raise

    def _opened(self) -> L:
        if self._closed:
            raise LinkLost("it is closed", device=self._who)
        if self._line is None:
            try:
                self._line = self._open()
            except DeviceNotFound as exc:
                raise LinkLost(f"not back since it was lost: {exc}", device=self._who) from exc
        return self._line

    def _let_go(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


class SerialRelayBoard(WiredBoard[SerialLine]):
    """A board on a serial port that is its alone.

    ``port`` is a path, best one of /dev/serial/by-id, which is looked up at each opening: plugged
    in again, the board may be another ttyUSB. ``timeout_s`` is for one answer.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("port",)
    """Options that no two entries of a bench may share."""
    baud: ClassVar[int] = 9600

    def __init__(self, port: str | SerialPlug, channels: int, timeout_s: float = 1.0) -> None:
        self._port, self._timeout_s = port, timeout_s
        super().__init__(channels, port if isinstance(port, str) else port.path)

    def _open(self) -> SerialLine:
        path = self._port if isinstance(self._port, str) else self._port.path
        return SerialLine(path, self.baud, self._timeout_s)

    def _ask(self, line: SerialLine, request: bytes, end: bytes) -> bytes:
        """Send a request and return its answer up to ``end``; what came unasked is forgotten."""
        line.discard()
        line.write(request)
        return line.until(end, self._timeout_s)
