"""Lines of text on a serial line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.api.errors import FrameError, LinkLost
from drivers.serial_line import SerialLine

_LONGEST = 256  # octets of a line; GRBL's are below 128


class TextLine:
    """A serial line of text, held for this program alone. One thread reads, any may write.

    ``gone``: it was pulled out or closed, and nothing brings this one back.
    """

    def __init__(self, path: str, baud: int) -> None:
        """Raises DeviceNotFound when it cannot be opened."""
        self._who, self._line = path, SerialLine(path, baud)
        self._unread, self.gone = b"", False

    def read(self, timeout_s: float) -> str | None:
        """The next line without its end and without empty ones; None when none came in time.

        Raises LinkLost when the line is gone, FrameError for bytes that make no line of ASCII.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            while b"\n" in self._unread:
                line, _, self._unread = self._unread.partition(b"\n")
                if text := _text(line, self._who):
                    return text
            if len(self._unread) > _LONGEST:
                self._unread = b""
                raise FrameError(f"no line ends within {_LONGEST} octets", device=self._who)
            left_s = deadline_s - time.monotonic()
            with self._noticing():
                data = self._line.read(max(0.0, left_s))
            if not data and left_s <= 0:
                return None
            self._unread += data

    def write(self, data: bytes) -> None:
        """Send all of it. Raises LinkLost, or LinkTimeout when nothing takes it."""
        with self._noticing():
            self._line.write(data)

    def forget(self) -> None:
        """Drop what was not read."""
        self._unread = b""
        with self._noticing():
            self._line.discard()

    def close(self) -> None:
        """Let go of it. Idempotent."""
        self._line.close()
        self.gone = True

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except LinkLost:
            self.gone = True
            raise


def _text(line: bytes, who: str) -> str:
    try:
        text = line.decode("ascii").strip()
    except UnicodeDecodeError:
        text = "\0"
    if text and not text.isprintable():
        raise FrameError(f"no line of text: {line[:40]!r}", device=who)
    return text
