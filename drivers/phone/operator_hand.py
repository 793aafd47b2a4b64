"""Something with a key that a person at the bench holds to readers."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.api.device import Identity
from drivers.api.operator import Operator
from drivers.api.phone import Detail, KeyHolder
from drivers.phone.operator_requests import Requests

_PLACES = {"driver_handle": "the driver's door handle", "tray": "the charging tray"}
_BACK = "_back"


class InHand(KeyHolder):
    """Base of phone, watch and cards: whoever holds it is asked to move it.

    A tap is over when the person says so; the marks of its visit are the reader's.
    """

    def __init__(
        self,
        operator: Operator,
        model: str,
        serial: str,
        details: Mapping[Detail, str] | None = None,
    ) -> None:
        self._requests = Requests(operator, self)
        stated = {str(word): text for word, text in (details or {}).items()}
        self._identity = Identity(model=model, serial=serial, details=stated)
        self._at = ""

    def present(self, at: str) -> None:
        self.withdraw()
        self._requests.move(f"hold it to {place_in_words(at)} now, and leave it there")
        self._at = at

    def withdraw(self) -> None:
        if self._at:
            self._requests.move(f"take it away from {place_in_words(self._at)}")
            self._at = ""

    def identity(self) -> Identity:
        """What the bench file says of it."""
        return self._identity

    def close(self) -> None:
        """Nothing is held; nobody is asked to take it away any more."""


def place_in_words(place: str) -> str:
    """A place as a person would call it."""
    if place.endswith(_BACK):
        return f"the back of {place.removesuffix(_BACK).replace('_', ' ')}"
    return _PLACES.get(place, place.replace("_", " "))
