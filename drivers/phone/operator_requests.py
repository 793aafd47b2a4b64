"""How a person is asked to do something with a phone, a watch or a card."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NoReturn, TypeVar

from drivers.api.device import Device
from drivers.api.errors import ActionRefused
from drivers.api.operator import Operator
from drivers.api.secret_text import SecretText

E = TypeVar("E", bound=StrEnum)

_DONE, _REFUSES, _YES, _NO = "done", "it refuses", "yes", "no"


class Requests:
    """Asks about one device, by its name on the bench."""

    def __init__(self, operator: Operator, device: Device) -> None:
        self._operator = operator
        self._device = device

    @property
    def called(self) -> str:
        """What the device is called when it is spoken of."""
        return self._device.name.replace("_", " ") or "the device"

    def move(self, what: str) -> None:
        """Have the thing moved, which it cannot refuse."""
        self._operator.ask(f"{self.called}: {what}")

    def do(self, what: str, secret: SecretText | None = None) -> None:
        """Have something done on it. Raises ActionRefused with what it says instead."""
        request = f"{self.called}: {what}"
        if self._operator.ask(request, _DONE, _REFUSES, secret=secret).text == _REFUSES:
            self.refuse()

    def refuse(self) -> NoReturn:
        """Ask what it says, and raise that as ActionRefused."""
        reason = self.text("What does it say, or why does it not do it?")
        raise self.refusal(reason or "no reason is shown")

    def refusal(self, reason: str) -> ActionRefused:
        """What is raised where nobody need be asked."""
        return ActionRefused(reason, device=self._device.name)

    def is_so(self, question: str) -> bool:
        """A question with yes or no."""
        return self.one_of(question, (_YES, _NO)) == _YES

    def one_of(self, question: str, choices: Iterable[str]) -> str:
        """A question with one of these as its answer."""
        return self._operator.ask(f"{self.called}: {question}", *choices).text

    def some_of(self, question: str, kind: type[E]) -> tuple[E, ...]:
        """A question that several of these may answer, or none."""
        known = ", ".join(kind)
        request = f"{question} Of: {known}. Several with commas between, nothing for none."
        while True:
            words = [word.strip().casefold() for word in self.text(request).split(",")]
            try:
                return tuple(kind(word) for word in words if word)
            except ValueError:
                request = f"Not all of that is known. {question} Of: {known}."

    def text(self, question: str) -> str:
        """A question that is answered in free words."""
        return self._operator.ask(f"{self.called}: {question}").text

    def secret(self, question: str) -> SecretText:
        """A question whose answer is a code or a link."""
        return SecretText(self._operator.ask(f"{self.called}: {question}", private=True).text)
