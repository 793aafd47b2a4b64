"""Named marks on the bench's one monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from drivers.api.trace import Exchange


@dataclass(slots=True)
class Timeline:
    """What happened when during one visit. Times are the clock's, in ns.

    Marks in order of a full visit: ``presence`` (the reader reports the card), ``selected``,
    ``authenticated``, ``decided``, ``commanded`` (relay), ``feedback`` (sensor); in the tray
    ``authorised`` comes last.
    """

    marks: dict[str, int] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    def mark(self, name: str, t_ns: int) -> None:
        """Set a mark; the first time a name is marked counts."""
        self.marks.setdefault(name, t_ns)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A condition came true at ``t_ns``; the timeline is the visit that brought it about."""

    t_ns: int
    timeline: Timeline | None = None


class Condition(Protocol):
    """Something that comes true, such as *the driver's door is unlocked*."""

    def wait(self, timeout_s: float = ...) -> Occurrence:
        """Wait until it is true.

        Raises Unmet when it stays false although the bench worked, Inconclusive when a visit was
        cut short, and the driver's error when the bench broke.
        """
        ...
