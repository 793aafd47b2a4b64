"""What was on the wire, with the times at which it was there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its answer over a card link, as they were on the wire.

    The times are the clock's, taken just outside the driver call, so their difference is device
    time: reader, air and card. ``response`` is empty when ``error`` says why none came.
    """

    device: str
    sent_ns: int
    received_ns: int
    command: bytes
    response: bytes
    error: str = ""


TraceSink = Callable[[Exchange], None]
