"""One relay of a board that does one thing, and one input that means one thing."""

from __future__ import annotations

import logging
import threading
import time
from typing import ClassVar

from drivers.api.device import Device, Finding, Identity
from drivers.api.errors import DeviceNotFound, DriverError, LinkLost
from drivers.api.relay import RelayBoard, Switch
from drivers.api.sensor import InputBoard, Sensor

_log = logging.getLogger(__name__)
_PAUSE_S = 0.0005  # between two readings of an input that settles
_LONGEST = 20  # debounce times; a contact that bounces for longer is broken


class RelaySwitch(Switch):
    """A relay with a safe state: ``safe`` true means energised. Opening it moves nothing.

    Raises DeviceNotFound when the board has no such channel.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("board", "channel")
    """Options that no two entries of a bench may share."""

    def __init__(self, board: RelayBoard, channel: int, safe: bool = False) -> None:
        if not 1 <= channel <= board.channels:
            raise DeviceNotFound(f"no relay {channel}: {_name(board)} has 1 to {board.channels}")
        self._board = board
        self._channel = channel
        self._safe = safe
        self._closed = False

    def set(self, *, on: bool) -> None:
        """Energise or release. Raises LinkLost once closed, besides the board's errors."""
        if self._closed:
            raise LinkLost("it is closed", device=self._who)
        self._board.set(self._channel, on=on)

    def is_on(self) -> bool:
        return self._board.states()[self._channel - 1]

    def make_safe(self) -> None:
        """Go to the safe state and see that it is reached.

        Raises DriverError when the relay reads back otherwise, LinkLost when the board is gone.
        """
        self._board.set(self._channel, on=self._safe)
        if self.is_on() is not self._safe:
            raise DriverError(f"does not read back {self._safe_word} (safe)", device=self._who)

    def identity(self) -> Identity:
        return self._board.identity()

    def self_test(self) -> tuple[Finding, ...]:
        what = f"relay {self._channel} is {self._safe_word} (safe)"
        if not self._board.reads_back:
            said = f"relay {self._channel} cannot be read back; rig safe commands it again"
            return (Finding(said, ok=True),)
        try:
            ok = self.is_on() is self._safe
        except DriverError as exc:
            return (Finding(what, ok=False, advice=str(exc)),)
        return (Finding(what, ok, "" if ok else "make the bench safe: rig safe"),)

    def close(self) -> None:
        """Make it safe.

        A board that is gone cannot be told anything any more: that is logged as a warning and
        does not raise. A board that answers and leaves the relay unsafe raises DriverError, and
        closing again tries again.
        """
        if self._closed:
            return
        try:
            self.make_safe()
        except LinkLost as exc:
            _log.warning("%s: not made safe, because its board is gone: %s", self._who, exc)
        self._closed = True

    @property
    def _who(self) -> str:
        return self.name or f"relay {self._channel}"

    @property
    def _safe_word(self) -> str:
        return "on" if self._safe else "off"


class InputSensor(Sensor):
    """An input of a board; ``inverted`` where the contact is open when the thing is true.

    A change is followed until the input has stayed as it is for ``debounce_ms``, by the machine's
    clock; reading waits for that, and what is measured up to the change is longer by as much. 0
    takes each reading as it is. Safe to use from several threads.

    Raises DeviceNotFound when the board has no such channel, DriverError for a negative time.
    """

    exclusive: ClassVar[tuple[str, ...]] = ("board", "channel")
    """Options that no two entries of a bench may share."""

    def __init__(
        self,
        board: InputBoard,
        channel: int,
        inverted: bool = False,
        debounce_ms: float = 0.0,
    ) -> None:
        count = len(board.inputs())
        if not 1 <= channel <= count:
            raise DeviceNotFound(f"no input {channel}: {_name(board)} has 1 to {count}")
        if debounce_ms < 0:
            raise DriverError(f"a debounce time of {debounce_ms:g} ms is in the past")
        self._board = board
        self._channel = channel
        self._inverted = inverted
        self._debounce_s = debounce_ms / 1000
        self._settled: bool | None = None  # nothing is known before the first reading
        self._lock = threading.Lock()

    def is_active(self) -> bool:
        """Read it now. Raises DriverError when it does not settle, besides the board's errors."""
        with self._lock:
            now = self._reads()
            if self._debounce_s and now is not self._settled:
                now = self._awaited(now)
            self._settled = now
            return now

    def _awaited(self, now: bool) -> bool:
        """What it reads for the debounce time on end."""
        begun_s = since_s = time.monotonic()
        while (read_s := time.monotonic()) - since_s < self._debounce_s:
            time.sleep(_PAUSE_S)
            before, now = now, self._reads()
            if now is not before:
                since_s = time.monotonic()
            if read_s - begun_s > self._debounce_s * _LONGEST:
                said = f"input {self._channel} chatters for {read_s - begun_s:.2g} s"
                raise DriverError(said, device=self._who)
        return now

    def _reads(self) -> bool:
        return self._board.inputs()[self._channel - 1] is not self._inverted

    @property
    def _who(self) -> str:
        return self.name or f"input {self._channel}"

    def identity(self) -> Identity:
        return self._board.identity() if isinstance(self._board, Device) else Identity()

    def close(self) -> None:
        """Nothing to do: an input holds nothing and moves nothing."""


def _name(board: RelayBoard | InputBoard) -> str:
    named = board.name if isinstance(board, Device) else ""
    return named or "the board"
