"""Driver profiles: a key that is linked to one loads it when it is used, as a fob does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from drivers.api.clock import Clock
from drivers.api.errors import ActionRefused

GUEST = "Guest"
_NAMES = (GUEST, "Driver 1", "Driver 2")


class SecondDevice(StrEnum):
    """What becomes of a profile that is linked when another key asks for it (AMB-32)."""

    REFUSED = "refused"
    REPLACES = "replaces"


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that was made, and the key that lost the profile by it ("" for none)."""

    key: str
    profile: str
    replaced: str = ""


class DriverProfiles:
    """Which profile is active, and which key loads which. Keys are named as in the keyring.

    A profile is linked to one key at most (DK-PROF-02), a key to one profile. ``GUEST`` cannot be
    linked.
    """

    def __init__(
        self,
        clock: Clock,
        keys: Callable[[], Iterable[str]],
        rule: SecondDevice = SecondDevice.REFUSED,
    ) -> None:
        """``keys`` names what can be linked: every key that is in use, fobs included."""
        self.rule = rule
        self._clock = clock
        self._keys = keys
        self.reset()

    def reset(self) -> None:
        """No links, the guest's profile active."""
        self._links: dict[str, str] = {}  # profile to key
        self.active = GUEST
        self.loaded_ns = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The profiles that can be linked."""
        return tuple(name for name in _NAMES if name != GUEST)

    def linkable(self) -> tuple[str, ...]:
        """The keys that can be linked."""
        return tuple(self._keys())

    def profile_of(self, key: str) -> str | None:
        """The profile this key loads."""
        return next((profile for profile, holder in self._links.items() if holder == key), None)

    def link(self, key: str, profile: str) -> Linked:
        """Link a key to a profile; it loses the one it had. Raises ActionRefused."""
        if profile not in self.names or key not in self.linkable():
            raise ActionRefused(f"no such key or profile: {key}, {profile}")
        holder = self._links.get(profile, key)
        if holder != key and self.rule is SecondDevice.REFUSED:
            raise ActionRefused(f"{profile} is linked to {holder} already")
        self.forget(key)
        self._links[profile] = key
        return Linked(key, profile, "" if holder == key else holder)

    def forget(self, key: str) -> None:
        """Drop the key's link, as when the key has ended. No effect when there is none."""
        self._links = {profile: holder for profile, holder in self._links.items() if holder != key}

    def activate(self, profile: str) -> None:
        """Choose a profile by hand. Raises ActionRefused."""
        if profile not in _NAMES:
            raise ActionRefused(f"no profile {profile}")
        self.active, self.loaded_ns = profile, self._clock.now_ns()

    def used(self, key: str) -> str:
        """The vehicle is used with this key: its profile is loaded, the active one returned.

        ``loaded_ns`` is when; a key with no profile leaves the active one as it is.
        """
        if (profile := self.profile_of(key)) is not None:
            self.activate(profile)
        return self.active
