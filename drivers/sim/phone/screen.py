"""The screen lock of a virtual phone and the settings of its digital key."""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import KeyOption, KeyOptions, Method, PhoneScreen, ShownOption
from drivers.sim.phone.platforms import PlatformTraits


class VirtualScreen(PhoneScreen):
    """Locked at first, as a phone in a pocket is."""

    def __init__(self, traits: PlatformTraits, require_running: Callable[[], None]) -> None:
        """``require_running`` raises ActionRefused while the phone is off."""
        self.locked = True
        self._methods = traits.methods
        self._require_running = require_running
        self._asked = False

    def lock(self) -> None:
        self.locked = True

    def methods(self) -> tuple[Method, ...]:
        return self._methods

    def authenticate(self, method: Method, *, right: bool = True) -> bool:
        self._require_running()
        if method not in self._methods:
            raise ActionRefused(f"this phone does not know its owner by {method.value}")
        if right:
            self.locked = False
        return right

    def asked(self) -> bool:
        return self._asked

    def ask(self) -> None:
        """The key was wanted while it needs its owner."""
        self._asked = True

    def presented(self) -> None:
        """A new visit: nothing was asked for yet."""
        self._asked = False


class VirtualOptions(KeyOptions):
    """Both settings are on until they are changed; without UWB there is no passive entry."""

    def __init__(
        self,
        traits: PlatformTraits,
        ultra_wideband: bool,
        require_running: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """``changed`` is called after each change; ``require_running`` as of VirtualScreen."""
        known = set(KeyOption) if ultra_wideband else {KeyOption.WORKS_LOCKED}
        self.values = dict.fromkeys(known, True)
        self._words = traits.options
        self._require_running = require_running
        self._changed = changed

    @property
    def works_locked(self) -> bool:
        """The key works while the phone is locked."""
        return self.values[KeyOption.WORKS_LOCKED]

    def read(self, option: KeyOption) -> ShownOption:
        self._require_running()
        on, words = self._value(option), self._words[option]
        return ShownOption(words.name, words.when_on if on else words.when_off, on)

    def set(self, option: KeyOption, *, on: bool) -> None:
        self._require_running()
        self._value(option)
        self.values[option] = on
        self._changed()

    def _value(self, option: KeyOption) -> bool:
        if option not in self.values:
            raise ActionRefused(f"this phone has no setting for {option.value}")
        return self.values[option]
