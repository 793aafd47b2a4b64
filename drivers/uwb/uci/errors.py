"""What can be wrong with UCI bytes.

* FrameError (drivers.api.errors)
  * UciError - base of all that this codec raises
    * Short - the input ends before a field does
    * LeftOver - bytes remain behind the last field
    * BadField - a field holds what it cannot
    * UnknownMessage - no class claims the opcode
    * BadHeader - the first four octets are no UCI header
    * BadSegment - segments that do not make a message

A value that does not fit its field when encoding is BadField too.
"""

from __future__ import annotations

from drivers.api.errors import FrameError


class UciError(FrameError):
    """Base of what the codec raises."""


class Short(UciError):
    """The input ends before a field does."""


class LeftOver(UciError):
    """Bytes remain behind the last field."""


class BadField(UciError):
    """A field holds a value it cannot hold."""


class UnknownMessage(UciError):
    """No class claims this opcode."""


class BadHeader(UciError):
    """These four octets are no UCI header."""


class BadSegment(UciError):
    """Segments that cannot be one message."""
