"""The person at the bench, who does what no device can and says what was seen."""

from __future__ import annotations

import abc
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from drivers.api.device import Device
from drivers.api.secret_text import SecretText


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person answered, who it was and when.

    ``waited_s`` is how long the asking took, so that it can be left out of what is measured. The
    text may be a code or a link; it does not print.
    """

    text: str = field(repr=False)
    initials: str
    at: datetime
    waited_s: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what came of it, for the record of a run.

    ``declined`` says why there is no answer. With ``private`` the text is a code or a link, which
    nobody may keep; ``photos`` are what the person says shows it.
    """

    request: str
    choices: tuple[str, ...]
    text: str = field(repr=False)
    initials: str
    at: datetime
    waited_s: float
    declined: str = ""
    private: bool = False
    photos: tuple[Path, ...] = ()


def _nobody(_asked: Asked) -> None:
    """Where no run listens."""


class Operator(Device):
    """Asks one thing at a time and waits."""

    around: Callable[[], AbstractContextManager[object]] = staticmethod(nullcontext)
    """Entered while the person is asked, from before the first word to after the last.

    A run sets it, to draw nothing meanwhile and to keep the person's time out of what is measured.
    """

    heard: Callable[[Asked], object] = staticmethod(_nobody)
    """Told of each request when it is over, answered or not, from whichever thread asked."""

    @abc.abstractmethod
    def ask(
        self,
        request: str,
        *choices: str,
        secret: SecretText | None = None,
        private: bool = False,
    ) -> Answer:
        """Ask for something to be done or said; with ``choices``, one of them is the answer.

        ``secret`` is shown to the person with the request and goes nowhere else: a link to open,
        a code to type in. Without choices the answer is whatever was typed, "" for done; with
        ``private``, or after a secret, that is one too.

        Raises OperatorDeclined when the person says that it cannot be done, and OperatorAbsent
        when there is nobody to ask, or no answer comes before the deadline.
        """
