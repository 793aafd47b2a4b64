"""What the vehicle says to a phone, written as it is said: generators that yield what they want.

A dialogue yields a ``Want`` and is resumed with what came of it, or with an exception: ``Silence``
when nothing came, ``Declined`` when the phone said no, LinkLost when it went away.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from rig.digital_key.ble_messages import DkMessage, Event
from rig.vehicle.passive.agenda import Agenda

T = TypeVar("T")
M = TypeVar("M", bound=DkMessage)


class Silence(Exception):
    """The phone did not say in time what was waited for."""

    def __init__(self, awaited: str, timeout_s: float) -> None:
        super().__init__(f"no {awaited} within {timeout_s:g} s")
        self.awaited = awaited


class Declined(Exception):
    """The phone answered by an event that says no."""

    def __init__(self, event: Event, meaning: str) -> None:
        super().__init__(f"the phone says: {meaning}")
        self.event = event


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait for a message of this kind; ``after`` is sent first, and then it is its answer."""

    kind: type[DkMessage]
    timeout_s: float
    after: DkMessage | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """Have it done in another thread, and wait for what comes of it."""

    work: Callable[[], Any]
    where: str | Agenda


@dataclass(frozen=True, slots=True)
class Happen:
    """Wait for one of the link's own happenings, by name."""

    names: tuple[str, ...]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this long."""

    duration_s: float


Want = Hear | Aside | Happen | Pause
Dialogue = Generator[Want, Any, T]


def ask(message: DkMessage, answer: type[M], timeout_s: float) -> Dialogue[M]:
    """Send a message and wait for its answer. Raises Silence, Declined."""
    found: M = yield Hear(answer, timeout_s, message)
    return found


def hear(kind: type[M], timeout_s: float) -> Dialogue[M]:
    """Wait for a message that the phone sends by itself. Raises Silence."""
    found: M = yield Hear(kind, timeout_s)
    return found


def aside(work: Callable[[], T], where: str | Agenda) -> Dialogue[T]:
    """Do something that takes its time. Raises what ``work`` raises."""
    found: T = yield Aside(work, where)
    return found


def happening(names: tuple[str, ...], timeout_s: float) -> Dialogue[str]:
    """Wait until one of these happens on the link; which did. Raises Silence."""
    found: str = yield Happen(names, timeout_s)
    return found


def pause(duration_s: float) -> Dialogue[None]:
    """Let time pass."""
    yield Pause(duration_s)
