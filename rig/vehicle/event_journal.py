"""What the vehicle has to tell the key server, numbered, until the server has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from rig.key_server.keys import EventKind, VehicleEvent


class EventJournal(Protocol):
    """Where events are kept. Numbers rise by one and are never used again."""

    @property
    def last(self) -> int:
        """The number of the latest event, 0 before the first."""
        ...

    def append(self, kind: EventKind, at: datetime, key_id: bytes | None) -> VehicleEvent:
        """Keep a new event; it has the next number."""
        ...

    def untold(self) -> tuple[VehicleEvent, ...]:
        """The events the server has not acknowledged, oldest first."""
        ...

    def acknowledge(self, number: int) -> None:
        """The server has everything up to this number."""
        ...

    def renumber(self, first: int) -> None:
        """Begin the untold events at this number: the server does not know those before."""
        ...

    def clear(self) -> None:
        """Forget what is untold; its numbers stay used, because the server may have it."""
        ...


class MemoryJournal:
    """An ``EventJournal`` that lives as long as the process."""

    def __init__(self) -> None:
        self._untold: list[VehicleEvent] = []
        self._acknowledged = 0

    @property
    def last(self) -> int:
        return self._untold[-1].number if self._untold else self._acknowledged

    def append(self, kind: EventKind, at: datetime, key_id: bytes | None) -> VehicleEvent:
        event = VehicleEvent(self.last + 1, at, kind, key_id)
        self._untold.append(event)
        return event

    def untold(self) -> tuple[VehicleEvent, ...]:
        return tuple(self._untold)

    def acknowledge(self, number: int) -> None:
        self._acknowledged = max(self._acknowledged, number)
        self._untold = [event for event in self._untold if event.number > number]

    def renumber(self, first: int) -> None:
        self._acknowledged = first - 1
        self._untold = [replace(e, number=n) for n, e in enumerate(self._untold, first)]

    def clear(self) -> None:
        self._acknowledged = self.last
        self._untold.clear()
