"""A display in words: the person at the bench reads what it shows, and says what is pressed."""

from __future__ import annotations

import threading

from drivers.api.device import Identity
from drivers.api.errors import ActionRefused
from drivers.api.head_unit import HeadUnit, Screen
from drivers.api.operator import Operator
from drivers.api.secret_text import SecretText

_PRESSED, _MISSING = "pressed", "it is not there"


class OperatorHeadUnit(HeadUnit):
    """Shows the vehicle's screen to the person, who presses by saying so.

    A person may be asked while reader loops change what is shown; a request speaks of the screen
    as it was when the request began.
    """

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._screen = Screen("")
        self._lock = threading.Lock()

    def show(self, screen: Screen) -> None:
        with self._lock:
            self._screen = screen

    def press(self, item: str) -> None:
        screen = self._shown()
        if item not in screen.items:
            raise ActionRefused(f"{item!r} is not on the display", device=self.name)
        request = f"{_in_words(screen)}\n   Press {item!r}."
        if self._operator.ask(request, _PRESSED, _MISSING).text == _MISSING:
            raise ActionRefused(f"the operator does not see {item!r}", device=self.name)

    def type_in(self, text: SecretText) -> SecretText:
        screen = self._shown()
        if not screen.asks:
            raise ActionRefused("the display asks for nothing", device=self.name)
        request = f"{_in_words(screen)}\n   Type in what follows, here as on the display."
        return SecretText(self._operator.ask(request, secret=text).text)

    def identity(self) -> Identity:
        return Identity(model="display in words, pressed by the operator")

    def close(self) -> None:
        """Nothing to release."""

    def _shown(self) -> Screen:
        with self._lock:
            return self._screen


def _in_words(screen: Screen) -> str:
    lines = [f"The vehicle's display shows: {screen.title}"]
    lines += [f"   {line}" for line in screen.text.splitlines()]
    lines += [f"   [{item}]" for item in screen.items]
    lines += [f"   It asks for the {screen.asks}."] if screen.asks else []
    return "\n".join(lines)
