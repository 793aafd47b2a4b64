"""The person at the bench, who does what no device can and says what was seen."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from datetime import datetime

from drivers.api.device import Device


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person answered, who it was and when."""

    text: str
    initials: str
    at: datetime
    waited_s: float


class Operator(Device):
    """Asks one thing at a time and waits."""

    @abc.abstractmethod
    def ask(self, request: str, *choices: str) -> Answer:
        """Ask for something to be done or said; with ``choices``, one of them is the answer.

        Raises LinkTimeout when the deadline passes, OperatorDeclined when the person says that it
        cannot be done, DriverUnavailable when there is nobody to ask.
        """
