"""What a phone lends the wallet and the app on it."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api.backend import PhoneFacts
from drivers.api.errors import ActionRefused
from drivers.api.maker_app import Installed
from drivers.sim.phone.line import Line
from drivers.sim.phone.platforms import PlatformTraits
from drivers.sim.phone.secure_element import SecureElement


@dataclass(slots=True)
class Software:
    """The maker's app, with the wallet component it needs."""

    installed: Installed = Installed.CURRENT

    def require_current(self) -> None:
        """Adding and sharing keys need it on the owner's phone (DK-ELIG-07).

        Raises ActionRefused. A recipient needs no app at all (DK-SHARE-10).
        """
        if self.installed is Installed.MISSING:
            raise ActionRefused("install the app first")
        if self.installed is Installed.OUTDATED:
            raise ActionRefused("update the app first")


@dataclass(frozen=True)
class Handset:
    """One phone as its own software sees it."""

    traits: PlatformTraits
    facts: PhoneFacts
    line: Line
    software: Software
    element: SecureElement
    watch_capable: bool
