"""How a reader polls: what it sends in which order, how often, and how long between.

Values are section 8 of the public notes, measured by others with Apple phones: poll every 100 to
250 ms or faster, some 5 ms between two frames, poll first and call only when nobody answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from drivers.nfc.ecp import call_frame

_SHORTEST_RESET_MS = 5.1  # ISO 14443-3, 5.3: a field that was off so long has reset what is in it


@dataclass(frozen=True)
class PollingLoop:
    """One round is a poll and the calling frames, each ``count`` times, in this order.

    ``ecp`` names the calling frames (drivers/nfc/ecp.py has the names), or gives them in
    hexadecimal; empty for key cards and Android phones. ``maker``, ``location`` and ``reader_id``
    go into those that have them: which location is the handle, and what a vehicle's reader
    identifier holds, is not public. ``guard_ms`` lies between the field and the first frame and
    between two frames, ``period_ms`` between the beginnings of two rounds, and for ``reset_ms``
    the field is off before a card that was activated is polled again.
    """

    ecp: tuple[str, ...] = ()
    maker: str = "bmw"
    location: int = 1
    reader_id: str = ""
    order: Literal["after_poll", "before_poll"] = "after_poll"
    count: int = 1
    guard_ms: float = 5.0
    period_ms: float = 100.0
    reset_ms: float = 6.0

    # Read by the bench file's validation: unknown keys are errors.
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be a loop."""
        if self.count < 1:
            raise ValueError(f"each calling frame is sent once or more, not {self.count} times")
        if self.guard_ms < 0 or self.period_ms <= 0:
            raise ValueError("a polling loop's guard is not negative, its period more than 0")
        if self.reset_ms < _SHORTEST_RESET_MS:
            raise ValueError(f"a field that is to reset a card is off {_SHORTEST_RESET_MS} ms")
        _ = self.calls

    @property
    def calls(self) -> tuple[bytes, ...]:
        """The calling frames without their CRC_A, each once."""
        reader_id = bytes.fromhex(self.reader_id)
        return tuple(call_frame(n, self.maker, self.location, reader_id) for n in self.ecp)

    @property
    def each_round(self) -> tuple[bytes, ...]:
        """The calling frames of one round, in the order in which they are sent."""
        return tuple(call for call in self.calls for _ in range(self.count))
