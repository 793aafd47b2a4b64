"""The chip's host line: frames of UM0701-02, clause 6.2.1, read from any bytes.

A frame is ``00 FF``, a length with its checksum, data with theirs; whatever comes before and after
is preamble. What is broken is skipped: the chip looks for the next start and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

TO_CHIP, FROM_CHIP, ERROR = 0xD4, 0xD5, 0x7F
LONGEST = 265  # octets of a frame's data, its direction included
_START = b"\x00\xff"
_ACK, _NACK, _EXTENDED = b"\x00\xff", b"\xff\x00", b"\xff\xff"
ACK_FRAME = bytes.fromhex("0000FF00FF00")
NACK_FRAME = bytes.fromhex("0000FFFF0000")


class Control(Enum):
    """Frames without data."""

    ACK = "acknowledged; from the host it also ends what the chip is doing"
    NACK = "say that again"


Event = Control | bytes


def encode(data: bytes) -> bytes:
    """A frame; an extended one where the data need it."""
    if len(data) < 0x100:
        head = bytes((len(data), -len(data) & 0xFF))
    else:
        length = len(data).to_bytes(2, "big")
        head = _EXTENDED + length + bytes((-sum(length) & 0xFF,))
    return b"\x00" + _START + head + data + bytes((-sum(data) & 0xFF, 0x00))


class HostStream:
    """Finds the frames in what the host sends, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def drop(self) -> None:
        """Forget half a frame, as when its host has died."""
        self._buffer.clear()

    def feed(self, data: bytes) -> Iterator[Event]:
        """Frames that are complete by now."""
        self._buffer += data
        while (start := self._buffer.find(_START)) >= 0:
            del self._buffer[:start]
            end = self._end()
            if end is None:
                return
            if end == 0:
                del self._buffer[:1]  # no frame begins here after all
                continue
            frame = bytes(self._buffer[len(_START) : end])
            event = _event(frame)
            # After a wrong checksum the next start may lie inside of what was no frame.
            del self._buffer[: 1 if event is None else end]
            if event is not None:
                yield event
        del self._buffer[:-1]  # may be the first half of a start

    def _end(self) -> int | None:
        """Where the frame at the start of the buffer ends; 0: nowhere; None: not yet."""
        head = self._buffer[2:7]
        if len(head) < 2:
            return None
        if head[:2] in (_ACK, _NACK):
            return 4
        if head[:2] == _EXTENDED:
            if len(head) < 5:
                return None
            length, checked, start = int.from_bytes(head[2:4], "big"), sum(head[2:5]), 7
        else:
            length, checked, start = head[0], sum(head[:2]), 4
        if checked & 0xFF or not 0 < length <= LONGEST:
            return 0
        end = start + length + 1
        return end if len(self._buffer) >= end else None


def _event(frame: bytes) -> Event | None:
    """A frame from behind its start code; None where its data checksum is wrong."""
    if len(frame) == 2:
        return Control.ACK if frame == _ACK else Control.NACK
    body = frame[5:] if frame[:2] == _EXTENDED else frame[2:]
    return body[:-1] if not sum(body) & 0xFF else None
