"""What a phone's owner does to the phone itself: screen, battery, radios.

A virtual phone does it at once, an automated one over its cable, any other by asking the person
at the bench. Raises ``ActionRefused`` where the phone's own interface says no.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How a person proves to a phone who they are."""

    FACE = "face"
    FINGERPRINT = "fingerprint"
    PIN = "pin"
    PASSWORD = "password"  # noqa: S105 - the name of a method
    PATTERN = "pattern"


class KeyOption(StrEnum):
    """The settings of a digital key on a phone, in neutral words (AMB-11, AMB-12)."""

    WORKS_LOCKED = "works while locked"
    PASSIVE_ENTRY = "passive entry"


@dataclass(frozen=True, slots=True)
class ShownOption:
    """A setting as the phone words it: Express Mode "on", Lock Screen "enabled", ..."""

    name: str
    value: str
    on: bool  # of the neutral option, whatever the polarity of the phone's own


class PhoneScreen(abc.ABC):
    """The screen lock, and what the digital key asks of it."""

    @abc.abstractmethod
    def lock(self) -> None:
        """Lock the screen, as a phone in a pocket is."""

    @abc.abstractmethod
    def methods(self) -> tuple[Method, ...]:
        """The ways of authentication this phone offers."""

    @abc.abstractmethod
    def authenticate(self, method: Method, *, right: bool = True) -> bool:
        """Present a face, finger, PIN, ... or, if not ``right``, a wrong one.

        Returns whether the phone accepted it; then it is unlocked. Raises ActionRefused when the
        phone does not offer the method or shows no screen.
        """

    @abc.abstractmethod
    def asked(self) -> bool:
        """Whether it has asked for authentication since it was last presented somewhere."""


class KeyOptions(abc.ABC):
    """The digital key's settings on the phone."""

    @abc.abstractmethod
    def read(self, option: KeyOption) -> ShownOption:
        """The setting as it stands. Raises ActionRefused when the phone has none of that kind."""

    @abc.abstractmethod
    def set(self, option: KeyOption, *, on: bool) -> None:
        """Change it; takes effect with the next use."""


class PhoneBattery(abc.ABC):
    """Power, from full to the reserve that runs the secure element alone."""

    @abc.abstractmethod
    def set_low_power(self, *, on: bool) -> None:
        """Turn low-power mode on or off."""

    @abc.abstractmethod
    def drain(self) -> None:
        """Run it empty: the phone shuts itself down now, and its power reserve begins."""

    @abc.abstractmethod
    def charge(self) -> None:
        """Charge it and let it boot; the screen is locked then."""

    @abc.abstractmethod
    def shut_down(self) -> None:
        """The owner switches it off."""

    @abc.abstractmethod
    def boot(self) -> None:
        """The owner switches it on again; the screen is locked then."""


class PhoneRadios(abc.ABC):
    """Airplane mode and mobile network. Both are on the air at first."""

    @abc.abstractmethod
    def set_airplane(self, *, on: bool) -> None:
        """Airplane mode: no mobile network, no Wi-Fi, no Bluetooth."""

    @abc.abstractmethod
    def set_cellular(self, *, on: bool) -> None:
        """The mobile network alone; without it there is no internet either on this bench."""


class RemoteFunction(StrEnum):
    """What a phone's key can ask of a vehicle nearby (RKE)."""

    LOCK = "lock"
    UNLOCK = "unlock"
    TRUNK = "open the trunk"
    WINDOWS_OPEN = "open the windows"
    WINDOWS_CLOSE = "close the windows"


class RemoteKey(abc.ABC):
    """The buttons beside a key in the wallet: they work over Bluetooth LE, in range."""

    @abc.abstractmethod
    def offered(self, vehicle: bytes) -> tuple[RemoteFunction, ...]:
        """What the wallet offers for this vehicle's key now; nothing while it is not connected."""

    @abc.abstractmethod
    def ask(self, vehicle: bytes, function: RemoteFunction) -> None:
        """Press the button, and prove to be the owner where the phone asks for it.

        Returns when the vehicle has said that it is done. Raises ActionRefused with what the phone
        shows: out of range, refused, no answer.
        """
