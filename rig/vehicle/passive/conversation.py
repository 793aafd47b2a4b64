"""Runs one dialogue: gives it what it wants, and throws into it what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from rig.digital_key.ble_messages import DkMessage
from rig.vehicle.passive.agenda import Duties, Timer
from rig.vehicle.passive.approach import PhoneGone, Step
from rig.vehicle.passive.dialogue import Aside, Dialogue, Happen, Hear, Pause, Silence, Want


class Speaker(Protocol):
    """Says something to the phone."""

    duties: Duties

    def say(self, message: DkMessage) -> Step:
        """Send it. Raises PhoneGone."""
        ...

    def unanswered(self, step: Step, why: str) -> None:
        """Nothing came back to it."""
        ...


class Conversation:
    """One dialogue of one link; ``done`` is told how it ended."""

    def __init__(
        self,
        phone: Speaker,
        dialogue: Dialogue[Any],
        done: Callable[[Any, Exception | None], None],
    ) -> None:
        self._phone, self._dialogue, self._done = phone, dialogue, done
        self._want: Want | None = None
        self._timer: Timer | None = None
        self._step: Step | None = None
        self.over = False
        self._turn = 0

    def go(self, value: object = None, error: Exception | None = None) -> None:
        """Resume it, or begin."""
        if self.over:
            return
        self._settle()
        while True:
            try:
                want = self._dialogue.send(value) if error is None else self._dialogue.throw(error)
            except StopIteration as end:
                self._finish(end.value, None)
                return
            except Exception as exc:  # noqa: BLE001 - it belongs to the approach
                self._finish(None, exc)
                return
            try:
                self._wait(want)
            except PhoneGone as exc:
                self._settle()
                value, error = None, exc
            else:
                return

    def wants(self, message: DkMessage) -> bool:
        """Whether it waits for such a message."""
        return isinstance(self._want, Hear) and isinstance(message, self._want.kind)

    @property
    def asked(self) -> Step | None:
        """The request to which it waits for an answer."""
        return self._step

    def happened(self, name: str) -> bool:
        """Tell it of a happening; whether it waited for that."""
        if not isinstance(self._want, Happen) or name not in self._want.names:
            return False
        self.go(name)
        return True

    def refuse(self, error: Exception) -> None:
        """Throw an exception into it."""
        if self._step is not None:
            self._phone.unanswered(self._step, str(error))
        self.go(error=error)

    def _wait(self, want: Want) -> None:
        self._want = want
        if isinstance(want, Hear):
            if want.after is not None:
                self._step = self._phone.say(want.after)
            after = want.after
            awaited = (
                name_of_kind(want.kind)
                if after is None
                else f"answer to {name_of_kind(type(after))}"
            )
            self._late(want.timeout_s, awaited)
        elif isinstance(want, Happen):
            self._late(want.timeout_s, " or ".join(want.names))
        elif isinstance(want, Pause):
            self._timer = self._phone.duties.after(want.duration_s, self.go)
        elif isinstance(want, Aside):
            turn = self._turn
            self._phone.duties.aside(
                want.work,
                lambda value: self._back(turn, value, None),
                lambda exc: self._back(turn, None, exc),
                want.where,
            )

    def _back(self, turn: int, value: object, error: Exception | None) -> None:
        """What came back from aside; stale if the dialogue has gone on without it."""
        if turn == self._turn:
            self.go(value, error)

    def _late(self, timeout_s: float, awaited: str) -> None:
        silence = Silence(awaited, timeout_s)
        self._timer = self._phone.duties.after(timeout_s, lambda: self.refuse(silence))

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._want = self._timer = self._step = None
        self._turn += 1

    def _finish(self, value: object, error: Exception | None) -> None:
        self.over = True
        self._done(value, error)


def name_of_kind(kind: type[DkMessage]) -> str:
    """What kind of message is waited for, in words."""
    return kind.__name__
