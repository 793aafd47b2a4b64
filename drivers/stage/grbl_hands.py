"""The person at the bench who puts phones on the carriage of a rail."""

from __future__ import annotations

from drivers.api.operator import Operator
from drivers.api.phone import KeyHolder
from drivers.api.stage import Carriage, Carried


class OperatorHands(Carriage):
    """Asks for it, and waits; nothing moves meanwhile."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def mount(self, holder: KeyHolder, carried: Carried) -> None:
        self._ask(holder, f"fix it on the carriage of the rail, {carried.value}, and stand clear")

    def unmount(self, holder: KeyHolder) -> None:
        self._ask(holder, "take it off the carriage, and 40 m away or more")

    def clear(self, why: str) -> None:
        what = "see that nothing is in its way, and stand clear: it looks for its end switch next"
        self._operator.ask(f"The rail has stopped ({why}): {what}")

    def _ask(self, holder: KeyHolder, what: str) -> None:
        self._operator.ask(f"{holder.name.replace('_', ' ') or 'the device'}: {what}")
