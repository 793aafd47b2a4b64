"""Screen, settings, battery and radios of a phone in somebody's hands."""

from __future__ import annotations

from drivers.api.phone_controls import (
    KeyOption,
    KeyOptions,
    Method,
    PhoneBattery,
    PhoneRadios,
    PhoneScreen,
    ShownOption,
)
from drivers.phone.operator_requests import Requests
from drivers.phone.operator_words import PlatformWords

_ACCEPTED, _REJECTED, _NOT_OFFERED = "accepted", "not accepted", "not offered"
_NONE = "there is no such setting"
_DEEDS = {
    Method.FACE: ("show the owner's face to it", "show somebody else's face to it"),
    Method.FINGERPRINT: (
        "lay the owner's finger on it",
        "lay a finger on it that it does not know",
    ),
    Method.PIN: ("enter its PIN", "enter a wrong PIN"),
    Method.PASSWORD: ("enter its password", "enter a wrong password"),
    Method.PATTERN: ("draw its pattern", "draw a wrong pattern"),
}


class OperatorScreen(PhoneScreen):
    """The screen lock."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._methods: tuple[Method, ...] | None = None

    def lock(self) -> None:
        self._requests.do("lock its screen")

    def methods(self) -> tuple[Method, ...]:
        """Asked once: it is a matter of the phone's make and set-up."""
        if self._methods is None:
            question = "How can its owner be authenticated?"
            self._methods = self._requests.some_of(question, Method)
        return self._methods

    def authenticate(self, method: Method, *, right: bool = True) -> bool:
        request = f"authenticate by {method}: {_DEEDS[method][not right]}"
        said = self._requests.one_of(request, (_ACCEPTED, _REJECTED, _NOT_OFFERED))
        if said == _NOT_OFFERED:
            self._requests.refuse()
        return said == _ACCEPTED

    def asked(self) -> bool:
        return self._requests.is_so(
            "Has it asked for authentication since it was last held to something?"
        )


class OperatorOptions(KeyOptions):
    """The digital key's settings."""

    def __init__(self, requests: Requests, words: PlatformWords) -> None:
        self._requests = requests
        self._words = words

    def read(self, option: KeyOption) -> ShownOption:
        words = self._words.options[option]
        question = f"How does {words.name!r} stand in the settings of the key?"
        said = self._requests.one_of(question, (words.on, words.off, _NONE))
        if said == _NONE:
            self._requests.refuse()
        return ShownOption(words.name, said, on=said == words.on)

    def set(self, option: KeyOption, *, on: bool) -> None:
        words = self._words.options[option]
        value = words.on if on else words.off
        self._requests.do(f"set {words.name!r} to {value!r} in the settings of the key")


class OperatorBattery(PhoneBattery):
    """Power of a phone or a watch."""

    def __init__(self, requests: Requests, low_power: str) -> None:
        self._requests = requests
        self._low_power = low_power

    def set_low_power(self, *, on: bool) -> None:
        self._requests.do(f"switch {self._low_power!r} {_on(on)}")

    def drain(self) -> None:
        self._requests.do("run its battery empty, until it shuts itself down")

    def charge(self) -> None:
        self._requests.do("charge it and let it boot; leave its screen locked")

    def shut_down(self) -> None:
        self._requests.do("switch it off by hand")

    def boot(self) -> None:
        self._requests.do("switch it on by hand; leave its screen locked")


class OperatorRadios(PhoneRadios):
    """Airplane mode and mobile network."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def set_airplane(self, *, on: bool) -> None:
        self._requests.do(f"switch airplane mode {_on(on)}")

    def set_cellular(self, *, on: bool) -> None:
        self._requests.do(f"switch mobile data {_on(on)}, and Wi-Fi off")


def _on(on: bool) -> str:
    return "on" if on else "off"
